# SPDX-License-Identifier: Apache-2.0
"""`sluice decode` and `sluice check`, and the words and exit codes around them: all that needs no Kafka."""

import json
import os
import pathlib

import pytest
from sluice_job import Job, free_port, sluice, wait_until

OK, STOPPED, USAGE = 0, 1, 2  # exit codes (docs/cli.md)
SOURCE_DIR = pathlib.Path(os.environ["SLUICE_SOURCE_DIR"])


def decoded(answer):
    """The rows of `sluice decode`, one a line."""
    assert answer.returncode == OK, answer.stdout + answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


# --- decode ------------------------------------------------------------------------------------------


def test_decode_loses_nothing():
    schema = (
        "big BIGINT, price DECIMAL(22,2), at TIMESTAMP, local TIMESTAMP_NTZ, day DATE, raw BINARY, ok BOOLEAN, no INT"
    )
    message = (
        '{"big":9223372036854775807,"price":12345678901234567890.10,"at":"2024-03-10T02:30:00.123456Z",'
        '"local":"2024-03-10T02:30:00.000001","day":"2024-03-10","raw":"AP/+","ok":true}\n'
        '{"big":-9223372036854775808,"price":-0.05,"at":null,"no":7}\n'
    )
    answer = sluice("decode", "--schema", schema, stdin=message)
    assert answer.returncode == OK and answer.stderr == ""
    # as text, for a reader of JSON may round
    assert answer.stdout == (
        '{"big":9223372036854775807,"price":12345678901234567890.10,"at":"2024-03-10T02:30:00.123456Z",'
        '"local":"2024-03-10T02:30:00.000001","day":"2024-03-10","raw":"AP/+","ok":true,"no":null}\n'
        '{"big":-9223372036854775808,"price":-0.05,"at":null,"local":null,"day":null,"raw":null,"ok":null,"no":7}\n'
    )


def test_decode_of_nested_values():
    schema = "s STRUCT<a: INT, b: ARRAY<DOUBLE>>, m MAP<STRING, BIGINT>, d DOUBLE, t STRING"
    message = '{"s":{"b":[1.5,null,"NaN"],"x":1},"m":{"z":9007199254740993,"a":null},"d":0.1,"t":"é\\u0000\\"\\n€😀"}\n'
    answer = sluice("decode", "--schema", schema, stdin=message)
    (row,) = decoded(answer)
    assert row["s"] == {"a": None, "b": [1.5, None, "NaN"]} and row["d"] == 0.1
    assert '"m":{"z":9007199254740993,"a":null}' in answer.stdout
    assert row["t"] == 'é\x00"\n€😀'


def test_decode_of_files_and_standard_input(tmp_path):
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_text('{"a":1}\n{"a":2}\r\n')
    two.write_text('{"a":3}')  # without a last newline
    sql = 'SELECT topic, partition, "offset", a, key IS NULL AS no_key FROM input'
    answer = sluice("decode", "--schema", "a INT", "--sql", sql, one, "-", two, stdin='{"a":9}\n')
    assert [tuple(row.values()) for row in decoded(answer)] == [
        (str(one), 0, 0, 1, True),
        (str(one), 0, 1, 2, True),
        ("stdin", 0, 0, 9, True),
        (str(two), 0, 0, 3, True),
    ]


def test_decode_of_whole_files(tmp_path):
    pretty = tmp_path / "pretty.json"
    pretty.write_text('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n')
    schema = "a INT, b ARRAY<INT>"
    assert decoded(sluice("decode", "--schema", schema, "--whole-file", pretty)) == [{"a": 1, "b": [2]}]
    assert decoded(sluice("decode", "--schema", schema, "--whole-file", stdin=pretty.read_text())) == [
        {"a": 1, "b": [2]}
    ]
    by_line = sluice("decode", "--schema", schema, pretty)
    assert by_line.returncode == OK and by_line.stderr.count("pretty.json: message ") == 6


def test_decode_with_options_and_sql():
    messages = '{"at":"10/03/2024 02:30","day":"20240310","e":[{"x":1},{"x":2}]}\n{"e":[]}\nnonsense\n'
    options = {
        "timestampFormat": "dd/MM/yyyy HH:mm",
        "dateFormat": "yyyyMMdd",
        "timeZone": "Europe/Paris",
        "explode_outer": "e",
        "columnNameOfCorruptRecord": "bad",
    }
    answer = sluice(
        "decode",
        "--schema",
        "at TIMESTAMP, day DATE, e ARRAY<STRUCT<x: INT>>, bad STRING",
        *(f"--option={key}={value}" for key, value in options.items()),
        "--sql",
        'SELECT "at", day, e.x AS x, bad FROM input',
        stdin=messages,
    )
    assert decoded(answer) == [
        {"at": "2024-03-10T01:30:00.000000Z", "day": "2024-03-10", "x": 1, "bad": None},
        {"at": "2024-03-10T01:30:00.000000Z", "day": "2024-03-10", "x": 2, "bad": None},
        {"at": None, "day": None, "x": None, "bad": None},
        {"at": None, "day": None, "x": None, "bad": "nonsense"},
    ]
    assert "stdin: message 3: not_json" in answer.stderr


