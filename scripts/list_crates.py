#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""List the Rust crates that are linked into Sluice with version and licence, from bridge/Cargo.lock.

With --summary only how many crates there are under each licence. Needs cargo and a filled crate cache
(any build fills it).
"""

import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = [
    "cargo", "metadata", "--locked", "--offline", "--format-version", "1",
    "--filter-platform", "x86_64-unknown-linux-gnu", "--manifest-path", str(ROOT / "bridge" / "Cargo.toml"),
]  # fmt: skip


def licence(package):
    """One spelling for each: the old form A/B means A OR B."""
    text = (package["license"] or package["license_file"] or "none stated").replace("/", " OR ").replace("  ", " ")
    if " AND " in text:
        return text
    return " OR ".join(sorted(part.strip() for part in text.split(" OR ")))


def main():
    listed = subprocess.run(COMMAND, check=True, capture_output=True).stdout
    packages = [p for p in json.loads(listed)["packages"] if p["source"]]
    if sys.argv[1:] == ["--summary"]:
        for text, count in collections.Counter(map(licence, packages)).most_common():
            print(f"{count:4}  {text}")
        return
    for package in sorted(packages, key=lambda p: p["name"]):
        print(f"{package['name']:32} {package['version']:24} {licence(package)}")


if __name__ == "__main__":
    main()
