# SPDX-License-Identifier: Apache-2.0
"""The rules on dashboards find what they are there for: each mistake is told by the rule of that name."""

import json

import dashboard_rules
import dashboards
import pytest

OVERVIEW = dashboards.load()["overview.json"]


def variable(dashboard, name):
    return next(v for v in dashboard["templating"]["list"] if v["name"] == name)


def first_panel(dashboard):
    return next(dashboards.panels(dashboard))


MISTAKES = {
    "data_source_variable": lambda d: variable(d, "datasource").update(name="source"),
    "job_and_instance_variables": lambda d: variable(d, "instance").update(name="host"),
    "variables_take_all_and_refresh": lambda d: variable(d, "query").update(refresh=1),
    "data_source_everywhere": lambda d: first_panel(d)["targets"][0].update(datasource={"uid": "prometheus"}),
    "titles_and_descriptions": lambda d: first_panel(d).update(description="no end"),
    "units_and_no_value": lambda d: first_panel(d)["fieldConfig"]["defaults"].update(unit=""),
    "targets": lambda d: first_panel(d).update(targets=[]),
    "read_only": lambda d: d.update(editable=True),
    "common_manners": lambda d: d.update(graphTooltip=0),
    "places": lambda d: first_panel(d)["gridPos"].update(x=1),
    "rows_are_full": lambda d: first_panel(d)["gridPos"].update(y=1000),
    "stats_show_the_last_value": lambda d: first_panel(d)["options"]["reduceOptions"].update(calcs=["mean"]),
    "links_use_known_variables": lambda d: d["links"][1].update(url="$elsewhere"),
}


@pytest.mark.parametrize("rule", MISTAKES)
def test_tells_a_mistake_in_a_dashboard(rule):
    broken = json.loads(json.dumps(OVERVIEW))
    MISTAKES[rule](broken)
    assert any(breach.startswith(f"{rule}: ") for breach in dashboard_rules.breaches(broken, []))


def test_each_rule_on_dashboards_has_its_mistake():
    assert {rule.__name__ for rule in dashboard_rules.DASHBOARD_RULES} == set(MISTAKES)


SCOPE = [["job", "=~", "$job"], ["instance", "=~", "$instance"]]


def selector(metric="a_total", window="$__rate_interval", functions=("rate", "sum"), matchers=SCOPE):
    return {"metric": metric, "window": window, "functions": list(functions), "matchers": list(matchers)}


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("counters_are_rated", selector(functions=["sum"], window=None)),
        ("rates_use_the_interval", selector(window="5m")),
        ("chosen_by_job_and_instance", selector(matchers=SCOPE[:1])),
        ("buckets_keep_le", selector("a_bucket")),
    ],
)
def test_tells_a_mistake_in_a_query(rule, wrong):
    right = selector("a_bucket")
    good = dashboard_rules.breaches(OVERVIEW, [("sum by (le) (x)", {"selectors": [right]})])
    bad = dashboard_rules.breaches(OVERVIEW, [("sum by (query) (x)", {"selectors": [wrong]})])
    assert list(good) == []
    assert [breach.split(":")[0] for breach in bad] == [rule]
