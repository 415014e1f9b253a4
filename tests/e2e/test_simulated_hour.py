# SPDX-License-Identifier: Apache-2.0
"""Twenty feeds of a simulated city with everything that goes wrong with feeds, in compressed time: what the city served, what
the producer counted and what Kafka holds are the same, poll by poll. SLUICE_SIMULATED_MINUTES=60 makes it an hour."""

import collections
import datetime
import json
import os
import time

from city_polls import Expected, answered
from simulator import Simulator
from sluice_producer import Producer, records

MINUTES = int(os.environ.get("SLUICE_SIMULATED_MINUTES", "12"))
SPEED = 60
FEEDS = [f"f{n:02}" for n in range(1, 21)]
KINDS = ["vehicle_positions", "vehicle_positions", "vehicle_positions", "trip_updates", "alerts"]

TIMEOUT_MS = 1000

WRITTEN = [
    "html",
    "hung",
    "json",
    "500",
    "frozen",
    "text",
    "old-header",
    "gzip-twice",
    "stalled",
    "empty",
    "slow:300ms",
]
WRITTEN += ["bad-utf8", "cut", "429:1s", "duplicates", "truncated", "missing-required", "gzip-bomb:30MB", "future:3h"]
WRITTEN += [
    "maxima",
    "lying-304",
    "503:1s",
    "malformed",
    "redirect:2",
    "unknown-enum",
    "huge:1MB",
    "wrong-type",
    "404",
    "reset",
]


def schedule():
    """Each feed has a fault every other minute, each another one; the first minutes, while all starts, and the last are
    good ones."""
    for number, feed in enumerate(FEEDS):
        for step, minute in enumerate(range(3, MINUTES - 2, 2)):
            yield f"{feed} {minute}m-{minute + 1}m: {WRITTEN[(number * 3 + step) % len(WRITTEN)]}"


def file_of(feed):
    return f"{KINDS[FEEDS.index(feed) % len(KINDS)]}.pb"


def run(city, producer):
    """The producer's memory, in kB, after a third of the time and at the end."""
    begin = time.monotonic()
    seen = []
    for part in (1 / 3, 1):
        while time.monotonic() < begin + part * MINUTES * 60 / SPEED:
            assert producer.process.poll() is None, producer.log_text()[-3000:]
            time.sleep(0.1)
        seen.append(producer.resident_kb())
    assert producer.stop() == 0, producer.log_text()[-3000:]
    return seen


def cut_off(held, sent, lines, told):
    """What Kafka holds is what was sent, and perhaps some of a feed's last answer if no poll tells of it (`told`: the last that
    one does): the stop did not wait for that poll."""
    assert not sent - held
    for (feed, header_time), messages in (held - sent).items():
        last = lines[feed][-1]
        assert last is not told[feed] and last["header_time"] == header_time and messages <= last["entities"], (
            feed,
            header_time,
            messages,
        )


def test_city_producer_and_kafka_agree(broker, tmp_path):
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=MINUTES + 2)
    faults = tmp_path / "faults"
    faults.write_text("\n".join(schedule()))
    arguments = [
        "--vehicles",
        40,
        "--feeds",
        len(FEEDS),
        "--speed",
        SPEED,
        "--faults",
        f"@{faults}",
        "--clock",
        "08:00",
    ]
    with Simulator(*arguments, "--start", start.strftime("%Y-%m-%dT%H:%M:%SZ")) as city:
        feeds = "\n".join(f"{feed}: {{url: '{city.url}/{feed}/{file_of(feed)}'}}" for feed in FEEDS)
        defaults = (
            f"{{interval: 333 ms, mode: entity, timeout: {TIMEOUT_MS} ms, maxBackoff: 500 ms, refusedRetry: 1 second}}"
        )
        with Producer(
            tmp_path,
            broker.bootstrap,
            "hour",
            feeds,
            sink="partitions: 4",
            defaults=defaults,
            log="{format: json, level: debug}",
        ) as producer:
            producer.start()
            first, last = run(city, producer)
            polls = collections.defaultdict(list)
            for event in producer.events("poll"):
                polls[event["source"]].append(event)
            (summary,) = producer.events("summary")
        city.served()  # nothing is under way any more
        lines = collections.defaultdict(list)
        for line in city.lines():
            lines[line["path"].split("/")[1]].append(line)

    held = collections.Counter()
    for _, _, value in records(broker.bootstrap, "hour"):
        message = json.loads(value)
        held[message["source"], message["feed_timestamp"]] += 1

    sent, published, late, told = collections.Counter(), 0, collections.Counter(), {}
    for feed in FEEDS:
        expected = Expected({"published"})
        for answer, poll in answered(lines[feed], polls[feed], expected, TIMEOUT_MS, late):
            told[feed] = answer
            if poll["result"] == "published":
                expected.published(answer)
                published += 1
                lost = answer["faulty"] if answer["fault"] == "malformed" else 0
                sent[feed, answer["header_time"]] += answer["entities"] - lost
    cut_off(held, +sent, lines, told)
    assert sum(len(of_feed) for of_feed in polls.values()) == summary["polls"] > 20 * MINUTES
    assert late.total() < summary["polls"] / 10, late
    assert summary["published"] == published
    for counter in ("messages", "delivered", "entities"):
        assert sum(sent.values()) <= summary[counter] <= sum(held.values()), counter
    # Every fault was met, and memory is flat.
    if MINUTES >= 12:
        met = {line["fault"] for of_feed in lines.values() for line in of_feed}
        assert met >= {fault.split(":")[0] for fault in WRITTEN}
    assert last < first * 1.25 + 20_000, f"{first} kB, then {last} kB"
    print(f"{summary['polls']} polls, {sum(held.values())} records, {first} kB then {last} kB")
