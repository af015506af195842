"""The simulated card seen from outside: its ALSA configuration, its control file, and what left it.

The formats are those of Tests/SimulatedCard/include/SimulatedCard.h.
"""

import bisect
import functools
import mmap
import os
import re
import struct

RATE = 48_000
CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS

_CONTROL_MAGIC = 0x4C505343
_RECORD_MAGIC = 0x4C505243
_CONTROL_SIZE = 64
_UNPLUGGED_OFFSET = 4
_OPEN_ERROR_OFFSET = 8
_RATE_ERROR_OFFSET = 32
_STEP_OFFSET = 40
_RECORD = struct.Struct("<IIIIiIqqdqQ")
_RUN, _RATE, _FRAMES, _END = 1, 2, 3, 4
_S16_LE = 2


class Card:
    """A card of 48 kHz, stereo, 16 bits, in a folder of its own, the same for everybody who is measured."""

    def __init__(self, folder, library):
        os.makedirs(folder)
        os.chmod(folder, 0o777)  # a player that refuses to run as root must be able to open it
        self.folder = folder
        with open(f"{folder}/control", "wb") as file:
            file.write(struct.pack("<I", _CONTROL_MAGIC).ljust(_CONTROL_SIZE, b"\0"))
        with open(f"{folder}/control", "r+b") as file:
            self._control = mmap.mmap(file.fileno(), _CONTROL_SIZE)
        self.configuration = f"{folder}/asound.conf"
        with open(self.configuration, "w") as file:
            file.write(
                f"""</usr/share/alsa/alsa.conf>
pcm_type.simulated {{ lib "{library}" }}
pcm.card {{ type simulated folder "{folder}" rate {RATE} channels {CHANNELS} format S16_LE }}
pcm.plugged {{ type plug slave.pcm card }}
pcm.!default {{ type plug slave.pcm card }}
""")

    @property
    def environment(self):
        return {**os.environ, "ALSA_CONFIG_PATH": self.configuration, "AUDIODEV": "plugged"}

    def set_rate_error(self, parts_per_million):
        struct.pack_into("<q", self._control, _RATE_ERROR_OFFSET, round(parts_per_million * 1000))

    def unplug(self, error):
        """Takes it away from who has it open, and from who wants to open it until `replug`."""
        struct.pack_into("<i", self._control, _OPEN_ERROR_OFFSET, error)
        count, = struct.unpack_from("<I", self._control, _UNPLUGGED_OFFSET)
        struct.pack_into("<I", self._control, _UNPLUGGED_OFFSET, count + 1)

    def replug(self):
        struct.pack_into("<i", self._control, _OPEN_ERROR_OFFSET, 0)

    def set_step(self, microseconds):
        """The reported position moves in such steps."""
        struct.pack_into("<I", self._control, _STEP_OFFSET, microseconds)

    def runs(self):
        """What left the card until now, from each start of the stream to its stop."""
        try:
            with open(f"{self.folder}/capture", "rb") as file:
                return _read(file.read())
        except FileNotFoundError:
            return []


class Run:
    """The stream from one start to its stop."""

    def __init__(self, start):
        self.start = start
        self.data = bytearray()
        self._pieces = []  # (frame, instant, frames a nanosecond)

    @property
    def frames(self):
        return len(self.data) // FRAME_BYTES

    @functools.cached_property
    def samples(self):
        """The first channel; to be asked for when the run is whole."""
        return memoryview(bytes(self.data)).cast("h")[::CHANNELS]

    def instant(self, frame):
        """When a frame left the card: CLOCK_MONOTONIC nanoseconds."""
        frame_0, instant, rate = self._piece(frame, 0)
        return instant + (frame - frame_0) / rate

    def frame(self, instant):
        """Which frame left at an instant."""
        frame_0, instant_0, rate = self._piece(instant, 1)
        return frame_0 + (instant - instant_0) * rate

    def _piece(self, value, key):
        place = bisect.bisect_right(self._pieces, value, key=lambda piece: piece[key])
        return self._pieces[max(0, place - 1)]

    def sounds(self, silence=0.1):
        """The ranges of frames that sound, parted by at least so many seconds of digital silence."""
        gap = int(silence * RATE) * FRAME_BYTES
        data = bytes(self.data)
        edges = [0]
        for match in re.finditer(rb"\x00{%d,}" % gap, data):
            edges += [-(-match.start() // FRAME_BYTES), match.end() // FRAME_BYTES]
        edges.append(self.frames)
        ranges = []
        for first, last in zip(edges[::2], edges[1::2]):
            found = re.compile(rb"[^\x00]").search(data, first * FRAME_BYTES, last * FRAME_BYTES)
            if found:
                ranges.append(range(found.start() // FRAME_BYTES, last))
        return ranges

    def onset(self, sound, part):
        """The first frame of a range that reaches a part of the range's peak (of its first half second)."""
        samples = self.samples
        window = samples[sound.start:min(sound.stop, sound.start + RATE // 2)]
        peak = max(max(window), -min(window))
        return sound.start + next(i for i, value in enumerate(window) if abs(value) >= part * peak)


def _read(data):
    runs, place = {}, 0
    while place + _RECORD.size <= len(data):
        magic, kind, rate, channels, sample_format, _, run, rate_error, frame, instant, size = (
            _RECORD.unpack_from(data, place))
        if magic != _RECORD_MAGIC:
            raise ValueError(f"not a record at {place}")
        place += _RECORD.size
        if place + size > len(data):
            break
        if kind == _RUN:
            if (rate, channels, sample_format) != (RATE, CHANNELS, _S16_LE):
                raise ValueError("the card ran in another format")
            runs[run] = Run(run)
        if kind in (_RUN, _RATE):
            runs[run]._pieces.append((frame, instant, rate * (1 + rate_error * 1e-9) * 1e-9))
        elif kind == _FRAMES:
            runs[run].data += data[place:place + size]
        place += size
    return [runs[run] for run in sorted(runs)]


def timeline(runs):
    """Several runs as one, by their instants, with silence where nothing ran. Frames before the first sound go."""
    runs = [run for run in runs if run.frames]
    whole = bytearray()
    first = None
    for run in runs:
        if first is None:
            if not run.sounds():
                continue
            first = run.start
        place = round((run.start - first) * RATE / 1e9) * FRAME_BYTES
        whole += bytes(max(0, place - len(whole)))
        whole[place:] = run.data
    merged = Run(first or 0)
    merged.data = whole
    merged._pieces.append((0, first or 0, RATE * 1e-9))
    return merged
