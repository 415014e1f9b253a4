# SPDX-License-Identifier: Apache-2.0
"""`sluice table` over tables that jobs wrote, compared with what deltalake says of them; and the exit codes of
`sluice run`."""

import json
import re
import signal
import subprocess
import sys

import deltalake
import pytest
from confluent_kafka import Producer
from messages import produce
from readers import by_duckdb, duckdb_over, plain
from sluice_job import Job, sluice, wait_until
from terminal import Terminal

COUNT = 400  # in four batches of 100


def table(*arguments, code=0):
    answer = sluice("table", *arguments)
    assert answer.returncode == code, answer.stdout + answer.stderr
    return answer.stdout if code == 0 else answer.stderr


def json_lines(*arguments):
    return [json.loads(line) for line in table(*arguments, "--json").splitlines()]


@pytest.fixture(scope="module")
def job(broker, tmp_path_factory):
    broker.create_topic("plain", 4)
    produce(broker.bootstrap, "plain", 0, COUNT)
    with Job(
        tmp_path_factory.mktemp("plain"), broker.bootstrap, "plain", source="maxOffsetsPerTrigger: 100"
    ) as finished:
        assert finished.run() == 0, finished.log_tail()
        yield finished


ODD = ["a b", "100%", "x=y/z", "ünï", None]


@pytest.fixture(scope="module")
def partitioned(broker, tmp_path_factory):
    """Partitioned by a text, a number and a day; the value is NULL in some rows."""
    broker.create_topic("partitioned", 1)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for i in range(20):
        message = {"id": i, "p": ODD[i % len(ODD)], "n": i % 2 or None, "day": "2024-02-29", "x": i / 4}
        producer.produce("partitioned", json.dumps(message))
    assert producer.flush(30) == 0
    with Job(
        tmp_path_factory.mktemp("partitioned"),
        broker.bootstrap,
        "partitioned",
        schema="id BIGINT, p STRING, n INT, day DATE, x DECIMAL(9,2)",
        sql="",
        sink="partitionBy: [p, n, day]",
    ) as finished:
        assert finished.run() == 0, finished.log_tail()
        yield finished


# --- history -----------------------------------------------------------------------------------------


def test_history(job):
    found = json_lines("history", job.table, "--checkpoint", job.checkpoint)
    theirs = deltalake.DeltaTable(str(job.table)).history()
    assert [line["version"] for line in found] == [entry["version"] for entry in theirs] == [4, 3, 2, 1, 0]
    assert [line["timestamp_ms"] for line in found] == [entry["timestamp"] for entry in theirs]
    assert [line["operation"] for line in found] == [entry["operation"] for entry in theirs]
    assert [line["batch"] for line in found] == [3, 2, 1, 0, None]
    assert [line["rows_added"] for line in found][:4] == [100] * 4
    query = json.loads((job.checkpoint / "metadata").read_text())["id"]
    assert {line["query"] for line in found[:4]} == {query}
    assert found[2]["offsets"] == ", ".join(f"plain-{p} [25, 50)" for p in range(4))
    text = table("history", job.table, "--checkpoint", job.checkpoint).splitlines()
    assert re.match(r" *4  20\d\d-.*Z  STREAMING UPDATE +batch 3 +100 rows", text[0]), text
    assert text[1].strip() == ", ".join(f"plain-{p} [75, 100)" for p in range(4))
    assert len(table("history", job.table, "--limit", "2").splitlines()) == 2


def test_history_of_another_query_has_no_offsets(job, partitioned):
    found = json_lines("history", job.table, "--checkpoint", partitioned.checkpoint)
    assert len(found) == 5 and not any("offsets" in line for line in found)


# --- files -------------------------------------------------------------------------------------------


