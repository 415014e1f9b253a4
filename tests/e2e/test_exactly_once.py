# SPDX-License-Identifier: Apache-2.0
"""A million messages through the real program and a real broker: each once, with its values, whatever dies."""

import os
import pathlib
import random
import re
import resource
import signal
import time

import pytest
from messages import PARTITIONS, check_exactly_once, produce
from sluice_job import Job, batches_of, wait_until

MILLION = int(os.environ.get("SLUICE_MESSAGES", "1000000"))
KILLS = int(os.environ.get("SLUICE_KILLS", "100"))
FAULTS = os.environ["SLUICE_FAULTS_BIN"]
SECOND_WRITER = 3  # exit code (docs/cli.md)


@pytest.fixture(scope="module")
def million(broker):
    """A topic that holds the million."""
    broker.create_topic("million", PARTITIONS)
    produce(broker.bootstrap, "million", 0, MILLION)
    return "million"


def test_a_million_each_once_values_equal(broker, million, tmp_path):
    with Job(tmp_path, broker.bootstrap, million) as job:
        assert job.run() == 0, job.log_tail()
        assert job.commits() == [0]
        check_exactly_once(job.table, MILLION, million)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 << 20, "the readers took more than 2 GiB"


class Pace:
    """Seconds from a start of the program to its first commit (the shortest seen: a machine that was busy at first must
    not make the later kills come late), and from one commit to the next."""

    def __init__(self, job):
        self.first = 30
        begin = time.monotonic()
        self.watch(job, 10)
        self.batch = (time.monotonic() - begin - self.first) / 10
        job.kill()

    def watch(self, job, batches):
        """Starts the program and waits for that many batches. False if it ended before."""
        before, begin = job.newest(), time.monotonic()
        job.start()
        wait_until(lambda: job.newest() > before or not job.alive, 30, "a commit")
        first = time.monotonic()
        wait_until(lambda: job.newest() > before + batches or not job.alive, 30, "more commits")
        if not job.alive:
            return False
        self.first = min(self.first, first - begin)
        return True


def kill_at(job, moment, pace):
    """Starts the program and kills it: at a moment below 1 while it starts, above it up to four batches after its
    first commit. False if it had ended by then."""
    if moment < 1:
        job.start()
        time.sleep(moment * pace.first)  # the moment itself, not a wait for something
    else:
        batches, part = divmod((moment - 1) * 4, 1)
        if not pace.watch(job, int(batches)):
            return False
        time.sleep(part * pace.batch)
    if not job.alive:
        return False
    job.kill()
    return True


def test_kill_9_at_random_moments(broker, million, tmp_path, capsys):
    seed = int(os.environ.get("SLUICE_SEED", time.time_ns() % 1_000_000))
    moments = random.Random(seed)
    limit = f"maxOffsetsPerTrigger: {max(MILLION // 500, 100)}"
    with Job(tmp_path, broker.bootstrap, million, source=limit) as job:
        pace = Pace(job)
        committing, running = 0, 0
        for n in range(KILLS):
            before = job.newest()
            alive = kill_at(job, n % 2 + moments.random(), pace)
            assert alive, f"drained after {n} kills: too few batches for this test\n{job.log_tail()}"
            committing += job.newest() > before
            running += job.newest("offsets") > job.newest()
        at_last_kill = job.newest()
        assert job.run() == 0, job.log_tail()
        with capsys.disabled():  # for ctest -V
            print(
                f"\n{KILLS} kills (SLUICE_SEED={seed} repeats their moments); first commit after {pace.first:.3f} s, then "
                f"one in {pace.batch:.3f} s; {committing} starts committed before their kill, {running} kills left a batch open, "
                f"batch {at_last_kill} of {job.newest()} was the newest at the last kill"
            )
        assert committing >= KILLS // 3 and running >= KILLS // 3 and at_last_kill >= KILLS // 3
        check_exactly_once(job.table, MILLION)
        assert batches_of(job.table) == list(range(job.newest() + 1))


