"""A station of its own for the terminal's tests: a centre's folder, a repository and a daemon on ALSA's `null`."""

import json
import math
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time
import wave

CONFIGURATION = """{
  station: "ap-3", name: "Cụm loa ấp 3", languages: ["vi", "km"],
  upstreams: [{ name: "xa", url: "%(folder)s/repo", root: "%(folder)s/repo/metadata/1.root.json", pollSeconds: 5,
                classes: ["normal", "priority"] }],
  hours: [{ from: "%(from)s", to: "%(to)s", ceilingDecibels: -6 }],
  output: { device: "null", channels: 1 }, clock: { batteryBacked: true },
  state: "%(folder)s/state", socket: "%(folder)s/s",
}
"""

# A few slots a day, some of them of class priority.
FEW = [
    ("sang", "Bản tin sáng", "050000", []),
    # The same letters with combining marks.
    ("trua", "Đọc truyện: Dế Mèn phiêu lưu ký", "104500", []),
    ("man", "Độ mặn các cống", "163000", ["PRIORITY:3"]),
    ("chieu", "Thời sự 早 😀 chiều", "170000", []),
]

# One every half an hour.
MANY = [
    (f"bai-{hour:02}{minute:02}", f"Bài {hour}.{minute:02} giờ", f"{hour:02}{minute:02}00", [])
    for hour in range(24)
    for minute in (0, 30)
]

# Titles in Khmer, longer than any column.
KHMER = [
    ("km-sang", "ព័ត៌មានពេលព្រឹកសម្រាប់ប្រជាជនខ្មែរនៅឃុំ", "050000", []),
    ("km-tuk", "ដំណឹងអំពីទឹកប្រៃចូលស្រែ", "113000", ["PRIORITY:3"]),
    ("km-lngeach", "កម្មវិធីផ្សាយពេលល្ងាច", "170000", []),
]


class Station:
    """Published programmes, and the daemon that pulls them."""

    def __init__(self, binaries, events, hours=("00:00", "24:00")):
        self.binaries = pathlib.Path(binaries)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="loa-terminal-"))
        self.socket = str(self.folder / "s")
        self.daemon = None
        channel = self.folder / "channel"
        channel.mkdir()
        tone(channel / "tin.wav")
        (channel / "schedule.ics").write_text(calendar(events), encoding="utf-8", newline="")
        self.centre("init", "repo", "--keys", "keys")
        self.centre("publish", "channel", "repo", "--keys", "keys", "--yes")
        words = {"folder": self.folder, "from": hours[0], "to": hours[1]}
        (self.folder / "station.json5").write_text(CONFIGURATION % words, encoding="utf-8")

    def centre(self, *words):
        subprocess.run(
            [self.binaries / "loa-centre", *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL
        )

    def start(self, is_ready=True):
        """Starts the daemon, and waits until it has its programmes, and the next one is ready where one can be."""
        self.daemon = subprocess.Popen(
            [self.binaries / "loaphuongd", "--config", self.folder / "station.json5"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            slots = self.json("next", "--days", "3")
            if isinstance(slots, list) and slots and (slots[0]["ready"] or not is_ready):
                return self
            time.sleep(0.2)
        raise SystemExit(f"the station has nothing to play: {self.json('status')}")

    def json(self, *words):
        """What `loa` answers as JSON."""
        said = subprocess.run(
            [self.binaries / "loa", "--socket", self.socket, "--json", *words], capture_output=True, check=False
        ).stdout
        return json.loads(said.splitlines()[0]) if said else None

    def run(self, *words):
        return subprocess.run([self.binaries / "loa", "--socket", self.socket, *words], capture_output=True, check=False)

    def stop(self):
        """Ends the daemon."""
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(timeout=20)
            self.daemon = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def tone(path):
    """Two seconds of a quiet tone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        samples = (int(6000 * math.sin(2 * math.pi * 440 * i / 48000)) for i in range(96000))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def calendar(events):
    """Events of every day, from yesterday on."""
    yesterday = time.strftime("%Y%m%d", time.gmtime(time.time() + 7 * 3600 - 86400))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//loa//terminal//VI"]
    for uid, title, start, more in events:
        lines += [
            "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}",
            f"DTSTART;TZID=Asia/Ho_Chi_Minh:{yesterday}T{start}", "RRULE:FREQ=DAILY", "DURATION:PT1M",
            "ATTACH:tin.wav", *more, "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])
