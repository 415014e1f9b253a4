# SPDX-License-Identifier: Apache-2.0
"""`sluice doctor` beside real programs: Kafka in each of its wrong states, tables and checkpoints that cannot be right,
Prometheus, Alertmanager and a stand-in for Slack. It names the trouble, says what to do, and changes nothing."""

import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest
from feed_server import FeedServer, feed
from kafka_broker import STORE_PASSWORD, KafkaBroker
from messages import produce
from sluice_job import Job, free_port, sluice, wait_until
from sluice_producer import Producer
from terminal import Terminal

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "monitoring"))
from alert_chain import MISSING, AlertChain  # noqa: E402
from slack_stub import SlackStub  # noqa: E402

OK, FAILS, MISTAKES = 0, 1, 2  # exit codes
MOST_SECONDS = 20
# Taken apart so that no search for webhooks in the sources finds one.
SLACK = "https://hooks.slack." + "com/services/T0PLANTED/B0PLANTED/PLANTEDplanted"

needs_chain = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


class Nowhere:
    """Addresses of a monitoring that does not run."""

    def __init__(self):
        self.arguments = [
            f"--prometheus=http://127.0.0.1:{free_port()}",
            f"--alertmanager=http://127.0.0.1:{free_port()}",
        ]


class Report:
    def __init__(self, process, seconds):
        assert process.returncode in (OK, FAILS, MISTAKES), process.stderr
        assert process.stderr == "", process.stderr
        self.text, self.code, self.seconds = process.stdout, process.returncode, seconds
        self.json = json.loads(process.stdout)
        assert self.json["exit_code"] == self.code
        self.findings = self.json["findings"]

    def one(self, name):
        found = [finding for finding in self.findings if finding["name"] == name]
        assert len(found) == 1, (name, self.findings)
        return found[0]

    def check(self, name, severity, *words):
        finding = self.one(name)
        assert finding["severity"] == severity, finding
        for word in words:
            assert word in finding["seen"] + " -> " + finding["remedy"], (word, finding)
        assert finding["remedy"] or severity in ("ok", "skipped"), finding


def doctor(config, *arguments, places=None, **environment):
    begin = time.monotonic()
    places = (places or Nowhere()).arguments
    process = sluice("doctor", config, "--json", *places, *arguments, seconds=90, **environment)
    return Report(process, time.monotonic() - begin)


