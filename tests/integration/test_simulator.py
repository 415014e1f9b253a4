# SPDX-License-Identifier: Apache-2.0
"""`sluice simulate` as foreign clients see it: Python's http.client, curl, and the public bindings of GTFS-Realtime."""

import email.utils
import gzip
import http.client
import json
import shutil
import socket
import subprocess
import time

import pytest
from simulator import BIN, Simulator

START = 1767254400  # 2026-01-01T08:00:00Z
KINDS = ["vehicle_positions", "trip_updates", "alerts"]


@pytest.fixture(scope="module")
def city():
    """A city that stands still for a minute of ours: one feed for all that is asked."""
    with Simulator("--vehicles", 60, "--start", "2026-01-01T08:00:00Z", "--speed", 0.01) as running:
        yield running


@pytest.fixture(scope="module")
def bindings():
    return pytest.importorskip("google.transit.gtfs_realtime_pb2", reason="gtfs-realtime-bindings is not installed")


def parsed(bindings, body):
    feed = bindings.FeedMessage()
    feed.ParseFromString(body)
    return feed


@pytest.fixture(scope="module")
def curl():
    if not shutil.which("curl"):
        pytest.skip("the command curl is not installed")
    return lambda *arguments: subprocess.run(
        ["curl", "-sS", "--max-time", "5", *arguments], capture_output=True, timeout=20
    )


def test_the_three_feeds_are_gtfs_realtime(city, bindings):
    fields = {"vehicle_positions": "vehicle", "trip_updates": "trip_update", "alerts": "alert"}
    for kind in KINDS:
        answer = city.get(f"/{kind}.pb")
        assert answer.status == 200 and answer.named["content-type"] == "application/x-protobuf"
        feed = parsed(bindings, answer.text)
        assert feed.IsInitialized() and feed.header.timestamp == START
        assert feed.header.gtfs_realtime_version == "2.0"
        assert len(feed.entity) > 0 and all(entity.HasField(fields[kind]) for entity in feed.entity)
        assert len({entity.id for entity in feed.entity}) == len(feed.entity)


def test_json_is_the_same_feed(city, bindings):
    json_format = pytest.importorskip("google.protobuf.json_format")
    for kind in KINDS:
        feed = parsed(bindings, city.get(f"/{kind}.pb").text)
        answer = city.get(f"/{kind}.json")
        assert answer.named["content-type"] == "application/json"
        assert json.loads(answer.text) == json_format.MessageToDict(feed, preserving_proto_field_name=True)


def test_trip_updates_agree_with_positions(city, bindings):
    positions = parsed(bindings, city.get("/vehicle_positions.pb").text)
    updates = {
        entity.trip_update.trip.trip_id: entity.trip_update
        for entity in parsed(bindings, city.get("/trip_updates.pb").text).entity
    }
    on_trips = [entity.vehicle for entity in positions.entity if entity.vehicle.HasField("trip")]
    assert len(on_trips) > 50
    for vehicle in on_trips:
        update = updates[vehicle.trip.trip_id]
        assert update.vehicle.id == vehicle.vehicle.id and update.timestamp == vehicle.timestamp
        assert update.stop_time_update[0].stop_sequence == vehicle.current_stop_sequence
        assert update.stop_time_update[0].stop_id == vehicle.stop_id


def test_the_same_seed_is_the_same_city_in_another_process(city):
    arguments = ["--start", "2026-01-01T08:00:00Z", "--speed", "0.01", "--vehicles", "60"]
    with Simulator(*arguments) as same, Simulator(*arguments, "--seed", 2) as other:
        for kind in KINDS:
            assert same.get(f"/{kind}.pb").text == city.get(f"/{kind}.pb").text
        assert other.get("/vehicle_positions.pb").text != city.get("/vehicle_positions.pb").text


