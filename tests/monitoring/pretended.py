# SPDX-License-Identifier: Apache-2.0
"""A job and a producer that are not there, and whose troubles are set by hand: for trying rules and alerts.

with PretendedJob("q", "t") as job:
    job.address                   # its /metrics
    job.topic_available = False   # from now on
    job.kill(); job.restart()
"""

import http.server
import threading
import time

import metric_table as table
from exposition import Numbers, text

RECORDS_A_SECOND = 100
BUSY_PARTITION, PARTITIONS = 0, 2


class Pretended:
    """Serves `programs()` after advance(now, seconds since the last scrape). `address` stays the same over restarts."""

    def __init__(self):
        self.server = None
        self.port = 0
        self.lock = threading.Lock()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def scrape(self):
        with self.lock:
            now = time.time()
            step, self.at = now - self.at, now
            self.advance(now, step)
            return text(self.programs()).encode()

    def restart(self):
        pretended, self.at = self, time.time()
        self.begin(self.at)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = pretended.scrape()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def kill(self):
        if self.server:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None

    def __enter__(self):
        self.restart()
        return self

    def __exit__(self, *_):
        self.kill()


class PretendedJob(Pretended):
    def __init__(self, query, topic):
        super().__init__()
        self.query, self.topic = query, topic
        self.topic_available = True
        self.arriving = RECORDS_A_SECOND  # records a second
        self.committing = True
        self.other_data = 0.0  # share of the records
        self.waiting, self.waiting_seconds = 0, 0  # a backlog that stays
        self.growing = 0  # records a second by which it grows
        self.lost = 0  # offsets that were skipped

    def begin(self, now):
        self.own = Numbers("spark_streaming_", table.QUERY_METRICS, "query")
        self.process = Numbers("", table.PROCESS_METRICS)
        self.process.set("process_start_time_seconds", now)
        for name in ("processed_records_total", "commit_attempts_total", "commit_conflicts_total"):
            self.add(name, 0)
        for reason in ("not_json", "truncated", "not_an_object", "field_type", "too_deep", "number_too_long", "other"):
            self.add("bad_records_total", 0, reason=reason)
        for result in ("committed", "empty", "skipped", "failed"):
            self.add("batches_total", 0, result=result)
        for name in ("last_commit_timestamp_seconds", "committed_event_timestamp_seconds"):
            self.set(name, 0)

    def add(self, name, value, **labels):
        self.own.add(name, value, query=self.query, **labels)

    def set(self, name, value, **labels):
        self.own.set(name, value, query=self.query, **labels)

    def programs(self):
        return [self.own, self.process]

    def advance(self, now, step):
        arrived = self.arriving * step if self.topic_available else 0
        self.waiting += self.growing * step if self.committing else arrived
        committed = arrived if self.committing else 0
        self.add("input_records_total", committed, topic=self.topic)
        self.add("processed_records_total", committed)
        self.add("bad_records_total", committed * self.other_data, reason="not_json")
        if committed:
            self.add("batches_total", step, result="committed")
            self.add("commit_attempts_total", step)
            for name in ("last_commit_timestamp_seconds", "committed_event_timestamp_seconds"):
                self.set(name, now)
        self.set("source_topic_available", int(self.topic_available), topic=self.topic)
        for partition in range(PARTITIONS):
            busy = partition == BUSY_PARTITION
            labels = {"topic": self.topic, "partition": partition}
            self.set("source_lag_records", self.waiting if busy else 0, **labels)
            self.set("source_lag_seconds", self.waiting_seconds if busy else 0, **labels)
            self.set("source_skipped_offsets_total", self.lost if busy else 0, **labels)
        self.set("disk_free_bytes", 50, path="/data")
        self.set("disk_size_bytes", 100, path="/data")


class PretendedProducer(Pretended):
    def __init__(self, *sources):
        super().__init__()
        self.frozen = dict.fromkeys(sources, False)
        self.failing = dict.fromkeys(sources, False)
        self.kafka_up = True

    def begin(self, now):
        self.own = Numbers("sluice_producer_", table.SOURCE_METRICS, "source")
        self.program = Numbers("sluice_producer_", table.PRODUCER_METRICS)
        self.header = dict.fromkeys(self.frozen, now)
        self.good = dict.fromkeys(self.frozen, now)

    def programs(self):
        return [self.own, self.program]

    def advance(self, now, step):
        self.program.set("kafka_up", int(self.kafka_up))
        for source, frozen in self.frozen.items():
            failing = self.failing[source]
            self.good[source] = self.good[source] if failing else now
            self.header[source] = self.header[source] if failing or frozen else now
            self.own.add("polls_total", step, source=source, result="timeout" if failing else "published")
            for result in ("delivered", "too_large", "failed"):
                self.own.add("deliveries_total", step if result == "delivered" else 0, source=source, result=result)
            self.own.set("feed_frozen", int(frozen and not failing), source=source)
            self.own.set("header_age_seconds", now - self.header[source], source=source)
            self.own.set("last_good_poll_age_seconds", now - self.good[source], source=source)
