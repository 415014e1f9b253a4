# SPDX-License-Identifier: Apache-2.0
"""monitoring/alertmanager.yaml: its routes, and a real Alertmanager with it in front of the Slack stub. Alerts are
given to its API by hand."""

import datetime
import json
import shutil
import subprocess
import time
import urllib.request

import pytest
from alert_chain import ALERTMANAGER, MISSING, WEBHOOK_FILE, Alertmanager
from rule_file import MONITORING
from slack_stub import PATH, SlackStub

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
CONFIG = MONITORING / "alertmanager.yaml"


def test_check_config():
    done = subprocess.run(["amtool", "check-config", CONFIG], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 templates" in done.stdout


@pytest.mark.parametrize(
    "labels, receiver",
    [
        ("alertname=Watchdog severity=none", "deadman"),
        ("alertname=SparkStreamingDown severity=critical job=spark-streaming query=q", "slack"),
        ("alertname=SparkStreamingNoInput severity=warning job=spark-streaming query=q", "slack"),
        ("alertname=SluiceProducerFeedFrozen severity=warning job=sluice-producer source=a", "slack"),
        ("alertname=Unheard", "slack"),
    ],
)
def test_routes(labels, receiver):
    command = ["amtool", "config", "routes", "test", f"--config.file={CONFIG}", *labels.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stdout.strip() == receiver, done.stdout + done.stderr


def test_the_webhook_is_in_a_file_that_git_does_not_see():
    text = CONFIG.read_text()
    assert f"slack_api_url_file: {WEBHOOK_FILE}" in text and "api_url:" not in text
    ignored = subprocess.run(
        ["git", "check-ignore", "-q", MONITORING / "secrets" / "slack_webhook_url"], cwd=MONITORING
    )
    assert ignored.returncode in (0, 128)  # 128: no git here


def wait_until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


def alert(name, resolved=False, **labels):
    now = datetime.datetime.now(datetime.UTC)
    ends = now if resolved else now + datetime.timedelta(minutes=10)
    return {
        "labels": {"alertname": name, "job": "spark-streaming", "topic": "t", **labels},
        "annotations": {
            "summary": f"{name} of {labels.get('query')}",
            "description": "It is so.",
            "action": "Do this.",
        },
        "startsAt": (now - datetime.timedelta(seconds=30)).isoformat(),
        "endsAt": ends.isoformat(),
        "generatorURL": "https://prometheus.example/graph?g0.expr=up",
    }


def send(manager, *alerts):
    body = json.dumps(alerts).encode()
    request = urllib.request.Request(
        f"http://{manager.address}/api/v2/alerts", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status == 200


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with SlackStub() as slack, Alertmanager(tmp_path_factory.mktemp("am") / "a", slack.url) as manager:
        yield slack, manager


def about(slack, query):
    return [message for message in slack.accepted if f" · {query}" in message.attachment["title"]]


def tell_cause(slack, manager, cause, subject):
    """And wait until it is told: what follows from it would be told at once, before the cause has come to mute it."""
    send(manager, cause)
    wait_until(lambda: about(slack, subject), "the message of the cause")


def test_a_message_arrives_although_slack_fails_at_first(running):
    slack, manager = running
    slack.answers += [(500, "rollup_error"), (429, "rate_limited")]
    send(manager, alert("SparkStreamingDown", query="late", severity="critical"))
    (message,) = wait_until(lambda: about(slack, "late"), "the message")
    assert message.complaints == [] and message.attachment["color"] == "danger"
    assert [one.status for one in slack.messages[:2]] == [500, 429]
    assert manager.metric("alertmanager_notification_requests_failed_total") >= 1


def test_fifty_alerts_are_one_message(running):
    slack, manager = running
    labels = {"job": "sluice-producer", "severity": "warning"}
    send(manager, *(alert("SluiceProducerSourceFailing", source=f"f{n}", **labels) for n in range(50)))
    (message,) = wait_until(lambda: about(slack, "50 feeds"), "the message")
    assert message.complaints == [] and "[FIRING:50]" in message.attachment["title"]
    assert "5 of 50 shown" in message.attachment["text"]


def test_a_cause_mutes_what_follows_from_it(running):
    slack, manager = running
    following = ("NoInput", "Stuck", "BatchFailures", "LagGrowing", "FreshnessBudgetBurn", "RestartLoop")
    tell_cause(slack, manager, alert("SparkStreamingDown", query="gone", severity="critical"), "gone")
    send(manager, *(alert(f"SparkStreaming{name}", query="gone", severity="warning") for name in following))
    send(manager, alert("SparkStreamingNoInput", query="other", severity="warning", topic="u"))
    wait_until(lambda: about(slack, "other"), "the message of another query")
    assert [one.attachment["title"] for one in about(slack, "gone")] == ["[FIRING:1] SparkStreamingDown · gone"]
    states = {one["labels"]["alertname"]: one["status"]["state"] for one in manager.get('alerts?filter=query="gone"')}
    assert states == {"SparkStreamingDown": "active", **{f"SparkStreaming{name}": "suppressed" for name in following}}


def test_a_job_without_the_label_query_mutes_those_of_all_queries(running):
    slack, manager = running
    tell_cause(slack, manager, alert("SparkStreamingDown", job="unlabelled", severity="critical"), "unlabelled")
    send(manager, alert("SparkStreamingNoInput", job="unlabelled", query="x", severity="warning", topic="v"))

    def muted():
        found = manager.get('alerts?filter=job="unlabelled"&filter=query="x"')
        return [one["status"]["state"] for one in found] == ["suppressed"]

    wait_until(muted, "the alert of the query x to be muted")
    assert about(slack, "x") == []


def test_the_producer_explains_a_topic_without_input(running):
    slack, manager = running
    labels = {"job": "sluice-producer", "topic": "feeds", "severity": "warning"}
    tell_cause(slack, manager, alert("SluiceProducerFeedFrozen", source="metro", **labels), "metro")
    send(manager, alert("SparkStreamingNoInput", query="feeds", topic="feeds", severity="warning"))
    send(manager, alert("SparkStreamingNoInput", query="no-topic", topic="", severity="warning"))
    wait_until(lambda: about(slack, "no-topic"), "the message of a topic that has no producer")
    assert about(slack, "feeds") == []


def test_resolved(running):
    slack, manager = running
    send(manager, alert("SparkStreamingDataLoss", query="cured", severity="critical"))
    wait_until(lambda: about(slack, "cured"), "the message")
    send(manager, alert("SparkStreamingDataLoss", resolved=True, query="cured", severity="critical"))
    _, message = wait_until(lambda: len(about(slack, "cured")) > 1 and about(slack, "cured"), "[RESOLVED]")
    assert message.attachment["title"] == "[RESOLVED] SparkStreamingDataLoss · cured"
    assert message.attachment["color"] == "good" and message.complaints == []


def test_the_watchdog_goes_elsewhere(running):
    slack, manager = running
    send(manager, alert("Watchdog", severity="none"), alert("SparkStreamingStuck", query="after", severity="critical"))
    wait_until(lambda: about(slack, "after"), "the message of an alert that was sent with it")
    assert not any("Watchdog" in message.attachment["title"] for message in slack.messages)


def test_the_webhook_is_told_nowhere(running):
    _, manager = running
    assert PATH not in json.dumps(manager.get("status"))
    assert PATH not in manager.log.read_text()


def test_another_webhook_needs_no_restart(tmp_path):
    with SlackStub() as first, SlackStub() as second, Alertmanager(tmp_path / "a", first.url) as manager:
        manager.webhook.write_text(second.url)
        send(manager, alert("SparkStreamingDown", query="q", severity="critical"))
        wait_until(lambda: about(second, "q"), "the message at the new webhook")
        assert first.messages == []


def test_the_program_is_new_enough():
    version = subprocess.run([ALERTMANAGER, "--version"], capture_output=True, text=True, timeout=30)
    assert shutil.which(ALERTMANAGER) and "version 0." in version.stdout + version.stderr
