# SPDX-License-Identifier: Apache-2.0
"""The Kubernetes manifests without a cluster: schemas of Kubernetes and of the Prometheus operator, their types for what
no schema forbids (misspelt keys), and that the parts fit together."""

import copy
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging" / "kubernetes"
sys.path.append(str(ROOT / "tests"))
import node_programs  # noqa: E402

KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS = {name: yaml.safe_load((FOLDER / name).read_text()) for name in KUSTOMIZATION["resources"]}
DEPLOYMENT = OBJECTS["deployment.yaml"]
POD = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]


def typed(thing):
    """TypeScript that says: this is an object of that kind."""
    version, kind = thing["apiVersion"], thing["kind"]
    package = "@kubernetes-models/prometheus-operator" if version.startswith("monitoring") else "kubernetes-models"
    head = f'import type {{ I{kind} }} from "{package}/{version}/{kind}";'
    return f"{head}\nexport const it: I{kind} = {json.dumps(thing)};\n"


def type_errors(objects):
    return node_programs.type_errors({f"{name}.ts": typed(thing) for name, thing in objects.items()})


def test_schemas():
    assert node_programs.run("kubernetes_errors", data=list(OBJECTS.values())) == [""] * len(OBJECTS)


def test_types():
    assert type_errors(OBJECTS) == []


def test_schemas_and_types_tell_mistakes():
    wrong, misspelt = copy.deepcopy(DEPLOYMENT), copy.deepcopy(DEPLOYMENT)
    wrong["spec"]["replicas"] = "one"
    misspelt["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    assert node_programs.run("kubernetes_errors", data=[wrong]) != [""]
    assert type_errors({"misspelt": misspelt})


def test_every_manifest_is_in_the_kustomization():
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    generated = {file for config in KUSTOMIZATION["configMapGenerator"] for file in config["files"]}
    assert files == set(KUSTOMIZATION["resources"]) | generated


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
def test_kustomize_builds_it():
    """And the names that it changes still fit: that of the job's ConfigMap."""
    done = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    kinds = {one["kind"]: one for one in built}
    assert set(kinds) == {one["kind"] for one in OBJECTS.values()} | {"ConfigMap"}
    volumes = kinds["Deployment"]["spec"]["template"]["spec"]["volumes"]
    assert {"name": "job", "configMap": {"name": kinds["ConfigMap"]["metadata"]["name"]}} in volumes
    assert node_programs.run("kubernetes_errors", data=built) == [""] * len(built)


def test_one_writer():
    assert DEPLOYMENT["spec"]["replicas"] == 1 and DEPLOYMENT["spec"]["strategy"] == {"type": "Recreate"}


def test_selectors_find_the_pod():
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    wanted = [
        DEPLOYMENT["spec"]["selector"]["matchLabels"],
        OBJECTS["service.yaml"]["spec"]["selector"],
        OBJECTS["networkpolicy.yaml"]["spec"]["podSelector"]["matchLabels"],
        OBJECTS["podmonitor.yaml"]["spec"]["selector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in wanted)


def test_ports_and_volumes_have_their_names():
    ports = {port["name"] for port in CONTAINER["ports"]}
    probes = [CONTAINER[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")]
    asked = [*probes, OBJECTS["service.yaml"]["spec"]["ports"][0]["targetPort"]]
    asked += [endpoint["port"] for endpoint in OBJECTS["podmonitor.yaml"]["spec"]["podMetricsEndpoints"]]
    assert set(asked) == ports
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == {volume["name"] for volume in POD["volumes"]}
    names = {volume.get("configMap", {}).get("name") for volume in POD["volumes"]} - {None}
    assert names == {config["name"] for config in KUSTOMIZATION["configMapGenerator"]}


def test_shut_in():
    """The rules of the Pod Security Standard `restricted`, and a root that nobody writes to."""
    assert (
        POD["securityContext"]["runAsNonRoot"] and POD["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    )
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not POD["automountServiceAccountToken"]
    assert CONTAINER["resources"]["limits"]["memory"] and CONTAINER["resources"]["requests"]["cpu"]


def test_the_user_is_that_of_the_image():
    user = next(line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("USER "))
    context = POD["securityContext"]
    assert user == f"USER {context['runAsUser']}:{context['runAsGroup']}"


def test_the_target_has_the_labels_of_the_alert_rules():
    (endpoint,) = OBJECTS["podmonitor.yaml"]["spec"]["podMetricsEndpoints"]
    labels = {rule["targetLabel"]: rule["replacement"] for rule in endpoint["relabelings"]}
    job = yaml.safe_load((FOLDER / "job.yaml").read_text())
    assert labels == {"job": "spark-streaming", "query": job["query"]["name"], "topic": job["KAFKA_TOPIC"]}
    assert endpoint["honorLabels"]


def test_prometheus_shows_the_token_of_the_secret():
    (endpoint,) = OBJECTS["podmonitor.yaml"]["spec"]["podMetricsEndpoints"]
    credentials = endpoint["authorization"]["credentials"]
    job = yaml.safe_load((FOLDER / "job.yaml").read_text())
    assert job["monitor"]["token"] == f"${{{credentials['key']}}}"
    assert {"secretRef": {"name": credentials["name"]}} in CONTAINER["envFrom"]


def test_the_rules_are_those_of_prometheus():
    rules = yaml.safe_load((ROOT / "monitoring" / "alert.rules.yaml").read_text())
    assert OBJECTS["prometheusrule.yaml"]["spec"] == rules


def test_the_job_is_right():
    program = os.environ.get("SLUICE_BIN")
    if not program:
        pytest.skip("no program")
    environment = {"KAFKA_USERNAME": "u", "KAFKA_PASSWORD": "p", "SLUICE_MONITOR_TOKEN": "t" * 32}
    done = subprocess.run(
        [program, "check", FOLDER / "job.yaml"], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
