# SPDX-License-Identifier: Apache-2.0
"""Tables whose log is made by src/delta, read and written by deltalake and DuckDB.

The program delta_fixture (src/delta/testing/delta_fixture_main.cc) commits data files that are written
here with pyarrow, so that this judges the log and nothing else.
"""

import datetime
import json
import os
import subprocess
import urllib.parse
from pathlib import Path

import duckdb
import duckdb_extension_delta
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

QUERY = "6d2c0a3e-0000-4000-8000-000000000001"
ODD_VALUES = ["plain", "x/y=z %", 'q"uote', "ünï", "a b", "100%25", None]


def field(name, kind):
    return {"name": name, "type": kind, "nullable": True, "metadata": {}}


def schema(*fields):
    return {"type": "struct", "fields": list(fields)}


ROWS = schema(field("id", "long"), field("name", "string"), field("at", "timestamp"))
PARTITIONED = schema(*ROWS["fields"], field("p", "string"), field("day", "date"))


class Writer:
    """One table; ids run on from file to file, so that every row is known."""

    def __init__(self, path):
        self.path = path
        self.next_id = 0

    def run(self, **command):
        answer = subprocess.run(
            [os.environ["SLUICE_DELTA_FIXTURE"]],
            input=json.dumps({"path": str(self.path), **command}),
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return json.loads(answer.stdout)

    def data_file(self, rows=3, directory="", partition_values=None, extra=None):
        ids = list(range(self.next_id, self.next_id + rows))
        self.next_id += rows
        times = [datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=i) for i in ids]
        columns = {
            "id": pa.array(ids, pa.int64()),
            "name": pa.array([f"n{i:06}" for i in ids]),
            "at": pa.array(times, pa.timestamp("us", "UTC")),
            **(extra(ids) if extra else {}),
        }
        name = f"{directory}part-{ids[0]:06}.parquet"
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), target)
        stats = {
            "numRecords": rows,
            "minValues": {"id": ids[0], "name": f"n{ids[0]:06}", "at": times[0].strftime("%Y-%m-%dT%H:%M:%S.000Z")},
            "maxValues": {"id": ids[-1], "name": f"n{ids[-1]:06}", "at": times[-1].strftime("%Y-%m-%dT%H:%M:%S.000Z")},
            "nullCount": {"id": 0, "name": 0, "at": 0},
        }
        return {
            "path": name,
            "size": target.stat().st_size,
            "stats": stats,
            "partition_values": partition_values or {},
        }

    def batch(self, number, files, **more):
        return {"app_id": QUERY, "batch": number, "rows": sum(f["stats"]["numRecords"] for f in files)} | {
            "files": files,
            **more,
        }

    def batches(self, start, count):
        return [self.batch(number, [self.data_file()]) for number in range(start, start + count)]


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path / "table")


def read_by_duckdb(path, sql):
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as connection:
        extension = next(Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))
        connection.execute(f"LOAD '{extension}'")
        return connection.execute(sql.replace("$table", f"delta_scan('{path}')")).fetchall()


def ids_by_deltalake(path, **options):
    return sorted(DeltaTable(path, **options).to_pyarrow_table(columns=["id"])["id"].to_pylist())


def ids_by_duckdb(path):
    return [row[0] for row in read_by_duckdb(path, "SELECT id FROM $table ORDER BY id")]


def assert_rows(writer):
    expected = list(range(writer.next_id))
    assert ids_by_deltalake(writer.path) == expected
    assert ids_by_duckdb(writer.path) == expected


def create(writer, kind=ROWS, batches=(), **create):
    writer.path.mkdir(exist_ok=True)
    # Data files come before the table here, so the log must be made first.
    writer.run(create={"schema": kind, **create})
    return writer.run(batches=[make() for make in batches]) if batches else None


def test_rows_transactions_and_history(writer):
    create(writer)
    answer = writer.run(batches=writer.batches(0, 5) + [writer.batch(5, [])])
    assert [o["version"] for o in answer["outcomes"]] == [1, 2, 3, 4, 5, 6]
    assert_rows(writer)
    table = DeltaTable(writer.path)
    assert table.version() == 6
    assert table.transaction_version(QUERY) == 5
    assert (table.protocol().min_reader_version, table.protocol().min_writer_version) == (1, 2)
    newest = table.history(1)[0]
    assert newest["operation"] == "STREAMING UPDATE"
    assert newest["operationParameters"] == {"outputMode": "Append", "queryId": QUERY, "epochId": "5"}
    assert newest["readVersion"] == 5
    assert newest["isBlindAppend"] is True
    assert ids_by_deltalake(writer.path, version=2) == [0, 1, 2, 3, 4, 5]


