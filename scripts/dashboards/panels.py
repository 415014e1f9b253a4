# SPDX-License-Identifier: Apache-2.0
"""Grafana's panels as small functions. Each returns the JSON of one panel without its place; `rows` places them."""

DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
NO_DATA = "no data"


def query(expr, legend="", *, instant=False, format="time_series"):
    """One PromQL target; its refId comes when the panel is made."""
    return {
        "datasource": DATA_SOURCE,
        "editorMode": "code",
        "expr": expr,
        "format": format,
        "instant": instant,
        "legendFormat": legend or "__auto",
        "range": not instant,
    }


def steps(*pairs):
    """Thresholds: steps("green", (60, "red")) is green below 60, red from there on."""
    first, *rest = pairs
    listed = [{"color": first, "value": None}]
    return {"mode": "absolute", "steps": listed + [{"color": color, "value": value} for value, color in rest]}


def colored(name, color):
    """An override: the series of this name has this colour."""
    return by_name(name, color={"mode": "fixed", "fixedColor": color})


def by_name(name, **properties):
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()],
    }


def dashed(name):
    """An override: a limit, drawn as a dashed line without area."""
    return by_name(
        name,
        color={"mode": "fixed", "fixedColor": "text"},
        custom__lineStyle={"fill": "dash", "dash": [8, 6]},
        custom__fillOpacity=0,
    )


def panel(kind, title, about, queries, *, unit, options, width, height, custom=None, **defaults):
    overrides = defaults.pop("overrides", [])
    transformations = defaults.pop("transformations", None)
    field = {
        "color": {"mode": "palette-classic"},
        "custom": custom or {},
        "mappings": [],
        "noValue": NO_DATA,
        "thresholds": steps("green"),
        "unit": unit,
    }
    made = {
        "type": kind,
        "title": title,
        "description": about,
        "datasource": DATA_SOURCE,
        "gridPos": {"h": height, "w": width, "x": 0, "y": 0},
        "fieldConfig": {"defaults": field | defaults, "overrides": overrides},
        "options": options,
        "targets": [{"refId": chr(ord("A") + n), **target} for n, target in enumerate(queries)],
    }
    if transformations:
        made["transformations"] = transformations
    return made


def stat(title, about, expr, unit, *, width=3, height=4, name=False, legend="", spark=True, **defaults):
    """One number; with `name` the series' name is shown instead of its value."""
    options = {
        "colorMode": "background" if "thresholds" in defaults or name else "value",
        "graphMode": "area" if spark and not name else "none",
        "justifyMode": "center",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showPercentChange": False,
        "textMode": "name" if name else "auto",
        "wideLayout": True,
    }
    defaults.setdefault("color", {"mode": "thresholds"})
    target = query(expr, legend, instant=name)
    return panel("stat", title, about, [target], unit=unit, options=options, width=width, height=height, **defaults)


def series(title, about, queries, unit, *, width=8, height=8, stacked=False, limit=None, reach=False, **defaults):
    """Curves over time, with a dashed line at `limit`; with `reach` the axis always goes up to it."""
    if limit is not None:
        defaults["thresholds"] = steps("transparent", (limit, "red"))
    custom = {
        "axisSoftMin": 0,
        "drawStyle": "line",
        "fillOpacity": 40 if stacked else 8,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
        "thresholdsStyle": {"mode": "off" if limit is None else "dashed"},
    }
    if reach:
        custom["axisSoftMax"] = limit
    options = {
        "legend": {"calcs": ["lastNotNull"], "displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel(
        "timeseries",
        title,
        about,
        queries,
        unit=unit,
        options=options,
        custom=custom,
        width=width,
        height=height,
        **defaults,
    )


def heatmap(title, about, expr, unit, *, width=8, height=8):
    """A classic histogram over time: the expression is increase() of its buckets by le."""
    options = {
        "calculate": False,
        "cellGap": 1,
        "cellValues": {},
        "color": {
            "exponent": 0.5,
            "fill": "dark-blue",
            "mode": "scheme",
            "reverse": False,
            "scale": "exponential",
            "scheme": "Blues",
            "steps": 64,
        },
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
    }
    target = query(expr, "{{le}}", format="heatmap")
    return panel("heatmap", title, about, [target], unit=unit, options=options, width=width, height=height)


def timeline(title, about, queries, *, mappings, width=24, height=8, **defaults):
    """States as bars over time; the value's name and colour come from `mappings`."""
    options = {
        "alignValue": "left",
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
        "mergeValues": True,
        "rowHeight": 0.85,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    }
    custom = {"fillOpacity": 80, "lineWidth": 0}
    return panel(
        "state-timeline",
        title,
        about,
        queries,
        unit="none",
        options=options,
        custom=custom,
        width=width,
        height=height,
        mappings=[values(mappings)],
        **defaults,
    )


def values(named):
    """A value mapping: {0: ("pending", "orange")}."""
    options = {
        str(value): {"color": color, "index": n, "text": text} for n, (value, (text, color)) in enumerate(named.items())
    }
    return {"type": "value", "options": options}


def table(title, about, queries, *, columns, by, sort, width=24, height=8, overrides=()):
    """Instant queries side by side, one row for each set of the labels `by`.
    `columns`: what the value of each query is called; without any, only the labels are shown."""
    letters = [chr(ord("A") + n) for n in range(len(queries))]
    fields = [f"Value #{letter}" for letter in letters] if len(queries) > 1 else ["Value"]
    names = {label: label.capitalize() for label in by} | dict(zip(fields, columns))
    hidden = {"Time": True} | ({} if columns else {fields[0]: True})
    options = {
        "cellHeight": "sm",
        "frameIndex": 0,
        "showHeader": True,
        "sortBy": [{"desc": bool(columns), "displayName": sort}],
    }
    return panel(
        "table",
        title,
        about,
        [target | {"instant": True, "range": False, "format": "table"} for target in queries],
        unit="short",
        options=options,
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False},
        width=width,
        height=height,
        overrides=list(overrides),
        transformations=[
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": hidden,
                    "indexByName": {name: n for n, name in enumerate(names)},
                    "renameByName": names,
                },
            },
        ],
    )


def rows(*sections):
    """Sections (title, panels) become rows of 24 columns; panels flow from left to right."""
    placed, y, number = [], 0, 1
    for title, panels in sections:
        row = {"type": "row", "title": title, "collapsed": False, "panels": []}
        placed.append(row | {"id": number, "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}})
        y, number, x, tallest = y + 1, number + 1, 0, 0
        for one in panels:
            place = one["gridPos"]
            if x + place["w"] > 24:
                x, y, tallest = 0, y + tallest, 0
            placed.append({"id": number, **one, "gridPos": place | {"x": x, "y": y}})
            x, number, tallest = x + place["w"], number + 1, max(tallest, place["h"])
        y += tallest
    return placed
