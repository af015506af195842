"""What a process costs, by the kernel's own accounts, and processes that surely end."""

import contextlib
import glob
import os
import subprocess
import time


class Cost:
    """The accounts of a running process at one moment."""

    def __init__(self, pid):
        # CPUCLOCK_SCHED of the process: nanoseconds of all its threads, those that have ended too.
        self.cpu = time.clock_gettime((~pid << 3) | 2)
        self.at = time.monotonic()
        self.switches = {}
        for path in glob.glob(f"/proc/{pid}/task/*/status"):
            with contextlib.suppress(OSError), open(path) as file:
                fields = _fields(file)
                name = f"{fields['Name']}/{fields['Pid']}"
                self.switches[name] = int(fields["voluntary_ctxt_switches"]) + int(
                    fields["nonvoluntary_ctxt_switches"])
        with open(f"/proc/{pid}/status") as file:
            fields = _fields(file)
        self.rss = int(fields["VmRSS"].split()[0]) / 1024
        self.anonymous = int(fields["RssAnon"].split()[0]) / 1024


def _fields(file):
    return {key: value.strip() for key, _, value in (line.partition(":") for line in file)}


class Spent:
    """What a process spent between two moments, a minute or a second; memory is that of the end."""

    def __init__(self, before, after):
        seconds = after.at - before.at
        self.cpu_per_minute = (after.cpu - before.cpu) * 60 / seconds
        self.wakes = {
            name: (count - before.switches.get(name, 0)) / seconds for name, count in after.switches.items()}
        self.wakes_per_second = sum(self.wakes.values())
        self.rss, self.anonymous = after.rss, after.anonymous


def spent(pids, seconds):
    """Watches processes for some seconds; {name: Spent}, without those that ended meanwhile."""
    before = {name: _cost(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    after = {name: _cost(pid) for name, pid in pids.items()}
    return {name: Spent(before[name], after[name]) for name in pids if before[name] and after[name]}


def _cost(pid):
    try:
        return Cost(pid)
    except (OSError, KeyError):
        return None


@contextlib.contextmanager
def started(*commands, **options):
    """Runs commands; ends them, and what they started, whatever happens.

    A command is (arguments, environment).
    """
    children = []
    try:
        for arguments, environment in commands:
            children.append(
                subprocess.Popen(
                    arguments, env=environment, stdin=subprocess.DEVNULL, start_new_session=True,
                    **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}))
        yield children
    finally:
        for child in children:
            stop(child)


def stop(child):
    """SIGTERM to the group that the child leads, and SIGKILL to what does not follow within 2 s."""
    for signal, patience in ((15, 2), (9, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
            return


@contextlib.contextmanager
def busy_loops(count):
    """Keeps the cores busy."""
    with started(*[(["sh", "-c", "while :; do :; done"], None)] * count):
        time.sleep(0.5)
        yield


def wall_minus_monotonic():
    """CLOCK_REALTIME − CLOCK_MONOTONIC in nanoseconds: the reading of many that took the least time."""
    best = None
    for _ in range(200):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        wall = time.clock_gettime_ns(time.CLOCK_REALTIME)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        if best is None or after - before < best[0]:
            best = (after - before, wall - (before + after) // 2)
    return best[1]