def test_decode_tells_bad_messages_and_their_reason():
    answer = sluice("decode", "--schema", "a INT", stdin='{"a":"x"}\n{"a":1}\n{"a":\n[1]\n')
    assert decoded(answer) == [{"a": None}, {"a": 1}, {"a": None}, {"a": None}]
    reasons = [line.split(": ")[:3] for line in answer.stderr.splitlines()]
    assert reasons == [
        ["stdin", "message 1", "field_type"],
        ["stdin", "message 3", "truncated"],
        ["stdin", "message 4", "not_an_object"],
    ]


def test_decode_counts_messages_of_another_kind():
    answer = sluice("decode", "--schema", "a INT, b STRING", stdin='{"A":1}\n{"a":1}\n{"x":{"a":1}}\n')
    assert decoded(answer) == [{"a": None, "b": None}, {"a": 1, "b": None}, {"a": None, "b": None}]
    assert "2 of 3 messages hold none of the keys that the schema declares (a, b)" in answer.stderr


def test_decode_failfast_ends_with_1():
    answer = sluice("decode", "--schema", "a INT", "--option", "mode=FAILFAST", stdin='{"a":1}\n{"a":"x"}\n')
    assert answer.returncode == STOPPED
    assert "stdin" in answer.stderr and "offset 1" in answer.stderr, answer.stderr


def test_decode_as_a_table():
    answer = sluice(
        "decode", "--schema", "id BIGINT, name STRING", "--format", "table", stdin='{"id":1,"name":"é"}\n{"id":20}\n'
    )
    assert answer.returncode == OK
    assert answer.stdout.splitlines() == [
        "id     | name",
        "BIGINT | STRING",
        "-------+-------",
        "     1 | é",
        "    20 | null",
    ]


def test_decode_by_a_configuration(tmp_path):
    feed = {
        "header": {"timestamp": "1710037800"},
        "entity": [{"id": "v1", "vehicle": {"position": {"latitude": 60.25}, "vehicle": {"id": "bus 1"}}}],
    }
    (tmp_path / "feed.json").write_text(json.dumps(feed, indent=1))
    answer = sluice("decode", SOURCE_DIR / "config/config_dev.yaml", "--whole-file", tmp_path / "feed.json")
    (row,) = decoded(answer)
    assert (row["entity_id"], row["vehicle_id"], row["latitude"], row["feed_timestamp"]) == (
        "v1",
        "bus 1",
        60.25,
        "1710037800",
    )


def test_decode_needs_no_secret_of_kafka(tmp_path):
    config = SOURCE_DIR / "config/config_prod.yaml"
    assert "variable KAFKA_PASSWORD is not defined" in sluice("check", config).stderr
    message = '{"id":"7","source":"city","vehicle":{"vehicle":{"id":"v7"}}}\n'
    (row,) = decoded(sluice("decode", config, stdin=message, cwd=tmp_path))
    assert row["entity_id"] == "7" and row["vehicle_id"] == "v7"


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--schema", "a INTT"], "INTT"),
        (["--schema", "a INT", "--option", "mode"], "key=value"),
        (["--schema", "a INT", "--option", "mood=FAILFAST"], "mode"),
        (["--schema", "a INT", "--sql", "SELECT b FROM input"], '"b"'),
        (["--schema", "a INT", "no such file"], "no such file"),
        (["--schema", "a INT", "."], "directory"),
        (["--schema", "a INT", "--format", "xml"], "xml"),
        ([], "CONFIG"),
        (["nowhere.yaml"], "nowhere.yaml"),
    ],
    ids=["ddl", "option", "unknown-option", "sql", "no-file", "directory", "format", "nothing", "no-configuration"],
)
def test_decode_used_wrongly_ends_with_2(arguments, word):
    answer = sluice("decode", *arguments, stdin='{"a":1}\n')
    assert answer.returncode == USAGE, answer.stdout + answer.stderr
    assert word in answer.stderr, answer.stderr
    assert answer.stdout == ""


# --- check -------------------------------------------------------------------------------------------


