"""Our side: a station with a card, a timetable and a log of its own, run by the daemon as it ships."""

import contextlib
import datetime
import glob
import json
import os
import socket
import subprocess
import time

from processes import started

EVENT = """BEGIN:VEVENT
UID:{name}
DTSTAMP:20260101T000000Z
SUMMARY:{name}
DTSTART:{start:%Y%m%dT%H%M%SZ}
{rule}ATTACH:{path}
END:VEVENT
"""


class Station:
    """A station in a folder; `play` events, then `run` it. `more` are other members of its configuration."""

    def __init__(self, folder, card, build, **more):
        self.folder, self.card, self.build, self._more = folder, card, build, more
        self.state, self.socket = f"{folder}/state", f"{folder}/run/loa.sock"
        self._channel = f"{folder}/channel"
        self.repository, self._keys = f"{folder}/repository", f"{folder}/keys"
        self._events = []
        os.makedirs(self._channel)
        self.centre("init", self.repository)
        self.configuration = f"{folder}/station.json5"
        self.configure(f"file://{self.repository}")

    def configure(self, url, **upstream):
        """Writes the configuration, with more about the upstream."""
        root = f"{self.repository}/metadata/1.root.json"
        with open(self.configuration, "w") as file:
            json.dump(
                {
                    "station": "bench", "upstreams": [{"name": "commune", "url": url, "root": root, **upstream}],
                    "hours": [{"from": "00:00", "to": "24:00", "ceilingDecibels": 0}],
                    "output": {"device": "card"}, "clock": {"batteryBacked": True}, "state": self.state,
                    "socket": self.socket, **self._more,
                }, file)

    def centre(self, *arguments):
        """Runs the centre's command with the station's own keys."""
        command = [f"{self.build}/loa-centre", *arguments, "--keys", self._keys]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def play(self, instant, files, every=0, times=1):
        """A slot at a wall-clock second, or several of them."""
        name = f"slot{len(self._events)}"
        for path in files:
            target = f"{self._channel}/{os.path.basename(path)}"
            if not os.path.exists(target):
                os.link(path, target)
        attach = os.path.basename(files[0])
        if len(files) > 1:
            attach = f"{name}.m3u8"
            with open(f"{self._channel}/{attach}", "w") as file:
                file.writelines(f"{os.path.basename(path)}\n" for path in files)
        rule = f"RRULE:FREQ=SECONDLY;INTERVAL={every};COUNT={times}\n" if times > 1 else ""
        start = datetime.datetime.fromtimestamp(instant, datetime.timezone.utc)
        self._events.append(EVENT.format(name=name, start=start, rule=rule, path=attach))

    @contextlib.contextmanager
    def run(self):
        """Runs the daemon and waits until it says that it is ready; gives its pid and how long that took."""
        with open(f"{self._channel}/schedule.ics", "w") as file:
            events = "".join(self._events) or "X-LOA-EMPTY:TRUE\n"
            calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//loa//bench//EN\n{events}END:VCALENDAR\n"
            file.write(calendar.replace("\n", "\r\n"))
        self.centre("publish", self._channel, self.repository, "--yes")
        notify = f"{self.folder}/notify"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(notify)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, open(f"{self.folder}/stderr", "ab") as log:
            listener.bind(notify)
            listener.settimeout(60)
            environment = {**self.card.environment, "NOTIFY_SOCKET": notify}
            before = time.monotonic()
            command = ([f"{self.build}/loaphuongd", "--config", self.configuration], environment)
            with started(command, stderr=log) as (child,):
                try:
                    while b"READY=1" not in listener.recv(4096):
                        pass
                except TimeoutError:
                    raise SystemExit(f"loaphuongd did not become ready: {self.errors()}") from None
                self.ready_seconds = time.monotonic() - before
                yield child.pid

    def loa(self, *arguments, patience=60):
        """An answer of the technician's command, and the milliseconds that it took."""
        before = time.monotonic()
        done = subprocess.run(
            [f"{self.build}/loa", "--socket", self.socket, *arguments], capture_output=True, timeout=patience,
            env=self.card.environment)
        return done.stdout, (time.monotonic() - before) * 1000

    def outcomes(self):
        """The log's outcomes, oldest first."""
        found = []
        for path in sorted(glob.glob(f"{self.state}/log/*.jsonl")):
            with open(path) as file:
                found += [entry for entry in map(json.loads, file) if entry["kind"] == "outcome"]
        return found

    def errors(self):
        with open(f"{self.folder}/stderr") as file:
            return file.read()[-2000:]
