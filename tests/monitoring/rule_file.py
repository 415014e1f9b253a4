# SPDX-License-Identifier: Apache-2.0
"""Reads monitoring/alert.rules.yaml as it is laid out (no YAML library is needed), and shrinks its times for tests.

for rule in rules(text):
    rule.name, rule.expr, rule.fields["for"]
compressed(text)         # minutes become seconds, so that a chain of real programs can be tried
"""

import re
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
MONITORING = REPOSITORY / "monitoring"
RULES = MONITORING / "alert.rules.yaml"

RULE_BEGINS = re.compile(r"^  - (alert|record): (\S+)$")


class Rule(NamedTuple):
    kind: str  # alert or record
    name: str
    line: int  # of its first line in the file, from 0
    lines: list  # as they stand in the file
    expr: str
    fields: dict  # for, keep_firing_for, labels: their texts
    annotations: dict


def rules(text):
    """The rules of a file, in its order."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if RULE_BEGINS.match(line)]
    found = []
    for start in starts:
        end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith("    ")), len(lines))
        found.append(parsed(start, lines[start:end]))
    return found


def parsed(start, lines):
    kind, name = RULE_BEGINS.match(lines[0]).groups()
    expr = "\n".join(line[6:] for line in lines[expr_lines(lines)])
    fields = dict(re.findall(r"^    (for|keep_firing_for|labels): (.+)$", "\n".join(lines), re.M))
    annotations = dict(re.findall(r"^      (\w+): '(.+)'$", "\n".join(lines), re.M))
    return Rule(kind, name, start, lines, expr, fields, annotations)


def expr_lines(lines):
    """Where the expression stands among the lines of a rule."""
    begin = lines.index("    expr: |") + 1
    end = next((n for n in range(begin, len(lines)) if not lines[n].startswith("      ")), len(lines))
    return slice(begin, end)


def alone(text, rule):
    """A rule file of the alerts with the rule's name and label `long`, and what is recorded for them (of all that is
    recorded, if the rule records); `rule` stands in the place of that at its line."""
    every = rules(text)
    alike = [one for one in every if one.kind == "alert" and (one.name, long_of(one)) == (rule.name, long_of(rule))]
    needed = [one for one in every if one.kind == "record" and is_needed(one, alike)]
    blocks = [rule.lines if one.line == rule.line else one.lines for one in needed + alike]
    return "groups:\n- name: alone\n  rules:\n" + "".join("\n".join(block) + "\n" for block in blocks)


def is_needed(record, alerts):
    return not alerts or any(record.name in alert.expr for alert in alerts)


def long_of(rule):
    """The label by which rules of one name are told apart."""
    return re.findall(r"long: (\w+)", rule.fields.get("labels", ""))


def compressed(text):
    """Minutes become seconds, an hour a minute, and so does what is marked as seconds. `for: 1h` and ranges of days
    stay: slow burns are left to the rule tests."""
    text = re.sub(r"\b(\d+)m\b", r"\1s", text)
    text = re.sub(r"\[(\d+)h\]", lambda hours: f"[{int(hours[1]) * 60}s]", text)
    text = re.sub(r"([\d.]+) # seconds.*", lambda seconds: f"{float(seconds[1]) / 60:g}", text)
    return re.sub(r"^  interval: 30s$", "  interval: 1s", text, flags=re.M)
