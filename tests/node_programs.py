# SPDX-License-Identifier: Apache-2.0
"""Node programs of the tests, with the packages that scripts/setup test installs into build/node."""

import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "tests" / "node"
MODULES = pathlib.Path(os.environ.get("SLUICE_NODE", ROOT / "build" / "node"))


def run(name, *arguments, data):
    """Runs tests/node/NAME.mjs on `data`, both JSON. Given as text, since imports are looked up from where node runs."""
    source = (PROGRAMS / f"{name}.mjs").read_text()
    done = subprocess.run(
        ["node", "--input-type=module", "-e", source, "--", *arguments],
        cwd=MODULES,
        input=json.dumps(data),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{name}.mjs: {done.stderr}"
    return json.loads(done.stdout)


def type_errors(sources):
    """What the TypeScript compiler has against files {name: text}: its lines."""
    with tempfile.TemporaryDirectory(dir=MODULES, prefix="types.") as folder:
        for name, text in sources.items():
            pathlib.Path(folder, name).write_text(text)
        options = ["--noEmit", "--strict", "--skipLibCheck", "--types", "", "--target", "es2022"]
        options += ["--module", "esnext", "--moduleResolution", "bundler"]
        compiler = [MODULES / "node_modules" / ".bin" / "tsc", *options, *sources]
        done = subprocess.run(compiler, cwd=folder, capture_output=True, text=True, timeout=300)
    lines = (done.stdout + done.stderr).splitlines()
    return lines or ([f"tsc ended with code {done.returncode}"] if done.returncode else [])
