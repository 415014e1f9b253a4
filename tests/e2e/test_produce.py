# SPDX-License-Identifier: Apache-2.0
"""`sluice produce` between a server of feeds and a real Kafka."""

import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import pytest
from confluent_kafka import KafkaException
from feed_server import FeedServer, feed
from sluice_job import sluice
from sluice_producer import Producer, records

KEYS = ["planted-header-key-4711", "planted/query+key=0815", "planted-default-key-1234"]


@pytest.fixture
def topic(request):
    return re.sub(r"[^a-z0-9-]", "-", request.node.name.removeprefix("test_").lower())


def vehicles(count, padding=0):
    """A new feed at every request."""
    return lambda n: (200, {}, feed([f"v{i}-{n}" for i in range(count)], padding=padding))


def test_entities_of_each_poll_are_in_the_topic_that_it_created(broker, topic, tmp_path):
    with FeedServer({"/a.pb": vehicles(7), "/b.pb": vehicles(3)}) as server:
        feeds = f"a: {{url: '{server.url}/a.pb', mode: entity}}\nb: {{url: '{server.url}/b.pb'}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds, sink="partitions: 5") as producer:
            producer.start()
            producer.until_polls("a", "published", 5)
            producer.until_polls("b", "published", 5)
            for page in ("/healthz", "/readyz", "/startupz"):
                status, text = producer.http(page)
                assert (status, json.loads(text)["ok"]) == (200, True), page
            lines = [json.loads(line) for line in producer.http("/feeds")[1].splitlines()]
            assert [line["source"] for line in lines] == ["a", "b"] and all(line["well"] for line in lines)
            assert producer.stop() == 0
            summary = producer.events("summary")[-1]
        # The first batch of a partition was once acknowledged and lost: its leader was known, and did not serve it yet.
        found = records(broker.bootstrap, topic)
        assert len(broker.admin.list_topics(topic).topics[topic].partitions) == 5
        # What was served, what was counted and what Kafka holds are the same: but for a poll that the stop cut off.
        assert summary["messages"] == summary["delivered"] == len(found) and summary["lost"] == 0
        a = [json.loads(value) for _, key, value in found if key.startswith("a|")]
        b = [json.loads(value) for _, key, value in found if key == "b"]
        assert len(a) + len(b) == len(found)
        polls_a, polls_b = len(a) / 7, len(b)
        assert server.counts["/a.pb"] - 1 <= polls_a <= server.counts["/a.pb"]
        assert server.counts["/b.pb"] - 1 <= polls_b <= server.counts["/b.pb"]
        assert {value["vehicle"]["vehicle"]["id"] for value in a} == {
            f"v{i}-{n}" for i in range(7) for n in range(int(polls_a))
        }
        for value in a + b:
            assert value["source"] in ("a", "b")
            assert abs(value["producer_timestamp"] - time.time()) < 120
            assert 0 <= value["producer_timestamp"] - value["fetch_timestamp"] < 30
        assert all(len(value["entity"]) == 3 for value in b)
        # A key's records are in one partition.
        partitions = {}
        for partition, key, _ in found:
            assert partitions.setdefault(key, partition) == partition


def test_partitions_that_are_added_get_records_and_lose_none(broker, topic, tmp_path):
    def spread():
        try:
            return len({partition for partition, _, _ in records(broker.bootstrap, topic)}) > 5
        except KafkaException:  # a leader that is named and does not serve yet
            return False

    broker.create_topic(topic, 1)
    with FeedServer({"/a.pb": vehicles(20)}) as server:
        feeds = f"a: {{url: '{server.url}/a.pb', mode: entity}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds, sink="kafka.metadata.max.age.ms: 100") as producer:
            producer.start()
            producer.until_polls("a", "published", 5)
            broker.add_partitions(topic, 40)
            producer.until(spread, "records in others", 40)
            assert producer.stop() == 0
            summary = producer.events("summary")[-1]
        assert summary["messages"] == summary["delivered"] == len(records(broker.bootstrap, topic))


