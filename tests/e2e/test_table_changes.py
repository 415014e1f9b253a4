# SPDX-License-Identifier: Apache-2.0
"""Tables that somebody else made or changed, and tables that a job changes: what their properties ask of the
statistics, and fields that come later (mergeSchema)."""

import json

import pyarrow as pa
from confluent_kafka import Producer
from deltalake import DeltaTable
from readers import rows
from sluice_job import Job, sluice, versions


def send(broker, topic, values):
    broker.create_topic(topic, 1)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for value in values:
        producer.produce(topic, json.dumps(value), partition=0)
    assert producer.flush(30) == 0


def newest_stats(table):
    return [json.loads(action["add"]["stats"]) for action in versions(table)[-1] if "add" in action]


def shown(table, *options):
    answer = sluice("table", "show", table, *options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def table_with(path, columns, configuration):
    schema = pa.schema([pa.field(name, pa.int64()) for name in columns])
    DeltaTable.create(str(path), schema, configuration=configuration)


def test_the_tables_property_decides_which_columns_have_statistics(broker, tmp_path):
    columns = [f"c{i}" for i in range(40)]
    send(broker, "wide", [{name: i for i, name in enumerate(columns)}])
    wanted = {
        "default": ({}, columns[:32]),
        "all": ({"delta.dataSkippingNumIndexedCols": "-1"}, columns),
        "three": ({"delta.dataSkippingNumIndexedCols": "3"}, columns[:3]),
        "none": ({"delta.dataSkippingNumIndexedCols": "0"}, []),
        "named": ({"delta.dataSkippingStatsColumns": "c39,c0"}, ["c0", "c39"]),
    }
    # The order of the query is another than the table's: the table's counts.
    schema = ", ".join(f"{name} BIGINT" for name in reversed(columns))
    for name, (configuration, expected) in wanted.items():
        with Job(tmp_path / name, broker.bootstrap, "wide", schema=schema, sql="") as job:
            table_with(job.table, columns, configuration)
            assert job.run() == 0, job.log_tail()
            (stats,) = newest_stats(job.table)
            values = {column: int(column[1:]) for column in expected}
            assert stats.get("minValues", {}) == stats.get("maxValues", {}) == values, name
            assert stats.get("nullCount", {}) == dict.fromkeys(expected, 0), name
            assert stats["numRecords"] == 1


def test_nested_fields_come_into_the_table_with_their_first_rows(broker, tmp_path):
    narrow = "id INT, s STRUCT<a: STRUCT<x: INT>>, list ARRAY<STRUCT<x: INT>>"
    wide = "id INT, s STRUCT<b: STRING, a: STRUCT<y: INT, x: INT>>, list ARRAY<STRUCT<y: INT, x: INT>>"
    new = {"id": 2, "s": {"a": {"x": 3, "y": 4}, "b": "t"}, "list": [{"x": 5, "y": 6}, {"x": 7}]}
    send(broker, "old-shape", [{"id": 1, "s": {"a": {"x": 1}}, "list": [{"x": 2}]}])
    send(broker, "new-shape", [new])
    table = tmp_path / "table"
    with Job(tmp_path / "old", broker.bootstrap, "old-shape", schema=narrow, sql="", table=table) as job:
        assert job.run() == 0, job.log_tail()
    with Job(tmp_path / "refused", broker.bootstrap, "new-shape", schema=wide, sql="", table=table) as job:
        assert job.run() == 2
        for name in ("`s.b` (STRING)", "`s.a.y` (INT)", "`list.element.y` (INT)"):
            assert name in job.log_text(), job.log_tail()
    sink = "mergeSchema: true"
    with Job(tmp_path / "new", broker.bootstrap, "new-shape", schema=wide, sql="", sink=sink, table=table) as job:
        assert job.run() == 0, job.log_tail()

    # One version with the columns and their data; what is new stands last in its struct.
    kinds = [next(iter(action)) for action in versions(table)[-1]]
    assert kinds == ["commitInfo", "metaData", "txn", "add"]
    fields = json.loads(DeltaTable(str(table)).schema().to_json())["fields"]
    assert [field["name"] for field in fields[1]["type"]["fields"]] == ["a", "b"]
    assert newest_stats(table)[0]["minValues"]["s"] == {"a": {"x": 3, "y": 4}, "b": "t"}
    first = {"id": 1, "s": {"a": {"x": 1, "y": None}, "b": None}, "list": [{"x": 2, "y": None}]}
    second = {"id": 2, "s": {"a": {"x": 3, "y": 4}, "b": "t"}, "list": [{"x": 5, "y": 6}, {"x": 7, "y": None}]}
    assert rows(table) == [first, second]
    assert [json.loads(line) for line in shown(table, "--json").splitlines()] in ([first, second], [second, first])
    assert "STRUCT<a: STRUCT<x: INT, y: " in shown(table)


def test_show_reads_a_table_that_cannot_be_written(broker, tmp_path):
    table_with(tmp_path / "table", ["id"], {})
    DeltaTable(str(tmp_path / "table")).alter.add_constraint({"positive": "id > 0"})
    log = tmp_path / "table" / "_delta_log"
    before = sorted((path.name, path.stat().st_mtime_ns) for path in log.iterdir())
    assert "at version 1: no rows" in shown(tmp_path / "table")
    assert sorted((path.name, path.stat().st_mtime_ns) for path in log.iterdir()) == before


def test_a_partition_value_that_no_log_can_keep_stops_the_query_until_it_is_filtered(broker, tmp_path):
    send(broker, "lines", [{"id": 1, "line": "a"}, {"id": 2, "line": "b\0c"}])
    settings = {"schema": "id INT, line STRING", "sink": "partitionBy: [line]"}
    with Job(tmp_path / "job", broker.bootstrap, "lines", sql="", **settings) as job:
        assert job.run() == 1, job.log_tail()
        assert "PARTITION_VALUE" in job.log_text() and "partition column 'line' holds a NUL" in job.log_text()
        assert [action for version in versions(job.table) for action in version if "add" in action] == []
    # As the message says: the batch runs once more, without such rows.
    sql = r"SELECT id, line FROM input WHERE NOT regexp_matches(line, '\x00')"
    with Job(tmp_path / "job", broker.bootstrap, "lines", sql=sql, **settings) as job:
        assert job.run() == 0, job.log_tail()
        assert rows(job.table) == [{"id": 1, "line": "a"}]
