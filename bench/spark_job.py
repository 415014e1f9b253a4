# SPDX-License-Identifier: Apache-2.0
"""The benchmark's job as PySpark runs it: Kafka topic -> from_json -> Delta append, availableNow.

  DIR/venv34/bin/python bench/spark_job.py --jars DIR/j34 --bootstrap HOST:PORT --topic TOPIC --workload w1|w2 --out DIR
      [--max-offsets N] [--conf key=value ...]

Prints `RESULT {json}`: query_cpu_s and query_wall_s of the query alone (the start of the session left out), rows_out,
rows_per_s, first_commit_s from the launch of this program, first_commit_cpu_s, jvm_hwm_mb. DIR is made by
scripts/spark_baseline. Schemas and columns are those of workloads.py.
"""

import argparse
import glob
import json
import os
import pathlib
import re
import time

BEGIN = time.time()

import pyspark  # noqa: E402  (the clock starts before the import)
import workloads  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def extra_jars(directory):
    """The connector jars that PySpark does not ship itself."""

    def stem(path):
        return re.sub(r"-\d.*", "", os.path.basename(path))

    shipped = {stem(p) for p in glob.glob(os.path.join(os.path.dirname(pyspark.__file__), "jars", "*.jar"))}
    return ",".join(sorted(p for p in glob.glob(f"{directory}/*.jar") if stem(p) not in shipped))


def session(jars, confs):
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("baseline")
        .config("spark.jars", extra_jars(jars))
        .config("spark.driver.memory", "2g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    )
    for conf in confs:
        builder = builder.config(*conf.split("=", 1))
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def columns(spark, o):
    reader = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", o.bootstrap)
        .option("subscribe", o.topic)
        .option("startingOffsets", "earliest")
    )
    if o.max_offsets:
        reader = reader.option("maxOffsetsPerTrigger", o.max_offsets)
    records = reader.load().selectExpr("CAST(value AS STRING) AS json", "timestamp AS kafka_timestamp")
    if o.workload == "w2":
        parsed = records.select(F.from_json("json", workloads.W2_SPARK_SCHEMA).alias("e"), "kafka_timestamp")
        rows = parsed.select("e.*", "kafka_timestamp")
    else:
        parsed = records.select(F.from_json("json", workloads.W1_SCHEMA).alias("f"), "kafka_timestamp")
        exploded = parsed.select(F.explode("f.entity").alias("entity"), "kafka_timestamp")
        picked = workloads.W1_SQL.strip().removeprefix("SELECT").rsplit("FROM", 1)[0]
        rows = exploded.selectExpr(*[c.strip() for c in picked.split(",")], "kafka_timestamp")
    return rows.withColumn("processing_timestamp", F.current_timestamp())


def committed(table):
    """Rows in the table's log."""
    adds = [json.loads(line).get("add") for f in table.glob("_delta_log/*.json") for line in open(f)]
    return sum(json.loads(add["stats"])["numRecords"] for add in adds if add)


def run(spark, o):
    jvm = spark._jvm.java.lang.ProcessHandle.current().pid()
    table = o.out / "table"
    writer = columns(spark, o).writeStream.format("delta").outputMode("append")
    writer = writer.option("checkpointLocation", str(o.out / "ckpt")).trigger(availableNow=True)
    begin, cpu_before = time.time(), cpu_seconds(jvm)
    query = writer.start(str(table))
    first = None
    while query.isActive:
        if first is None and (table / "_delta_log" / f"{0:020}.json").exists():
            first = time.time() - BEGIN, cpu_seconds(jvm)
        time.sleep(0.05)
    if query.exception():
        raise SystemExit(str(query.exception()))
    wall, cpu = time.time() - begin, cpu_seconds(jvm) - cpu_before
    first = first or (time.time() - BEGIN, cpu_seconds(jvm))
    rows = committed(table)
    peak_kb = re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{jvm}/status").read()).group(1)
    return {
        "query_cpu_s": cpu,
        "query_wall_s": wall,
        "rows_out": rows,
        "rows_per_s": rows / wall,
        "first_commit_s": first[0],
        "first_commit_cpu_s": first[1],
        "jvm_hwm_mb": int(peak_kb) / 1024,
    }


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--jars", required=True)
    a.add_argument("--bootstrap", required=True)
    a.add_argument("--topic", required=True)
    a.add_argument("--workload", choices=["w1", "w2"], required=True)
    a.add_argument("--out", type=pathlib.Path, required=True)
    a.add_argument("--max-offsets", type=int)
    a.add_argument("--conf", action="append", default=[])
    o = a.parse_args()
    spark = session(o.jars, o.conf)
    print("RESULT " + json.dumps(run(spark, o)), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