def test_files(job):
    found = json_lines("files", job.table)
    actions = deltalake.DeltaTable(str(job.table)).get_add_actions(flatten=True)
    theirs = {
        path: (size, rows)
        for path, size, rows in zip(*(actions.column(c).to_pylist() for c in ("path", "size_bytes", "num_records")))
    }
    assert {line["path"]: (line["bytes"], line["rows"]) for line in found} == theirs
    assert sum(line["rows"] for line in found) == COUNT
    assert min(line["stats"]["minValues"]["id"] for line in found) == 0
    assert max(line["stats"]["maxValues"]["id"] for line in found) == COUNT - 1
    assert sum(line["rows"] for line in json_lines("files", job.table, "--version", "2")) == 200
    text = table("files", job.table)
    assert re.search(r"^    id: 0 \.\. \d+, 0 null$", text, re.M), text
    assert re.search(rf"^{len(found)} files, {COUNT} rows, ", text, re.M), text


def test_files_of_a_partitioned_table(partitioned):
    found = json_lines("files", partitioned.table)
    values = {(line["partition_values"]["p"], line["partition_values"]["n"]) for line in found}
    assert values == {(ODD[i % 5], "1" if i % 2 else None) for i in range(20)}
    assert {line["partition_values"]["day"] for line in found} == {"2024-02-29"}
    for line in found:
        assert "p" not in line["stats"]["minValues"] and line["stats"]["numRecords"] == line["rows"] == 2
        assert (partitioned.table / line["path"]).is_file(), "the path is that of the file, not of the log"


# --- show --------------------------------------------------------------------------------------------


def test_show(job):
    found = json_lines("show", job.table, "--limit", "7")
    assert len(found) == 7
    ids = ", ".join(str(row["id"]) for row in found)
    columns = (
        'id, name, lat, strftime("at", \'%Y-%m-%dT%H:%M:%S.%fZ\') AS "at", tags, k, topic, partition, kafka_offset'
    )
    theirs = plain(by_duckdb(job.table, f"SELECT {columns} FROM t WHERE id IN ({ids}) ORDER BY id"))
    assert sorted(found, key=lambda row: row["id"]) == theirs
    text = table("show", job.table, "--limit", "7").splitlines()
    assert [name.strip() for name in text[0].split("|")] == list(theirs[0])
    assert [kind.strip() for kind in text[1].split("|")][:3] == ["BIGINT", "STRING", "DOUBLE"]
    assert len([line for line in text if line.count("|") == 8]) == 9, text
    assert "version 4" in text[-1]


def test_show_more_than_there_is(job):
    assert len(json_lines("show", job.table, "--limit", "100000")) == COUNT


def test_show_a_partitioned_table(partitioned):
    found = sorted(json_lines("show", partitioned.table, "--limit", "100"), key=lambda row: row["id"])
    assert [row["p"] for row in found] == [ODD[i % 5] for i in range(20)]
    assert [row["n"] for row in found] == [i % 2 or None for i in range(20)]
    assert {row["day"] for row in found} == {"2024-02-29"}
    assert '"x":0.25' in table("show", partitioned.table, "--limit", "100", "--json")  # all digits of its scale
    assert "ünï" in table("show", partitioned.table, "--limit", "100")


# --- at-offset ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "record, version, batch",
    [("plain-0-0", 1, 0), ("plain-3-24", 1, 0), ("plain-3-25", 2, 1), ("plain-0-99", 4, 3)],
)
def test_at_offset(job, record, version, batch):
    (found,) = json_lines("at-offset", job.table, "--checkpoint", job.checkpoint, record)
    assert (found["version"], found["batch"]) == (version, batch)
    partition, offset = map(int, record.split("-")[1:])
    ranges = dict(re.findall(r"plain-(\d) (\[\d+, \d+\))", found["offsets"]))
    first, end = json.loads(ranges[str(partition)].replace(")", "]"))
    assert first <= offset < end
    # and it is there from that version on
    for at, holds in ((version, 1), (version - 1, 0)):
        rows = deltalake.DeltaTable(str(job.table), version=at).to_pyarrow_table(columns=["partition", "kafka_offset"])
        assert sum(p == partition and o == offset for p, o in zip(*rows.to_pydict().values())) == holds
    text = table("at-offset", job.table, "--checkpoint", job.checkpoint, record)
    assert text.startswith(f"version {version}  (batch {batch}, committed 20"), text


