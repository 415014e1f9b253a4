# SPDX-License-Identifier: Apache-2.0
"""The benchmark's jobs: W1 (whole feeds, exploded) and W2 (one vehicle a message), as Sluice's configuration."""

import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "integration")]

PARTITIONS = 4

W2_SCHEMA = """entity_id STRING, trip_id STRING, route_id STRING, direction_id INT, start_date STRING, vehicle_id STRING,
  latitude DOUBLE, longitude DOUBLE, bearing DOUBLE, speed DOUBLE, current_stop_sequence INT, stop_id STRING,
  current_status STRING, timestamp BIGINT"""

W2_SQL = """SELECT entity_id, trip_id, route_id, direction_id, start_date, vehicle_id, latitude, longitude, bearing,
  speed, current_stop_sequence, stop_id, current_status, timestamp, speed * 3.6 AS speed_kmh,
  route_id || '/' || direction_id AS line FROM input WHERE latitude BETWEEN 40 AND 45"""

W1_SCHEMA = """header STRUCT<gtfs_realtime_version: STRING, incrementality: STRING, timestamp: STRING>,
  entity ARRAY<STRUCT<id: STRING, vehicle: STRUCT<
    trip: STRUCT<trip_id: STRING, start_time: STRING, start_date: STRING, schedule_relationship: STRING, route_id: STRING, direction_id: INT>,
    position: STRUCT<latitude: DOUBLE, longitude: DOUBLE, bearing: DOUBLE, speed: DOUBLE>, current_stop_sequence: INT,
    current_status: STRING, timestamp: STRING, stop_id: STRING, vehicle: STRUCT<id: STRING, label: STRING>>>>"""

W1_SQL = """SELECT entity.id AS entity_id, entity.vehicle.trip.trip_id, entity.vehicle.trip.route_id,
  entity.vehicle.trip.direction_id, entity.vehicle.trip.start_date, entity.vehicle.trip.schedule_relationship,
  entity.vehicle.vehicle.id AS vehicle_id, entity.vehicle.vehicle.label AS vehicle_label,
  entity.vehicle.position.latitude, entity.vehicle.position.longitude, entity.vehicle.position.bearing,
  entity.vehicle.position.speed, entity.vehicle.current_stop_sequence, entity.vehicle.stop_id,
  entity.vehicle.current_status, CAST(entity.vehicle.timestamp AS BIGINT) AS timestamp
  FROM input"""

# The same job as the PySpark baseline's: its 16 columns, Kafka's timestamp and the processing time.
W2_SPARK_SCHEMA = """entity_id STRING, trip_id STRING, route_id STRING, direction_id INT, start_date STRING,
  schedule_relationship STRING, vehicle_id STRING, vehicle_label STRING, latitude DOUBLE, longitude DOUBLE, bearing DOUBLE,
  speed DOUBLE, current_stop_sequence INT, stop_id STRING, current_status STRING, timestamp BIGINT"""
W2_SPARK_SQL = """SELECT entity_id, trip_id, route_id, direction_id, start_date, schedule_relationship, vehicle_id,
  vehicle_label, latitude, longitude, bearing, speed, current_stop_sequence, stop_id, current_status, timestamp,
  kafka_timestamp, processing_timestamp FROM input"""
W1_SPARK_SQL = W1_SQL.replace("\n  FROM input", ", kafka_timestamp, processing_timestamp\n  FROM input")

WORKLOADS = {
    "w2": {"schema": W2_SCHEMA, "sql": ""},
    "w2_sql": {"schema": W2_SCHEMA, "sql": W2_SQL},
    "w1": {"schema": W1_SCHEMA, "sql": W1_SQL, "explode": "entity"},
    "w2_spark": {"schema": W2_SPARK_SCHEMA, "sql": W2_SPARK_SQL},
    "w1_spark": {"schema": W1_SCHEMA, "sql": W1_SPARK_SQL, "explode": "entity"},
}


def write_config(directory, workload, bootstrap, topic, *, trigger="availableNow: true", max_offsets=None):
    """A configuration of that workload in `directory`; table and checkpoint beside it."""
    w = WORKLOADS[workload]
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    lines = [
        "query:",
        f"  name: {workload}",
        f"  trigger: {{{trigger}}}",
        "source:",
        f"  kafka.bootstrap.servers: {bootstrap}",
        f"  subscribe: {topic}",
        "  startingOffsets: earliest",
    ]
    if max_offsets:
        lines.append(f"  maxOffsetsPerTrigger: {max_offsets}")
    lines += ["decode:", "  schema: >", *("    " + line.strip() for line in w["schema"].splitlines())]
    if "explode" in w:
        lines.append(f"  explode: {w['explode']}")
    if w["sql"]:
        lines += ["sql: |", *("  " + line.strip() for line in w["sql"].splitlines())]
    lines += [
        "sink:",
        f"  path: {directory}/table",
        f"  checkpointLocation: {directory}/checkpoint",
        "monitor:",
        "  enabled: false",
        "",
    ]
    path = directory / "config.yaml"
    path.write_text("\n".join(lines))
    return path


def run_sluice(binary, directory, config, under=()):
    """Runs a job to its end; wall and CPU seconds, peak RSS, rows, commits, seconds to the first commit, by stage.
    `under`: the words of a program that starts it, such as a profiler."""
    table = pathlib.Path(directory) / "table"
    log = open(pathlib.Path(directory) / "log.jsonl", "wb")
    begin = time.time()
    process = subprocess.Popen([*under, binary, "run", str(config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.time() - begin
    log.close()
    if status != 0:
        raise SystemExit(f"sluice ended with {status}:\n" + open(log.name).read()[-3000:])
    commits = sorted((table / "_delta_log").glob("*.json"))
    rows = size = files = 0
    for commit in commits:
        for line in commit.read_text().splitlines():
            add = json.loads(line).get("add")
            if add:
                rows += json.loads(add["stats"])["numRecords"]
                size += add["size"]
                files += 1
    with_rows = [c for c in commits if '"add"' in c.read_text()]
    stages = {}
    for line in open(log.name, errors="replace"):
        if line.startswith("{") and '"cpu_seconds"' in line:
            for stage, seconds in json.loads(line)["cpu_seconds"].items():
                stages[stage] = stages.get(stage, 0.0) + seconds
    return {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_rss_mb": usage.ru_maxrss / 1024,
        "rows": rows,
        "table_mb": size / 1e6,
        "files": files,
        "commits": len(with_rows),
        "first_commit_s": with_rows[0].stat().st_mtime - begin if with_rows else None,
        "stages": stages,
    }
