# SPDX-License-Identifier: Apache-2.0
"""Hours of the stand-ins' metrics, written as if Prometheus had scraped them: for pictures of the dashboards."""

import pathlib
import subprocess

import stand_in
from exposition import Numbers, text
from metric_table import CHAIN, counter, gauge

STEP = 15
JOB = {"job": "spark-streaming", "instance": "sluice:4040"}
PRODUCER = {"job": "sluice-producer", "instance": "producer:4041"}
OTHERS = ({"job": "prometheus", "instance": "localhost:9090"}, {"job": "alertmanager", "instance": "alertmanager:9093"})
BREACH = "job:spark_streaming_freshness_breach:bool"
TARGET = ("job", "instance")


class Chain:
    """What Prometheus and Alertmanager would tell of these hours."""

    def __init__(self):
        plain = {name: family for name, family in CHAIN.items() if name.startswith(("prometheus_", "alertmanager_"))}
        self.of_targets = Numbers(
            "", {name: gauge() for name in ("up", "scrape_duration_seconds", "scrape_samples_scraped")}, *TARGET
        )
        labels = {name: ("integration",) if name.startswith("alertm") else ("rule_group",) for name in plain}
        self.own = Numbers("", {name: counter(*labels[name]) for name in plain})
        self.breach = Numbers("", {BREACH: gauge()}, "job")
        self.programs = [self.of_targets, self.own, self.breach]

    def advance(self, now, late, slow):
        for n, target in enumerate((JOB, PRODUCER, *OTHERS)):
            self.of_targets.set("up", 1, **target)
            self.of_targets.set("scrape_duration_seconds", 0.004 + 0.002 * n + (0.01 if slow else 0), **target)
            self.of_targets.set("scrape_samples_scraped", 460 - 90 * n, **target)
        for name in ("prometheus_rule_evaluation_failures_total", "prometheus_notifications_dropped_total"):
            self.own.add(name, 0, rule_group="spark-streaming.alerts")
        self.own.add("prometheus_notifications_sent_total", 3 if slow else 1, rule_group="")
        self.own.add("alertmanager_notifications_total", 0.3 if slow else 0, integration="slack")
        self.own.add("alertmanager_notifications_failed_total", 0, integration="slack")
        self.breach.set(BREACH, int(late), job=JOB["job"])


def alerts(slow_for, late_for):
    """Numbers of ALERTS, given for how many seconds each trouble has lasted."""
    numbers = Numbers("", {"ALERTS": gauge("alertname", "alertstate", "severity", "query")})
    found = {"Watchdog": (1, 0, "none", "")}
    found["SparkStreamingBatchFailures"] = (slow_for, 60, "warning", stand_in.QUERY)
    found["SparkStreamingFreshnessBudgetBurn"] = (late_for, 120, "critical", stand_in.QUERY)
    for alert, (lasted, wait, severity, query) in found.items():
        if lasted:
            state = "firing" if lasted >= wait else "pending"
            numbers.set("ALERTS", 1, alertname=alert, alertstate=state, severity=severity, query=query)
    return numbers


def slow_minutes(end):
    """Storage is slow from 38 to 32 minutes before the end."""
    return lambda now: 32 * 60 < end - now < 38 * 60


def write(path, end, hours):
    """OpenMetrics of the `hours` before `end`."""
    start, slow = end - hours * 3600, slow_minutes(end)
    job, producer, chain = stand_in.Job(start, slow), stand_in.Producer(start), Chain()
    slow_for = late_for = 0
    with open(path, "w") as file:
        for now in range(int(start), int(end), STEP):
            job.advance(now, STEP)
            producer.advance(now, STEP)
            slow_for = slow_for + STEP if slow(now) else 0
            late_for = late_for + STEP if job.age > 60 else 0
            chain.advance(now, late_for > 0, slow_for > 0)
            file.write(text(job.programs, now, **JOB))
            file.write(text(producer.programs, now, **PRODUCER))
            file.write(text([*chain.programs, alerts(slow_for, late_for)], now))
        file.write("# EOF\n")


def backfill(folder, end, hours=2):
    """A directory of blocks for Prometheus."""
    folder = pathlib.Path(folder)
    write(folder / "afternoon.txt", end, hours)
    blocks = folder / "blocks"
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", folder / "afternoon.txt", blocks],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return blocks
