# SPDX-License-Identifier: Apache-2.0
"""Runs `sluice produce` in the tests, and reads what it wrote."""

import json
import os
import pathlib
import signal
import subprocess
import textwrap
import urllib.error
import urllib.request

from confluent_kafka import Consumer, TopicPartition
from sluice_job import free_port, wait_until


class Producer:
    """One configured producer in `directory`: producer.yaml and the log of each start. `feeds`, `sink` and `defaults` are
    YAML, without their section's name."""

    def __init__(
        self,
        directory,
        bootstrap,
        topic,
        feeds,
        *,
        sink="",
        defaults="interval: 100 ms",
        log="format: json",
        monitor="",
    ):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process = None
        self.log = self.directory / "log.jsonl"
        self.config = self.directory / "producer.yaml"
        sections = {
            "sink": f"kafka.bootstrap.servers: {bootstrap}\nkafka.linger.ms: 1\ntopic: {topic}\n{textwrap.dedent(sink)}",
            "defaults": defaults,
            "feeds": feeds,
            "monitor": f"listen: 127.0.0.1:{self.port}\n{textwrap.dedent(monitor)}",
            "log": log,
        }
        self.config.write_text(
            "".join(f"{name}:\n{textwrap.indent(textwrap.dedent(text), '  ')}\n" for name, text in sections.items())
        )

    def start(self, *arguments, **environment):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [os.environ["SLUICE_BIN"], "produce", str(self.config), *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
                env={**os.environ, **environment},
            )
        return self

    def wait(self, seconds=60):
        return self.process.wait(seconds)

    def stop(self, seconds=60):
        """SIGTERM; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def resident_kb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def http(self, path, **headers):
        """(status, body); (0, "") while nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name, **labels):
        """Sum of the samples of sluice_producer_NAME with these labels."""
        _, text = self.http("/metrics")
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in text.splitlines()
            if line.startswith((f"sluice_producer_{name}{{", f"sluice_producer_{name} "))
            and all(w in line for w in wanted)
        )

    def until(self, condition, what, seconds=60):
        def check():
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log_text()[-3000:]}"
            return condition()

        return wait_until(check, seconds, what)

    def until_polls(self, source, result, count):
        self.until(
            lambda: self.metric("polls_total", source=source, result=result) >= count, f"{count} {result} of {source}"
        )

    def log_text(self):
        return self.log.read_text() if self.log.exists() else ""

    def events(self, event):
        lines = [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def records(bootstrap, topic):
    """All (partition, key, value) that the topic holds now."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "none",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": 33554432,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in partitions}
        consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
        found = []
        while len(found) < sum(ends.values()):
            message = consumer.poll(20)
            assert message is not None and message.error() is None, f"{len(found)} of {sum(ends.values())} records"
            found.append((message.partition(), (message.key() or b"").decode(), message.value().decode()))
        return found
    finally:
        consumer.close()