def test_a_feed_too_large_for_a_message_goes_out_in_chunks(broker, topic, tmp_path):
    broker.create_topic(topic)
    with FeedServer({"/large.pb": vehicles(3000, padding=1000)}) as server:
        feeds = f"large: {{url: '{server.url}/large.pb', interval: 1 s}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds) as producer:
            producer.start()
            producer.until_polls("large", "published", 2)
            assert producer.stop() == 0
            assert "went out as" in producer.events("feed_in_chunks")[0]["message"]
    found = [json.loads(value) for _, _, value in records(broker.bootstrap, topic)]
    assert all(len(json.dumps(value)) < 1_000_000 for value in found)
    first = [value for value in found if value["feed_timestamp"] == found[0]["feed_timestamp"]]
    assert [value["chunk"]["index"] for value in first] == list(range(first[0]["chunk"]["count"]))
    assert sum(len(value["entity"]) for value in first) == 3000


def incompressible(entities):
    """New feeds whose JSON lz4 cannot make smaller than half: ids are random hex."""
    return lambda n: (200, {}, feed([os.urandom(300).hex() for _ in range(entities)]))


def test_messages_fit_a_topic_that_takes_little(broker, topic, tmp_path):
    broker.create_topic(topic, config={"max.message.bytes": "60000"})
    with FeedServer({"/f.pb": incompressible(400), "/e.pb": incompressible(400)}) as server:
        feeds = f"f: {{url: '{server.url}/f.pb'}}\ne: {{url: '{server.url}/e.pb', mode: entity}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds, defaults="interval: 300 ms") as producer:
            producer.start()
            producer.until_polls("f", "published", 5)
            producer.until_polls("e", "published", 5)
            assert producer.stop() == 0
            assert producer.events("summary")[-1]["lost"] == 0
            assert producer.events("delivery_failed") == []
    assert max(len(value) for _, _, value in records(broker.bootstrap, topic)) <= 54000


def test_a_topic_that_takes_less_than_before_gets_less(broker, topic, tmp_path):
    broker.create_topic(topic)
    with FeedServer({"/f.pb": incompressible(400)}) as server:
        feeds = f"f: {{url: '{server.url}/f.pb', interval: 300 ms}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds) as producer:
            producer.start()
            producer.until_polls("f", "published", 3)
            assert producer.metric("deliveries_total", result="too_large") == 0
            broker.set_topic_config(topic, {"max.message.bytes": "60000"})
            producer.until(lambda: producer.metric("deliveries_total", result="too_large") > 0, "a refusal")
            before = producer.metric("deliveries_total", result="delivered")
            producer.until(
                lambda: producer.metric("deliveries_total", result="delivered") > before + 50, "smaller records"
            )
            refused = producer.metric("deliveries_total", result="too_large")
            producer.until_polls("f", "published", producer.metric("polls_total", source="f", result="published") + 5)
            assert producer.metric("deliveries_total", result="too_large") == refused
            assert producer.stop() == 0
            warnings = {line["code"] for line in producer.events("warning")}
            assert warnings >= {"RECORD_TOO_LARGE", "KAFKA_BATCH_TOO_LARGE"}
            assert producer.events("delivery_failed")[0]["result"] == "too_large"


def test_a_missing_topic_is_waited_for(broker, topic, tmp_path):
    with FeedServer({"/a.pb": vehicles(1)}) as server:
        with Producer(tmp_path, broker.bootstrap, topic, f"a: {{url: '{server.url}/a.pb'}}") as producer:
            producer.start()
            producer.until(lambda: "not there" in producer.http("/readyz")[1], "not ready for want of the topic")
            assert producer.http("/readyz")[0] == 503
            assert server.counts == {}
            broker.create_topic(topic)
            producer.until_polls("a", "published", 2)
            assert producer.stop() == 0


