# SPDX-License-Identifier: Apache-2.0
"""The source delivers exactly the records of a range, whatever the log looks like."""

import time

import pytest
from kafka_broker import wait_until
from kafka_source import KafkaSource, SourceError
from records import producer, send, send_transaction, truth


def test_every_field_of_a_record(broker, topic):
    broker.create_topic(topic)
    sender = producer(broker.bootstrap)
    sender.produce(topic, b"{}", b"key", timestamp=1700000000123, headers=[("a", b"1"), ("b", None), ("a", b"2")])
    sender.produce(topic, None, b"tombstone", timestamp=1700000000124)
    sender.produce(topic, b"", None, timestamp=1700000000125)
    sender.flush(30)
    with KafkaSource(broker.bootstrap, subscribe=[topic], include_headers=True) as source:
        first, tombstone, empty = source.read([topic, 0, 0, 3], whole=True)
    assert first == {
        "topic": topic,
        "partition": 0,
        "offset": 0,
        "key": "key",
        "value": "{}",
        "size": 2,
        "timestamp": 1700000000123,
        "timestamp_type": 0,
        "headers": [["a", "1"], ["b", None], ["a", "2"]],
    }
    assert (tombstone["key"], tombstone["value"], tombstone["offset"]) == ("tombstone", None, 1)
    assert (empty["key"], empty["value"]) == (None, "")


def test_log_append_time_is_told_apart(broker, topic):
    broker.create_topic(topic, config={"message.timestamp.type": "LogAppendTime"})
    send(broker.bootstrap, topic, 0, 1)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        (record,) = source.read([topic, 0, 0, 1], whole=True)
    assert record["timestamp_type"] == 1 and abs(record["timestamp"] / 1000 - time.time()) < 300


def test_consecutive_ranges_and_a_repeated_one(broker, topic):
    broker.create_topic(topic, 2)
    send(broker.bootstrap, topic, 0, 5000, partition=0)
    send(broker.bootstrap, topic, 0, 3000, partition=1)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        assert source.latest() == {topic: {"0": 5000, "1": 3000}}
        for start in range(0, 5000, 700):
            end = min(start + 700, 5000)
            assert source.offsets([topic, 0, start, end], max_records=100) == list(range(start, end))
        both = source.read([topic, 0, 1000, 1200], [topic, 1, 2500, 3000])
        assert [r["offset"] for r in both if r["partition"] == 0] == list(range(1000, 1200))
        assert [r["offset"] for r in both if r["partition"] == 1] == list(range(2500, 3000))
        assert all(r["key"] == f"k{r['offset']}" for r in both)


def test_a_record_that_comes_later_is_waited_for(broker, topic):
    broker.create_topic(topic)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        wait = source.read_in_background([topic, 0, 0, 10])
        send(broker.bootstrap, topic, 0, 10)
        assert [r["offset"] for r in wait()] == list(range(10))


def test_compacted_topic(broker, topic):
    broker.create_topic(
        topic,
        config={
            "cleanup.policy": "compact",
            "segment.bytes": "1048576",
            "segment.ms": "100",
            "min.cleanable.dirty.ratio": "0.01",
            "delete.retention.ms": "0",
        },
    )
    sender = producer(broker.bootstrap)
    for i in range(2000):
        sender.produce(topic, f"v{i}", f"k{i % 7}")
    sender.flush(30)

    def compacted():
        time.sleep(0.2)  # a segment closes by age, and only when another record comes
        send(broker.bootstrap, topic, 0, 1)
        return len(truth(broker.bootstrap, topic)) < 200

    wait_until(compacted, "the cleaner has run", 60)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        end = source.latest()[topic]["0"]
        expected = [offset for offset, _ in truth(broker.bootstrap, topic)]
        got = source.offsets([topic, 0, 0, end])
        # The cleaner goes on while we read, so records may go, but never come back or appear.
        assert set(truth_offsets(broker, topic)) <= set(got) <= set(expected)
        assert source.offsets([topic, 0, 3, 1500]) == [o for o in got if 3 <= o < 1500]
        assert source.offsets([topic, 0, 1500, end]) == [o for o in got if o >= 1500]
        assert source.warnings() == []


