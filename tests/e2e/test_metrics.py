# SPDX-License-Identifier: Apache-2.0
"""The live endpoint: its names are those of docs/metrics.md, promtool finds nothing, lag does not need batches."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest
from kafka_broker import KafkaBroker
from messages import produce
from sluice_job import Job, wait_until
from sluice_producer import Producer

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_DIR"])
PREFIX = "spark_streaming_"
SELDOM = "processingTime: 10000 hours"


def samples(text):
    """{(name, labels): value} of an exposition; labels as a frozenset of pairs."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)", line).groups()
            pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
            assert (name, frozenset(pairs)) not in found, line
            found[name, frozenset(pairs)] = float(value)
    return found


def value(job, name, **labels):
    """Sum of the samples that have these labels; None without any."""
    _, text = job.http("/metrics")
    found = [
        v for (n, pairs), v in samples(text).items() if n == PREFIX + name and labels.items() <= dict(pairs).items()
    ]
    return sum(found) if found else None


def first_scrape(job):
    return wait_until(lambda: job.http("/metrics")[1], 20, "a scrape")


@pytest.fixture(scope="module")
def live(broker, tmp_path_factory):
    """A job that has committed one batch of 400 records and waits a year for the next."""
    broker.create_topic("live", 4)
    produce(broker.bootstrap, "live", 0, 400)
    monitor = "eventTime: at\nsparkNamespace: my-app"
    directory = tmp_path_factory.mktemp("live")
    with Job(directory, broker.bootstrap, "live", trigger=SELDOM, monitor=monitor).start() as job:
        wait_until(lambda: value(job, "processed_records_total") == 400, 60, "400 records")
        wait_until(lambda: value(job, "source_latest_offset") == 400, 20, "a look at Kafka")
        yield job


def test_the_page_and_the_endpoint_have_the_same_names(live):
    page = (ROOT / "docs" / "metrics.md").read_text()
    told = re.findall(r"^\| `([a-z_]+)` \| ([CGH]) \|", page, re.MULTILINE)
    assert len(told) == len(dict(told)), "a name twice"
    kinds = {"C": "counter", "G": "gauge", "H": "histogram"}
    shown = dict(re.findall(r"^# TYPE (\S+) (\S+)$", live.http("/metrics")[1], re.MULTILINE))
    assert {name: kinds[kind] for name, kind in told} == shown


def test_each_label_value_is_on_the_page(live):
    page = (ROOT / "docs" / "metrics.md").read_text()
    closed = ("reason", "result", "phase", "stage", "kind", "state", "op")
    for _, pairs in samples(live.http("/metrics")[1]):
        for label, word in pairs:
            assert label not in closed or f"`{word}`" in page, f'{label}="{word}"'


def test_promtool_finds_nothing(live):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=live.http("/metrics")[1], capture_output=True, text=True, timeout=30
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_no_more_series_than_the_budget(live):
    names = [name for name, _ in samples(live.http("/metrics")[1])]
    assert len(names) < 500 + 5 * 4


def test_a_batch_shows_everywhere(live):
    assert value(live, "input_records_total", topic="live") == 400
    assert value(live, "input_bytes_total", topic="live") > 400 * 50
    assert value(live, "output_rows_total") == 400
    assert value(live, "end_to_end_latency_seconds_count") == 400
    assert value(live, "batches_total", result="committed") == 1
    assert value(live, "batch_records_sum") == 400
    assert value(live, "batch_phase_duration_seconds_count") == 10, "each phase once"
    assert value(live, "batch_phase_duration_seconds_sum", phase="commit") > 0
    assert value(live, "commit_attempts_total") == 1
    for op in ("table_commit", "offset_log", "commit_log"):
        assert value(live, "storage_requests_total", op=op, result="ok") == 1
        assert value(live, "storage_request_duration_seconds_count", op=op) == 1
    assert value(live, "storage_requests_total", op="data_files", result="ok") >= 1
    assert value(live, "storage_requests_total", result="error") == 0
    assert value(live, "committed_event_timestamp_seconds") == 1_700_000_399, "`at` of the last message"
    assert value(live, "source_rebalances_total") == 0
    assert value(live, "output_file_size_bytes_sum") == value(live, "output_bytes_total") > 0
    assert value(live, "table_version") == 1
    assert value(live, "table_files") == value(live, "output_files_total")
    assert value(live, "table_size_bytes") == value(live, "output_bytes_total")
    assert value(live, "query_state", state="running") == 1
    assert value(live, "disk_free_bytes") > 0
    assert value(live, "memory_limit_bytes") == 512 << 20
    now = time.time()
    assert now - 120 < value(live, "last_commit_timestamp_seconds") <= now
    assert now - 120 < value(live, "last_trigger_timestamp_seconds") <= now
    assert now - 120 < value(live, "committed_record_timestamp_seconds") <= now


def test_sparks_own_gauges(live):
    status, text = live.http("/metrics/prometheus")
    assert status == 200
    progress = json.loads(live.http("/progress")[1].splitlines()[-1])
    shown = dict(
        re.findall(r'^metrics_my_app_driver_spark_streaming_e2e_(\w+)_Value\{type="gauges"\} (\S+)$', text, re.M)
    )
    assert set(shown) == {
        "eventTime_watermark",
        "inputRate_total",
        "latency",
        "processingRate_total",
        "states_rowsTotal",
        "states_usedBytes",
    }
    assert float(shown["latency"]) == progress["durationMs"]["triggerExecution"]
    assert float(shown["processingRate_total"]) == pytest.approx(progress["processedRowsPerSecond"])


