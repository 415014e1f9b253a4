# SPDX-License-Identifier: Apache-2.0
"""Real Prometheus -> real Alertmanager -> the Slack stub, with the repository's files and a minute made a second.

    with SlackStub() as slack, AlertChain(folder, jobs, producers, slack) as chain:
        chain.messages_about("vehicle_positions")

`jobs` and `producers`: the targets, each (address, labels). All listens on 127.0.0.1.
"""

import json
import re
import shutil
from pathlib import Path

from prometheus_server import Server, answer, free_port
from rule_file import MONITORING, RULES, compressed

PROMETHEUS_URL, ALERTMANAGER_URL = "https://prometheus.example", "https://alertmanager.example"
ALERTMANAGER = next(filter(shutil.which, ("prometheus-alertmanager", "alertmanager")), "")
MISSING = [name for name in ("prometheus", "promtool", "amtool") if not shutil.which(name)]
if not ALERTMANAGER:
    MISSING.append("prometheus-alertmanager")


WEBHOOK_FILE = "/etc/alertmanager/secrets/slack_webhook_url"


def alertmanager_config(webhook_file):
    """alertmanager.yaml, that waits ten times shorter for a group to fill, and sixty times shorter between messages."""
    text = (MONITORING / "alertmanager.yaml").read_text()
    assert WEBHOOK_FILE in text
    text = text.replace(WEBHOOK_FILE, str(webhook_file))
    text = re.sub(r"group_wait: (\d+)s", lambda wait: f"group_wait: {int(wait[1]) // 10}s", text)
    return re.sub(r"group_interval: (\d+)m", r"group_interval: \1s", text)


def with_targets(text, job, targets):
    """prometheus.yaml with other targets of one job."""
    entries = "".join(f"  - targets: ['{address}']\n    labels: {json.dumps(labels)}\n" for address, labels in targets)
    pattern = rf"(- job_name: {job}\n(?:  .*\n)*?  static_configs:\n)(?:  - .*\n|    .*\n)+"
    text, count = re.subn(pattern, lambda found: found[1] + entries, text)
    assert count == 1, job
    return text if targets else re.sub(rf"- job_name: {job}\n(?:  .*\n)*", "", text)


class Alertmanager(Server):
    """`slack_url` goes into the file `webhook`, to which alertmanager.yaml points."""

    def __init__(self, folder, slack_url):
        folder = Path(folder)
        port = free_port()
        folder.mkdir(parents=True)
        self.webhook = folder / "slack_webhook_url"
        self.webhook.write_text(slack_url + "\n")
        (folder / "alertmanager.yaml").write_text(alertmanager_config(self.webhook))
        shutil.copy(MONITORING / "slack.tmpl", folder)
        arguments = {
            "config.file": folder / "alertmanager.yaml",
            "storage.path": folder / "data",
            "web.listen-address": f"127.0.0.1:{port}",
            "web.external-url": ALERTMANAGER_URL,
            "web.route-prefix": "/",
            "cluster.listen-address": "",
        }
        super().__init__(folder, [ALERTMANAGER, *(f"--{name}={value}" for name, value in arguments.items())], port)

    def get(self, path):
        return json.loads(answer(f"http://{self.address}/api/v2/{path}"))

    def metric(self, name):
        """Sum of one of its own metrics."""
        text = answer(f"http://{self.address}/metrics")
        return sum(float(value) for value in re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", text, re.M))


class Prometheus(Server):
    def __init__(self, folder, jobs, producers, alertmanager):
        folder = Path(folder)
        port = free_port()
        text = (MONITORING / "prometheus.yaml").read_text()
        text = re.sub(r"(scrape|evaluation)_interval: 15s", r"\1_interval: 1s", text)
        text = text.replace("127.0.0.1:9093", alertmanager).replace("127.0.0.1:9090", f"127.0.0.1:{port}")
        text = with_targets(with_targets(text, "spark-streaming", jobs), "sluice-producer", producers)
        folder.mkdir(parents=True)
        (folder / "prometheus.yaml").write_text(text)
        (folder / "alert.rules.yaml").write_text(compressed(RULES.read_text()))
        arguments = {
            "config.file": folder / "prometheus.yaml",
            "storage.tsdb.path": folder / "data",
            "web.listen-address": f"127.0.0.1:{port}",
            "web.external-url": PROMETHEUS_URL,
            "web.route-prefix": "/",
            # An alert that fires before Alertmanager is known would be sent again after a minute only.
            "rules.alert.resend-delay": "1s",
        }
        super().__init__(folder, ["prometheus", *(f"--{name}={value}" for name, value in arguments.items())], port)

    def rules(self):
        found = json.loads(answer(f"http://{self.address}/api/v1/rules"))
        return [rule for group in found["data"]["groups"] for rule in group["rules"]]


class AlertChain:
    def __init__(self, folder, jobs, producers, slack):
        self.slack = slack
        self.alertmanager = Alertmanager(Path(folder) / "alertmanager", slack.url)
        self.prometheus = Prometheus(Path(folder) / "prometheus", jobs, producers, self.alertmanager.address)

    def messages_about(self, subject):
        """What Slack has accepted about a query or a feed, in its order."""
        return [message for message in self.slack.accepted if subject_of(message) == subject]

    def muted(self, alert, subject):
        """Does this alert fire about the subject, or about the topic that it fills, and is it told to nobody?"""
        found = self.alertmanager.get(f'alerts?filter=alertname="{alert}"&active=false')
        return any(subject in (*one["labels"].values(), *causes_of(self, one)) for one in found)

    def __enter__(self):
        self.alertmanager.__enter__()
        try:
            self.prometheus.__enter__()
        except BaseException:
            self.alertmanager.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.prometheus.__exit__()
        self.alertmanager.__exit__()


def causes_of(chain, alert):
    """The queries and feeds of the alerts that mute this one."""
    by = set(alert["status"]["inhibitedBy"])
    causes = [one["labels"] for one in chain.alertmanager.get("alerts") if one["fingerprint"] in by]
    return [labels.get("source") or labels.get("query") for labels in causes]


def subject_of(message):
    """The value of the field Query, Feed or Job."""
    return next(field["value"] for field in message.attachment["fields"] if field["title"] in ("Query", "Feed", "Job"))
