# SPDX-License-Identifier: Apache-2.0
"""Feeds out of random fields, and bytes changed at random: the JSON is what Python makes of them."""

import json
import os
import random
import struct
import subprocess
import sys

import pytest
from feeds import SLUICE, as_python, feed_json, loads, messages, parse
from google.protobuf.descriptor import FieldDescriptor
from google.transit import gtfs_realtime_pb2

SEEDS = range(8)
TEXTS = ["", "7", "Grève à l'Hôtel de Ville", '"\\/\b\f\n\r\t\0\x1f\x7f', "東京 🚍", "x" * 300]
FLOATS = [0.0, -0.0, 1.0, 0.1, 48.1173, -122.39561, 1e-5, 123456789.0, 1e16, 3.4028235e38, 1e-45]
SPECIAL = [float("nan"), float("inf"), float("-inf")]
LIMITS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
}


def value_of(field, draw):
    if field.type == FieldDescriptor.TYPE_STRING:
        return draw.choice(TEXTS)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return draw.random() < 0.5
    if field.type == FieldDescriptor.TYPE_ENUM:
        return draw.choice(field.enum_type.values).number
    if field.type == FieldDescriptor.TYPE_FLOAT:
        bits = struct.unpack("<f", draw.randbytes(4))[0]
        return draw.choice([draw.choice(FLOATS), draw.uniform(-180, 180), bits, draw.choice(SPECIAL)])
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        bits = struct.unpack("<d", draw.randbytes(8))[0]
        return draw.choice([draw.choice(FLOATS), draw.uniform(0, 1e6), bits, draw.choice(SPECIAL)])
    low, high = LIMITS[field.type]
    return draw.choice([low, high, 0, draw.randint(low, high), min(high, 1700000000)])


def fill(message, draw, share):
    for field in message.DESCRIPTOR.fields:
        if draw.random() > share:
            continue
        value = getattr(message, field.name)
        times = draw.randint(1, 3) if field.is_repeated else 1
        for _ in range(times):
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                inner = value.add() if field.is_repeated else value
                inner.SetInParent()
                fill(inner, draw, share)
            elif field.is_repeated:
                value.append(value_of(field, draw))
            else:
                setattr(message, field.name, value_of(field, draw))


def random_feed(draw):
    feed = gtfs_realtime_pb2.FeedMessage()
    fill(feed.header, draw, 0.7)
    feed.header.SetInParent()
    for _ in range(150):
        fill(feed.entity.add(), draw, draw.choice([0.2, 0.5, 0.9]))
    return feed


@pytest.mark.parametrize("seed", SEEDS)
def test_random_feeds(seed, tmp_path):
    feed = random_feed(random.Random(seed))
    path = tmp_path / "feed.pb"
    path.write_bytes(feed.SerializePartialToString())
    expected = as_python(feed)
    assert feed_json(path, "--mode", "message").stdout == expected + "\n"
    assert messages(path, "entity") == loads(expected)["entity"]


@pytest.mark.parametrize("seed", SEEDS)
def test_fields_in_any_order_and_twice(seed, tmp_path):
    """Two feeds merged in Python; here the bytes of the entities' messages, one after the other."""
    draw = random.Random(seed)
    data = bytearray()
    for _ in range(100):
        one, two = gtfs_realtime_pb2.FeedEntity(), gtfs_realtime_pb2.FeedEntity()
        fill(one, draw, 0.5)
        fill(two, draw, 0.5)
        entity = one.SerializePartialToString() + two.SerializePartialToString()
        data += b"\x12" + varint(len(entity)) + entity
    path = tmp_path / "feed.pb"
    path.write_bytes(bytes(data))
    assert feed_json(path, "--mode", "message").stdout == as_python(parse(bytes(data))) + "\n"


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broken_entity_does_not_take_the_others_with_it(seed, tmp_path):
    """Each entity by itself: where Python can read it, so do we, and to the same value."""
    draw = random.Random(seed)
    entities = []
    for _ in range(300):
        entity = gtfs_realtime_pb2.FeedEntity(id="1")
        fill(entity, draw, 0.4)
        entities.append(change(entity.SerializePartialToString(), draw))
    path = tmp_path / "feed.pb"
    header = gtfs_realtime_pb2.FeedMessage()
    header.header.gtfs_realtime_version = "2.0"
    path.write_bytes(header.SerializePartialToString() + b"".join(map(framed, entities)))
    expected = [entity for entity in map(by_itself, entities) if entity is not None]
    assert 50 < len(expected) < 300
    found = messages(path, "entity")
    assert len(found) == len(expected)
    for mine, pythons in zip(found, expected, strict=True):
        assert mine == pythons


def framed(entity):
    return field(2, entity)


def change(data, draw):
    data = bytearray(data)
    for _ in range(draw.randint(0, 2)):
        at = draw.randrange(len(data))
        data[at] = draw.randrange(256)
    return bytes(data)


def by_itself(entity):
    """What Python makes of it, with texts that are no UTF-8 repaired; None if it cannot read it."""
    try:
        feed = parse(framed(entity))
    except Exception:
        return None
    repair(feed)
    return json.loads(as_python(feed))["entity"][0]


LARGE = 60_000_000
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


@pytest.mark.parametrize(
    "body",
    [
        lambda: field(2, b"\x0a\x00") * (LARGE // 4),
        lambda: field(2, field(4, b"\x28\x05\x18\x01" * (LARGE // 4))),
        lambda: field(2, field(4, b"\x78\x05" * (LARGE // 2))),
        lambda: field(2, field(3, b"\x12\x02\x28\x01" * (LARGE // 4))),
        lambda: field(2, field(1, b"\xff" * LARGE)),
        lambda: field(2, field(4, field(1, field(1, b"x"))) * (LARGE // 7)),
    ],
    ids=["entities", "no order", "unknown fields", "one entity", "bad text", "repeats"],
)
@pytest.mark.parametrize("mode", ["feed", "entity"])
def test_a_large_body_needs_little_more_memory_than_itself(body, mode, tmp_path):
    path = tmp_path / "large.pb"
    path.write_bytes(field(1, field(1, b"2.0")) + body())
    command = [SLUICE, "feed", "json", path, "--mode", mode, "--raw-extensions"]
    run = subprocess.run([sys.executable, "-c", MEASURED, *command], capture_output=True, check=True, timeout=900)
    code, megabytes = map(int, run.stdout.split())
    assert code in (0, 1)
    assert megabytes < 250 or os.environ.get("SLUICE_SANITIZE")  # a sanitizer needs its own


def repair(message):
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in values:
                repair(inner)
        elif field.type == FieldDescriptor.TYPE_STRING:
            repaired = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
            if field.is_repeated:
                del value[:]
                value.extend(repaired)
            else:
                setattr(message, field.name, repaired[0])
