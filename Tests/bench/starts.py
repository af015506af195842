"""When the first sample leaves the card, against when it should have.

Several stations, each with a card of its own, take turns second by second: a hundred starts are there in two
minutes, and each station arms, plays and closes its card as on every other day.
"""

import contextlib
import math
import os
import time

import peers
from card import Card
from processes import busy_loops, started, wall_minus_monotonic
from station import Station

EVERY = 6  # seconds between two starts of a station, and as many stations
LEAD = 10  # seconds before the first start: an intent is durable 5 s ahead
NEAR = 3e9  # nanoseconds: what sounds farther from its slot is not that slot's


class Starts:
    """The starts of one player: errors in microseconds, and how many never sounded."""

    def __init__(self):
        self.errors, self.claims, self.missed = [], [], 0

    def percentile(self, part):
        return percentile([abs(error) for error in self.errors], part)

    def __str__(self):
        if not self.errors:
            return "no start"
        text = "p50 %.4f, p99 %.4f, worst %.4f ms of %d" % (
            *(self.percentile(part) / 1000 for part in (0.5, 0.99, 1)), len(self.errors))
        return text + (f", {self.missed} missed" if self.missed else "")

    def brief(self):
        """From the best to the worst, which is all that a few starts allow to say."""
        if not self.errors:
            return "no start"
        best, worst = (self.percentile(part) / 1000 for part in (0, 1))
        return f"{best:.0f}–{worst:.0f} ms of {len(self.errors)}"


def percentile(values, part):
    """The smallest value that is not less than such a part of the values."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def measure(folder, build, blip, count, loops=0, step=0, with_peers=False):
    """Starts of ours, {peer: Starts} of the peers, and the daemons' complaints."""
    os.makedirs(folder)
    library = f"{build}/libSimulatedCard.so"
    wav, mp3 = blip
    each = math.ceil(count / EVERY)
    cards = [Card(f"{folder}/card{n}", library) for n in range(EVERY)]
    stations = [Station(f"{folder}/station{n}", card, build) for n, card in enumerate(cards)]
    script, switch = Card(f"{folder}/script", library), Card(f"{folder}/switch", library)
    for card in (*cards, script, switch):
        card.set_step(step)
    with contextlib.ExitStack() as stack:
        if loops:
            stack.enter_context(busy_loops(loops))
        if with_peers:  # Liquidsoap takes its time to start
            stack.enter_context(started(peers.liquidsoap_schedule(switch, range(0, 60, 10), wav)))
        first = math.ceil(time.time()) + LEAD
        due = {n: [first + n + EVERY * start for start in range(each)] for n in range(EVERY)}
        for n, station in enumerate(stations):
            station.play(due[n][0], [wav], every=EVERY, times=each)
            stack.enter_context(station.run())
        end = due[EVERY - 1][-1] + 3
        scripted = _scripts(script, mp3, first, end) if with_peers else []
        time.sleep(max(0, end - time.time()))
        offset = wall_minus_monotonic()
    ours = Starts()
    for n, station in enumerate(stations):
        _compare(ours, cards[n], due[n], offset, part=0.5)
        _claims(ours, station)
    others = {}
    if with_peers:
        switched = [second for second in range(first + 10, end - 2) if second % 10 == 0]
        for name, card, slots in (
            ("`sleep` + mpg123", script, scripted), ("Liquidsoap `switch`", switch, switched)):
            others[name] = Starts()
            _compare(others[name], card, slots, offset, part=0.25)
    return ours, others, [station.errors() for station in stations if station.errors()]


def _scripts(card, path, first, end):
    """Plays by a script every 8 s until then; gives the instants at which it was to start."""
    slots = list(range(first, end - 2, 8))
    for slot in slots:
        time.sleep(max(0, slot - 2 - time.time()))
        with started(peers.mpg123_at(card, slot, path)):
            time.sleep(max(0, slot + 2 - time.time()))
    return slots


def _compare(starts, card, slots, offset, part):
    onsets = [
        run.instant(run.onset(sound, part)) + offset for run in card.runs() for sound in run.sounds()]
    for slot in slots:
        near = [onset - slot * 10**9 for onset in onsets if abs(onset - slot * 10**9) < NEAR]
        if near:
            starts.errors.append(min(near, key=abs) / 1000)
        else:
            starts.missed += 1


def _claims(starts, station):
    """How far what the outcomes say is from what was measured, outcome by outcome in order."""
    said = [entry["startErrorMicroseconds"] for entry in station.outcomes() if entry["result"] == "played"]
    measured = starts.errors[-len(said):] if said else []
    starts.claims += [abs(one - other) for one, other in zip(said, measured)]