def truth_offsets(broker, topic):
    return [offset for offset, _ in truth(broker.bootstrap, topic)]


@pytest.mark.parametrize("isolation", ["read_uncommitted", "read_committed"])
def test_transactions_with_a_marker_as_last_offset(broker, topic, isolation):
    topic = topic.replace("-", "")
    broker.create_topic(topic)
    send_transaction(broker.bootstrap, topic, 0, 10, commit=True)  # 0-9, marker 10
    send_transaction(broker.bootstrap, topic, 10, 20, commit=False)  # 11-20, marker 21
    send(broker.bootstrap, topic, 20, 25)  # 22-26
    send_transaction(broker.bootstrap, topic, 25, 30, commit=False)  # 27-31, marker 32
    expected = [offset for offset, _ in truth(broker.bootstrap, topic, isolation=isolation)]
    with KafkaSource(broker.bootstrap, {"isolation.level": isolation}, subscribe=[topic]) as source:
        end = source.latest()[topic]["0"]
        assert end == 33
        assert source.offsets([topic, 0, 0, end]) == expected
        for start, stop in [(0, 10), (10, 11), (11, 21), (21, 27), (27, 33), (10, 22), (5, 30)]:
            assert source.offsets([topic, 0, start, stop]) == [o for o in expected if start <= o < stop]
        send(broker.bootstrap, topic, 30, 32)
        assert source.offsets([topic, 0, 33, 35]) == [33, 34]
    if isolation == "read_uncommitted":
        assert expected == list(range(0, 10)) + list(range(11, 21)) + list(range(22, 32))
    else:
        assert expected == list(range(0, 10)) + list(range(22, 27))


def test_open_transaction_holds_back_read_committed(broker, topic):
    broker.create_topic(topic)
    send(broker.bootstrap, topic, 0, 5)
    sender = producer(broker.bootstrap, transactional_id=topic)
    sender.init_transactions(30)
    sender.begin_transaction()
    sender.produce(topic, "v5", "k5")
    sender.flush(30)
    send(broker.bootstrap, topic, 6, 9)
    committed = KafkaSource(broker.bootstrap, {"isolation.level": "read_committed"}, subscribe=[topic])
    with committed, KafkaSource(broker.bootstrap, subscribe=[topic]) as uncommitted:
        assert committed.latest() == {topic: {"0": 5}}
        assert uncommitted.latest() == {topic: {"0": 9}}
        assert committed.offsets([topic, 0, 0, 5]) == list(range(5))
        sender.commit_transaction(30)
        wait_until(lambda: committed.latest() == {topic: {"0": 10}}, "the transaction is committed")
        assert committed.offsets([topic, 0, 5, 10]) == [5, 6, 7, 8]


def test_big_records(broker, topic):
    broker.create_topic(topic)
    sender = producer(broker.bootstrap)
    for size in (100, 3_000_000, 20_000_000, 100):
        sender.produce(topic, b"x" * size)
    sender.flush(60)
    with KafkaSource(broker.bootstrap, subscribe=[topic], queue_bytes=8 << 20) as source:
        sizes = [r["size"] for r in source.read([topic, 0, 0, 4], whole=True, max_bytes=1 << 20)]
        assert sizes == [100, 3_000_000, 20_000_000, 100]
        with pytest.raises(SourceError) as error:
            source.read([topic, 0, 0, 4], max_record_bytes=10_000_000)
        assert (error.value.kind, error.value.code) == ("stop", "RECORD_TOO_LARGE")
        assert f"{topic}-0 at offset 2 has 20000000 bytes" in error.value.message


def test_many_partitions_in_a_small_queue(broker, topic):
    broker.create_topic(topic, 8)
    for partition in range(8):
        send(broker.bootstrap, topic, 0, 100, partition)
    with KafkaSource(broker.bootstrap, subscribe=[topic], queue_bytes=1 << 20) as source:
        everything = source.read(*[[topic, p, 0, 100] for p in range(8)], max_records=64)
        assert sorted((r["partition"], r["offset"]) for r in everything) == [
            (p, o) for p in range(8) for o in range(100)
        ]
