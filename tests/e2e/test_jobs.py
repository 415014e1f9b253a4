# SPDX-License-Identifier: Apache-2.0
"""One option of a job at a time, through `sluice run`, real Kafka, and readers of the table that are not ours."""

import datetime
import json
import time

import deltalake
import pyarrow.parquet as pq
import pytest
from confluent_kafka import Producer
from kafka_broker import wait_until as wait_for
from readers import by_duckdb, rows
from records import send_transaction, truth
from sluice_job import Job, batches_of, versions, wait_until

ID = "id BIGINT"


def send(broker, topic, values, partition=0, **more):
    """Values are JSON texts or what becomes one."""
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for value in values:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        producer.produce(topic, text, partition=partition, **more)
    assert producer.flush(30) == 0


def send_ids(broker, topic, first, last, partition=0):
    send(broker, topic, [{"id": i} for i in range(first, last)], partition)


def begun_ms(job, batch):
    """When its offsets were decided, milliseconds since 1970."""
    return json.loads((job.checkpoint / f"offsets/{batch}").read_text().splitlines()[1])["batchTimestampMs"]


def ids(table):
    return [row["id"] for row in rows(table, "SELECT id FROM t ORDER BY id")]


@pytest.fixture
def topic(broker, request):
    name = request.node.name.removeprefix("test_").replace("_", "-").replace("[", "-").replace("]", "")
    broker.create_topic(name, 2, {"retention.ms": "-1"})  # some records say that they are old
    return name


def simple(directory, broker, topic, **options):
    """A job that keeps the id alone, unless told otherwise."""
    return Job(directory, broker.bootstrap, topic, **{"schema": ID, "sql": "", **options})


def done(job, seconds=60):
    assert job.run(seconds) == 0, job.log_tail()


# --- the table ---------------------------------------------------------------------------------------

ODD = [
    "plain",
    "a b",
    " edges ",
    "100%",
    "100%25",
    "x=y",
    "a/b\\c",
    "ünï",
    "q\"uo'te",
    "a:b?c#d&e+f",
    "{[]}",
    "日本 😀",
    "",
    None,
]


def test_partition_by_odd_values(broker, topic, tmp_path):
    send(broker, topic, [{"id": i, "p": ODD[i % len(ODD)]} for i in range(3 * len(ODD))])
    with simple(tmp_path, broker, topic, schema="id BIGINT, p STRING", sink="partitionBy: p") as job:
        done(job)
    # Delta holds an empty partition value for NULL
    expected = [{"id": i, "p": ODD[i % len(ODD)] or None} for i in range(3 * len(ODD))]
    assert rows(job.table) == expected
    for value in filter(None, ODD):
        quoted = value.replace("'", "''")
        found = rows(job.table, f"SELECT id FROM t WHERE p = '{quoted}' ORDER BY id")
        assert [row["id"] for row in found] == [i for i in range(3 * len(ODD)) if ODD[i % len(ODD)] == value], value
    assert {f.name for f in job.table.iterdir()} >= {"p=plain", "p=a b", "p=x%3Dy", "p=__HIVE_DEFAULT_PARTITION__"}


def test_partition_by_several_types(broker, topic, tmp_path):
    schema = "id BIGINT, day DATE, at TIMESTAMP, n INT, ok BOOLEAN, d DECIMAL(6,2)"
    values = [
        {"id": 0, "day": "2024-02-29", "at": "2024-02-29T12:30:00.123456Z", "n": -5, "ok": True, "d": 12.5},
        {"id": 1, "day": "1969-12-31", "at": "1969-12-31T23:59:59.999999Z", "n": 2147483647, "ok": False, "d": -0.01},
        {"id": 2},
    ]
    send(broker, topic, values)
    with simple(tmp_path, broker, topic, schema=schema, sink="partitionBy: [day, at, n, ok, d]") as job:
        done(job)
    one, other, empty = rows(job.table, 'SELECT id, day, "at", n, ok, CAST(d AS DOUBLE) AS d FROM t ORDER BY id')
    zone = datetime.UTC
    at = datetime.datetime(2024, 2, 29, 12, 30, 0, 123456, zone)
    assert one == {"id": 0, "day": datetime.date(2024, 2, 29), "at": at, "n": -5, "ok": True, "d": 12.5}
    at = datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, zone)
    assert other == {"id": 1, "day": datetime.date(1969, 12, 31), "at": at, "n": 2147483647, "ok": False, "d": -0.01}
    assert list(empty.values()) == [2, None, None, None, None, None]


