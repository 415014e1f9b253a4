# SPDX-License-Identifier: Apache-2.0
"""Brokers that are away, silent, closed to us, or crash while we read."""

import time

import pytest
from kafka_broker import STORE_PASSWORD, KafkaBroker, free_ports
from kafka_source import KafkaSource, SourceError
from records import producer, send


def error_of(call, *args, **kwargs):
    with pytest.raises(SourceError) as caught:
        call(*args, **kwargs)
    return caught.value


def until_it_answers(call, *args):
    """What it gives once a broker that stood still is itself again."""
    for _ in range(20):
        try:
            return call(*args)
        except SourceError as error:
            assert error.code == "KAFKA_TIMEOUT", error
    return call(*args)


def test_nobody_listens():
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with KafkaSource(address, subscribe=["t"]) as source:
        started = time.monotonic()
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("retry", "KAFKA_UNREACHABLE")
        assert f"no Kafka broker answers at {address}" in error.message and "Connection refused" in error.message
        assert time.monotonic() - started < 30
        warnings = source.warnings()
        assert [w["code"] for w in warnings] == ["KAFKA_UNREACHABLE"]
        error_of(source.starting)
        assert source.warnings() == []  # told once an outage


def test_a_name_that_does_not_resolve():
    with KafkaSource("no-such-host.invalid:9092", subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert error.code == "KAFKA_UNREACHABLE" and "no-such-host.invalid:9092" in error.message


def test_broker_crashes_while_reading(tmp_path):
    with KafkaBroker(tmp_path) as broker:
        broker.create_topic("t", 2)
        for partition in range(2):
            send(broker.bootstrap, "t", 0, 20000, partition)
        with KafkaSource(broker.bootstrap, subscribe=["t"], queue_bytes=256 << 10) as source:
            assert source.latest() == {"t": {"0": 20000, "1": 20000}}
            wait = source.read_in_background(["t", 0, 0, 20000], ["t", 1, 0, 20000], max_records=1000, pause_ms=100)
            for _ in range(2):
                time.sleep(0.5)  # somewhere in the middle; any moment will do
                broker.kill()
                broker.start()
            records = wait(60)
        got = [(r["partition"], r["offset"]) for r in records]
        assert sorted(got) == [(p, o) for p in range(2) for o in range(20000)]
        for partition in range(2):
            offsets = [o for p, o in got if p == partition]
            assert offsets == sorted(offsets)


def test_broker_is_away_between_batches(tmp_path):
    with KafkaBroker(tmp_path) as broker:
        broker.create_topic("t")
        send(broker.bootstrap, "t", 0, 10)
        with KafkaSource(broker.bootstrap, subscribe=["t"]) as source:
            assert source.offsets(["t", 0, 0, 10]) == list(range(10))
            broker.kill()
            assert error_of(source.latest).code == "KAFKA_UNREACHABLE"
            broker.start()
            send(broker.bootstrap, "t", 10, 20)
            assert source.latest() == {"t": {"0": 20}}
            assert source.offsets(["t", 0, 10, 20]) == list(range(10, 20))


def test_broker_that_does_not_answer(tmp_path):
    with KafkaBroker(tmp_path) as broker:
        broker.create_topic("t")
        send(broker.bootstrap, "t", 0, 10)
        client = {"default.api.timeout.ms": "2000"}
        with KafkaSource(broker.bootstrap, client, subscribe=["t"], poll_timeout_ms=3000) as source:
            assert source.latest() == {"t": {"0": 10}}
            assert source.offsets(["t", 0, 0, 10]) == list(range(10))
            broker.pause()
            error = error_of(source.read, ["t", 0, 3, 10])
            assert (error.kind, error.code) == ("retry", "KAFKA_TIMEOUT")
            assert "Cannot fetch record for offset 3 of t-0 in 3000 milliseconds" in error.message
            assert error_of(source.latest).kind == "retry"
            broker.resume()
            assert until_it_answers(source.offsets, ["t", 0, 3, 10]) == list(range(3, 10))


def test_an_outage_longer_than_the_poll_timeout_while_reading(tmp_path):
    with KafkaBroker(tmp_path) as broker:
        broker.create_topic("t")
        send(broker.bootstrap, "t", 0, 20000)
        options = {"queue_bytes": 256 << 10, "poll_timeout_ms": 2000}
        small = {"max.partition.fetch.bytes": "20000"}
        with KafkaSource(broker.bootstrap, small, subscribe=["t"], **options) as source:
            assert source.latest() == {"t": {"0": 20000}}
            wait = source.read_in_background(["t", 0, 0, 20000], max_records=100, pause_ms=100)
            time.sleep(3)
            broker.pause()  # about thirty of 200 batches are delivered
            error = error_of(wait)
            assert (error.kind, error.code) == ("retry", "KAFKA_TIMEOUT")
            place = int(error.message.split("record for offset ")[1].split()[0])
            assert 0 < place < 20000
            assert error_of(source.read, ["t", 0, 0, 20000]).code == "KAFKA_TIMEOUT"
            broker.resume()
            assert until_it_answers(source.offsets, ["t", 0, 0, 20000]) == list(range(20000))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with KafkaBroker(tmp_path_factory.mktemp("guarded"), sasl_users={"nobody": "nobody-secret"}) as broker:
        broker.create_topic("t")
        sender = producer(**{"bootstrap": broker.bootstrap}, **broker_login(broker, "admin"))
        sender.produce("t", "v0", "k0")
        assert sender.flush(30) == 0
        yield broker


def broker_login(broker, user):
    return {
        key.replace(".", "_"): value
        for key, value in broker.client_settings(user).items()
        if key != "bootstrap.servers"
    }


def login(user, password):
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
        f'username="{user}" password="{password}";',
    }


