# SPDX-License-Identifier: Apache-2.0
"""Spark and Sluice in turn on one broker, the same topic, the same columns: ratios with their spread.

  build/venv/bin/python bench/against_spark.py --spark DIR [--w2 5000000] [--w1 1000] [--rounds 3]

DIR is made by `scripts/spark_baseline DIR`: venv34 (PySpark 3.4.1, Delta 2.4.0) and j34 (connector jars). Spark runs
spark_job.py, tuned for a small box. Its CPU is that of the query alone, without the start of its session; Sluice's is
that of the whole process.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import workloads
from kafka_broker import KafkaBroker

from bench import load, spread

SPARK_JOB = workloads.ROOT / "bench" / "spark_job.py"
# What a careful user sets for a small box.
TUNED = ["spark.databricks.delta.snapshotPartitions=2", "spark.sql.shuffle.partitions=2"]


def run_spark(o, broker, topic, kind, max_offsets, scratch):
    out = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    python = o.spark / "venv34" / "bin" / "python"
    command = [python, SPARK_JOB, "--jars", o.spark / "j34", "--bootstrap", broker.bootstrap]
    command += ["--topic", topic, "--workload", kind, "--out", out]
    command += ["--max-offsets", str(max_offsets)] if max_offsets else []
    for conf in TUNED:
        command += ["--conf", conf]
    environment = {**os.environ, "PYSPARK_PYTHON": str(python)}
    run = subprocess.run(command, capture_output=True, text=True, cwd=out, env=environment)
    result = [line for line in run.stdout.splitlines() if line.startswith("RESULT ")]
    if run.returncode != 0 or not result:
        raise SystemExit(f"spark ended with {run.returncode}:\n{run.stderr[-3000:]}")
    shutil.rmtree(out)
    return json.loads(result[0][7:])


def compare(o, broker, topic, kind, max_offsets, scratch):
    rounds = []
    for _ in range(o.rounds):
        spark = run_spark(o, broker, topic, kind, max_offsets, scratch)
        directory = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        config = workloads.write_config(directory, kind + "_spark", broker.bootstrap, topic, max_offsets=max_offsets)
        ours = workloads.run_sluice(o.build / "sluice", directory, config)
        shutil.rmtree(directory)
        if spark["rows_out"] != ours["rows"]:
            raise SystemExit(f"rows differ: Spark {spark['rows_out']}, Sluice {ours['rows']}")
        rounds.append((spark, ours))
    million = rounds[0][1]["rows"] / 1e6
    how = f"batches of {max_offsets:,}" if max_offsets else "one batch"
    print(f"\n{kind.upper()} in {how}: {rounds[0][1]['rows']:,} rows, {o.rounds} rounds, min median max")
    print(
        f"  CPU s per million rows: Spark {spread([s['query_cpu_s'] / million for s, _ in rounds])}, "
        f"Sluice {spread([x['cpu_s'] / million for _, x in rounds])}; "
        f"Spark / Sluice {spread([s['query_cpu_s'] / x['cpu_s'] for s, x in rounds], 1)}"
    )
    print(
        f"  rows/s: Spark {spread([s['rows_per_s'] for s, _ in rounds], 0)}, "
        f"Sluice {spread([x['rows'] / x['wall_s'] for _, x in rounds], 0)}; "
        f"Sluice / Spark {spread([x['rows'] / x['wall_s'] / s['rows_per_s'] for s, x in rounds], 1)}"
    )
    print(
        f"  first commit, s after start: Spark {spread([s['first_commit_s'] for s, _ in rounds], 1)}, "
        f"Sluice {spread([x['first_commit_s'] for _, x in rounds])}; peak RSS MB: Spark "
        f"{statistics.median(s['jvm_hwm_mb'] for s, _ in rounds):.0f}, Sluice "
        f"{statistics.median(x['peak_rss_mb'] for _, x in rounds):.0f}",
        flush=True,
    )


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--spark", type=pathlib.Path, required=True)
    a.add_argument("--build", type=pathlib.Path, default=workloads.ROOT / "build" / "release")
    a.add_argument("--w2", type=int, default=5_000_000)
    a.add_argument("--w1", type=int, default=1_000)
    a.add_argument("--rounds", type=int, default=3)
    o = a.parse_args()
    o.build, o.spark = o.build.resolve(), o.spark.resolve()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as scratch:
        broker = KafkaBroker(pathlib.Path(scratch) / "kafka")
        broker.start()
        try:
            for kind, count, limit in (("w2", o.w2, 200_000), ("w1", o.w1, 100)):
                if count:
                    load(o.build, broker, kind, kind, count)
                    compare(o, broker, kind, kind, None, scratch)
                    compare(o, broker, kind, kind, limit, scratch)
                    broker.delete_topic(kind)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
