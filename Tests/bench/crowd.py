#!/usr/bin/env python3
"""Ten thousand stations that ask one nginx: how many requests a second there are, at the most and on the average.

Usage: crowd.py FETCH-TOOL [SECONDS]    (default: 120; the stations go by the production's schedule)

The instants are what `fetch-tool schedule` computes; the requests are real ones, over loopback: conditional, each over
one of a hundred connections that are kept. First, without requests, what an outage does to the instants.
"""

import asyncio
import collections
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import fetch

STATIONS, PERIOD, CONNECTIONS = 10_000, 60, 100


def instants(tool, seconds, *outage):
    """[(second, whether the server was there)] of all questions."""
    text = subprocess.run(
        [tool, "schedule", str(STATIONS), str(PERIOD), str(seconds), *map(str, outage)], check=True,
        capture_output=True, text=True).stdout
    return [(int(at) / 1000, said == "1") for at, said in (line.split() for line in text.splitlines())]


def peak(times, begin, end):
    """The most in any second, as a multiple of what STATIONS would ask evenly."""
    seconds = collections.Counter(int(at) for at in times if begin <= at < end)
    return max(seconds.values()) / (STATIONS / PERIOD)


async def ask(port, queue, counts, begun):
    """Sends what is due over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    tag, loop = "", asyncio.get_running_loop()
    while (due := await queue.get()) is not None:
        await asyncio.sleep(max(0, begun + due - loop.time()))
        condition = f"If-None-Match: {tag}\r\n" if tag else ""
        writer.write(f"GET /metadata/timestamp.json HTTP/1.1\r\nHost: a\r\n{condition}\r\n".encode())
        header = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.split(": ", 1) for line in header.split("\r\n")[1:] if line)
        await reader.readexactly(int(fields.get("Content-Length", 0)))
        tag = fields.get("ETag", tag)
        counts[header.split()[1]] += 1
    writer.close()


async def crowd(port, times):
    """Sends all requests at their instants; gives how many answers of each status came."""
    queue, counts = asyncio.Queue(), collections.Counter()
    for at in times:
        queue.put_nowait(at)
    for _ in range(CONNECTIONS):
        queue.put_nowait(None)
    begun = asyncio.get_running_loop().time() + 1
    await asyncio.gather(*(ask(port, queue, counts, begun) for _ in range(CONNECTIONS)))
    return counts


def main():
    tool, seconds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 120
    print(f"{STATIONS} stations, every {PERIOD} s: {STATIONS / PERIOD:.0f} requests/s on the average; the most, of that:")
    for name, outage in {
        "all started at one instant, from then on": [],
        "the server away for 5 s": [300, 305], "for 30 s": [300, 330], "for 60 s": [300, 360],
        "for 10 minutes": [300, 900], "all stations without network for 10 minutes": [300, 900, "stations"],
    }.items():
        begin, end = (outage[1], outage[1] + 180) if outage else (0, 180)
        answered = [at for at, isThere in instants(tool, end + PERIOD, *outage) if isThere]
        print(f"  {name:46} {peak(answered, begin, end):.2f} in the 3 minutes after it,"
              f" {peak(answered, begin + 60, end):.2f} after the first")
    folder = tempfile.mkdtemp(prefix="loa-crowd-")
    os.chmod(folder, 0o755)
    try:
        site = fetch.Site(folder, tool, 1, 1000)
        with site.served():
            times = [at - 60 for at, _ in instants(tool, 60 + seconds) if at >= 60]
            counts = asyncio.run(crowd(site.port, times))
            seen = collections.Counter(int(entry[0]) for entry in site.log())
        inner = [seen[second] for second in sorted(seen)[2:-2]]
        print(f"  as nginx counted {seconds} s of it: {max(inner) / (sum(inner) / len(inner)):.2f} × the average of"
              f" {sum(inner) / len(inner):.0f}/s; answers {dict(counts)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
