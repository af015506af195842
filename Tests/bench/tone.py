"""Where in the programme a card is, read from the phase of a tone that runs through all of it."""

import cmath
import math

from card import RATE, timeline
from sounds import FINE_TONE, TONE

PERIOD = RATE // TONE
FINE_PERIOD = RATE // FINE_TONE


def lost_frames(runs, seconds_each, items):
    """Frames that are missing at each join (negative: extra silence); None for a join that never came."""
    run = timeline(runs)
    sounds = run.sounds(silence=2)
    if not sounds:
        return [None] * (items - 1)
    samples = run.samples
    start = run.onset(sounds[0], 0.5)
    places = _tracked(samples, start, items, seconds_each)
    return [
        None if after is None or before is None else round(after - before, 1)
        for before, after in zip(places, places[1:])]


def _tracked(samples, start, items, seconds_each):
    """How far the programme is ahead of the card in the middle of each item, in frames."""
    places, ahead = [], 0.0
    for item in range(items):
        # Look where the item is if everything before it was as long as found so far.
        middle = start + round((item + 0.5) * seconds_each * RATE - ahead)
        silence = 0
        if item:
            join = start + round(item * seconds_each * RATE - ahead)
            silence = _silence(samples, join - RATE // 2, join + RATE // 2)
            middle += silence
        phase = _phase(samples, middle)
        if phase is None:
            return places + [None] * (items - item)
        # Of all shifts by whole periods, the one that is nearest to what the silence says.
        exact = phase - middle
        guess = ahead - silence
        origin = places[0][1] if places else exact
        shift = exact - origin
        shift += PERIOD * round((guess - shift) / PERIOD)
        places.append((shift, origin))
        ahead = shift
    return [shift for shift, _ in places]


def _silence(samples, first, last):
    """The longest stretch that is much quieter than the tone, less what the tone's own zeros take."""
    window = samples[max(0, first):max(0, last)]
    if not len(window):
        return 0
    limit = 0.05 * max(max(window), -min(window), 1)
    longest = current = 0
    for value in window:
        current = current + 1 if abs(value) <= limit else 0
        longest = max(longest, current)
    return longest if longest > PERIOD // 20 else 0


def _phase(samples, middle, periods=12):
    """Where in the programme a frame is, in frames, modulo PERIOD; None where the tone does not sound."""
    first = middle - periods // 2 * PERIOD
    window = samples[first:first + periods * PERIOD] if first >= 0 else []
    if len(window) < periods * PERIOD:
        return None
    low, fine = _turned(window, PERIOD), _turned(window, FINE_PERIOD)
    if low is None or fine is None:
        return None
    return fine + FINE_PERIOD * round((low - fine) / FINE_PERIOD) + (middle - first)


def _turned(window, period):
    """The phase of a sine at the window's beginning, in frames; None where it is too faint."""
    table = [cmath.exp(-1j * math.tau * n / period) for n in range(period)]
    total = sum(value * table[n % period] for n, value in enumerate(window))
    if abs(total) / len(window) < 20:
        return None
    # The total of sin(ωn + φ) has the angle φ − π/2.
    return (cmath.phase(total) + math.pi / 2) / math.tau * period


def tone_place(run, instant, seconds=0.2):
    """How many frames of the tone have left at an instant, modulo its period; None where it does not sound."""
    middle = run.frame(instant)
    frame = round(middle)
    phase = _phase(run.samples, frame, periods=int(seconds * TONE))
    return None if phase is None else phase + (middle - frame)
