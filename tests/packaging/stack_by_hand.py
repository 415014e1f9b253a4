# SPDX-License-Identifier: Apache-2.0
"""The services of compose.yaml without Docker: the same commands, environment and files, as processes of this machine.
By hand: stack_by_hand.py DIR starts all of them and prints their addresses, until Ctrl-C.

    with Stack(tmp_path, "build/release/sluice") as stack:
        for name in ("kafka", "city", "producer", "sluice", "prometheus", "alertmanager"):
            stack.start(name)

Each address of a service becomes a free port of 127.0.0.1, in commands, in variables and in files alike. Kafka comes
from the jars of the tests, Prometheus and Alertmanager from Debian; of Grafana there is no package.
"""

import os
import pathlib
import re
import subprocess
import sys
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "integration"))
from kafka_broker import KafkaBroker, end, free_ports, wait_until  # noqa: E402, F401

PORTS = {
    "kafka": (9092, 9093, 9094),
    "city": (8400,),
    "producer": (4041,),
    "sluice": (4040,),
    "prometheus": (9090,),
    "alertmanager": (9093,),
}
HEALTH_CHECK = ROOT / "packaging" / "docker" / "sluice-healthcheck"


def expanded(text):
    """${NAME:-default} as its default."""
    return re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", str(text))


class ComposeBroker(KafkaBroker):
    """A broker with the settings that the image of Kafka would make of these variables: KAFKA_NODE_ID is node.id."""

    def __init__(self, directory, variables, port):
        super().__init__(directory)
        wanted = {k: v for k, v in variables.items() if k.startswith("KAFKA_") and k != "KAFKA_HEAP_OPTS"}
        self.settings = {name.removeprefix("KAFKA_").lower().replace("_", "."): v for name, v in wanted.items()}
        self.settings["log.dirs"] = str(self.data)
        self.port, self.bootstrap = port, f"127.0.0.1:{port}"


SERVICES = ("kafka", "city", "producer", "sluice", "alertmanager", "prometheus")


class Stack:
    def __init__(self, folder, binary):
        self.folder, self.binary = pathlib.Path(folder), str(binary)
        self.services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
        ports = iter(free_ports(sum(len(listed) for listed in PORTS.values())))
        self.ports = {(name, port): next(ports) for name, listed in PORTS.items() for port in listed}
        self.processes, self.broker = {}, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.processes)):
            self.stop(name)
        if self.broker:
            self.broker.stop()

    def address(self, name, port=None):
        return f"127.0.0.1:{self.ports[name, port or PORTS[name][0]]}"

    def local(self, text, name):
        """A text of the service `name`, with the addresses of this machine."""
        for (host, port), free in self.ports.items():
            text = re.sub(rf"\b{host}:{port}\b", f"127.0.0.1:{free}", text)
            if host == name:
                text = re.sub(
                    rf"(?<=://):{port}\b|\b(0\.0\.0\.0|127\.0\.0\.1|localhost):{port}\b", f"127.0.0.1:{free}", text
                )
        return text.replace("/var/lib/sluice", str(self.folder / "state"))

    def variables(self, name):
        listed = self.services[name].get("environment", {})
        return {key: self.local(expanded(value), name) for key, value in listed.items()}

    def mounted(self, name):
        """Path in the container -> a copy of the file that is mounted there, with our addresses."""
        found = {}
        for volume in self.services[name].get("volumes", []):
            source, target, *_ = expanded(volume).split(":")
            if source.startswith("./"):
                copy = self.folder / name / target.lstrip("/")
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(self.local((ROOT / source).read_text(), name))
                found[target] = str(copy)
        return found

    def command(self, name):
        files = self.mounted(name)
        words = []
        for word in self.services[name]["command"]:
            word = self.local(expanded(word), name)
            for target, copy in files.items():
                word = word.replace(target, copy)
            words.append(word)
        return words

    def start(self, name):
        (self.folder / "state").mkdir(exist_ok=True)
        if name == "kafka":
            self.broker = ComposeBroker(self.folder / "kafka", self.variables(name), self.ports["kafka", 9092])
            self.broker.start()
            return
        run = {"prometheus": self.prometheus, "alertmanager": self.alertmanager}.get(name, self.sluice)
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                run(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.variables(name)},
                cwd=self.folder,
            )

    def sluice(self, name):
        return [self.binary, *self.command(name)]

    def prometheus(self, name):
        words = [word for word in self.command(name) if not word.startswith("--storage.tsdb.path")]
        config = next(word.partition("=")[2] for word in words if word.startswith("--config.file"))
        text = pathlib.Path(config).read_text()
        pathlib.Path(config).write_text(re.sub(r"_interval: 15s", "_interval: 1s", text))
        listen = f"--web.listen-address={self.address(name)}"
        # The first alert comes before Alertmanager is known, and would be sent again after a minute only.
        again = "--rules.alert.resend-delay=1s"
        return ["prometheus", *words, listen, again, f"--storage.tsdb.path={self.folder / 'tsdb'}"]

    def alertmanager(self, name):
        words = [word for word in self.command(name) if not word.startswith("--storage.path")]
        config = pathlib.Path(next(word.partition("=")[2] for word in words if word.startswith("--config.file")))
        config.write_text(config.read_text().replace("/etc/alertmanager/", f"{config.parent}/"))
        secrets = config.parent / "secrets"
        secrets.mkdir(exist_ok=True)
        (secrets / "slack_webhook_url").write_text((ROOT / "monitoring/no_slack_webhook_url").read_text())
        listen = f"--web.listen-address={self.address(name)}"
        return ["prometheus-alertmanager", *words, listen, f"--storage.path={self.folder / 'alertmanager-data'}"]

    def healthy(self, name):
        """What the container's health check says."""
        check = self.services[name].get("healthcheck", {}).get("test", ["CMD", "sluice-healthcheck"])
        path = check[3] if len(check) > 3 else "/readyz"
        port = self.address(name).split(":")[1]
        return subprocess.run([HEALTH_CHECK, port, path], capture_output=True).returncode == 0

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()[-3000:]

    def stop(self, name):
        """Ends it as Docker would; gives its exit code."""
        return end(self.processes.pop(name), 30)


def main():
    with Stack(sys.argv[1], os.environ.get("SLUICE_BIN", ROOT / "build/release/sluice")) as stack:
        for name in SERVICES:
            stack.start(name)
            print(f"{name:13} {stack.address(name)}", flush=True)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
