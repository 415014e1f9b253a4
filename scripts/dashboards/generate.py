#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the Grafana dashboards: generate.py [DIR]. Without DIR: monitoring/grafana_dashboards of this repository.

Each dashboard is a module beside this file with a function make(); what they share is in frame.py and panels.py.
The JSON is committed, and a test writes it anew and compares.
"""

import json
import pathlib
import sys

import alerting
import overview
import partitions
import producer

DASHBOARDS = {
    "overview.json": overview.make,
    "kafka_partitions.json": partitions.make,
    "alerting_slo.json": alerting.make,
    "producer.json": producer.make,
}


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "monitoring" / "grafana_dashboards"
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in DASHBOARDS.items():
        (folder / name).write_text(json.dumps(make(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
