# SPDX-License-Identifier: Apache-2.0
"""The metrics that the programs promise: what dashboards and alert rules may ask for.

FAMILIES: name -> (type, labels beside `query` or `source`). The stand-ins serve exactly these, and test_metric_table
holds the real programs against them.
"""

import pathlib
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]

LATENCY = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900, 3600)
PHASE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60)
DURATION = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900)
POLL = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60)
RECORDS = (1, 10, 100, 1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
FILE_SIZE = tuple(65536 * 4**n for n in range(8))


class Family(NamedTuple):
    kind: str
    labels: tuple = ()
    bounds: tuple = ()


def counter(*labels):
    return Family("counter", labels)


def gauge(*labels):
    return Family("gauge", labels)


def histogram(bounds, *labels):
    return Family("histogram", labels, bounds)


QUERY_METRICS = {
    "processed_records_total": counter(),
    "input_records_total": counter("topic"),
    "input_bytes_total": counter("topic"),
    "output_rows_total": counter(),
    "output_bytes_total": counter(),
    "output_files_total": counter(),
    "bad_records_total": counter("reason"),
    "unmatched_records_total": counter(),
    "dead_letter_records_total": counter(),
    "source_skipped_offsets_total": counter("topic", "partition"),
    "batches_total": counter("result"),
    "errors_total": counter("stage", "kind"),
    "commit_attempts_total": counter(),
    "commit_conflicts_total": counter(),
    "storage_requests_total": counter("op", "result"),
    "storage_request_duration_seconds": histogram(PHASE, "op"),
    "source_rebalances_total": counter(),
    "source_topic_available": gauge("topic"),
    "source_latest_offset": gauge("topic", "partition"),
    "source_committed_offset": gauge("topic", "partition"),
    "source_lag_records": gauge("topic", "partition"),
    "source_lag_seconds": gauge("topic", "partition"),
    "last_trigger_timestamp_seconds": gauge(),
    "last_commit_timestamp_seconds": gauge(),
    "committed_record_timestamp_seconds": gauge(),
    "committed_event_timestamp_seconds": gauge(),  # with monitor.eventTime
    "end_to_end_latency_seconds": histogram(LATENCY),
    "batch_duration_seconds": histogram(DURATION),
    "batch_phase_duration_seconds": histogram(PHASE, "phase"),
    "batch_records": histogram(RECORDS),
    "output_file_size_bytes": histogram(FILE_SIZE),
    "stage_seconds_total": counter("stage", "state"),
    "table_version": gauge(),
    "table_files": gauge(),
    "table_size_bytes": gauge(),
    "query_state": gauge("state"),
    "buffered_records": gauge(),
    "buffered_bytes": gauge(),
    "memory_limit_bytes": gauge(),
    "disk_free_bytes": gauge("path"),
    "disk_size_bytes": gauge("path"),
}
PROGRAM_METRICS = {  # without the label `query`
    "log_messages_total": counter("level"),
    "build_info": gauge("version", "revision", "compiler"),
}
PROCESS_METRICS = {
    "process_cpu_seconds_total": counter(),
    "process_resident_memory_bytes": gauge(),
    "process_virtual_memory_bytes": gauge(),
    "process_open_fds": gauge(),
    "process_max_fds": gauge(),
    "process_start_time_seconds": gauge(),
    "process_threads": gauge(),
}
SOURCE_METRICS = {
    "polls_total": counter("result"),
    "feed_faults_total": counter("fault"),
    "bad_bodies_total": counter("kind"),
    "entities_total": counter("result"),
    "entity_faults_total": counter("fault"),
    "deliveries_total": counter("result"),
    "wire_bytes_total": counter(),
    "body_bytes_total": counter(),
    "messages_total": counter(),
    "message_bytes_total": counter(),
    "missed_ticks_total": counter(),
    "header_timestamp_seconds": gauge(),
    "header_age_seconds": gauge(),
    "last_good_poll_timestamp_seconds": gauge(),
    "last_good_poll_age_seconds": gauge(),
    "feed_up": gauge(),
    "feed_frozen": gauge(),
    "last_fetch_seconds": gauge(),
}
PRODUCER_METRICS = {  # without the label `source`
    "kafka_up": gauge(),
    "queue_records": gauge(),
    "queue_bytes": gauge(),
    "queue_limit_bytes": gauge(),
    "queue_wait_seconds_total": counter(),
    "feeds": gauge(),
    "fetch_seconds": histogram(POLL),
    "render_seconds": histogram(POLL),
    "log_messages_total": counter("level"),
    "build_info": gauge("version", "revision", "compiler"),
}

JOB = {f"spark_streaming_{name}": family for name, family in (QUERY_METRICS | PROGRAM_METRICS).items()}
PRODUCER = {f"sluice_producer_{name}": family for name, family in (SOURCE_METRICS | PRODUCER_METRICS).items()}
# What Prometheus and Alertmanager tell of themselves, and what the rules record.
CHAIN = {
    "up": gauge(),
    "scrape_duration_seconds": gauge(),
    "scrape_samples_scraped": gauge(),
    "ALERTS": gauge(),
    "prometheus_rule_evaluation_failures_total": counter(),
    "prometheus_notifications_sent_total": counter(),
    "prometheus_notifications_dropped_total": counter(),
    "alertmanager_notifications_total": counter(),
    "alertmanager_notifications_failed_total": counter(),
}
FAMILIES = JOB | PRODUCER | PROCESS_METRICS | CHAIN


def series_names(families):
    """The names that queries may use: a histogram has three."""
    for name, family in families.items():
        if family.kind == "histogram":
            yield from (f"{name}_{part}" for part in ("bucket", "sum", "count"))
        else:
            yield name
