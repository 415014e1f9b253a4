# SPDX-License-Identifier: Apache-2.0
"""A city with every fault, twenty feeds of it: what was served, what the producer counted and what Kafka holds are the
same, poll by poll."""

import collections
import json
import os
import subprocess
import time
import urllib.request

import pytest
from city_polls import answered
from sluice_job import free_port, wait_until
from sluice_producer import Producer, records

FEEDS = 20
SECONDS = 50
TIMEOUT_MS = 1500

# Fault of the city -> how a poll that got it must end. Where several are there, the validators decide.
GOOD = {"published", "unchanged", "not_modified"}
EXPECTED = {
    "none": GOOD,
    "500": {"http_error"},
    "403": {"refused"},
    "429:2s": {"rate_limited"},
    "html": {"not_a_feed"},
    "json": {"not_a_feed"},
    "text": {"not_a_feed"},
    "gzip-twice": {"not_a_feed"},
    "empty": {"empty"},
    "cut": {"truncated"},
    "truncated": {"truncated"},
    "gzip-bomb": {"too_large"},
    "hung": {"timeout"},
    "stalled": {"timeout"},
    "reset": {"connect", "bad_answer"},
    "slow:500ms": GOOD,
    "frozen": GOOD,
    "old-header:10m": {"older"},
    "future:2h": GOOD,
    "lying-304": GOOD,
    "bad-utf8": GOOD,
    "missing-required": GOOD,
    "unknown-enum": GOOD,
    "wrong-type": GOOD,
    "malformed": GOOD,
    "maxima": GOOD,
    "duplicates": GOOD,
}


class Expected:
    """How the polls of a feed must end. The city tells the fault's name without its parameter."""

    def __init__(self):
        self.newest = 0  # header's time of what was published, those of the future apart

    def __call__(self, answer):
        # Nothing is older than the first.
        if answer["fault"] == "old-header" and answer["header_time"] >= self.newest:
            return GOOD
        return next(results for name, results in EXPECTED.items() if name.split(":")[0] == answer["fault"])

    def published(self, answer):
        if answer["fault"] != "future":
            self.newest = max(self.newest, answer["header_time"])


def schedule():
    """Each feed has each fault for a second and a half, at another time than the others."""
    faults = [fault for fault in EXPECTED if fault != "none"]
    entries = []
    for feed in range(1, FEEDS + 1):
        for i, fault in enumerate(faults):
            start = 3 + 1.6 * ((i + feed * 5) % len(faults))
            entries.append(f"f{feed:02} {int(start * 1000)}ms-{int(start * 1000) + 1200}ms: {fault}")
    return "; ".join(entries)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    port = free_port()
    log = open(tmp_path_factory.mktemp("city") / "log", "wb")
    command = [os.environ["SLUICE_BIN"], "simulate", "--listen", f"127.0.0.1:{port}"]
    command += ["--feeds", str(FEEDS), "--vehicles", "60", "--clock", "08:00", "--faults", schedule()]
    process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def get(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            assert process.poll() is None, "the city ended"
            return ""

    try:
        wait_until(lambda: get("/served.json"), 30, "the city answers")
        get.url = f"http://127.0.0.1:{port}"
        yield get
    finally:
        process.terminate()
        process.wait(20)


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_city_producer_and_kafka_agree_poll_by_poll(broker, city, tmp_path):
    names = [f"f{feed:02}" for feed in range(1, FEEDS + 1)]
    feeds = "\n".join(f"{name}: {{url: '{city.url}/{name}/vehicle_positions.pb'}}" for name in names)
    defaults = f"interval: 300 ms\ntimeout: {TIMEOUT_MS} ms\nmode: entity\nmaxBackoff: 300 ms\nrefusedRetry: 300 ms\nmaxBodyBytes: 20 MiB"
    log = "{format: json, level: debug}"
    with Producer(
        tmp_path, broker.bootstrap, "city", feeds, sink="partitions: 3", defaults=defaults, log=log
    ) as producer:
        producer.start()
        producer.until_polls("f01", "published", 1)
        time.sleep(SECONDS / 2)
        half = resident_kb(producer.process.pid)
        time.sleep(SECONDS / 2)
        grown = resident_kb(producer.process.pid) - half
        assert producer.stop() == 0
        polls, summary = producer.events("poll"), producer.events("summary")[-1]
    assert summary["lost"] == 0
    assert grown < 20_000, f"{grown} kB more than at half time"

    served = [json.loads(line) for line in city("/served.jsonl").splitlines()]
    held = {}
    for _, key, _ in records(broker.bootstrap, "city"):
        held[key.split("|")[0]] = held.get(key.split("|")[0], 0) + 1
    in_time, late = collections.Counter(), collections.Counter()  # polls by fault
    for name in names:
        answers = [line for line in served if line["path"].startswith(f"/{name}/")]
        own, expected, sent = [line for line in polls if line["source"] == name], Expected(), 0
        for answer, poll in answered(answers, own, expected, TIMEOUT_MS, late):
            what = f"{name}: {answer} became {poll}"
            assert (poll["result"] == "not_modified") == (answer["status"] == 304), what
            in_time[answer["fault"]] += 1
            sent += poll["messages"]
            if poll["result"] == "published":
                expected.published(answer)
                assert answer["entities"] - answer["faulty"] <= poll["messages"] <= answer["entities"], what
            else:
                assert poll["messages"] == 0, what
        assert held.get(name, 0) == sent, name
    assert sum(held.values()) == summary["messages"] == summary["delivered"]
    for name in EXPECTED:
        fault = name.split(":")[0]
        assert in_time[fault] > late[fault], f"{fault}: {in_time[fault]} polls in time, {late[fault]} late"
    assert late.total() < in_time.total() / 10
