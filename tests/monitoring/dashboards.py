# SPDX-License-Identifier: Apache-2.0
"""The dashboards as the tests see them: their panels, their queries, and those with variables filled in."""

import json
import pathlib
import re
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "monitoring" / "grafana_dashboards"

# In place of Grafana's variables: all values of each, and the window that suits a scrape each second.
ALL = {"job": ".+", "instance": ".+", "query": ".+", "topic": ".+", "source": ".+", "datasource": "prometheus"}
TIMES = {"__rate_interval": "10s", "__range": "60s", "__interval": "1s"}


class Query(NamedTuple):
    dashboard: str
    panel: str
    expr: str
    kind: str  # of the panel; or "annotation"

    def __str__(self):
        return f"{self.dashboard}: {self.panel}"


def load():
    """File name -> dashboard."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard):
    """Every panel that shows something: rows left out, those inside of rows included."""
    for panel in dashboard["panels"]:
        yield from panel.get("panels", []) if panel["type"] == "row" else [panel]


def queries(name, dashboard):
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield Query(name, panel["title"], target["expr"], panel["type"])
    for mark in dashboard["annotations"]["list"]:
        if "expr" in mark:
            yield Query(name, mark["name"], mark["expr"], "annotation")


def constants(dashboard):
    return {v["name"]: v["query"] for v in dashboard["templating"]["list"] if v["type"] == "constant"}


def filled(expr, dashboard, **more):
    """The expression as Prometheus gets it. A variable that nobody defines is a KeyError; $1 is of label_replace()."""
    known = ALL | TIMES | constants(dashboard) | more
    return re.sub(r"\$(?:\{(\w+)\}|([a-z_]\w*))", lambda m: known[m[1] or m[2]], expr)
