# SPDX-License-Identifier: Apache-2.0
"""Troubles, played beside one another before one alert chain: each is made, told once, cured, and told to be over."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

# Seconds; a minute of the rules is one here.
WELL_BEFORE = 12  # the rules want to have seen a good past
TOLD_WITHIN = 120
HELD = 8  # what else would be told meanwhile must have time to
OVER_WITHIN = 150
QUIET_AFTER = 8


class Trouble(NamedTuple):
    subject: str  # the query or the feed that the message is about
    topic: str
    alert: str
    severity: str
    begin: Callable
    cure: Callable
    muted: tuple = ()  # alerts that must fire meanwhile, and be told to nobody


class Outcome(NamedTuple):
    trouble: Trouble
    messages: list
    not_muted: list


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)


def play(chain, trouble, begun):
    """From health over the trouble to health; the times that do not come are seen in the messages."""

    def told():
        return chain.messages_about(trouble.subject)

    time.sleep(max(0.0, begun + WELL_BEFORE - time.monotonic()))
    trouble.begin()
    wait_for(lambda: told(), TOLD_WITHIN)
    time.sleep(HELD)
    wait_for(lambda: all(chain.muted(alert, trouble.subject) for alert in trouble.muted), TOLD_WITHIN)
    not_muted = [alert for alert in trouble.muted if not chain.muted(alert, trouble.subject)]
    trouble.cure()
    wait_for(lambda: len(told()) > 1, OVER_WITHIN)
    time.sleep(QUIET_AFTER)
    return Outcome(trouble, told(), not_muted)


def play_all(chain, troubles):
    """{name: outcome} of {name: trouble}, all at the same time."""
    begun = time.monotonic()
    with ThreadPoolExecutor(len(troubles) or 1) as players:
        playing = {name: players.submit(play, chain, trouble, begun) for name, trouble in troubles.items()}
        return {name: one.result() for name, one in playing.items()}


def check(outcome):
    """Exactly one message that tells the trouble well, and one that it is over."""
    trouble, messages = outcome.trouble, outcome.messages
    titles = [message.attachment["title"] for message in messages]
    assert titles == [
        f"[FIRING:1] {trouble.alert} · {trouble.subject}",
        f"[RESOLVED] {trouble.alert} · {trouble.subject}",
    ]
    first, last = messages
    assert first.complaints == [] and last.complaints == []
    assert first.attachment["color"] == {"critical": "danger", "warning": "warning"}[trouble.severity]
    assert last.attachment["color"] == "good"
    for message in messages:
        fields = {field["title"]: field["value"] for field in message.attachment["fields"]}
        assert fields["Topic"] == trouble.topic and fields["Severity"] == trouble.severity
        assert [button["text"] for button in message.attachment["actions"]] == ["Runbook", "Dashboard", "Silence"]
    assert trouble.subject in first.text and trouble.topic in first.attachment["text"]
    assert "*What to do:* " in first.attachment["text"]
    assert "Over since " in last.attachment["text"]
    assert first.attachment["actions"][0]["url"].endswith(f"/docs/runbooks/{trouble.alert}.md")
    assert outcome.not_muted == []


class Repeating:
    """Calls `action` every `seconds` on a thread of its own, from `with` to its end."""

    def __init__(self, action, seconds):
        self.action, self.seconds, self.over = action, seconds, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(self.seconds):
            self.action()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
