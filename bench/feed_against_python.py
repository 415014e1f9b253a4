# SPDX-License-Identifier: Apache-2.0
"""A large GTFS-Realtime feed into Kafka, one message an entity: `sluice produce` beside the same in Python.

  build/venv/bin/python bench/feed_against_python.py [--sluice build/release/sluice] [--megabytes 16] [--polls 5]

The feed is replayed from files; both write to a topic of a real broker with acks=all, idempotence and lz4. Python
is gtfs-realtime-bindings (upb), MessageToDict, json.dumps and confluent-kafka. Figures are CPU seconds (user and
system, all threads) of the whole process for a million entities, and its peak memory; the broker's are not counted.
Sluice and Python take turns.
"""

import argparse
import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "integration"))
START = 1700000000
KAFKA = {"acks": "all", "enable.idempotence": True, "compression.type": "lz4"}


def trip_update(entity, number, draw, now):
    entity.id = f"t{number}"
    update = entity.trip_update
    update.trip.trip_id = f"24-{draw.randrange(10**6)}-{number}"
    update.trip.start_date = "20231114"
    update.trip.route_id = f"{draw.randrange(300)}"
    update.vehicle.id = f"{number}"
    update.timestamp = now - draw.randrange(60)
    for sequence in range(draw.randrange(5, 35)):
        stop = update.stop_time_update.add(stop_sequence=sequence, stop_id=f"F{draw.randrange(10**5):05}")
        stop.arrival.delay = draw.randrange(-60, 600)
        stop.arrival.time = now + 90 * sequence
        stop.departure.delay = stop.arrival.delay
        stop.departure.time = stop.arrival.time + 20


def vehicle(entity, number, draw, now):
    entity.id = f"v{number}"
    position = entity.vehicle
    position.trip.trip_id = f"24-{draw.randrange(10**6)}-{number}"
    position.trip.start_time = "22:10:00"
    position.trip.start_date = "20231114"
    position.trip.route_id = f"{draw.randrange(300)}"
    position.trip.direction_id = number & 1
    position.position.latitude = draw.uniform(47, 49)
    position.position.longitude = draw.uniform(18, 20)
    position.position.bearing = draw.randrange(360)
    position.position.speed = draw.uniform(0, 20)
    position.current_stop_sequence = draw.randrange(30)
    position.current_status = 2
    position.timestamp = now - draw.randrange(60)
    position.stop_id = f"F{draw.randrange(10**5):05}"
    position.vehicle.id = f"{number}"
    position.vehicle.label = f"Bus {number}"


KINDS = {"trip updates": trip_update, "vehicles": vehicle}


def write_captures(directory, make, megabytes, polls):
    """Entities a poll."""
    from google.transit import gtfs_realtime_pb2

    draw = random.Random(1)
    feed = gtfs_realtime_pb2.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    size = 0
    while size < megabytes * 1_000_000:
        entity = feed.entity.add()
        make(entity, len(feed.entity), draw, START)
        size += entity.ByteSize() + 3
    for poll in range(polls):
        feed.header.timestamp = START + 30 * poll
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(feed.header.timestamp))
        (directory / f"large-{stamp}.pb").write_bytes(feed.SerializeToString())
    return len(feed.entity)


def apart(function, *arguments):
    """In a process of its own: what this one takes up would count as the peak of the programs that it starts."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def run_python(directory, bootstrap, topic):
    """Polls the captures as the loop of a producer in Python does; prints its figures."""
    from confluent_kafka import Producer
    from google.protobuf.json_format import MessageToDict
    from google.transit import gtfs_realtime_pb2

    failed = []
    producer = Producer({"bootstrap.servers": bootstrap, **KAFKA})

    def delivered(error, _):
        if error is not None:
            failed.append(error)

    def send(key, value):
        while True:
            try:
                return producer.produce(topic, key=key, value=value, on_delivery=delivered)
            except BufferError:
                producer.poll(0.1)

    for path in sorted(pathlib.Path(directory).glob("*.pb")):
        fetched = time.time()
        feed = gtfs_realtime_pb2.FeedMessage()
        feed.ParseFromString(path.read_bytes())
        for entity in feed.entity:
            record = MessageToDict(entity, preserving_proto_field_name=True)
            record["source"] = "large"
            record["feed_timestamp"] = feed.header.timestamp
            record["fetch_timestamp"] = fetched
            record["producer_timestamp"] = time.time()
            part = entity.vehicle if entity.HasField("vehicle") else entity.trip_update
            send(f"large|{part.vehicle.id or part.trip.trip_id or entity.id}", json.dumps(record))
            producer.poll(0)
    producer.flush()
    assert not failed, failed[0]


def measured(command, **options):
    """(CPU seconds, peak memory in MB, seconds) of a program; it has to end well."""
    begin = time.monotonic()
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command}: code {process.returncode}"
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, time.monotonic() - begin


def run_sluice(sluice, directory, bootstrap, topic):
    config = directory / "producer.yaml"
    config.write_text(
        f"""
sink: {{kafka.bootstrap.servers: "{bootstrap}", topic: {topic}}}
feeds: [{{name: large, replay: "{directory}/large", mode: entity}}]
monitor: {{enabled: false}}
log: {{format: json, level: warn}}
"""
    )
    return measured([sluice, "produce", config, "--speed", "100000"])


def count(broker, topic):
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "count"})
    ends = [consumer.get_watermark_offsets(TopicPartition(topic, partition)) for partition in range(3)]
    consumer.close()
    return sum(high - low for low, high in ends)


def compare(options, broker, kind, scratch):
    directory = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    entities = apart(write_captures, directory, KINDS[kind], options.megabytes, options.polls)
    total = entities * options.polls
    print(f"{kind}: {options.polls} polls of {options.megabytes} MB with {entities:,} entities")
    programs = {
        "sluice": lambda topic: run_sluice(options.sluice, directory, broker.bootstrap, topic),
        "python": lambda topic: measured([sys.executable, __file__, "--python", directory, broker.bootstrap, topic]),
    }
    cpu = {}
    for number in range(options.rounds):
        for name, run in programs.items():
            topic = f"{kind.replace(' ', '-')}-{name}-{number}"
            broker.create_topic(topic, 3)
            seconds, memory, wall = run(topic)
            written = count(broker, topic)
            assert written == total, f"{name} wrote {written} of {total} messages"
            cpu.setdefault(name, []).append(seconds / total * 1e6)
            print(f"  {name}: {cpu[name][-1]:8.2f} CPU s per million entities, peak {memory:,.0f} MB, {wall:.1f} s")
    ratios = [p / s for s, p in zip(cpu["sluice"], cpu["python"], strict=True)]
    print(f"  Python takes {min(ratios):.1f} to {max(ratios):.1f} times the CPU")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sluice", default=ROOT / "build" / "release" / "sluice", type=pathlib.Path)
    parser.add_argument("--megabytes", default=16, type=float)
    parser.add_argument("--polls", default=5, type=int)
    parser.add_argument("--rounds", default=2, type=int)
    parser.add_argument("--kinds", default=list(KINDS), nargs="*", choices=list(KINDS))
    parser.add_argument("--python", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.python:
        return run_python(*options.python)
    from kafka_broker import KafkaBroker

    with tempfile.TemporaryDirectory() as scratch, KafkaBroker(pathlib.Path(scratch) / "kafka") as broker:
        for kind in options.kinds:
            compare(options, broker, kind, scratch)


if __name__ == "__main__":
    main()
