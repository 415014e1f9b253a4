# SPDX-License-Identifier: Apache-2.0
"""Runs `sluice simulate` in the tests."""

import http.client
import json
import os
import re
import signal
import subprocess
import time

BIN = os.environ.get("SLUICE_BIN", "build/release/sluice")


class Simulator:
    """A running `sluice simulate` on a free port."""

    def __init__(self, *arguments, **environment):
        self.process = subprocess.Popen(
            [BIN, "simulate", "--listen", "127.0.0.1:0", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.url = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", self.url), self.process.stderr.read()
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self):
        """The last words, after a SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        said = self.process.stderr.read()
        assert self.process.wait(10) == 0
        return said

    def get(self, path, timeout=20, method="GET", **headers):
        """The answer, with its body read and a dictionary of its headers in lower case."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            answer.text = answer.read()
            answer.named = {name.lower(): value for name, value in answer.getheaders()}
            return answer
        finally:
            connection.close()

    def lines(self):
        """What was served, answer by answer."""
        return [json.loads(line) for line in self.get("/served.jsonl").text.splitlines()]

    def served(self, deadline=10):
        """Counts by (path, fault, status), once nothing is under way."""
        end = time.monotonic() + deadline
        while True:
            counts = json.loads(self.get("/served.json").text)
            if counts["totals"]["under_way"] == 0 or time.monotonic() > end:
                return {(c["path"], c["fault"], c["status"]): c for c in counts["answers"]}
            time.sleep(0.05)
