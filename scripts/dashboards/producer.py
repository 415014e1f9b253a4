# SPDX-License-Identifier: Apache-2.0
"""The producer: does each feed bring something new, is it any good, and does it reach Kafka."""

from frame import PROCESS, PRODUCER_METRIC, annotations, constant, dashboard, data_source, labels, link, of_process
from limits import FROZEN_FEED_SECONDS
from panels import by_name, colored, dashed, query, rows, series, stat, steps, table, values

P = "sluice_producer_"
SOURCE = PROCESS + ', source=~"$source"'
AGES = steps("green", (FROZEN_FEED_SECONDS / 5, "orange"), (FROZEN_FEED_SECONDS, "red"))
GOOD = 'result=~"published|unchanged|not_modified"'


def rate(name, by, more=""):
    return f"sum by ({by}) (rate({P}{name}{{{SOURCE}{more}}}[$__rate_interval]))"


def age(name, by="source"):
    """Seconds since a moment that a gauge holds; nothing while it is 0, before the first."""
    return f"time() - (max by ({by}) ({P}{name}{{{SOURCE}}}) > 0)"


def status():
    return [
        stat(
            "Kafka",
            "Whether the brokers answer and have the topic.",
            f"min({P}kafka_up{{{PROCESS}}})",
            "none",
            spark=False,
            mappings=[values({0: ("unreachable", "red"), 1: ("up", "green")})],
            thresholds=steps("red", (1, "green")),
            noValue="down",
        ),
        stat("Feeds", "Feeds that are polled.", f"sum({P}feeds{{{PROCESS}}})", "none", spark=False),
        stat(
            "Failing feeds",
            "Feeds whose last poll brought nothing usable, not even 'unchanged'.",
            f"count({P}feed_up{{{SOURCE}}} == 0) or vector(0)",
            "none",
            thresholds=steps("green", (1, "red")),
        ),
        stat(
            "Frozen feeds",
            "Feeds that answer, but whose header has kept its time for too long.",
            f"sum({P}feed_frozen{{{SOURCE}}})",
            "none",
            thresholds=steps("green", (1, "orange")),
        ),
        stat(
            "Oldest header",
            "Age of the header of the feed that is furthest behind.",
            f"max({age('header_timestamp_seconds')})",
            "s",
            thresholds=AGES,
        ),
        stat(
            "Records",
            "Records that all replicas acknowledged, a second.",
            f'sum(rate({P}deliveries_total{{{SOURCE}, result="delivered"}}[$__rate_interval]))',
            "recps",
        ),
        stat(
            "Lost records",
            "Records that Kafka did not take in the last ten minutes: too large, refused, or not acknowledged in time.",
            f'sum(increase({P}deliveries_total{{{SOURCE}, result!="delivered"}}[10m]))',
            "none",
            decimals=0,
            thresholds=steps("green", (1, "red")),
        ),
        stat(
            "Queue",
            "Share of the queue to Kafka that is full; at the brim polling waits.",
            f"max({P}queue_bytes{{{PROCESS}}} / {P}queue_limit_bytes{{{PROCESS}}})",
            "percentunit",
            thresholds=steps("green", (0.5, "orange"), (0.9, "red")),
        ),
    ]


def feeds():
    good = f"{rate('polls_total', 'source', ', ' + GOOD)} / {rate('polls_total', 'source')}"
    return [
        table(
            "Feeds",
            "Each feed: age of its header, time since its last good poll, share of good polls, what goes out.",
            [
                query(age("header_timestamp_seconds")),
                query(age("last_good_poll_timestamp_seconds")),
                query(good),
                query(rate("entities_total", "source", ', result=~"sent|repaired"')),
                query(rate("wire_bytes_total", "source")),
            ],
            columns=["Header age", "Last good poll", "Good polls", "Entities a second", "Received"],
            by=["source"],
            sort="Header age",
            overrides=[
                by_name(
                    "Header age",
                    unit="s",
                    thresholds=AGES,
                    custom__cellOptions={"type": "color-text"},
                    color={"mode": "thresholds"},
                ),
                by_name("Last good poll", unit="s"),
                by_name("Good polls", unit="percentunit"),
                by_name("Received", unit="binBps"),
            ],
        )
    ]


def quantile(q, name):
    return f"histogram_quantile({q}, sum by (le) (rate({P}{name}_bucket{{{PROCESS}}}[$__rate_interval])))"


