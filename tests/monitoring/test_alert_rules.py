# SPDX-License-Identifier: Apache-2.0
"""The alert rules: their tests by promtool, and what a linter for rules would ask of them."""

import re
import shutil
import subprocess

import metric_table
import pytest
from rule_file import MONITORING, REPOSITORY, RULES, compressed, rules

promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool: install prometheus")

TEXT = RULES.read_text()
ALERTS = [rule for rule in rules(TEXT) if rule.kind == "alert"]
NAMES = sorted({rule.name for rule in ALERTS})
SEVERITIES = {"critical", "warning", "none"}
ANNOTATIONS = {"summary", "description", "action", "runbook_url", "dashboard_url"}
RUNBOOKS = REPOSITORY / "docs" / "runbooks"
# Fire at the first evaluation: what they count has happened, and cannot be taken back.
AT_ONCE = {
    "SparkStreamingBatchFailures",
    "SparkStreamingDataLoss",
    "SparkStreamingRestartLoop",
    "SluiceProducerDeliveryFailures",
    "Watchdog",
}
# Of Prometheus itself, and on no dashboard.
ALSO = {"prometheus_notifications_alertmanagers_discovered"}

each_alert = pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.name + str(rule.line))


def run(*command):
    done = subprocess.run(command, cwd=MONITORING, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@promtool
def test_promtool_check():
    assert f"{len(rules(TEXT))} rules found" in run("promtool", "check", "rules", "alert.rules.yaml")
    run("promtool", "check", "config", "--lint=all", "--lint-fatal", "prometheus.yaml")


@promtool
def test_promtool_test_rules():
    """Beside all the other rules. Those of the burn rates, which look at days, are run alone (test_rule_mutations)."""
    tests = sorted(path.name for path in (MONITORING / "tests").glob("*.yaml"))
    run("promtool", "test", "rules", *(f"tests/{name}" for name in tests if "BudgetBurn" not in name))


@promtool
def test_the_compressed_rules_are_rules(tmp_path):
    (tmp_path / "rules.yaml").write_text(compressed(TEXT))
    run("promtool", "check", "rules", str(tmp_path / "rules.yaml"))


def test_the_compressed_rules_keep_samples_in_their_ranges():
    """The tests of the chain scrape every second."""
    for rule in rules(compressed(TEXT)):
        for seconds in re.findall(r"\[(\d+)s[]:]", rule.expr):
            assert int(seconds) >= 4, rule.name


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_has_tests(name):
    text = "".join(path.read_text() for path in (MONITORING / "tests").glob(f"{name}*.yaml"))
    fires = f"alertname: {name}\n" in text
    stays_silent = re.search(rf"alertname: {name}, exp_alerts: \[\]|{name}.*exp_samples: \[\]", text)
    assert fires and (stays_silent or name == "Watchdog")


@pytest.mark.parametrize("name", NAMES)
def test_every_alert_has_a_runbook(name):
    text = (RUNBOOKS / f"{name}.md").read_text()
    assert text.startswith(f"# {name}\n")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Symptom",
        "## What it means",
        "## How to check",
        "## Cure",
    ]
    assert f"({name}.md)" in (RUNBOOKS / "README.md").read_text()


def test_no_runbook_without_an_alert():
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == {*NAMES, "README"}


@each_alert
def test_labels_and_annotations(rule):
    severity = re.search(r"severity: (\w+)", rule.fields["labels"])
    assert severity and severity[1] in SEVERITIES
    assert "{{" not in rule.fields["labels"], "a value in a label makes a new alert of each value"
    assert set(rule.annotations) == ANNOTATIONS
    assert rule.annotations["runbook_url"].endswith(f"/docs/runbooks/{rule.name}.md")
    # The action is shown once for all alerts of a message.
    assert "{{" not in rule.annotations["action"]


@each_alert
def test_it_waits_or_says_why_not(rule):
    assert ("for" in rule.fields) != (rule.name in AT_ONCE)


@each_alert
def test_it_compares_something(rule):
    assert re.search(r"[=!]=|[<>]|absent\(", re.sub(r"\{[^}]*\}", "", rule.expr)) or rule.name == "Watchdog"


@pytest.mark.parametrize("rule", rules(TEXT), ids=lambda rule: rule.name + str(rule.line))
def test_the_job_is_kept(rule):
    for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", rule.expr):
        assert "job" in labels.split(", "), rule.expr


def test_only_metrics_that_exist():
    code = "\n".join(re.sub(r"#.*", "", rule.expr) for rule in rules(TEXT))
    recorded = {rule.name for rule in rules(TEXT) if rule.kind == "record"}
    code = re.sub(r'"[^"]*"', "", code)
    code = re.sub("|".join(sorted(map(re.escape, recorded), key=len, reverse=True)), "", code)
    names = set(re.findall(r"\b(?:(?:spark|sluice|process|prometheus|alertmanager)_\w+|up|ALERTS)\b", code))
    assert len(names) > 20
    assert names - ALSO <= set(metric_table.series_names(metric_table.FAMILIES))


def test_no_webhook_in_the_repository():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True
    )
    if listed.returncode != 0:
        pytest.skip("no git here")
    pattern = re.compile(r"hooks\.slack\.com/services/T\w|xox[bp]-\d")
    for name in listed.stdout.splitlines():
        path = REPOSITORY / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            assert not pattern.search(path.read_text(errors="ignore")), name
