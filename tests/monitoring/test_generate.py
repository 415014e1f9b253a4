# SPDX-License-Identifier: Apache-2.0
"""`sluice monitoring generate`: promtool and amtool accept what it writes, its rules fire for the job's names and at the
job's numbers, and Prometheus and Alertmanager start by the commands of the README that it writes."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest
import yaml
from prometheus_server import answer, free_port

BINARY = os.environ.get("SLUICE_BIN")
USAGE = 2
MISSING = [name for name in ("prometheus", "promtool", "amtool", "prometheus-alertmanager") if not shutil.which(name)]
pytestmark = [
    pytest.mark.skipif(not BINARY, reason="no program"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
JOB = """
query:
  name: {name}
  trigger: {{{trigger}}}
source:
  kafka.bootstrap.servers: 127.0.0.1:1
  subscribe: {topic}
decode: {{schema: a INT}}
sink: {{path: {folder}/table, checkpointLocation: {folder}/checkpoint}}
monitor: {{listen: '{listen}'{more}}}
"""
TOKEN = "planted-token-of-thirty-two-letters"
PRODUCER = """
sink: {{kafka.bootstrap.servers: '127.0.0.1:1', topic: trips}}
feeds: [{{name: metro, url: 'http://127.0.0.1:1/feed.pb', interval: 10 minutes}}]
monitor: {{listen: '127.0.0.1:4041'}}
"""


def job(
    folder,
    *,
    name="city's trips",
    topic="trips",
    trigger="processingTime: 10 minutes",
    listen="127.0.0.1:4040",
    more="",
):
    config = folder / f"{re.sub(r'[^a-z]', '_', name)}.yaml"
    quoted = "'" + name.replace("'", "''") + "'"
    config.write_text(JOB.format(folder=folder, name=quoted, topic=topic, trigger=trigger, listen=listen, more=more))
    return config


def producer(folder):
    config = folder / "producer.yaml"
    config.write_text(PRODUCER.format())
    return config


def generate(out, *arguments, **environment):
    command = [str(word) for word in (BINARY, "monitoring", "generate", *arguments, "--out", out)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Files for a job with a trigger of ten minutes, and its producer. The directory's name wants quotes."""
    folder = tmp_path_factory.mktemp("made")
    out = folder / "it's monitoring"
    done = generate(out, job(folder), producer(folder), "--grafana", "https://grafana.city.example/")
    assert done.returncode == 0, done.stderr
    for path in (path for path in out.rglob("*") if path.is_file() and path.name != ".generated"):
        assert f"written      {path.relative_to(out)}\n" in done.stdout
    return out


def test_promtool_and_amtool_accept_it(made):
    run("promtool", "check", "config", "--lint=all", "--lint-fatal", "prometheus.yaml", cwd=made)
    assert "29 rules found" in run("promtool", "check", "rules", "alert.rules.yaml", cwd=made)
    assert "1 templates" in run("amtool", "check-config", "alertmanager.yaml", cwd=made)


def test_the_targets_have_the_names_of_the_job(made):
    config = yaml.safe_load((made / "prometheus.yaml").read_text())
    jobs = {one["job_name"]: one for one in config["scrape_configs"]}
    (target,) = jobs["spark-streaming"]["static_configs"]
    assert target == {"targets": ["127.0.0.1:4040"], "labels": {"query": "city's trips", "topic": "trips"}}
    (target,) = jobs["sluice-producer"]["static_configs"]
    assert target == {"targets": ["127.0.0.1:4041"], "labels": {"topic": "trips"}}
    alerting = yaml.safe_load((made / "alertmanager.yaml").read_text())
    assert alerting["global"]["slack_api_url_file"] == str(made / "slack_webhook_url")
    provider = yaml.safe_load((made / "grafana/provisioning/dashboards/provider.yaml").read_text())
    assert provider["providers"][0]["options"]["path"] == str(made / "grafana/dashboards")
    assert {path.name for path in (made / "grafana/dashboards").iterdir()} == {
        "overview.json",
        "kafka_partitions.json",
        "alerting_slo.json",
        "producer.json",
    }


