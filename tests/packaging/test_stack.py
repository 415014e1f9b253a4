# SPDX-License-Identifier: Apache-2.0
"""The whole system of compose.yaml, started by hand: a city over HTTP, the producer, Kafka, the job, Prometheus and
Alertmanager, each with the command, the variables and the files that its container would have. Every query of every
dashboard is asked of that Prometheus, and finds data."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import pytest
from stack_by_hand import ROOT, SERVICES, Stack, wait_until

sys.path.append(str(ROOT / "tests" / "monitoring"))
import dashboards  # noqa: E402
import preview  # noqa: E402

BINARY = os.environ.get("SLUICE_BIN")
LOADED = dashboards.load()
QUERIES = [query for name, dashboard in LOADED.items() for query in dashboards.queries(name, dashboard)]
SECONDS = 25  # over which rates are taken here: feeds are asked for each ten


def can(command):
    return BINARY and subprocess.run([BINARY, command, "--help"], capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.skipif(not (can("produce") and can("simulate")), reason="no program that produces and simulates"),
    pytest.mark.skipif(not shutil.which("prometheus-alertmanager"), reason="Prometheus is not installed"),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("stack"), BINARY) as running:
        for name in SERVICES:
            running.start(name)
        yield running


def query(stack, expr):
    url = f"http://{stack.address('prometheus')}/api/v1/query?query={urllib.parse.quote(expr)}"
    with urllib.request.urlopen(url, timeout=10) as response:
        return [(one["metric"], float(one["value"][1])) for one in json.load(response)["data"]["result"]]


@pytest.mark.parametrize("name", ["city", "producer", "sluice"])
def test_health_check(stack, name):
    wait_until(lambda: stack.healthy(name), f"{name} healthy", 60)


def test_vehicles_arrive_in_the_table(stack):
    table = stack.folder / "state" / "vehicle_positions"

    def rows():
        show = [BINARY, "table", "show", str(table), "--limit", "1", "--json"]
        found = subprocess.run(show, capture_output=True, text=True)
        return found.returncode == 0 and found.stdout.strip()

    row = json.loads(wait_until(rows, "a row in the table", 60).splitlines()[0])
    assert row["vehicle_id"] and row["latitude"] is not None


def test_prometheus_scrapes_every_target(stack):
    wanted = {"spark-streaming", "sluice-producer", "prometheus", "alertmanager"}

    def up():
        return {metric["job"] for metric, value in query(stack, "up") if value == 1} == wanted

    wait_until(up, "all targets up", 60)


def test_records_flow(stack):
    wait_until(
        lambda: query(stack, "sum(rate(spark_streaming_processed_records_total[10s])) > 0"), "records a second", 60
    )


def test_prometheus_reaches_alertmanager(stack):
    def told():
        with urllib.request.urlopen(f"http://{stack.address('alertmanager')}/api/v2/alerts", timeout=10) as response:
            return {alert["labels"]["alertname"] for alert in json.load(response)} & {"Watchdog"}

    wait_until(told, "Watchdog at Alertmanager", 100)


def ask(stack, path, **parameters):
    url = f"http://{stack.address('prometheus')}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=20) as response:
        return json.load(response)


@pytest.fixture(scope="module")
def steady(stack):
    """Scraped for long enough that every rate has its samples."""
    counted = f"min(count_over_time(up[{SECONDS}s])) >= {SECONDS - 2}"
    recorded = "job:spark_streaming_freshness_breach:bool"
    flowing = f"sum(rate(spark_streaming_processed_records_total[{SECONDS}s])) > 0"
    wait_until(lambda: all(query(stack, expr) for expr in (counted, recorded, flowing)), "scrapes, rules, records", 90)
    return stack


@pytest.mark.parametrize("one", QUERIES, ids=str)
def test_every_query_of_the_dashboards_finds_data(steady, one):
    expr = dashboards.filled(one.expr, LOADED[one.dashboard], __rate_interval=f"{SECONDS}s")
    found = ask(steady, "query", query=expr)
    assert found["status"] == "success" and not found.get("warnings") and not found.get("infos"), found
    # Marks on the time axis: nothing restarts here.
    assert found["data"]["result"] or one.kind == "annotation", f"no data: {expr}"


def test_variables_of_the_dashboards_find_their_values(steady):
    for dashboard in LOADED.values():
        for variable in (v for v in dashboard["templating"]["list"] if v["type"] == "query"):
            expr, label = variable["query"]["query"].removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
            found = ask(steady, f"label/{label}/values", **{"match[]": dashboards.filled(expr, dashboard)})
            assert found["status"] == "success" and found["data"], variable["name"]


@pytest.mark.parametrize("name", LOADED)
def test_the_preview_draws_every_panel(steady, name):
    source = preview.Source(steady.address("prometheus"), time.time(), minutes=1)
    source.step, source.windows = 1, dashboards.TIMES | {"__rate_interval": f"{SECONDS}s"}
    text, _ = preview.page(LOADED[name], source, 1200)
    assert "no data" not in text and "down</div>" not in text


@pytest.mark.parametrize("name", ["producer", "sluice", "city"])
def test_ends_in_good_order(stack, name):
    assert stack.stop(name) == 0, stack.log(name)
