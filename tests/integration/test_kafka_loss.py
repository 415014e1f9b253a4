# SPDX-License-Identifier: Apache-2.0
"""Retention gaps, deleted and recreated topics, new partitions: never a silent loss, always the exact ranges."""

import pytest
from kafka_broker import wait_until
from kafka_source import KafkaSource, SourceError
from records import producer, send


def loss(call, *args, **kwargs):
    with pytest.raises(SourceError) as caught:
        call(*args, **kwargs)
    assert caught.value.kind == "stop" and caught.value.code.startswith("KAFKA_DATA_LOSS.")
    assert "failOnDataLoss" in caught.value.message
    return caught.value


def lost(source):
    return [
        (w["code"].removeprefix("KAFKA_DATA_LOSS."), w["lost"])
        for w in source.warnings()
        if w["code"].startswith("KAFKA_DATA_LOSS.")
    ]


def test_retention_passed_the_start(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 100)
    broker.delete_records(topic, 0, 40)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        error = loss(source.read, [topic, 0, 10, 100])
        assert error.code == "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE"
        assert f"[10, 40) for topic partition {topic}-0; Kafka holds [40, 100)" in error.message
        assert source.earliest([topic, 0]) == {topic: {"0": 40}}
        # The reader is of use again afterwards.
        assert source.offsets([topic, 0, 40, 100]) == list(range(40, 100))


def test_retention_passed_the_start_and_we_go_on(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 100)
    broker.delete_records(topic, 0, 40)
    with KafkaSource(broker.bootstrap, subscribe=[topic], fail_on_data_loss=False) as source:
        assert source.offsets([topic, 0, 10, 100]) == list(range(40, 100))
        assert lost(source) == [("COULD_NOT_READ_OFFSET_RANGE", 30)]
        assert source.offsets([topic, 0, 0, 30]) == []
        assert lost(source) == [("COULD_NOT_READ_OFFSET_RANGE", 30)]


@pytest.mark.parametrize("fail", [True, False])
def test_retention_passed_a_running_reader(broker, topic, fail):
    topic = topic.replace("-", "")
    broker.create_topic(topic)
    sender = producer(broker.bootstrap)
    for _ in range(200):
        sender.produce(topic, b"x" * 100_000)
    sender.flush(60)
    with KafkaSource(
        broker.bootstrap,
        {"max.partition.fetch.bytes": "200000"},
        subscribe=[topic],
        queue_bytes=1 << 18,
        fail_on_data_loss=fail,
    ) as source:
        assert source.offsets([topic, 0, 0, 1]) == [0]
        wait = source.read_in_background([topic, 0, 1, 200], max_records=1, pause_ms=20)
        broker.delete_records(topic, 0, 190)
        if fail:
            error = loss(wait)
            assert error.code == "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE"
            assert f", 190) for topic partition {topic}-0; Kafka holds [190, 200)" in error.message
        else:
            offsets = [r["offset"] for r in wait()]
            first_lost = len(offsets) - 10 + 1
            assert offsets == list(range(1, first_lost)) + list(range(190, 200)) and first_lost < 190
            assert lost(source) == [("COULD_NOT_READ_OFFSET_RANGE", 190 - first_lost)]


def test_start_beyond_the_end(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        error = loss(source.read, [topic, 0, 50, 60])
        assert f"[50, 60) for topic partition {topic}-0; Kafka holds [0, 10)" in error.message


def test_range_that_ends_beyond_the_log(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], fail_on_data_loss=False) as source:
        # As after an unclean leader election: the recorded end is no more.
        assert source.offsets([topic, 0, 0, 25]) == list(range(10))
        assert lost(source) == [("COULD_NOT_READ_OFFSET_RANGE", 15)]


def test_topic_deleted_between_batches(broker, topic):
    broker.create_topic(topic, 2)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], retry_interval_ms=100) as source:
        committed = source.latest()
        assert source.offsets([topic, 0, 0, 10]) == list(range(10))
        broker.delete_topic(topic)
        end = source.latest(committed)
        assert end == {}
        error = loss(source.complete, committed, end)
        assert error.code == "KAFKA_DATA_LOSS.PARTITIONS_DELETED"
        assert f"Partitions {topic}-0, {topic}-1 have been deleted. Read were {topic}-0 up to 10" in error.message


def test_topic_deleted_and_we_go_on_when_it_comes_back(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], retry_interval_ms=100, fail_on_data_loss=False) as source:
        committed = source.latest()
        assert source.offsets([topic, 0, 0, 10]) == list(range(10))
        broker.delete_topic(topic)
        end = source.latest(committed)
        assert source.complete(committed, end) == {} and lost(source) == [("PARTITIONS_DELETED", 0)]
        # It has another id when it comes back: nothing of its past counts for it.
        with pytest.raises(SourceError) as error:
            source.latest({})
        assert (error.value.kind, error.value.code) == ("retry", "KAFKA_TOPIC_MISSING")
        broker.create_topic(topic)
        send(broker.bootstrap, topic, 0, 4)
        end = source.latest({})
        assert end == {topic: {"0": 4}} and source.complete({}, end) == {topic: {"0": 0}}
        assert source.offsets([topic, 0, 0, 4]) == list(range(4))
        assert lost(source) == []


@pytest.mark.parametrize("fail", [True, False])
def test_topic_deleted_while_reading(broker, topic, fail):
    topic = topic.replace("-", "")
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], fail_on_data_loss=fail) as source:
        source.latest()
        wait = source.read_in_background([topic, 0, 0, 20])
        broker.delete_topic(topic)
        if fail:
            error = loss(wait)
            assert error.code == "KAFKA_DATA_LOSS.PARTITIONS_DELETED" and f"{topic}-0" in error.message
            assert ", 20) were not read" in error.message
        else:
            wait()
            assert [code for code, _ in lost(source)] == ["PARTITIONS_DELETED"]