LOGS = ["metadata", "sources", "offsets", "commits"]  # what the checkpoint directory holds


def fault_points():
    """Every name in the sources; one that begins with a dot is a step of writing each of the logs."""
    if chosen := os.environ.get("SLUICE_FAULT_POINTS"):
        return chosen.split()
    sources = pathlib.Path(os.environ["SLUICE_SOURCE_DIR"], "src").rglob("*.cc")
    names = {
        name
        for source in sources
        for name in re.findall(r'FaultPoint\((?:\(log \+ )?"([a-z0-9_.]+)"', source.read_text())
    }
    return sorted(n for name in names for n in ([log + name for log in LOGS] if name.startswith(".") else [name]))


def test_there_are_enough_fault_points():
    assert len(fault_points()) >= 30 or os.environ.get("SLUICE_FAULT_POINTS"), fault_points()


# Old batches are deleted from the 101st on, which takes smaller batches.
BATCH_RECORDS = {"purge.mid": 48}


@pytest.mark.parametrize("point", fault_points())
def test_kill_at_each_step_of_the_protocol(broker, tmp_path, point):
    topic = "step-" + point.replace(".", "-").replace("_", "-")
    count = 6000
    broker.create_topic(topic, PARTITIONS)
    produce(broker.bootstrap, topic, 0, count)
    hits = 0
    limit = f"maxOffsetsPerTrigger: {BATCH_RECORDS.get(point, 400)}"
    with Job(tmp_path, broker.bootstrap, topic, source=limit, binary=FAULTS) as job:
        for passage in (1, 1, 3):  # of each start: at once, in the recovery from that, amid the work
            if job.run(SLUICE_FAULT=f"{point}:{passage}") == -signal.SIGKILL:
                hits += 1
        code = job.run()
        assert code == 0, job.log_tail()
        assert hits > 0, f"{point} was never passed: no test of it"
        check_exactly_once(job.table, count)
        assert batches_of(job.table) == list(range(job.newest() + 1))


def test_two_processes_on_one_checkpoint(broker, million, tmp_path):
    limit = f"maxOffsetsPerTrigger: {max(MILLION // 50, 100)}"
    with Job(tmp_path / "a", broker.bootstrap, million, source=limit) as first:
        second = Job(
            tmp_path / "b", broker.bootstrap, million, source=limit, table=first.table, checkpoint=first.checkpoint
        )
        with second:
            first.start()
            wait_until(first.commits, 20, "the first commit")
            first.process.send_signal(signal.SIGSTOP)  # so that it is not done before the second comes
            code = second.run()
            first.process.send_signal(signal.SIGCONT)
            assert code == SECOND_WRITER, second.log_tail()
            assert str(first.process.pid) in second.log_text(), second.log_tail()
            assert first.wait() == 0, first.log_tail()
        check_exactly_once(first.table, MILLION)


def test_stops_cleanly_within_five_seconds_and_goes_on(broker, million, tmp_path):
    limit = f"maxOffsetsPerTrigger: {max(MILLION // 20, 100)}"
    with Job(tmp_path, broker.bootstrap, million, trigger="processingTime: 0 seconds", source=limit) as job:
        for _ in range(3):
            job.start()
            done = len(job.commits())
            wait_until(lambda done=done: len(job.commits()) > done, 20, "a commit")
            code, seconds = job.stop()
            assert code == 0 and seconds < 15, (code, seconds, job.log_tail())
            assert len(list((job.checkpoint / "offsets").glob("[0-9]*"))) == len(job.commits())
        job.start()
        wait_until(lambda: job.committed_records() == MILLION, 60, "the end of the topic")
        wait_until(lambda: job.metric("spark_streaming_source_lag_records") == 0, 10, "no lag")
        assert job.stop()[0] == 0
        check_exactly_once(job.table, MILLION)