def test_a_broker_that_is_away_slows_the_polls_and_nothing_is_lost(broker, topic, tmp_path):
    broker.create_topic(topic)
    with FeedServer({"/a.pb": vehicles(200, padding=500)}) as server:
        feeds = f"a: {{url: '{server.url}/a.pb', mode: entity}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds, sink="queue: 1 MiB") as producer:
            producer.start()
            producer.until_polls("a", "published", 3)
            broker.stop()
            try:
                producer.until(lambda: producer.metric("queue_wait_seconds_total") > 2, "a full queue")
                asked = server.counts["/a.pb"]
                # The client counts values, we keys as well.
                assert producer.metric("queue_limit_bytes") == 1 << 20
                assert producer.metric("queue_bytes") <= 1.1 * (1 << 20)
                producer.until(lambda: producer.http("/readyz")[0] == 503, "not ready")
                assert "no Kafka broker answers" in producer.http("/readyz")[1]
                assert server.counts["/a.pb"] <= asked + 1
            finally:
                broker.start()
            producer.until_polls("a", "published", asked + 5)
            producer.until(lambda: producer.http("/readyz")[0] == 200, "ready again")
            assert producer.stop() == 0
            summary = producer.events("summary")[-1]
    found = records(broker.bootstrap, topic)
    assert summary["lost"] == 0
    assert len(found) == summary["messages"] == summary["delivered"]


def test_a_stop_without_a_broker_ends_within_five_seconds_and_says_what_is_lost(broker, topic, tmp_path):
    broker.create_topic(topic)
    with FeedServer({"/a.pb": vehicles(2000, padding=500)}) as server:
        feeds = f"a: {{url: '{server.url}/a.pb', mode: entity}}"
        with Producer(tmp_path, broker.bootstrap, topic, feeds, sink="queue: 2 MiB") as producer:
            producer.start()
            producer.until_polls("a", "published", 1)
            broker.pause()
            try:
                producer.until(lambda: producer.metric("queue_wait_seconds_total") > 1, "a full queue")
                begun = time.monotonic()
                assert producer.stop() == 1
                assert time.monotonic() - begun < 15
            finally:
                broker.resume()
            failed = producer.events("producer_failed")[-1]
            assert failed["code"] == "KAFKA_NOT_ACKNOWLEDGED" and "records are not acknowledged" in failed["message"]


def test_bad_feeds_delay_no_good_one(broker, topic, tmp_path):
    answers = {
        "/good.pb": vehicles(1),
        "/hung.pb": lambda n: None,
        "/html.pb": lambda n: (200, {"Content-Type": "text/html"}, b"<html><title>Maintenance</title></html>"),
        "/error.pb": lambda n: (500, {}, b"oops"),
        "/limited.pb": lambda n: (429, {"Retry-After": "3600"}, b"slow down"),
        "/cut.pb": lambda n: (200, {}, feed([f"v{n}-{i}" for i in range(50)])[:-7]),
        "/empty.pb": lambda n: (200, {}, b""),
        "/frozen.pb": lambda n: (200, {"ETag": '"1"'}, feed(["v"], timestamp=1_700_000_000)),
        "/future.pb": lambda n: (200, {}, feed([f"v{n}"], timestamp=int(time.time()) + 7200 + n)),
        "/older.pb": lambda n: (200, {}, feed([f"v{n}"], timestamp=int(time.time()) - 600 * (n % 2))),
    }
    with FeedServer(answers) as server:
        names = [path[1:-3] for path in answers] + ["gone"]
        feeds = "\n".join(f"{name}: {{url: '{server.url}/{name}.pb'}}" for name in names)
        defaults = "interval: 100 ms\ntimeout: 5 s\nmaxBackoff: 1 s"
        with Producer(tmp_path, broker.bootstrap, topic, feeds, sink="partitions: 1", defaults=defaults) as producer:
            producer.start()
            producer.until_polls("good", "published", 30)
            expected = {
                "html": "not_a_feed",
                "error": "http_error",
                "limited": "rate_limited",
                "cut": "truncated",
                "empty": "empty",
                "frozen": "unchanged",
                "future": "published",
                "older": "older",
                "gone": "refused",
            }
            for name, result in expected.items():
                producer.until_polls(name, result, 1)
            for name, fault in {"frozen": "frozen", "future": "future", "older": "older"}.items():
                assert producer.metric("feed_faults_total", source=name, fault=fault) > 0
            assert producer.metric("bad_bodies_total", source="html", kind="html") > 0
            assert producer.metric("polls_total", source="limited") == 1
            assert producer.metric("polls_total", source="gone") == 1
            status, text = producer.http("/readyz")
            assert status == 200 and "html (not_a_feed: the body is an HTML page" in text
            assert producer.stop() == 0
            told = {line["source"]: line for line in producer.events("feed_failing")}
            assert set(told) >= {"html", "error", "limited", "cut", "empty", "gone"}
            assert "Maintenance" in told["html"]["message"] and told["gone"]["level"] == "error"


