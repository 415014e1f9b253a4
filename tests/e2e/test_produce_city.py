# SPDX-License-Identifier: Apache-2.0
"""A city with every fault, twenty feeds of it: what was served, what the producer counted and what Kafka holds are the
same, poll by poll."""

import collections
import datetime
import json
import os
import subprocess
import time
import urllib.request

import pytest
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


def expected(answer):
    """How a poll that got this answer must end. The city tells the fault's name without its parameter."""
    return next(results for name, results in EXPECTED.items() if name.split(":")[0] == answer["fault"])


def pair(served, polls):
    """(poll, its answer or None, answers that were no poll's) of one feed, in order. What the city was asked before a poll
    ended is of that poll or an earlier one, and the last of it is the poll's answer: before it come only a reset of a kept
    connection, which libcurl tries again at once, and what was too late for an earlier poll."""
    pairs, waiting = [], served
    for poll in polls:
        ended_ms = round(datetime.datetime.fromisoformat(poll["ts"]).timestamp() * 1000)
        own = [line for line in waiting if line["machine_ms"] <= ended_ms]
        waiting = waiting[len(own) :]
        pairs.append((poll, own[-1] if own else None, own[:-1]))
    return pairs, waiting


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
        pairs, unasked = pair(answers, [line for line in polls if line["source"] == name])
        assert len(unasked) <= 1, f"{name}: the stop cuts off one poll, not {unasked}"
        sent = too_late = 0
        for poll, answer, others in pairs:
            what = f"{name}: {others} and {answer} became {poll}"
            stale = [line for line in others if line["fault"] != "reset"]
            assert len(stale) <= too_late, what
            too_late -= len(stale)
            sent += poll["messages"]
            if poll["result"] == "timeout" and (answer is None or "timeout" not in expected(answer)):
                # Two cores run the city, the producer, Kafka and another test: the answer did not come in time.
                assert poll["fetch_ms"] >= TIMEOUT_MS and poll["messages"] == 0, what
                late[answer["fault"] if answer else "none"] += 1
                too_late += answer is None
                continue
            assert answer is not None and poll["result"] in expected(answer), what
            assert (poll["result"] == "not_modified") == (answer["status"] == 304), what
            in_time[answer["fault"]] += 1
            if poll["result"] == "published":
                assert answer["entities"] - answer["faulty"] <= poll["messages"] <= answer["entities"], what
            else:
                assert poll["messages"] == 0, what
        assert held.get(name, 0) == sent, name
    assert sum(held.values()) == summary["messages"] == summary["delivered"]
    for name in EXPECTED:
        fault = name.split(":")[0]
        assert in_time[fault] > late[fault], f"{fault}: {in_time[fault]} polls in time, {late[fault]} late"
    assert late.total() < in_time.total() / 10