def test_statistics_skip_files(writer):
    create(writer)
    writer.run(batches=writer.batches(0, 7))
    actions = DeltaTable(writer.path).get_add_actions(flatten=True)
    assert sorted(pa.table(actions)["min.id"].to_pylist()) == [0, 3, 6, 9, 12, 15, 18]
    assert sorted(pa.table(actions)["max.id"].to_pylist()) == [2, 5, 8, 11, 14, 17, 20]
    plan = read_by_duckdb(writer.path, "EXPLAIN ANALYZE SELECT * FROM $table WHERE id = 10")[0][1]
    assert "1/7" in plan, plan


def test_partition_values_of_every_kind(writer):
    create(writer, PARTITIONED, partition_by=["p", "day"])
    files = []
    for i, value in enumerate(ODD_VALUES):
        day = f"2026-01-{i + 1:02}"
        text = "__HIVE_DEFAULT_PARTITION__" if value is None else urllib.parse.quote(value, safe=" -_.ünï")
        files.append(writer.data_file(directory=f"p={text}/day={day}/", partition_values={"p": value, "day": day}))
    writer.run(batches=[writer.batch(0, files)])
    assert_rows(writer)
    expected = sorted((str(v), datetime.date(2026, 1, i + 1), 3) for i, v in enumerate(ODD_VALUES))
    found = read_by_duckdb(writer.path, "SELECT coalesce(p, 'None'), day, count(*) FROM $table GROUP BY ALL")
    assert sorted(found) == expected
    rows = DeltaTable(writer.path).to_pyarrow_table()
    assert sorted({(str(p), d) for p, d in zip(rows["p"].to_pylist(), rows["day"].to_pylist())}) == [
        (p, d) for p, d, _ in expected
    ]
    assert DeltaTable(writer.path).to_pyarrow_table(partitions=[("p", "=", "x/y=z %")]).num_rows == 3


def test_checkpoints_and_checksums(writer):
    create(writer)
    writer.run(batches=writer.batches(0, 25))
    log = writer.path / "_delta_log"
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 20
    assert (log / f"{20:020}.crc").exists()
    # What the checkpoint replaces is not needed any more.
    for version in range(20):
        (log / f"{version:020}.json").unlink()
    assert_rows(writer)
    assert DeltaTable(writer.path).transaction_version(QUERY) == 24
    assert writer.run(batches=writer.batches(25, 1))["version"] == 26
    assert_rows(writer)


def test_a_column_added_with_its_first_data(writer):
    create(writer)
    writer.run(batches=writer.batches(0, 2))
    speed = field("speed", "double")
    with_speed = writer.data_file(extra=lambda ids: {"speed": pa.array([i / 2 for i in ids], pa.float64())})
    writer.run(batches=[writer.batch(2, [with_speed], new_columns=[speed])])
    assert_rows(writer)
    rows = read_by_duckdb(writer.path, "SELECT id, speed FROM $table ORDER BY id")
    assert [speed for _, speed in rows] == [None] * 6 + [3.0, 3.5, 4.0]
    assert DeltaTable(writer.path).to_pyarrow_table().column_names == ["id", "name", "at", "speed"]


def test_timestamp_ntz_has_the_protocol_that_readers_ask_for(writer):
    create(writer, schema(*ROWS["fields"], field("local", "timestamp_ntz")))
    noon = datetime.datetime(2026, 1, 1, 12)
    local = writer.data_file(extra=lambda ids: {"local": pa.array([noon for _ in ids], pa.timestamp("us"))})
    writer.run(batches=[writer.batch(0, [local])])
    assert_rows(writer)
    assert read_by_duckdb(writer.path, "SELECT DISTINCT local FROM $table") == [(noon,)]
    assert DeltaTable(writer.path).protocol().reader_features == ["timestampNtz"]


def foreign_rows(writer, rows=3):
    ids = list(range(writer.next_id, writer.next_id + rows))
    writer.next_id += rows
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "name": pa.array([f"n{i}" for i in ids]),
            "at": pa.array([datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)] * rows, pa.timestamp("us", "UTC")),
        }
    )


def test_another_writer_in_between(writer):
    create(writer)
    for round_ in range(4):
        writer.run(batches=writer.batches(round_ * 4, 4))
        write_deltalake(writer.path, foreign_rows(writer), mode="append")
    assert_rows(writer)
    table = DeltaTable(writer.path)
    assert table.version() == 20
    assert table.transaction_version(QUERY) == 15


def test_a_checkpoint_and_a_rewrite_by_another_writer(writer):
    create(writer)
    writer.run(batches=writer.batches(0, 4))
    table = DeltaTable(writer.path)
    table.optimize.compact()
    table.create_checkpoint()
    table.delete("id = 0")
    answer = writer.run(batches=writer.batches(4, 3))
    assert answer["last_batch"] == {QUERY: 6}
    expected = list(range(1, writer.next_id))
    assert ids_by_deltalake(writer.path) == expected
    assert ids_by_duckdb(writer.path) == expected


def test_a_table_of_another_writer(writer):
    write_deltalake(writer.path, foreign_rows(writer))
    answer = writer.run(batches=writer.batches(0, 12))
    assert answer["last_batch"] == {QUERY: 11}
    assert answer["warnings"] == []
    assert_rows(writer)
