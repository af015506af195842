"""How soon an alert sounds: from the return of `loa-centre alert` to the outcome's measured start."""

import datetime
import json
import os
import subprocess
import threading
import http.server
import functools
import time

import sounds
from card import Card
from station import Station

POLL_SECONDS = 15
BULK_FILES, BULK_SECONDS = 40, 140


class Silent(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass


def measure(folder, build, times, is_busy):
    """[(seconds `alert` took, seconds from its return to the first sample)], beside a bulk download if `is_busy`."""
    os.makedirs(folder)
    station = Station(f"{folder}/station", Card(f"{folder}/card", f"{build}/libSimulatedCard.so"), build)
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Silent, directory=station.repository))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    station.configure(
        f"http://127.0.0.1:{server.server_port}", pollSeconds=POLL_SECONDS,
        classes=["normal", "priority", "emergency"])
    if is_busy:
        # 500 MB of noise, of which the station takes a megabyte a second.
        files = [sounds.noise(f"{folder}/bulk{number}.wav", BULK_SECONDS, number) for number in range(BULK_FILES)]
        station.play(int(time.time()) + 86_400, files)
    siren = sounds.speech(folder, 60)
    with station.run():
        time.sleep(3)
        return [_alert(station, siren, number) for number in range(times)]


def _alert(station, siren, number):
    # Not at the same place of every period.
    time.sleep(2 + (number * 7) % POLL_SECONDS)
    begun = time.time()
    station.centre("alert", station.repository, "--audio", siren, "--for", "10m", "--title", f"alert {number}")
    returned = time.time()
    deadline = returned + 60
    while time.time() < deadline:
        answer, _ = station.loa("--json", "status")
        playing = json.loads(answer)["playing"]
        if playing and playing["title"] == f"alert {number}":
            station.loa("stop")
            station.centre("alert", station.repository, "--cancel")
            heard = datetime.datetime.fromisoformat(playing["startedAt"]).timestamp()
            return returned - begun, heard - returned
        time.sleep(0.1)
    raise SystemExit(f"the alert did not sound: {station.errors()}")
