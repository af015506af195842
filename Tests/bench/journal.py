"""What the log costs: an entry on the disk, a start over a long one, and its way to a store."""

import contextlib
import glob
import json
import os
import statistics
import subprocess
import tempfile
import time

import fetch
from card import Card
from processes import Cost
from station import Station

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A busy station has so many entries in ten years; the month is one of an ordinary station.
DAILY, MONTH = 274, 30 * 40
DAV = "dav_methods PUT; create_full_put_path on; client_max_body_size 64m;"
PATIENCE = 600


def append(build, count):
    """{who: (median of the blocks' medians, mean) of appends in microseconds}, and the median ratio of blocks."""
    # On a disk: what is made in memory is durable for nothing.
    with tempfile.TemporaryDirectory(prefix="loa-bench-", dir="/var/tmp") as folder:
        done = subprocess.run(
            [f"{build}/log-tool", "append", folder, str(count)], check=True, capture_output=True, text=True)
    times = json.loads(done.stdout)
    medians = {who: [statistics.median(block) / 1000 for block in blocks] for who, blocks in times.items()}
    figures = {
        who: (statistics.median(medians[who]), statistics.mean(sum(blocks, [])) / 1000)
        for who, blocks in times.items()}
    ratio = statistics.median(ours / bare for ours, bare in zip(medians["ours"], medians["bare"]))
    return figures, ratio


def make(build, state, count, daily):
    """Writes so many entries more into a state folder, so many a day until an hour ago."""
    subprocess.run([f"{build}/log-tool", "make", state, "bench", str(count), str(daily)], check=True)


class Start:
    """What a start took: seconds until the daemon was ready, until it had its log's tree, and the memory then."""

    def __init__(self, station):
        with station.run() as pid:
            self.ready = station.ready_seconds
            begun = time.monotonic()
            self.size = waited(station, lambda proof: proof["rootHash"])["size"]
            self.folded = self.ready + time.monotonic() - begun
            cost = Cost(pid)
            self.rss, self.anonymous = cost.rss, cost.anonymous


def waited(station, is_there, patience=0.02):
    """What `loa status` says of the log, as soon as that is so; asked so often, in seconds."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        proof = json.loads(station.loa("--json", "status")[0] or "{}").get("proof")
        if proof and is_there(proof):
            return proof
        time.sleep(patience)
    raise SystemExit(f"{station.folder}: the log did not get there: {proof} {station.errors()}")


def starts(folder, build, state, times):
    """[(start without entries, start with those of a state folder)], in turns."""
    library, pairs = f"{build}/libSimulatedCard.so", []
    for number in range(times):
        empty = Station(f"{folder}/empty{number}", Card(f"{folder}/empty-card{number}", library), build)
        long = Station(f"{folder}/long{number}", Card(f"{folder}/long-card{number}", library), build)
        os.symlink(state, long.state)
        pairs.append((Start(empty), Start(long)))
    return pairs


def remade(folder, build, state):
    """Seconds until the tree is at hand when it was lost, and until the daemon is ready when the checkpoint was."""
    station = Station(f"{folder}/remade", Card(f"{folder}/remade-card", f"{build}/libSimulatedCard.so"), build)
    os.symlink(state, station.state)
    os.unlink(f"{state}/proof/bundles")
    folded = Start(station).folded
    os.unlink(f"{state}/log/checkpoint.json")
    return folded, Start(station).ready


class Store:
    """nginx as the store of one station's log, and that station."""

    def __init__(self, folder, build):
        os.makedirs(f"{folder}/www")
        self.folder, self.port = folder, fetch.free_port()
        library = f"{build}/libSimulatedCard.so"
        self.station = Station(
            f"{folder}/station", Card(f"{folder}/card", library), build,
            proof={"url": f"http://127.0.0.1:{self.port}/"}, network={"bytesPerSecond": 1_000_000_000})

    def served(self):
        """Serves it for as long as this lives."""
        return fetch.nginx(self.folder, self.port, DAV)

    @property
    def log(self):
        """Where the first log is."""
        return f"{self.folder}/www/bench"

    @property
    def size(self):
        """How many entries its head is over."""
        with contextlib.suppress(FileNotFoundError), open(f"{self.log}/checkpoint") as file:
            return int(file.read().split("\n")[1])
        return 0

    def asked(self):
        """(requests, their bytes) so far, without those of the status."""
        sizes = []
        with contextlib.suppress(FileNotFoundError):
            sizes = [entry[2] for entry in fetch.asked(self.folder) if not entry[5].endswith("/status.json")]
        return len(sizes), sum(sizes)

    def uploads(self, whole=False):
        """Runs the station until its log is there, in its own time or at once; (requests, bytes, seconds)."""
        before, old, begun = self.asked(), self.size, time.monotonic()
        with self.station.run():
            size = waited(self.station, lambda proof: proof["rootHash"])["size"]
            if whole:
                self.station.loa("sync")
            # In its own time it may leave what does not fill a tile for the next day.
            full = size // 256 * 256
            enough = size if whole or full <= old else full
            waited(self.station, lambda proof: proof["uploaded"] >= enough, 0.2)
            seconds = time.monotonic() - begun
            time.sleep(1)
        after = self.asked()
        return after[0] - before[0], after[1] - before[1], seconds

    def a_day_passes(self):
        """The last upload was a day ago."""
        kept, day = f"{self.station.state}/proof/checkpoint", 86_400
        os.utime(kept, (os.stat(kept).st_atime - day, os.stat(kept).st_mtime - day))


def entry_bytes(state, count):
    """The bytes of the first entries of a log, with their line ends."""
    total = 0
    for path in sorted(glob.glob(f"{state}/log/*.jsonl")):
        with open(path, "rb") as file:
            for line in file:
                if count == 0:
                    return total
                total, count = total + len(line), count - 1
    return total


def verifier(folder):
    """Builds the verifier of Go's own packages; its path."""
    program = f"{folder}/log-verifier"
    go = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": f"{folder}/gocache"}
    subprocess.run(
        ["go", "build", "-o", program, "."], cwd=f"{ROOT}/Tests/log-verifier", env={**os.environ, **go}, check=True)
    return program


def verified(program, store, key):
    """Whether the verifier accepts the log at the store, and the seconds that it took."""
    begun = time.monotonic()
    done = subprocess.run([program, store.log, key], capture_output=True, text=True)
    return done.returncode == 0 and int(done.stdout) == store.size, time.monotonic() - begun


def verify(station):
    """`loa verify` over the station's log: its answer, the seconds it took, the MB that the daemon grew by at most."""
    with station.run() as pid:
        waited(station, lambda proof: proof["rootHash"])
        before = Cost(pid).rss
        answer, milliseconds = station.loa("--json", "verify", patience=PATIENCE)
        with open(f"/proc/{pid}/status") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    return json.loads(answer), milliseconds / 1000, peak - before
