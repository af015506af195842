"""What a technician waits for: the doctor's answer, silence after a stop, a fault after the card has gone."""

import errno
import json
import os
import time

import sounds
from card import Card, RATE
from station import Station

# A tone that outlasts what is done while it sounds, in seconds.
LENGTH = 30
# Nothing is waited for longer, in seconds.
PATIENCE = 30


def _station(folder, build):
    os.makedirs(folder)
    return Station(f"{folder}/station", Card(f"{folder}/card", f"{build}/libSimulatedCard.so"), build)


def doctor(folder, build, times):
    """Milliseconds that each `loa doctor` took, beside a daemon that runs."""
    station = _station(folder, build)
    took = []
    with station.run():
        for _ in range(times):
            answer, milliseconds = station.loa("--json", "doctor", "--config", station.configuration)
            if not json.loads(answer or "{}").get("checks"):
                raise SystemExit(f"loa doctor answered {answer!r}")
            took.append(milliseconds)
    return took


def stop(folder, build, times):
    """Milliseconds from the exec of each `loa stop` to the last frame of the tone that left the card."""
    station = _station(folder, build)
    tone = sounds.tone(f"{folder}/tone.wav", RATE, LENGTH)
    asked = []
    with station.run():
        for _ in range(times):
            station.loa("play", tone)
            _wait(lambda: _status(station)["playing"])
            time.sleep(1)
            asked.append(time.monotonic_ns())
            station.loa("stop")
            time.sleep(0.7)
    return [_sounded_after(station.card.runs(), instant) / 1e6 for instant in asked]


def _sounded_after(runs, instant):
    """Nanoseconds for which a sound that was there at an instant went on."""
    run = next(run for run in reversed(runs) if run.start <= instant)
    frame = run.frame(instant)
    sound = next(sound for sound in run.sounds() if sound.start <= frame < sound.stop)
    return run.instant(sound.stop) - instant


def unplugged(folder, build, is_playing, times):
    """Milliseconds from each unplugging to a `loa status` that shows the fault, asked for all the while."""
    station = _station(folder, build)
    tone = sounds.tone(f"{folder}/tone.wav", RATE, LENGTH)
    took = []
    with station.run():
        for _ in range(times):
            station.card.replug()
            _wait(lambda: not _faults(station))
            if is_playing:
                station.loa("play", tone)
                _wait(lambda: _status(station)["playing"])
                time.sleep(0.5)
            before = time.monotonic()
            station.card.unplug(errno.ENODEV)
            _wait(lambda: "device" in _faults(station))
            took.append((time.monotonic() - before) * 1000)
            station.loa("stop")
    return took


def _status(station):
    return json.loads(station.loa("--json", "status")[0])


def _faults(station):
    return {fault["code"] for fault in _status(station)["faults"]}


def _wait(condition):
    limit = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > limit:
            raise SystemExit("it did not come about")
        time.sleep(0.01)
