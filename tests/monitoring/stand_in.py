# SPDX-License-Identifier: Apache-2.0
"""A job and a producer that are not there: their metrics over an invented afternoon.

`Afternoon` is advanced step by step, on any clock. It is well most of the time; for some minutes the storage is
slow, so that the backlog grows and is worked off again. The same start gives the same numbers.
"""

import math

import metric_table as table
from exposition import Numbers

TOPIC, PARTITIONS, QUERY = "dev_topic", 6, "vehicle_positions"
SOURCES = {"metro": 30, "buses": 20, "trams": 20, "ferries": 60}  # and the seconds between two polls
STAGES = {"fetch": 0.2, "decode": 0.85, "transform": 0.5, "write": 0.6, "commit": 0.1}
PHASES = {
    "latest_offset": 0.004,
    "plan": 0.001,
    "poll": 0.05,
    "decode": 0.09,
    "transform": 0.02,
    "encode": 0.08,
    "upload": 0.03,
    "wal_commit": 0.004,
    "commit": 0.02,
    "checkpoint": 0.003,
}
STATES = ("starting", "running", "retrying", "stopping", "stopped", "failed")
REASONS = ("not_json", "truncated", "not_an_object", "field_type", "too_deep", "number_too_long", "other")
ERRORS = (("kafka", "timeout"), ("decode", "malformed_record"), ("storage", "no_space"), ("commit", "conflict"))
OPERATIONS = {"data_files": 0.03, "table_commit": 0.02, "offset_log": 0.004, "commit_log": 0.003}  # seconds
POLL_RESULTS = ("published", "unchanged", "not_modified", "http_error", "timeout", "not_a_feed")
GIB = 2**30


