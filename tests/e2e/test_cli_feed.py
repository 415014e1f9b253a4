# SPDX-License-Identifier: Apache-2.0
"""`sluice feed inspect` and `sluice feed json`: files, addresses, exit codes, and no key in what they print."""

import gzip
import json
import os
import subprocess

import pytest
from feed_server import FeedServer, feed, field
from sluice_job import sluice

GOOD, USABLE, NOT_A_FEED = 0, 1, 2  # exit codes (docs/cli.md)
KEY = "s3cr3t-k3y-of-the-city"


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "vehicles.pb"
    path.write_bytes(feed(["a", "b"]))
    return path


def inspect(source, *options, **environment):
    """Exit code and facts."""
    answer = sluice("feed", "inspect", source, "--json", *options, **environment)
    return answer.returncode, json.loads(answer.stdout)


def test_a_good_file(good):
    code, facts = inspect(good)
    assert code == GOOD
    assert facts["verdict"] == "good" and facts["findings"] == []
    assert facts["entities_by_kind"]["vehicle"] == 2
    assert facts["modes"]["entity"]["messages"] == 2
    answer = sluice("feed", "inspect", good)
    assert answer.returncode == GOOD
    assert "entities    2: 2 vehicle\n" in answer.stdout
    assert "producer    writes 1 message in mode feed\n" in answer.stdout


def test_standard_input_and_file_addresses(good):
    command = [os.environ["SLUICE_BIN"], "feed", "json", "-", "--mode", "message"]
    piped = subprocess.run(command, input=good.read_bytes(), capture_output=True, timeout=30)
    assert [entity["id"] for entity in json.loads(piped.stdout)["entity"]] == ["e-a", "e-b"]
    assert sluice("feed", "json", f"file://{good}", "--mode", "message").stdout == piped.stdout.decode()


def test_a_usable_file_tells_its_faults(tmp_path):
    path = tmp_path / "feed.pb"
    path.write_bytes(feed(["a", "a"]) + field(2, field(1, b"gr\xfcn")) + field(2, b"\x08"))
    code, facts = inspect(path)
    assert code == USABLE
    assert facts["entities_repaired"] == 1 and facts["entities_dropped"] == 1
    assert facts["duplicate_vehicle_ids"] == {"ids": 1, "first": ["a"]}
    answer = sluice("feed", "json", path, "--mode", "entity", "--keys")
    assert answer.returncode == USABLE
    assert [line.split("\t")[0] for line in answer.stdout.splitlines()] == ["feed|a", "feed|a", "feed|gr\ufffdn"]
    assert answer.stderr.splitlines() == [
        "entity gr\ufffdn: id: invalid_utf8",
        "entity #3: malformed (at byte 0)",
    ]


def test_what_is_no_feed(tmp_path):
    path = tmp_path / "page"
    path.write_bytes(gzip.compress(feed(["a"])))
    code, facts = inspect(path)
    assert code == NOT_A_FEED and facts["body"]["kind"] == "gzip"
    answer = sluice("feed", "json", path)
    assert answer.returncode == NOT_A_FEED and answer.stdout == ""
    assert answer.stderr.startswith(f"sluice feed: {path}: the body is still gzip")
    missing = sluice("feed", "inspect", tmp_path / "none")
    assert missing.returncode == NOT_A_FEED and "cannot open" in missing.stderr


def test_addresses_with_keys_that_nobody_sees():
    def echo(_):  # a server that repeats the key in its error
        return 200, {"Content-Type": "text/html"}, f"<title>key {KEY} is not known</title>".encode()

    answers = {
        "/feed": lambda _: (200, {"ETag": '"1"'}, feed(["a"])),
        "/page": echo,
        "/refused": lambda _: (403, {}, b"no"),
    }
    environment = {"API_KEY": KEY}
    options = ("--header", "x-api-key: ${API_KEY}")
    with FeedServer(answers) as server:
        code, facts = inspect(server.url + "/feed?token=${API_KEY}", *options, **environment)
        assert code == GOOD
        assert facts["source"] == server.url + "/feed"
        assert facts["answer"].startswith("HTTP 200 in ") and 'ETag "1"' in facts["answer"]
        path, headers = server.asked[0]
        assert path == f"/feed?token={KEY}" and headers["x-api-key"] == KEY

        for path, words in (("/page", "key *** is not known"), ("/refused", "403")):
            for command in ("inspect", "json"):
                answer = sluice("feed", command, server.url + path, *options, **environment)
                assert answer.returncode == NOT_A_FEED
                assert words in answer.stdout + answer.stderr
                assert KEY not in answer.stdout + answer.stderr


def test_an_old_header_is_a_finding_only_of_what_was_fetched(tmp_path):
    old = feed(["a"], timestamp=1700000000)
    (tmp_path / "old.pb").write_bytes(old)
    assert inspect(tmp_path / "old.pb")[0] == GOOD
    with FeedServer({"/": lambda _: (200, {}, old)}) as server:
        code, facts = inspect(server.url + "/")
    assert code == USABLE and "seconds old" in facts["findings"][0]


def test_nobody_answers():
    answer = sluice("feed", "inspect", "http://127.0.0.1:1/feed?key=" + KEY)
    assert answer.returncode == NOT_A_FEED
    assert answer.stderr.startswith("sluice feed: http://127.0.0.1:1/feed") and KEY not in answer.stderr


def test_an_undefined_variable_is_a_mistake():
    answer = sluice("feed", "inspect", "http://127.0.0.1:1/${NO_SUCH_VARIABLE_HERE}")
    assert answer.returncode == NOT_A_FEED and "NO_SUCH_VARIABLE_HERE" in answer.stderr
    assert "set it in the environment, or write" in answer.stderr, answer.stderr  # there is no file to set it in
