# SPDX-License-Identifier: Apache-2.0
"""A city's answers (/served.jsonl) beside the polls (`poll` events) of the producer that asked for them."""

import datetime


def ended_ms(poll):
    return round(datetime.datetime.fromisoformat(poll["ts"]).timestamp() * 1000)


def answered(served, polls, expected, timeout_ms, late):
    """Yields (answer, poll) for each poll of one feed, both in order, and fails where the two do not agree. `expected(answer)`
    gives the results that a poll may have.

    What the city was asked before a poll ended is of that poll or an earlier one, and the last of it is the poll's answer.
    Before it come redirects, a reset of a kept connection, which libcurl tries again at once, and what was too late for an
    earlier poll: two cores run the city, the producer, Kafka and perhaps another test. A poll that had to give up a good
    answer after `timeout_ms` is not yielded but counted in `late` by the city's fault; its caller says how many may be."""
    waiting = [line for line in served if line["status"] != 302]
    unseen = 0
    for poll in polls:
        own = [line for line in waiting if line["machine_ms"] <= ended_ms(poll)]
        waiting = waiting[len(own) :]
        answer = own[-1] if own else None
        what = f"{own} became {poll}"
        stale = len([line for line in own[:-1] if line["fault"] != "reset"])
        assert stale <= unseen, what
        unseen -= stale
        if poll["result"] == "timeout" and (answer is None or "timeout" not in expected(answer)):
            assert poll["fetch_ms"] >= timeout_ms and poll["messages"] == 0, what
            late[answer["fault"] if answer else "none"] += 1
            unseen += answer is None
            continue
        assert answer is not None and poll["result"] in expected(answer), what
        yield answer, poll
    # The stop may have cut off one poll.
    assert len(waiting) <= unseen + 1, waiting
