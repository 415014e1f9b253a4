# SPDX-License-Identifier: Apache-2.0
"""Data files of src/parquet read by readers that we did not write: pyarrow, DuckDB, deltalake.

The tables are those of the program parquet_fixture (src/parquet/testing/parquet_fixture_main.cc); the
Delta log around them is written here, as PROTOCOL.md has it, so that nothing of ours judges itself.
"""

import base64
import datetime
import decimal
import json
import math
import os
import subprocess
import urllib.parse
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pyarrow.json
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

TYPES = [f"types_{encoding}_{codec}" for encoding in ("compact", "compatible") for codec in ("zstd", "snappy", "none")]

INNER = {
    "type": "struct",
    "fields": [
        {"name": "n", "type": "integer", "nullable": True, "metadata": {}},
        {"name": "s", "type": "string", "nullable": True, "metadata": {}},
    ],
}


def array_of(element):
    return {"type": "array", "elementType": element, "containsNull": True}


def map_of(key, value):
    return {"type": "map", "keyType": key, "valueType": value, "valueContainsNull": True}


def struct_of(**fields):
    return {"type": "struct", "fields": [field(name, kind) for name, kind in fields.items()]}


def field(name, kind):
    return {"name": name, "type": kind, "nullable": True, "metadata": {}}


EVERY_TYPE = {
    "bo": "boolean", "by": "byte", "sh": "short", "i": "integer", "l": "long", "f": "float", "d": "double",
    "d9": "decimal(9,2)", "d18": "decimal(18,6)", "d38": "decimal(38,10)", "s": "string", "bi": "binary",
    "da": "date", "ts": "timestamp", "nt": "timestamp_ntz", "st": struct_of(x="long", **{"in": INNER}),
    "ar": array_of("string"), "as": array_of(INNER), "ma": map_of("string", "long"),
    "mm": map_of("integer", array_of(INNER)),
}  # fmt: skip

PARTITION_TYPES = {
    "id": "long", "bo": "boolean", "by": "byte", "sh": "short", "i": "integer", "l": "long", "f": "float",
    "d": "double", "de": "decimal(10,2)", "da": "date", "ts": "timestamp",
}  # fmt: skip


@pytest.fixture(scope="module")
def fixture(tmp_path_factory):
    directory = tmp_path_factory.mktemp("parquet")
    subprocess.run([os.environ["SLUICE_PARQUET_FIXTURE"], str(directory)], check=True)
    return directory


def rows_of(directory, name):
    """The rows as they were given to the writer; decimals exact, text of dates and times as it stands."""
    lines = (directory / f"{name}.rows").read_text().splitlines()
    return [json.loads(line, parse_float=decimal.Decimal, object_pairs_hook=pairs) for line in lines]


def pairs(items):
    """Objects as dicts, and as lists of pairs where a key comes twice (a MAP may)."""
    return dict(items) if len(dict(items)) == len(items) else items


def files_of(directory, name):
    return json.loads((directory / f"{name}.json").read_text())


def plain(value):
    """A value of a reader in the form of rows_of()."""
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0")
        return text + "Z" if value.tzinfo else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def same(given, read):
    if isinstance(given, dict) and isinstance(read, list):  # a MAP, which pyarrow gives as pairs
        given = list(given.items())
    if isinstance(given, (list, tuple)) and isinstance(read, (list, tuple)):
        return len(given) == len(read) and all(same(a, b) for a, b in zip(given, read))
    if isinstance(given, dict):
        return isinstance(read, dict) and given.keys() == read.keys() and all(same(given[k], read[k]) for k in given)
    if isinstance(given, decimal.Decimal) and isinstance(read, float):
        return math.isclose(float(given), read, rel_tol=1e-6)  # FLOAT is printed by its shortest text
    if isinstance(given, str) and isinstance(read, int):  # keys of a JSON object are texts
        return int(given) == read
    return given == read


def assert_same_rows(given, read):
    assert len(given) == len(read)
    for expected, actual in zip(given, read):
        actual = {name: plain(value) for name, value in actual.items()}
        assert same(expected, actual), f"\ngiven {expected}\nread  {actual}"