LABELS = '''job="spark-streaming",instance="127.0.0.1:4040",query="city's trips",topic="trips"'''
FEED = 'job="sluice-producer",instance="127.0.0.1:4041",topic="trips",source="metro"'
SERIES = {
    f"up{{{LABELS}}}": "1x120",
    f"process_start_time_seconds{{{LABELS}}}": "-7200x120",
    # A topic that is there; batches each ten minutes, the last one at minute 40; then records wait.
    f"spark_streaming_source_topic_available{{{LABELS}}}": "1x100 0x20",
    f"spark_streaming_processed_records_total{{{LABELS}}}": "0x9 10x9 20x9 30x9 40x80",
    f"spark_streaming_last_commit_timestamp_seconds{{{LABELS}}}": "0x9 600x9 1200x9 1800x9 2400x80",
    f'spark_streaming_source_lag_records{{{LABELS},partition="0"}}': "5x120",
    f'spark_streaming_source_lag_seconds{{{LABELS},partition="0"}}': "599x120",
    f'up{{{FEED.partition(",topic")[0]},topic="trips"}}': "1x120",
    f"sluice_producer_last_good_poll_age_seconds{{{FEED}}}": "0+60x120",
}


def alert(minute, name, exp_labels=None, **annotations):
    expected = []
    if exp_labels:
        expected = [{"exp_labels": exp_labels, "exp_annotations": annotations}]
    return {"eval_time": f"{minute}m", "alertname": name, "exp_alerts": expected}


def annotations_of(rules, name, **texts):
    """The rule's own, with the texts that are compared put in their places."""
    (rule,) = [rule for group in rules["groups"] for rule in group["rules"] if rule.get("alert") == name]
    return {**rule["annotations"], **texts}


def test_the_rules_fire_for_these_names_at_these_numbers(made):
    rules = yaml.safe_load((made / "alert.rules.yaml").read_text())
    labels = {"job": "spark-streaming", "query": "city's trips", "topic": "trips", "severity": "critical"}
    dashboard = "https://grafana.city.example/d/sluice-overview?var-query=city%27s+trips"
    stuck = annotations_of(
        rules,
        "SparkStreamingStuck",
        summary="Query city's trips commits nothing although records wait",
        description="5 records of topic trips wait, and nothing was committed for 30 minutes.",
        dashboard_url=dashboard,
    )
    missing = annotations_of(
        rules,
        "SparkStreamingSourceTopicMissing",
        summary="Topic trips does not exist or may not be read",
        description="Query city's trips reads nothing from topic trips: the brokers do not know it, or deny it to this user.",
        dashboard_url=dashboard,
    )
    feed = annotations_of(
        rules,
        "SluiceProducerSourceFailing",
        summary="Feed metro gives nothing usable",
        description="No poll of metro was good for 33m 0s; topic trips gets nothing of it.",
        dashboard_url="https://grafana.city.example/d/sluice-producer?var-source=metro",
    )
    of_feed = {"job": "sluice-producer", "source": "metro", "topic": "trips", "severity": "warning"}
    test = {
        "rule_files": [str(made / "alert.rules.yaml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in SERIES.items()],
                "alert_rule_test": [
                    # The numbers of the repository would have fired ten minutes after a batch.
                    alert(71, "SparkStreamingStuck"),
                    alert(74, "SparkStreamingStuck", labels, **stuck),
                    alert(70, "SparkStreamingNoInput"),
                    alert(100, "SparkStreamingSourceTopicMissing"),
                    alert(103, "SparkStreamingSourceTopicMissing", labels, **missing),
                    alert(31, "SluiceProducerSourceFailing"),
                    alert(33, "SluiceProducerSourceFailing", of_feed, **feed),
                ],
                # Lag as old as a trigger is no breach of the target.
                "promql_expr_test": [
                    {
                        "expr": "job:spark_streaming_freshness_breach:bool",
                        "eval_time": "60m",
                        "exp_samples": [
                            {
                                "labels": 'job:spark_streaming_freshness_breach:bool{job="spark-streaming"}',
                                "value": 0,
                            }
                        ],
                    }
                ],
            }
        ],
    }
    path = made.parent / "rules_test.yaml"
    path.write_text(json.dumps(test))
    run("promtool", "test", "rules", str(path), cwd=made)


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def commands_of(readme):
    """The commands of its one block of shell, each with its continued lines."""
    (block,) = re.findall(r"```sh\n(.*?)```", readme, re.S)
    return block.replace("\\\n", " ").strip().splitlines()


