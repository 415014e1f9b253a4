# SPDX-License-Identifier: Apache-2.0
"""Kafka partitions: which of them is behind, and whether the topic is there at all."""

from frame import JOB_METRIC, QUERY, annotations, dashboard, job_variables, labels, link
from limits import FRESHNESS_TARGET_SECONDS
from panels import by_name, query, rows, series, stat, steps, table, timeline

M = "spark_streaming_"
TOPIC = QUERY + ', topic=~"$topic"'
PARTITION = "topic, partition"


def gauge(name, by=PARTITION, how="max"):
    return f"{how} by ({by}) ({M}{name}{{{TOPIC}}})"


def arrivals(by):
    """Records a second that arrive in Kafka: how fast the newest offset moves. deriv() since it is a gauge."""
    return f"sum by ({by}) (deriv({M}source_latest_offset{{{TOPIC}}}[$__rate_interval]))"


def commits(by):
    return f"sum by ({by}) (deriv({M}source_committed_offset{{{TOPIC}}}[$__rate_interval]))"


def top(expr):
    return f"topk(10, {expr})"


def summary():
    target = FRESHNESS_TARGET_SECONDS
    return [
        stat(
            "Topics not available",
            "Topics of the subscription that do not exist or may not be read.",
            f"count({M}source_topic_available{{{TOPIC}}} == 0) or vector(0)",
            "none",
            width=4,
            thresholds=steps("green", (1, "red")),
            spark=False,
        ),
        stat(
            "Partitions",
            "Partitions that the query reads.",
            f"count(count by ({PARTITION}) ({M}source_latest_offset{{{TOPIC}}}))",
            "none",
            width=4,
            spark=False,
        ),
        stat(
            "Worst lag",
            "Age of the oldest uncommitted record of the worst partition.",
            f"max({M}source_lag_seconds{{{TOPIC}}})",
            "s",
            width=4,
            thresholds=steps("green", (target / 2, "orange"), (target, "red")),
        ),
        stat("Lag, records", "Over all partitions.", f"sum({M}source_lag_records{{{TOPIC}}})", "short", width=4),
        stat(
            "Skew",
            "Waiting records of the fullest partition against the mean of all: far above 1, one key or one broker is slow.",
            f"max({M}source_lag_records{{{TOPIC}}}) / (avg({M}source_lag_records{{{TOPIC}}}) > 0) or vector(1)",
            "none",
            width=4,
            decimals=1,
        ),
        stat(
            "Skipped offsets, 1 h",
            "Records that were gone from Kafka before they were read: retention, or a topic made anew.",
            f"sum(increase({M}source_skipped_offsets_total{{{TOPIC}}}[1h]))",
            "none",
            width=4,
            decimals=0,
            thresholds=steps("green", (1, "red")),
        ),
    ]


def state():
    queries = [
        query(gauge("source_latest_offset")),
        query(gauge("source_committed_offset")),
        query(gauge("source_lag_records")),
        query(gauge("source_lag_seconds")),
        query(commits(PARTITION)),
    ]
    columns = ["Latest offset", "Committed offset", "Lag, records", "Lag", "Records a second"]
    target = FRESHNESS_TARGET_SECONDS
    return [
        table(
            "Partitions",
            "Offsets and backlog of each partition, worst first. Beyond 256 partitions the job tells sums by topic.",
            queries,
            columns=columns,
            by=["topic", "partition"],
            sort="Lag",
            overrides=[
                by_name("Latest offset", unit="none"),
                by_name("Committed offset", unit="none"),
                by_name(
                    "Lag",
                    unit="s",
                    thresholds=steps("green", (target / 2, "orange"), (target, "red")),
                    custom__cellOptions={"type": "color-text"},
                    color={"mode": "thresholds"},
                ),
                by_name("Records a second", unit="recps"),
            ],
        )
    ]


def over_time():
    return [
        series(
            "Lag",
            "Age of the oldest uncommitted record, ten worst partitions.",
            [query(top(gauge("source_lag_seconds")), "{{topic}}/{{partition}}")],
            "s",
            width=12,
            limit=FRESHNESS_TARGET_SECONDS,
        ),
        series(
            "Lag, records",
            "Ten fullest partitions.",
            [query(top(gauge("source_lag_records")), "{{topic}}/{{partition}}")],
            "short",
            width=12,
        ),
        series(
            "Arrival against commit",
            "Records a second that arrive in Kafka and that are committed. Commit below arrival: the backlog grows.",
            [query(arrivals("topic"), "{{topic}} arriving"), query(commits("topic"), "{{topic}} committed")],
            "recps",
        ),
        series(
            "Arrival by partition",
            "Ten busiest partitions; an uneven spread comes from the keys.",
            [query(top(arrivals(PARTITION)), "{{topic}}/{{partition}}")],
            "recps",
        ),
        series(
            "Read from Kafka",
            "Bytes a second by topic.",
            [query(f"sum by (topic) (rate({M}input_bytes_total{{{TOPIC}}}[$__rate_interval]))", "{{topic}}")],
            "binBps",
        ),
    ]


def trouble():
    kafka = QUERY + ', stage="kafka"'
    return [
        timeline(
            "Topic available",
            "Whether the brokers know the topic and let this job read it.",
            [query(gauge("source_topic_available", "topic", "min"), "{{topic}}")],
            mappings={0: ("missing", "red"), 1: ("available", "green")},
            width=12,
            height=6,
        ),
        series(
            "Errors and rebalances",
            "Errors and warnings of the Kafka client by kind, and changes of the set of partitions that is read.",
            [
                query(f"sum by (kind) (rate({M}errors_total{{{kafka}}}[$__rate_interval]))", "{{kind}}"),
                query(f"sum(rate({M}source_rebalances_total{{{QUERY}}}[$__rate_interval]))", "rebalances"),
            ],
            "eps",
            width=6,
            height=6,
        ),
        series(
            "Skipped offsets",
            "Records a second that were gone before they were read, ten worst partitions.",
            [
                query(
                    top(f"sum by ({PARTITION}) (rate({M}source_skipped_offsets_total{{{TOPIC}}}[$__rate_interval]))"),
                    "{{topic}}/{{partition}}",
                )
            ],
            "recps",
            width=6,
            height=6,
        ),
    ]


def make():
    return dashboard(
        "sluice-partitions",
        "Kafka partitions",
        "Offsets and lag of each partition that the job reads.",
        variables=job_variables(labels("topic", "Topic", f"{M}source_topic_available", QUERY)),
        marks=annotations(JOB_METRIC),
        more_links=[link("Status page", "$status_page", "The live page of the process itself")],
        panels=rows(
            ("Summary", summary()),
            ("Now", state()),
            ("Over time", over_time()),
            ("Trouble", trouble()),
        ),
    )
