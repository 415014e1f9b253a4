# SPDX-License-Identifier: Apache-2.0
"""A city's answers (/served.jsonl) beside the polls (`poll` events) of the producer that asked for them."""

import datetime

# By the city's fault: how a poll that got it ends, if it does not end well.
ENDS = {
    "html": {"not_a_feed"},
    "json": {"not_a_feed"},
    "text": {"not_a_feed"},
    "gzip-twice": {"not_a_feed"},
    "empty": {"empty"},
    "cut": {"truncated"},
    "truncated": {"truncated"},
    "gzip-bomb": {"too_large"},
    "old-header": {"older"},
    "hung": {"timeout"},
    "stalled": {"timeout"},
    "reset": {"connect", "bad_answer"},
    "500": {"http_error"},
    "503": {"http_error"},
    "429": {"rate_limited"},
    "403": {"refused"},
    "404": {"refused"},
}


class Expected:
    """How the polls of one feed must end; `good`: with a new body that has no fault."""

    def __init__(self, good):
        self.good = good
        self.newest = 0  # header's time of what was published, those of the future apart

    def __call__(self, answer):
        # Nothing is older than the first.
        is_first = answer["fault"] == "old-header" and answer["header_time"] >= self.newest
        if answer["fault"] in ENDS and not is_first:
            return ENDS[answer["fault"]]
        return {"not_modified"} if answer["status"] == 304 else self.good

    def published(self, answer):
        if answer["fault"] != "future":
            self.newest = max(self.newest, answer["header_time"])


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
        end = ended_ms(poll)
        own = [line for line in waiting if line["machine_ms"] <= end]
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
