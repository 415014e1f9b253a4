# SPDX-License-Identifier: Apache-2.0
"""What monitoring/slack.tmpl makes of alerts, rendered by amtool: golden/NAME.txt, and judged as Slack would.

SLUICE_GOLDEN=write writes the golden files anew.
"""

import json
import os
import re
import shutil
import subprocess

import pytest
from rule_file import MONITORING, RULES, rules
from slack_stub import judge

pytestmark = pytest.mark.skipif(not shutil.which("amtool"), reason="no amtool: install prometheus-alertmanager")
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
PART = "\n====\n"
BEGAN, ENDED = "2026-03-01T06:10:00Z", "2026-03-01T06:52:00Z"
NEVER = "0001-01-01T00:00:00Z"


def alert(name="SparkStreamingDown", status="firing", annotations=(), **labels):
    texts = {
        "summary": "Query q is down",
        "description": "Nothing answers at a:4040; topic t is not read.",
        "action": "Read the end of its log.",
        "runbook_url": f"https://sluice.example/docs/runbooks/{name}.md",
        "dashboard_url": "https://grafana.example/d/sluice-overview?var-query=q",
    }
    labels = {"alertname": name, "job": "spark-streaming", "query": "q", "topic": "t", "severity": "critical", **labels}
    return {
        "status": status,
        "labels": {name: value for name, value in labels.items() if value is not None},
        "annotations": {**texts, **dict(annotations)},
        "startsAt": BEGAN,
        "endsAt": ENDED if status == "resolved" else NEVER,
        "generatorURL": "https://prometheus.example/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
    }


def common(dicts):
    first, *others = dicts
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def group(*alerts):
    """What Alertmanager gives to a template."""
    labels = common([one["labels"] for one in alerts])
    firing = any(one["status"] == "firing" for one in alerts)
    return {
        "receiver": "slack",
        "status": "firing" if firing else "resolved",
        "alerts": list(alerts),
        "groupLabels": {name: labels.get(name, "") for name in ("alertname", "job", "query")},
        "commonLabels": labels,
        "commonAnnotations": common([one["annotations"] for one in alerts]),
        "externalURL": "https://alertmanager.example",
    }


def feed(number, status="firing"):
    texts = {
        "summary": f"Feed f{number:02} is frozen",
        "description": f"It answers, but its header is {number + 11}m old; topic t gets nothing new of it.",
        "action": "Tell whoever runs the feed.",
    }
    return alert(
        "SluiceProducerFeedFrozen",
        status,
        texts,
        job="sluice-producer",
        query=None,
        source=f"f{number:02}",
        severity="warning",
    )


HOSTILE = "<!channel> & *bold*\n`x`"
GROUPS = {
    "firing": group(alert()),
    "resolved": group(alert(status="resolved")),
    "two_alerts": group(
        alert("SparkStreamingStuck", topic="t", annotations={"summary": "Query q commits nothing"}),
        alert("SparkStreamingStuck", topic="u", annotations={"summary": "Query q commits nothing"}),
    ),
    "one_of_two_resolved": group(feed(1, "resolved"), feed(2)),
    "fifty_alerts": group(*(feed(n) for n in range(50))),
    "fifty_resolved": group(*(feed(n, "resolved") for n in range(50))),
    "missing_labels": group(
        {**alert(job=None, query=None, topic=None, severity=None), "annotations": {}, "generatorURL": ""}
    ),
    "hostile_names": group(
        alert(query=HOSTILE, topic="a&b", annotations={"summary": f"Query {HOSTILE} is down", "description": HOSTILE})
    ),
    "long_names": group(
        *(
            alert(
                topic=f"{n}" + "t" * 248, query="q" * 300, annotations={"summary": "s" * 900, "description": "d" * 900}
            )
            for n in range(8)
        )
    ),
}


def parts():
    """(name, template) of each text of the receiver in alertmanager.yaml, in its order."""
    text = (MONITORING / "alertmanager.yaml").read_text()
    return re.findall(r"^ *(?:- )?(\w+): '(\{\{ template .+ \}\})'$", text, re.M)


def render(data, folder):
    """[(name, text)] as the receiver would send it."""
    (folder / "data.json").write_text(json.dumps(data))
    glob, wanted = f"--template.glob={MONITORING}/slack.tmpl", PART.join(template for _, template in parts())
    command = ["amtool", "template", "render", glob, f"--template.data={folder}/data.json", f"--template.text={wanted}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    texts = done.stdout.removesuffix("\n").split(PART)
    assert len(texts) == len(parts())
    return [(name, text) for (name, _), text in zip(parts(), texts)]


def payload(rendered):
    """The message of these texts: fields have a title and a value, buttons a url."""
    once = dict(rendered)
    values = [text for name, text in rendered if name == "value"]
    urls = [text for name, text in rendered if name == "url"]
    titles = ["Severity", [text for name, text in rendered if name == "title"][-1], "Topic"]
    attachment = {name: once[name] for name in ("color", "title_link", "fallback", "text")}
    attachment["title"] = next(text for name, text in rendered if name == "title")
    attachment["fields"] = [{"title": title, "value": value} for title, value in zip(titles, values, strict=True)]
    buttons = zip(("Runbook", "Dashboard", "Silence"), urls, strict=True)
    attachment["actions"] = [{"type": "button", "text": text, "url": url} for text, url in buttons]
    return {"channel": "#alerts", "attachments": [attachment]}


@pytest.mark.parametrize("name", GROUPS)
def test_golden(name, tmp_path):
    rendered = render(GROUPS[name], tmp_path)
    assert judge(payload(rendered)) == []
    text = "".join(f"-- {part}\n{content}\n" for part, content in rendered)
    path = os.path.join(GOLDEN, f"{name}.txt")
    if os.environ.get("SLUICE_GOLDEN") == "write":
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        assert text == file.read()


def test_every_golden_file_has_its_group():
    assert {name.removesuffix(".txt") for name in os.listdir(GOLDEN)} == set(GROUPS)


def test_the_texts_of_the_rules_are_well_formed(tmp_path):
    """Those without names in them; with names they are judged where the chain is tried."""
    for rule in rules(RULES.read_text()):
        if rule.kind == "alert":
            texts = {name: re.sub(r"\{\{.*?\}\}", "x", text) for name, text in rule.annotations.items()}
            assert judge(payload(render(group(alert(rule.name, annotations=texts)), tmp_path))) == [], rule.name
