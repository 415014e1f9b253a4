# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus on 127.0.0.1, for the tests: scrapes every second, with the repository's rules."""

import json
import pathlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answer(url, seconds=20):
    """The body of an answer, of whatever status."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def wait_until_ready(url, process, log, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} is not ready:\n{log.read_text()[-2000:]}")


class Server:
    """A program with an HTTP port of its own, from `with` to its end."""

    def __init__(self, folder, arguments, port):
        self.port, self.log = port, pathlib.Path(folder) / "log.txt"
        self.arguments = [str(argument) for argument in arguments]

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until_ready(f"http://{self.address}/-/ready", self.process, self.log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Alertmanager(Server):
    """Sends to nobody: a webhook at a port where nothing listens."""

    def __init__(self, folder):
        port = free_port()
        config = pathlib.Path(folder) / "alertmanager.json"
        hook = {"url": f"http://127.0.0.1:{free_port()}/"}
        config.write_text(
            json.dumps(
                {
                    "route": {"receiver": "hook", "group_wait": "1s"},
                    "receivers": [{"name": "hook", "webhook_configs": [hook]}],
                }
            )
        )
        arguments = [f"--config.file={config}", f"--storage.path={folder}/data", "--cluster.listen-address="]
        super().__init__(
            folder, ["prometheus-alertmanager", *arguments, f"--web.listen-address=127.0.0.1:{port}"], port
        )


class Prometheus(Server):
    """`targets`: job -> address. With `data`, a directory of blocks that it reads too."""

    def __init__(self, folder, targets, *, alertmanager=None, data=None):
        port = free_port()
        self.folder = pathlib.Path(folder)
        rules = (ROOT / "monitoring" / "alert.rules.yaml").read_text()
        (self.folder / "rules.yaml").write_text(re.sub(r"interval: \d+s", "interval: 1s", rules))
        jobs = {**targets, "prometheus": f"127.0.0.1:{port}"}
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in jobs.items()
            ],
        }
        if alertmanager:
            config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
        path = self.folder / "prometheus.json"  # JSON is YAML
        path.write_text(json.dumps(config))
        super().__init__(
            folder,
            [
                "prometheus",
                f"--config.file={path}",
                f"--storage.tsdb.path={data or self.folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                # The first alert comes before Alertmanager is known, and would be sent again after a minute only.
                "--rules.alert.resend-delay=1s",
            ],
            port,
        )

    def get(self, path, **parameters):
        """The answer of the API: {status, data, warnings, ...}."""
        return json.loads(answer(f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))

    def query(self, expr, **parameters):
        found = self.get("query", query=expr, **parameters)
        assert found["status"] == "success", f"{expr}: {found}"
        assert not found.get("warnings") and not found.get("infos"), f"{expr}: {found}"
        return found["data"]["result"]