def json_of(url):
    try:
        return json.loads(answer(url))
    except (OSError, ValueError):  # not there yet, not ready yet
        return None


def test_it_starts_by_the_commands_of_its_readme(tmp_path):
    """With a real job that asks for a token, and whose broker is away: it is scraped all the same, and the Watchdog
    arrives."""
    ports = {name: free_port() for name in ("prometheus", "alertmanager", "job")}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    listen, token = f"127.0.0.1:{ports['job']}", ", token: '${SLUICE_MONITOR_TOKEN}'"
    config, secret = job(tmp_path, name="started", listen=listen, more=token), {"SLUICE_MONITOR_TOKEN": TOKEN}
    out = tmp_path / "monitoring"
    links = [word for name in ("prometheus", "alertmanager") for word in (f"--{name}", urls[name])]
    assert generate(out, config, *links, **secret).returncode == 0
    scrape = (out / "prometheus.yaml").read_text()
    scrape = scrape.replace("_interval: 15s", "_interval: 1s")  # as somebody would who has no patience
    (out / "prometheus.yaml").write_text(scrape)
    (out / "slack_webhook_url").write_text("http://127.0.0.1:1/services/T0/B0/test\n")
    token_file = re.search(r"value of `monitor.token` into the file `(.+?)`", (out / "README.md").read_text())[1]
    (out / token_file).write_text(TOKEN + "\n")
    prometheus, alertmanager, grafana = commands_of((out / "README.md").read_text())
    assert grafana.startswith("GF_PATHS_PROVISIONING=")
    # The first alert comes before Alertmanager is known, and would be sent again after a minute only.
    prometheus += " --rules.alert.resend-delay=1s"
    started = []
    try:
        for command in (prometheus, f"prometheus-{alertmanager}", None):
            words = ["sh", "-c", f"exec {command}"] if command else [BINARY, "run", str(config)]
            with open(tmp_path / f"{len(started)}.log", "wb") as log:
                started.append(subprocess.Popen(words, cwd=out, stdout=log, stderr=log, env={**os.environ, **secret}))

        def scraped():
            found = json_of(f"{urls['prometheus']}/api/v1/query?query=up%7Bquery%3D%22started%22%7D%3D%3D1")
            return found and found["data"]["result"]

        def told():
            found = json_of(f"{urls['alertmanager']}/api/v2/alerts")
            return found and any(one["labels"]["alertname"] == "Watchdog" for one in found)

        (metric,) = [one["metric"] for one in wait_for(scraped, "the job is scraped")]
        assert metric["job"] == "spark-streaming" and metric["topic"] == "trips"
        wait_for(told, "the Watchdog at Alertmanager")
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)
    # What was edited is kept, and what it would be stands beside it.
    again = generate(out, config, *links, **secret)
    assert again.returncode == 0 and "kept         prometheus.yaml: it was edited" in again.stdout
    assert (out / "prometheus.yaml").read_text() == scrape
    assert (out / "prometheus.yaml.new").read_text() != scrape
    assert "unchanged    alert.rules.yaml\n" in again.stdout
    forced = generate(out, config, *links, "--force", **secret)
    assert "overwritten  prometheus.yaml\n" in forced.stdout
    assert "_interval: 15s" in (out / "prometheus.yaml").read_text() and not (out / "prometheus.yaml.new").exists()