def polls():
    good = [colored("published", "green"), colored("unchanged", "blue"), colored("not_modified", "light-blue")]
    return [
        series(
            "Polls by result",
            "published: something new; unchanged and not_modified: nothing new; the others are failures, by what came.",
            [query(rate("polls_total", "result") + " > 0", "{{result}}")],
            "ops",
            width=6,
            stacked=True,
            overrides=good,
        ),
        series(
            "Duration of a poll",
            "Median and 95th percentile of the request; the 95th of parsing, rendering and queueing.",
            [
                query(quantile(0.5, "fetch_seconds"), "request p50"),
                query(quantile(0.95, "fetch_seconds"), "request p95"),
                query(quantile(0.95, "render_seconds"), "rendering p95"),
            ],
            "s",
            width=6,
        ),
        series(
            "Slowest feeds",
            "Duration of the last request, ten slowest.",
            [query(f"topk(10, max by (source) ({P}last_fetch_seconds{{{SOURCE}}}))", "{{source}}")],
            "s",
            width=6,
        ),
        series(
            "Header age",
            "Ten oldest feeds. A line that climbs with the clock is a frozen feed.",
            [query(f"topk(10, {age('header_timestamp_seconds')})", "{{source}}")],
            "s",
            width=6,
            limit=FROZEN_FEED_SECONDS,
        ),
        series(
            "Faults of feeds",
            "Header from the past or the future, frozen, no time, 304 although there was something new.",
            [query(rate("feed_faults_total", "fault"), "{{fault}}")],
            "eps",
            width=6,
        ),
        series(
            "Bodies that were no feed",
            "By what they were: a page of HTML, JSON, cut off in the middle.",
            [query(rate("bad_bodies_total", "kind"), "{{kind}}")],
            "eps",
            width=6,
        ),
        series(
            "Entities by result",
            "Sent, repaired before sending, or dropped because nothing could be made of them.",
            [query(rate("entities_total", "result"), "{{result}}")],
            "cps",
            width=6,
            overrides=[colored("sent", "green"), colored("repaired", "orange"), colored("dropped", "red")],
        ),
        series(
            "Received",
            "Bytes a second from the feeds, as they came over the wire, ten largest.",
            [query(f"topk(10, {rate('wire_bytes_total', 'source')})", "{{source}}")],
            "binBps",
            width=6,
        ),
    ]


def kafka():
    queue = f"sum by (instance) ({P}{{}}{{{{{PROCESS}}}}})"
    return [
        series(
            "Deliveries",
            "Records by what became of them.",
            [query(rate("deliveries_total", "result"), "{{result}}")],
            "recps",
            width=6,
            overrides=[colored("delivered", "green"), colored("too_large", "orange"), colored("failed", "red")],
        ),
        series(
            "Queue, bytes",
            "Bytes that Kafka has not acknowledged yet, and the most that may be.",
            [
                query(queue.format("queue_bytes"), "queued"),
                query(queue.format("queue_limit_bytes"), "limit"),
            ],
            "bytes",
            width=6,
            overrides=[dashed("limit")],
        ),
        series(
            "CPU",
            "Cores in use by the producer.",
            [
                query(
                    of_process(f"rate(process_cpu_seconds_total{{{PROCESS}}}[$__rate_interval])", PRODUCER_METRIC),
                    "{{instance}}",
                )
            ],
            "none",
            width=6,
        ),
        series(
            "Memory",
            "Resident memory of the producer.",
            [query(of_process(f"process_resident_memory_bytes{{{PROCESS}}}", PRODUCER_METRIC), "{{instance}}")],
            "bytes",
            width=6,
        ),
    ]


def make():
    return dashboard(
        "sluice-producer",
        "Producer",
        "GTFS-Realtime feeds into Kafka: polls, what the feeds are worth, deliveries.",
        variables=[
            data_source(),
            labels("job", "Job", PRODUCER_METRIC),
            labels("instance", "Instance", PRODUCER_METRIC, 'job=~"$job"'),
            labels("source", "Feed", f"{P}polls_total", PROCESS),
            constant("status_page", "http://localhost:4041"),
        ],
        marks=annotations(PRODUCER_METRIC),
        more_links=[link("Status page", "$status_page", "The live page of the producer itself")],
        panels=rows(("Status", status()), ("Feeds", feeds()), ("Polls", polls()), ("Kafka and process", kafka())),
    )
