# SPDX-License-Identifier: Apache-2.0
"""compose.yaml without a Docker daemon: the schema of the Compose Specification, that every file, volume, variable and
name that it speaks of is there, and that each container is shut in."""

import copy
import os
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))
import node_programs  # noqa: E402

TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
each = pytest.mark.parametrize("name", SERVICES)
OURS = ("city", "producer", "sluice")
assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()  # which they have without saying so
CHECKED = {name for name, service in SERVICES.items() if "healthcheck" in service or name in OURS}


def expanded(text):
    """Every ${NAME:-default} as its default, as on a machine without .env."""
    return re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", text)


def test_schema_of_the_compose_specification():
    assert node_programs.run("compose_errors", data=COMPOSE) == []


def test_the_schema_tells_mistakes():
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["sluice"]["helthcheck"] = broken["services"]["sluice"].pop("image")
    assert node_programs.run("compose_errors", data=broken)


def test_the_whole_system_is_there():
    assert set(SERVICES) == {"kafka", *OURS, "prometheus", "alertmanager", "grafana"}


@each
def test_images_have_versions_and_no_registry(name):
    image = SERVICES[name]["image"]
    path, _, tag = image.partition(":")
    assert tag and tag != "latest"
    assert "." not in path.split("/")[0], f"{image} names a registry"


@each
def test_shut_in(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only") or name == "kafka"
    assert "mem_limit" in service and name in CHECKED and "max-size" in service["logging"]["options"]
    assert not service.get("privileged") and not service.get("cap_add") and service.get("network_mode") is None


@each
def test_ports_are_bound_to_loopback(name):
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:"), port


@each
def test_mounted_files_are_there_and_read_only(name):
    for volume in SERVICES[name].get("volumes", []):
        source, target, *mode = expanded(volume).split(":")
        if source.startswith("./"):
            assert mode == ["ro"] and (ROOT / source).exists(), volume
        else:
            assert source in COMPOSE["volumes"], volume


@each
def test_depends_only_on_services_with_a_health_check(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how == {"condition": "service_healthy"} and other in CHECKED


def test_every_volume_and_secret_is_used():
    used = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert set(COMPOSE["volumes"]) <= used
    wanted = {secret["source"] for s in SERVICES.values() for secret in s.get("secrets", [])}
    assert set(COMPOSE["secrets"]) == wanted
    for secret in COMPOSE["secrets"].values():
        assert (ROOT / expanded(secret["file"])).read_text().startswith("http://127.0.0.1:")


def test_every_variable_has_a_default_and_stands_in_the_example():
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
    assert len(re.findall(r"\$\{", TEXT)) == len(re.findall(r"\$\{\w+:-[^${}]*\}", TEXT)), "a variable without default"
    example = dict(re.findall(r"^#?(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.M))
    assert {name: example.get(name) for name in used} == used


def test_alertmanager_finds_its_files():
    config = yaml.safe_load((ROOT / "monitoring/alertmanager.yaml").read_text())
    service = SERVICES["alertmanager"]
    targets = {v.split(":")[1] for v in service["volumes"]} | {s["target"] for s in service["secrets"]}
    for path in [config["global"]["slack_api_url_file"], *config["templates"]]:
        assert str(pathlib.PurePosixPath("/etc/alertmanager") / path) in targets


def test_prometheus_finds_its_files_and_targets():
    config = yaml.safe_load((ROOT / "monitoring/prometheus.compose.yaml").read_text())
    mounted = {v.split(":")[1] for v in SERVICES["prometheus"]["volumes"]}
    assert {f"/etc/prometheus/{path}" for path in config["rule_files"]} <= mounted
    targets = [t for job in config["scrape_configs"] for one in job["static_configs"] for t in one["targets"]]
    for host, port in (target.split(":") for target in targets):
        assert host == "127.0.0.1" and port == "9090" or expanded(SERVICES[host]["ports"][0]).endswith(f":{port}")


def test_grafana_finds_its_files():
    mounted = {v.split(":")[1] for v in SERVICES["grafana"]["volumes"]}
    provider = yaml.safe_load((ROOT / "monitoring/grafana/provisioning/dashboards/provider.yaml").read_text())
    folder = provider["providers"][0]["options"]["path"]
    assert folder in mounted and "/etc/grafana/provisioning" in mounted
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.startswith(folder) and (ROOT / "monitoring/grafana_dashboards" / pathlib.Path(home).name).exists()
    source = yaml.safe_load((ROOT / "monitoring/grafana/provisioning/datasources/prometheus.yaml").read_text())
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    scrape = yaml.safe_load((ROOT / "monitoring/prometheus.compose.yaml").read_text())["global"]["scrape_interval"]
    assert source["datasources"][0]["jsonData"]["timeInterval"] == scrape


@pytest.mark.parametrize(("service", "command"), [("sluice", "check"), ("producer", "produce --check")])
def test_configurations_are_right(service, command):
    """What stands in the container's environment, put into the file that it is given."""
    program = os.environ.get("SLUICE_BIN")
    config = SERVICES[service]["volumes"][0].split(":")[0]
    if not program or not (ROOT / config).exists():
        pytest.skip("no program, or no configuration")
    environment = {name: expanded(str(value)) for name, value in SERVICES[service]["environment"].items()}
    done = subprocess.run(
        [program, *command.split(), ROOT / config], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_made_from_other_files_is_up_to_date(tmp_path):
    subprocess.run([sys.executable, ROOT / "scripts/generate_monitoring.py", tmp_path], check=True)
    for made in (path for path in tmp_path.rglob("*") if path.is_file()):
        name = made.relative_to(tmp_path)
        assert made.read_text() == (ROOT / name).read_text(), f"{name}: run scripts/generate_monitoring.py"
