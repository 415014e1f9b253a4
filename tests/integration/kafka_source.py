# SPDX-License-Identifier: Apache-2.0
"""The C++ source, driven through the test program kafka_dump: one JSON line in, one out."""

import json
import os
import subprocess
import threading

DUMP = os.environ.get("SLUICE_KAFKA_DUMP", "")


class SourceError(Exception):
    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.kind = error.get("kind")
        self.code = error.get("code")
        self.message = error.get("message")


class KafkaSource:
    """`options`: see kafka_dump_main.cc; bootstrap.servers is filled in from the broker."""

    def __init__(self, bootstrap, client=None, **options):
        assert DUMP, "SLUICE_KAFKA_DUMP names the test program kafka_dump"
        options["client"] = {"bootstrap.servers": bootstrap, **(client or {})}
        self.process = subprocess.Popen(
            [DUMP, json.dumps(options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.description = self._answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.stdin.close()
        try:
            assert self.process.wait(20) in (0, 2), f"kafka_dump ended with {self.process.returncode}"
        finally:
            self.process.kill()
            self.process.stdout.close()

    def starting(self):
        return self._ask({"do": "starting"})

    def latest(self, committed=None):
        return self._ask({"do": "latest", "committed": committed or {}})

    def complete(self, start, end):
        return self._ask({"do": "complete", "start": start, "end": end})

    def earliest(self, *partitions):
        return self._ask({"do": "earliest", "partitions": partitions})

    def warnings(self):
        return self._ask({"do": "warnings"})

    def read(self, *ranges, **limits):
        return self._ask({"do": "read", "ranges": ranges, **limits})

    def offsets(self, *ranges, **limits):
        return [record["offset"] for record in self.read(*ranges, **limits)]

    def read_in_background(self, *ranges, **limits):
        """Returns a function that waits for the records, or raises what read() would."""
        outcome = {}

        def run():
            try:
                outcome["records"] = self.read(*ranges, **limits)
            except SourceError as error:
                outcome["error"] = error

        thread = threading.Thread(target=run)
        thread.start()

        def wait(seconds=60):
            thread.join(seconds)
            assert not thread.is_alive(), f"read() did not end within {seconds} s"
            if "error" in outcome:
                raise outcome["error"]
            return outcome["records"]

        return wait

    def _ask(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        assert line, f"kafka_dump ended with {self.process.wait(10)}"
        answer = json.loads(line)
        if "error" in answer:
            raise SourceError(answer["error"])
        return answer["ok"]
