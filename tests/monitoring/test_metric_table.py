# SPDX-License-Identifier: Apache-2.0
"""The table of metrics against the real programs: the same names, types and labels, from the first scrape on."""

import contextlib
import os
import re
import subprocess
import time

import metric_table
import pytest
from prometheus_server import answer, free_port

BINARY = os.environ.get("SLUICE_BIN")
pytestmark = pytest.mark.skipif(not BINARY, reason="no program")
PRODUCER = """
sink: {kafka.bootstrap.servers: '127.0.0.1:1', topic: t}
feeds: [{name: f, url: 'http://127.0.0.1:1/feed.pb'}]
"""
PROMISED = {
    "producer": metric_table.PRODUCER | metric_table.PROCESS_METRICS,
    "job": metric_table.JOB | metric_table.PROCESS_METRICS,
}
# Of the job, those that come when its topic is known.
OF_PARTITIONS = {name for name, family in metric_table.JOB.items() if "partition" in family.labels}
each = pytest.mark.parametrize("program", PROMISED)


@contextlib.contextmanager
def running(folder, *command):
    """/metrics of a program at a port of its own, asked for by a call."""
    port = free_port()
    with open(folder / "log.txt", "wb") as log:
        words = [BINARY, *map(str, command), "--listen", f"127.0.0.1:{port}"]
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=metric_table.ROOT)

    def text():
        deadline = time.monotonic() + 30
        while True:
            try:
                return answer(f"http://127.0.0.1:{port}/metrics")
            except OSError:
                assert time.monotonic() < deadline and process.poll() is None, (folder / "log.txt").read_text()
                time.sleep(0.02)

    try:
        yield text
    finally:
        process.terminate()
        process.wait(30)


def names_in(text):
    return {re.split("[ {]", line)[0] for line in text.splitlines() if line[:1] != "#"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Of a producer that finds neither Kafka nor its feed, and of the job of `sluice demo`: {program: first scrape},
    and of the job a later one, with its partitions."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "producer.yaml").write_text(PRODUCER)
    with running(folder, "produce", folder / "producer.yaml") as scrape:
        found = {"producer": scrape()}
    with running(folder, "demo", "--vehicles", 20, "--dir", folder / "demo") as scrape:
        found["first of job"] = scrape()
        deadline = time.monotonic() + 30
        while not OF_PARTITIONS <= names_in(scrape()) and time.monotonic() < deadline:
            time.sleep(0.1)
        found["job"] = scrape()
    return found


@each
def test_names(texts, program):
    assert names_in(texts[program]) == set(metric_table.series_names(PROMISED[program]))


def test_the_job_shows_all_but_partitions_from_its_first_scrape_on(texts):
    """A series that comes later is one that no alert sees in time."""
    assert names_in(texts["job"]) - names_in(texts["first of job"]) <= OF_PARTITIONS


@each
def test_types_and_labels(texts, program):
    text, own = texts[program], {"job": "query", "producer": "source"}[program]
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    for name, family in PROMISED[program].items():
        assert types[name] == family.kind, name
        sample = next(line for line in text.splitlines() if re.match(rf"{name}(_bucket)?[ {{]", line))
        assert set(re.findall(r'(\w+)="', sample)) - {own, "le"} == set(family.labels), sample


def test_buckets(texts):
    for name, family in metric_table.JOB.items():
        if family.kind == "histogram":
            found = dict.fromkeys(re.findall(rf'^{name}_bucket{{.*le="([^+"]+)"}}', texts["job"], re.M))
            assert [float(bound) for bound in found] == list(map(float, family.bounds)), name


@each
def test_promtool_finds_nothing(texts, program):
    done = subprocess.run(["promtool", "check", "metrics"], input=texts[program], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
