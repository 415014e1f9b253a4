# SPDX-License-Identifier: Apache-2.0
"""Real Spark 3.4.1 with Delta 2.4.0 reads and writes our tables, and a job moves between Spark and Sluice and back on
one checkpoint. Runs where SLUICE_SPARK names a directory that scripts/spark_baseline has made."""

import datetime
import decimal
import json
import os
import pathlib
import shutil
import signal
import subprocess

import deltalake
import pytest
from confluent_kafka import Producer
from messages import check_exactly_once, produce
from readers import rows
from sluice_job import SCHEMA, Job, batches_of

SPARK = pathlib.Path(os.environ.get("SLUICE_SPARK", "")).resolve()
FAULTS = os.environ["SLUICE_FAULTS_BIN"]
SIDE = pathlib.Path(__file__).with_name("spark_side.py")

pytestmark = pytest.mark.skipif(
    not (os.environ.get("SLUICE_SPARK") and (SPARK / "venv34").is_dir() and (SPARK / "j34").is_dir()),
    reason="no Spark: SLUICE_SPARK must name a directory made by scripts/spark_baseline DIR",
)


class Spark:
    def __init__(self, log):
        python = SPARK / "venv34" / "bin" / "python"
        self.log = log
        self.process = subprocess.Popen(
            [python, SIDE, SPARK / "j34"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(log, "w"),
            text=True,
            cwd=log.parent,
            env={**os.environ, "PYSPARK_PYTHON": str(python), "TZ": "UTC"},
        )
        assert self.answer() == "3.4.1"

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("ANSWER "):
                found = json.loads(line.removeprefix("ANSWER "))
                assert "error" not in found, found["error"]
                return found["ok"]
        raise AssertionError(f"Spark ended: {self.log.read_text()[-3000:]}")

    def do(self, order, **more):
        self.process.stdin.write(json.dumps({"do": order, **more}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    started = Spark(tmp_path_factory.mktemp("spark") / "spark.log")
    yield started
    started.stop()


def text_of(value):
    """As spark_side.py sends values; Spark's times carry no zone."""
    if isinstance(value, dict):
        return {name: text_of(item) for name, item in value.items()}
    if isinstance(value, list):
        return [text_of(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, decimal.Decimal) else value


# --- reading -----------------------------------------------------------------------------------------

TYPES = """id BIGINT, p STRING, day DATE, ok BOOLEAN, b TINYINT, s SMALLINT, i INT, f FLOAT, x DOUBLE, d1 DECIMAL(9,2),
    d2 DECIMAL(18,4), d3 DECIMAL(38,10), born DATE, at TIMESTAMP, name STRING, raw BINARY,
    one STRUCT<a: INT, deep: STRUCT<n: ARRAY<DOUBLE>>>, many ARRAY<STRUCT<at: TIMESTAMP, v: STRING>>, m MAP<STRING, BIGINT>"""
PARTITIONS = ["plain", "a b", "100%", "x=y/z", "ünï", "q\"uo'te", None]
TIMES = ["2024-03-10T02:30:00.123456Z", "1969-12-31T23:59:59.999999Z", "1883-11-18T12:00:00Z", "9999-12-31T23:59:59Z"]
DATES = ["2024-02-29", "1969-12-31", "1582-10-04", "0001-01-01", "9999-12-31"]


def message(i):
    if i % 11 == 10:
        return {"id": i, "p": "plain", "day": "2024-01-01"}  # the rest NULL
    sign = -1 if i % 2 else 1
    return {
        "id": i,
        "p": PARTITIONS[i % len(PARTITIONS)],
        "day": ["2024-01-01", "1999-12-31", None][i % 3],
        "ok": i % 2 == 0,
        "b": sign * (i % 128),
        "s": sign * 32000,
        "i": sign * 2147483647,
        "f": i / 8,
        "x": sign * i / 3,
        "d1": f"{sign * i}.25",
        "d2": f"{sign * i}1234567.0001",
        "d3": f"{sign * i}1234567890123456789012345.0123456789",
        "born": DATES[i % len(DATES)],
        "at": TIMES[i % len(TIMES)],
        "name": f"näme {i % 5} " * (i % 4),
        "raw": ["", "AA==", "/v8="][i % 3],
        "one": {"a": i, "deep": {"n": [i / 2, None, 1e300]}} if i % 4 else None,
        "many": [{"at": TIMES[j % len(TIMES)], "v": f"v{j}"} for j in range(i % 4)],
        "m": {"k": i, "other": None} if i % 3 else {},
    }


@pytest.fixture(scope="module")
def table(broker, tmp_path_factory):
    """Partitioned, in two batches, with most of the types."""
    broker.create_topic("types", 2)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for i in range(300):
        producer.produce("types", json.dumps(message(i)), partition=i % 2)
    assert producer.flush(30) == 0
    with Job(
        tmp_path_factory.mktemp("types"),
        broker.bootstrap,
        "types",
        schema=" ".join(TYPES.split()),
        sql="",
        sink="partitionBy: [p, day]",
        source="maxOffsetsPerTrigger: 150",
    ) as job:
        assert job.run() == 0, job.log_tail()
        yield job.table


@pytest.mark.parametrize("vectorized", [True, False], ids=["vectorized", "row-by-row"])
def test_spark_reads_what_others_read(spark, table, vectorized):
    found = spark.do("read", table=str(table), sql="SELECT * FROM t ORDER BY id", vectorized=vectorized)
    expected = [text_of({**row, "m": None if row["m"] is None else dict(row["m"])}) for row in rows(table)]
    assert len(found) == len(expected) == 300
    for ours, theirs in zip(expected, found):
        assert theirs == ours
    # and the values are those that were sent
    sent = message(298)
    assert found[298]["at"] == sent["at"].removesuffix("Z") and found[298]["born"] == sent["born"]
    assert found[298]["d3"] == sent["d3"] and found[298]["d2"] == sent["d2"] and found[298]["one"] == sent["one"]


@pytest.mark.parametrize(
    "where",
    [
        "p = 'x=y/z'",
        "p IS NULL",
        "day = DATE'1999-12-31'",
        "day IS NULL AND id > 200",
        "id BETWEEN 149 AND 151",
        "at = TIMESTAMP'2024-03-10 02:30:00.123456'",
        "at > TIMESTAMP'2024-03-10 02:30:00.123'",
        "born < DATE'1582-10-05'",
        "d3 < 0",
        "one.a = 7",
        "name = 'näme 1 '",
        "ok IS NULL",
    ],
)
def test_spark_finds_rows_by_partitions_and_statistics(spark, table, where):
    found = spark.do("read", table=str(table), sql=f"SELECT id FROM t WHERE {where} ORDER BY id")
    every = spark.do("read", table=str(table), sql=f"SELECT id, ({where}) AS hit FROM t ORDER BY id")
    assert [row["id"] for row in found] == [row["id"] for row in every if row["hit"]] != []


# --- writing -----------------------------------------------------------------------------------------


def spark_insert(table, first, last):
    return f"""INSERT INTO delta.`{table}` SELECT id, 'by Spark' AS name, CAST(NULL AS DOUBLE) AS lat,
        TIMESTAMP'2024-01-01 00:00:00' AS at, array('s') AS tags, 'none' AS k, 'spark' AS topic, -1 AS partition, id AS kafka_offset
        FROM range({first}, {last})"""


def test_spark_appends_and_compacts_and_sluice_goes_on(spark, broker, tmp_path):
    broker.create_topic("shared-table", 4)
    produce(broker.bootstrap, "shared-table", 0, 1200)
    with Job(tmp_path, broker.bootstrap, "shared-table", source="maxOffsetsPerTrigger: 400") as job:
        assert job.run() == 0, job.log_tail()
        # twelve versions by Spark: one of them has its checkpoint of the log
        spark.do("run", statements=[spark_insert(job.table, 10000 + i * 10, 10010 + i * 10) for i in range(12)])
        produce(broker.bootstrap, "shared-table", 1200, 400)
        assert job.run() == 0, job.log_tail()
        spark.do("run", statements=[f"OPTIMIZE delta.`{job.table}`"])
        produce(broker.bootstrap, "shared-table", 1600, 400)
        assert job.run() == 0, job.log_tail()
        assert batches_of(job.table) == [0, 1, 2, 3, 4]
        spark.do("run", statements=[f"DELETE FROM delta.`{job.table}` WHERE topic = 'spark' AND id >= 10050"])
        produce(broker.bootstrap, "shared-table", 2000, 400)
        assert job.run() == 0, job.log_tail()
    operations = [entry["operation"] for entry in deltalake.DeltaTable(str(job.table)).history()]
    assert {"WRITE", "OPTIMIZE", "DELETE", "STREAMING UPDATE"} <= set(operations), operations
    sql = (
        "SELECT topic, count(*) AS n, count(DISTINCT id) AS ids, sum(id) AS total FROM t GROUP BY topic ORDER BY topic"
    )
    expected = [
        {"topic": "shared-table", "n": 2400, "ids": 2400, "total": 2400 * 2399 // 2},
        {"topic": "spark", "n": 50, "ids": 50, "total": sum(range(10000, 10050))},
    ]
    assert rows(job.table, sql) == expected
    assert spark.do("read", table=str(job.table), sql=sql) == expected


def test_spark_reads_our_checkpoints_of_the_log(spark, broker, tmp_path):
    broker.create_topic("many-versions", 4)
    produce(broker.bootstrap, "many-versions", 0, 2500)
    with Job(tmp_path, broker.bootstrap, "many-versions", source="maxOffsetsPerTrigger: 100") as job:
        assert job.run() == 0, job.log_tail()
    log = job.table / "_delta_log"
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 20
    for version in range(20):  # all that is left is the checkpoint and what came after it
        (log / f"{version:020}.json").unlink()
    found = spark.do("read", table=str(job.table), sql="SELECT count(*) AS n, sum(id) AS total FROM t")
    assert found == [{"n": 2500, "total": 2500 * 2499 // 2}]
    spark.do("run", statements=[spark_insert(job.table, 10000, 10010)])
    assert deltalake.DeltaTable(str(job.table)).version() == 26


# --- moving a job ------------------------------------------------------------------------------------

KAFKA_COLUMNS = ["CAST(key AS STRING) AS k", "topic", "partition", "offset AS kafka_offset"]


class Moving:
    """One query in one directory, run by either."""

    def __init__(self, spark, broker, topic, directory):
        self.spark, self.broker, self.topic = spark, broker, topic
        broker.create_topic(topic, 4)
        limit = "maxOffsetsPerTrigger: 400"
        self.job = Job(directory, broker.bootstrap, topic, source=limit)
        self.faulty = Job(
            directory / "faulty",
            broker.bootstrap,
            topic,
            source=limit,
            binary=FAULTS,
            table=self.job.table,
            checkpoint=self.job.checkpoint,
        )
        self.sent = 0

    def send(self, count):
        produce(self.broker.bootstrap, self.topic, self.sent, count)
        self.sent += count

    def by_sluice(self):
        assert self.job.run() == 0, self.job.log_tail()

    def by_sluice_killed_at(self, point):
        assert self.faulty.run(SLUICE_FAULT=point) == -signal.SIGKILL, self.faulty.log_tail()

    def by_spark(self, sleep_at=None):
        job = {
            "bootstrap": self.broker.bootstrap,
            "topic": self.topic,
            "schema": SCHEMA,
            "kafka_columns": KAFKA_COLUMNS,
            "limit": 400,
            "table": str(self.job.table),
            "checkpoint": str(self.job.checkpoint),
        }
        # message i is in batch i // 400: four partitions of equal length, 100 offsets of each a batch
        return self.spark.do("stream", job=job, sleep_at=sleep_at, batch=sleep_at and sleep_at // 400)

    def open_batch(self):
        """The batch that is recorded in offsets/ and not in commits/; None if there is none."""
        offsets, commits = self.job.newest("offsets"), self.job.newest()
        assert offsets in (commits, commits + 1)
        return offsets if offsets > commits else None

    def in_table(self):
        return batches_of(self.job.table)

    def forget_commit(self):
        """As if the program had died between the table's commit and its own."""
        newest = self.job.newest()
        for name in (f"{newest}", f".{newest}.crc"):
            (self.job.checkpoint / "commits" / name).unlink(missing_ok=True)

    def check(self):
        assert self.open_batch() is None
        check_exactly_once(self.job.table, self.sent, self.topic)
        assert self.in_table() == list(range(self.job.newest() + 1))
        rows_a_batch = [
            version[0]["commitInfo"]["operationMetrics"]["numOutputRows"]
            for version in self.versions()
            if any("txn" in action for action in version)
        ]
        assert "0" not in rows_a_batch, "a batch without rows: the order of keys was not Spark's"

    def versions(self):
        files = sorted((self.job.table / "_delta_log").glob("*.json"))
        return [[json.loads(line) for line in f.read_text().splitlines()] for f in files]


@pytest.fixture
def moving(spark, broker, tmp_path, request):
    topic = request.node.name.removeprefix("test_").replace("_", "-")
    query = Moving(spark, broker, topic, tmp_path)
    yield query
    query.job.__exit__()


def test_from_sluice_to_spark_and_back(moving):
    moving.send(2000)
    moving.by_sluice_killed_at("delta.before_commit:3")
    assert moving.open_batch() == 2 and moving.in_table() == [0, 1]
    ran = moving.by_spark()
    assert [batch for batch, _ in ran] == [2, 3, 4], ran
    moving.send(2000)
    moving.by_spark(sleep_at=3000)  # in batch 7
    assert moving.open_batch() == 7 and moving.in_table() == list(range(7))
    moving.by_sluice()
    moving.send(400)
    moving.by_spark()
    moving.check()


def test_from_sluice_to_spark_after_the_tables_commit(moving):
    moving.send(2000)
    moving.by_sluice_killed_at("delta.after_commit:3")
    assert moving.open_batch() == 2 and moving.in_table() == [0, 1, 2]
    ran = moving.by_spark()
    assert ran[0] == [2, 0] and [batch for batch, _ in ran] == [2, 3, 4], ran
    moving.forget_commit()
    assert moving.open_batch() == 4 and moving.in_table() == [0, 1, 2, 3, 4]
    moving.send(1000)
    moving.by_sluice()
    moving.check()


def test_from_spark_to_sluice_and_back(moving):
    moving.send(1200)
    moving.by_spark(sleep_at=1000)  # a query that Spark began, its batch 2 left open
    assert moving.open_batch() == 2 and moving.in_table() == [0, 1]
    moving.send(800)
    moving.by_sluice()
    assert moving.in_table() == [0, 1, 2, 3, 4]
    moving.forget_commit()
    moving.send(400)
    ran = moving.by_spark()
    assert ran[0] == [4, 0], ran
    moving.send(400)
    moving.by_sluice()
    moving.check()


def test_our_files_are_what_spark_writes(moving, tmp_path):
    """The same topic by Spark alone and by Sluice alone: the same names and bytes, but for ids and clocks."""
    moving.send(1000)
    moving.by_spark()
    theirs = tmp_path / "by-spark"
    shutil.move(moving.job.checkpoint, theirs)
    shutil.rmtree(moving.job.table)
    moving.by_sluice()

    def content(folder):
        return {
            str(f.relative_to(folder)): f.read_bytes()
            for f in folder.rglob("*")
            if f.is_file() and not f.name.startswith(".")
        }

    ours, spark = content(moving.job.checkpoint), content(theirs)
    assert sorted(ours) == sorted(spark)
    for name in ours:
        if name == "metadata":
            assert len(ours[name]) == len(spark[name])
        elif name.startswith("offsets"):
            (a, conf, b), (c, theirs_conf, d) = ours[name].split(b"\n"), spark[name].split(b"\n")
            assert (a, b) == (c, d)
            conf, theirs_conf = json.loads(conf), json.loads(theirs_conf)
            conf.pop("batchTimestampMs"), theirs_conf.pop("batchTimestampMs")
            conf["conf"].pop("spark.sql.shuffle.partitions"), theirs_conf["conf"].pop("spark.sql.shuffle.partitions")
            assert json.dumps(conf) == json.dumps(theirs_conf)
        else:
            assert ours[name] == spark[name], name