def delta_log(directory, name, columns, partition_columns=()):
    """Makes the directory a Delta table of version 0."""
    features = {"readerFeatures": ["timestampNtz"], "writerFeatures": ["timestampNtz"]}
    ntz = "timestamp_ntz" in columns.values()
    protocol = (
        {"minReaderVersion": 3, "minWriterVersion": 7, **features}
        if ntz
        else {"minReaderVersion": 1, "minWriterVersion": 2}
    )
    schema = {"type": "struct", "fields": [field(column, kind) for column, kind in columns.items()]}
    metadata = {
        "id": "7a6c2a0e-0000-4000-8000-000000000001", "format": {"provider": "parquet", "options": {}},
        "schemaString": json.dumps(schema), "partitionColumns": list(partition_columns), "configuration": {},
        "createdTime": 0,
    }  # fmt: skip
    actions = [{"protocol": protocol}, {"metaData": metadata}]
    for file in files_of(directory, name):
        actions.append({"add": {**file, "path": urllib.parse.quote(file["path"], safe="/="), "dataChange": True}})
    log = directory / name / "_delta_log"
    log.mkdir(exist_ok=True)
    # Characters as they are, as Spark and the bridge write them: arrow-json misreads \udbff\udfff, the
    # escape of Delta's tie-breaker U+10FFFF, as U+FFFFF.
    (log / f"{0:020}.json").write_text("".join(json.dumps(action, ensure_ascii=False) + "\n" for action in actions))
    return str(directory / name)


