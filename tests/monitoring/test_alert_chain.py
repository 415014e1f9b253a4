# SPDX-License-Identifier: Apache-2.0
"""Troubles of a job end in one message on Slack each, and in one [RESOLVED] after the cure: exporter -> Prometheus ->
Alertmanager -> Slack stub, all real but the last, with the repository's files and a minute made a second.

Each trouble is played by a stand-in for the exporter; those of program_troubles.py by the program too. The messages as
they arrived are written to the file $SLUICE_SLACK_MESSAGES, if that is set.
"""

import contextlib
import json
import os
from typing import NamedTuple

import pytest

pytest.register_assert_rewrite("troubles")
import program_troubles  # noqa: E402
from alert_chain import MISSING, AlertChain  # noqa: E402
from pretended import PretendedJob, PretendedProducer  # noqa: E402
from slack_stub import SlackStub  # noqa: E402
from troubles import Trouble, check, play_all  # noqa: E402

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

# (alert, severity, what begins it, what cures it, what it mutes)
OF_A_JOB = {
    "no_such_topic": (
        "SparkStreamingSourceTopicMissing",
        "critical",
        dict(topic_available=False),
        dict(topic_available=True),
        (),
    ),
    "something_else_in_the_topic": (
        "SparkStreamingBadRecords",
        "critical",
        dict(other_data=0.9),
        dict(other_data=0),
        (),
    ),
    "some_bad_records": ("SparkStreamingBadRecords", "warning", dict(other_data=0.1), dict(other_data=0), ()),
    "killed": ("SparkStreamingDown", "critical", None, None, ()),
    "nothing_can_be_committed": (
        "SparkStreamingStuck",
        "critical",
        dict(committing=False),
        dict(committing=True, waiting=0),
        ("SparkStreamingNoInput",),
    ),
    "lag_grows": (
        "SparkStreamingFreshnessBudgetBurn",
        "critical",
        dict(growing=500, waiting=2000, waiting_seconds=30),
        dict(growing=0, waiting=0, waiting_seconds=0),
        ("SparkStreamingLagGrowing",),
    ),
    "lag_grows_slowly": (
        "SparkStreamingLagGrowing",
        "warning",
        dict(growing=50, waiting=1500),
        dict(growing=0, waiting=0),
        (),
    ),
    "no_input": ("SparkStreamingNoInput", "warning", dict(arriving=0), dict(arriving=100), ()),
    "records_gone_from_kafka": ("SparkStreamingDataLoss", "critical", dict(lost=7), dict(), ()),
}
FROZEN = "frozen_feed"


def setter(thing, values):
    """What sets attributes of a pretended program."""

    def set_them():
        with thing.lock:
            for name, value in values.items():
                setattr(thing, name, value)

    return set_them


def of_a_job(name, job):
    alert, severity, begin, cure, muted = OF_A_JOB[name]
    if begin is None:
        return Trouble(job.query, job.topic, alert, severity, job.kill, job.restart, muted)
    return Trouble(job.query, job.topic, alert, severity, setter(job, begin), setter(job, cure), muted)


def of_a_feed(producer, job):
    """The feed is the only one of its topic: the job of that topic gets nothing, which is not told."""

    def freeze():
        producer.frozen["metro"] = True
        job.arriving = 0

    def thaw():
        producer.frozen["metro"] = False
        job.arriving = 100

    muted = ("SparkStreamingNoInput",)
    return Trouble("metro", job.topic, "SluiceProducerFeedFrozen", "warning", freeze, thaw, muted)


class Played(NamedTuple):
    pretended: dict  # name -> outcome
    program: dict
    left_out: dict  # name -> why the program could not play it
    posts: list  # all that came to Slack
    ill_rules: dict  # name -> error


def make_program(folder, running):
    """The program's troubles, or why there are none."""
    reason = program_troubles.cannot_run()
    if reason:
        return None, dict.fromkeys(program_troubles.NAMES, reason)
    program = program_troubles.ProgramTroubles(folder, running)
    return program, program.left_out


def keep(messages):
    if path := os.environ.get("SLUICE_SLACK_MESSAGES"):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(message.payload, ensure_ascii=False) + "\n" for message in messages)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """All troubles, side by side."""
    with contextlib.ExitStack() as running:
        slack = running.enter_context(SlackStub())
        program, left_out = make_program(tmp_path_factory.mktemp("program"), running)
        of_program = program.played if program else {}
        names = [*OF_A_JOB, FROZEN, "well"]
        jobs = {name: running.enter_context(PretendedJob(f"q-{name}", f"t-{name}")) for name in names}
        producer = running.enter_context(PretendedProducer("metro", "buses"))
        targets = [(job.address, {"query": job.query, "topic": job.topic}) for job in jobs.values()]
        feeds = [(producer.address, {"topic": jobs[FROZEN].topic})]
        troubles = {name: of_a_job(name, jobs[name]) for name in OF_A_JOB}
        if FROZEN not in of_program:  # two frozen feeds are one message
            troubles[FROZEN] = of_a_feed(producer, jobs[FROZEN])
        if program:
            targets, feeds = targets + program.jobs, feeds + program.producers
        chain = running.enter_context(AlertChain(tmp_path_factory.mktemp("chain"), targets, feeds, slack))
        outcomes = play_all(chain, {**troubles, **{f"program {name}": one for name, one in of_program.items()}})
        keep(slack.messages)
        ill = {rule["name"]: rule.get("lastError") for rule in chain.prometheus.rules() if rule["health"] != "ok"}
        return Played(
            {name: outcomes[name] for name in troubles},
            {name: outcomes[f"program {name}"] for name in of_program},
            left_out,
            list(slack.messages),
            ill,
        )


@pytest.mark.parametrize("name", [*OF_A_JOB, FROZEN])
def test_one_message_and_its_end(played, name):
    check(played.pretended.get(name) or played.program[name])  # a frozen feed only once: two would be one message


@pytest.mark.parametrize("name", program_troubles.NAMES)
def test_one_message_and_its_end_of_the_program(played, name):
    if name in played.left_out:
        pytest.skip(played.left_out[name])
    check(played.program[name])


def test_nothing_else_was_sent(played):
    outcomes = [*played.pretended.values(), *played.program.values()]
    told = [message for outcome in outcomes for message in outcome.messages]
    others = [message.attachment["title"] for message in played.posts if message not in told]
    # Until the first scrapes there is no target, and two seconds without one are two minutes here.
    assert [title for title in others if not title.endswith("] SparkStreamingDown · spark-streaming")] == []


def test_every_rule_could_be_evaluated(played):
    assert played.ill_rules == {}
