# SPDX-License-Identifier: Apache-2.0
"""Puts records into topics, and reads them back with a client that is not ours: the truth to compare with."""

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from kafka_broker import wait_until


def producer(bootstrap, **settings):
    return Producer(
        {
            "bootstrap.servers": bootstrap,
            "linger.ms": 1,
            "message.max.bytes": 33000000,
            **{key.replace("_", "."): value for key, value in settings.items()},
        }
    )


def send(bootstrap, topic, first, last, partition=0, **settings):
    """Records "k<i>": "v<i>" for i in [first, last)."""
    sender = producer(bootstrap, **settings)
    for i in range(first, last):
        sender.produce(topic, f"v{i}", f"k{i}", partition=partition)
        sender.poll(0)
    assert sender.flush(60) == 0


def send_transaction(bootstrap, topic, first, last, commit, partition=0, text=lambda i: f"v{i}"):
    """Records "k<i>": text(i) for i in [first, last), and the marker behind them."""
    offsets = []
    sender = producer(bootstrap, transactional_id=f"{topic}-{first}")
    sender.init_transactions(30)
    sender.begin_transaction()
    for i in range(first, last):
        sender.produce(
            topic, text(i), f"k{i}", partition, on_delivery=lambda _, record: offsets.append(record.offset())
        )
    assert sender.flush(30) == 0
    if commit:
        sender.commit_transaction(30)
    else:
        sender.abort_transaction(30)
    wait_for_marker(bootstrap, topic, partition, offsets[-1])


def wait_for_marker(bootstrap, topic, partition, last):
    """The end of a transaction is written after it is answered, behind its last record."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "marker"})
    where = TopicPartition(topic, partition)
    wait_until(
        lambda: consumer.get_watermark_offsets(where, timeout=30)[1] >= last + 2,
        f"a marker behind {last} of {topic}-{partition}",
        60,
    )
    consumer.close()


def truth(bootstrap, topic, partition=0, isolation="read_uncommitted"):
    """(offset, key) of every record that a plain consumer sees."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "truth",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": isolation,
        }
    )
    consumer.assign([TopicPartition(topic, partition, 0)])
    seen = []
    try:
        while True:
            message = consumer.poll(30)
            assert message is not None, "no end of the partition within 30 s"
            if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                return seen
            assert not message.error(), message.error()
            seen.append((message.offset(), message.key().decode()))
    finally:
        consumer.close()
