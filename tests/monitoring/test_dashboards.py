# SPDX-License-Identifier: Apache-2.0
"""The Grafana dashboards without a server: as generated, of Grafana's types, well-formed PromQL, known metrics and units."""

import json
import pathlib
import re
import subprocess
import sys

import dashboard_rules
import dashboards
import metric_table
import pytest

sys.path.append(str(dashboards.ROOT / "tests"))
import node_programs  # noqa: E402

GENERATOR = dashboards.ROOT / "scripts" / "dashboards" / "generate.py"
LOADED = dashboards.load()
each = pytest.mark.parametrize("name", LOADED)


def facts_of(queries):
    """What stands in each expression. Grafana's variables outside of quotes are nothing that a parser knows: a time
    of its own stands in for the window, and is put back; a 1 for the others."""
    stand_in = "13m37s"
    texts = [query.expr.replace("$__rate_interval", stand_in) for query in queries]
    texts = [re.sub(r'(?<!")\$\w+', "1", text) for text in texts]
    found = node_programs.run("promql_facts", data=texts)
    for query, facts in zip(queries, found):
        assert "error" not in facts, f"{query}: no PromQL from character {facts['error']} on: {query.expr}"
        for selector in facts["selectors"]:
            selector["window"] = (selector["window"] or "").replace(stand_in, "$__rate_interval")
    return found


@pytest.fixture(scope="module")
def facts():
    """(query, facts) of every query of every dashboard."""
    queries = [query for name, dashboard in LOADED.items() for query in dashboards.queries(name, dashboard)]
    return list(zip(queries, facts_of(queries)))


def test_the_four_dashboards_are_there():
    assert set(LOADED) == {"overview.json", "kafka_partitions.json", "alerting_slo.json", "producer.json"}
    assert len({dashboard["uid"] for dashboard in LOADED.values()}) == 4


