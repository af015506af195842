"""Two stations, one bulletin, cards whose clocks run 100 ppm fast and slow: how far apart they sound."""

import contextlib
import math
import os
import time

import peers
from card import Card
from processes import started, wall_minus_monotonic
from station import Station
from tone import PERIOD, tone_place

PPM = 100


def measure(folder, build, tone, seconds):
    """Milliseconds apart at each second after the first ten, of ours and of two scripts with mpg123."""
    os.makedirs(folder)
    wav, mp3 = tone
    library = f"{build}/libSimulatedCard.so"
    cards = [Card(f"{folder}/{name}", library) for name in ("fast", "slow", "script-fast", "script-slow")]
    for n, card in enumerate(cards):
        card.set_rate_error(-PPM if n % 2 else PPM)
    start = math.ceil(time.time()) + 10
    with contextlib.ExitStack() as stack:
        for n, card in enumerate(cards[:2]):
            station = Station(f"{folder}/station{n}", card, build)
            station.play(start, [wav])
            stack.enter_context(station.run())
        stack.enter_context(started(*(peers.mpg123_at(card, start, mp3) for card in cards[2:])))
        time.sleep(max(0, start + seconds + 2 - time.time()))
        offset = wall_minus_monotonic()
    begin = start * 10**9 - offset
    return _apart(cards[:2], begin, seconds), _apart(cards[2:], begin, seconds)


def _apart(cards, begin, seconds):
    """The distance of the two in milliseconds, second by second; None where one of them does not sound."""
    runs = [_longest(card.runs()) for card in cards]
    if None in runs:
        return []
    apart, before = [], 0.0
    for second in range(10, seconds - 1):
        places = [tone_place(run, begin + second * 10**9) for run in runs]
        if None in places:
            apart.append(None)
            continue
        frames = places[0] - places[1]
        frames -= PERIOD * round((frames - before) / PERIOD)
        before = frames
        apart.append(frames / 48)
    return apart


def _longest(runs):
    runs = [run for run in runs if run.sounds()]
    return max(runs, key=lambda run: run.frames) if runs else None
