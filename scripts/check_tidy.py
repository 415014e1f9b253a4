#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over the sources of src/ (tests apart), in parallel: check_tidy.py BUILD_DIR [--newest N | FILE...]

--newest N: only sources that the newest N commits touched, themselves or by a header; all, if git cannot tell.
A file that passed is not looked at again until it, a header of ours that it includes, or .clang-tidy
changes; what passed is remembered in BUILD_DIR/tidy.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
TIDY = "clang-tidy-19"
# The commands are g++'s, and its library uses what clang calls deprecated.
EXTRA = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-deprecated-declarations"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


@functools.cache
def closure(path):
    """The file and every header of ours that it reaches."""
    found = {path}
    for header in INCLUDE.findall(path.read_text()):
        target = SRC / header
        if target.is_file() and target not in found:
            found |= {target} if target == path else closure(target)
    return frozenset(found)


def key(path):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for part in sorted(closure(path)):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def sources(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(c["file"]) for c in commands}
    return sorted(
        f
        for f in files
        if f.is_relative_to(SRC) and not re.search(r"_(test|bench|fuzz)$|/testing/", str(f.with_suffix("")))
    )


def touched(files, commits):
    command = ["git", "-C", str(ROOT), "log", f"-{commits}", "--format=", "--name-only"]
    log = subprocess.run(command, capture_output=True, text=True)
    names = set(log.stdout.split())
    if log.returncode != 0 or ".clang-tidy" in names:
        return files
    changed = {ROOT / name for name in names}
    return [f for f in files if closure(f) & changed]


def run(build, path):
    stamp = build / "tidy" / str(path.relative_to(SRC)).replace("/", "_")
    wanted = key(path)
    if stamp.is_file() and stamp.read_text() == wanted:
        return path, True, ""
    command = [TIDY, "--quiet", "-p", str(build), *EXTRA, str(path)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode == 0:
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted)
    return path, result.returncode == 0, result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("files", nargs="*", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--newest", type=int, metavar="N")
    options = parser.parse_args()
    build = options.build
    files = options.files or sources(build)
    if options.newest:
        files = touched(files, options.newest)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, passed, output in pool.map(functools.partial(run, build), files):
            if not passed:
                failed += 1
                print(output or f"{path}: clang-tidy failed")
    print(f"tidy: {len(files)} files, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
