# SPDX-License-Identifier: Apache-2.0
"""Each trouble of docs/troubleshooting.md: one clear sentence, nothing lost, and the cure works."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from kafka_broker import KafkaBroker
from messages import check_exactly_once, produce
from readers import rows
from sluice_job import Job, free_port, wait_until

STOPPED, USAGE = 1, 2  # exit codes (docs/cli.md)
FAULTS = os.environ["SLUICE_FAULTS_BIN"]


@pytest.fixture
def topic(broker, request):
    name = "trouble-" + re.sub(r"[^a-z0-9-]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")
    broker.create_topic(name, 4)
    return name


def says(job, *words):
    """True when one line of the log holds all the words."""
    return any(all(w.lower() in line.lower() for w in words) for line in job.log_text().splitlines())


def test_kafka_unreachable_waits_and_names_the_address(tmp_path):
    port = free_port()
    with Job(tmp_path, f"127.0.0.1:{port}", "nowhere", trigger="processingTime: 0 seconds").start() as job:
        wait_until(lambda: says(job, "KAFKA_UNREACHABLE", f"127.0.0.1:{port}"), 30, "a line that names the address")
        assert job.alive
        assert job.http("/healthz")[0] == 200
        status, body = job.http("/readyz")
        assert status == 503 and f"127.0.0.1:{port}" in body
        assert job.stop()[0] == 0


def test_topic_missing_waits_and_goes_on_when_it_appears(broker, tmp_path):
    with Job(tmp_path, broker.bootstrap, "not-yet", trigger="processingTime: 0 seconds").start() as job:
        wait_until(lambda: says(job, "KAFKA_TOPIC_MISSING", "not-yet"), 30, "a line that names the topic")
        wait_until(lambda: job.http("/readyz")[0] == 503, 10, "not ready")
        assert job.alive
        broker.create_topic("not-yet", 4)
        produce(broker.bootstrap, "not-yet", 0, 400)
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 400, 60, "400 records")
        assert job.http("/readyz")[0] == 200
        assert job.stop()[0] == 0
    check_exactly_once(job.table, 400)


def test_broker_silent_for_longer_than_the_poll_timeout(tmp_path):
    count = 200_000
    with KafkaBroker(tmp_path / "kafka") as broker:
        broker.create_topic("silent", 4)
        produce(broker.bootstrap, "silent", 0, count, batch=100)
        slowly = "kafkaConsumer.pollTimeoutMs: 2000\nkafka.max.partition.fetch.bytes: 20000"
        job = Job(tmp_path, broker.bootstrap, "silent", trigger="processingTime: 0 seconds", source=slowly)
        with job.start():
            wait_until(lambda: job.newest("offsets") == 0, 30, "the first batch is planned")
            broker.pause()
            wait_until(lambda: says(job, "KAFKA_TIMEOUT", "pollTimeoutMs"), 30, "a line that says what is waited for")
            assert job.newest() == -1, "the outage came in the middle of the batch"
            wait_until(lambda: job.http("/readyz")[0] == 503, 10, "not ready")
            time.sleep(3)  # the part is tried again meanwhile
            assert job.alive
            broker.resume()
            wait_until(lambda: job.metric("spark_streaming_processed_records_total") == count, 60, "all records")
            assert job.http("/readyz")[0] == 200
            assert job.stop()[0] == 0
    check_exactly_once(job.table, count)


def test_table_parent_missing(broker, topic, tmp_path):
    with Job(tmp_path, broker.bootstrap, topic, table=tmp_path / "no" / "such" / "parent" / "table") as job:
        assert job.run(30) == USAGE
        assert says(job, "NO_PARENT_DIRECTORY", "no/such", "exist"), job.log_tail()


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root writes everywhere; needs setpriv")
def test_table_not_writable(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    os.chmod(tmp_path, 0o755)
    parent = tmp_path / "locked"
    parent.mkdir(mode=0o555)
    job = Job(tmp_path / "job", broker.bootstrap, topic, table=parent / "table")
    os.chmod(tmp_path / "job", 0o777)
    command = [job.binary, "run", str(job.config)]
    for folder in [tmp_path, *tmp_path.parents][:4]:
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
        visible = (
            subprocess.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", job.binary]
            ).returncode
            == 0
        )
        if not visible:
            copy = tmp_path / "bin"
            shutil.copytree(
                os.path.dirname(job.binary),
                copy,
                ignore=lambda d, names: [n for n in names if n != os.path.basename(job.binary)],
            )
            command[command.index(job.binary)] = str(copy / os.path.basename(job.binary))
            os.chmod(copy, 0o755)
            libraries = subprocess.run(["ldd", job.binary], capture_output=True, text=True).stdout
            needed = {
                os.path.dirname(line.split("=> ")[1].split(" (")[0])
                for line in libraries.splitlines()
                if "/build/" in line
            }
            if any(
                subprocess.run(
                    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-r", d]
                ).returncode
                for d in needed
            ):
                pytest.skip("the build tree cannot be read by another user here")
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    text = done.stdout + done.stderr
    assert done.returncode == STOPPED and "locked" in text and "permission" in text.lower(), text


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_table_on_a_full_disk_goes_on_when_there_is_room(broker, topic, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small]).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        count = 100_000
        produce(broker.bootstrap, topic, 0, count)
        with Job(
            tmp_path,
            broker.bootstrap,
            topic,
            trigger="processingTime: 0 seconds",
            table=small / "table",
            source="maxOffsetsPerTrigger: 20000",
            sink="compression: none",
        ).start() as job:
            wait_until(lambda: says(job, "NO_SPACE", "No space left on device"), 60, "a line about space")
            assert job.alive
            wait_until(lambda: job.http("/readyz")[0] == 503, 10, "not ready")
            time.sleep(2)
            told = sum("NO_SPACE" in line for line in job.log_text().splitlines())
            assert told <= 2, f"{told} lines about one full disk"
            assert job.http("/readyz")[0] == 503
            subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
            wait_until(lambda: job.metric("spark_streaming_processed_records_total") == count, 60, "all records")
            assert job.stop()[0] == 0
        check_exactly_once(small / "table", count)
        left = {f.name for f in (small / "table").glob("*.parquet")}
        added = {
            a["add"]["path"]
            for f in (small / "table" / "_delta_log").glob("*.json")
            for a in map(json.loads, f.read_text().splitlines())
            if "add" in a
        }
        assert left == added, "torn or orphaned files were left"
    finally:
        subprocess.run(["umount", small])


def test_a_directory_that_is_no_delta_table(broker, topic, tmp_path):
    table = tmp_path / "table"
    table.mkdir()
    (table / "holiday.jpg").write_bytes(b"\xff\xd8")
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run(30) == STOPPED
        assert says(job, "NOT_A_TABLE", "table holds files, but no Delta log"), job.log_tail()
    assert sorted(f.name for f in table.iterdir()) == ["holiday.jpg"]


def test_checkpoint_of_another_query(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run() == 0, job.log_tail()
    with Job(tmp_path, broker.bootstrap, topic + "-1") as missing:
        assert missing.run(30) == STOPPED, missing.log_tail()
        assert says(missing, "CHECKPOINT.OF_ANOTHER_QUERY", topic + "-1"), missing.log_tail()
    broker.create_topic(topic + "-2", 4)
    produce(broker.bootstrap, topic + "-2", 0, 40)
    with Job(tmp_path, broker.bootstrap, topic + "-2") as other:
        code = other.run(30)
        assert code == STOPPED, other.log_tail()
        assert says(other, "CHECKPOINT.OF_ANOTHER_QUERY", topic, topic + "-2"), other.log_tail()


def test_checkpoint_without_its_table(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run() == 0, job.log_tail()
        shutil.move(job.table, tmp_path / "away")
        assert job.run(30) == STOPPED
        assert says(job, "CHECKPOINT.WITHOUT_TABLE", "table"), job.log_tail()
        shutil.move(tmp_path / "away", job.table)
        assert job.run() == 0, job.log_tail()
    check_exactly_once(job.table, 40)


def test_table_without_its_checkpoint(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run() == 0, job.log_tail()
        metadata = (job.checkpoint / "metadata").read_bytes()
        shutil.move(job.checkpoint, tmp_path / "away")
        # the same query id with its logs gone: Spark skips the batches in silence
        job.checkpoint.mkdir()
        (job.checkpoint / "metadata").write_bytes(metadata)
        assert job.run(30) == STOPPED
        assert says(job, "CHECKPOINT.TABLE_AHEAD", "batch"), job.log_tail()
        shutil.rmtree(job.checkpoint)
        shutil.move(tmp_path / "away", job.checkpoint)
        assert job.run() == 0, job.log_tail()
    check_exactly_once(job.table, 40)


def test_a_copy_of_the_checkpoint_whose_batch_ends_elsewhere(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path / "a", broker.bootstrap, topic) as first:
        assert first.run() == 0, first.log_tail()
    copy = tmp_path / "copy"
    shutil.copytree(first.checkpoint, copy)
    produce(broker.bootstrap, topic, 40, 40)
    shared = {"table": first.table, "binary": FAULTS}
    few = "maxOffsetsPerTrigger: 8"
    with (
        Job(tmp_path / "b", broker.bootstrap, topic, checkpoint=copy, **shared) as second,
        Job(tmp_path / "c", broker.bootstrap, topic, checkpoint=first.checkpoint, source=few, **shared) as job,
    ):
        assert second.run(SLUICE_FAULT="delta.before_commit:1") == -signal.SIGKILL
        assert job.run(SLUICE_FAULT="delta.after_commit:1") == -signal.SIGKILL
        # The copy has batch 1 open, to 80; the table has another batch 1, to 48: the rest would be left out.
        assert second.run() == STOPPED
        assert says(second, "CHECKPOINT.OF_ANOTHER_COPY", str(copy), "where the table ends: {"), second.log_tail()
        assert job.run() == 0, job.log_tail()
    check_exactly_once(first.table, 80)


@pytest.mark.parametrize("while_it_runs", [True, False])
def test_a_topic_made_anew_is_another_topic_to_a_later_run(broker, topic, tmp_path, while_it_runs):
    trigger = "processingTime: 100 ms" if while_it_runs else "availableNow: true"
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic, trigger=trigger) as job:
        job.start()
        wait_until(lambda: job.newest() == 0, 30, "the first batch")
        if not while_it_runs:
            assert job.wait() == 0
        broker.delete_topic(topic)
        broker.create_topic(topic, 4)
        produce(broker.bootstrap, topic, 0, 80)
        if while_it_runs:
            assert job.wait() == STOPPED
        # It holds more than was read: by its offsets alone it would be gone on with, 40 records skipped.
        for _ in range(2):
            assert job.run() == STOPPED, job.log_tail()
            assert says(job, "KAFKA_DATA_LOSS.TOPIC_RECREATED", topic)
        assert len(rows(job.table)) == 40
    # As the message says: then it is read from its beginning, once.
    options = "failOnDataLoss: false\nmaxOffsetsPerTrigger: 40"
    with Job(tmp_path, broker.bootstrap, topic, source=options) as job:
        assert job.run() == 0, job.log_tail()
        assert sorted(row["id"] for row in rows(job.table)) == sorted([*range(40), *range(80)])
    with Job(tmp_path, broker.bootstrap, topic) as job:
        produce(broker.bootstrap, topic, 80, 4)
        assert job.run() == 0, job.log_tail()
        assert len(rows(job.table)) == 124


def test_a_topic_made_anew_with_as_many_records_is_not_taken_for_read(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run() == 0, job.log_tail()
        broker.delete_topic(topic)
        broker.create_topic(topic, 4)
        produce(broker.bootstrap, topic, 0, 40)
        assert job.run() == STOPPED, job.log_tail()
        assert says(job, "KAFKA_DATA_LOSS.TOPIC_RECREATED", topic)
    with Job(tmp_path, broker.bootstrap, topic, source="failOnDataLoss: false") as job:
        for _ in range(2):
            assert job.run() == 0, job.log_tail()
            assert sorted(row["id"] for row in rows(job.table)) == sorted([*range(40), *range(40)])


def test_a_batch_that_begins_a_topic_made_anew_runs_again_whole(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic, source="failOnDataLoss: false", binary=FAULTS) as job:
        assert job.run() == 0, job.log_tail()
        broker.delete_topic(topic)
        broker.create_topic(topic, 4)
        produce(broker.bootstrap, topic, 0, 80)
        assert job.run(SLUICE_FAULT="delta.before_commit:1") == -signal.SIGKILL
        assert job.run() == 0, job.log_tail()
        assert sorted(row["id"] for row in rows(job.table)) == sorted([*range(40), *range(80)])


def test_a_table_restored_from_a_copy_while_a_job_runs(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic, trigger="processingTime: 100 ms") as job:
        job.start()
        wait_until(lambda: job.newest() == 0, 30, "the first batch")
        shutil.copytree(job.table / "_delta_log", tmp_path / "copy")
        produce(broker.bootstrap, topic, 40, 40)
        wait_until(lambda: job.committed_records() == 80, 30, "the second batch")
        shutil.rmtree(job.table / "_delta_log")
        shutil.copytree(tmp_path / "copy", job.table / "_delta_log")
        produce(broker.bootstrap, topic, 80, 40)
        assert job.wait() == STOPPED, "it went on writing versions that nobody can read"
        assert says(job, "TABLE_REPLACED", str(job.table), "its newest is 1")
        assert len(rows(job.table)) == 40
        # The checkpoint knows of a batch that the table has not.
        assert job.run() == STOPPED and says(job, "CHECKPOINT.OF_ANOTHER_TABLE")


def test_columns_that_disagree_with_the_table(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run() == 0, job.log_tail()
    with Job(
        tmp_path / "b",
        broker.bootstrap,
        topic,
        table=job.table,
        sql="SELECT CAST(id AS STRING) AS id, 1 AS extra FROM input",
    ) as other:
        assert other.run(30) == USAGE
        assert says(other, "SCHEMA_MISMATCH", "id", "BIGINT", "STRING", "extra"), other.log_tail()
    check_exactly_once(job.table, 40)


@pytest.mark.parametrize(
    "text, words",
    [
        ("query: {name: x\nsource: [", ["config.yaml:", "yaml"]),
        (
            "query: {name: x}\nsource:\n  kafka.bootstrap.servers: a:1\n  subscribe: t\n  startingOffset: earliest\nsink: {path: t, checkpointLocation: c}\n",
            ["config.yaml:5", "startingOffset", "startingOffsets"],
        ),
    ],
)
def test_broken_yaml_and_unknown_key(tmp_path, text, words):
    (tmp_path / "config.yaml").write_text(text)
    done = subprocess.run(
        [os.environ["SLUICE_BIN"], "run", tmp_path / "config.yaml"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == USAGE
    for word in words:
        assert word.lower() in done.stderr.lower(), done.stderr
    assert sorted(f.name for f in tmp_path.iterdir()) == ["config.yaml"], "something was opened before all was checked"


def test_port_taken(broker, topic, tmp_path):
    with Job(tmp_path, broker.bootstrap, topic) as job, socket.socket() as taken:
        taken.bind(("127.0.0.1", job.port))
        taken.listen()
        assert job.run(30) == USAGE
        assert says(job, str(job.port), "monitor.listen"), job.log_tail()


def test_message_larger_than_the_memory_budget(broker, topic, tmp_path):
    from confluent_kafka import Producer

    broker.set_topic_config(topic, {"max.message.bytes": "33554432"})
    produce(broker.bootstrap, topic, 0, 40)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "message.max.bytes": 33_000_000})
    producer.produce(topic, json.dumps({"id": 40, "name": "x" * (17 << 20)}), partition=0)  # the record at offset 10
    assert producer.flush(30) == 0
    with Job(tmp_path, broker.bootstrap, topic, query="memory: 64 MiB") as job:  # a quarter of it for one record
        assert job.run(60) == STOPPED
        assert says(job, "RECORD_TOO_LARGE", f"{topic}-0", "10", "memory"), job.log_tail()
        assert job.commits() == []
    with Job(tmp_path, broker.bootstrap, topic) as job:
        assert job.run() == 0, job.log_tail()
    found = rows(job.table, "SELECT id, length(name) AS size, kafka_offset FROM t WHERE id >= 39 ORDER BY id")
    assert [(r["id"], r["size"], r["kafka_offset"]) for r in found][1:] == [(40, 17 << 20, 10)]
    assert rows(job.table, "SELECT count(*) AS n FROM t") == [{"n": 41}]


def send_values(broker, topic, value, count=1000):
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for i in range(count):
        producer.produce(topic, value, partition=i % 4)
    assert producer.flush(30) == 0


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A broker with log-in, where the user "reader" may do nothing."""
    with KafkaBroker(tmp_path_factory.mktemp("guarded"), sasl_users={"reader": "reader-secret"}) as broker:
        broker.create_topic("guarded", 4)
        yield broker


