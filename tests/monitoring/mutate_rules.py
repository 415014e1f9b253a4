#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check that monitoring/tests pins every threshold and every duration of the rules.

    mutate_rules.py [NAME...] [--seconds 150]     only the rules whose name holds one of these; the time allowed

Each number of an expression, each range, each `for` and `keep_firing_for` is made half as long again and a third
shorter (a 0 becomes 1 and -1). A mutant that all tests of its rule still pass is printed, and the exit code is 1.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from rule_file import MONITORING, RULES, alone, expr_lines, long_of, rules

# 1 of Watchdog is no threshold; the step of a subquery ([15m:1m]) only says how finely it looks.
WITHOUT_THRESHOLD = {"Watchdog"}
UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # promtool writes a database for each case
NUMBER = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w.])")
RANGE = re.compile(r"(?:(?<=\[)|(?<=offset ))(\d+)([smhd])(?=[]:]|$)")


class Mutant(NamedTuple):
    what: str
    rule: object


def blank(match):
    return " " * len(match[0])


def code_of(line):
    """The line with texts, comments and label lists blanked, so that what is found in it is code."""
    for noise in (r"\"[^\"]*\"", r"#.*", r"\{[^}]*\}", r"\b(by|on|group_left) \([^)]*\)"):
        line = re.sub(noise, blank, line)
    return line


def longer_and_shorter(match):
    seconds = int(match[1]) * UNIT[match[2]]
    return [f"{seconds * 3 // 2}s", f"{seconds * 2 // 3}s"]


def other_numbers(match):
    value = float(match[0])
    return [f"{value * 1.5:.6g}", f"{value / 1.5:.6g}"] if value else ["1", "-1"]


def changes_of(line, in_expression):
    """(begin, end, text) of each change to one line."""
    if not in_expression:
        duration = re.match(r"    (?:for|keep_firing_for): (?=(\d+)([smhd])$)", line)
        if duration:
            yield from ((duration.end(), len(line), new) for new in longer_and_shorter(duration))
        return
    code = code_of(line)
    ranges = re.sub(r"(?<=:)\d+[smhd](?=\])", blank, code)
    for match in RANGE.finditer(ranges):
        yield from ((*match.span(), new) for new in longer_and_shorter(match))
    for match in NUMBER.finditer(re.sub(r"\[[^]]*\]", blank, code)):
        yield from ((*match.span(), new) for new in other_numbers(match))


def mutants_of(rule):
    expression = expr_lines(rule.lines)
    for n, line in enumerate(rule.lines):
        for begin, end, new in changes_of(line, expression.start <= n < expression.stop):
            lines = list(rule.lines)
            lines[n] = line[:begin] + new + line[end:]
            yield Mutant(f"line {rule.line + n + 1}: {line.strip()}  ->  {new}", rule._replace(lines=lines))


def tests_of(rule):
    """Tests of a rule; where rules share a name, NAME.LONG*.yaml are those of the rule with the label `long`."""
    if rule.kind == "record":
        return [MONITORING / "tests" / "recording.yaml"]
    long = long_of(rule)
    found = sorted((MONITORING / "tests").glob(f"{rule.name}.{long[0]}*.yaml" if long else f"{rule.name}*.yaml"))
    return [one for one in found if long or not re.search(r"\.\d+d\.", one.name)]


def cases_of(test):
    """The cases of a test file, each as a file of its own: the first that fails is enough."""
    head, *cases = re.split(r"^(?=- name:)", test.read_text(), flags=re.M)
    head = re.sub(r"^rule_files: .*$", "rule_files: [rules.yaml]", head, flags=re.M)
    return [head + case for case in cases]


class Trial:
    """A directory with the cases that test one rule, and room for its mutants."""

    def __init__(self, directory, text, rule):
        self.directory, self.text = Path(directory), text
        self.cases = []
        for n, case in enumerate(case for test in tests_of(rule) for case in cases_of(test)):
            (self.directory / f"case{n}.yaml").write_text(case)
            self.cases.append(f"case{n}.yaml")

    def passes(self, rule):
        (self.directory / "rules.yaml").write_text(alone(self.text, rule))
        for case in self.cases:
            if self.run(case) != 0:
                # What has noticed one mutant is asked first about the next.
                self.cases.remove(case)
                self.cases.insert(0, case)
                return False
        return True

    def run(self, case):
        command = ["promtool", "test", "rules", case]
        environment = {**os.environ, "TMPDIR": str(self.directory)}
        return subprocess.run(command, cwd=self.directory, env=environment, capture_output=True, timeout=60).returncode


def survivors_of(rule, text, deadline):
    """(mutants tried, those that no test noticed)."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as directory:
        trial = Trial(directory, text, rule)
        if not trial.cases:
            return 0, [f"{rule.name}: no test in monitoring/tests"]
        if not trial.passes(rule):
            return 0, [f"{rule.name}: its tests fail without any change"]
        survivors, tried = [], 0
        for mutant in mutants_of(rule):
            if time.monotonic() > deadline:
                return tried, [*survivors, f"{rule.name}: no time left"]
            tried += 1
            if trial.passes(mutant.rule):
                survivors.append(f"{rule.name}: {mutant.what}")
        return tried, survivors


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("--seconds", type=float, default=150)
    options = arguments.parse_args()
    text, started = RULES.read_text(), time.monotonic()
    tried, survivors = 0, []
    for rule in rules(text):
        if rule.name in WITHOUT_THRESHOLD or not any(name in rule.name for name in options.names or [""]):
            continue
        more, left = survivors_of(rule, text, started + options.seconds)
        tried += more
        survivors += left
    print(*survivors, sep="\n", end="\n" if survivors else "")
    print(f"{tried} mutants, {len(survivors)} not noticed, {time.monotonic() - started:.0f} s")
    return 1 if survivors or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
