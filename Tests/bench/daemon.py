"""How fast the daemon is there, also with a long log, and how fast it answers."""

import datetime
import glob
import json
import math
import os
import time

from card import Card
from station import Station

ENTRIES = 100_000
SEGMENT_BYTES = 1 << 20


def ready(folder, build, blip):
    """Milliseconds from exec to ready: (with an empty log, with a long one, with a long one and no checkpoint).

    The long log repeats the entries of a slot that was played, renumbered and redated.
    """
    os.makedirs(folder)
    library = f"{build}/libSimulatedCard.so"
    model = Station(f"{folder}/model", Card(f"{folder}/model-card", library), build)
    start = math.ceil(time.time()) + 8
    model.play(start, [blip[0]])
    with model.run():
        time.sleep(max(0, start + 3 - time.time()))
    empty = [_start(Station(f"{folder}/empty{n}", Card(f"{folder}/card{n}", library), build)) for n in range(3)]
    station = Station(f"{folder}/long", Card(f"{folder}/card", library), build)
    _write_log(f"{station.state}/log", model.state)
    without = _start(station)  # it leaves a checkpoint when it ends
    return min(empty), max(_start(station) for _ in range(3)), without


def _start(station):
    with station.run():
        return station.ready_seconds * 1000


def _write_log(folder, state):
    """ENTRIES of the log, a slot each half an hour until an hour ago."""
    written = [json.loads(line) for path in sorted(glob.glob(f"{state}/log/*.jsonl")) for line in open(path)]
    intent = next(entry for entry in written if entry["kind"] == "intent")
    outcome = next(entry for entry in written if entry["kind"] == "outcome")
    head = written[:written.index(intent)]
    begin = datetime.datetime.fromisoformat(intent["scheduled"]).replace(microsecond=0)
    begin -= datetime.timedelta(hours=1 + (ENTRIES - len(head)) / 4)
    os.makedirs(folder)
    file, size = None, 0
    for index in range(ENTRIES):
        if index < len(head):
            entry = head[index]
        else:
            at = begin + datetime.timedelta(minutes=30) * ((index - len(head)) // 2)
            entry = intent if (index - len(head)) % 2 == 0 else outcome
            entry = entry | {
                "slot": entry["slot"].partition("@")[0] + "@" + at.isoformat(),
                "scheduled": at.isoformat(timespec="microseconds")}
        line = json.dumps(entry | {"index": index}, ensure_ascii=False) + "\n"
        if file is None or size >= SEGMENT_BYTES:
            if file:
                file.close()
            file, size = open(f"{folder}/{index:020}.jsonl", "w"), 0
        size += file.write(line)
    file.close()


def status(folder, build, times):
    """Milliseconds that each of many `loa status --json` took, from exec to exit."""
    os.makedirs(folder)
    station = Station(f"{folder}/station", Card(f"{folder}/card", f"{build}/libSimulatedCard.so"), build)
    with station.run():
        took = []
        for _ in range(times):
            answer, milliseconds = station.loa("--json", "status")
            if "state" not in json.loads(answer or "{}"):
                raise SystemExit(f"loa status answered {answer!r}")
            took.append(milliseconds)
    return took
