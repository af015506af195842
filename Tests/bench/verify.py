"""What checking a log of a million entries costs: the rate beside `openssl speed` on pieces of that size, and memory.

The log is made here, without a line of ours, so it is a second opinion on its format as well.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

STATION, WIDTH = "ap-3", 256
ENTRY = (
    '{"index":%d,"kind":"outcome","boot":"6a1c7a44-9a0e-4a43-8f5e-0d5a3c1e2b77","monotonicNanoseconds":1%d000000000,'
    '"wall":"2026-11-23T05:10:00.000012+07:00","clock":"synchronised","slot":"xa/tin-%d@2026-11-23T05:00:00+07:00",'
    '"programme":"tin","title":"Bản tin sáng","class":"normal","upstream":"xa","categories":["giảm nghèo"],'
    '"scheduled":"2026-11-23T05:00:00+07:00","result":"played","startedAt":"2026-11-23T05:00:00.000021+07:00",'
    '"startErrorMicroseconds":21,"endedAt":"2026-11-23T05:10:00.000012+07:00","framesPlanned":28800000,'
    '"framesConsumed":28800000,"xruns":0,"volumeDecibels":-6.5,"items":[]}'
)


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def place(level, index, width):
    """Where a tile lies (C2SP tlog-tiles)."""
    path = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        path = f"x{index % 1000:03}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else "")


class Log:
    """A log that grows, and lies in a folder."""

    def __init__(self, folder):
        self.folder, self.leaves, self.sizes, self.bytes = folder, [], {}, 0
        self.key = ed25519.Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        public = self.key.public_key().public_bytes(*raw)
        self.name = f"loa/{STATION}"
        self.id = hashlib.sha256(self.name.encode() + b"\n\1" + public).digest()[:4]
        self.text = f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}"

    def put(self, path, data):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)

    def grow(self, count):
        """Writes as many more entries, in whole bundles but for the last."""
        first = len(self.leaves) // WIDTH * WIDTH
        end = len(self.leaves) + count
        for start in range(first, end, WIDTH):
            entries = [(ENTRY % (n, n, n)).encode() for n in range(start, min(start + WIDTH, end))]
            self.leaves[start:] = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
            bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
            self.sizes[start] = len(bundle) - 2 * len(entries)
            self.put(place("entries", start // WIDTH, len(entries)), bundle)
        self.bytes = sum(self.sizes.values())
        self.publish()

    def publish(self):
        """Writes every tile of hashes, and the head."""
        level, hashes, rest = 0, self.leaves, None
        while hashes:
            above = []
            for index in range(0, len(hashes), WIDTH):
                tile = hashes[index:index + WIDTH]
                self.put(place(level, index // WIDTH, len(tile)), b"".join(tile))
                if len(tile) == WIDTH:
                    while len(tile) > 1:
                        tile = [node(*tile[n:n + 2]) for n in range(0, len(tile), 2)]
                    above += tile
            level, hashes = level + 1, above
        edge = []
        for number, leaf in enumerate(self.leaves):
            edge.append(leaf)
            while number & 1:
                right, left = edge.pop(), edge.pop()
                edge.append(node(left, right))
                number >>= 1
        rest = edge.pop()
        while edge:
            rest = node(edge.pop(), rest)
        text = f"{self.name}\n{len(self.leaves)}\n{base64.b64encode(rest).decode()}\n"
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        self.put("checkpoint", f"{text}\n\N{EM DASH} {self.name} {signature}\n".encode())


def run(*command):
    """Runs a command: its answer, wall seconds, CPU seconds, most memory in MB, kilobytes that it read from files."""
    begun = time.monotonic()
    # A child's greatest memory counts from its fork on, so a small one starts it.
    small = "import os,sys;p=os.posix_spawn(sys.argv[1],sys.argv[1:],os.environ);_,s,u=os.wait4(p,0);" \
            "print(s,u.ru_utime+u.ru_stime,u.ru_maxrss/1024,file=sys.stderr)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", small, *command], capture_output=True, text=True)
    wall = time.monotonic() - begun
    status, cpu, memory = done.stderr.split("\n")[-2].split()
    assert status == "0", done.stdout + done.stderr
    return json.loads(done.stdout), wall, float(cpu), float(memory)


def openssl(size):
    """Bytes a second that `openssl speed` hashes in pieces of that size, on one core."""
    done = subprocess.run(["openssl", "speed", "-evp", "sha256", "-bytes", str(size), "-seconds", "3"],
                          capture_output=True, text=True, check=True)
    return float(re.search(r"sha256\s+([\d.]+)k", done.stdout)[1]) * 1000


def measure(folder, centre, count):
    """{what: figure} of checking a log of that many entries, and one of a tenth of them."""
    log = Log(os.path.join(folder, STATION))
    log.grow(count // 10)
    subprocess.run([centre, "enrol", folder, STATION, log.text], check=True, capture_output=True)
    *_, small = run(centre, "verify", folder, "--json")
    log.grow(count - count // 10)
    size = round(log.bytes / count)
    # A leaf is hashed behind one byte.
    rate = openssl(size + 1)
    answer, wall, cpu, memory = min(
        (run(centre, "verify", folder, "--all", "--json") for _ in range(3)), key=lambda run: run[1])
    assert answer["stations"][0]["logs"][0]["size"] == count, answer
    again, again_wall, *_ = run(centre, "verify", folder, "--json")
    return {
        "size": size, "openssl": rate, "rate": log.bytes / wall, "cpu": cpu, "memory": memory, "small": small,
        "again": again["entriesRead"], "again wall": again_wall,
    }
