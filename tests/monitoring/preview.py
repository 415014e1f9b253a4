#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw the dashboards from what a Prometheus knows, since no Grafana server is at hand: preview.py [options] DIR

  --prometheus URL   ask this one; without it, two invented hours of the stand-ins are drawn
  --minutes N        the time shown (60)
  --width PIXELS     of the pictures (1200)
  --html             leave the pages beside the pictures

One PNG for each dashboard, by Chromium and, where it is there, pngquant. Not Grafana's drawing: it shows whether the
queries, units, colours and places make sense together.
"""

import argparse
import contextlib
import html
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import afternoon
import dashboards
import preview_charts as charts
from preview_units import shown
from prometheus_server import Prometheus

PALETTE = ("#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0", "#37872d", "#fade2a")
COLORS = {
    "green": "#73bf69",
    "red": "#f2495c",
    "orange": "#ff9830",
    "blue": "#5794f2",
    "light-blue": "#8ab8ff",
    "purple": "#b877d9",
    "gray": "#8e8e8e",
    "text": "#ccccdc",
    "transparent": "#ccccdc",
}
CELL, GAP = 30, 8
STYLE = """
body{margin:0;background:#111217;color:#ccccdc;font:12px Inter,"DejaVu Sans",sans-serif}
h1{font-size:18px;margin:12px 10px 2px}p{margin:0 10px 6px;color:#8e8e99}
.box{position:absolute;background:#181b1f;border:1px solid #25272d;border-radius:2px;overflow:hidden;box-sizing:border-box}
.box>b{display:block;padding:6px 8px 2px;font-weight:500;white-space:nowrap}
.row{position:absolute;font-size:14px;font-weight:500;padding-top:6px}
.stat{display:flex;align-items:center;justify-content:center;font-weight:600;white-space:nowrap;position:absolute;inset:24px 0 0 0}
.legend{padding:0 8px;font-size:10.5px;color:#9fa0a8;max-height:28px;overflow:hidden}
.legend i{display:inline-block;width:12px;height:3px;margin:0 4px 3px 0}.legend span{margin-right:10px;white-space:nowrap}
svg text{fill:#8e8e99;font-size:10px}svg .grid{stroke:#25272d}svg .on{fill:#111217;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:12px}th{color:#6e9fff;font-weight:500;text-align:left}
th,td{padding:3px 8px;border-bottom:1px solid #25272d}td{font-variant-numeric:tabular-nums}
"""


class Source:
    """The answers of a Prometheus for the time shown."""

    def __init__(self, address, end, minutes):
        self.address, self.end, self.start = address, end, end - minutes * 60
        self.step = max(15, minutes * 60 // 240)
        self.windows = {"__rate_interval": "1m", "__range": f"{minutes}m", "__interval": f"{self.step}s"}

    def get(self, path, **parameters):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as response:
            return json.load(response)["data"]["result"]

    def over_time(self, expr):
        return self.get("query_range", query=expr, start=self.start, end=self.end, step=self.step)

    def now(self, expr):
        return self.get("query", query=expr, time=self.end)


def named(target, metric):
    legend = target["legendFormat"]
    if legend == "__auto":
        return (
            metric.get("__name__") or ", ".join(v for k, v in metric.items() if k not in ("job", "instance")) or "value"
        )
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda m: metric.get(m[1], ""), legend).strip()


def overrides(panel, name):
    """The properties that an override by this name sets."""
    found = {}
    for one in panel["fieldConfig"]["overrides"]:
        if one["matcher"]["options"] == name:
            found |= {p["id"]: p["value"] for p in one["properties"]}
    return found


def color_of(panel, name, number):
    fixed = overrides(panel, name).get("color", {}).get("fixedColor")
    return COLORS[fixed] if fixed else PALETTE[number % len(PALETTE)]


def threshold_color(panel, value, steps=None):
    steps = steps or panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    reached = [step["color"] for step in steps if step["value"] is None or value >= step["value"]]
    return COLORS[reached[-1]]


def series_of(panel, dashboard, source):
    found = []
    for target in panel["targets"]:
        expr = dashboards.filled(target["expr"], dashboard, **source.windows)
        for one in source.over_time(expr):
            found.append((named(target, one["metric"]), [(float(at), float(v)) for at, v in one["values"]]))
    return [(name, color_of(panel, name, number), points) for number, (name, points) in enumerate(found)]


def size(panel, scale):
    return int(panel["gridPos"]["w"] * scale - GAP), panel["gridPos"]["h"] * (CELL + GAP) - GAP


def legend(panel, series):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    parts = []
    for name, color, points in series:
        known = [v for _, v in points if math.isfinite(v)]
        own = overrides(panel, name).get("unit", unit)
        text = shown(known[-1], own) if known else "–"
        parts.append(f'<span><i style="background:{color}"></i>{html.escape(name)} <em>{html.escape(text)}</em></span>')
    return f'<div class="legend">{"".join(parts)}</div>'


def draw_timeseries(panel, dashboard, source, width, height):
    defaults = panel["fieldConfig"]["defaults"]
    series = series_of(panel, dashboard, source)
    steps = [(s["value"], COLORS[s["color"]]) for s in defaults["thresholds"]["steps"][1:]]
    chart = charts.curves(
        width,
        height - 58,
        (source.start, source.end),
        series,
        defaults["unit"],
        stack=defaults["custom"]["stacking"]["mode"] == "normal",
        lines=steps if defaults["custom"]["thresholdsStyle"]["mode"] == "dashed" else (),
        dashed={name for name, _, _ in series if "custom.lineStyle" in overrides(panel, name)},
        second={
            name: overrides(panel, name)["unit"]
            for name, _, _ in series
            if overrides(panel, name).get("custom.axisPlacement") == "right"
        },
        reach=defaults["custom"].get("axisSoftMax"),
        most=defaults.get("max"),
    )
    return (chart + legend(panel, series)) if series else nothing(panel)


def nothing(panel):
    return f'<div class="stat" style="color:#8e8e99">{panel["fieldConfig"]["defaults"]["noValue"]}</div>'


def draw_stat(panel, dashboard, source, width, height):
    defaults, options = panel["fieldConfig"]["defaults"], panel["options"]
    series = series_of(panel, dashboard, source)
    if options["textMode"] == "name":
        series = [one for one in series if one[2][-1][0] >= source.end - source.step]
    if not series:
        return nothing(panel)
    name, color, points = series[-1]
    value = points[-1][1]
    if options["textMode"] == "name":
        text = name
    else:
        words = defaults["mappings"][0]["options"] if defaults["mappings"] else {}
        number = shown(value, defaults["unit"], defaults.get("decimals"))
        text, color = words.get(f"{value:g}", {}).get("text", number), threshold_color(panel, value)
    filled = options["colorMode"] == "background"
    font = min(height * 0.3, width / (max(len(text), 4) * 0.78))
    style = f"font-size:{font:.0f}px;" + (f"background:{color};color:#111217" if filled else f"color:{color}")
    return f'<div class="stat" style="{style}">{html.escape(text)}</div>'


def draw_heatmap(panel, dashboard, source, width, height):
    buckets = {}
    for target in panel["targets"]:
        for one in source.over_time(dashboards.filled(target["expr"], dashboard, **source.windows)):
            buckets[float(one["metric"]["le"])] = {float(at): float(v) for at, v in one["values"]}
    unit = panel["options"]["yAxis"]["unit"]
    span = (source.start, source.end)
    return charts.heat(width, height - 30, span, sorted(buckets.items()), unit) if buckets else nothing(panel)


def draw_timeline(panel, dashboard, source, width, height):
    mapping = panel["fieldConfig"]["defaults"]["mappings"][0]["options"]
    names = {value: (one["text"], COLORS[one["color"]]) for value, one in mapping.items()}
    series = series_of(panel, dashboard, source)
    span = (source.start, source.end)
    return charts.bars(width, height - 30, span, series, names, source.step) if series else nothing(panel)


def draw_table(panel, dashboard, source, width, height):
    organize = panel["transformations"][-1]["options"]
    shown_as = {f: n for f, n in organize["renameByName"].items() if f not in organize["excludeByName"]}
    rows = {}
    for target in panel["targets"]:
        field = f"Value #{target['refId']}" if len(panel["targets"]) > 1 else "Value"
        for one in source.now(dashboards.filled(target["expr"], dashboard, **source.windows)):
            rows.setdefault(tuple(sorted(one["metric"].items())), {})[field] = float(one["value"][1])
    listed = [
        {name: {**dict(labels), **values}.get(field, "") for field, name in shown_as.items()}
        for labels, values in rows.items()
    ]
    sort = panel["options"]["sortBy"][0]
    listed.sort(key=lambda row: row[sort["displayName"]], reverse=sort["desc"])
    head = "".join(f"<th>{html.escape(name)}</th>" for name in shown_as.values())
    body = "".join(
        "<tr>" + "".join(cell(panel, name, value) for name, value in row.items()) + "</tr>" for row in listed
    )
    return f"<table><tr>{head}</tr>{body}</table>" if listed else nothing(panel)


def cell(panel, column, value):
    own = overrides(panel, column)
    if not isinstance(value, float):
        return f"<td>{html.escape(value)}</td>"
    color = threshold_color(panel, value, own["thresholds"]["steps"]) if "thresholds" in own else "inherit"
    text = shown(value, own.get("unit", panel["fieldConfig"]["defaults"]["unit"]))
    return f'<td style="color:{color}">{html.escape(text)}</td>'


DRAW = {
    "timeseries": draw_timeseries,
    "stat": draw_stat,
    "heatmap": draw_heatmap,
    "state-timeline": draw_timeline,
    "table": draw_table,
}


def box(panel, dashboard, source, scale, top):
    g = panel["gridPos"]
    width, height = size(panel, scale)
    place = f"left:{g['x'] * scale + GAP:.0f}px;top:{top + g['y'] * (CELL + GAP)}px;width:{width}px;height:{height}px"
    if panel["type"] == "row":
        return f'<div class="row" style="{place}">▾ {html.escape(panel["title"])}</div>'
    inside = DRAW[panel["type"]](panel, dashboard, source, width - 2, height)
    return f'<div class="box" style="{place}"><b>{html.escape(panel["title"])}</b>{inside}</div>'


def page(dashboard, source, width):
    """The whole dashboard as HTML, and its height."""
    top, scale = 58, (width - GAP) / 24
    boxes = [box(panel, dashboard, source, scale, top) for panel in dashboard["panels"]]
    height = top + max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in dashboard["panels"]) * (CELL + GAP) + 4
    head = f"<h1>{html.escape(dashboard['title'])}</h1><p>{html.escape(dashboard['description'])}</p>"
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{head}{"".join(boxes)}', height


def screenshot(page_file, picture, width, height):
    browser = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    assert browser, "chromium is needed to draw"
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        options += [f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--screenshot={picture}"]
        subprocess.run([browser, *options, page_file.as_uri()], check=True, capture_output=True, timeout=120)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", picture, "64", picture], check=False)


@contextlib.contextmanager
def source(options):
    if options.prometheus:
        yield Source(urllib.parse.urlparse(options.prometheus).netloc, time.time(), options.minutes)
        return
    end = time.time() // 60 * 60
    with tempfile.TemporaryDirectory() as folder:
        blocks = afternoon.backfill(folder, end)
        with Prometheus(folder, {}, data=blocks) as prometheus:
            yield Source(prometheus.address, end - afternoon.STEP, options.minutes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--prometheus")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--html", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with source(options) as found:
        for name, dashboard in dashboards.load().items():
            text, height = page(dashboard, found, options.width)
            file = (options.folder / name).with_suffix(".html").absolute()
            file.write_text(text, encoding="utf-8")
            screenshot(file, file.with_suffix(".png"), options.width, height)
            if not options.html:
                file.unlink()
            print(file.with_suffix(".png"))


if __name__ == "__main__":
    sys.exit(main())