def test_a_job_reads_what_the_producer_wrote(broker, topic, tmp_path):
    from sluice_job import Job

    with FeedServer({"/a.pb": vehicles(4)}) as server:
        feeds = f"a: {{url: '{server.url}/a.pb'}}"
        with Producer(tmp_path / "producer", broker.bootstrap, topic, feeds, sink="partitions: 2") as producer:
            producer.start()
            producer.until_polls("a", "published", 5)
            assert producer.stop() == 0
            entities = producer.events("summary")[-1]["entities"]
    schema = "source STRING, entity ARRAY<STRUCT<id: STRING, vehicle: STRUCT<vehicle: STRUCT<id: STRING>>>>"
    sql = "SELECT source, entity.vehicle.vehicle.id AS vehicle FROM input"
    with Job(tmp_path / "job", broker.bootstrap, topic, schema=schema, sql=sql, decode="explode: entity") as job:
        assert job.run() == 0
        summary = job.log_lines("summary")[-1]
        assert summary["rows"] == entities and summary.get("rejects", 0) == 0


def planted(server):
    """Feeds that hold keys in every way, and the environment that they come from."""
    feeds = f"""\
        good: {{url: '{server.url}/good.pb', headers: {{x-api-key: '${{HEADER_KEY}}'}}, query: {{token: '${{QUERY_KEY}}'}}}}
        echo: {{url: '{server.url}/echo.pb', headers: {{Authorization: 'Bearer ${{HEADER_KEY}}'}}, query: {{token: '${{QUERY_KEY}}'}}}}
        page: {{url: '{server.url}/page.pb', query: {{token: '${{QUERY_KEY}}'}}}}
        gone: {{url: 'http://127.0.0.1:1/gone.pb', headers: {{Authorization: 'Bearer ${{HEADER_KEY}}'}}, query: {{k: '${{QUERY_KEY}}'}}}}
        """
    defaults = "interval: 100 ms\nmaxBackoff: 500 ms\nheaders: {X-Default-Token: '${DEFAULT_KEY}'}"
    return feeds, defaults, {"HEADER_KEY": KEYS[0], "QUERY_KEY": KEYS[1], "DEFAULT_KEY": KEYS[2]}


def forms(key):
    """A key as it is, and as it stands in an address."""
    import urllib.parse

    return {key, urllib.parse.quote(key, safe=""), urllib.parse.quote(key), urllib.parse.quote_plus(key)}