@pytest.mark.parametrize(
    "record, code, words",
    [
        ("plain-0-100", 1, "has not been read yet"),
        ("plain-9-0", 1, "plain-9"),
        ("other-0-0", 1, "does not read other-0"),
        ("plain-0", 2, "topic-partition-offset"),
        ("plain-0-x", 2, "topic-partition-offset"),
    ],
)
def test_at_offset_of_what_is_not_there(job, record, code, words):
    assert words in table("at-offset", job.table, "--checkpoint", job.checkpoint, record, code=code)


def test_at_offset_goes_back_as_far_as_the_checkpoint(broker, tmp_path):
    """Old batches leave the checkpoint, and the answer for their records is honest about it."""
    broker.create_topic("long", 4)
    produce(broker.bootstrap, "long", 0, 480)
    with Job(tmp_path, broker.bootstrap, "long", source="maxOffsetsPerTrigger: 4") as job:
        assert job.run() == 0, job.log_tail()
        assert job.newest() == 119
        (found,) = json_lines("at-offset", job.table, "--checkpoint", job.checkpoint, "long-2-100")
        assert (found["version"], found["batch"]) == (101, 100)
        oldest = min(int(f.name) for f in (job.checkpoint / "offsets").iterdir() if f.name.isdigit())
        assert "or an older one" in table(
            "at-offset", job.table, "--checkpoint", job.checkpoint, f"long-2-{oldest}", code=1
        )


# --- no table ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["history", "files", "show"])
def test_no_table(command, tmp_path):
    assert "nowhere" in table(command, tmp_path / "nowhere", code=1)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "photo.jpg").write_bytes(b"x")
    assert "folder" in table(command, tmp_path / "folder", code=1)
    assert [f.name for f in tmp_path.rglob("*")] == ["folder", "photo.jpg"], "a command that only reads made something"


@pytest.mark.parametrize("command", ["show", "files", "history"])
def test_a_damaged_log_is_told_by_its_file(command, tmp_path):
    (tmp_path / "_delta_log").mkdir()
    (tmp_path / "_delta_log" / "00000000000000000000.json").write_text("garbage\n")
    answer = sluice("table", command, tmp_path, RUST_BACKTRACE="1")
    assert answer.returncode == 1 and answer.stdout == ""
    assert answer.stderr.count("\n") == 1, answer.stderr
    told = "the damaged file is _delta_log/00000000000000000000.json: restore it from a backup of the table"
    assert told in answer.stderr, answer.stderr


def test_looking_changes_nothing(job, partitioned):
    for finished in (job, partitioned):
        before = {f: f.stat().st_mtime_ns for f in finished.directory.rglob("*")}
        for command in ("history", "files", "show"):
            table(command, finished.table)
        table("history", finished.table, "--checkpoint", finished.checkpoint)
        assert {f: f.stat().st_mtime_ns for f in finished.directory.rglob("*")} == before


# --- run: exit codes and the terminal ----------------------------------------------------------------


def test_run_ends_with_0_when_done(job):
    lines = job.log_text().splitlines()
    assert len(job.log_lines()) == len(lines), "nothing but JSON lines where there is no terminal"
    (summary,) = job.log_lines("summary")
    assert (summary["records"], summary["rows"], summary["batches"], summary["version"]) == (400, 400, 4, 4)
    assert summary["table"] == str(job.table)


def test_run_on_a_terminal_says_how_to_read_the_table(job, broker):
    produce(broker.bootstrap, "plain", COUNT, 4)
    with Terminal([job.binary, "run", str(job.config)], job.directory, columns=300) as terminal:
        assert terminal.wait(30) == 0, terminal.text()
        text = terminal.text().replace("\r\n", "\n")
    assert "4 records, 4 rows in 1 batches, " in text and '{"ts"' not in text
    show = re.search(r"^  (\S+ table show \S+)$", text, re.M).group(1)
    assert str(job.table) in show
    assert subprocess.run(show, shell=True, cwd=job.directory, capture_output=True).returncode == 0
    one_liner = re.search(r'^  python -c "(.*)"$', text, re.M).group(1)
    done = subprocess.run([sys.executable, "-c", one_liner], capture_output=True, text=True)
    assert done.stdout.strip() == str(COUNT + 4), done.stderr
    duck = re.search(r"SELECT .*(?=\")", text).group(0)
    assert duck == f"SELECT count(*) FROM delta_scan('{job.table}')"
    assert duckdb_over(job.table).execute(duck).fetchone() == (COUNT + 4,)
    assert f'  spark.read.format("delta").load("{job.table}").show()' in text