def test_merge_schema_adds_a_column(broker, topic, tmp_path):
    send_ids(broker, topic, 0, 3)
    with simple(tmp_path, broker, topic) as job:
        done(job)
    send(broker, topic, [{"id": 3, "extra": "new", "deep": {"a": [1]}}])
    wider = "id BIGINT, deep STRUCT<a: ARRAY<INT>>, extra STRING"
    with simple(tmp_path, broker, topic, schema=wider) as job:
        assert job.run(30) == 2, job.log_tail()
        assert "extra" in job.log_text() and "mergeSchema" in job.log_text(), job.log_tail()
        assert deltalake.DeltaTable(str(job.table)).version() == 1
    with simple(tmp_path, broker, topic, schema=wider, sink="mergeSchema: true") as job:
        done(job)
        assert job.commits() == [0, 1]
    found = rows(job.table)
    assert found[3] == {"id": 3, "deep": {"a": [1]}, "extra": "new"}
    assert found[:3] == [{"id": i, "deep": None, "extra": None} for i in range(3)]
    with simple(tmp_path, broker, topic) as job:  # and a query without the column goes on
        send_ids(broker, topic, 4, 5)
        done(job)
    assert rows(job.table)[4] == {"id": 4, "deep": None, "extra": None}


@pytest.mark.parametrize("compression, codec", [("zstd", "ZSTD"), ("snappy", "SNAPPY"), ("none", "UNCOMPRESSED")])
def test_compression(broker, tmp_path, compression, codec):
    topic = f"compression-{compression}"
    broker.create_topic(topic, 1)
    send(broker, topic, [{"id": i, "name": f"name {i % 10}"} for i in range(5000)])
    with simple(tmp_path, broker, topic, schema="id BIGINT, name STRING", sink=f"compression: {compression}") as job:
        done(job)
    for path in job.table.glob("*.parquet"):
        group = pq.ParquetFile(path).metadata.row_group(0)
        assert {group.column(i).compression for i in range(group.num_columns)} == {codec}
    assert rows(job.table, "SELECT sum(id) AS s, count(DISTINCT name) AS n FROM t") == [{"s": 12497500, "n": 10}]


# --- decoding ----------------------------------------------------------------------------------------

FEEDS = [
    {"id": 0, "e": [{"x": 1}, {"x": None}, None]},
    {"id": 1, "e": []},
    {"id": 2, "e": None},
    {"id": 3},
    {"id": 4, "e": [{"x": 5}]},
]


@pytest.mark.parametrize("outer", [False, True], ids=["explode", "explode-outer"])
def test_explode(broker, tmp_path, outer):
    topic = f"explode-{outer}".lower()
    broker.create_topic(topic, 1)
    send(broker, topic, FEEDS)
    with simple(
        tmp_path,
        broker,
        topic,
        schema="id BIGINT, e ARRAY<STRUCT<x: INT>>",
        decode="explode_outer: e" if outer else "explode: e",
        sql='SELECT id, e.x AS x, e IS NULL AS no_e, "offset" FROM input',
    ) as job:
        done(job)
    found = rows(job.table, 'SELECT id, x, no_e FROM t ORDER BY "offset", x NULLS LAST, no_e')
    kept = [(0, 1, False), (0, None, False), (0, None, True)]
    empty = [(1, None, True), (2, None, True), (3, None, True)]
    assert [tuple(row.values()) for row in found] == kept + (empty if outer else []) + [(4, 5, False)]


def test_include_headers(broker, topic, tmp_path):
    send(broker, topic, [{"id": 0}], headers=[("trace", b"\x00\xff"), ("trace", b"2"), ("empty", b""), ("null", None)])
    send(broker, topic, [{"id": 1}])
    with simple(tmp_path, broker, topic, source="includeHeaders: true", sql="SELECT id, headers FROM input") as job:
        done(job)
    first, second = rows(job.table)
    assert [(h["key"], h["value"]) for h in first["headers"]] == [
        ("trace", b"\x00\xff"),
        ("trace", b"2"),
        ("empty", b""),
        ("null", None),
    ]
    assert second == {"id": 1, "headers": None}