def fingerprint(*folders):
    """Names, contents and rights of all files below."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            digest.update(f"{path} {stat.filemode(path.stat().st_mode)}\n".encode())
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture
def topic(broker, request):
    name = "doctor-" + re.sub(r"[^a-z0-9-]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")
    broker.create_topic(name, 4)
    return name


@pytest.fixture
def finished(broker, topic, tmp_path):
    """A job that has written 400 records and ended."""
    produce(broker.bootstrap, topic, 0, 400)
    job = Job(tmp_path / "job", broker.bootstrap, topic)
    assert job.run() == 0, job.log_tail()
    return job


# --- a job as it should be --------------------------------------------------------------------------


def test_a_job_that_stands_still(finished, topic):
    before = fingerprint(finished.table, finished.checkpoint)
    report = doctor(finished.config)
    assert report.code == OK, report.text
    report.check("configuration", "ok", str(finished.config))
    report.check("broker", "ok", "answers over PLAINTEXT; 1 broker")
    report.check("topic", "ok", f"{topic}: 4 partitions, 400 records, oldest", "newest has")
    report.check("rights", "ok", "describe, list offsets, read: all done")
    report.check("checkpoint", "ok", "batch 0 committed")
    report.check("offsets", "ok", "all read")
    report.check("table", "ok", "version 1", "columns fit, batch 0 of this query is in it")
    disk = report.one("disk")  # which others use, too
    assert disk["severity"] in ("ok", "warn") and "free of" in disk["seen"] and "fsync" in disk["seen"]
    report.check("clock", "ok", "newest record is")
    report.check("monitor port", "ok", "is free: this job does not run")
    assert fingerprint(finished.table, finished.checkpoint) == before


def test_a_job_that_runs(broker, topic, tmp_path):
    with Job(tmp_path, broker.bootstrap, topic, trigger="processingTime: 0 seconds").start() as job:
        produce(broker.bootstrap, topic, 0, 400)
        wait_until(lambda: job.metric("spark_streaming_processed_records_total") == 400, 60, "400 records")
        report = doctor(job.config)
        assert report.code == OK, report.text
        report.check("monitor port", "ok", "this job runs there and is ready")
        assert report.one("monitor port")["seen"].endswith("is ready")
        report.check("checkpoint", "ok", f"process {job.process.pid} runs on it")
        # While it moves on, checkpoint and table are never seen to contradict each other.
        stop = threading.Event()

        def go_on():
            at = 400
            while not stop.is_set():
                produce(broker.bootstrap, topic, at, 40)
                at += 40

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            for _ in range(15):
                report = doctor(job.config)
                assert report.code == OK, report.text
        finally:
            stop.set()
            thread.join()
        assert job.alive
        assert job.stop()[0] == 0


def test_a_new_job_with_more_to_read(broker, topic, tmp_path):
    produce(broker.bootstrap, topic, 0, 400)
    job = Job(tmp_path / "job", broker.bootstrap, topic)
    report = doctor(job.config)
    assert report.code == OK
    report.check("checkpoint", "ok", "not there yet: a new query")
    report.check("offsets", "ok", "begins at source.startingOffsets")
    report.check("table", "ok", "the first batch makes it")
    assert sorted(path.name for path in (tmp_path / "job").iterdir()) == ["config.yaml"]
    assert job.run() == 0
    produce(broker.bootstrap, topic, 400, 80)
    doctor(job.config).check("offsets", "ok", "80 records to read")


# --- Kafka connection errors ------------------------------------------------------------------------


def test_everything_dead_ends_in_time(tmp_path):
    job = Job(tmp_path, f"127.0.0.1:{free_port()}", "dev_topic")
    report = doctor(job.config)
    assert report.code == FAILS and report.seconds < MOST_SECONDS
    report.check("broker", "fail", "connection refused: nothing listens there", "start the broker")
    for name in ("topic", "rights", "offsets", "clock"):
        report.check(name, "skipped", "skipped: because no broker can be asked")
    report.check("prometheus", "warn", "Prometheus is not at", "--prometheus")
    report.check("alertmanager", "warn", "Alertmanager is not at", "--alertmanager")


def test_addresses_that_swallow_everything_end_in_time(tmp_path):
    """Connections are taken, answers never come: the longest that anything can take."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        job = Job(tmp_path, address, "dev_topic")
        edit(job.config, f"127.0.0.1:{job.port}", address)
        places = Nowhere()
        places.arguments = [f"--prometheus=http://{address}", f"--alertmanager=http://{address}"]
        report = doctor(job.config, places=places)
    assert report.code == FAILS and report.seconds < MOST_SECONDS, report.seconds
    report.check("broker", "fail", "takes connections, but answers neither", "stopped or overloaded")
    report.check("monitor port", "fail", "taken by another program", "ss -ltnp")
    report.check("prometheus", "warn", "no answer within")


def test_a_broker_that_is_stopped(tmp_path):
    with KafkaBroker(tmp_path / "kafka") as broker:
        job = Job(tmp_path / "job", broker.bootstrap, "dev_topic")
        broker.pause()
        try:
            report = doctor(job.config)
        finally:
            broker.resume()
    assert report.code == FAILS and report.seconds < MOST_SECONDS
    report.check("broker", "fail", "takes connections, but answers neither")


@pytest.mark.parametrize(
    "servers, words",
    [
        ("no-such-host.invalid:9092", ["the name no-such-host.invalid is not known", "correct the host"]),
        ("127.0.0.1:1,127.0.0.1:2", ["127.0.0.1:1: connection refused", "127.0.0.1:2: connection refused"]),
    ],
)
def test_wrong_addresses(tmp_path, servers, words):
    report = doctor(Job(tmp_path, servers, "dev_topic").config)
    assert report.code == FAILS
    report.check("broker", "fail", *words)


