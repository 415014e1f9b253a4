# SPDX-License-Identifier: Apache-2.0
"""What the dashboards have in common: variables, annotations, links, time."""

from limits import FRESHNESS_OBJECTIVE, RULE_INTERVAL_SECONDS, TRIGGER_SECONDS
from panels import DATA_SOURCE

SCHEMA_VERSION = 39
JOB_METRIC = "spark_streaming_build_info"
PRODUCER_METRIC = "sluice_producer_build_info"
PROCESS = 'job=~"$job", instance=~"$instance"'
QUERY = PROCESS + ', query=~"$query"'

# 1 while the objective is missed; recorded by monitoring/alert.rules.yaml.
BREACH = 'job:spark_streaming_freshness_breach:bool{job=~"$job"}'


def budget_left():
    """Of the time of 30 days in which the objective may be missed, the share that is left. A job younger than that
    has the budget of all 30 days."""
    whole = 30 * 86400 // RULE_INTERVAL_SECONDS
    allowed = f"{round(1 - FRESHNESS_OBJECTIVE, 6)} * clamp_min(count_over_time({BREACH}[30d]), {whole})"
    return f"1 - sum_over_time({BREACH}[30d]) / ({allowed})"


def of_process(expr, info=JOB_METRIC):
    """The largest value of each process of this program: process_* metrics come from other programs too."""
    return f"max by (instance) ({expr} and on (job, instance) {info}{{{PROCESS}}})"


def data_source():
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {"selected": True, "text": "Prometheus", "value": "prometheus"},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
    }


def labels(name, label, metric, matchers=""):
    """A variable of all values of a label; several may be chosen, at first all are."""
    selector = f"{metric}{{{matchers}}}" if matchers else metric
    expr = f"label_values({selector}, {name})"
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATA_SOURCE,
        "query": {"query": expr, "refId": f"variable-{name}"},
        "allValue": ".+",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
        "includeAll": True,
        "multi": True,
        "options": [],
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
    }


def constant(name, value):
    """A value of this job that `sluice monitoring generate` writes; not shown."""
    text = str(value)
    return {
        "name": name,
        "type": "constant",
        "query": text,
        "current": {"selected": True, "text": text, "value": text},
        "hide": 2,
        "options": [{"selected": True, "text": text, "value": text}],
        "skipUrlSync": True,
    }


def job_variables(*more):
    return [
        data_source(),
        labels("job", "Job", JOB_METRIC),
        labels("instance", "Instance", JOB_METRIC, 'job=~"$job"'),
        labels("query", "Query", "spark_streaming_processed_records_total", PROCESS),
        *more,
        constant("trigger_seconds", TRIGGER_SECONDS),
        constant("status_page", "http://localhost:4040"),
    ]


def annotation(name, color, expr, title, text, *, on=True):
    return {
        "name": name,
        "datasource": DATA_SOURCE,
        "enable": on,
        "hide": False,
        "iconColor": color,
        "expr": expr,
        "titleFormat": title,
        "textFormat": text,
        "step": "15s",
        "useValueForTime": False,
    }


def annotations(info):
    return [
        {
            "builtIn": 1,
            "name": "Annotations & Alerts",
            "datasource": {"type": "grafana", "uid": "-- Grafana --"},
            "enable": True,
            "hide": True,
            "iconColor": "rgba(0, 211, 255, 1)",
            "type": "dashboard",
        },
        annotation(
            "Restarts",
            "orange",
            'changes(process_start_time_seconds{job=~"$job", instance=~"$instance"}[$__rate_interval]) > 0',
            "Restart of {{instance}}",
            "The process started anew.",
        ),
        annotation(
            "Deployments",
            "blue",
            f"max by (version, revision) ({info}{{{PROCESS}}})"
            f" unless max by (version, revision) ({info}{{{PROCESS}}} offset 2m)",
            "Version {{version}}",
            "Revision {{revision}}",
        ),
        annotation(
            "Alerts",
            "red",
            'ALERTS{alertstate="firing", alertname!="Watchdog"}',
            "{{alertname}}",
            "{{severity}} {{query}} {{topic}}",
        ),
    ]


def link(title, url, tooltip, *, icon="external link"):
    return {
        "asDropdown": False,
        "icon": icon,
        "includeVars": False,
        "keepTime": False,
        "tags": [],
        "targetBlank": True,
        "title": title,
        "tooltip": tooltip,
        "type": "link",
        "url": url,
    }


def links(*more):
    dashboards = {
        "asDropdown": False,
        "icon": "dashboard",
        "includeVars": True,
        "keepTime": True,
        "tags": ["sluice"],
        "targetBlank": False,
        "title": "",
        "tooltip": "",
        "type": "dashboards",
        "url": "",
    }
    return [dashboards, *more]


def dashboard(uid, title, about, *, variables, panels, marks, more_links=()):
    return {
        "uid": uid,
        "title": title,
        "description": about,
        "tags": ["sluice", "streaming"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timepicker": {"refresh_intervals": ["5s", "10s", "30s", "1m", "5m", "15m"]},
        "timezone": "browser",
        "weekStart": "",
        "templating": {"list": variables},
        "annotations": {"list": marks},
        "links": links(*more_links),
        "panels": panels,
    }
