# SPDX-License-Identifier: Apache-2.0
"""Who may see the pages of a job and of a producer: the token, its file, addresses beyond this machine."""

import base64
import json

import pytest
from sluice_job import Job, free_port, sluice, wait_until
from sluice_producer import Producer

TOKEN = "planted-monitor-token-0815"
OK, CONFIGURATION = 0, 2


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def make(kind, directory, monitor):
    """A job or a producer whose broker nobody is."""
    broker = f"127.0.0.1:{free_port()}"
    if kind == "job":
        return Job(directory, broker, "t", trigger="processingTime: 0 seconds", monitor=monitor)
    return Producer(directory, broker, "t", "a: {url: 'http://127.0.0.1:1/a.pb'}", monitor=monitor)


def check(program, **environment):
    command = ["check"] if isinstance(program, Job) else ["produce", "--check"]
    return sluice(*command, program.config, **environment)


@pytest.mark.parametrize("way", ["variable", "file"])
@pytest.mark.parametrize("kind", ["job", "producer"])
def test_the_pages_need_the_token_and_health_does_not(kind, way, tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    monitor = "token: ${MONITOR_TOKEN}" if way == "variable" else f"tokenFile: {tmp_path / 'token'}"
    environment = {"MONITOR_TOKEN": TOKEN} if way == "variable" else {}
    with make(kind, tmp_path, monitor) as program:
        told = check(program, **environment)
        assert told.returncode == OK, told.stderr
        program.start(**environment)
        wait_until(lambda: program.http("/healthz")[0] == 200, 20, "an answer")
        seen = told.stdout + told.stderr
        for page in ("/metrics", "/", "/progress", "/feeds", "/api/v1/status", "/nowhere"):
            status, text = program.http(page)
            assert status == 401, page
            assert program.http(page, Authorization=f"Bearer {TOKEN[:-1]}")[0] == 401
            assert program.http(page, Authorization=basic("anybody", "wrong"))[0] == 401
            seen += text
        for authorization in (f"Bearer {TOKEN}", basic("prometheus", TOKEN), basic("", TOKEN)):
            status, text = program.http("/metrics", Authorization=authorization)
            assert status == 200 and "log_messages_total" in text
            seen += text
        wait_until(lambda: program.http("/readyz")[0] == 503, 20, "not ready")
        wait_until(lambda: "127.0.0.1" in program.http("/readyz", Authorization=f"Bearer {TOKEN}")[1], 30, "why")
        assert "detail" not in program.http("/readyz")[1], "only for those who have the token"
        assert program.http("/startupz")[0] in (200, 503)
        nowhere = ["--prometheus=http://127.0.0.1:1", "--alertmanager=http://127.0.0.1:1"]
        told = sluice("doctor", program.config, "--json", *nowhere, seconds=60, **environment)
        (port,) = [one for one in json.loads(told.stdout)["findings"] if one["name"] == "monitor port"]
        assert port["severity"] == "warn" and "runs there, but is not ready: " in port["seen"], port
        assert "127.0.0.1" in port["seen"].split("not ready: ")[1] and "{" not in port["seen"], port
        seen += told.stdout + told.stderr
        stopped = program.stop()
        assert (stopped[0] if kind == "job" else stopped) == OK
        assert TOKEN not in seen + program.log_text()


@pytest.mark.parametrize("kind", ["job", "producer"])
def test_an_address_for_others_needs_a_token(kind, tmp_path):
    with make(kind, tmp_path, "") as program:
        text = program.config.read_text().replace(f"127.0.0.1:{program.port}", f"0.0.0.0:{program.port}")
        program.config.write_text(text)
        line = 1 + text[: text.index("0.0.0.0")].count("\n")
        told = check(program)
        assert told.returncode == CONFIGURATION
        assert (
            f"{program.config.name}:{line}: monitor.listen: beyond this machine the pages need a token" in told.stderr
        )
        assert "monitor.allowAnonymous: true" in told.stderr
        program.start()
        assert program.wait(20) == CONFIGURATION, "it does not run either"
        with_opt_out = text.replace(
            f"listen: 0.0.0.0:{program.port}", f"listen: 0.0.0.0:{program.port}\n  allowAnonymous: true"
        )
        program.config.write_text(with_opt_out)
        assert check(program).returncode == OK
        with_token = text.replace(
            f"listen: 0.0.0.0:{program.port}", f"listen: 0.0.0.0:{program.port}\n  token: '${{T:-}}'"
        )
        program.config.write_text(with_token)
        assert check(program, T=TOKEN).returncode == OK
        assert check(program, T="").returncode == CONFIGURATION, "an empty one is none"


def test_listen_of_the_command_line_is_no_way_round(tmp_path):
    program = make("producer", tmp_path, "")
    told = sluice("produce", program.config, "--listen", "0.0.0.0:0")
    assert told.returncode == CONFIGURATION and "--listen 0.0.0.0:0: beyond this machine" in told.stderr
    told = sluice("demo", "--dir", tmp_path / "demo", "--listen", "0.0.0.0:0", "--for", "1 second")
    assert told.returncode == CONFIGURATION and "--listen 0.0.0.0:0: beyond this machine" in told.stderr


def test_a_token_file_that_is_not_there_is_named(tmp_path):
    with make("job", tmp_path, f"tokenFile: {tmp_path / 'nowhere'}") as job:
        assert job.run(20) == CONFIGURATION
        assert f"monitor.tokenFile {tmp_path / 'nowhere'}: No such file or directory" in job.log_text()