def test_the_port_of_a_web_server(tmp_path):
    with FeedServer({}) as server:
        report = doctor(Job(tmp_path, server.url.removeprefix("http://"), "dev_topic").config)
    report.check("broker", "fail", "answers in HTTP", "broker's own port")


def test_tls_and_plain_are_told_apart(tmp_path):
    with KafkaBroker(tmp_path / "kafka", tls=True) as broker:
        broker.create_topic("dev_topic")
        plain_at_tls = Job(tmp_path / "a", broker.tls_bootstrap, "dev_topic")
        doctor(plain_at_tls.config).check(
            "broker", "fail", "wants TLS, but kafka.security.protocol is PLAINTEXT", "SSL"
        )
        tls_at_plain = Job(tmp_path / "b", broker.bootstrap, "dev_topic", source="kafka.security.protocol: SSL")
        doctor(tls_at_plain.config).check("broker", "fail", "speaks plain Kafka without TLS", "PLAINTEXT")
        untrusted = Job(tmp_path / "c", broker.tls_bootstrap, "dev_topic", source="kafka.security.protocol: SSL")
        doctor(untrusted.config).check("broker", "fail", "certificate", "kafka.ssl.truststore.location")
        folder = broker.directory
        right = Job(
            tmp_path / "d",
            broker.tls_bootstrap,
            "dev_topic",
            source=f"""\
                kafka.security.protocol: SSL
                kafka.ssl.truststore.location: {folder}/broker.pem
                kafka.ssl.truststore.type: PEM
                kafka.ssl.keystore.location: {folder}/client.p12
                kafka.ssl.keystore.type: PKCS12
                kafka.ssl.keystore.password: ${{STORE_PASSWORD}}
            """,
        )
        doctor(right.config, STORE_PASSWORD=STORE_PASSWORD).check("broker", "ok", "answers over SSL")


SASL = """\
    kafka.security.protocol: {protocol}
    kafka.sasl.mechanism: {mechanism}
    kafka.sasl.jaas.config: >-
      {module} required username="{user}" password="${{KAFKA_PASSWORD}}";
"""
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def with_sasl(user, mechanism="PLAIN", module=PLAIN, protocol="SASL_PLAINTEXT"):
    return SASL.format(user=user, mechanism=mechanism, module=module, protocol=protocol)


def test_log_ins_and_rights(tmp_path):
    with KafkaBroker(tmp_path / "kafka", sasl_users={"reader": "planted-password", "blind": "other"}) as broker:
        broker.create_topic("dev_topic", 2)
        allow(broker, "reader", "DESCRIBE")
        without = Job(tmp_path / "a", broker.bootstrap, "dev_topic")
        doctor(without.config).check("broker", "fail", "wants a log-in (SASL: PLAIN)", "SASL_PLAINTEXT")
        wrong = Job(tmp_path / "b", broker.bootstrap, "dev_topic", source=with_sasl("reader"))
        report = doctor(wrong.config, KAFKA_PASSWORD="planted-but-wrong")
        report.check("broker", "fail", "refused the credentials", "correct user and password")
        assert "planted-but-wrong" not in report.text
        scram = Job(tmp_path / "c", broker.bootstrap, "dev_topic", source=with_sasl("reader", "SCRAM-SHA-512", SCRAM))
        doctor(scram.config, KAFKA_PASSWORD="x").check("broker", "fail", "offers SASL PLAIN, not SCRAM-SHA-512")
        blind = Job(tmp_path / "d", broker.bootstrap, "dev_topic", source=with_sasl("blind"))
        doctor(blind.config, KAFKA_PASSWORD="other").check("topic", "fail", "dev_topic", "DESCRIBE")
        report = doctor(wrong.config, KAFKA_PASSWORD="planted-password")
        report.check("topic", "warn", "2 partitions")
        report.check("rights", "fail", "may describe the topic, but not read it", "READ")
        assert "planted" not in report.text
        allow(broker, "reader", "READ")
        wait_until(
            lambda: doctor(wrong.config, KAFKA_PASSWORD="planted-password").one("rights")["severity"] == "ok",
            20,
            "the right to read",
        )


