# SPDX-License-Identifier: Apache-2.0
"""`sluice demo`: a city, a producer, a broker and a job in one process, as a new user starts them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from readers import rows
from sluice_job import sluice, wait_until
from terminal import Terminal

DEMO = ["demo", "--listen", "127.0.0.1:0", "--vehicles", "60", "--dir", "city"]


def events(text):
    """The log as lists of lines by event; there must be nothing but JSON lines where there is no terminal."""
    found = {}
    for line in map(json.loads, text.splitlines()):
        found.setdefault(line["event"], []).append(line)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the demo has run for a few batches, until SIGINT."""
    directory = tmp_path_factory.mktemp("demo")
    log = directory / "first.log"
    with open(log, "wb") as errors:
        command = [os.environ["SLUICE_BIN"], *DEMO]
        demo = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stderr=errors)
        try:
            wait_until(lambda: log.read_text().count('"event":"batch"') >= 4, 60, "four batches")
        finally:
            demo.send_signal(signal.SIGINT)
            code = demo.wait(60)
    assert code == 0, log.read_text()
    return directory


def test_the_city_is_in_the_table(folder):
    query = """SELECT count(*) AS n, count(DISTINCT vehicle_id) AS vehicles, count(latitude) AS placed,
        count(DISTINCT feed_timestamp) AS feeds, count(trip_id) AS on_trips,
        count(DISTINCT vehicle_id || '@' || feed_timestamp) AS once FROM t"""
    (found,) = rows(folder / "city" / "vehicle_positions", query)
    # It is a rush hour there; one or another vehicle is broken down.
    assert 50 <= found["vehicles"] <= 60 and found["feeds"] >= 3
    assert found["placed"] == found["n"] == found["once"] and found["on_trips"] > found["n"] * 0.9


def test_the_producer_wrote_what_the_city_served(folder):
    """Each feed a second, whole, and none twice."""
    told = events((folder / "first.log").read_text())
    (city,), (summary,) = told["demo_city"], told["summary"]
    assert city["vehicles"] == 60 and city["address"].startswith("127.0.0.1:")
    query = "SELECT feed_timestamp, count(*) AS n FROM t GROUP BY feed_timestamp ORDER BY feed_timestamp"
    feeds = rows(folder / "city" / "vehicle_positions", query)
    assert len(feeds) == summary["records"] and sum(feed["n"] for feed in feeds) == summary["rows"]


def test_the_summary(folder):
    told = events((folder / "first.log").read_text())
    table = folder / "city" / "vehicle_positions"
    (summary,) = told["summary"]
    (count,) = rows(table, "SELECT count(*) AS n FROM t")
    assert summary["rows"] == count["n"] == sum(batch["rows"] for batch in told["batch"])
    assert summary["table"] == str(table) and summary["version"] == told["batch"][-1]["version"]
    assert "demo_again" not in told
    assert sluice("table", "show", table).returncode == 0


def test_the_second_run_says_that_it_adds(folder):
    table = folder / "city" / "vehicle_positions"
    (before,) = rows(table, "SELECT count(*) AS n FROM t")
    answer = sluice(*DEMO, "--for", "6 seconds", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    told = events(answer.stderr)
    (again,) = told["demo_again"]
    assert "an earlier demo left the table" in again["message"] and "this run adds to it" in again["message"]
    (after,) = rows(table, "SELECT count(*) AS n FROM t")
    assert after["n"] == before["n"] + told["summary"][0]["rows"] > before["n"]
    assert not [line for lines in told.values() for line in lines if line["level"] in ("warn", "error")]


def test_on_a_terminal_with_ctrl_c(tmp_path):
    with Terminal([os.environ["SLUICE_BIN"], *DEMO], tmp_path, columns=300) as terminal:
        status = r"\r\x1b\[K[\d,]+ rows  [\d,]+ rows/s  version \d+  freshness \d+\.\d s  memory \d+ MB"
        wait_until(lambda: re.search(status, terminal.text()), 15, "a status line")
        terminal.press(b"\x03")
        assert terminal.wait(60) == 0, terminal.text()
        text = terminal.text()
    assert text.index("SIGINT: stopping") < text.index(" batches, ") < text.index("sluice table show ")
    assert '{"ts"' not in text and "\x1b[" in text
    table = tmp_path / "city" / "vehicle_positions"
    (count,) = rows(table, "SELECT count(*) AS n FROM t")
    one_liner = re.search(r'^  python -c "(.*)"$', text.replace("\r\n", "\n"), re.M).group(1)
    done = subprocess.run([sys.executable, "-c", one_liner], capture_output=True, text=True)
    assert done.stdout.strip() == str(count["n"]), done.stderr
    assert f"delta_scan('{table}')" in text and f'spark.read.format("delta").load("{table}").show()' in text


def test_without_colours_on_a_terminal(tmp_path):
    with Terminal([os.environ["SLUICE_BIN"], *DEMO, "--for", "2 seconds"], tmp_path, NO_COLOR="1") as terminal:
        assert terminal.wait(60) == 0, terminal.text()
        assert not re.search(r"\x1b\[\d*(;\d+)*m", terminal.text())


def test_used_wrongly(tmp_path):
    for wrong in (["--for", "soon"], ["--vehicles", "0"], ["--rate", "0"], ["--config", "nowhere.yaml"]):
        answer = sluice("demo", *wrong, cwd=tmp_path)
        assert answer.returncode == 2 and wrong[-1] in answer.stderr, answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_told_before_anything_is_promised(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        answer = sluice("demo", "--listen", address, cwd=tmp_path)
    assert answer.returncode == 2, answer.stderr
    ((event, (line,)),) = events(answer.stderr).items()
    assert event == "demo_failed" and line["code"] == "MONITOR_ADDRESS"
    assert "is taken by another program; set --listen to another address:port" in line["message"]
    assert 'make run DEMO_ARGS="--listen 127.0.0.1:0"' in line["message"]
    assert list(tmp_path.iterdir()) == []
