#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write what is made out of the files of monitoring/, into the places where other tools want it.

  monitoring/prometheus.compose.yaml            prometheus.yaml with the names of compose.yaml's services
  packaging/kubernetes/prometheusrule.yaml      alert.rules.yaml as an object of the Prometheus operator

Both are committed, and a test writes them anew and compares: generate_monitoring.py [ROOT]
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVICES = {4040: "sluice", 4041: "producer", 9093: "alertmanager"}  # Prometheus scrapes itself where it is
HEAD = "# SPDX-License-Identifier: Apache-2.0\n# Made by scripts/generate_monitoring.py out of monitoring/{}.\n"

OBJECT = """apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: sluice
  labels:
    app.kubernetes.io/name: sluice
spec:
"""


def without_comment_head(text):
    """The file from its first line that is no comment on."""
    lines = text.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.strip() and not line.startswith("#"))
    return "".join(lines[first:])


def for_compose(text):
    body = without_comment_head(text)
    for port, service in SERVICES.items():
        assert f"127.0.0.1:{port}" in body, f"prometheus.yaml has no target at port {port}"
        body = body.replace(f"127.0.0.1:{port}", f"{service}:{port}")
    return HEAD.format("prometheus.yaml") + body


def for_kubernetes(text):
    body = without_comment_head(text)
    indented = "".join(f"  {line}" if line.strip() else line for line in body.splitlines(keepends=True))
    return HEAD.format("alert.rules.yaml") + OBJECT + indented


def main():
    into = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    for made, source, make in (
        ("monitoring/prometheus.compose.yaml", "prometheus.yaml", for_compose),
        ("packaging/kubernetes/prometheusrule.yaml", "alert.rules.yaml", for_kubernetes),
    ):
        path = into / made
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make((ROOT / "monitoring" / source).read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