def test_keys_are_in_no_output(broker, topic, tmp_path):
    said = f"key {KEYS[0]} and {KEYS[1]} are not valid, nor is {KEYS[2]}".encode()
    answers = {
        "/good.pb": vehicles(2),
        "/echo.pb": lambda n: (403, {}, b'{"error": "' + said + b'"}'),
        "/page.pb": lambda n: (200, {}, b"<html><title>" + said + b"</title></html>"),
    }
    with FeedServer(answers) as server:
        feeds, defaults, keys = planted(server)
        with Producer(
            tmp_path,
            broker.bootstrap,
            topic,
            feeds,
            sink="partitions: 1",
            defaults=defaults,
            log="{format: json, level: debug}",
        ) as producer:
            producer.start(**keys)
            producer.until_polls("good", "published", 5)
            for name, result in {"echo": "refused", "page": "not_a_feed", "gone": "connect"}.items():
                producer.until_polls(name, result, 1)
            # The keys do arrive where they belong.
            path, headers = next(asked for asked in server.asked if asked[0].startswith("/good.pb"))
            assert headers["x-api-key"] == KEYS[0] and headers["X-Default-Token"] == KEYS[2]
            assert path == "/good.pb?token=planted%2Fquery%2Bkey%3D0815"

            pages = "".join(producer.http(page)[1] for page in ("/metrics", "/feeds", "/readyz", "/healthz", "/"))
            processes = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True).stdout
            assert str(producer.config) in processes
            check = sluice("produce", "--check", producer.config, **keys)
            assert check.returncode == 0 and "****" in check.stdout
            kafka = "".join(key + value for _, key, value in records(broker.bootstrap, topic))

            assert producer.stop() == 0
        outputs = {
            "log": producer.log_text(),
            "pages": pages,
            "processes": processes,
            "check": check.stdout + check.stderr,
            "Kafka": kafka,
            "files": "".join(f.read_text(errors="replace") for f in tmp_path.rglob("*") if f.is_file()),
        }
        assert "not valid" in outputs["log"] and "***" in outputs["log"]
        for where, text in outputs.items():
            for key in KEYS:
                for form in forms(key):
                    assert form not in text, f"{form} in {where}"


def test_a_process_with_keys_writes_no_core(broker, topic, tmp_path):
    """PR_SET_DUMPABLE: the same crash leaves a core behind if there is no key to keep."""
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    cores = {}
    with FeedServer({"/good.pb": vehicles(1)}) as server:
        for secret in (False, True):
            headers = ", headers: {x-api-key: '${HEADER_KEY}'}" if secret else ""
            feeds = f"good: {{url: '{server.url}/good.pb'{headers}}}"
            directory = tmp_path / str(secret)
            with Producer(directory, broker.bootstrap, topic, feeds, sink="partitions: 1") as producer:
                producer.start(HEADER_KEY=KEYS[0])
                producer.until_polls("good", "published", 1)
                producer.process.send_signal(signal.SIGABRT)
                assert producer.wait() == -signal.SIGABRT
            cores[secret] = [f.name for f in directory.iterdir() if "core" in f.name]
    assert cores[True] == []
    if not cores[False]:
        pytest.skip("this machine writes no cores into the working directory: only that none was written is shown")


def test_mistakes_are_told_all_at_once_and_nothing_is_started(tmp_path):
    config = tmp_path / "producer.yaml"
    config.write_text("sink: {topik: t}\nfeeds:\n  - {name: a, url: 'http://h/', intervall: 5 s}\n  - {name: a}\n")
    for arguments in (["produce", config], ["produce", "--check", config], ["check", config]):
        done = sluice(*arguments)
        assert done.returncode == 2
        for text in (
            "producer.yaml:1: sink.topik: unknown key; did you mean topic?",
            "did you mean interval?",
            "feeds[2].url",
        ):
            assert text in done.stderr, done.stderr


def test_the_schema_of_editors_is_printed(tmp_path):
    schema = json.loads(sluice("produce", "--schema").stdout)
    assert schema["title"] == "Configuration of a Sluice producer"
    assert schema == json.loads(
        (pathlib.Path(os.environ["SLUICE_SOURCE_DIR"]) / "docs/sluice-producer.schema.json").read_text()
    )


def test_a_replay_is_played_and_ends(broker, topic, tmp_path):
    captures = tmp_path / "captures"
    captures.mkdir()
    for second in range(10):
        name = f"city-20240101-0000{second:02}.pb"
        (captures / name).write_bytes(feed([f"v{second}"], timestamp=1704067200 + second))
    with Producer(tmp_path, broker.bootstrap, topic, "city: {replay: captures/city}", sink="partitions: 1") as producer:
        begun = time.monotonic()
        producer.start("--speed", "10")
        assert producer.wait() == 0
        assert time.monotonic() - begun > 0.8
        assert producer.events("summary")[-1]["published"] == 10
        # Ages are judged as of the captures' time: nothing is frozen or from the past.
        assert producer.events("feed_fault") == []
    assert [json.loads(value)["feed_timestamp"] for _, _, value in records(broker.bootstrap, topic)] == [
        1704067200 + second for second in range(10)
    ]
