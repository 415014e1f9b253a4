# SPDX-License-Identifier: Apache-2.0
"""The messages of the end-to-end tests, and what the table must hold after them.

Message i has the key `key-<i>` and goes to partition i % 4, where its offset is i // 4. Its JSON, and the
row that it must become, come from one SQL expression each. Two programs that are not ours read the table:
deltalake's rows are compared with the expected ones column by column, DuckDB's by a hash over all values.
"""

import duckdb
from readers import by_deltalake, duckdb_over

PARTITIONS = 4

MESSAGE = """printf('{"id":%d,"name":"name %d \\u00e9 \\"q\\"","lat":%.6f,"at":"%s","tags":["t%d","x"],"skipped":{"deep":[1,2,{"a":null}]}}',
  i, i, -90 + (i % 180000) / 1000.0, strftime(make_timestamp(1700000000000000 + i * 1000000), '%Y-%m-%dT%H:%M:%SZ'), i % 7)"""

ROW = """i AS id, printf('name %d é "q"', i) AS name, CAST(printf('%.6f', -90 + (i % 180000) / 1000.0) AS DOUBLE) AS lat,
  CAST(make_timestamp(1700000000000000 + i * 1000000) AS TIMESTAMPTZ) AS "at", ['t' || (i % 7), 'x'] AS tags,
  'key-' || i AS k, CAST(i % 4 AS INT) AS partition, i // 4 AS kafka_offset"""

COLUMNS = ["id", "name", "lat", "at", "tags", "k", "partition", "kafka_offset"]
LIST = ", ".join(f'"{column}"' for column in COLUMNS)
SUMMARY = (
    f"count(*), count(DISTINCT (partition, kafka_offset)), min(id), max(id), bit_xor(hash({LIST})), sum(hash({LIST}))"
)


def produce(bootstrap, topic, first, count, flush=True, batch=10000):
    """Sends messages first .. first+count-1, lz4, idempotent, at most `batch` in a record batch."""
    from confluent_kafka import Producer

    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "compression.type": "lz4",
            "linger.ms": 20,
            "batch.num.messages": batch,
            "enable.idempotence": True,
            "queue.buffering.max.messages": 1000000,
        }
    )
    rows = duckdb.connect().execute(f"SELECT i, {MESSAGE} FROM range({first}, {first + count}) t(i)")
    while chunk := rows.fetchmany(20000):
        for i, value in chunk:
            producer.produce(topic, value, f"key-{i}", partition=i % PARTITIONS)
        producer.poll(0)
    if flush:
        assert producer.flush(120) == 0
    return producer


def check_exactly_once(table, count, topic=None):
    """Fails unless the table holds messages 0 .. count-1, each once, every value right."""
    duck = duckdb_over(table)
    duck.execute(f"CREATE VIEW expected AS SELECT {ROW} FROM range({count}) r(i)")
    check_by_duckdb(duck, count, topic)
    check_by_deltalake(table, duck.execute(f"SELECT {LIST} FROM expected ORDER BY id").to_arrow_table(), topic)


def check_by_duckdb(duck, count, topic):
    got = duck.execute(f"SELECT {SUMMARY} FROM t").fetchone()
    assert got[:4] == (count, count, 0, count - 1), (
        f"{got[0]} rows of {got[1]} distinct offsets, ids {got[2]}..{got[3]}; wanted {count}"
    )
    want = duck.execute(f"SELECT {SUMMARY} FROM expected").fetchone()
    if got != want:
        wrong = duck.execute(f"SELECT {LIST} FROM t EXCEPT SELECT {LIST} FROM expected LIMIT 3").to_arrow_table()
        raise AssertionError(f"DuckDB reads other values, for instance {wrong.to_pylist()}")
    if topic:
        assert duck.execute("SELECT DISTINCT topic FROM t").fetchall() == [(topic,)]


def check_by_deltalake(table, expected, topic):
    names = LIST + (", topic" if topic else "")
    found = by_deltalake(table, f"SELECT {names} FROM t ORDER BY id")
    assert found.num_rows == expected.num_rows, f"deltalake reads {found.num_rows} rows; wanted {expected.num_rows}"
    for column in COLUMNS:
        want = expected[column]
        if not found[column].cast(want.type).equals(want):
            wrong = [pair for pair in zip(found[column].to_pylist(), want.to_pylist()) if pair[0] != pair[1]]
            raise AssertionError(f"deltalake reads other values of {column}, for instance {wrong[:3]}")
    if topic:
        assert found["topic"].unique().to_pylist() == [topic]