SASL = """
kafka.security.protocol: SASL_PLAINTEXT
kafka.sasl.mechanism: PLAIN
kafka.sasl.jaas.config: >-
  org.apache.kafka.common.security.plain.PlainLoginModule required username="reader" password="${READER_PASSWORD}";
"""


def let_read(broker, user, topic):
    from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

    acls = [
        AclBinding(
            ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{user}", "*", may, AclPermissionType.ALLOW
        )
        for may in (AclOperation.READ, AclOperation.DESCRIBE)
    ]
    for future in broker.admin.create_acls(acls).values():
        future.result(30)


def test_not_authorised_waits_and_goes_on_when_it_is(guarded, tmp_path):
    with Job(tmp_path, guarded.bootstrap, "guarded", source=SASL).start(READER_PASSWORD="reader-secret") as job:
        wait_until(
            lambda: says(job, "KAFKA_NOT_AUTHORIZED", "'guarded'", "Grant this user READ and DESCRIBE"), 30, "why"
        )
        assert job.alive
        let_read(guarded, "reader", "guarded")
        assert job.wait(60) == 0, job.log_tail()
        assert "reader-secret" not in job.log_text()


def test_wrong_password(guarded, tmp_path):
    with Job(tmp_path, guarded.bootstrap, "guarded", source=SASL) as job:
        assert job.run(30, READER_PASSWORD="not-the-secret") == STOPPED
        assert says(job, "KAFKA_AUTHENTICATION_FAILED", guarded.bootstrap, "kafka.sasl.jaas.config"), job.log_tail()
        assert "not-the-secret" not in job.log_text()


