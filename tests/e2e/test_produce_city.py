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
from city_polls import Expected, answered
from sluice_job import free_port, wait_until
from sluice_producer import Producer, records

FEEDS = 20
SECONDS = 50
TIMEOUT_MS = 1500

FAULTS = [
    "500",
    "403",
    "429:2s",
    "html",
    "json",
    "text",
    "gzip-twice",
    "empty",
    "cut",
    "truncated",
    "gzip-bomb",
    "hung",
]
FAULTS += ["stalled", "reset", "slow:500ms", "frozen", "old-header:10m", "future:2h", "lying-304", "bad-utf8"]
FAULTS += ["missing-required", "unknown-enum", "wrong-type", "malformed", "maxima", "duplicates"]


def schedule():
    """Each feed has each fault for a second and a half, at another time than the others."""
    entries = []
    for feed in range(1, FEEDS + 1):
        for i, fault in enumerate(FAULTS):
            start = 3 + 1.6 * ((i + feed * 5) % len(FAULTS))
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
        half = producer.resident_kb()
        time.sleep(SECONDS / 2)
        grown = producer.resident_kb() - half
        assert producer.stop() == 0
        polls, summary = producer.events("poll"), producer.events("summary")[-1]
    assert summary["lost"] == 0
    assert grown < 20_000, f"{grown} kB more than at half time"

    served = [json.loads(line) for line in city("/served.jsonl").splitlines()]
    held = {}
    for _, key, _ in records(broker.bootstrap, "city"):
        held[key.split("|")[0]] = held.get(key.split("|")[0], 0) + 1
    in_time, late = collections.Counter(), collections.Counter()  # polls by fault
    all_sent = 0
    for name in names:
        answers = [line for line in served if line["path"].startswith(f"/{name}/")]
        own, sent = [line for line in polls if line["source"] == name], 0
        expected = Expected({"published", "unchanged"})
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
        # The stop may have come while the last answer was being sent: no poll tells of it.
        cut_off = 0 if answers[-1] is answer else answers[-1]["entities"]
        assert sent <= held.get(name, 0) <= sent + cut_off, name
        all_sent += sent
    assert all_sent <= summary["messages"] <= sum(held.values()) == summary["delivered"]
    for fault in ["none", *(fault.split(":")[0] for fault in FAULTS)]:
        assert in_time[fault] > late[fault], f"{fault}: {in_time[fault]} polls in time, {late[fault]} late"
    assert late.total() < in_time.total() / 10