def test_health_of_a_job_that_is_well(live):
    for page in ("/healthz", "/readyz", "/startupz"):
        status, text = live.http(page)
        answer = json.loads(text)
        assert (status, answer["ok"]) == (200, True), text
        assert all(set(check) == {"name", "ok", "detail", "since"} for check in answer["checks"])
    assert [check["name"] for check in json.loads(live.http("/readyz")[1])["checks"]] == [
        "query",
        "kafka",
        "table",
        "moves",
    ]


def test_stage_seconds_are_the_time_that_passes(live):
    def total(stage):
        return value(live, "stage_seconds_total", stage=stage)

    wait_until(lambda: value(live, "stage_seconds_total", stage="decode", state="busy"), 10, "the work of the batch")
    # Looked at once a second; a scrape may take its time.
    begun = time.monotonic()
    before = {stage: total(stage) for stage in ("decode", "commit")}
    read = time.monotonic()
    time.sleep(5)
    again = time.monotonic()
    grown = {stage: total(stage) - before[stage] for stage in before}
    least, most = again - read - 2, time.monotonic() - begun + 2
    assert least < grown["commit"] < most
    lanes = os.cpu_count()
    assert least * lanes < grown["decode"] < most * lanes


# Last of those that use it: it leaves a backlog behind.
def test_lag_grows_without_any_batch(live, broker):
    assert value(live, "source_lag_records") == 0
    assert value(live, "source_lag_seconds") == 0
    produce(broker.bootstrap, "live", 400, 40)
    wait_until(lambda: value(live, "source_lag_records") == 40, 10, "the lag")
    assert value(live, "source_lag_records", topic="live", partition="0") == 10
    lag = value(live, "source_lag_seconds", partition="0")
    assert 0 <= lag < 60
    wait_until(lambda: value(live, "source_lag_seconds", partition="0") > lag + 2, 60, "a lag that grows")
    assert value(live, "batches_total") == 1


def test_a_missing_topic_is_0_from_the_first_scrape_until_it_appears(broker, tmp_path):
    with Job(tmp_path, broker.bootstrap, "not-there", trigger="processingTime: 0 seconds").start() as job:
        found = samples(first_scrape(job))
        topic = {("query", "e2e"), ("topic", "not-there")}
        assert found[PREFIX + "source_topic_available", frozenset(topic)] == 0
        assert found[PREFIX + "input_records_total", frozenset(topic)] == 0
        assert found[PREFIX + "processed_records_total", frozenset({("query", "e2e")})] == 0
        wait_until(lambda: value(job, "query_state", state="retrying") == 1, 20, "the state")
        wait_until(lambda: value(job, "errors_total", stage="kafka", kind="topic_missing"), 20, "the error")
        assert value(job, "source_topic_available") == 0
        status, text = job.http("/readyz")
        kafka = next(check for check in json.loads(text)["checks"] if check["name"] == "kafka")
        assert status == 503 and not kafka["ok"] and "not-there" in kafka["detail"]
        assert job.http("/startupz")[0] == 200, "the table is open"
        assert job.http("/healthz")[0] == 200, "a missing topic is no reason to restart it"
        broker.create_topic("not-there", 2)
        wait_until(lambda: value(job, "source_topic_available", topic="not-there") == 1, 20, "the topic")
        wait_until(lambda: value(job, "source_lag_records", topic="not-there", partition="1") == 0, 20, "a partition")
        assert job.stop()[0] == 0


def test_a_topic_without_rights_is_0_and_the_job_lives(tmp_path):
    login = """
        kafka.security.protocol: SASL_PLAINTEXT
        kafka.sasl.mechanism: PLAIN
        kafka.sasl.jaas.config: >-
          org.apache.kafka.common.security.plain.PlainLoginModule required username="reader" password="${READER_PASSWORD}";
    """
    with KafkaBroker(tmp_path / "kafka", sasl_users={"reader": "reader-secret"}) as broker:
        broker.create_topic("guarded", 1)
        job = Job(tmp_path, broker.bootstrap, "guarded", trigger="processingTime: 0 seconds", source=login)
        with job.start(READER_PASSWORD="reader-secret"):
            wait_until(lambda: value(job, "errors_total", stage="kafka", kind="not_authorized"), 30, "an error")
            assert job.alive
            assert value(job, "source_topic_available", topic="guarded") == 0
            assert job.stop()[0] == 0


def test_bad_records_whose_text_is_kept(broker, tmp_path):
    from confluent_kafka import Producer as Client

    broker.create_topic("bad", 1)
    client = Client({"bootstrap.servers": broker.bootstrap})
    for text in ('{"id": 1}', "no json", '{"id": "x"}', '{"id": 2}'):
        client.produce("bad", text)
    client.flush(10)
    columns = {"schema": "id BIGINT, _corrupt_record STRING", "sql": ""}
    with Job(tmp_path, broker.bootstrap, "bad", trigger=SELDOM, **columns).start() as job:
        wait_until(lambda: value(job, "processed_records_total") == 4, 60, "4 records")
        assert value(job, "bad_records_total") == 2
        assert value(job, "dead_letter_records_total") == 2


def test_promtool_finds_nothing_of_the_producer(broker, tmp_path):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    feeds = "a: {url: 'http://127.0.0.1:1/a.pb'}"
    with Producer(tmp_path, broker.bootstrap, "produced", feeds, sink="partitions: 1") as producer:
        producer.start()
        producer.until_polls("a", "connect", 1)
        checked = subprocess.run(
            [promtool, "check", "metrics"],
            input=producer.http("/metrics")[1],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
