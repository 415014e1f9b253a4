# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and tables left by real Spark, killed ones included: Sluice goes on from each, exactly once."""

import itertools
import json
import os
import pathlib
import shutil

import pytest
from confluent_kafka import Producer
from readers import rows
from records import wait_for_marker
from sluice_job import Job, batches_of

SHARED = pathlib.Path(os.environ.get("SLUICE_SHARED", pathlib.Path(os.environ["SLUICE_SOURCE_DIR"]).parent / "shared"))
GOLDEN = SHARED / "data" / "spark-golden"
VERSIONS = ["3.4.1", "4.2.0"]
STATES = [
    "n0-offsets-only",
    "clean-after-2",
    "killed-before-delta-commit-3",
    "killed-before-delta-commit-3-resumed",
    "zero-row-batch-4",
    "killed-after-delta-commit-5",
    "killed-after-delta-commit-5-resumed",
    "clean-after-11",
]
SCHEMA = "id BIGINT, name STRING, score DOUBLE, at TIMESTAMP"
SQL = (
    'SELECT id, name, score, "at", kafka_partition AS partition, kafka_offset AS "offset", kafka_timestamp, '
    "processing_timestamp FROM input"
)

pytestmark = pytest.mark.skipif(not GOLDEN.is_dir(), reason=f"no golden Spark checkpoints at {GOLDEN}")


@pytest.fixture(scope="module", params=VERSIONS)
def golden(request, broker):
    """The recorded topic, produced again so that every record has its recorded offset."""
    version = request.param
    topic = f"golden-{version}"
    broker.create_topic(topic, 3, {"retention.ms": "-1"})
    servers = {"bootstrap.servers": broker.bootstrap}
    plain = Producer(servers)
    aborting = Producer({**servers, "transactional.id": topic})
    aborting.init_transactions(30)
    lines = (GOLDEN / f"spark-{version}" / "topic.jsonl").read_text().splitlines()
    wrong = []

    def send(producer, record):
        def delivered(error, message):
            if error or message.offset() != record["offset"]:
                wrong.append((str(error), message.offset(), record))

        producer.produce(
            topic, record["value"], partition=record["partition"], timestamp=record["timestamp"], on_delivery=delivered
        )

    for aborted, records in itertools.groupby(map(json.loads, lines), lambda r: r.get("transaction") == "abort"):
        records = list(records)
        if aborted:
            aborting.begin_transaction()
        for record in records:
            send(aborting if aborted else plain, record)
        if aborted:
            aborting.flush(30)
            aborting.abort_transaction(30)
            for partition, last in {record["partition"]: record["offset"] for record in records}.items():
                wait_for_marker(broker.bootstrap, topic, partition, last)
        assert plain.flush(30) == 0
    assert not wrong, wrong[:3]
    return version, topic


QUERY = 'SELECT id, name, score, "at", partition, "offset", kafka_timestamp FROM t ORDER BY partition, "offset"'


@pytest.mark.parametrize("state", STATES)
def test_goes_on_from(golden, broker, tmp_path, state):
    version, topic = golden
    left = GOLDEN / f"spark-{version}" / state
    shutil.copytree(left / "ckpt", tmp_path / "checkpoint")
    if (left / "table").is_dir():
        shutil.copytree(left / "table", tmp_path / "table")
    query_id = json.loads((tmp_path / "checkpoint" / "metadata").read_text())["id"]
    with Job(
        tmp_path, broker.bootstrap, topic, schema=SCHEMA, sql=SQL, source="kafka.isolation.level: read_committed"
    ) as job:
        newest = max(int(f.name) for f in (job.checkpoint / "offsets").iterdir() if f.name.isdigit())
        key_order = list(json.loads((job.checkpoint / "offsets" / str(newest)).read_text().splitlines()[2])[topic])
        assert job.run() == 0, job.log_tail()
        # what Spark had made of the whole topic when it ended by itself
        assert rows(job.table, QUERY) == rows(GOLDEN / f"spark-{version}" / "clean-after-11" / "table", QUERY)
        batches = batches_of(job.table, query_id)
        assert batches == sorted(set(batches))
        last = job.commits()[-1]
        assert (job.checkpoint / "offsets" / str(last)).exists()
        if last > newest:  # in Spark's own order of keys, so that Spark sees its own text again
            ours = (job.checkpoint / "offsets" / str(last)).read_text().splitlines()[2]
            assert list(json.loads(ours)[topic]) == key_order
