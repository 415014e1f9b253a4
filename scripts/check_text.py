#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check what each file of the repository must and must not say.

Source files carry the SPDX line; no file names a package registry's host, a path of one machine, or
holds a TODO without an issue number; text ends with one newline and has no trailing blanks.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPDX = "SPDX-License-Identifier: Apache-2.0"
SOURCE_SUFFIXES = {".h", ".cc", ".c", ".rs", ".py", ".sh", ".cmake", ".sql"}
SOURCE_FOLDERS = ("scripts/", ".ci/")
PLAIN = {".txt", ".lock", ".md", ".json", ".xml", ".supp", ".toml", ".in"}
# Written by tools, not by us.
GENERATED = {"bridge/Cargo.lock", "LICENSE"}
FORBIDDEN = [
    (
        "a registry's host",
        re.compile(
            r"\b(pypi\.org|pythonhosted\.org|crates\.io|registry\.npmjs|npmjs\.(org|com)|repo1?\.maven\S*"
            r"|deb\.debian\.org|security\.debian\.org|proxy\.golang\.org|docker\.io|ghcr\.io)"
        ),
    ),
    ("a path of one machine", re.compile(r"(?<![\w.\-}$])/(work|root|home/\w+|Users/\w+)/")),
    ("a TODO without an issue number", re.compile(r"\b(TODO|FIXME)\b(?!\(#\d+\))")),
    ("trailing blanks", re.compile(r"[ \t]+$", re.M)),
]
THIS = "scripts/check_text.py"


def repository_files():
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def text_of(name):
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def needs_spdx(name):
    path = pathlib.PurePath(name)
    if path.suffix in PLAIN:
        return path.name == "CMakeLists.txt"
    return path.suffix in SOURCE_SUFFIXES or name.startswith(SOURCE_FOLDERS) or name == "Makefile"


def check(name, text):
    if needs_spdx(name) and SPDX not in "\n".join(text.splitlines()[:5]):
        yield f"{name}:1: no line '{SPDX}'"
    if name in GENERATED or name == THIS or name.startswith("tests/golden/"):
        return
    for what, pattern in FORBIDDEN:
        match = pattern.search(text)
        if match and not ("TODO" in what and name.endswith(".md")):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: {what}: {match.group(0).strip()!r}"
    if text and not text.endswith("\n"):
        yield f"{name}: no newline at the end"


def main():
    names = repository_files()
    errors = [e for name in names if (text := text_of(name)) is not None for e in check(name, text)]
    print(*errors, sep="\n", end="\n" if errors else "")
    print(f"text: {len(names)} files, {len(errors)} findings")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