def test_columns_of_kafka_without_a_schema(broker, topic, tmp_path):
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce(topic, b"\xff not JSON", b"\x00key", partition=1, timestamp=1700000000123)
    producer.produce(topic, None, None, partition=1, timestamp=1700000000124)
    assert producer.flush(30) == 0
    with simple(tmp_path, broker, topic, schema="", sql="") as job:
        done(job)
    first, second = rows(job.table, 'SELECT * FROM t ORDER BY "offset"')
    at = datetime.datetime(2023, 11, 14, 22, 13, 20, 123000, datetime.UTC)
    assert first == {
        "key": b"\x00key",
        "value": b"\xff not JSON",
        "topic": topic,
        "partition": 1,
        "offset": 0,
        "timestamp": at,
        "timestampType": 0,
    }
    assert (second["key"], second["value"], second["offset"]) == (None, None, 1)


# --- what is read ------------------------------------------------------------------------------------


def test_subscribe_pattern_with_a_topic_that_appears_later(broker, tmp_path):
    for name in ("fleet-a", "xfleet-a", "fleet-a-dead"):
        broker.create_topic(name, 1)
        send_ids(broker, name, 0, 3)
    with simple(
        tmp_path,
        broker,
        None,
        source="subscribePattern: fleet-[a-z]",
        trigger="processingTime: 0 seconds",
        starting="latest",
        sql="SELECT id, topic FROM input",
    ).start() as job:
        wait_until(lambda: job.http("/readyz")[0] == 200 and (job.checkpoint / "sources/0/0").exists(), 20, "a start")
        broker.create_topic("fleet-b", 2)
        send_ids(broker, "fleet-b", 0, 4, partition=1)
        send_ids(broker, "fleet-a", 10, 12)
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 6, 30, "six records")
        assert job.stop()[0] == 0
        # a topic that appears later is read from its beginning, whatever startingOffsets says
        found = rows(job.table, "SELECT topic, id FROM t ORDER BY topic, id")
        assert [tuple(row.values()) for row in found] == [("fleet-a", 10), ("fleet-a", 11)] + [
            ("fleet-b", i) for i in range(4)
        ]
        # and a restart knows its place in both
        send_ids(broker, "fleet-b", 4, 5)
        job.start()
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 1, 30, "one record more")
        assert job.stop()[0] == 0
    assert rows(job.table, "SELECT count(*) AS n FROM t") == [{"n": 7}]


def test_new_partitions_are_read_from_their_beginning(broker, topic, tmp_path):
    send_ids(broker, topic, 0, 2)
    with simple(tmp_path, broker, topic, trigger="processingTime: 0 seconds").start() as job:
        wait_until(job.commits, 20, "a commit")
        broker.add_partitions(topic, 3)
        send_ids(broker, topic, 2, 5, partition=2)
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 5, 30, "five records")
        assert job.stop()[0] == 0
    assert ids(job.table) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("source", ["", "maxOffsetsPerTrigger: 25000"], ids=["at-once", "in-parts"])
def test_one_large_partition_on_two_lanes(broker, topic, tmp_path, source):
    count = 60_000
    name = topic + "-alone"
    broker.create_topic(name, 1)
    send_ids(broker, name, 0, count)
    with simple(tmp_path, broker, name, source=source, query="lanes: 2") as job:
        done(job)
        assert len(job.commits()) == (3 if source else 1)
    assert ids(job.table) == list(range(count))


def test_assign(broker, topic, tmp_path):
    other = topic + "-other"
    broker.create_topic(other, 3)
    for name, partition, first in ((topic, 0, 0), (topic, 1, 10), (other, 0, 20), (other, 2, 40)):
        send_ids(broker, name, first, first + 2, partition)
    with simple(tmp_path, broker, None, source=f'assign: {{"{topic}": [1], "{other}": [0, 2]}}') as job:
        done(job)
    assert ids(job.table) == [10, 11, 20, 21, 40, 41]
    offsets = json.loads((job.checkpoint / "offsets/0").read_text().splitlines()[2])
    assert offsets == {topic: {"1": 2}, other: {"0": 2, "2": 2}}