def allow(broker, user, operation):
    from confluent_kafka.admin import (
        AclBinding,
        AclOperation,
        AclPermissionType,
        ResourcePatternType,
        ResourceType,
    )

    binding = AclBinding(
        ResourceType.TOPIC,
        "dev_topic",
        ResourcePatternType.LITERAL,
        f"User:{user}",
        "*",
        AclOperation[operation],
        AclPermissionType.ALLOW,
    )
    for future in broker.admin.create_acls([binding]).values():
        future.result(20)


def test_an_advertised_address_that_cannot_be_reached(tmp_path):
    port = free_port()
    dead = f"127.0.0.1:{free_port()}"
    broker = KafkaBroker(
        tmp_path / "kafka",
        settings={
            "advertised.listeners": f"CLIENT://127.0.0.1:{port},LOST://{dead}",
            "inter.broker.listener.name": "CLIENT",
        },
    )
    lost = free_port()
    broker.settings |= {
        "listeners": f"CLIENT://127.0.0.1:{broker.port},LOST://127.0.0.1:{lost},"
        f"CONTROLLER://127.0.0.1:{broker.controller_port}",
        "advertised.listeners": f"CLIENT://127.0.0.1:{broker.port},LOST://{dead}",
        "listener.security.protocol.map": "CLIENT:PLAINTEXT,LOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    }
    with broker:
        report = doctor(Job(tmp_path / "job", f"127.0.0.1:{lost}", "dev_topic").config)
    report.check("broker", "fail", f"sends its clients to {dead}", "advertised.listeners")
    report.check("topic", "skipped", "no broker")


# --- the topic and its offsets ----------------------------------------------------------------------


def test_a_wrong_topic_is_not_made_and_its_neighbour_named(broker, topic, tmp_path):
    job = Job(tmp_path, broker.bootstrap, topic[:-1])
    report = doctor(job.config)
    assert report.code == FAILS
    report.check("topic", "fail", f"{topic[:-1]} is not there; near it is {topic}", "correct source.subscribe")
    report.check("rights", "skipped", "because the topic is not there")
    assert topic[:-1] not in broker.admin.list_topics(timeout=10).topics


def test_an_empty_topic(broker, topic, tmp_path):
    report = doctor(Job(tmp_path, broker.bootstrap, topic).config)
    assert report.code == OK
    report.check("topic", "warn", "has never held a record", "producer")
    report.check("rights", "ok", "read: allowed")
    report.check("clock", "skipped", "no record")


def test_records_that_were_deleted_before_they_were_read(broker, finished, topic):
    produce(broker.bootstrap, topic, 400, 400)
    broker.delete_records(topic, 0, 150)
    report = doctor(finished.config)
    report.check("offsets", "fail", f"50 records were deleted before they were read: {topic}-0 next 100")
    edit(finished.config, f"subscribe: {topic}", f"subscribe: {topic}\n  failOnDataLoss: false")
    doctor(finished.config).check("offsets", "warn", "50 records were deleted")


def test_a_topic_made_anew_and_one_that_is_gone(broker, finished, topic):
    broker.delete_topic(topic)
    doctor(finished.config).check("topic", "fail", "is not there")
    broker.create_topic(topic, 4)
    produce(broker.bootstrap, topic, 0, 40)
    doctor(finished.config).check("offsets", "fail", f"{topic}-0 next 100, Kafka has [0, 10)", "made anew")


def test_the_checkpoint_of_another_query(broker, finished, topic):
    broker.create_topic(f"{topic}-2", 4)
    edit(finished.config, f"subscribe: {topic}", f"subscribe: {topic}-2")
    doctor(finished.config).check("offsets", "fail", "belongs to another query", "checkpointLocation")


def test_a_record_from_the_future(broker, topic, tmp_path):
    from confluent_kafka import Producer as Sender

    sender = Sender({"bootstrap.servers": broker.bootstrap})
    sender.produce(topic, "{}", timestamp=int(time.time() * 1000) + 600_000)
    assert sender.flush(20) == 0
    report = doctor(Job(tmp_path, broker.bootstrap, topic).config)
    report.check("clock", "warn", "in the future by this machine's clock (its producer set it)", "synchronise")


# --- Delta write issues -----------------------------------------------------------------------------


def as_nobody(job, tmp_path):
    """The report of a user who owns nothing; skips if that cannot be tried."""
    folder = tmp_path
    while folder != folder.parent:
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
        folder = folder.parent
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    binary = pathlib.Path(os.environ["SLUICE_BIN"])
    if subprocess.run([*command, "test", "-x", binary]).returncode != 0:
        pytest.skip("the program is in a directory that others may not enter")
    begin = time.monotonic()
    process = subprocess.run(
        [*command, binary, "doctor", job.config, "--json", *Nowhere().arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": "/nonexistent"},
    )
    return Report(process, time.monotonic() - begin)


needs_setpriv = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="root becomes somebody else for this"
)


@needs_setpriv
def test_a_table_that_may_not_be_written_or_read(finished, tmp_path):
    report = as_nobody(finished, tmp_path)
    report.check("checkpoint", "fail", "cannot be written", "Permission denied", "chown")
    report.check("table", "fail", "cannot be written", "Permission denied", "chown")
    report.check("disk", "fail", "a file cannot be made: Permission denied")
    os.chmod(finished.table / "_delta_log", 0o700)
    as_nobody(finished, tmp_path).check("table", "fail", "Permission denied", "chown")


def test_a_table_whose_log_is_damaged(finished):
    newest = max((finished.table / "_delta_log").glob("*.json"))
    newest.write_text("{no json\n")
    doctor(finished.config).check("table", "fail", "restore the files of _delta_log")


def test_columns_that_do_not_fit_the_table(finished):
    edit(finished.config, "id BIGINT", "id STRING")
    report = doctor(finished.config)
    assert report.code == FAILS
    report.check("table", "fail", "id", "change decode.schema or sql")


def test_a_feature_that_cannot_be_kept(finished):
    log = finished.table / "_delta_log"
    metadata = next(line for line in (log / f"{0:020}.json").read_text().splitlines() if line.startswith('{"metaData"'))
    action = json.loads(metadata)
    action["metaData"]["configuration"]["delta.constraints.positive"] = "id > 0"
    protocol = {"protocol": {"minReaderVersion": 1, "minWriterVersion": 3}}
    (log / f"{2:020}.json").write_text("\n".join(map(json.dumps, (protocol, action))) + "\n")
    doctor(finished.config).check("table", "fail", "CHECK constraint `positive`", "drop these")


def test_a_table_that_the_checkpoint_does_not_know(finished):
    (finished.checkpoint / "offsets" / "0").rename(finished.directory / "kept-offsets")
    (finished.checkpoint / "commits" / "0").rename(finished.directory / "kept-commits")
    report = doctor(finished.config)
    report.check("table", "fail", "CHECKPOINT.TABLE_AHEAD", "troubleshooting.md")
    report.check("offsets", "skipped", "checkpoint and table cannot be right")
    shutil.rmtree(finished.checkpoint)
    doctor(finished.config).check("table", "warn", "rows of an earlier run would come twice")


def test_a_checkpoint_with_a_gap(finished):
    (finished.checkpoint / "offsets" / "2").write_bytes((finished.checkpoint / "offsets" / "0").read_bytes())
    doctor(finished.config).check("checkpoint", "fail", "CHECKPOINT.", "troubleshooting.md")
    (finished.checkpoint / "metadata").write_text("{")
    doctor(finished.config).check("checkpoint", "fail", "metadata")


def test_a_directory_that_is_no_table(finished):
    shutil.rmtree(finished.table / "_delta_log")
    doctor(finished.config).check("table", "fail")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk(broker, topic, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        (small / "filler").write_bytes(b"x" * (1 << 20))
        job = Job(tmp_path / "job", broker.bootstrap, topic, table=small / "table")
        report = doctor(job.config)
        report.check("disk", "fail", "No space left on device")
        assert [path.name for path in small.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", small], check=True)


# --- the port ---------------------------------------------------------------------------------------


def test_a_port_that_somebody_else_has(broker, topic, tmp_path):
    job = Job(tmp_path / "job", broker.bootstrap, topic)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", job.port), http.server.SimpleHTTPRequestHandler)
    server.RequestHandlerClass.log_message = lambda *_: None
    threading.Thread(target=server.serve_forever).start()
    try:
        report = doctor(job.config)
    finally:
        server.shutdown()
        server.server_close()
    assert report.code == FAILS
    report.check("monitor port", "fail", "taken by another program", f"ss -ltnp 'sport = :{job.port}'")


def test_a_job_that_is_not_ready_and_another_ones_port(broker, tmp_path):
    with Job(tmp_path / "job", broker.bootstrap, "not-there", trigger="processingTime: 0 seconds").start() as job:
        wait_until(lambda: job.http("/readyz")[0] == 503 and "not-there" in job.http("/readyz")[1], 30, "not ready")
        report = doctor(job.config)
        report.check("monitor port", "warn", "this job runs there, but is not ready", "not-there")
        other = Job(tmp_path / "other", broker.bootstrap, "not-there")
        edit(other.config, f"127.0.0.1:{other.port}", f"127.0.0.1:{job.port}")
        edit(other.config, "name: e2e", "name: another")
        doctor(other.config).check("monitor port", "fail", "another Sluice: query e2e", "monitor.listen")
        assert job.stop()[0] == 0


# --- Prometheus, Alertmanager, Slack ----------------------------------------------------------------


class Places:
    def __init__(self, chain):
        self.arguments = [
            f"--prometheus=http://{chain.prometheus.address}",
            f"--alertmanager=http://{chain.alertmanager.address}",
        ]


def labels(query, topic):
    return {"query": query, "topic": topic}


def until(config, places, name, severity, *words, seconds=60):
    def seen():
        finding = doctor(config, places=places).one(name)
        text = finding["seen"] + finding["remedy"]
        return finding["severity"] == severity and all(word in text for word in words)

    wait_until(seen, seconds, f"{name}: {severity} {words}")


@needs_chain
def test_the_whole_chain_to_slack(broker, topic, tmp_path):
    with Job(tmp_path / "job", broker.bootstrap, topic, trigger="processingTime: 0 seconds") as job:
        address = f"127.0.0.1:{job.port}"
        with (
            SlackStub() as slack,
            AlertChain(tmp_path / "chain", [(address, labels("e2e", topic))], [], slack) as chain,
        ):
            places = Places(chain)
            until(job.config, places, "prometheus", "warn", "nothing runs there", "start the job")
            job.start()
            until(job.config, places, "prometheus", "ok", f"{address} is up as job spark-streaming")
            until(job.config, places, "alertmanager", "ok", "has a Slack receiver, Prometheus sends to it")
            until(job.config, places, "alert rules", "ok", "alerts loaded; none fires")
            report = doctor(job.config, places=places)
            report.check("slack webhook", "warn", str(chain.alertmanager.webhook), "points to this machine")
            assert slack.url not in report.text

            report = doctor(job.config, "--send-test", places=places)
            report.check("slack test", "ok", "Slack took it")
            # It is told by Alertmanager's count of messages: that of an alert just resolved may have come first.
            wait_until(
                lambda: any("SluiceDoctorTest" in one.attachment["title"] for one in slack.accepted),
                60,
                "the test message in Slack",
            )

            slack.answers[:] = [(404, "no_service")] * 100
            report = doctor(job.config, "--send-test", places=places)
            report.check("slack test", "fail", "Slack did not take", "no_service")
            assert report.code == FAILS
            report.check("alertmanager", "ok")
            silence(chain, "query", "e2e")
            doctor(job.config, places=places).check("alertmanager", "warn", "a silence keeps our alerts back")


def silence(chain, name, value):
    import urllib.request

    body = {
        "matchers": [{"name": name, "value": value, "isRegex": False, "isEqual": True}],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "test",
        "comment": "test",
    }
    request = urllib.request.Request(
        f"http://{chain.alertmanager.address}/api/v2/silences",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


@needs_chain
def test_a_prometheus_that_does_not_know_us(broker, topic, tmp_path):
    job = Job(tmp_path / "job", broker.bootstrap, topic)
    with SlackStub() as slack, AlertChain(tmp_path / "chain", [], [], slack) as chain:
        config = tmp_path / "chain" / "prometheus" / "prometheus.yaml"
        text = config.read_text().replace("alert.rules.yaml", "no.rules.yaml")
        config.write_text(re.sub(r"alerting:\n(  .*\n)+", "", text))
        chain.prometheus.process.send_signal(1)  # reload
        places = Places(chain)
        until(job.config, places, "alert rules", "fail", "no rule SparkStreaming*", "rule_files")
        report = doctor(job.config, places=places)
        assert report.code == FAILS
        report.check("prometheus", "fail", f"does not scrape port {job.port}; it scrapes", f"'127.0.0.1:{job.port}'")
        report.check("alertmanager", "fail", "Prometheus does not send its alerts there", "alerting.alertmanagers")


@needs_chain
def test_a_job_scraped_under_another_name(broker, topic, tmp_path):
    with Job(tmp_path / "job", broker.bootstrap, topic, trigger="processingTime: 0 seconds").start() as job:
        targets = [(f"127.0.0.1:{job.port}", labels("another", topic))]
        with SlackStub() as slack, AlertChain(tmp_path / "chain", targets, [], slack) as chain:
            until(job.config, Places(chain), "prometheus", "warn", 'query="another"', 'query.name is "e2e"')


def test_webhook_files(tmp_path):
    job = Job(tmp_path / "job", f"127.0.0.1:{free_port()}", "dev_topic")
    file = tmp_path / "webhook"
    shown = []

    def look(text, mode=0o400):
        file.write_text(text)
        os.chmod(file, mode)
        report = doctor(job.config, f"--slack-webhook-file={file}")
        shown.append(report.text)
        os.chmod(file, 0o600)
        return report

    look(SLACK + "\n").check("slack webhook", "ok", "one webhook of Slack")
    look(SLACK, 0o644).check("slack webhook", "warn", "every user of this machine", "chmod")
    look("xoxb-PLANTED").check("slack webhook", "fail", "no URL of Slack's shape")
    look(SLACK + "\n" + SLACK).check("slack webhook", "fail", "more than one URL")
    look("").check("slack webhook", "fail", "is empty")
    beside = tmp_path / "job" / "monitoring" / "slack_webhook_url"
    beside.parent.mkdir()
    beside.write_text(SLACK)
    os.chmod(beside, 0o400)
    doctor(job.config).check("slack webhook", "ok", str(beside))
    assert "PLANTED" not in "".join(shown) and "planted" not in "".join(shown)


def test_a_test_message_without_alertmanager(tmp_path):
    job = Job(tmp_path / "job", f"127.0.0.1:{free_port()}", "dev_topic")
    with SlackStub() as slack:
        (tmp_path / "webhook").write_text(slack.url)
        argument = f"--slack-webhook-file={tmp_path}/webhook"
        report = doctor(job.config, argument, "--send-test")
        # The stand-in wants Alertmanager's form; a message as plain as this one it refuses in Slack's words.
        report.check("slack test", "fail", "HTTP 400 invalid_payload", "new incoming webhook")
        assert slack.messages[-1].payload["text"].startswith("Test message of `sluice doctor`")
        slack.answers.append((200, "ok"))
        doctor(job.config, argument, "--send-test").check("slack test", "ok", "HTTP 200 ok")
        assert slack.url not in report.text


# --- a producer -------------------------------------------------------------------------------------


def test_a_producer(broker, topic, tmp_path):
    answers = {
        "/good": lambda _: (200, {}, feed(["a", "b"])),
        "/page": lambda _: (200, {}, b"<html><title>Sign in</title></html>"),
        "/key": lambda _: (403, {}, b"bad key planted-key-1"),
        "/slow": lambda _: None,
    }
    with FeedServer(answers) as server:
        producer = Producer(
            tmp_path,
            broker.bootstrap,
            topic,
            f"""\
            - {{name: good, url: "{server.url}/good"}}
            - {{name: page, url: "{server.url}/page"}}
            - {{name: key, url: "{server.url}/key", query: {{key: planted-key-1}}}}
            - {{name: slow, url: "{server.url}/slow"}}
            - {{name: dead, url: "http://127.0.0.1:{free_port()}/"}}
            """,
        )
        report = doctor(producer.config)
    assert report.code == FAILS and report.seconds < MOST_SECONDS
    report.check("feed good", "ok", "2 entities")
    report.check("feed page", "fail", "an HTML page", "sluice feed inspect")
    report.check("feed key", "fail", "HTTP 403", "check its key")
    report.check("feed slow", "fail", "no answer within", "timeout")
    report.check("feed dead", "fail", "check the address")
    report.check("topic", "ok", f"{topic}: 4 partitions")
    report.check("rights", "ok", "write: allowed")
    report.check("message size", "ok", "largest message now", "(good)")
    assert "planted" not in report.text


def test_a_producer_whose_topic_is_missing(broker, tmp_path):
    feeds = f'- {{name: dead, url: "http://127.0.0.1:{free_port()}/"}}'
    without = Producer(tmp_path / "a", broker.bootstrap, "not-made", feeds)
    doctor(without.config).check("topic", "fail", "not-made is not there", "sink.partitions")
    making = Producer(tmp_path / "b", broker.bootstrap, "not-made", feeds, sink="partitions: 3")
    doctor(making.config).check("topic", "ok", "makes it with 3 partitions")
    assert "not-made" not in broker.admin.list_topics(timeout=10).topics


# --- mistakes, text, terminal -----------------------------------------------------------------------


def test_mistakes_are_all_told(tmp_path):
    job = Job(tmp_path, "b:9092", "dev_topic")
    edit(job.config, "startingOffsets: earliest", "startingOffset: earliest\n  failOnDataLoss: perhaps")
    report = doctor(job.config)
    assert report.code == MISTAKES
    found = [finding["seen"] for finding in report.findings if finding["severity"] == "fail"]
    assert len(found) == 2 and "startingOffsets?" in found[0] and "failOnDataLoss" in found[1]
    report.check("all else", "skipped", "the configuration has mistakes")
    assert doctor(tmp_path / "none.yaml").code == MISTAKES


def test_plain_text_for_pipes_and_colours_for_people(finished):
    arguments = ["doctor", str(finished.config), *Nowhere().arguments]
    plain = sluice(*arguments)
    assert plain.returncode == OK and "\033" not in plain.stdout
    assert all(line.startswith(("sluice doctor: ", "  ")) for line in plain.stdout.splitlines()[:-1])
    assert re.fullmatch(r"[34] to look at, \d+ ok, 1 skipped \(\d+\.\d s\)", plain.stdout.splitlines()[-1])
    for environment, colours in ({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False):
        command = [os.environ["SLUICE_BIN"], *arguments]
        with Terminal(command, finished.directory, columns=100, **environment) as terminal:
            assert terminal.wait() == OK
            text = terminal.text()
        assert ("\033[32mok" in text) == colours
        lines = re.sub(r"\033\[[\d;]*m", "", text).splitlines()
        assert len(lines) <= 40
        if environment.get("TERM") != "dumb":
            assert max(map(len, lines)) <= 100 or max(lines, key=len).count(" ") < 40
