# SPDX-License-Identifier: Apache-2.0
"""Streaming overview: is the job well, and if not, where does it hurt. From the top: state, flow, freshness, causes."""

from frame import JOB_METRIC, PROCESS, QUERY, annotations, budget_left, dashboard, job_variables, link, of_process
from limits import (
    BAD_RECORDS_RATIO,
    COMMIT_CONFLICTS_RATIO,
    DISK_FREE_RATIO,
    FAILED_BATCHES,
    FRESHNESS_OBJECTIVE,
    FRESHNESS_TARGET_SECONDS,
    STUCK_SECONDS,
)
from panels import by_name, colored, dashed, heatmap, query, rows, series, stat, steps

M = "spark_streaming_"


def rate(name, by="query", more=""):
    return f"sum by ({by}) (rate({M}{name}{{{QUERY}{more}}}[$__rate_interval]))"


def quantile(q, name, by="query"):
    inner = f"sum by ({by}, le) (rate({M}{name}_bucket{{{QUERY}}}[$__rate_interval]))"
    return f"histogram_quantile({q}, {inner})"


def buckets(name):
    return f"sum by (le) (increase({M}{name}_bucket{{{QUERY}}}[$__rate_interval]))"


def gauge(name, by="query", how="max"):
    return f"{how} by ({by}) ({M}{name}{{{QUERY}}})"


def age(name):
    """Seconds since a moment that a gauge holds; nothing while it is 0, before the first."""
    return f"time() - ({gauge(name)} > 0)"


STATE_COLORS = {
    "starting": "blue",
    "running": "green",
    "retrying": "orange",
    "failed": "red",
    "stopping": "purple",
    "stopped": "gray",
}


def status():
    target = FRESHNESS_TARGET_SECONDS
    return [
        stat(
            "State",
            "State of the query as it tells it itself. No value: nothing is scraped, the process is down.",
            f"max by (query, state) ({M}query_state{{{QUERY}}}) > 0",
            "none",
            name=True,
            legend="{{state}}",
            noValue="down",
            overrides=[colored(state, color) for state, color in STATE_COLORS.items()],
        ),
        stat(
            "Lag",
            "Age of the oldest record that is in Kafka and not yet in the table; 0 when caught up. "
            f"The objective is below {target} s.",
            gauge("source_lag_seconds"),
            "s",
            thresholds=steps("green", (target / 2, "orange"), (target, "red")),
        ),
        stat(
            "Data age",
            "Time since the newest record that a reader of the table finds was written to Kafka. Grows on an idle topic.",
            age("committed_record_timestamp_seconds"),
            "s",
        ),
        stat(
            "Lag, records",
            "Records in Kafka that are not yet in the table, over all partitions.",
            gauge("source_lag_records", how="sum"),
            "short",
        ),
        stat("Records", "Kafka records committed to the table a second.", rate("processed_records_total"), "recps"),
        stat(
            "Failed batches",
            "Batches that failed in the last ten minutes. They are tried again; nothing is lost.",
            f'sum by (query) (increase({M}batches_total{{{QUERY}, result="failed"}}[10m]))',
            "none",
            decimals=0,
            thresholds=steps("green", (1, "orange"), (FAILED_BATCHES, "red")),
        ),
        stat(
            "Last commit",
            "Time since the last commit to the table. Long on an idle topic; with records waiting it means that the "
            "query is stuck.",
            age("last_commit_timestamp_seconds"),
            "s",
            thresholds=steps("green", (STUCK_SECONDS, "orange")),
        ),
        stat(
            "Table version",
            "Version of the Delta table after the last commit.",
            gauge("table_version"),
            "none",
            spark=False,
        ),
    ]


def throughput():
    # A gauge moves on: deriv() has no resets to misread when a topic is made anew.
    arrivals = f"sum by (query) (deriv({M}source_latest_offset{{{QUERY}}}[$__rate_interval]))"
    return [
        series(
            "Records",
            "Records that arrive in Kafka and records committed to the table. Arriving above committed for long: the backlog "
            "grows.",
            [query(arrivals, "arriving"), query(rate("processed_records_total"), "committed")],
            "recps",
        ),
        series(
            "Rows",
            "Rows written to the table: more than records where a message is exploded, fewer where SQL filters.",
            [query(rate("output_rows_total"), "rows")],
            "rowsps",
        ),
        series(
            "Bytes",
            "Bytes of the records' values as read, and of the data files as written.",
            [query(rate("input_bytes_total"), "read"), query(rate("output_bytes_total"), "written")],
            "binBps",
        ),
    ]


