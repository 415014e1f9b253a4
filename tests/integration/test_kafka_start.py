# SPDX-License-Identifier: Apache-2.0
"""Subscriptions and starting offsets."""

import pytest
from kafka_source import KafkaSource, SourceError
from records import producer


def error_of(call, *args):
    with pytest.raises(SourceError) as caught:
        call(*args)
    return caught.value


def filled(broker, topic, partitions=2):
    broker.create_topic(topic, partitions)
    sender = producer(broker.bootstrap)
    for partition in range(partitions):
        for i in range(10):
            sender.produce(topic, f"v{i}", partition=partition, timestamp=1_000_000 + i * 1000)
    sender.flush(30)


def test_earliest_and_latest(broker, topic):
    filled(broker, topic)
    broker.delete_records(topic, 0, 2)
    with KafkaSource(broker.bootstrap, subscribe=[topic]) as source:
        assert source.starting() == {topic: {"0": 2, "1": 0}}
        assert source.description == f"KafkaV2[Subscribe[{topic}]]"
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting="latest") as source:
        assert source.starting() == {topic: {"0": 10, "1": 10}}


def test_offsets_by_partition(broker, topic):
    filled(broker, topic, 3)
    offsets = {topic: {"0": -2, "1": -1, "2": 4}}
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_offsets=offsets) as source:
        assert source.starting() == {topic: {"0": 0, "1": 10, "2": 4}}


def test_offsets_must_name_each_partition(broker, topic):
    filled(broker, topic, 3)
    offsets = {topic: {"0": 0, "1": 0, "7": 0}}
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_offsets=offsets) as source:
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("exit", "KAFKA_STARTING_OFFSETS_INCOMPLETE")
        assert f"Missing: {topic}-2. Not part of the subscription: {topic}-7." in error.message


def test_offset_that_is_gone(broker, topic):
    filled(broker, topic, 1)
    broker.delete_records(topic, 0, 5)
    offsets = {topic: {"0": 3}}
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_offsets=offsets) as source:
        error = error_of(source.starting)
        assert error.code == "KAFKA_DATA_LOSS.START_OFFSET_RESET"
        assert f"Starting offset for {topic}-0 was 3 but the nearest that exists is 5" in error.message
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_offsets=offsets, fail_on_data_loss=False) as source:
        assert source.starting() == {topic: {"0": 5}}


def test_timestamps(broker, topic):
    filled(broker, topic)
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_timestamp=1_004_500) as source:
        assert source.starting() == {topic: {"0": 5, "1": 5}}
    each = {topic: {"0": 1_000_000, "1": 9_999_999}}
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_timestamps=each) as source:
        error = error_of(source.starting)
        assert error.kind == "exit"
        assert f"No offset matched from request of topic-partition {topic}-1 and timestamp 9999999" in error.message
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting_timestamps=each, no_match="latest") as source:
        assert source.starting() == {topic: {"0": 0, "1": 10}}


def test_assign(broker, topic):
    filled(broker, topic, 3)
    with KafkaSource(broker.bootstrap, assign=[[topic, 0], [topic, 2]]) as source:
        assert source.starting() == {topic: {"0": 0, "2": 0}}
        assert source.latest() == {topic: {"0": 10, "2": 10}}
        assert source.description == f"KafkaV2[Assign[{topic}-0, {topic}-2]]"
    with KafkaSource(broker.bootstrap, assign=[[topic, 0], [topic, 5]]) as source:
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("retry", "KAFKA_TOPIC_MISSING") and f"partition {topic}-5" in error.message


def test_pattern(broker, topic):
    filled(broker, topic + "-a1", 1)
    filled(broker, topic + "-b", 1)
    with KafkaSource(broker.bootstrap, pattern=topic + r"-[a-c]\d+") as source:
        start = source.starting()
        assert start == {topic + "-a1": {"0": 0}}
        filled(broker, topic + "-c22", 1)  # a topic that comes later is read from its beginning
        end = source.latest(start)
        assert end == {topic + "-a1": {"0": 10}, topic + "-c22": {"0": 10}}
        assert source.complete(start, end) == {topic + "-a1": {"0": 0}, topic + "-c22": {"0": 0}}


def test_pattern_without_a_match_yet(broker, topic):
    with KafkaSource(broker.bootstrap, pattern=topic + ".*", starting="latest") as source:
        assert source.starting() == {}
        assert [w["code"] for w in source.warnings()] == ["KAFKA_TOPIC_MISSING"]
        filled(broker, topic + "-new", 1)
        assert source.complete({}, source.latest({})) == {topic + "-new": {"0": 0}}


def test_topic_that_appears_later(broker, topic):
    with KafkaSource(broker.bootstrap, subscribe=[topic], starting="latest") as source:
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("retry", "KAFKA_TOPIC_MISSING")
        assert f"topic '{topic}' does not exist" in error.message
        filled(broker, topic, 1)
        # All of its records came after the query's start, so `latest` does not pass over them.
        assert source.starting() == {topic: {"0": 0}}
