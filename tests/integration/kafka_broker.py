# SPDX-License-Identifier: Apache-2.0
"""One real Apache Kafka broker (KRaft, broker and controller in one) in a directory of its own, on free ports.

    with KafkaBroker(tmp_path) as broker:
        broker.create_topic("t", 4)
        producer = Producer({"bootstrap.servers": broker.bootstrap})

The jars are in $SLUICE_KAFKA_LIBS (scripts/setup test puts them into build/kafka/libs).
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

REPOSITORY = Path(__file__).resolve().parents[2]
LIBS = Path(os.environ.get("SLUICE_KAFKA_LIBS", REPOSITORY / "build/kafka/libs"))
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk"
START_SECONDS = 90
STORE_PASSWORD = "changeit"

LOG4J = """\
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d{HH:mm:ss.SSS} %p %c{1} %m%n
rootLogger.level=WARN
rootLogger.appenderRef.c.ref=C
logger.srv.name=kafka.server.KafkaRaftServer
logger.srv.level=INFO
"""

# Small and quick: one replica of everything, a cleaner that runs all the time, deletion without delay.
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "delete.topic.enable": "true",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "log.cleaner.backoff.ms": "100",
    "log.retention.check.interval.ms": "500",
    "log.segment.delete.delay.ms": "100",
    "file.delete.delay.ms": "100",
    "message.max.bytes": "33554432",
    "replica.fetch.max.bytes": "33554432",
    "socket.request.max.bytes": "134217728",
}


def free_ports(count):
    """Ports that were free a moment ago; all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def wait_until(condition, what, seconds=30.0, every=0.05):
    """Polls until condition() is true and returns its value; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)


def end(process, seconds=20):
    """Ends a program in good order, or kills it if that takes longer; gives its exit code."""
    process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class KafkaBroker:
    """A broker that keeps its ports and its data over stop/kill and start."""

    def __init__(self, directory, settings=None, sasl_users=None, heap="256m", tls=False):
        """`settings`: more lines of server.properties. `sasl_users`: {"name": "password"}; SASL/PLAIN on the
        client listener, with ACLs denying all but the super user "admin" (which is added). `tls`: one more
        listener, `tls_bootstrap`, that wants a client certificate; see certificate()."""
        self.directory = Path(directory)
        self.port, self.controller_port = free_ports(2)
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.heap = heap
        self.sasl_users = {**sasl_users, "admin": "admin-secret"} if sasl_users else None
        self.tls_bootstrap = f"127.0.0.1:{free_ports(1)[0]}" if tls else None
        self.settings = {**SETTINGS, **self._listeners(), **(settings or {})}
        self.process = None
        self._admin = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # --- the process -------------------------------------------------------------------------------

    def start(self):
        assert self.process is None, "already running"
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.tls_bootstrap and not (self.directory / "broker.p12").exists():
            self.certificate("broker")
            self.certificate("client")
        if not (self.data / "meta.properties").exists():
            self._format()
        self.log.write_text("")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._java(self.heap) + ["kafka.Kafka", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()

    def stop(self):
        """Ends it in good order; kills it if that takes more than 20 s."""
        if self.process is None:
            return
        self._admin = None
        self.process.send_signal(signal.SIGCONT)
        end(self.process)
        self.process = None

    def kill(self):
        """SIGKILL, as a crash would."""
        self._admin = None
        self.process.kill()
        self.process.wait()
        self.process = None

    def pause(self):
        """SIGSTOP: connections stay, answers do not come."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def remove_data(self):
        """Forgets everything; only while stopped."""
        assert self.process is None
        shutil.rmtree(self.data, ignore_errors=True)

    def cpu_seconds(self):
        """CPU time of the broker so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # --- topics ------------------------------------------------------------------------------------

    @property
    def admin(self):
        if self._admin is None:
            self._admin = AdminClient({**self.client_settings("admin"), "log_level": 2})
        return self._admin

    def client_settings(self, user=None):
        """Settings of a confluent_kafka client; `user` only where SASL is on."""
        settings = {"bootstrap.servers": self.bootstrap}
        if self.sasl_users and user:
            settings |= {
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "PLAIN",
                "sasl.username": user,
                "sasl.password": self.sasl_users[user],
            }
        return settings

    def create_topic(self, name, partitions=1, config=None):
        self._await(self.admin.create_topics([NewTopic(name, partitions, 1, config=config or {})]))
        self._wait_for_partitions(name, partitions)

    def delete_topic(self, name):
        self._await(self.admin.delete_topics([name]))
        wait_until(lambda: name not in self.admin.list_topics(timeout=10).topics, f"topic {name} deleted")

    def add_partitions(self, name, total):
        self._await(self.admin.create_partitions([NewPartitions(name, total)]))
        self._wait_for_partitions(name, total)

    def delete_records(self, name, partition, before):
        """Removes the records below offset `before`."""
        self._await(self.admin.delete_records([TopicPartition(name, partition, before)]))

    def set_topic_config(self, name, config):
        """Sets these of the topic's settings; the others stay."""
        entries = [
            ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in config.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
        self._await(self.admin.incremental_alter_configs([resource]))

    # --- inside ------------------------------------------------------------------------------------

    @property
    def data(self):
        return self.directory / "data"

    @property
    def config(self):
        return self.directory / "server.properties"

    @property
    def log(self):
        return self.directory / "broker.log"

    def _listeners(self):
        client = "SASL_PLAINTEXT" if self.sasl_users else "PLAINTEXT"
        settings = {
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "listeners": f"CLIENT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"CLIENT://127.0.0.1:{self.port}",
            "listener.security.protocol.map": f"CLIENT:{client},CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "CLIENT",
            "log.dirs": str(self.data),
        }
        if self.sasl_users:
            users = " ".join(f'user_{name}="{password}"' for name, password in self.sasl_users.items())
            settings |= {
                "sasl.enabled.mechanisms": "PLAIN",
                "sasl.mechanism.inter.broker.protocol": "PLAIN",
                "listener.name.client.plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
                f'username="admin" password="{self.sasl_users["admin"]}" {users};',
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users": "User:admin;User:ANONYMOUS",
                "allow.everyone.if.no.acl.found": "false",
            }
        if self.tls_bootstrap:
            settings["listeners"] += f",TLS://{self.tls_bootstrap}"
            settings["advertised.listeners"] += f",TLS://{self.tls_bootstrap}"
            settings["listener.security.protocol.map"] += ",TLS:SSL"
            settings |= {
                "ssl.keystore.location": str(self.directory / "broker.p12"),
                "ssl.keystore.password": STORE_PASSWORD,
                "ssl.keystore.type": "PKCS12",
                "ssl.truststore.location": str(self.directory / "client.pem"),
                "ssl.truststore.type": "PEM",
                "ssl.client.auth": "required",
            }
        return settings

    def certificate(self, name):
        """Makes a key with a certificate of its own: NAME.p12 (password STORE_PASSWORD) and NAME.pem. "broker" is
        the broker's, "client" is the one that it trusts."""
        store = str(self.directory / f"{name}.p12")
        common = ["-alias", name, "-keystore", store, "-storepass", STORE_PASSWORD]
        generate = ["-genkeypair", "-keyalg", "RSA", "-storetype", "PKCS12", "-dname", f"CN={name}"]
        for arguments in (
            [*generate, "-ext", "san=ip:127.0.0.1", *common],
            ["-exportcert", "-rfc", "-file", str(self.directory / f"{name}.pem"), *common],
        ):
            done = subprocess.run(["keytool", *arguments], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, f"keytool failed: {done.stdout}{done.stderr}"

    def _java(self, heap):
        return [
            "java",
            f"-Xmx{heap}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={self.directory / 'log4j2.properties'}",
            "-cp",
            f"{LIBS}/*",
        ]

    def _format(self):
        assert LIBS.is_dir(), f"no Kafka jars in {LIBS}; run scripts/setup test"
        (self.directory / "log4j2.properties").write_text(LOG4J)
        self.config.write_text("".join(f"{key}={value}\n" for key, value in self.settings.items()))
        command = self._java("96m") + [
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            CLUSTER_ID,
            "--config",
            str(self.config),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS)
        assert done.returncode == 0, f"kafka-storage format failed:\n{done.stdout}{done.stderr}"

    def _wait_until_ready(self):
        def ready():
            code = self.process.poll()
            assert code is None, f"the broker ended with {code}:\n{self.log.read_text()[-3000:]}"
            if "Kafka Server started" not in self.log.read_text():
                return False
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until(ready, f"broker ready on {self.bootstrap}, see {self.log}", START_SECONDS)

    def _wait_for_partitions(self, name, count):
        def known():
            topic = self.admin.list_topics(topic=name, timeout=10).topics[name]
            return (
                topic.error is None
                and len(topic.partitions) == count
                and all(partition.leader >= 0 for partition in topic.partitions.values())
            )

        wait_until(known, f"topic {name} with {count} partitions")

    @staticmethod
    def _await(futures):
        for name, future in futures.items():
            try:
                future.result(30)
            except KafkaException as error:
                raise AssertionError(f"{name}: {error}") from error
