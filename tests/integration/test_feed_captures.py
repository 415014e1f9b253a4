# SPDX-License-Identifier: Apache-2.0
"""Captures of public feeds (../shared/data/gtfs-rt): in each mode their JSON is what Python makes of them, or the
repair is one of those below; each body that is no feed is named.
"""

import base64
import collections
import functools
import os
import re
from pathlib import Path

import pytest
from feeds import as_python, feed_json, loads, messages, parse
from google.protobuf.json_format import ParseDict
from google.transit import gtfs_realtime_pb2

SHARED = Path(os.environ.get("SLUICE_SHARED", Path(os.environ["SLUICE_SOURCE_DIR"]).parent / "shared"))
CAPTURES = sorted((SHARED / "data" / "gtfs-rt").glob("*.pb"))

# Python cannot parse them; what sluice says of each.
NO_FEEDS = {
    "notafeed-text-transitland-20241008": 'text: "not valid pb data"',
    "rtd-denver-vehicle-truncated4096-20240525-063251": "cut short at byte 4096: 28 entities are whole",
    "synthetic-truncated6-20260816": "6 bytes that are no Protobuf feed, starting with ff ff ff ff ff ff",
}
# Python gives bytes for a text: here they become U+FFFD. What Python prints, and what goes out.
REPAIRED = {"synthetic-invalid-utf8-20170714-024000": (r"b'\\xff\\xfe'", "\ufffd\ufffd", "trip_update.trip.trip_id")}
# Required fields that the feed does not hold; Python prints it without them, and so does sluice.
INCOMPLETE = {"nashville-wego-alert-20231125-012911": {"alert.cause_detail.translation.text": 6}}

pytestmark = pytest.mark.skipif(not CAPTURES, reason=f"no captures in {SHARED}/data/gtfs-rt")
FEEDS = [path for path in CAPTURES if path.stem not in NO_FEEDS]


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=[path.stem for path in paths])


def expected_text(path):
    text = as_python(parse(path.read_bytes()))
    if path.stem in REPAIRED:
        as_bytes, repaired, _ = REPAIRED[path.stem]
        assert as_bytes in text
        text = text.replace(as_bytes, repaired)
    return text


@functools.cache
def bare_message(path):
    return feed_json(path, "--mode", "message")


@each(FEEDS)
def test_the_bare_message_is_pythons_to_the_letter(path):
    run = bare_message(path)
    assert run.stdout == expected_text(path) + "\n"
    assert run.returncode == (1 if path.stem in REPAIRED or path.stem in INCOMPLETE else 0), run.stderr


@each(FEEDS)
def test_each_mode_holds_the_same_values(path):
    expected = loads(expected_text(path))
    entities = expected.get("entity", [])
    assert messages(path, "feed") == [expected]
    assert messages(path, "entity") == entities

    chunks = messages(path, "chunk", "--max-entities", "100")
    assert [chunk.pop("chunk") for chunk in chunks] == [{"index": i, "count": len(chunks)} for i in range(len(chunks))]
    assert [entity for chunk in chunks for entity in chunk.pop("entity", [])] == entities
    assert all(chunk == {"header": expected["header"]} for chunk in chunks)


@each(FEEDS)
def test_faults_are_named(path):
    faults = collections.Counter(
        re.search(r": ([\w.]+): (\w+)", line).groups() for line in bare_message(path).stderr.splitlines()
    )
    expected = {(field, "missing_required"): count for field, count in INCOMPLETE.get(path.stem, {}).items()}
    if path.stem in REPAIRED:
        expected[(REPAIRED[path.stem][2], "invalid_utf8")] = 1
    assert faults == expected
    missing = parse(path.read_bytes()).FindInitializationErrors()
    assert sum(count for (_, kind), count in faults.items() if kind == "missing_required") == len(missing)


@each([path for path in FEEDS if path.stem not in REPAIRED])
def test_with_raw_extensions_nothing_is_lost(path):
    """What the JSON holds, put together again by Python, is the message that was sent."""
    raw = loads(feed_json(path, "--mode", "message", "--raw-extensions").stdout)
    rebuilt = gtfs_realtime_pb2.FeedMessage()
    rebuild(raw, rebuilt)
    assert rebuilt == parse(path.read_bytes())


def rebuild(values, message):
    for key, value in values.items():
        if key.startswith("["):
            message.MergeFromString(base64.b64decode(value))
        elif isinstance(value, dict):
            getattr(message, key).SetInParent()
            rebuild(value, getattr(message, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                rebuild(item, getattr(message, key).add())
        else:
            ParseDict({key: value}, message)


@each([path for path in CAPTURES if path.stem in NO_FEEDS])
def test_what_is_no_feed_is_named(path):
    with pytest.raises(Exception, match="parsing message"):
        parse(path.read_bytes())
    for mode in ("feed", "entity", "chunk"):
        run = feed_json(path, "--mode", mode)
        assert run.returncode == 2 and run.stdout == ""
        assert NO_FEEDS[path.stem] in run.stderr, run.stderr