def test_jaas_login(guarded):
    with KafkaSource(guarded.bootstrap, login("admin", "admin-secret"), subscribe=["t"]) as source:
        assert source.latest() == {"t": {"0": 1}} and source.offsets(["t", 0, 0, 1]) == [0]


def test_wrong_password(guarded):
    with KafkaSource(guarded.bootstrap, login("admin", "wrong"), subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("stop", "KAFKA_AUTHENTICATION_FAILED")
        assert guarded.bootstrap in error.message and "wrong" not in error.message


def test_not_authorised(guarded):
    with KafkaSource(guarded.bootstrap, login("nobody", "nobody-secret"), subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("retry", "KAFKA_NOT_AUTHORIZED")
        assert "'t'" in error.message and "Grant" in error.message


def test_plain_text_to_a_guarded_port(guarded):
    with KafkaSource(guarded.bootstrap, subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert error.code == "KAFKA_UNREACHABLE" and guarded.bootstrap in error.message


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    with KafkaBroker(tmp_path_factory.mktemp("tls"), tls=True) as broker:
        broker.certificate("stranger")
        broker.create_topic("t")
        send(broker.bootstrap, "t", 0, 3)
        yield broker


def certificates(broker, truststore="broker", keystore="client"):
    return {
        "security.protocol": "SSL",
        "ssl.truststore.location": str(broker.directory / f"{truststore}.pem"),
        "ssl.keystore.location": str(broker.directory / f"{keystore}.p12"),
        "ssl.keystore.password": STORE_PASSWORD,
    }


def test_tls_with_a_client_certificate(tls):
    with KafkaSource(tls.tls_bootstrap, certificates(tls), subscribe=["t"]) as source:
        assert source.latest() == {"t": {"0": 3}} and source.offsets(["t", 0, 0, 3]) == [0, 1, 2]


@pytest.mark.parametrize("wrong", [{"truststore": "stranger"}, {"keystore": "stranger"}])
def test_tls_with_a_stranger(tls, wrong):
    with KafkaSource(tls.tls_bootstrap, certificates(tls, **wrong), subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert (error.kind, error.code) == ("stop", "KAFKA_TLS_FAILED")
        assert tls.tls_bootstrap in error.message and STORE_PASSWORD not in error.message


def test_plain_text_to_a_tls_port(tls):
    with KafkaSource(tls.tls_bootstrap, subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert error.code == "KAFKA_UNREACHABLE" and tls.tls_bootstrap in error.message
        assert "kafka.security.protocol" in error.message


def test_tls_to_a_plain_text_port(tls):
    with KafkaSource(tls.bootstrap, certificates(tls), subscribe=["t"]) as source:
        error = error_of(source.starting)
        assert error.code == "KAFKA_UNREACHABLE" and tls.bootstrap in error.message
        assert "kafka.security.protocol" in error.message
