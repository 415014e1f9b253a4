# SPDX-License-Identifier: Apache-2.0
"""`sluice feed json`, and what Python makes of the same feed (gtfs-realtime-bindings, protobuf)."""

import json
import os
import subprocess
from pathlib import Path

from google.protobuf.json_format import MessageToDict
from google.transit import gtfs_realtime_pb2

SLUICE = os.environ["SLUICE_BIN"]
ENVELOPE = ["source", "feed_timestamp", "fetch_timestamp", "producer_timestamp"]


def feed_json(path: Path, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run([SLUICE, "feed", "json", path, *options], capture_output=True, encoding="utf-8", timeout=60)


def messages(path: Path, mode: str, *options: str) -> list[dict]:
    """The messages of that mode, each without its envelope, which is looked at here."""
    run = feed_json(path, "--mode", mode, "--source", "S", "--max-bytes", "100000000", *options)
    assert run.returncode in (0, 1), run.stderr
    lines = [loads(line) for line in run.stdout.splitlines()]
    for line in lines:
        assert line.pop("source") == "S"
        times = [line.pop(key, None) for key in ENVELOPE[1:]]
        assert times[0] is None or isinstance(times[0], int)
        assert times[1] > 1.7e9 and times[2] >= times[1]
    return lines


def loads(text: str) -> dict:
    """JSON in which no key is there twice and no number is NaN."""

    def pairs(items):
        assert len(dict(items)) == len(items), items
        return dict(items)

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, object_pairs_hook=pairs, parse_constant=refuse)


def parse(data: bytes) -> gtfs_realtime_pb2.FeedMessage:
    message = gtfs_realtime_pb2.FeedMessage()
    message.ParseFromString(data)
    return message


def as_python(message: gtfs_realtime_pb2.FeedMessage) -> str:
    """As compact text, so that the notation of numbers and the order of keys count, too."""
    return json.dumps(
        MessageToDict(message, preserving_proto_field_name=True), ensure_ascii=False, separators=(",", ":")
    )
