#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print the sizes of files and functions under src/ and fail on what is too long to read.

Limits: source 700 lines, header 300, function 80 lines, line 110 columns (clang-format keeps code to 100). The medians and 95th
percentiles are printed for comparison with docs/ARCHITECTURE.md's targets.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
LIMITS = {"source": 700, "header": 300, "function": 80}
COLUMNS = 110

COMMENT_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\ ]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S
)
NOT_A_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern)\b|=\s*$|\]\s*$")
CONTROL = re.compile(r"\b(if|for|while|switch|catch|do|else|try)\b")
NAME = re.compile(r"([~\w:]+(?:<[^<>]*>)?)\s*\(")


def blank(match):
    """Keep the line breaks, drop the text, so that braces in comments and strings do not count."""
    return re.sub(r"[^\n]", " ", match.group(0))


def functions(text):
    """(name, first line, lines) of each function body, found by its braces."""
    code = COMMENT_OR_TEXT.sub(blank, text)
    code = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.M)
    stack, found, statement = [], [], 0
    for match in re.finditer(r"[{};]", code):
        at, mark = match.start(), match.group(0)
        if mark == "{":
            head = code[statement:at]
            inside = any(frame for frame in stack)
            name = NAME.search(head)
            is_function = not inside and name and not NOT_A_FUNCTION.search(head) and not CONTROL.search(head)
            first = statement + len(head) - len(head.lstrip())
            stack.append((name.group(1), first) if is_function else None)
        elif mark == "}" and stack:
            frame = stack.pop()
            if frame:
                line = code.count("\n", 0, frame[1]) + 1
                found.append((frame[0], line, code.count("\n", frame[1], at) + 1))
        statement = at + 1
    return found


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0


def is_test(path):
    return "testing" in path.parts or re.search(r"_(test|bench|fuzz)$", path.stem)


def report(kind, sizes):
    values = [size for size, _ in sizes]
    if not values:
        return
    longest = max(sizes)
    print(
        f"{kind:9} {len(values):5}   median {percentile(values, 0.5):4}   p95 {percentile(values, 0.95):4}"
        f"   longest {longest[0]:4}  {longest[1]}"
    )


def measure(paths):
    sizes, wide = {"source": [], "header": [], "function": [], "test": []}, []
    for path in paths:
        text, name = path.read_text(), str(path.relative_to(ROOT))
        lines = text.splitlines()
        if is_test(path):  # long texts as they are read and written stand there in one piece
            sizes["test"].append((len(lines), name))
            continue
        wide += [f"{name}:{i}: {len(line)} columns" for i, line in enumerate(lines, 1) if len(line) > COLUMNS]
        sizes["header" if path.suffix == ".h" else "source"].append((len(lines), name))
        sizes["function"] += [(count, f"{name}:{line}: {label}") for label, line, count in functions(text)]
    return sizes, wide


def main():
    paths = sorted(p for p in SRC.rglob("*") if p.suffix in (".h", ".cc"))
    sizes, errors = measure(paths)
    for kind in ("source", "header", "function", "test"):
        report(kind, sizes[kind])
        limit = LIMITS.get(kind)
        if limit:
            errors += [
                f"{where}: {kind} of {size} lines, at most {limit}" for size, where in sizes[kind] if size > limit
            ]
    print(*errors, sep="\n", end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
