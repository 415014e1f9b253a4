# SPDX-License-Identifier: Apache-2.0
"""What the metrics cost: CPU seconds of W2 with the monitor on and scraped, and off, in turns.

  build/venv/bin/python bench/metrics_cost.py [--build build/release] [--records 3000000] [--rounds 7] [--before PROGRAM]
                                           [--profile]

With --before a third run of each round is another build of the program, monitor off: what is measured on the way of
every record is in all runs of the new one. Each ratio is of one round; minimum, median and maximum are given.
--profile: one run more, scraped every second under perf, and the shares of the thread that answers HTTP and of the
functions that count.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import tempfile
import threading
import urllib.request

import workloads
from kafka_broker import KafkaBroker, free_ports

from bench import load

SCRAPE_SECONDS = 5
COUNTING = re.compile(r"sluice::(monitor|http|page)::|MHD_")


def scrape(address, every, stop, counts):
    while not stop.wait(every if counts else 1):
        try:
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=2) as answer:
                counts.append(len(answer.read()))
        except OSError:
            pass  # it has not begun to listen, or has ended


def run(binary, directory, broker, monitor, every=SCRAPE_SECONDS, under=()):
    config = workloads.write_config(directory, "w2", broker.bootstrap, "w2", max_offsets=500_000)
    stop, counts = threading.Event(), []
    scraper = None
    if monitor:
        address = f"127.0.0.1:{free_ports(1)[0]}"
        config.write_text(config.read_text().replace("enabled: false", f"listen: {address}"))
        scraper = threading.Thread(target=scrape, args=(address, every, stop, counts))
        scraper.start()
    figures = workloads.run_sluice(binary, directory, config, under)
    stop.set()
    if scraper:
        scraper.join()
    figures["scrapes"] = len(counts)
    return figures


def percent(data, field, wanted):
    """Sum of the shares of what `wanted` finds in perf's table of a field."""
    command = ["perf", "report", "-i", data, "--stdio", "--no-children", "-F", f"overhead,{field}"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = re.findall(r"^ *([0-9.]+)% +(.*)$", table, re.M)
    assert lines, f"{' '.join(map(str, command))} shows nothing"
    return sum(float(share) for share, name in lines if wanted.search(name))


def profile(binary, directory, broker):
    data = pathlib.Path(directory) / "perf.data"
    under = ["perf", "record", "-q", "-F", "1999", "-o", data]
    figures = run(binary, directory, broker, True, 1, under)
    thread, functions = percent(data, "comm", re.compile("http-server")), percent(data, "sym", COUNTING)
    print(
        f"profile: {figures['scrapes']} scrapes; thread of HTTP {thread:.2f} %, functions that count {functions:.2f} %"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=workloads.ROOT / "build" / "release")
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--before", type=pathlib.Path)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    variants = {"off": (arguments.build / "sluice", False), "on": (arguments.build / "sluice", True)}
    if arguments.before:
        variants["before"] = (arguments.before, False)
    ratios = {name: [] for name in variants if name != "off"}
    with tempfile.TemporaryDirectory() as scratch, KafkaBroker(pathlib.Path(scratch) / "kafka") as broker:
        load(arguments.build, broker, "w2", "w2", arguments.records)
        for number in range(arguments.rounds):
            # each goes first in its turn
            names = list(variants)
            names = names[number % len(names) :] + names[: number % len(names)]
            figures = {}
            for name in names:
                with tempfile.TemporaryDirectory(dir=scratch) as directory:
                    figures[name] = run(variants[name][0], directory, broker, variants[name][1])
            for name, of in ratios.items():
                of.append(figures[name]["cpu_s"] / figures["off"]["cpu_s"])
            shown = ", ".join(f"{name} {f['cpu_s']:.2f} s CPU, {f['wall_s']:.1f} s" for name, f in figures.items())
            print(f"round {number + 1}: {shown}; {figures['on']['scrapes']} scrapes", flush=True)
        if arguments.profile:
            with tempfile.TemporaryDirectory(dir=scratch) as directory:
                profile(variants["on"][0], directory, broker)
    for name, of in ratios.items():
        print(f"{name} / off: min {min(of):.4f}, median {statistics.median(of):.4f}, max {max(of):.4f}")


if __name__ == "__main__":
    main()
