# SPDX-License-Identifier: Apache-2.0
"""Troubles of the real program, on a real Kafka broker: made and cured as they are in the world.

$SLUICE_BIN (else build/release/sluice) is the program. A trouble that this machine does not allow is left out, and named.
"""

import functools
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from prometheus_server import free_port
from rule_file import REPOSITORY
from troubles import Repeating, Trouble, wait_for

sys.path += [str(REPOSITORY / "tests" / "e2e"), str(REPOSITORY / "tests" / "integration")]

BINARY = Path(os.environ.get("SLUICE_BIN") or REPOSITORY / "build/release/sluice")
SCHEMA, SQL = "id BIGINT, name STRING", "SELECT id, name FROM input"
ENVIRONMENT = {"LOGIN_PASSWORD": "admin-secret", "READER_PASSWORD": "reader-secret"}
LOGIN = """
kafka.security.protocol: SASL_PLAINTEXT
kafka.sasl.mechanism: PLAIN
kafka.sasl.jaas.config: >-
  org.apache.kafka.common.security.plain.PlainLoginModule required username="{user}" password="${{{variable}}}";
"""
NAMES = (
    "killed",
    "read_only_table",
    "no_such_topic",
    "no_rights",
    "something_else_in_the_topic",
    "lag_grows",
    "frozen_feed",
)


def cannot_run():
    """Why nothing of this can run here; empty if it can."""
    if not BINARY.exists():
        return f"no program at {BINARY}: build it, or set SLUICE_BIN"
    import kafka_broker

    if not kafka_broker.LIBS.is_dir() or not shutil.which("java"):
        return "no Kafka broker here: run scripts/setup test"
    return ""


def login(user="admin", variable="LOGIN_PASSWORD"):
    return LOGIN.format(user=user, variable=variable)


class Sender:
    """Sends messages of the jobs' kind to topics, ten times a second; others as told."""

    def __init__(self, broker):
        from confluent_kafka import Producer

        self.producer = Producer({**broker.client_settings("admin"), "linger.ms": 5, "log_level": 2})
        self.good = set()
        self.count = 0

    def send(self):
        self.count += 1
        for topic in list(self.good):
            self.producer.produce(topic, f'{{"id": {self.count}, "name": "n"}}')
        self.producer.poll(0)

    def send_other(self, topic):
        for value in ("<html>", '{"something": "else"}', "1,2,3"):
            self.producer.produce(topic, value)
        self.producer.poll(0)

    def send_many(self, topic, count):
        for n in range(count):
            self.producer.produce(topic, f'{{"id": {n}, "name": "many"}}')
        self.producer.flush(10)