def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    subprocess.run([sys.executable, GENERATOR, tmp_path], check=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    committed = {path.name: path.read_text(encoding="utf-8") for path in dashboards.FOLDER.glob("*.json")}
    assert written == committed, "run scripts/dashboards/generate.py"


def typed(dashboard):
    """TypeScript that says: this is a dashboard of Grafana's schema, and so are the options of each panel."""
    kinds = {kind: kind.replace("-", "") for kind in ("timeseries", "stat", "table", "state-timeline", "heatmap")}
    lines = [
        'import type { Dashboard } from "@grafana/schema";',
        # The types have enums where JSON has their values.
        "type Json<T> = T extends string ? `${T}` : T extends (infer U)[] ? Json<U>[]",
        "  : T extends object ? { [K in keyof T]: Json<T[K]> } : T;",
    ]
    for folder in kinds.values():
        path = f"../node_modules/@grafana/schema/dist/types/raw/composable/{folder}/panelcfg/x/types.gen"
        lines.append(f'import type {{ Options as {folder}_options }} from "{path}";')
    # `expr` of an annotation belongs to the data source, and is not in the type.
    plain = json.loads(json.dumps(dashboard))
    for mark in plain["annotations"]["list"]:
        for key in ("expr", "titleFormat", "textFormat", "step", "useValueForTime"):
            mark.pop(key, None)
    lines.append(f"export const dashboard: Json<Dashboard> = {json.dumps(plain)};")
    for number, panel in enumerate(dashboards.panels(dashboard)):
        if panel["type"] in kinds:
            options = json.dumps(panel["options"])
            lines.append(f"export const options{number}: Json<{kinds[panel['type']]}_options> = {options};")
    return "\n".join(lines) + "\n"


def test_grafana_schema_types():
    sources = {name.replace(".json", ".ts"): typed(dashboard) for name, dashboard in LOADED.items()}
    assert node_programs.type_errors(sources) == []


@pytest.mark.parametrize(
    "mistake",
    [
        lambda d: d["panels"][1]["gridPos"].update(hight=3),
        lambda d: d.update(graphTooltip=7),
        lambda d: d["panels"][1]["options"].update(colorMode="rainbow"),
    ],
)
def test_grafana_schema_types_tell_mistakes(mistake):
    broken = json.loads(json.dumps(LOADED["overview.json"]))
    mistake(broken)
    assert node_programs.type_errors({"broken.ts": typed(broken)})


@each
def test_rules(name, facts):
    mine = [(query.expr, found) for query, found in facts if query.dashboard == name]
    assert list(dashboard_rules.breaches(LOADED[name], mine)) == []


def test_every_metric_is_one_that_the_programs_promise(facts):
    known = set(metric_table.series_names(metric_table.FAMILIES)) | {"job:spark_streaming_freshness_breach:bool"}
    for query, found in facts:
        for selector in found["selectors"]:
            assert selector["metric"] in known, str(query)


def test_every_label_is_one_that_the_metric_has(facts):
    everywhere = {"job", "instance", "le"}
    for query, found in facts:
        for selector in found["selectors"]:
            name = re.sub(r"_(bucket|sum|count)$", "", selector["metric"])
            family = metric_table.FAMILIES.get(selector["metric"]) or metric_table.FAMILIES.get(name)
            if name in metric_table.CHAIN or family is None:
                continue
            own = {"query"} if name.startswith("spark_") else {"source"}
            labels = {label for label, _, _ in selector["matchers"]}
            assert labels <= everywhere | own | set(family.labels), f"{query}: {selector['metric']}{labels}"


def test_every_variable_is_defined():
    for name, dashboard in LOADED.items():
        for query in dashboards.queries(name, dashboard):
            dashboards.filled(query.expr, dashboard)


def test_prometheus_parses_every_query(tmp_path):
    rules = [
        {"record": f"q:{number}", "expr": dashboards.filled(query.expr, dashboard)}
        for name, dashboard in LOADED.items()
        for number, query in enumerate(dashboards.queries(name, dashboard))
    ]
    path = tmp_path / "rules.yaml"  # JSON is YAML
    path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", "--lint=none", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_units_are_grafanas():
    types = node_programs.MODULES / "node_modules/@grafana/grafana-foundation-sdk/dist/units/types.gen.d.ts"
    known = set(re.findall(r'= "([^"]+)"', types.read_text()))
    assert len(known) > 200
    for dashboard in LOADED.values():
        for panel in dashboards.panels(dashboard):
            used = [panel["fieldConfig"]["defaults"]["unit"]]
            used += [
                p["value"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"] if p["id"] == "unit"
            ]
            assert set(used) <= known, panel["title"]


def test_thresholds_are_those_of_the_alerts():
    sys.path.append(str(GENERATOR.parent))
    import limits

    budget = round(1 - limits.FRESHNESS_OBJECTIVE, 6)
    burn = [rf"breach:bool\[{window}\]\) > {rate * budget:g}\n" for window, rate in limits.BURN_RATES.items()]
    wanted = [
        rf"source_lag_seconds\)\s+> bool {limits.FRESHNESS_TARGET_SECONDS} ",
        *burn,
        rf"last_commit_timestamp_seconds\s+> {limits.STUCK_SECONDS} ",
        rf'batches_total{{result="failed"}}\[10m\]\)\) > {limits.FAILED_BATCHES}\n',
        rf"bad_records:ratio_long > {limits.BAD_RECORDS_RATIO}\n",
        rf"commit_attempts_total\[10m\]\)\).*\s+> {limits.COMMIT_CONFLICTS_RATIO}\n",
        rf"disk_size_bytes < {limits.DISK_FREE_RATIO}\n",
    ]
    wanted.append(rf"recording\n\s+interval: {limits.RULE_INTERVAL_SECONDS}s")
    rules = (dashboards.ROOT / "monitoring" / "alert.rules.yaml").read_text()
    assert [pattern for pattern in wanted if not re.search(pattern, rules)] == []


def test_provisioning_names_what_is_there():
    folder = pathlib.Path(dashboards.ROOT, "monitoring", "grafana", "provisioning")
    yaml = pytest.importorskip("yaml")
    source = yaml.safe_load((folder / "datasources" / "prometheus.yaml").read_text())
    provider = yaml.safe_load((folder / "dashboards" / "provider.yaml").read_text())
    assert set(source) == {"apiVersion", "prune", "datasources"} and set(provider) == {"apiVersion", "providers"}
    (prometheus,) = source["datasources"]
    assert set(prometheus) <= {"name", "type", "uid", "access", "url", "isDefault", "editable", "jsonData"}
    assert set(prometheus["jsonData"]) <= {
        "httpMethod",
        "timeInterval",
        "prometheusType",
        "prometheusVersion",
        "manageAlerts",
    }
    for dashboard in LOADED.values():
        (variable,) = (v for v in dashboard["templating"]["list"] if v["type"] == "datasource")
        assert variable["current"] == {"selected": True, "text": prometheus["name"], "value": prometheus["uid"]}
        assert variable["query"] == prometheus["type"]
    (files,) = provider["providers"]
    assert set(files) == {
        "name",
        "type",
        "folder",
        "folderUid",
        "allowUiUpdates",
        "disableDeletion",
        "updateIntervalSeconds",
        "options",
    }
    assert files["type"] == "file" and set(files["options"]) == {"path"}
