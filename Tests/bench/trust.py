#!/usr/bin/env python3
"""What believing a large repository costs: CPU time and memory of tuf-client, and of python-tuf's client beside it.

Usage: trust.py CLIENT     (an optimised tuf-client; needs tuf and securesystemslib[crypto] from PyPI)
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tuf-client"))

from repository import Repository, Server
from tuf.api.metadata import TargetFile

PEER = """
import os, sys, tuf.ngclient as n
kept, url, root, *paths = sys.argv[1:]
updater = n.Updater(kept, url, bootstrap=open(root, "rb").read(),
                    config=n.UpdaterConfig(targets_max_length=5_000_000))
assert all(updater.get_targetinfo(path) for path in paths)
"""


def target(path):
    """A target with what our centre says of one."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    custom = {"custom": {"x-loa-duration": 300, "x-loa-loudness": "-16.02", "x-loa-peak": "-1.1"}}
    return TargetFile(1_000_000, {"sha256": digest}, path, custom)


def binned(count, bins):
    """A repository of that many targets in that many hash bins, and a path in each bin."""
    digits = len(f"{bins - 1:x}")
    repository, first = Repository(), {}
    for number in range(bins):
        repository.delegate("targets", f"bin-{number:0{digits}x}", prefixes=[f"{number:0{digits}x}"])
    for number in range(count):
        path = f"ban-tin/2026/{number:06}/thoi-su-buoi-sang.mp3"
        role = "bin-" + hashlib.sha256(path.encode()).hexdigest()[:digits]
        repository.documents[role].targets[path] = target(path)
        first.setdefault(role, path)
    repository.publish(*(role for role in repository.documents if role.startswith("bin-")))
    repository.publish("targets", "snapshot", "timestamp")
    return repository, list(first.values())


def flat(count):
    """A repository of that many targets in one file, and one of the paths."""
    repository = Repository()
    for number in range(count):
        path = f"ban-tin/2026/{number:06}/thoi-su-buoi-sang.mp3"
        repository.targets.targets[path] = target(path)
    repository.publish("targets", "snapshot", "timestamp")
    return repository, [path]


# A child's greatest memory counts from its fork on: whoever starts what is measured must be small itself.
STARTER = """
import json, os, sys, time
for line in sys.stdin:
    command, begun = json.loads(line), time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps([status, time.monotonic() - begun, cpu, usage.ru_maxrss / 1024]), flush=True)
"""
starter = subprocess.Popen(
    [sys.executable, "-I", "-S", "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def cost(command):
    """Runs a command: wall and CPU seconds, and the most memory it had, in MB."""
    print(json.dumps(command), file=starter.stdin, flush=True)
    status, *figures = json.loads(starter.stdout.readline())
    assert status == 0, command[:4]
    return figures


def measure(client, server, repository, paths):
    """{who and when: cost}: first all over loopback, then with everything kept."""
    server.repository = repository
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        figures["nothing at all"] = cost(["true"])
        root, url = os.path.join(folder, "root.json"), server.url + "metadata/"
        with open(root, "wb") as file:
            file.write(repository.files["root"][1])
        ours, theirs = folder + "/ours", folder + "/theirs"
        os.mkdir(ours), os.mkdir(theirs)
        assert cost([client, "--metadata-dir", ours, "init", root])
        names = [word for path in paths for word in ("--target-name", path)]
        find = [client, "--metadata-url", url, "--metadata-dir", ours, *names, "find"]
        peer = [sys.executable, "-c", PEER, theirs, url, root, *paths]
        for when in ("fetched", "kept"):
            figures["ours, " + when] = cost(find)
            figures["python-tuf, " + when] = cost(peer)
    return figures


def main():
    client, server = sys.argv[1], Server()
    for name, (repository, paths) in {
        "10,000 targets in one file": flat(10_000),
        "100,000 targets in 256 hash bins": binned(100_000, 256),
    }.items():
        count = sum(len(list(files.values())[-1]) for files in repository.files.values())
        print(f"{name} ({count / 1e6:.1f} MB of metadata)")
        for who, (wall, cpu, memory) in measure(client, server, repository, paths).items():
            print(f"  {who:22} {wall:6.2f} s, CPU {cpu:5.2f} s, at most {memory:4.0f} MB")


if __name__ == "__main__":
    main()