def test_subscribe_two_topics(broker, topic, tmp_path):
    broker.create_topic(topic + "-2", 1)
    send_ids(broker, topic, 0, 2)
    send_ids(broker, topic + "-2", 2, 4)
    with simple(tmp_path, broker, f"{topic}, {topic}-2", sql="SELECT id, topic FROM input") as job:
        done(job)
    found = rows(job.table)
    assert [row["topic"] for row in found] == [topic] * 2 + [topic + "-2"] * 2


def test_starting_offsets_by_partition(broker, topic, tmp_path):
    broker.add_partitions(topic, 4)
    for partition in range(4):
        send_ids(broker, topic, 10 * partition, 10 * partition + 5, partition)
    starting = json.dumps({topic: {"0": 3, "1": -2, "2": -1, "3": 5}})
    with simple(tmp_path, broker, topic, starting=f"'{starting}'") as job:
        done(job)
        assert ids(job.table) == [3, 4, 10, 11, 12, 13, 14]
        initial = (job.checkpoint / "sources/0/0").read_bytes()
        assert json.loads(initial.split(b"\n")[1]) == {topic: {"0": 3, "1": 0, "2": 5, "3": 5}}
        for partition in (2, 3):
            send_ids(broker, topic, 10 * partition + 5, 10 * partition + 6, partition)
        done(job)
    assert ids(job.table) == [3, 4, 10, 11, 12, 13, 14, 25, 35]


def test_starting_timestamp(broker, topic, tmp_path):
    for i in range(10):
        send(broker, topic, [{"id": i}], timestamp=1700000000000 + i * 1000)
    with simple(
        tmp_path,
        broker,
        topic,
        starting=None,
        source="startingTimestamp: 1700000006500\nstartingOffsetsByTimestampStrategy: latest",
    ) as job:
        done(job)
    assert ids(job.table) == [7, 8, 9]


def transaction(broker, topic, first, last, commit, partition=0):
    send_transaction(broker.bootstrap, topic, first, last, commit, partition, text=lambda i: json.dumps({"id": i}))


@pytest.mark.parametrize("isolation", ["read_committed", "read_uncommitted", None])
def test_aborted_transactions(broker, tmp_path, isolation):
    topic = f"transactions-{isolation}".lower().replace("_", "-")
    broker.create_topic(topic, 2)
    transaction(broker, topic, 0, 5, commit=True)
    transaction(broker, topic, 5, 10, commit=False)
    send_ids(broker, topic, 10, 12)
    transaction(broker, topic, 12, 15, commit=False)  # the last records of the partition are invisible
    transaction(broker, topic, 15, 20, commit=False, partition=1)
    source = f"kafka.isolation.level: {isolation}" if isolation else ""
    with simple(tmp_path, broker, topic, source=source + "\nmaxOffsetsPerTrigger: 7") as job:
        done(job)
        committed = [0, 1, 2, 3, 4, 10, 11]
        assert ids(job.table) == (committed if isolation == "read_committed" else list(range(20)))
        end = json.loads((job.checkpoint / f"offsets/{job.newest()}").read_text().splitlines()[2])
        assert end == {topic: {"0": 18, "1": 6}}, "the control records are passed too"
        # batches without rows are committed like others
        assert batches_of(job.table) == list(range(job.newest() + 1))


def test_a_compacted_topic(broker, topic, tmp_path):
    settings = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.001",
        "segment.ms": "100",
        "max.compaction.lag.ms": "200",
    }
    broker.set_topic_config(topic, settings)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for i in range(1000):
        producer.produce(topic, json.dumps({"id": i}), f"key-{i % 10}", partition=0)
        if i % 100 == 99:
            assert producer.flush(30) == 0
            time.sleep(0.15)  # a segment is closed by its age, when the next record comes

    def compacted():
        kept = truth(broker.bootstrap, topic)
        return kept if len(kept) < 500 else None

    kept = wait_for(compacted, "the cleaner's work", 60)
    with simple(
        tmp_path, broker, topic, sql='SELECT id, "offset" FROM input', source="maxOffsetsPerTrigger: 150"
    ) as job:
        done(job)
        found = by_duckdb(job.table, 'SELECT "offset" FROM t ORDER BY 1').to_pydict()["offset"]
        # what was there when the run began; the cleaner may have gone on meanwhile
        assert set(found) <= {offset for offset, _ in kept} and found[-1] == 999 and len(found) >= 10
        assert len(found) == len(set(found))
        end = json.loads((job.checkpoint / f"offsets/{job.newest()}").read_text().splitlines()[2])
        assert end[topic]["0"] == 1000
        assert "DATA_LOSS" not in job.log_text()


