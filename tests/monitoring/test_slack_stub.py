# SPDX-License-Identifier: Apache-2.0
"""The stub refuses what Slack would refuse or show wrongly: else the tests that use it show nothing."""

import copy
import json
import urllib.error
import urllib.request

import pytest
from slack_stub import SlackStub, judge

GOOD = {
    "channel": "#alerts",
    "attachments": [
        {
            "color": "danger",
            "title": "[FIRING:1] SparkStreamingDown · q",
            "title_link": "https://prometheus.example/graph?g0.expr=up+%3D%3D+0",
            "fallback": "q is down",
            "text": "*Query q is down*\nNothing answers &amp; more; see <https://a.example/b|here>.\n*What to do:* read `log`",
            "fields": [{"title": "Topic", "value": "t", "short": True}],
            "actions": [{"type": "button", "text": "Runbook", "url": "https://a.example/r"}],
            "mrkdwn_in": ["text"],
        }
    ],
}


def changed(**parts):
    payload = copy.deepcopy(GOOD)
    payload["attachments"][0].update(parts)
    return payload


BAD = {
    "no_text": {"channel": "#alerts"},
    "attachments": {"channel": "#alerts", "attachments": [GOOD["attachments"][0]] * 101},
    "channel": {**GOOD, "channel": ""},
    "fallback is missing": changed(fallback=""),
    "title is missing": changed(title=" "),
    "title: more than one line": changed(title="a\nb"),
    "text: 3001 characters": changed(text="x" * 3001),
    "color": changed(color="red"),
    "text: < or > that is not escaped": changed(text="a <b> c"),
    "text: & that is not escaped": changed(text="a & b"),
    "would ring everyone": changed(text="<!channel> look"),
    "of a template": changed(text="topic {{ .Labels.topic }}"),
    "'&lt;no value&gt;' of a template": changed(text="topic &lt;no value&gt;"),
    "* without its other": changed(text="*bold\nthat goes on*"),
    "` without its other": changed(text="see `log"),
    "is no https link": changed(title_link="http://vm:9090/graph"),
    "not encoded": changed(title_link="https://a.example/a b"),
    "a field without value": changed(fields=[{"title": "Topic", "value": ""}]),
    "field Topic: < or >": changed(fields=[{"title": "Topic", "value": "<!here>"}]),
    "6 buttons": changed(actions=GOOD["attachments"][0]["actions"] * 6),
    "button Runbook: ''": changed(actions=[{"type": "button", "text": "Runbook", "url": ""}]),
    "no button": changed(actions=[{"type": "button", "text": "", "url": "https://a.example"}]),
    "mrkdwn_in": changed(mrkdwn_in=["title"]),
    "no JSON object": [],
}


def test_a_good_message():
    assert judge(GOOD) == []


@pytest.mark.parametrize("complaint", BAD)
def test_a_bad_message(complaint):
    found = judge(BAD[complaint])
    assert any(complaint in one for one in found), found


def post(url, payload):
    request = urllib.request.Request(url, json.dumps(payload).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_answers_of_the_server():
    with SlackStub() as slack:
        assert post(slack.url, GOOD) == (200, "ok")
        assert post(slack.url, changed(color="red"))[0] == 400
        assert post(slack.url + "x", GOOD) == (404, "no_service")
        slack.answers.append((429, "rate_limited"))
        assert post(slack.url, GOOD) == (429, "rate_limited")
        assert [message.status for message in slack.messages] == [200, 400, 429]
        assert [message.payload for message in slack.accepted] == [GOOD]