def freshness():
    objective = f"{FRESHNESS_OBJECTIVE:.0%}"
    return [
        series(
            "Lag of the worst partitions",
            f"Seconds by which the five worst partitions are behind; the line is the objective of {FRESHNESS_TARGET_SECONDS} s.",
            [query(f"topk(5, {gauge('source_lag_seconds', 'topic, partition')})", "{{topic}}/{{partition}}")],
            "s",
            limit=FRESHNESS_TARGET_SECONDS,
        ),
        series(
            "End-to-end latency",
            "From a record's timestamp in Kafka to its commit in the table.",
            [
                query(quantile(q, "end_to_end_latency_seconds"), name)
                for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
            ],
            "s",
            limit=FRESHNESS_TARGET_SECONDS,
        ),
        heatmap(
            "End-to-end latency, distribution",
            "How many records took how long from Kafka to the table.",
            buckets("end_to_end_latency_seconds"),
            "s",
            width=5,
        ),
        stat(
            "Error budget left",
            f"Of the {1 - FRESHNESS_OBJECTIVE:.0%} of 30 days in which the lag may be over {FRESHNESS_TARGET_SECONDS} s or "
            f"the job down ({objective} objective). Below 0: spent.",
            budget_left(),
            "percentunit",
            height=8,
            thresholds=steps("red", (0, "orange"), (0.25, "green")),
        ),
    ]


def batches():
    per_batch = f"sum by (query) (rate({M}batch_duration_seconds_count{{{QUERY}}}[$__rate_interval]))"
    phases = f"{rate('batch_phase_duration_seconds_sum', 'query, phase')} / on (query) group_left {per_batch}"
    return [
        series(
            "Batch duration",
            "Median and 95th percentile, with the trigger interval: above it, batches follow each other without a pause.",
            [
                query(quantile(0.5, "batch_duration_seconds"), "p50"),
                query(quantile(0.95, "batch_duration_seconds"), "p95"),
                query("vector($trigger_seconds)", "trigger"),
            ],
            "s",
            width=6,
            overrides=[dashed("trigger")],
        ),
        series(
            "Phases of a batch",
            "Mean time of a batch by phase. Lanes work side by side: the sum can be above the batch's duration.",
            [query(phases, "{{phase}}")],
            "s",
            width=6,
            stacked=True,
        ),
        series(
            "Records in a batch",
            "Mean and 95th percentile; flat at maxOffsetsPerTrigger means that a backlog is drained in steps.",
            [
                query(f"{rate('batch_records_sum')} / {rate('batch_records_count')}", "mean"),
                query(quantile(0.95, "batch_records"), "p95"),
            ],
            "short",
            width=6,
        ),
        series(
            "Batches",
            "Batches a second by result; empty: its offsets held no record; skipped: a restart found it in the table.",
            [query(rate("batches_total", "result"), "{{result}}")],
            "ops",
            width=6,
            stacked=True,
            overrides=[
                colored("committed", "green"),
                colored("empty", "gray"),
                colored("skipped", "blue"),
                colored("failed", "red"),
            ],
        ),
    ]


def delta():
    share = f"{rate('commit_conflicts_total')} / {rate('commit_attempts_total')}"
    return [
        series(
            "Commits",
            "Attempts to commit, and those in which another writer was first. A conflict is tried again on the newer version.",
            [query(rate("commit_attempts_total"), "attempts"), query(rate("commit_conflicts_total"), "conflicts")],
            "ops",
            width=6,
            overrides=[colored("conflicts", "red")],
        ),
        series(
            "Share of conflicts",
            "Of the attempts to commit; the line is where the alert begins.",
            [query(share, "conflicts")],
            "percentunit",
            width=6,
            limit=COMMIT_CONFLICTS_RATIO,
            reach=True,
        ),
        heatmap(
            "Size of data files",
            "Many small files make readers slow: a longer trigger or compaction helps.",
            buckets("output_file_size_bytes"),
            "bytes",
            width=6,
        ),
        series(
            "Table",
            "Bytes (left) and number (right) of the live data files of the table.",
            [query(gauge("table_size_bytes"), "size"), query(gauge("table_files"), "files")],
            "bytes",
            width=6,
            overrides=[by_name("files", unit="short", custom__axisPlacement="right")],
        ),
    ]


