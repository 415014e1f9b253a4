# SPDX-License-Identifier: Apache-2.0
"""The rules' tests pin every threshold and duration: mutate_rules.py finds none that could be changed unnoticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent / "mutate_rules.py"


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool: install prometheus")
def test_every_mutant_is_noticed():
    done = subprocess.run([sys.executable, SCRIPT, "--seconds", "240"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 150, done.stdout
