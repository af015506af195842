"""A station on a booted machine: installed from its package, with a centre, a simulated card and an amplifier."""

import datetime
import json
import os
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))

from card import Card, timeline
from container import Container, quietly
from processes import wall_minus_monotonic

SOURCES = os.path.realpath(f"{os.path.dirname(os.path.abspath(__file__))}/../..")
UNIT = "loaphuongd.service"
SECRET = "Z2lhLW3huq10LW3hu5l0LWtow7NhLWPhu6dhLWPhu6Vt"

EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
SUMMARY:{uid}
DTSTART:{start:%Y%m%dT%H%M%SZ}
ATTACH:{attach}
END:VEVENT
"""

# Each call leaves a line: the state, and the seconds since the machine was started.
AMPLIFIER = """#!/bin/sh
read -r up rest </proc/uptime
echo "$1 $up" >>/var/lib/loaphuong/amplifier
"""

# Beside the unit as it ships: where libasound finds the simulated card, which writes down what left it.
DROP_IN = """[Service]
Environment=ALSA_CONFIG_PATH=/srv/card/asound.conf
ReadWritePaths=/srv/card
"""
# Where even root may not raise a limit, systemd cannot either, and LimitRTPRIO= has no effect: this has the same one.
NO_LIMITS = """AmbientCapabilities=CAP_SYS_NICE
CapabilityBoundingSet=CAP_SYS_NICE
"""
_SYS_RESOURCE = 24


def may_raise_limits():
    with open("/proc/self/status") as file:
        return int(re.search(r"CapEff:\s*(\w+)", file.read())[1], 16) >> _SYS_RESOURCE & 1 == 1


class Station:
    def __init__(self, package, binaries):
        self._folder = tempfile.mkdtemp(prefix="loaphuong-centre-", dir="/var/tmp")
        os.chmod(self._folder, 0o755)
        self.package, self._binaries = package, binaries
        self._keys, self._channel = f"{self._folder}/keys", f"{self._folder}/channel"
        self._repository = f"{self._folder}/centre/repository"
        os.mkdir(f"{self._folder}/centre")
        self.box = Container({
            "/srv/centre": f"{self._folder}/centre", "/srv/loaphuong": SOURCES, "/srv/binaries": binaries})
        self._events = {}

    def close(self):
        self.box.close()
        shutil.rmtree(self._folder)

    # The centre

    def make_centre(self):
        """The example channel's playlists and sound, with events of our own."""
        shutil.copytree(f"{SOURCES}/Playlists", self._channel)
        for name in "groups", "stations", "emergency":
            shutil.rmtree(f"{self._channel}/{name}")
        self.centre("init", self._repository)
        self.event("tomorrow", 12 * 3600)

    def centre(self, *arguments):
        quietly(f"{self._binaries}/loa-centre", *arguments, "--keys", self._keys)

    def event(self, uid, seconds, attach="ban-tin-sang.m3u8"):
        """Puts an event on air in so many seconds; gives its second."""
        start = int(time.time()) + seconds
        self._events[uid] = start, attach
        self._publish()
        return start

    def withdraw(self, uid):
        del self._events[uid]
        self._publish()

    def _publish(self):
        events = "".join(
            EVENT.format(uid=uid, start=datetime.datetime.fromtimestamp(start, datetime.timezone.utc), attach=attach)
            for uid, (start, attach) in self._events.items())
        with open(f"{self._channel}/schedule.ics", "w") as file:
            text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//loa//box//EN\n{events}END:VCALENDAR\n"
            file.write(text.replace("\n", "\r\n"))
        self.centre("publish", self._channel, self._repository, "--yes")
        if os.path.exists(f"{self.box.root}/usr/bin/loa"):
            self.box.run("loa", "sync", check=False)

    # The machine

    def prepare(self):
        """What the test needs on the machine besides the package: the card, the amplifier, the drop-in."""
        folder = f"{self.box.folder}/card"
        self.card = Card(folder, "/srv/card/libSimulatedCard.so")
        quietly(
            "gcc", "-shared", "-fPIC", "-DPIC", "-D_GNU_SOURCE", "-O2", f"-I{SOURCES}/Tests/SimulatedCard/include",
            f"{SOURCES}/Tests/SimulatedCard/SimulatedCard.c", "-lasound", "-lm", "-o", f"{folder}/libSimulatedCard.so")
        with open(self.card.configuration) as file:
            text = file.read().replace(folder, "/srv/card")
        with open(self.card.configuration, "w") as file:
            file.write(text)
        self.box.write("/usr/local/bin/amplifier", AMPLIFIER, 0o755)
        self.box.write(
            f"/etc/systemd/system/{UNIT}.d/test.conf", DROP_IN + ("" if may_raise_limits() else NO_LIMITS))

    def configure(self):
        """Adds to what loaphuong-setup wrote: all hours, an amplifier, and a secret."""
        text = self.box.read("/etc/loaphuong/station.json5")
        more = (
            'hours: [{ from: "00:00", to: "24:00", ceilingDecibels: 0 }],\n'
            '  amplifier: { on: ["/usr/local/bin/amplifier", "on"], off: ["/usr/local/bin/amplifier", "off"] },\n'
            '  proof: { url: "http://127.0.0.1:9/proofs", headers: { Authorization: "Basic %s" } },\n  ' % SECRET)
        with open(f"{self.box.root}/etc/loaphuong/station.json5", "w") as file:
            file.write(text.replace("output:", more + "output:", 1))
        self.box.run("loaphuongd", "--check-config")
        self.box.run("systemctl", "restart", UNIT)

    # Questions

    def pid(self):
        """The daemon's number inside; 0 where none runs."""
        return int(self.show("MainPID"))

    def show(self, name):
        return self.box.run("systemctl", "show", f"--property={name}", "--value", UNIT).stdout.strip()

    def json(self, *verb):
        """An answer of `loa`; None while nobody answers."""
        done = self.box.run("loa", "--json", *verb, check=False)
        return json.loads(done.stdout) if done.returncode in (0, 1) else None

    def state(self):
        status = self.json("status")
        return status and status["state"]

    def log(self):
        done = self.box.run("loa", "--json", "log", check=False)
        return [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []

    def outcomes(self, uid):
        return [entry for entry in self.log() if entry["kind"] == "outcome" and f"/{uid}@" in entry["slot"]]

    def outcome(self, uid, seconds):
        return self.box.wait(f"the outcome of {uid}", lambda: self.outcomes(uid), seconds)[0]

    def amplifier(self):
        """The amplifier's commands until now: (state, seconds since the start)."""
        path = f"{self.box.folder}/state/amplifier"
        if not os.path.exists(path):
            return []
        with open(path) as file:
            words = [line.split() for line in file]
        # A power cut may leave a line that is none: nobody waits for the disk here.
        return [(entry[0], float(entry[1])) for entry in words if len(entry) == 2]

    def settle(self):
        """Waits until nothing of an earlier step sounds or is on."""
        self.box.wait("silence", lambda: self.state() in ("idle", "faulted") and all(
            state == "off" for state, _ in self.amplifier()[-1:]), 60)

    def journal(self, *arguments):
        return self.box.run("journalctl", "--no-pager", "-u", UNIT, *arguments).stdout

    def truth(self):
        """What left the card, as one, and the wall clock's distance from its instants."""
        return timeline(self.card.runs()), wall_minus_monotonic()