def test_a_job_alone_and_a_producer_alone(tmp_path):
    assert generate(tmp_path / "job", job(tmp_path)).returncode == 0
    assert not (tmp_path / "job/grafana/dashboards/producer.json").exists()
    assert "SluiceProducer" not in (tmp_path / "job/alert.rules.yaml").read_text()
    assert generate(tmp_path / "producer", producer(tmp_path)).returncode == 0
    assert {path.name for path in (tmp_path / "producer/grafana/dashboards").iterdir()} == {"producer.json"}
    assert "spark-streaming" not in (tmp_path / "producer/prometheus.yaml").read_text()
    for name in ("job", "producer"):
        run("promtool", "check", "config", "prometheus.yaml", cwd=tmp_path / name)


def test_wrong_inputs_are_told_and_nothing_is_written(tmp_path):
    out = tmp_path / "out"
    good, text = job(tmp_path), tmp_path / "text"
    text.write_text("not: a job\n")
    other = job(tmp_path, name="other")
    for arguments, told in (
        ([tmp_path / "none.yaml"], "none.yaml"),
        ([text], "it has mistakes"),
        ([job(tmp_path, name="once", trigger="availableNow: true")], "ends the job by itself"),
        ([job(tmp_path, name="port", listen="127.0.0.1:0")], "a port that stays the same"),
        ([good, good], "two of the jobs have the query.name city's trips"),
        ([good, other], "two have the monitor.listen 127.0.0.1:4040"),
        ([good, "--grafana", "grafana.example"], "--grafana grafana.example: expected an address"),
        ([good, "--runbooks", "https://a b"], "--runbooks"),
        ([], "CONFIG is required"),
    ):
        done = generate(out, *arguments)
        assert (done.returncode, out.exists()) == (USAGE, False), arguments
        assert told in done.stderr + done.stdout, done.stderr
    assert subprocess.run([BINARY, "monitoring", "generate", good], capture_output=True).returncode == USAGE
    blocked = generate(text, good)
    assert blocked.returncode == 1 and str(text) in blocked.stderr
    (tmp_path / "half/prometheus.yaml").mkdir(parents=True)
    blocked = generate(tmp_path / "half", good)
    assert blocked.returncode == 1 and "prometheus.yaml: there is something that is no file" in blocked.stderr
    unnamed = generate("", good)
    assert unnamed.returncode == USAGE and "--out ''" in unnamed.stderr


def test_a_name_of_several_lines(tmp_path):
    config = job(tmp_path)
    config.write_text(config.read_text().replace("'city''s trips'", r'"a\n- job_name: b\u0007 \"\\"'))
    assert generate(tmp_path / "out", config).returncode == 0
    run("promtool", "check", "config", "prometheus.yaml", cwd=tmp_path / "out")
    first = yaml.safe_load((tmp_path / "out/prometheus.yaml").read_text())["scrape_configs"][0]
    assert first["static_configs"][0]["labels"]["query"] == 'a\n- job_name: b\a "\\'


def test_secrets_of_the_configuration_are_in_no_file(tmp_path):
    config = job(tmp_path)
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="${PLANTED}";'
    config.write_text(
        config.read_text().replace(
            "  subscribe",
            "  kafka.security.protocol: SASL_PLAINTEXT\n  kafka.sasl.mechanism: PLAIN\n"
            f"  kafka.sasl.jaas.config: '{login}'\n  subscribe",
        )
    )
    config.write_text(config.read_text().replace("4040'}", "4040', token: '${TOKEN}'}"))
    done = generate(tmp_path / "out", config, PLANTED="planted-secret", TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    written = [path for path in pathlib.Path(tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 25
    texts = [done.stdout, done.stderr, *(path.read_text() for path in written)]
    assert not any(secret in text for text in texts for secret in ("planted-secret", TOKEN))