def test_validators_and_304(city):
    first = city.get("/trip_updates.pb")
    etag, modified = first.named["etag"], first.named["last-modified"]
    assert email.utils.parsedate_to_datetime(modified).timestamp() == START
    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        again = city.get("/trip_updates.pb", **headers)
        assert again.status == 304 and again.text == b"" and again.named["etag"] == etag
    assert city.get("/trip_updates.pb", If_None_Match='"other"').status == 200
    before = email.utils.format_datetime(email.utils.parsedate_to_datetime(modified).replace(year=2025), usegmt=True)
    assert city.get("/trip_updates.pb", If_Modified_Since=before).status == 200
    assert city.get("/alerts.pb", If_None_Match=etag).status == 200


def test_curl_keeps_its_etag(city, curl, tmp_path):
    tag = tmp_path / "etag"
    url = f"{city.url}/vehicle_positions.pb"
    first = curl(url, "--etag-save", tag, "-o", tmp_path / "feed.pb", "-w", "%{http_code}")
    again = curl(url, "--etag-compare", tag, "-o", tmp_path / "again.pb", "-w", "%{http_code}")
    assert (first.stdout, again.stdout) == (b"200", b"304")
    assert (tmp_path / "feed.pb").stat().st_size > 1000


def test_gzip_when_asked_for(city):
    plain = city.get("/trip_updates.pb")
    small = city.get("/trip_updates.pb", Accept_Encoding="br, gzip")
    assert "content-encoding" not in plain.named and small.named["content-encoding"] == "gzip"
    assert gzip.decompress(small.text) == plain.text and len(small.text) < len(plain.text) / 2
    assert small.named["vary"] == "Accept-Encoding" and small.named["etag"] == plain.named["etag"]
    assert "content-encoding" not in city.get("/trip_updates.pb", Accept_Encoding="gzip;q=0").named


def test_head_and_what_is_not_there(city):
    head = city.get("/alerts.pb", method="HEAD")
    assert head.status == 200 and head.text == b"" and int(head.named["content-length"]) > 100
    for path in ("/stops.pb", "/f01/alerts.pb", "/alerts", "/../alerts.pb"):
        assert city.get(path).status == 404, path
    assert city.get("/alerts.pb", method="POST").status == 405
    wrong = city.get("/alerts.pb?fault=melted")
    assert wrong.status == 400 and b"'melted' is no fault" in wrong.text and b"gzip-bomb" in wrong.text


def test_statuses(city):
    for fault, status, after in (
        ("500", 500, None),
        ("503:2m", 503, "120"),
        ("429", 429, "10"),
        ("429:30s", 429, "30"),
    ):
        answer = city.get(f"/alerts.pb?fault={fault}")
        assert (answer.status, answer.named.get("retry-after")) == (status, after)
    assert city.get("/alerts.pb", X_Fault="404").status == 404