# --- triggers ----------------------------------------------------------------------------------------


def test_processing_time_and_sigterm(broker, topic, tmp_path):
    with simple(tmp_path, broker, topic, trigger="processingTime: 1 second").start() as job:
        for i in range(30):
            send_ids(broker, topic, i, i + 1)
            time.sleep(0.1)
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 30, 60, "all records")
        code, seconds = job.stop()
        assert code == 0 and seconds < 15, (code, seconds)
        assert len(list((job.checkpoint / "offsets").glob("[0-9]*"))) == len(job.commits())
    assert ids(job.table) == list(range(30))
    # Triggers are multiples of the interval since 1970: at most one a second, soon after its begin.
    times = [begun_ms(job, batch) for batch in job.commits()]
    assert len(times) >= 2 and len({at // 1000 for at in times}) == len(times), times
    assert min(at % 1000 for at in times[1:]) < 500, times


def test_once_takes_all_in_one_batch_without_limits(broker, topic, tmp_path):
    send_ids(broker, topic, 0, 500)
    with simple(tmp_path, broker, topic, trigger="once: true", source="maxOffsetsPerTrigger: 100") as job:
        done(job)
        assert job.commits() == [0]
        send_ids(broker, topic, 500, 510, partition=1)
        done(job)
        assert job.commits() == [0, 1]
        done(job)  # nothing new, no batch
        assert job.commits() == [0, 1]
    assert ids(job.table) == list(range(510))


def test_available_now_leaves_what_comes_later(broker, topic, tmp_path):
    send_ids(broker, topic, 0, 300)
    with simple(tmp_path, broker, topic, source="maxOffsetsPerTrigger: 100") as job:
        job.start()
        wait_until(lambda: job.newest("offsets") >= 0, 20, "the first batch")
        send_ids(broker, topic, 300, 310)
        assert job.wait() == 0, job.log_tail()
        assert ids(job.table) == list(range(300))
        done(job)
    assert ids(job.table) == list(range(310))


def test_min_offsets_wait_for_company(broker, topic, tmp_path):
    source = "minOffsetsPerTrigger: 50\nmaxTriggerDelay: 6 seconds"
    send_ids(broker, topic, 0, 1)
    with simple(tmp_path, broker, topic, source=source, trigger="processingTime: 100 milliseconds").start() as job:
        wait_until(job.commits, 20, "the first batch, which waits for nobody")
        send_ids(broker, topic, 1, 11)
        wait_until(lambda: job.newest() == 1, 20, "the second batch")
        send_ids(broker, topic, 11, 61)
        wait_until(lambda: job.newest() == 2, 20, "the third batch")
        assert job.stop()[0] == 0
    assert ids(job.table) == list(range(61))
    first, second, third = (begun_ms(job, batch) for batch in range(3))
    assert second - first > 5500, "ten records wait as long as maxTriggerDelay says"
    assert third - second < 5500, "fifty need not wait"


def test_a_batch_that_sql_empties_is_committed(broker, topic, tmp_path):
    send_ids(broker, topic, 0, 10)
    with simple(
        tmp_path, broker, topic, sql="SELECT id FROM input WHERE id < 0", source="maxOffsetsPerTrigger: 5"
    ) as job:
        done(job)
        assert job.commits() == [0, 1] and batches_of(job.table) == [0, 1]
    assert rows(job.table) == []
    assert not list(job.table.glob("*.parquet"))
    assert [[name for action in version for name in action] for version in versions(job.table)][1:] == [
        ["commitInfo", "txn"]
    ] * 2
