# SPDX-License-Identifier: Apache-2.0
"""Runs the real program in the tests: writes its configuration, starts, kills and stops it."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import textwrap
import time
import urllib.error
import urllib.request

SCHEMA = "id BIGINT, name STRING, lat DOUBLE, at TIMESTAMP, tags ARRAY<STRING>"
SQL = (
    'SELECT id, name, lat, "at", tags, CAST(kafka_key AS STRING) AS k, '
    "kafka_topic AS topic, kafka_partition AS partition, kafka_offset AS kafka_offset FROM input"
)


def free_port():
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds, what):
    """Polls `condition` until it gives something true, and returns that; fails after `seconds`, a minute at least: a busy
    machine may be slow."""
    seconds = max(seconds, 60)
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def sluice(*arguments, stdin="", cwd=None, seconds=120, **environment):
    """Runs one command to its end: its exit code and texts."""
    return subprocess.run(
        [os.environ["SLUICE_BIN"], *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=seconds,
        env={**os.environ, **environment},
    )


class Job:
    """One configured job in `directory`: config.yaml, table/, checkpoint/, and the log of each start. A `topic`
    of None leaves the subscription to `source`, a `starting` of None startingOffsets too."""

    def __init__(
        self,
        directory,
        bootstrap,
        topic,
        *,
        trigger="availableNow: true",
        starting="earliest",
        source="",
        sql=SQL,
        schema=SCHEMA,
        decode="",
        sink="",
        query="",
        monitor="",
        table=None,
        checkpoint=None,
        binary=None,
    ):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.table = pathlib.Path(table or self.directory / "table")
        self.checkpoint = pathlib.Path(checkpoint or self.directory / "checkpoint")
        self.binary = binary or os.environ["SLUICE_BIN"]
        self.port = free_port()
        self.process = None
        self.log = self.directory / "log.jsonl"
        self.config = self.directory / "config.yaml"
        lines = [
            "query:",
            "  name: e2e",
            f"  trigger: {{{trigger}}}",
            *indented(query),
            "source:",
            f"  kafka.bootstrap.servers: {bootstrap}",
            *([f"  subscribe: {topic}"] if topic else []),
            *([f"  startingOffsets: {starting}"] if starting else []),
            *indented(source),
        ]
        if schema or decode:
            lines += ["decode:", *([f'  schema: "{schema}"'] if schema else []), *indented(decode)]
        if sql:
            lines += ["sql: |", *indented(sql)]
        lines += [
            "sink:",
            f"  path: {self.table}",
            f"  checkpointLocation: {self.checkpoint}",
            *indented(sink),
            "monitor:",
            f"  listen: 127.0.0.1:{self.port}",
            *indented(monitor),
            "",
        ]
        self.config.write_text("\n".join(lines))

    def start(self, **environment):
        """Starts `sluice run`; its log is appended to log.jsonl."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "run", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **environment},
            )
        return self

    def run(self, seconds=120, **environment):
        """Starts it and waits for its end; gives the exit code."""
        return self.start(**environment).wait(seconds)

    def wait(self, seconds=120):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {seconds} s; its log ends:\n{self.log_tail()}") from None

    def kill(self):
        """SIGKILL: what a crash does."""
        self.process.kill()
        return self.process.wait()

    def stop(self, seconds=60):
        """SIGTERM; gives exit code and seconds that it took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds), time.monotonic() - begin

    @property
    def alive(self):
        return self.process.poll() is None

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self, lines=20):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def http(self, path, **headers):
        """(status, body) of the monitor's endpoint; (0, "") while nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def log_lines(self, event=None):
        """The log's JSON lines as dicts, of all starts; those of one event if it is named."""
        lines = [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]
        return [line for line in lines if event in (None, line["event"])]

    def metric(self, name):
        """Sum of the samples of one metric; None while there is none."""
        _, text = self.http("/metrics")
        values = [
            float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith((name + "{", name + " "))
        ]
        return sum(values) if values else None

    def commits(self):
        """Batch ids in commits/, in order."""
        folder = self.checkpoint / "commits"
        return sorted(int(f.name) for f in folder.iterdir() if f.name.isdigit()) if folder.exists() else []

    def newest(self, log="commits"):
        """The newest batch in commits/ or offsets/, -1 without any. (Of old ones a hundred are kept.)"""
        folder = self.checkpoint / log
        return max((int(f.name) for f in folder.iterdir() if f.name.isdigit()), default=-1) if folder.exists() else -1

    def committed_records(self):
        """Sum of the offsets at which the newest committed batch ends."""
        if self.newest() < 0:
            return 0
        topics = json.loads((self.checkpoint / "offsets" / str(self.newest())).read_text().splitlines()[2])
        return sum(end for partitions in topics.values() for end in partitions.values())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.alive:
            self.kill()


def indented(text):
    return ["  " + line for line in textwrap.dedent(text).strip().splitlines()]


def versions(table):
    """The actions of each version of a table's log, oldest first."""
    files = sorted((pathlib.Path(table) / "_delta_log").glob("*.json"))
    return [[json.loads(line) for line in f.read_text().splitlines() if line] for f in files]


def batches_of(table, app_id=None):
    """Batch numbers in the table's transactions, in the order of its versions."""
    return [
        action["txn"]["version"]
        for version in versions(table)
        for action in version
        if "txn" in action and app_id in (None, action["txn"]["appId"])
    ]
