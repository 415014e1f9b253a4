# SPDX-License-Identifier: Apache-2.0
"""Spark's half of test_spark_reads_and_goes_on.py, run by PySpark's own Python: JSON commands on standard input, one a
line, each answered by one line that begins with ANSWER.

  DIR/venv34/bin/python spark_side.py DIR/j34
"""

import datetime
import decimal
import glob
import json
import os
import re
import sys
import time
import traceback

import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def missing_jars(directory):
    """Those that PySpark does not ship itself."""

    def stem(path):
        return re.sub(r"-\d.*", "", os.path.basename(path))

    shipped = {stem(p) for p in glob.glob(os.path.join(os.path.dirname(pyspark.__file__), "jars", "*.jar"))}
    return ",".join(sorted(p for p in glob.glob(f"{directory}/*.jar") if stem(p) not in shipped))


def start(jars):
    settings = {
        "spark.jars": missing_jars(jars),
        "spark.driver.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    builder = SparkSession.builder.master("local[2]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def plain(value):
    """What the other side makes of its values too (text_of in the test)."""
    if isinstance(value, pyspark.sql.Row):
        return {name: plain(item) for name, item in value.asDict().items()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    return str(value) if isinstance(value, decimal.Decimal) else value


def read(spark, table, sql, vectorized=True):
    spark.conf.set("spark.sql.parquet.enableVectorizedReader", str(vectorized).lower())
    spark.conf.set("spark.sql.parquet.enableNestedColumnVectorizedReader", str(vectorized).lower())
    spark.read.format("delta").load(table).createOrReplaceTempView("t")
    return [plain(row) for row in spark.sql(sql).collect()]


def run(spark, statements):
    """SQL statements, one after another; the rows of the last."""
    for statement in statements:
        found = spark.sql(statement)
    return [plain(row) for row in found.collect()]


def stream(spark, job, sleep_at=None, batch=None):
    """Runs the job to the end of its topic, or until the message with id `sleep_at` holds up `batch`, which is then left
    open: offsets/N is there, the table has no batch N."""
    reader = spark.readStream.format("kafka").option("kafka.bootstrap.servers", job["bootstrap"])
    reader = reader.option("subscribe", job["topic"]).option("startingOffsets", "earliest")
    records = reader.option("maxOffsetsPerTrigger", job["limit"]).load()
    parsed = records.withColumn("j", F.from_json(F.col("value").cast("string"), job["schema"]))
    table_rows = parsed.selectExpr("j.*", *job["kafka_columns"])
    if sleep_at is not None:
        pause = f"CAST(IF(id = {sleep_at}, 600000, 0) AS BIGINT)"
        table_rows = table_rows.where(f"reflect('java.lang.Thread', 'sleep', {pause}) = 'null'")
    writer = table_rows.writeStream.format("delta").option("checkpointLocation", job["checkpoint"])
    query = writer.trigger(availableNow=True).start(job["table"])
    try:
        if sleep_at is None:
            query.awaitTermination()
        else:
            wait_for_sleep(query, job["checkpoint"], batch)
    finally:
        query.stop()
    progress = [json.loads(each.json()) for each in query._jsq.recentProgress()]
    return [(each["batchId"], each["numInputRows"]) for each in progress]


def wait_for_sleep(query, checkpoint, batch):
    """Until that batch is begun and its tasks have had the time to come to the message."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and query.isActive:
        if os.path.exists(f"{checkpoint}/offsets/{batch}"):
            time.sleep(2)
            assert not os.path.exists(f"{checkpoint}/commits/{batch}")
            return
        time.sleep(0.05)
    raise RuntimeError(f"batch {batch} was not begun: {query.exception()}")


def main():
    spark = start(sys.argv[1])
    commands = {"read": read, "run": run, "stream": stream}
    print("ANSWER " + json.dumps({"ok": pyspark.__version__}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = {"ok": commands[order.pop("do")](spark, **order)}
        except Exception:
            answer = {"error": traceback.format_exc()[-4000:]}
        print("ANSWER " + json.dumps(answer), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
