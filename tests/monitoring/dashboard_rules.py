# SPDX-License-Identifier: Apache-2.0
"""What a good dashboard keeps to; each rule yields a sentence for each breach.

The rules on variables, units, matchers and rate intervals are those that Grafana's own dashboard linter has.
"""

import re

from dashboards import panels

COUNTER = re.compile(r"_(total|sum|count|bucket)$")
RATES = {"rate", "irate"}
OVER_TIME = RATES | {"increase", "changes", "resets"}
# Of Prometheus and Alertmanager themselves, or of every target: not chosen by the job's variables.
UNSCOPED = re.compile(r"^(ALERTS|up|prometheus_|alertmanager_)")
RECORDED = re.compile(r"^job:")  # by job only: the rule has no instance any more


def variables(dashboard):
    return {v["name"]: v for v in dashboard["templating"]["list"]}


def data_source_variable(dashboard):
    found = [v["name"] for v in dashboard["templating"]["list"] if v["type"] == "datasource"]
    if found != ["datasource"]:
        yield f"one data source variable named datasource, not {found}"


def job_and_instance_variables(dashboard):
    for name in ("job", "instance"):
        if name not in variables(dashboard):
            yield f"no variable {name}"


def variables_take_all_and_refresh(dashboard):
    for name, v in variables(dashboard).items():
        if v["type"] == "query" and not (
            v["multi"] and v["includeAll"] and v["allValue"] == ".+" and v["refresh"] == 2
        ):
            yield f"variable {name}: several values, All as .+, refreshed when the time changes"


def data_source_everywhere(dashboard):
    for panel in panels(dashboard):
        for part in [panel, *panel.get("targets", [])]:
            if part["datasource"]["uid"] != "${datasource}":
                yield f"{panel['title']}: data source {part['datasource']}"


def titles_and_descriptions(dashboard):
    seen = set()
    for panel in panels(dashboard):
        if not panel["title"] or not panel["description"].rstrip().endswith("."):
            yield f"panel {panel['id']}: a title, and a description that ends with a full stop"
        if (panel["title"], panel["type"]) in seen:
            yield f"{panel['title']}: twice"
        seen.add((panel["title"], panel["type"]))


def units_and_no_value(dashboard):
    for panel in panels(dashboard):
        defaults = panel["fieldConfig"]["defaults"]
        if not defaults.get("unit") or not defaults.get("noValue"):
            yield f"{panel['title']}: a unit, and a word for no data"


def targets(dashboard):
    for panel in panels(dashboard):
        ids = [target["refId"] for target in panel.get("targets", [])]
        if not ids or len(ids) != len(set(ids)):
            yield f"{panel['title']}: targets, each with its own refId, not {ids}"


def read_only(dashboard):
    if dashboard["editable"] or "id" in dashboard or not dashboard["uid"]:
        yield "editable: false, no id, a uid of its own"


def common_manners(dashboard):
    wanted = {"graphTooltip": 1, "refresh": "30s", "schemaVersion": 39, "time": {"from": "now-1h", "to": "now"}}
    for key, value in wanted.items():
        if dashboard[key] != value:
            yield f"{key}: {dashboard[key]} instead of {value}"
    if not dashboard["tags"] or not any(link["type"] == "dashboards" for link in dashboard["links"]):
        yield "tags, and links to the other dashboards"


def places(dashboard):
    """Panels lie inside of 24 columns, none over another, and have ids of their own."""
    taken, ids = {}, [panel["id"] for panel in dashboard["panels"]]
    if len(ids) != len(set(ids)):
        yield "two panels with one id"
    for panel in dashboard["panels"]:
        g = panel["gridPos"]
        if g["x"] + g["w"] > 24:
            yield f"{panel['title']}: beyond the right edge"
        for cell in ((x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])):
            if cell in taken:
                yield f"{panel['title']} lies over {taken[cell]}"
                break
            taken[cell] = panel["title"]


def rows_are_full(dashboard):
    """Each row of panels ends at the right edge: no holes."""
    ends = {}
    for panel in dashboard["panels"]:
        g = panel["gridPos"]
        ends[g["y"]] = max(ends.get(g["y"], 0), g["x"] + g["w"])
    for y, end in ends.items():
        if end != 24:
            yield f"the row at {y} ends at column {end}"


def stats_show_the_last_value(dashboard):
    for panel in panels(dashboard):
        if panel["type"] == "stat" and panel["options"]["reduceOptions"]["calcs"] != ["lastNotNull"]:
            yield f"{panel['title']}: another value than the last"


def links_use_known_variables(dashboard):
    known = set(variables(dashboard))
    for link in dashboard["links"]:
        for name in re.findall(r"\$\{?(\w+)", link["url"]):
            if name not in known:
                yield f"link {link['title']}: no variable {name}"


# On one selector of a query: (expression, {metric, matchers, window, functions}).


def counters_are_rated(expr, selector):
    metric = selector["metric"]
    if COUNTER.search(metric) and not OVER_TIME & set(selector["functions"]):
        # How many series a counter has may be counted.
        if "count" not in selector["functions"]:
            yield f"counter {metric} outside of rate or increase"


def rates_use_the_interval(expr, selector):
    if RATES & set(selector["functions"][:1]) and selector["window"] != "$__rate_interval":
        yield f"{selector['functions'][0]} of {selector['metric']} over [{selector['window']}]"


def chosen_by_job_and_instance(expr, selector):
    if UNSCOPED.match(selector["metric"]):
        return
    wanted = ["job"] if RECORDED.match(selector["metric"]) else ["job", "instance"]
    for name in wanted:
        if [name, "=~", f"${name}"] not in selector["matchers"]:
            yield f'{selector["metric"]} without {name}=~"${name}"'


def buckets_keep_le(expr, selector):
    if selector["metric"].endswith("_bucket") and not re.search(r"by \([^)]*\ble\b", expr):
        yield f"{selector['metric']} without le in by()"


DASHBOARD_RULES = [
    data_source_variable,
    job_and_instance_variables,
    variables_take_all_and_refresh,
    data_source_everywhere,
    titles_and_descriptions,
    units_and_no_value,
    targets,
    read_only,
    common_manners,
    places,
    rows_are_full,
    stats_show_the_last_value,
    links_use_known_variables,
]
SELECTOR_RULES = [counters_are_rated, rates_use_the_interval, chosen_by_job_and_instance, buckets_keep_le]


def breaches(dashboard, facts):
    """`facts`: (expression, what promql_facts.mjs found in it), with Grafana's variables still in the text."""
    for rule in DASHBOARD_RULES:
        yield from (f"{rule.__name__}: {breach}" for breach in rule(dashboard))
    for expr, found in facts:
        for selector in found["selectors"]:
            for rule in SELECTOR_RULES:
                yield from (f"{rule.__name__}: {breach} in {expr}" for breach in rule(expr, selector))