def errors():
    ratio = f"{rate('bad_records_total')} / {rate('input_records_total')}"
    return [
        series(
            "Bad records",
            "Records that are not what the schema says, by reason. Many at once: another topic, or the producer changed.",
            [query(rate("bad_records_total", "reason"), "{{reason}}")],
            "recps",
            width=6,
            stacked=True,
        ),
        series(
            "Share of bad records",
            "Of the records read; the line is where the alert begins.",
            [query(ratio, "bad")],
            "percentunit",
            width=6,
            limit=BAD_RECORDS_RATIO,
            reach=True,
        ),
        series(
            "Errors",
            "Errors by the stage and the kind that the log names.",
            [query(rate("errors_total", "stage, kind"), "{{stage}}: {{kind}}")],
            "eps",
            width=6,
        ),
        series(
            "Lost, unmatched, set aside",
            "Offsets that were gone from Kafka before they were read; records with none of the keys that the schema declares; "
            "bad records whose text is kept.",
            [
                query(rate("source_skipped_offsets_total"), "skipped offsets"),
                query(rate("unmatched_records_total"), "unmatched"),
                query(rate("dead_letter_records_total"), "set aside"),
            ],
            "recps",
            width=6,
            overrides=[colored("skipped offsets", "red")],
        ),
    ]


def resources():
    descriptors = f"process_open_fds{{{PROCESS}}} / process_max_fds{{{PROCESS}}}"
    free = f"{M}disk_free_bytes{{{QUERY}}} / {M}disk_size_bytes{{{QUERY}}}"
    return [
        series(
            "CPU",
            "Cores in use by the process.",
            [query(of_process(f"rate(process_cpu_seconds_total{{{PROCESS}}}[$__rate_interval])"), "{{instance}}")],
            "none",
            width=6,
        ),
        series(
            "Memory",
            "Resident memory of the process, records in flight, and the budget for them (query.memory).",
            [
                query(of_process(f"process_resident_memory_bytes{{{PROCESS}}}"), "resident"),
                query(gauge("buffered_bytes", how="sum"), "in flight"),
                query(gauge("memory_limit_bytes"), "budget"),
            ],
            "bytes",
            width=6,
            overrides=[dashed("budget")],
        ),
        series(
            "Busy stages",
            "Threads of each stage that work; the stage that is always busy is the one that limits the flow.",
            [query(rate("stage_seconds_total", "stage", ', state="busy"'), "{{stage}}")],
            "none",
            width=6,
        ),
        series(
            "Backpressure",
            "Threads of each stage that wait for the stage behind them.",
            [query(rate("stage_seconds_total", "stage", ', state="backpressured"'), "{{stage}}")],
            "none",
            width=6,
        ),
        series(
            "Storage latency, p95",
            "Data files closed and flushed, the table's commit, and the two logs of the checkpoint.",
            [query(quantile(0.95, "storage_request_duration_seconds", "op"), "{{op}}")],
            "s",
            width=6,
        ),
        series(
            "Storage requests",
            "Tries at each of them, by result.",
            [query(rate("storage_requests_total", "op, result"), "{{op}} {{result}}")],
            "reqps",
            width=6,
        ),
        series(
            "Disk free",
            "Share of the disk that is free at each path; the line is where the alert looks at the trend.",
            [query(f"min by (path) ({free})", "{{path}}")],
            "percentunit",
            width=6,
            limit=DISK_FREE_RATIO,
            max=1,
        ),
        series(
            "File descriptors",
            "Open descriptors of the process, as a share of the most that may be open.",
            [query(of_process(descriptors), "{{instance}}")],
            "percentunit",
            width=6,
        ),
    ]


def make():
    return dashboard(
        "sluice-overview",
        "Streaming overview",
        "A Kafka topic into a Delta table: state, throughput, freshness, batches, table, errors, resources.",
        variables=job_variables(),
        marks=annotations(JOB_METRIC),
        more_links=[link("Status page", "$status_page", "The live page of the process itself")],
        panels=rows(
            ("Status", status()),
            ("Throughput", throughput()),
            ("Freshness", freshness()),
            ("Batches", batches()),
            ("Delta table", delta()),
            ("Errors", errors()),
            ("Resources", resources()),
        ),
    )