def duck():
    """DuckDB with its Delta reader, out of the wheel: nothing is downloaded."""
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute("SET TimeZone = 'UTC'")
    import duckdb_extension_delta

    extension = next(Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension"))
    connection.execute(f"LOAD '{extension}'")
    return connection


@pytest.mark.parametrize("name", TYPES)
def test_every_type_read_by_pyarrow(fixture, name):
    read = [row for file in files_of(fixture, name) for row in pq.read_table(fixture / name / file["path"]).to_pylist()]
    assert_same_rows(rows_of(fixture, name), read)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_read_by_duckdb(fixture, name):
    path = fixture / name / files_of(fixture, name)[0]["path"]
    plain_columns = [
        column for column, kind in EVERY_TYPE.items() if not (isinstance(kind, dict) and kind["type"] == "map")
    ]
    quoted = ", ".join(f'"{column}"' for column in plain_columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        table = connection.execute(f"SELECT {quoted} FROM read_parquet('{path}')").to_arrow_table()
        entries = connection.execute(
            f"SELECT map_keys(ma), map_values(ma), map_keys(mm), cardinality(mm) FROM read_parquet('{path}')"
        ).fetchall()
    given = rows_of(fixture, name)
    assert_same_rows([{column: row[column] for column in plain_columns} for row in given], table.to_pylist())
    for row, (ma_keys, ma_values, mm_keys, mm_size) in zip(given, entries):
        ma, mm = (list(m.items()) if isinstance(m, dict) else m for m in (row["ma"], row["mm"]))
        assert ma is None or ([k for k, _ in ma] == ma_keys and [v for _, v in ma] == ma_values)
        assert mm is None or ([int(k) for k, _ in mm] == mm_keys and len(mm) == mm_size)


@pytest.mark.parametrize("name", ["types_compact_zstd", "types_compatible_snappy"])
def test_every_type_read_by_deltalake(fixture, name):
    table = DeltaTable(delta_log(fixture, name, EVERY_TYPE)).to_pyarrow_table()
    assert_same_rows(rows_of(fixture, name), table.select(list(EVERY_TYPE)).to_pylist())


def test_encodings_are_those_that_all_readers_know(fixture):
    """Spark 3.4 cannot read BYTE_STREAM_SPLIT and misreads DELTA_LENGTH_BYTE_ARRAY."""
    known = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY", "BIT_PACKED"}
    for name in [*TYPES, "positions"]:
        for file in files_of(fixture, name):
            footer = pq.read_metadata(fixture / name / file["path"])
            used = {
                e
                for g in range(footer.num_row_groups)
                for c in range(footer.num_columns)
                for e in footer.row_group(g).column(c).encodings
            }
            assert used <= known | ({"DELTA_BINARY_PACKED"} if "compatible" not in name else set())


def test_footer(fixture):
    name = "types_compact_zstd"
    footer = pq.read_metadata(fixture / name / files_of(fixture, name)[0]["path"])
    assert footer.metadata == {b"org.apache.spark.version": b"3.5.0"}
    assert footer.created_by.startswith("sluice version ")
    columns = {footer.schema.column(i).path: footer.schema.column(i) for i in range(len(footer.schema))}
    assert columns["ts"].physical_type == columns["nt"].physical_type == "INT64"
    assert "isAdjustedToUTC=true, timeUnit=microseconds" in str(columns["ts"].logical_type)
    assert "isAdjustedToUTC=false, timeUnit=microseconds" in str(columns["nt"].logical_type)
    decimals = [columns[column].physical_type for column in ("d9", "d18", "d38")]
    assert decimals == ["INT32", "INT64", "FIXED_LEN_BYTE_ARRAY"]
    assert "as.list.element.n" in columns and "mm.key_value.value.list.element.s" in columns


def by_id(rows):
    return sorted(rows, key=lambda row: row["id"])


@pytest.mark.parametrize("reader", ["deltalake", "duckdb"])
def test_partition_texts(fixture, reader):
    path = delta_log(fixture, "partition_texts", {"id": "long", "p": "string"}, ["p"])
    if reader == "deltalake":
        read = DeltaTable(path).to_pyarrow_table().to_pylist()
    else:
        with duck() as connection:
            read = connection.execute(f"SELECT id, p FROM delta_scan('{path}')").to_arrow_table().to_pylist()
    given = [{**row, "p": row["p"] or None} for row in rows_of(fixture, "partition_texts")]
    assert by_id(read) == by_id(given)


@pytest.mark.parametrize("reader", ["deltalake", "duckdb"])
def test_partition_types(fixture, reader):
    path = delta_log(fixture, "partition_types", PARTITION_TYPES, [c for c in PARTITION_TYPES if c != "id"])
    if reader == "deltalake":
        table = DeltaTable(path).to_pyarrow_table()
    else:
        with duck() as connection:
            table = connection.execute(f"SELECT * FROM delta_scan('{path}')").to_arrow_table()
    read = by_id(table.select(list(PARTITION_TYPES)).to_pylist())
    assert_same_rows(by_id(rows_of(fixture, "partition_types")), read)


def test_many_rows(fixture):
    """Three row groups; in the last one texts went to Arrow as dictionaries."""
    path = fixture / "positions" / files_of(fixture, "positions")[0]["path"]
    assert pq.read_metadata(path).num_row_groups == 3
    given = pyarrow.json.read_json(fixture / "positions.rows")
    read = pq.read_table(path)
    assert read.num_rows == given.num_rows == 100_000
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        foreign = connection.execute(f"SELECT * FROM read_parquet('{path}')").to_arrow_table()
    for column in read.column_names:
        for table in (read, foreign):
            values = table[column]
            assert given[column].cast(values.type).combine_chunks() == values.combine_chunks(), column


def test_statistics_agree_with_the_rows_that_pyarrow_reads(fixture):
    name = "positions"
    for file in files_of(fixture, name):
        table = pq.read_table(fixture / name / file["path"])
        stats = json.loads(file["stats"])
        assert stats["numRecords"] == table.num_rows == pq.read_metadata(fixture / name / file["path"]).num_rows
        for column in table.column_names:
            low, high = (plain(value.as_py()) for value in pc.min_max(table[column]).values())
            if column == "kafka_timestamp":
                low, high = (text[:23] + "Z" for text in (low, high))
            assert (stats["minValues"][column], stats["maxValues"][column]) == (low, high)
            assert stats["nullCount"][column] == table[column].null_count


@pytest.mark.parametrize("reader", ["deltalake", "duckdb"])
def test_no_row_is_skipped_by_statistics(fixture, reader):
    """Each value of each column, the cut maximum of timestamps and texts included, is found by a filter."""
    name = "types_compact_zstd"
    path = delta_log(fixture, name, EVERY_TYPE)
    given = rows_of(fixture, name)
    columns = [c for c, kind in EVERY_TYPE.items() if isinstance(kind, str) and c not in ("bo", "bi", "f", "d")]
    with duck() as connection:
        for column in columns:
            values = [row[column] for row in given if row[column] is not None]
            for value in {min(values), max(values), values[0]}:
                expected = sum(row[column] == value for row in given)
                kind = {"long": "BIGINT", "timestamp": "TIMESTAMPTZ", "timestamp_ntz": "TIMESTAMP", "byte": "TINYINT",
                        "short": "SMALLINT", "integer": "INTEGER", "string": "VARCHAR"}.get(EVERY_TYPE[column], EVERY_TYPE[column])  # fmt: skip
                text = str(value).replace("'", "''")
                condition = f"\"{column}\" = CAST('{text}' AS {kind})"
                if reader == "duckdb":
                    found = connection.execute(
                        f"SELECT count(*) FROM delta_scan('{path}') WHERE {condition}"
                    ).fetchone()[0]
                else:
                    data = DeltaTable(path).to_pyarrow_table(filters=filter_of(column, value))
                    found = data.num_rows
                assert found == expected, condition


def filter_of(column, value):
    """The equality in pyarrow's terms, which deltalake checks against the file's statistics first."""
    kind = EVERY_TYPE[column]
    if kind == "date":
        value = datetime.date.fromisoformat(value)
    elif kind.startswith("timestamp"):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return pc.field(column) == value
