# SPDX-License-Identifier: Apache-2.0
"""Reads tables with programs that are not ours, each with a log reader and a Parquet reader of its own:
deltalake (delta-rs, queried by DataFusion) and DuckDB with its delta extension.

    rows("data/table", "SELECT id, p FROM t ORDER BY id")     # both must say the same; a list of dicts
"""

import datetime
from pathlib import Path

import deltalake
import duckdb
import duckdb_extension_delta
import pyarrow as pa

EXTENSION = next(Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))


def duckdb_over(table):
    """A DuckDB connection in which the view t is the table."""
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{EXTENSION}'")
    connection.execute("SET TimeZone='UTC'")
    connection.execute(f"CREATE VIEW t AS SELECT * FROM delta_scan('{table}')")
    return connection


def by_duckdb(table, sql):
    return duckdb_over(table).execute(sql).to_arrow_table()


def by_deltalake(table, sql):
    builder = deltalake.QueryBuilder().register("t", deltalake.DeltaTable(str(table)))
    return pa.RecordBatchReader.from_stream(builder.execute(sql)).read_all()


def rows(table, sql="SELECT * FROM t ORDER BY id"):
    """What both readers find; fails when they differ. Times are aware of UTC."""
    one, other = plain(by_deltalake(table, sql)), plain(by_duckdb(table, sql))
    assert one == other, f"deltalake and DuckDB differ:\n{one}\n{other}"
    return one


def plain(found):
    return [{name: in_utc(value) for name, value in row.items()} for row in found.to_pylist()]


def in_utc(value):
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.astimezone(datetime.UTC)
    return value
