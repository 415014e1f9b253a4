# SPDX-License-Identifier: Apache-2.0
"""make bench: W1 and W2 on a real broker beside the floor of the bare libraries, then freshness.

  build/venv/bin/python bench/bench.py [--build build/release] [--w2 5000000] [--w1 1000] [--rounds 3] [--freshness 60]

Figures are CPU seconds of the whole process (user + system, every thread), the broker's not counted. Floor and
Sluice take turns, round by round; each ratio is of one round, and the table gives minimum, median and maximum.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import workloads
from kafka_broker import KafkaBroker


def spread(values, digits=2):
    return f"{min(values):.{digits}f} {statistics.median(values):.{digits}f} {max(values):.{digits}f}"


def load(build, broker, topic, kind, count):
    program = build / "bench" / "make_load"
    if not program.exists():
        raise SystemExit(f"{program} is missing: scripts/build --tests release sluice make_load floor")
    broker.create_topic(topic, workloads.PARTITIONS, {"retention.ms": "-1"})
    out = subprocess.run(
        [program, broker.bootstrap, topic, kind, str(count)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return json.loads(out)


def one_round(build, broker, topic, kind, jobs, scratch):
    """Floor, then each job; [(name, figures)]."""
    directory = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    floor = json.loads(
        subprocess.run(
            [build / "bench" / "floor", broker.bootstrap, topic, kind, directory],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    figures = {"floor": floor}
    for job, max_offsets in jobs:
        name = job if not max_offsets else f"{job} by {max_offsets}"
        config = workloads.write_config(
            directory / name.replace(" ", "-"), job, broker.bootstrap, topic, max_offsets=max_offsets
        )
        figures[name] = workloads.run_sluice(build / "sluice", config.parent, config)
    shutil.rmtree(directory)
    return figures


def report(title, rounds, amount):
    floors = [r["floor"]["kafka"] + r["floor"]["json"] + r["floor"]["parquet"] for r in rounds]
    million = [r["floor"]["rows"] / 1e6 for r in rounds]
    print(
        f"\n{title}: {amount['messages']:,} messages, {amount['bytes'] / 1e6:,.0f} MB of JSON, "
        f"{rounds[0]['floor']['rows']:,} rows; {len(rounds)} rounds, min median max"
    )
    parts = ", ".join(
        f"{p} {spread([r['floor'][p] / m for r, m in zip(rounds, million)])}" for p in ("kafka", "json", "parquet")
    )
    print(f"  floor: CPU s per million rows {spread([f / m for f, m in zip(floors, million)])}  ({parts})")
    for name in rounds[0]:
        if name == "floor":
            continue
        runs = [r[name] for r in rounds]
        cpu = [x["cpu_s"] for x in runs]
        print(
            f"  {name}: CPU s per million rows {spread([c / m for c, m in zip(cpu, million)])}; over the floor "
            f"{spread([c / f for c, f in zip(cpu, floors)])}"
        )
        stages = {
            s: statistics.median(x["stages"].get(s, 0) / m for x, m in zip(runs, million)) for s in runs[0]["stages"]
        }
        print("    by stage: " + ", ".join(f"{s} {v:.3f}" for s, v in stages.items()))
        print(
            f"    rows/s {spread([x['rows'] / x['wall_s'] for x in runs], 0)}; JSON MB/s "
            f"{spread([amount['bytes'] / 1e6 / x['wall_s'] for x in runs], 0)}; first commit s "
            f"{spread([x['first_commit_s'] for x in runs])}; peak RSS MB {spread([x['peak_rss_mb'] for x in runs], 0)}; "
            f"{runs[0]['commits']} commits, {runs[0]['files']} files, {runs[0]['table_mb']:.0f} MB"
        )
    if "w2_sql" in rounds[0]:
        print(f"  w2_sql / w2: CPU {spread([r['w2_sql']['cpu_s'] / r['w2']['cpu_s'] for r in rounds])}")


def freshness(build, broker, seconds, scratch):
    """1,000 rows/s, trigger 200 ms: from Kafka's timestamp of a record to the time of its commit, in ms."""
    import duckdb
    from confluent_kafka import Producer

    broker.create_topic("freshness", workloads.PARTITIONS)
    directory = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    workloads.WORKLOADS["fresh"] = {"schema": "n BIGINT", "sql": "SELECT n, kafka_timestamp AS at FROM input"}
    config = workloads.write_config(
        directory, "fresh", broker.bootstrap, "freshness", trigger="processingTime: 200 milliseconds"
    )
    producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 0})
    with open(directory / "log.jsonl", "wb") as log:
        process = subprocess.Popen([build / "sluice", "run", config], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    begin, sent = time.time(), 0
    while (now := time.time() - begin) < seconds:
        while sent < now * 1000:
            producer.produce(
                "freshness", json.dumps({"n": sent, "text": "x" * 300}), partition=sent % workloads.PARTITIONS
            )
            sent += 1
        producer.poll(0)
        time.sleep(0.005)
    producer.flush(10)
    time.sleep(15)  # an idle query gives back what its last batches used
    idle_rss = (
        int(next(line.split()[1] for line in open(f"/proc/{process.pid}/status") if line.startswith("VmRSS"))) / 1024
    )
    process.terminate()
    if process.wait(10) != 0:
        raise SystemExit(open(directory / "log.jsonl").read()[-2000:])
    con = duckdb.connect()
    con.execute("SET TimeZone='UTC'")
    ages = []
    for commit in sorted((directory / "table" / "_delta_log").glob("*.json")):
        adds = [json.loads(line)["add"]["path"] for line in commit.read_text().splitlines() if '"add"' in line[:8]]
        for path in adds:
            ages += [
                (commit.stat().st_mtime * 1000 - ms, ms)
                for (ms,) in con.execute(
                    'SELECT epoch_ms("at") FROM read_parquet(?)', [str(directory / "table" / path)]
                ).fetchall()
            ]
    if len(ages) != sent:
        raise SystemExit(f"{sent} sent, {len(ages)} in the table")
    settled = sorted(age for age, ms in ages if ms / 1000 > begin + 5)
    print(
        f"\nfreshness: {sent} rows at 1,000/s, trigger 200 ms, {seconds} s (the first 5 left out): p50 "
        f"{settled[len(settled) // 2]:.0f} ms, p99 {settled[len(settled) * 99 // 100]:.0f} ms; RSS {idle_rss:.0f} MB when idle again"
    )


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--build", type=pathlib.Path, default=workloads.ROOT / "build" / "release")
    a.add_argument("--w2", type=int, default=5_000_000)
    a.add_argument("--w1", type=int, default=1_000)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--freshness", type=int, default=60, help="seconds; 0: leave it out")
    o = a.parse_args()
    build = o.build.resolve()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as scratch:
        broker = KafkaBroker(pathlib.Path(scratch) / "kafka")
        broker.start()
        try:
            if o.w2:
                amount = load(build, broker, "w2", "w2", o.w2)
                jobs = [("w2", None), ("w2_sql", None), ("w2", 200_000)]
                report("W2", [one_round(build, broker, "w2", "w2", jobs, scratch) for _ in range(o.rounds)], amount)
                broker.delete_topic("w2")
            if o.w1:
                amount = load(build, broker, "w1", "w1", o.w1)
                report(
                    "W1",
                    [
                        one_round(build, broker, "w1", "w1", [("w1", None), ("w1", 100)], scratch)
                        for _ in range(o.rounds)
                    ],
                    amount,
                )
            if o.freshness:
                freshness(build, broker, o.freshness, scratch)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