def test_run_ends_with_1_after_an_error_and_2_for_a_mistake(broker, tmp_path):
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "photo.jpg").write_bytes(b"x")
    with Job(tmp_path, broker.bootstrap, "plain") as job:
        assert job.run(30) == 1, job.log_tail()
    with Job(tmp_path, broker.bootstrap, "plain", source="maxOffsetsPerTrigger: 0") as job:
        assert job.run(30) == 2, job.log_tail()


def test_run_ends_with_3_beside_another(broker, tmp_path):
    with Job(tmp_path, broker.bootstrap, "plain", trigger="processingTime: 0 seconds").start() as first:
        wait_until(first.commits, 20, "the first commit")
        with Job(tmp_path / "b", broker.bootstrap, "plain", table=first.table, checkpoint=first.checkpoint) as second:
            assert second.run(30) == 3, second.log_tail()
        assert first.stop()[0] == 0


SLOWLY = "kafka.max.partition.fetch.bytes: 20000"


@pytest.fixture(scope="module")
def large(broker):
    """A topic that takes SLOWLY many fetches to read."""
    broker.create_topic("large", 4)
    produce(broker.bootstrap, "large", 0, 200_000, batch=100)
    return "large"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["130", "143"])
def test_a_second_signal_ends_at_once(broker, large, tmp_path, number):
    with Job(tmp_path, broker.bootstrap, large, source=SLOWLY) as job:
        job.start()
        wait_until(lambda: job.newest("offsets") == 0, 20, "the first batch")
        broker.pause()  # so that the batch cannot end
        try:
            job.process.send_signal(number)
            wait_until(lambda: f"{number.name}: stopping" in job.log_text(), 10, "the first signal's line")
            job.process.send_signal(number)
            assert job.wait(60) == 128 + number, job.log_tail()
        finally:
            broker.resume()
        assert job.run() == 0, job.log_tail()
    assert by_duckdb(job.table, "SELECT count(*) AS n FROM t").to_pylist() == [{"n": 200_000}]


def test_one_signal_is_enough_while_the_broker_is_silent(broker, large, tmp_path):
    with Job(tmp_path, broker.bootstrap, large, source=SLOWLY) as job:
        job.start()
        wait_until(lambda: job.newest("offsets") == 0, 20, "the first batch")
        broker.pause()
        try:
            assert job.newest() == -1, "the outage came in the middle of the batch"
            code, seconds = job.stop()
            assert code == 0 and seconds < 15, (code, seconds, job.log_tail())
        finally:
            broker.resume()
        assert job.run() == 0, job.log_tail()
    assert by_duckdb(job.table, "SELECT count(*) AS n FROM t").to_pylist() == [{"n": 200_000}]


def test_a_draining_run_shows_what_is_left_on_a_terminal(broker, large, tmp_path):
    job = Job(tmp_path, broker.bootstrap, large, source="maxOffsetsPerTrigger: 2000")
    with Terminal([job.binary, "run", str(job.config)], tmp_path) as terminal:
        assert terminal.wait(60) == 0, terminal.text()
        text = terminal.text()
    drawn = re.findall(r"\r\x1b\[K\[(#*)(\.*)\] (\d+) %  ([\d,]+) left", text)
    assert drawn, text[-2000:]
    assert all(len(done) + len(left) == 20 for done, left, _, _ in drawn)
    assert re.search(r"200,000 records, 200,000 rows in 100 batches", text), text[-2000:]
    assert "\x1b[" in text and '{"ts"' not in text, "text for people on a terminal"