def test_topic_recreated_shorter(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], retry_interval_ms=100) as source:
        committed = source.latest()
        broker.delete_topic(topic)
        broker.create_topic(topic)
        send(broker.bootstrap, topic, 0, 4)
        end = source.latest(committed)
        error = loss(source.complete, committed, end)
        assert error.code == "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED"
        assert (
            f"Partition {topic}-0 offset was changed from 10 to 4. The topic was deleted and created again"
            in error.message
        )


def test_topic_recreated_shorter_and_a_new_process(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 4)
    committed = {topic: {"0": 10}}
    with KafkaSource(broker.bootstrap, subscribe=[topic], retry_interval_ms=10) as source:
        error = loss(source.complete, committed, source.latest(committed))
        assert error.code == "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED" and "from 10 to 4" in error.message
    with KafkaSource(broker.bootstrap, subscribe=[topic], retry_interval_ms=10, fail_on_data_loss=False) as source:
        # As Spark: nothing is read twice; the next batch goes on at the new end.
        end = source.latest(committed)
        assert source.complete(committed, end) == committed and end == {topic: {"0": 4}}
        assert lost(source) == [("PARTITION_OFFSET_CHANGED", 0)]


@pytest.mark.parametrize("fail", [True, False])
def test_topic_recreated_and_longer_than_before(broker, topic, fail):
    topic = topic.replace("-", "")
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], fail_on_data_loss=fail) as source:
        committed = source.latest()
        assert source.offsets([topic, 0, 0, 10]) == list(range(10))
        broker.delete_topic(topic)
        broker.create_topic(topic)
        send(broker.bootstrap, topic, 100, 115)
        end = source.latest(committed)
        assert end == {topic: {"0": 15}}
        if fail:
            error = loss(source.complete, committed, end)
            assert error.code == "KAFKA_DATA_LOSS.TOPIC_RECREATED" and f"'{topic}'" in error.message
        else:
            assert source.complete(committed, end) == {topic: {"0": 0}}
            assert source.complete(committed, end) == {topic: {"0": 0}}  # it may be asked again
            assert lost(source) == [("TOPIC_RECREATED", 0)]
            assert [r["key"] for r in source.read([topic, 0, 0, 15])] == [f"k{i}" for i in range(100, 115)]
            # Told once.
            send(broker.bootstrap, topic, 115, 120)
            assert source.complete(end, source.latest(end)) == end and lost(source) == []


@pytest.mark.parametrize("fail", [True, False])
def test_topic_recreated_while_reading(broker, topic, fail):
    topic = topic.replace("-", "")
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic], fail_on_data_loss=fail) as source:
        source.latest()
        assert source.offsets([topic, 0, 0, 10]) == list(range(10))  # of the topic's first life
        wait = source.read_in_background([topic, 0, 10, 20])
        broker.delete_topic(topic)
        broker.create_topic(topic)
        send(broker.bootstrap, topic, 100, 105)
        if fail:
            error = loss(wait)
            assert error.code in ("KAFKA_DATA_LOSS.TOPIC_RECREATED", "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE")
        else:
            assert wait() == []
            assert 1 <= len(lost(source)) <= 2  # what is not there, and why


def test_topic_recreated_while_reading_and_longer(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        committed = source.latest()
        wait = source.read_in_background([topic, 0, 0, 20])
        broker.delete_topic(topic)
        broker.create_topic(topic)
        send(broker.bootstrap, topic, 100, 130)
        # The client may follow the name to the new topic, as soon as it has ten records or before: the batch
        # must not be used.
        assert loss(wait).code in ("KAFKA_DATA_LOSS.TOPIC_RECREATED", "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE")
        error = loss(lambda: source.complete(committed, source.latest(committed)))
        assert error.code == "KAFKA_DATA_LOSS.TOPIC_RECREATED"


def test_partitions_added(broker, topic):
    broker.create_topic(topic, 1)
    send(broker.bootstrap, topic, 0, 10)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        start = source.starting()
        broker.add_partitions(topic, 3)
        send(broker.bootstrap, topic, 0, 5, partition=2)
        end = wait_until(lambda: (lambda o: o if o[topic].get("2") == 5 else None)(source.latest(start)), "partition 2")
        assert end == {topic: {"0": 10, "1": 0, "2": 5}}
        assert source.complete(start, end) == {topic: {"0": 0, "1": 0, "2": 0}}
        assert source.offsets([topic, 2, 0, 5]) == list(range(5))
        assert lost(source) == []


@pytest.mark.parametrize("fail", [True, False])
def test_added_partition_that_does_not_begin_at_zero(broker, topic, fail):
    topic = topic.replace("-", "")
    broker.create_topic(topic, 2)
    send(broker.bootstrap, topic, 0, 10, partition=1)
    broker.delete_records(topic, 1, 3)
    with KafkaSource(broker.bootstrap, subscribe=[topic], fail_on_data_loss=fail) as source:
        start, end = {topic: {"0": 0}}, {topic: {"0": 0, "1": 10}}
        if fail:
            error = loss(source.complete, start, end)
            assert error.code == "KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO"
            assert f"Added partition {topic}-1 starts from 3 instead of 0: records [0, 3) are gone" in error.message
        else:
            assert source.complete(start, end) == {topic: {"0": 0, "1": 3}}
            assert lost(source) == [("ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO", 3)]