def test_check_tells_each_value_and_its_origin(tmp_path):
    job = Job(tmp_path, "${BROKERS}", "${TOPIC:-orders}", source="maxOffsetsPerTrigger: ${LIMIT}")
    (tmp_path / ".env").write_text("# comment\nLIMIT=5000\n")
    answer = sluice("check", job.config, BROKERS="kafka-1:9092")
    assert answer.returncode == OK, answer.stderr
    assert answer.stdout.rstrip().endswith(f"{job.config} is right")
    lines = {line.split()[0]: line for line in answer.stdout.splitlines() if line and not line.startswith(" ")}
    assert "kafka-1:9092" in lines["source.kafka.bootstrap.servers"]
    assert "(BROKERS: environment)" in lines["source.kafka.bootstrap.servers"]
    assert "5000" in lines["source.maxOffsetsPerTrigger"] and ".env:2" in lines["source.maxOffsetsPerTrigger"]
    assert "orders" in lines["source.subscribe"] and "config.yaml:" in lines["source.subscribe"]
    assert lines["query.memory"].split()[1:] == ["512", "MiB", "default"]
    # the columns that the table will have
    for column in ("id BIGINT", "tags ARRAY<STRING>", "k STRING", "partition INT", "kafka_offset BIGINT"):
        assert f"  {column}\n" in answer.stdout, answer.stdout
    assert sorted(f.name for f in tmp_path.iterdir()) == [".env", "config.yaml"], "check made something"


def test_check_tells_all_mistakes_at_once(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(
        "query: {trigger: {processingTime: soon}}\n"
        "source:\n"
        "  kafka.bootstrap.servers: b:9092\n"
        "  subscribe: t\n"
        "  startingOffset: earliest\n"
        "  kafka.auto.offset.reset: earliest\n"
        "decode:\n"
        "  schema: a INTT\n"
        "sink:\n"
        f"  path: {tmp_path}/table\n"
        f"  checkpointLocation: {tmp_path}/checkpoint\n"
        "  compresion: zstd\n"
        "log: {level: loud}\n"
    )
    expected = [
        (1, "query.trigger.processingTime", "'soon'"),
        (5, "source.startingOffset", "did you mean startingOffsets?"),
        (6, "source.kafka.auto.offset.reset", "use startingOffsets"),
        (8, "decode.schema", "INTT"),
        (12, "sink.compresion", "did you mean compression?"),
        (13, "log.level", "'loud'"),
    ]
    answer = sluice("check", config)
    assert answer.returncode == USAGE
    told = [line for line in answer.stderr.splitlines() if line.startswith(f"{config}:")]
    assert len(told) == len(expected), answer.stderr
    for text, (line, key, hint) in zip(told, expected):
        assert text.startswith(f"{config}:{line}: {key}: ") and hint in text, answer.stderr
    assert "6 mistakes in the configuration; nothing was started" in answer.stderr
    # the same for a program that reads the log of a run
    answer = sluice("run", config)
    assert answer.returncode == USAGE
    *mistakes, verdict = map(json.loads, answer.stderr.splitlines())
    assert [(m["event"], m["line"], m["key"]) for m in mistakes] == [("config_mistake", e[0], e[1]) for e in expected]
    assert verdict["event"] == "config_refused"
    assert [f.name for f in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    "words, told",
    [
        ([], "a command is missing; known to `sluice` are run, check, "),
        (["chek", "a.yaml"], "there is no command chek (did you mean check?); known to `sluice` are run, "),
        (["nonsense"], "there is no command nonsense; known to `sluice` are run, "),
        (["table", "histori"], "(did you mean history?); known to `table` are history, files, "),
        (["--json", "table"], "a command goes before the option --json; known to `sluice` are "),
        (["table", "show", "t", "--limit", "0"], "--limit: expected a whole number, at least 1\n"),
        (["simulate", "--listen", "nowhere"], "expected address:port; set --listen to another address:port"),
        (["demo", "--seed", "-1"], "--seed: expected a whole number, at least 0\n"),
        (["simulate", "--seed", "-1"], "--seed: expected a whole number, at least 0\n"),
        (["run", SOURCE_DIR / "config/producer_dev.yaml"], "`sluice produce` takes it"),
        (["produce", SOURCE_DIR / "config/config_dev.yaml"], "`sluice run` takes it"),
    ],
)
def test_wrong_words_are_told_with_what_is_right(words, told):
    answer = sluice(*words)
    assert answer.returncode == USAGE and answer.stdout == ""
    assert told in answer.stderr, answer.stderr


def test_check_shows_where_sql_is_wrong(tmp_path):
    job = Job(tmp_path, "b:9092", "t", schema="a INT", sql="SELECT a,\n  nope\nFROM input")
    answer = sluice("check", job.config)
    line = next(n for n, text in enumerate(job.config.read_text().splitlines(), 1) if "nope" in text)
    assert answer.returncode == USAGE
    assert f"{job.config}:{line}: sql: " in answer.stderr and "nope" in answer.stderr, answer.stderr


def test_check_prints_the_schema_of_configurations():
    answer = sluice("check", "--schema")
    assert answer.returncode == OK
    assert json.loads(answer.stdout) == json.loads((SOURCE_DIR / "docs/sluice.schema.json").read_text())


@pytest.mark.parametrize("name", ["config_dev", "config_demo", "config_prod"])
def test_the_shipped_configurations_are_right(name):
    secrets = {
        "KAFKA_USERNAME": "u",
        "KAFKA_PASSWORD": "planted-secret",
        "SLUICE_MONITOR_TOKEN": "planted-secret-token",
    }
    answer = sluice("check", SOURCE_DIR / f"config/{name}.yaml", **secrets)
    assert answer.returncode == OK, answer.stderr
    assert "planted-secret" not in answer.stdout + answer.stderr


def test_the_job_of_the_readme_is_right(tmp_path):
    text = (SOURCE_DIR / "README.md").read_text().split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "job.yaml").write_text(text)
    answer = sluice("check", tmp_path / "job.yaml")
    assert answer.returncode == OK, answer.stderr


