# SPDX-License-Identifier: Apache-2.0
"""Alerting and SLO: what fires, how fast the error budget goes, and whether the alert chain itself works."""

from frame import BREACH, JOB_METRIC, PROCESS, annotations, budget_left, dashboard, job_variables, link
from limits import BURN_RATES, FRESHNESS_OBJECTIVE, FRESHNESS_TARGET_SECONDS
from panels import colored, query, rows, series, stat, steps, table, timeline

BUDGET = round(1 - FRESHNESS_OBJECTIVE, 6)
WHAT = f"the lag over {FRESHNESS_TARGET_SECONDS} s or the job down"


def alerts():
    states = " or ".join(
        [
            'max by (alertname) (ALERTS{alertstate="firing", alertname!="Watchdog"}) * 2',
            'max by (alertname) (ALERTS{alertstate="pending"})',
            'max by (alertname) (ALERTS{alertname="Watchdog"}) * 3',
        ]
    )
    listed = 'sum by (alertname, severity, query, topic) (ALERTS{alertstate="firing"})'
    return [
        timeline(
            "Alerts",
            "Pending: the condition holds, but not for long enough yet. Watchdog is always on: it proves that rules are "
            "evaluated.",
            [query(states, "{{alertname}}")],
            mappings={1: ("pending", "orange"), 2: ("firing", "red"), 3: ("on", "green")},
            width=16,
            height=7,
        ),
        table(
            "Firing now",
            "Each alert has a page of the same name in docs/runbooks.",
            [query(listed)],
            columns=[],
            by=["alertname", "severity", "query", "topic"],
            sort="Severity",
            width=8,
            height=7,
        ),
    ]


def budget():
    kept = f"1 - avg_over_time({BREACH}[30d])"
    return [
        stat(
            "Budget left, 30 days",
            f"Of the {BUDGET:.0%} of the time that may be spent with {WHAT}. Below 0: spent.",
            budget_left(),
            "percentunit",
            width=4,
            height=8,
            thresholds=steps("red", (0, "orange"), (0.25, "green")),
        ),
        stat(
            "Kept, 30 days",
            f"Share of the time that was not spent with {WHAT}.",
            kept,
            "percentunit",
            width=4,
            height=8,
            decimals=2,
            thresholds=steps("red", (FRESHNESS_OBJECTIVE, "green")),
        ),
        series(
            "Burn rate",
            "How many times too fast the budget goes, by window; 1 spends it in exactly 30 days. Alerts begin at the "
            "number in brackets.",
            [
                query(f"avg_over_time({BREACH}[{window}]) / {BUDGET}", f"{window} ({limit:g})")
                for window, limit in BURN_RATES.items()
            ],
            "none",
            width=8,
            limit=BURN_RATES["1h"],
            reach=True,
        ),
        timeline(
            "Objective",
            f"Missed: {WHAT}.",
            [query(f"max by (job) ({BREACH})", "{{job}}")],
            mappings={0: ("kept", "green"), 1: ("missed", "red")},
            width=8,
            height=8,
        ),
    ]


def chain():
    return [
        timeline(
            "Scraped",
            "Whether Prometheus reaches each target.",
            [query("max by (job, instance) (up)", "{{job}} {{instance}}")],
            mappings={0: ("down", "red"), 1: ("up", "green")},
            width=12,
        ),
        series(
            "Time of a scrape",
            "Long scrapes of the job mean a busy machine.",
            [query(f"max by (job, instance) (scrape_duration_seconds{{{PROCESS}}})", "{{job}} {{instance}}")],
            "s",
            width=6,
        ),
        series(
            "Series of a scrape",
            "A sudden rise comes from a topic with many more partitions.",
            [query(f"max by (job, instance) (scrape_samples_scraped{{{PROCESS}}})", "{{job}} {{instance}}")],
            "short",
            width=6,
        ),
        series(
            "Rules that fail",
            "Evaluations a second that end in an error; anything above 0 leaves alerts blind.",
            [
                # The label is "path of the file;name of the group".
                query(
                    "sum by (group) (label_replace(rate(prometheus_rule_evaluation_failures_total[$__rate_interval]), "
                    '"group", "$1", "rule_group", ".*;(.*)"))',
                    "{{group}}",
                )
            ],
            "ops",
        ),
        series(
            "Prometheus to Alertmanager",
            "Alerts sent, and those that no Alertmanager took.",
            [
                query("sum(rate(prometheus_notifications_sent_total[$__rate_interval]))", "sent"),
                query("sum(rate(prometheus_notifications_dropped_total[$__rate_interval]))", "dropped"),
            ],
            "eps",
            overrides=[colored("dropped", "red")],
        ),
        series(
            "Alertmanager to Slack",
            "Messages sent and failed, by integration.",
            [
                query(
                    'sum by (integration) (rate(alertmanager_notifications_total{integration=~"slack|webhook"}[$__rate_interval]))',
                    "{{integration}} sent",
                ),
                query(
                    "sum by (integration) "
                    '(rate(alertmanager_notifications_failed_total{integration=~"slack|webhook"}[$__rate_interval]))',
                    "{{integration}} failed",
                ),
            ],
            "eps",
            overrides=[colored("slack failed", "red"), colored("webhook failed", "orange")],
        ),
    ]


def make():
    return dashboard(
        "sluice-alerting",
        "Alerting and SLO",
        "What fires, how much of the error budget is left, and whether the chain from the job to Slack works.",
        variables=job_variables(),
        marks=annotations(JOB_METRIC),
        more_links=[link("Status page", "$status_page", "The live page of the process itself")],
        panels=rows(
            ("Alerts", alerts()),
            (f"Freshness: {FRESHNESS_OBJECTIVE:.0%} of the time below {FRESHNESS_TARGET_SECONDS} s", budget()),
            ("From the job to Slack", chain()),
        ),
    )
