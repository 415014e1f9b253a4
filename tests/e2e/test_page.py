# SPDX-License-Identifier: Apache-2.0
"""The live page in a real browser, before the real program and a real broker."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from browser import MODULES, Browser
from feed_server import FeedServer, feed
from messages import produce
from sluice_job import Job, free_port, wait_until
from sluice_producer import Producer

pytestmark = pytest.mark.skipif(
    not (MODULES / "node_modules" / "playwright-core").is_dir() or not shutil.which("chromium"),
    reason="no Chromium, or no node packages (scripts/setup test)",
)

SECONDLY = "processingTime: 1 second"
HOSTILE = '{"id": 1, "name": "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>'
PATHS = ("/", "/api/v1/status", "/metrics", "/readyz", "/progress")


@pytest.fixture(scope="module")
def browser():
    with Browser() as running:
        yield running


@pytest.fixture
def topic(broker, request):
    name = "page-" + re.sub(r"[^a-z0-9-]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")
    broker.create_topic(name, 4)
    return name


def url_of(job, path="/"):
    return f"http://127.0.0.1:{job.port}{path}"


def status_of(job):
    return json.loads(job.http("/api/v1/status")[1])


def send(broker, topic, values):
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(30) == 0


def committed(job, records):
    wait_until(lambda: job.metric("spark_streaming_processed_records_total") == records, 60, f"{records} records")
    wait_until(lambda: status_of(job)["totals"]["records"] == records, 5, f"{records} records on the page")


def shown(browser, number):
    return browser.eval(f"new Intl.NumberFormat('en').format({number})")


def check_clean(browser, job):
    """Nothing was complained of, nobody else was asked."""
    seen = browser.tell("seen")
    assert seen["errors"] == []
    assert seen["hosts"] == [f"127.0.0.1:{job.port}"]


def check_access(browser, url, **how):
    """axe finds nothing, whichever colours, and nothing is cut off on a narrow screen."""
    for scheme in ("light", "dark"):
        for width in (1280, 320):
            browser.open(url, scheme=scheme, width=width, **how)
            browser.wait_for("document.querySelector('#live')?.dataset.state === 'live'")
            time.sleep(0.5)
            assert browser.tell("axe") == [], f"{scheme} {width}"
            assert browser.eval("document.documentElement.scrollWidth") == width


def test_counts_are_those_of_the_metrics(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 1200)
    send(broker, topic, ["no json"] * 7 + ['{"other": 1}'] * 3)
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 1210)
        browser.open(url_of(job))
        browser.wait_for_text("[data-tile=rows] .sub", shown(browser, 1210))
        totals = status_of(job)["totals"]
        for name, metric in {
            "records": "processed_records_total",
            "rows": "output_rows_total",
            "files": "output_files_total",
            "bytes": "output_bytes_total",
            "bad": "bad_records_total",
            "unmatched": "unmatched_records_total",
            "commit_attempts": "commit_attempts_total",
        }.items():
            assert totals[name] == job.metric(f"spark_streaming_{metric}"), name
        assert totals["bad"] == 7 and totals["unmatched"] == 3
        version = int(job.metric("spark_streaming_table_version"))
        assert browser.text_of("[data-tile=version] .value") == str(version)
        assert browser.text_of("[data-tile=bad] .value").startswith("7")
        # Unknown until Kafka's ends were looked up.
        browser.wait_for_text("[data-tile=lag] .value", "0")
        latest = browser.eval(
            "[...document.querySelectorAll('#partition-table tbody tr')].map((r) => r.cells[3].textContent)"
        )
        assert sum(int(cell.replace(",", "")) for cell in latest) == 1210
        check_clean(browser, job)


def test_a_batch_appears_without_a_reload(broker, topic, tmp_path, browser):
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        wait_until(lambda: job.http("/readyz")[0] == 200, 30, "ready")
        browser.open(url_of(job))
        browser.wait_for("document.querySelector('#live').dataset.state === 'live'")
        assert browser.eval("document.querySelector('#batch-table .scroll').hidden")
        browser.eval("window.sameDocument = true")
        for batch in range(3):
            produce(broker.bootstrap, topic, batch * 40, 40)
            committed(job, (batch + 1) * 40)
            # A trigger may come between the partitions of what was sent: then it is two batches.
            cells = "[...document.querySelectorAll('#batch-table tbody tr')].map(tr => Number(tr.cells[2].textContent))"
            rows_told = f"{cells}.reduce((sum, n) => sum + n, 0)"
            browser.wait_for(f"{rows_told} === {(batch + 1) * 40}")
        assert browser.eval("window.sameDocument") is True
        assert browser.eval("document.querySelectorAll('#batch-table tbody tr').length") == len(job.commits())
        requests = browser.tell("seen")["requests"]
        assert requests.count("/events") == 1 and "/api/v1/status" not in requests
        check_clean(browser, job)


def test_a_bad_record_is_only_text(broker, topic, tmp_path, browser):
    send(broker, topic, [HOSTILE, b"\xff\xfe\x00", b"x" * 5000])
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 3)
        browser.open(url_of(job))
        browser.wait_for("document.querySelectorAll('#bad-list pre').length === 3")
        texts = browser.eval("[...document.querySelectorAll('#bad-list pre')].map((p) => p.textContent)")
        assert HOSTILE in texts and "//4A" in texts and "x" * 1024 in texts
        assert browser.eval("document.querySelectorAll('#bad-list img, #bad-list script, main img').length") == 0
        assert browser.eval("window.pwned") is None
        assert browser.tell("axe") == []
        check_clean(browser, job)


def test_samples_can_be_switched_off(broker, topic, tmp_path, browser):
    send(broker, topic, [HOSTILE])
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY, monitor="samples: false").start() as job:
        committed(job, 1)
        browser.open(url_of(job))
        browser.wait_for_text("#bad-list", "monitor.samples: false")
        assert "onerror" not in browser.tell("text")
        for path in PATHS:
            assert "onerror" not in job.http(path)[1]


def test_a_missing_topic_is_said_and_the_cure_is_seen(broker, tmp_path, browser):
    with Job(tmp_path, broker.bootstrap, "page-nowhere", trigger=SECONDLY).start() as job:
        wait_until(lambda: job.http("/readyz")[0] == 503, 30, "not ready")
        browser.open(url_of(job))
        browser.wait_for_text("#sentence", "Topic page-nowhere is missing in Kafka.")
        assert browser.eval("document.querySelector('#headline').dataset.level") == "bad"
        assert "SparkStreamingSourceTopicMissing.md" in browser.text_of("#runbook")
        assert browser.text_of("#badge").startswith("waiting")
        check_access(browser, url_of(job))
        browser.open(url_of(job))
        browser.wait_for_text("#sentence", "missing")
        broker.create_topic("page-nowhere", 4)
        produce(broker.bootstrap, "page-nowhere", 0, 20)
        browser.wait_for_text("#badge", "running", 60)
        browser.wait_for_text("#sentence", "Well")
        # Said aloud, once.
        assert browser.text_of("#announce").startswith("Well")
        check_clean(browser, job)


def test_killed_and_started_again(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 100)
    send(broker, topic, [HOSTILE])
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 101)
        browser.open(url_of(job))
        browser.wait_for_text("[data-tile=rows] .sub", "101 since the start")
        browser.wait_for("document.querySelectorAll('#bad-list details').length === 1")
        browser.eval("window.sameDocument = true")
        job.kill()
        browser.wait_for("document.querySelector('#live').dataset.state === 'reconnecting'")
        assert "reconnecting" in browser.text_of("#live-text")
        assert "101" in browser.text_of("[data-tile=rows] .sub")  # the last numbers stay
        produce(broker.bootstrap, topic, 100, 20)
        job.start()
        browser.wait_for("document.querySelector('#live').dataset.state === 'live'", 60)
        browser.wait_for_text("[data-tile=rows] .sub", "20 since the start", 30)
        assert browser.eval("document.querySelectorAll('#bad-list details').length") == 0  # those of the other process
        assert browser.eval("window.sameDocument") is True


def test_a_clean_end_is_shown(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 100)
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 100)
        browser.open(url_of(job))
        browser.wait_for("document.querySelector('#live').dataset.state === 'live'")
        code, seconds = job.stop()
        assert code == 0 and seconds < 15
        browser.wait_for_text("#sentence", "Stopped at a batch boundary; the table is at version")
        browser.wait_for_text("#live-text", "the process has ended")
        assert browser.tell("axe") == []


def test_behind(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 4000)
    source = "maxOffsetsPerTrigger: 40"
    with Job(tmp_path, broker.bootstrap, topic, trigger="processingTime: 2 seconds", source=source).start() as job:
        wait_until(lambda: (job.metric("spark_streaming_processed_records_total") or 0) >= 40, 60, "a batch")
        browser.open(url_of(job))
        browser.wait_for_text("#sentence", "Behind:", 90)  # once the oldest waits for a minute
        assert re.search(r"Behind: [\d,]+ records wait, the oldest for \d+ s\.", browser.text_of("#sentence"))
        assert "catches up in about" in browser.text_of("#detail")
        browser.wait_for("document.querySelector('[data-tile=lag]').dataset.level === 'warning'", 3)
        check_access(browser, url_of(job))
        check_clean(browser, job)


def test_without_events_it_asks_again_and_again(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 40)
        others = []
        for _ in range(16):
            stream = socket.create_connection(("127.0.0.1", job.port))
            stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in stream.recv(4096)
            others.append(stream)
        browser.open(url_of(job))
        browser.wait_for("document.querySelector('#live').dataset.state === 'polling'")
        browser.wait_for_text("[data-tile=rows] .sub", "40 since the start")
        produce(broker.bootstrap, topic, 40, 2)
        browser.wait_for_text("[data-tile=rows] .sub", "42 since the start")
        for stream in others:
            stream.close()
        browser.wait_for("document.querySelector('#live').dataset.state === 'live'", 40)


def test_pausing_by_keyboard(broker, topic, tmp_path, browser):
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        produce(broker.bootstrap, topic, 0, 40)
        committed(job, 40)
        browser.open(url_of(job))
        browser.wait_for_text("[data-tile=rows] .sub", "40 since the start")
        browser.tell("press", key="Tab")
        assert browser.eval("document.activeElement.className") == "skip"
        for _ in range(12):
            browser.tell("press", key="Tab")
            if browser.eval("document.activeElement.id") == "pause":
                break
        browser.tell("press", key="Enter")
        assert browser.eval("document.activeElement.getAttribute('aria-pressed')") == "true"
        assert browser.text_of("#live-text") == "paused"
        produce(broker.bootstrap, topic, 40, 40)
        committed(job, 80)
        time.sleep(1.5)
        assert "40 since the start" in browser.text_of("[data-tile=rows] .sub")
        browser.tell("press", key="Space")
        browser.wait_for_text("[data-tile=rows] .sub", "80 since the start", 5)


def test_a_row_stays_open_and_focused_while_others_come(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 40)
        browser.open(url_of(job))
        browser.wait_for("document.querySelector('#batch-table .expander') !== null")
        browser.tell("click", selector="#batch-table .expander")
        assert f"{topic}-0" in browser.text_of("#batch-table .more")
        produce(broker.bootstrap, topic, 40, 40)
        browser.wait_for("document.querySelectorAll('#batch-table tbody tr').length >= 3")
        assert "offsets 0 to 10" in browser.text_of("#batch-table .more")
        assert browser.eval("document.activeElement.className") == "expander"


def test_without_javascript_there_is_a_summary(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 40)
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY).start() as job:
        committed(job, 40)
        browser.open(url_of(job), script=False)
        text = browser.tell("text")
        assert "Rows since the start</dt><dd>40</dd>" in text


SECRETS = {"PAGE_TOKEN": "planted-token-71", "STORE_PASSWORD": "planted-store-72", "API_KEY": "planted-key-73"}


def test_no_secret_is_shown_anywhere(broker, topic, tmp_path, browser):
    produce(broker.bootstrap, topic, 0, 40)
    sql = "SELECT id, '${API_KEY}' = name AS is_key FROM input"
    source = "kafka.ssl.keystore.password: ${STORE_PASSWORD}"
    monitor = "token: ${PAGE_TOKEN}"
    with Job(tmp_path, broker.bootstrap, topic, trigger=SECONDLY, sql=sql, source=source, monitor=monitor).start(
        **SECRETS
    ) as job:
        given = {"Authorization": "Basic " + base64.b64encode(f":{SECRETS['PAGE_TOKEN']}".encode()).decode()}
        wait_until(lambda: '"records":40,' in job.http("/api/v1/status", **given)[1], 60, "40 records")
        assert job.http("/")[0] == 401 and job.http("/api/v1/status")[0] == 401 and job.http("/events")[0] == 401
        token = SECRETS["PAGE_TOKEN"]
        browser.open(f"http://anybody:{token}@127.0.0.1:{job.port}/")
        browser.wait_for("document.querySelector('#live')?.dataset.state === 'live'")
        browser.wait_for_text("#config-table", "monitor.token")
        browser.eval("document.querySelector('#config-table .foot-button').click()")
        texts = [browser.tell("text"), job.log_text()]
        for path in PATHS:
            status, text = job.http(path, **given)
            assert status == 200, path
            texts.append(text)
        assert "kafka.ssl.keystore.password" in texts[3] and "****" in texts[3]
        for text in texts:
            assert [secret for secret in SECRETS.values() if secret in text] == []


def test_a_feed_of_a_time_beyond_all_calendars(broker, topic, tmp_path, browser):
    answers = {"/a": lambda _: (200, {}, feed(["1"], timestamp=2**64 - 2))}
    with FeedServer(answers) as server:
        producer = Producer(tmp_path, broker.bootstrap, topic, f"a: {{url: '{server.url}/a', interval: 1 second}}")
        producer.start()
        try:
            producer.until_polls("a", "published", 1)
            browser.open(f"http://127.0.0.1:{producer.port}/")
            browser.wait_for("document.querySelector('#feed-table .expander')")
            browser.eval("document.querySelector('#feed-table .expander').click()")
            browser.wait_for_text("#feed-table .more", "after all calendars")
            # What is drawn after the table is still drawn.
            before = browser.text_of("#foot")
            browser.wait_for(f"document.querySelector('#foot').textContent !== {json.dumps(before)}")
            assert browser.tell("seen")["errors"] == []
        finally:
            assert producer.stop() == 0


def test_another_sites_name_is_refused(tmp_path):
    with Job(tmp_path, "127.0.0.1:1", "nowhere", trigger=SECONDLY).start() as job:
        wait_until(lambda: job.http("/")[0] == 200, 20, "the page")
        for path in ("/", "/api/v1/status", "/metrics", "/progress"):
            request = urllib.request.Request(url_of(job, path), headers={"Host": f"evil.example:{job.port}"})
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request)
            assert refused.value.code == 403, path


def test_the_demo_and_its_producer(tmp_path, browser):
    port = free_port()
    log = tmp_path / "demo.log"
    arguments = ["demo", "--listen", f"127.0.0.1:{port}", "--vehicles", "60", "--dir", "city"]
    with open(log, "wb") as output:
        demo = subprocess.Popen([os.environ["SLUICE_BIN"], *arguments], cwd=tmp_path, stderr=output, stdout=output)
    try:
        wait_until(lambda: f"live page at http://127.0.0.1:{port}/" in log.read_text(), 20, "the page's address")
        browser.open(f"http://127.0.0.1:{port}/")
        browser.wait_for_text("#sentence", "Well: the table holds what came up to", 20)
        browser.wait_for("document.querySelectorAll('#batch-table tbody tr').length >= 3")
        assert "vehicle_positions" in browser.eval("document.title")
        check_access(browser, f"http://127.0.0.1:{port}/")
        browser.open(f"http://127.0.0.1:{port}/")
        producer = browser.wait_for("document.querySelector('#links a')?.href")
        seen = browser.tell("seen")
        assert seen["errors"] == [] and len(seen["hosts"]) == 1
        browser.open(producer)
        browser.wait_for_text("#sentence", "Well: feed city is polled and goes into Kafka.")
        browser.wait_for("Number(document.querySelector('#feed-table tbody tr').cells[9].textContent) > 2")
        assert browser.wait_for("document.querySelector('#links a')?.href") == f"http://127.0.0.1:{port}/"
        check_access(browser, producer)
        assert browser.tell("seen")["errors"] == []
    finally:
        demo.terminate()
        assert demo.wait(15) == 0