# --- secrets -----------------------------------------------------------------------------------------

SECRETS = {"KAFKA_PASSWORD": "planted-one-91", "API_TOKEN": "planted-two-92", "KEYSTORE_PASSWORD": "planted-three-93"}
WITH_SECRETS = """
kafka.security.protocol: SASL_PLAINTEXT
kafka.sasl.mechanism: PLAIN
kafka.sasl.jaas.config: >-
  org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="${KAFKA_PASSWORD}";
kafka.client.id: ${API_TOKEN}
"""


def planted(text):
    return [secret for secret in SECRETS.values() if secret in text]


def test_no_secret_is_printed(tmp_path):
    port = free_port()
    job = Job(
        tmp_path,
        f"127.0.0.1:{port}",
        "t",
        source=WITH_SECRETS,
        trigger="processingTime: 0 seconds",
        sql="SELECT id, '${API_TOKEN}' AS t FROM input",
    )
    with open(job.config, "a") as config:
        config.write("log: {level: debug}\n")
    (tmp_path / ".env").write_text(f"API_TOKEN={SECRETS['API_TOKEN']}\n")
    environment = {"KAFKA_PASSWORD": SECRETS["KAFKA_PASSWORD"]}
    answer = sluice("check", job.config, **environment)
    assert answer.returncode == OK, answer.stderr
    assert "****" in answer.stdout and not planted(answer.stdout + answer.stderr)
    with job.start(**environment):
        wait_until(lambda: f"127.0.0.1:{port}" in job.log_text(), 30, "a line that names the address")
        wait_until(lambda: job.http("/readyz")[0] == 503, 10, "not ready")
        assert not planted(job.http("/readyz")[1] + job.http("/metrics")[1])
        assert job.stop()[0] == OK
    assert not planted(job.log_text())


def test_no_secret_is_printed_with_a_mistake(tmp_path):
    job = Job(
        tmp_path,
        "b:9092",
        "t",
        source=WITH_SECRETS
        + "kafka.ssl.keystore.password: ${KEYSTORE_PASSWORD}\n"
        + "maxOffsetsPerTrigger: ${KAFKA_PASSWORD}\nfailOnDataLoss: x${API_TOKEN}x\n",
        sql="SELECT ${KEYSTORE_PASSWORD} FROM input",
    )
    for command in ("check", "run"):
        answer = sluice(command, job.config, **SECRETS)
        assert answer.returncode == USAGE
        assert "source.maxOffsetsPerTrigger: expected a whole number" in answer.stderr
        assert not planted(answer.stdout + answer.stderr)


def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path):
    job = Job(tmp_path, "b:9092", "t", source="kafka.sasl.password: planted-one-91")
    answer = sluice("check", job.config)
    assert answer.returncode == USAGE and "a secret must not stand in this file" in answer.stderr
    assert not planted(answer.stdout + answer.stderr)


# --- the rest ----------------------------------------------------------------------------------------


def test_help_and_version():
    version = sluice("--version")
    assert version.returncode == OK and version.stdout.startswith("sluice ")
    assert sluice("version").stdout == version.stdout
    answer = sluice("--help")
    assert answer.returncode == OK
    for word in ("run", "check", "demo", "table", "decode", "Exit codes"):
        assert word in answer.stdout
    for command in ("run", "check", "demo", "table", "decode"):
        assert sluice(command, "--help").returncode == OK


@pytest.mark.parametrize(
    "arguments", [[], ["rnu"], ["run"], ["check"], ["table"], ["table", "show"], ["run", "a", "b"]]
)
def test_used_wrongly_ends_with_2(arguments):
    answer = sluice(*arguments)
    assert answer.returncode == USAGE and answer.stderr + answer.stdout


@pytest.mark.parametrize("command", ["run", "check"])
def test_no_such_configuration_ends_with_2(command):
    answer = sluice(command, "nowhere.yaml")
    assert answer.returncode == USAGE and "nowhere.yaml" in answer.stderr