class ProgramTroubles:
    """`played` {name: trouble}, `left_out` {name: why}; `jobs` and `producers` are targets for Prometheus. What runs
    ends with `running`, an ExitStack."""

    def __init__(self, folder, running):
        from kafka_broker import KafkaBroker

        self.folder, self.running = Path(folder), running
        self.broker = running.enter_context(KafkaBroker(self.folder / "kafka", sasl_users={"reader": "reader-secret"}))
        self.sender = Sender(self.broker)
        running.enter_context(Repeating(self.sender.send, 0.1))
        self.jobs, self.producers, self.left_out, self.played = [], [], {}, {}
        for name in NAMES:
            if trouble := getattr(self, name)(name):
                self.played[name] = trouble

    def job(self, name, *, topic=None, create=True, user="admin", variable="LOGIN_PASSWORD", source="", table=None):
        """A job that is to run, and a target; its topic gets messages."""
        from sluice_job import Job

        topic = topic or f"real-{name.replace('_', '-')}"
        if create:
            self.broker.create_topic(topic, 2)
            self.sender.good.add(topic)
        settings = login(user, variable) + source
        job = Job(
            self.folder / name,
            self.broker.bootstrap,
            topic,
            trigger="processingTime: 200 milliseconds",
            source=settings,
            schema=SCHEMA,
            sql=SQL,
            query="memory: 64 MiB\nlanes: 1",
            table=table,
            binary=str(BINARY),
        )
        job.config.write_text(job.config.read_text().replace("  name: e2e\n", f"  name: real-{name}\n"))
        self.running.enter_context(job)
        self.jobs.append((f"127.0.0.1:{job.port}", {"query": f"real-{name}", "topic": topic}))
        return job, topic

    def killed(self, name):
        job, topic = self.job(name)
        job.start(**ENVIRONMENT)
        again = functools.partial(job.start, **ENVIRONMENT)
        return Trouble(f"real-{name}", topic, "SparkStreamingDown", "critical", job.kill, again)

    def read_only_table(self, name):
        """The query stops with NOT_WRITABLE; somebody has to start it again."""
        small = self.folder / "small"
        small.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", small]).returncode:
            self.left_out[name] = "mounting a file system needs root, and must be allowed"
            return None
        self.running.callback(subprocess.run, ["umount", small])
        job, topic = self.job(name, table=small / "table")
        job.start(**ENVIRONMENT)

        def cure():
            subprocess.run(["mount", "-o", "remount,rw", small], check=True)
            if not job.alive:
                job.start(**ENVIRONMENT)

        def begin():  # refused while a file is open for writing
            wait_for(
                lambda: subprocess.run(["mount", "-o", "remount,ro", small], capture_output=True).returncode == 0, 20
            )

        return Trouble(f"real-{name}", topic, "SparkStreamingDown", "critical", begin, cure)

    def no_such_topic(self, name):
        """From the start, as no_rights."""
        job, topic = self.job(name, create=False)
        job.start(**ENVIRONMENT)

        def cure():
            self.broker.create_topic(topic, 2)
            self.sender.good.add(topic)

        return Trouble(f"real-{name}", topic, "SparkStreamingSourceTopicMissing", "critical", already, cure)

    def no_rights(self, name):
        job, topic = self.job(name, user="reader", variable="READER_PASSWORD")
        job.start(**ENVIRONMENT)

        def cure():
            let_read(self.broker, "reader", topic)
            if not job.alive:
                job.start(**ENVIRONMENT)

        return Trouble(f"real-{name}", topic, "SparkStreamingSourceTopicMissing", "critical", already, cure)

    def something_else_in_the_topic(self, name):
        job, topic = self.job(name)
        job.start(**ENVIRONMENT)
        wrong = Repeating(lambda: self.sender.send_other(topic), 0.05)

        def begin():
            self.sender.good.discard(topic)
            self.running.enter_context(wrong)

        def cure():
            wrong.__exit__()
            self.sender.good.add(topic)

        return Trouble(f"real-{name}", topic, "SparkStreamingBadRecords", "critical", begin, cure)

    def lag_grows(self, name):
        """It takes 200 records a trigger, and more come, until the cure."""
        job, topic = self.job(name, source="maxOffsetsPerTrigger: 200\n")
        job.start(**ENVIRONMENT)
        flood = Repeating(lambda: self.sender.send_many(topic, 300), 0.1)

        def begin():
            self.running.enter_context(flood)

        return Trouble(f"real-{name}", topic, "SparkStreamingFreshnessBudgetBurn", "critical", begin, flood.__exit__)

    def frozen_feed(self, name):
        """A feed in a file that is written anew each half second, until it is not. "Too long" is five seconds."""
        topic, port, feed = f"real-{name.replace('_', '-')}", free_port(), self.folder / "feed.pb"
        config = self.folder / "producer.yaml"
        config.write_text(
            f"sink:\n  kafka.bootstrap.servers: {self.broker.bootstrap}\n  topic: {topic}\n  partitions: 1\n"
            + "".join(f"  {line}\n" for line in login().strip().splitlines())
            + f"feeds:\n  - {{name: real-metro, url: 'file://{feed}', interval: 1 second, frozenAfter: 5 seconds}}\n"
            + f"monitor: {{listen: '127.0.0.1:{port}'}}\n"
        )
        write = Repeating(lambda: write_feed(feed), 0.5)
        write_feed(feed)
        self.running.enter_context(write)
        self.start_producer(config)
        self.producers.append((f"127.0.0.1:{port}", {"topic": topic}))
        again = Repeating(lambda: write_feed(feed), 0.5)
        cure = functools.partial(self.running.enter_context, again)
        return Trouble("real-metro", topic, "SluiceProducerFeedFrozen", "warning", write.__exit__, cure)

    def start_producer(self, config):
        log = self.running.enter_context(open(self.folder / "producer.log", "wb"))
        environment = {**os.environ, **ENVIRONMENT}
        process = subprocess.Popen([BINARY, "produce", config], stdout=log, stderr=log, env=environment)
        self.running.callback(process.wait, 20)
        self.running.callback(process.terminate)


def already():
    """For what is wrong from the start."""


def let_read(broker, user, topic):
    from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

    literal, allow = ResourcePatternType.LITERAL, AclPermissionType.ALLOW
    acls = [
        AclBinding(ResourceType.TOPIC, topic, literal, f"User:{user}", "*", may, allow)
        for may in (AclOperation.READ, AclOperation.DESCRIBE)
    ]
    for future in broker.admin.create_acls(acls).values():
        future.result(30)


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number, content):
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def write_feed(path):
    """A GTFS-Realtime feed of now, with one vehicle."""
    now = varint(int(time.time()))
    header = field(1, b"2.0") + b"\x10\x00\x18" + now  # version, incrementality, timestamp
    vehicle = field(8, field(1, b"bus 1")) + b"\x28" + now  # vehicle.id, timestamp
    temporary = path.with_suffix(".new")
    temporary.write_bytes(field(1, header) + field(2, field(1, b"1") + field(4, vehicle)))
    temporary.replace(path)