class Job:
    """The job's numbers: `programs` holds what its /metrics would show."""

    def __init__(self, started, slow):
        self.started, self.slow = started, slow
        self.own = Numbers("spark_streaming_", table.QUERY_METRICS, "query")
        self.program = Numbers("spark_streaming_", table.PROGRAM_METRICS)
        self.process = Numbers("", table.PROCESS_METRICS)
        self.programs = [self.own, self.program, self.process]
        self.latest = [1000.0 * (p + 1) for p in range(PARTITIONS)]
        self.committed = list(self.latest)
        self.rows = self.version = 0
        self.zeros()

    def add(self, name, value, **labels):
        self.own.add(name, value, query=QUERY, **labels)

    def set(self, name, value, **labels):
        self.own.set(name, value, query=QUERY, **labels)

    def observe(self, name, value, times, **labels):
        self.own.observe(name, value, times, query=QUERY, **labels)

    def zeros(self):
        """What is there from the first scrape on, whether or not it ever happens."""
        for name in ("unmatched_records_total", "dead_letter_records_total", "source_rebalances_total"):
            self.add(name, 0)
        for op in OPERATIONS:
            for result in ("ok", "error"):
                self.add("storage_requests_total", 0, op=op, result=result)
        for reason in REASONS:
            self.add("bad_records_total", 0, reason=reason)
        for result in ("committed", "empty", "skipped", "failed"):
            self.add("batches_total", 0, result=result)
        for stage, kind in ERRORS:
            self.add("errors_total", 0, stage=stage, kind=kind)
        for partition in range(PARTITIONS):
            self.add("source_skipped_offsets_total", 0, topic=TOPIC, partition=partition)
        for level in ("debug", "info", "warn", "error"):
            self.program.add("log_messages_total", 0, level=level)
        self.program.set("build_info", 1, version="0.4.0", revision="0000000", compiler="gcc 12")

    def advance(self, now, step):
        slow = self.slow(now)
        batches = step * (0.25 if slow else 1)
        arrived = self.arrive(now, step)
        read = self.commit(now, step, 0.75 if slow else 2.5)
        self.batch(now, read, batches, 3.0 if slow else 0.28, slow)
        self.troubles(arrived, step, slow)
        self.stages(step, read / max(arrived, 1), slow)
        self.memory_and_disk(now)
        self.of_process(now, step, read)

    def arrive(self, now, step):
        total = 0
        for p in range(PARTITIONS):
            rate = (420 + 60 * p) * (1 + 0.25 * math.sin(now / 700 + p) + 0.05 * math.sin(now / 37 + 2 * p))
            self.latest[p] += rate * step
            total += rate * step
        self.set("source_topic_available", 1, topic=TOPIC)
        return total

    def commit(self, now, step, speed):
        """What the job can take, `speed` times the usual flow; the rest waits."""
        room, read, age = speed * 3400 * step, 0, 0
        for p in range(PARTITIONS):
            on_the_way = 500 * (0.5 + 0.3 * math.sin(now / 11 + p))  # a batch is never there at once
            took = max(0, min(self.latest[p] - self.committed[p] - on_the_way, room / PARTITIONS))
            self.committed[p] += took
            read += took
            waiting = self.latest[p] - self.committed[p]
            labels = {"topic": TOPIC, "partition": p}
            age = max(age, waiting / 500)
            self.set("source_latest_offset", self.latest[p], **labels)
            self.set("source_committed_offset", self.committed[p], **labels)
            self.set("source_lag_records", waiting, **labels)
            self.set("source_lag_seconds", waiting / 500, **labels)
        self.age = age
        self.add("processed_records_total", read)
        self.add("input_records_total", read, topic=TOPIC)
        self.add("input_bytes_total", read * 410, topic=TOPIC)
        self.add("output_rows_total", read * 0.97)
        self.add("output_bytes_total", read * 58)
        self.rows += read
        return read

    def batch(self, now, read, batches, duration, slow):
        committed = batches * (0.9 if slow else 1)
        self.version += committed
        self.add("batches_total", committed, result="committed")
        self.add("batches_total", batches - committed, result="failed")
        self.add("commit_attempts_total", batches * 1.02)
        self.add("commit_conflicts_total", batches * 0.02)
        self.add("output_files_total", batches)
        self.observe("batch_duration_seconds", duration, batches)
        for phase, seconds in PHASES.items():
            part = seconds * (20 if slow and phase in ("upload", "commit") else 1)
            self.observe("batch_phase_duration_seconds", part, batches, phase=phase)
        self.observe("batch_records", read / batches, batches)
        self.observe("output_file_size_bytes", read / batches * 58, batches)
        self.observe("end_to_end_latency_seconds", self.age + duration + 0.4, read)
        self.set("table_version", int(self.version))
        self.set("table_files", 400 + int(self.version * 0.06))
        self.set("table_size_bytes", 3 * GIB + self.rows * 58)
        for name in ("last_trigger", "last_commit"):
            self.set(f"{name}_timestamp_seconds", now - (4 * duration if slow else 0.3))
        for name, delay in (("committed_record", 0.6), ("committed_event", 9)):
            self.set(f"{name}_timestamp_seconds", now - delay - self.age)
        for op, seconds in OPERATIONS.items():
            self.add("storage_requests_total", batches, op=op, result="ok")
            self.observe("storage_request_duration_seconds", seconds * (20 if slow else 1), batches, op=op)

    def troubles(self, arrived, step, slow):
        self.add("bad_records_total", arrived * 0.0006, reason="not_json")
        self.add("bad_records_total", arrived * 0.0002, reason="field_type")
        self.add("unmatched_records_total", arrived * 0.0003)
        self.add("dead_letter_records_total", arrived * 0.0008)
        for stage, kind in ERRORS:
            self.add("errors_total", step * (0.2 if slow and stage == "storage" else 0.002), stage=stage, kind=kind)
        for state in STATES:
            self.set("query_state", int(state == "running"), state=state)

    def stages(self, step, load, slow):
        for stage, busy in STAGES.items():
            busy = min(1.0, busy * (0.5 + 0.4 * min(load, 1.5)))
            held = 0.6 if slow and stage != "commit" else 0.01
            self.add("stage_seconds_total", step * busy * (1 - held), stage=stage, state="busy")
            self.add("stage_seconds_total", step * held, stage=stage, state="backpressured")
            self.add("stage_seconds_total", step * (1 - busy) * (1 - held), stage=stage, state="idle")

    def memory_and_disk(self, now):
        waiting = sum(self.latest) - sum(self.committed)
        self.set("buffered_records", min(waiting, 200_000) + 1500)
        self.set("buffered_bytes", (min(waiting, 200_000) + 1500) * 900 + 24 * 2**20)
        self.set("memory_limit_bytes", GIB // 2)
        self.set("disk_size_bytes", 100 * GIB, path="/var/lib/sluice")
        self.set("disk_free_bytes", 62 * GIB - (now - self.started) * 9e4, path="/var/lib/sluice")

    def of_process(self, now, step, read):
        self.program.add("log_messages_total", step, level="info")
        process(self.process, self.started, now, step * 0.05 + read * 9e-5, 310 * 2**20)


class Producer:
    """The producer's numbers, of the same afternoon. The trams' feed is frozen for a quarter of an hour."""

    def __init__(self, started):
        self.started = started
        self.own = Numbers("sluice_producer_", table.SOURCE_METRICS, "source")
        self.program = Numbers("sluice_producer_", table.PRODUCER_METRICS)
        self.process = Numbers("", table.PROCESS_METRICS)
        self.programs = [self.own, self.program, self.process]
        for source in SOURCES:
            self.zeros(source)
        for level in ("debug", "info", "warn", "error"):
            self.program.add("log_messages_total", 0, level=level)
        self.program.set("build_info", 1, version="0.4.0", revision="0000000", compiler="gcc 12")
        self.program.set("feeds", len(SOURCES))
        self.program.set("kafka_up", 1)
        self.program.set("queue_limit_bytes", 64 * 2**20)

    def zeros(self, source):
        for name, label, values in (
            ("polls_total", "result", POLL_RESULTS),
            ("entities_total", "result", ("sent", "repaired", "dropped")),
            ("deliveries_total", "result", ("delivered", "too_large", "failed")),
            ("feed_faults_total", "fault", ("older", "future", "frozen", "same_time", "no_timestamp", "false_304")),
            ("bad_bodies_total", "kind", ("html", "json", "truncated", "empty")),
            ("entity_faults_total", "fault", ("missing_id", "bad_utf8")),
        ):
            for value in values:
                self.own.add(name, 0, source=source, **{label: value})
        self.own.add("missed_ticks_total", 0, source=source)

    def advance(self, now, step):
        for n, (source, interval) in enumerate(SOURCES.items()):
            since = (now - self.started) % 7200 - 4500
            frozen = source == "trams" and 0 < since < 900
            self.poll(source, step / interval, frozen, 0.12 * (n + 1))
            age = 4 + (since if frozen else now % interval)
            for name, seconds in (("header", age), ("last_good_poll", now % interval)):
                self.own.set(f"{name}_timestamp_seconds", now - seconds, source=source)
                self.own.set(f"{name}_age_seconds", seconds, source=source)
            self.own.set("feed_up", 1, source=source)
            self.own.set("feed_frozen", int(frozen and since > 600), source=source)
        self.program.set("queue_bytes", 4e5 * (1 + math.sin(now / 90)))
        self.program.set("queue_records", 40 * (1 + math.sin(now / 90)))
        self.program.add("queue_wait_seconds_total", 0)
        process(self.process, self.started, now, step * 0.02, 46 * 2**20)

    def poll(self, source, polls, frozen, seconds):
        vehicles, new = 240 + 60 * len(source), 0 if frozen else 0.86
        for result, share in (("published", new), ("unchanged", 0.97 - new), ("timeout", 0.02), ("not_a_feed", 0.01)):
            self.own.add("polls_total", polls * share, source=source, result=result)
        sent = polls * new * vehicles
        for name, value, labels in (
            ("bad_bodies_total", polls * 0.01, {"kind": "html"}),
            ("entities_total", sent, {"result": "sent"}),
            ("entities_total", sent / 400, {"result": "repaired"}),
            ("feed_faults_total", polls if frozen else 0, {"fault": "frozen"}),
            ("deliveries_total", sent, {"result": "delivered"}),
            ("messages_total", sent, {}),
            ("message_bytes_total", sent * 390, {}),
            ("wire_bytes_total", polls * vehicles * 61, {}),
            ("body_bytes_total", polls * vehicles * 160, {}),
        ):
            self.own.add(name, value, source=source, **labels)
        self.own.set("last_fetch_seconds", seconds, source=source)
        self.program.observe("fetch_seconds", seconds, polls)
        self.program.observe("render_seconds", seconds / 20, polls)


def process(numbers, started, now, cpu, memory):
    numbers.add("process_cpu_seconds_total", cpu)
    numbers.set("process_resident_memory_bytes", memory * (1 + 0.05 * math.sin(now / 300)))
    numbers.set("process_virtual_memory_bytes", memory * 4)
    numbers.set("process_open_fds", 48)
    numbers.set("process_max_fds", 65536)
    numbers.set("process_start_time_seconds", started)
    numbers.set("process_threads", 19)