def test_a_topic_full_of_what_is_not_json(broker, topic, tmp_path):
    send_values(broker, topic, "<html>not json</html>")
    with Job(tmp_path / "failfast", broker.bootstrap, topic, decode="mode: FAILFAST") as job:
        assert job.run(30) == STOPPED
        assert says(job, f"{topic}-", "offset", "0"), job.log_tail()
        assert job.commits() == []
    with Job(tmp_path, broker.bootstrap, topic, trigger="processingTime: 0 seconds") as job:
        job.start()
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 1000, 30, "1000 records")
        assert job.metric("spark_streaming_bad_records_total") == 1000
        assert job.stop()[0] == 0
        (warning,) = job.log_lines("bad_records")
        assert warning["level"] == "warn" and topic in warning["message"] and "1,000 not_json" in warning["message"]
    assert rows(job.table, "SELECT count(*) AS n, count(id) AS ids FROM t") == [{"n": 1000, "ids": 0}]


def test_a_topic_full_of_other_json(broker, topic, tmp_path):
    send_values(broker, topic, '{"something": "else"}')
    with Job(tmp_path, broker.bootstrap, topic, trigger="processingTime: 0 seconds") as job:
        job.start()
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 1000, 30, "1000 records")
        assert job.metric("spark_streaming_bad_records_total") == 0
        assert job.metric("spark_streaming_unmatched_records_total") == 1000
        assert job.stop()[0] == 0
        (warning,) = job.log_lines("unmatched_records")
        assert warning["level"] == "warn" and warning["unmatched"] == 1000, warning
        assert topic in warning["message"] and "1,000 of 1,000" in warning["message"], warning
    # no record is bad by Spark's rules, so FAILFAST does not mind
    with Job(tmp_path / "failfast", broker.bootstrap, topic, decode="mode: FAILFAST") as job:
        assert job.run(30) == 0, job.log_tail()
