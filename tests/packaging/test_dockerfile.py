# SPDX-License-Identifier: Apache-2.0
"""The Dockerfile without a Docker daemon: hadolint, what it copies, and whom it runs as. scripts/image_without_docker
makes the image's root for real, in minutes."""

import pathlib
import shutil
import socket
import subprocess
import sys
import threading

import dockerfile
import pytest

ROOT = dockerfile.ROOT
BUILD, IMAGE = dockerfile.stages()


def repository_files():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    return listed.stdout.decode().splitlines()


CONTEXT = dockerfile.context(repository_files())


def values(stage, name):
    return [one for one in stage.instructions if one.name == name]


def test_hadolint():
    hadolint = shutil.which("hadolint") or pathlib.Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_context_holds_no_secrets_and_no_build_tree():
    for path in (
        ".env",
        "config/.env",
        "build/release/sluice",
        "data/x",
        ".git/config",
        "monitoring/secrets/slack_webhook_url",
    ):
        assert dockerfile.context([path]) == [], path
    assert not any(path.startswith(("tests/", "docs/adr", "build/")) for path in CONTEXT)


def test_whatever_is_copied_is_in_the_context():
    for stage in (BUILD, IMAGE):
        for copy in values(stage, "COPY"):
            if "from" not in copy.flags:
                for source in copy.words()[:-1]:
                    held = [path for path in CONTEXT if path == source or path.startswith(f"{source}/")]
                    assert held, f"COPY {source}: .dockerignore keeps it out"


def test_the_build_stage_gets_every_source():
    """All that CMake and the Rust half read, and what the program carries, but for tests."""
    copied = [source for copy in values(BUILD, "COPY") for source in copy.words()[:-1]]
    for path in repository_files():
        needed = path.startswith(("src/", "cmake/", "bridge/", "docs/runbooks/")) and not path.endswith("_test.cc")
        carried = path.startswith("monitoring/") and path.endswith((".yaml", ".json", ".tmpl"))
        if needed or carried and not path.startswith("monitoring/tests/"):
            assert path in CONTEXT and any(path.startswith(f"{source}/") for source in copied), path


def test_runs_as_a_number_that_is_not_root():
    (user,) = values(IMAGE, "USER")
    number, group = user.text.split(":")
    assert int(number) > 999 and int(group) > 999
    after = IMAGE.instructions[IMAGE.instructions.index(user) :]
    assert not any(one.name in ("RUN", "COPY", "ADD") for one in after)


def test_entry_point_and_health_check_are_lists():
    """Not shells: the program is process 1 and gets the signals."""
    for name in ("ENTRYPOINT", "CMD"):
        (one,) = values(IMAGE, name)
        assert isinstance(one.words(), list) and one.text.startswith("[")
    (check,) = values(IMAGE, "HEALTHCHECK")
    assert 'CMD ["sluice-healthcheck"]' in check.text


def test_only_what_the_build_stage_made_is_taken_from_it():
    (copy,) = (one for one in values(IMAGE, "COPY") if one.flags.get("from"))
    assert copy.flags["from"] == BUILD.name and copy.words() == ["/opt/sluice", "/usr/local"]


@pytest.mark.parametrize(("status", "code"), [("200 OK", 0), ("503 Service Unavailable", 1)])
def test_health_check(status, code):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    request += connection.recv(1000)
                assert request.startswith(b"GET /readyz HTTP/1.0\r\n")
                connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())

        thread = threading.Thread(target=serve)
        thread.start()
        check = [ROOT / "packaging/docker/sluice-healthcheck", str(server.getsockname()[1])]
        assert subprocess.run(check, capture_output=True).returncode == code
        thread.join()


def test_health_check_without_a_server():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert (
        subprocess.run([ROOT / "packaging/docker/sluice-healthcheck", str(port)], capture_output=True).returncode != 0
    )