def test_bodies_that_are_no_feeds(city):
    whole = city.get("/alerts.pb").text
    for fault, kind, begin in (
        ("html", "text/html", b"<!DOCTYPE html>"),
        ("json", "application/json", b'{"error"'),
        ("text", "text/plain", b"No data"),
    ):
        answer = city.get(f"/alerts.pb?fault={fault}")
        assert answer.status == 200 and answer.named["content-type"] == kind and answer.text.startswith(begin)
    assert city.get("/alerts.pb?fault=empty").text == b""
    assert city.get("/alerts.pb?fault=cut").text == whole[: len(whole) // 2]
    assert city.get("/alerts.pb?fault=cut:50").text == whole[:50]
    twice = city.get("/alerts.pb?fault=gzip-twice", Accept_Encoding="gzip")
    assert gzip.decompress(gzip.decompress(twice.text)) == whole
    bomb = city.get("/alerts.pb?fault=gzip-bomb:20MB", Accept_Encoding="gzip")
    assert bomb.named["content-encoding"] == "gzip" and len(bomb.text) < 50_000
    assert gzip.decompress(bomb.text) == bytes(20_000_000)


def test_a_slow_answer(city):
    begin = time.monotonic()
    answer = city.get("/vehicle_positions.pb?fault=slow:1500ms")
    took = time.monotonic() - begin
    assert answer.text == city.get("/vehicle_positions.pb").text and took > 1.4


def test_answers_that_do_not_come(city):
    with pytest.raises(socket.timeout):
        city.get("/alerts.pb?fault=hung", timeout=1)
    with pytest.raises(socket.timeout):
        city.get("/alerts.pb?fault=stalled", timeout=1)
    with pytest.raises(http.client.IncompleteRead) as partial:
        city.get("/alerts.pb?fault=truncated:60")
    assert len(partial.value.partial) == 60 and partial.value.expected > 100
    with pytest.raises(http.client.RemoteDisconnected):
        city.get("/alerts.pb?fault=reset")


def test_answers_that_do_not_come_to_curl(city, curl):
    """28: timed out, 18: partial file, 52: empty reply."""
    assert curl("--max-time", "1", f"{city.url}/alerts.pb?fault=hung").returncode == 28
    assert curl(f"{city.url}/alerts.pb?fault=truncated").returncode == 18
    assert curl(f"{city.url}/alerts.pb?fault=reset").returncode == 52


def test_redirects(city, curl):
    ok = curl(
        "-L", "--max-redirs", "3", "-w", "%{num_redirects}", "-o", "/dev/null", f"{city.url}/alerts.pb?fault=redirect:3"
    )
    assert (ok.returncode, ok.stdout) == (0, b"3")
    assert curl("-L", "--max-redirs", "3", f"{city.url}/alerts.pb?fault=redirect:4").returncode == 47


def test_faults_of_time(city, bindings):
    assert parsed(bindings, city.get("/vehicle_positions.pb?fault=old-header:10m").text).header.timestamp == START - 600
    future = parsed(bindings, city.get("/vehicle_positions.pb?fault=future:2h").text)
    assert future.header.timestamp == START + 7200
    assert all(entity.vehicle.timestamp > START + 7000 for entity in future.entity)
    # Feeds of now beside one that stays as it was.
    with Simulator("--vehicles", 20, "--start", "2026-01-01T08:00:00Z", "--speed", 1000) as fast:
        time.sleep(0.2)
        assert parsed(bindings, fast.get("/alerts.pb").text).header.timestamp > START + 100
        assert parsed(bindings, fast.get("/alerts.pb?fault=frozen").text).header.timestamp == START


def test_faults_of_entities(city, bindings):
    good = parsed(bindings, city.get("/vehicle_positions.pb").text)
    duplicates = parsed(bindings, city.get("/vehicle_positions.pb?fault=duplicates").text)
    assert len(duplicates.entity) == len(good.entity) + 10
    assert len({entity.id for entity in duplicates.entity}) == len(good.entity)
    maxima = parsed(bindings, city.get("/vehicle_positions.pb?fault=maxima").text)
    assert max(entity.vehicle.timestamp for entity in maxima.entity) == 2**64 - 1
    assert maxima.entity[-2].alert.active_period[0].end == 2**64 - 1
    missing = bindings.FeedMessage()
    missing.MergeFromString(city.get("/vehicle_positions.pb?fault=missing-required").text)
    assert not missing.IsInitialized() and len(missing.FindInitializationErrors()) == 3
    enums = parsed(bindings, city.get("/vehicle_positions.pb?fault=unknown-enum").text)
    assert not enums.entity[-2].vehicle.HasField("current_status") and not enums.entity[-1].alert.HasField("cause")
    wrong = parsed(bindings, city.get("/vehicle_positions.pb?fault=wrong-type").text)
    assert not wrong.entity[-1].vehicle.HasField("timestamp")
    from google.protobuf.message import DecodeError

    with pytest.raises(DecodeError):
        parsed(bindings, city.get("/vehicle_positions.pb?fault=malformed").text)
    assert b"caf\xe9" in city.get("/vehicle_positions.pb?fault=bad-utf8").text


def test_fifty_megabytes(city, bindings):
    answer = city.get("/vehicle_positions.pb?fault=huge", timeout=60)
    assert 50_000_000 <= len(answer.text) < 51_000_000
    feed = parsed(bindings, answer.text)
    assert len({entity.id for entity in feed.entity}) == len(feed.entity) > 100_000


def test_a_schedule_in_compressed_time():
    schedule = "1m-3m: 500 ; f01 5m-7m: html  # by the city's clock"
    with Simulator("--vehicles", 20, "--speed", 30, "--feeds", 2, "--faults", schedule) as city:
        seen, passed = [], 0
        while passed < 480_000:
            seen.append([city.get(f"/{feed}/alerts.pb").named["content-type"] for feed in ("f01", "f02")])
            time.sleep(0.1)
            times = [json.loads(line)["city_ms"] for line in city.get("/served.jsonl").text.splitlines()]
            passed = times[-1] - times[0]
        text, html = "text/plain; charset=utf-8", "text/html"
        assert [first for first, _ in seen].count(text) >= 2 and [first for first, _ in seen].count(html) >= 2
        assert html not in [second for _, second in seen] and text in [second for _, second in seen]
        counts = city.served()
    assert counts["/f01/alerts.pb", "html", 200]["completed"] == [first for first, _ in seen].count(html)
    assert counts["/f02/alerts.pb", "500", 500]["completed"] == [second for _, second in seen].count(text)
    assert sum(c["completed"] for c in counts.values()) == 2 * len(seen)


def test_what_was_served_is_what_came(bindings):
    with Simulator("--vehicles", 40, "--speed", 20, "--feeds", 3) as city:
        entities, answers = 0, 0
        for _ in range(10):
            for feed in ("f01", "f02", "f03"):
                for kind in KINDS:
                    entities += len(parsed(bindings, city.get(f"/{feed}/{kind}.pb").text).entity)
                    answers += 1
        with pytest.raises(http.client.IncompleteRead):
            city.get("/f01/alerts.pb?fault=truncated:50")
        counts = city.served()
        lines = [json.loads(line) for line in city.get("/served.jsonl").text.splitlines()]
        said = city.stop()
    honest = [c for c in counts.values() if c["fault"] == "none"]
    assert sum(c["completed"] for c in honest) == answers and sum(c["entities"] for c in honest) == entities
    assert counts["/f01/alerts.pb", "truncated", 200]["cut_off"] == 1
    assert [line["n"] for line in lines] == list(range(1, answers + 2))
    assert sum(line["entities"] for line in lines if line["state"] == "completed") == entities
    assert f"{answers} feeds with {entities} entities were served" in said


def test_a_key_is_asked_for():
    with Simulator("--vehicles", 20, SLUICE_SIMULATE_API_KEY="planted-key-77") as city:
        assert city.get("/alerts.pb").status == 401
        assert city.get("/alerts.pb", X_Api_Key="planted-key-77").status == 200
        assert city.get("/alerts.pb?key=planted-key-77").status == 200
        pages = city.get("/").text + city.get("/served.json").text + city.get("/served.jsonl").text
        assert b"planted" not in pages and "planted" not in city.stop()


def test_vehicles_go_home_at_night(bindings):
    def vehicles(clock):
        with Simulator("--vehicles", 120, "--clock", clock) as city:
            return len(parsed(bindings, city.get("/vehicle_positions.pb").text).entity)

    assert vehicles("08:00") > 110 and 40 < vehicles("12:30") < 80 and vehicles("02:00") < 12 and vehicles("04:10") == 0


def test_used_wrongly(tmp_path):
    for wrong, said in (
        (["--faults", "10m 500"], "expected [FEED] BEGIN-END: FAULT"),
        (["--faults", f"@{tmp_path}/none"], "cannot be read"),
        (["--start", "soon"], "--start soon"),
        (["--clock", "25:00"], "--clock 25:00"),
        (["--for", "a while"], "--for a while"),
        (["--vehicles", "0"], "--vehicles"),
        (["--listen", "nowhere"], "nowhere"),
    ):
        answer = subprocess.run([BIN, "simulate", *wrong], capture_output=True, text=True, timeout=10)
        assert answer.returncode == 2 and said in answer.stderr, answer.stderr
    schedule = tmp_path / "faults"
    schedule.write_text("# all the time\n0-: 503\n")
    with Simulator("--vehicles", 20, "--faults", f"@{schedule}") as city:
        assert city.get("/alerts.pb").status == 503
