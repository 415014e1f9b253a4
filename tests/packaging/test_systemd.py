# SPDX-License-Identifier: Apache-2.0
"""The systemd units without a running systemd: systemd-analyze verify and security, and whether the system calls that
the program makes are among those that the unit allows."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "systemd"
UNITS = ("sluice@.service", "sluice-producer@.service")
each = pytest.mark.parametrize("unit", UNITS)
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)


def instance(unit, folder):
    """The unit as that of an instance; with a program that is there, since none is installed here."""
    path = folder / unit.replace("@.", "@x.")
    path.write_text((FOLDER / unit).read_text().replace("/usr/local/bin/sluice ", "/bin/true "))
    return path


@each
def test_verify(unit, tmp_path):
    done = analyze("verify", instance(unit, tmp_path))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_verify_tells_a_misspelt_key(tmp_path):
    path = instance(UNITS[0], tmp_path)
    path.write_text(path.read_text().replace("ProtectHome=", "ProtectHouse="))
    assert "ProtectHouse" in analyze("verify", path).stderr


@each
def test_exposure_is_low(unit, tmp_path):
    done = analyze("security", "--offline=true", "--threshold=15", instance(unit, tmp_path))
    assert done.returncode == 0, done.stdout[-500:]


def allowed_calls(unit):
    """The system calls that are left of SystemCallFilter=: sets that are added, and taken away."""
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", (FOLDER / unit).read_text(), re.M):
        names = {call for name in line.lstrip("~").split() for call in calls_of(name)}
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def calls_of(name):
    if not name.startswith("@"):
        return {name}
    listed = [line.strip() for line in analyze("syscall-filter", name).stdout.splitlines()[1:]]
    return {call for entry in listed if entry and entry[0] != "#" for call in calls_of(entry)}


def test_the_job_makes_only_calls_that_are_allowed(tmp_path):
    program = os.environ.get("SLUICE_BIN")
    if not program or not shutil.which("strace"):
        pytest.skip("no program, or no strace")
    trace = tmp_path / "calls.txt"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-c", "-o", trace, program]
        + ["demo", "--for", "5s", "--dir", tmp_path / "demo", "--listen", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    made = set(re.findall(r"^ *[\d.]+ .* ([a-z_0-9]+)$", trace.read_text(), re.M)) - {"total"}
    assert {"openat", "write", "socket"} <= made
    assert made - allowed_calls("sluice@.service") == set()
