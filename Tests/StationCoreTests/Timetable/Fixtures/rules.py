#!/usr/bin/env python3
"""Generates recurrence rules from a fixed seed and what python-dateutil makes of them, one case a line.

A line is `ZONE START WINDOW_END LIMIT RULE = INSTANCE INSTANCE ...`. With ZONE `-` all times are civil; with a zone
the instances are seconds since 1970, by python's zoneinfo.

Where dateutil differs from RFC 5545 the oracle is corrected or the generator stays away:
- DTSTART is an instance even if the rule does not meet it, and COUNT counts it (3.8.5.3): added here.
- BYWEEKNO without a day takes DTSTART's weekday (3.3.10); dateutil takes the whole week: the weekday is added here.
- A week's BYSETPOS counts from the week's first day; dateutil counts the first week from DTSTART: such rules start
  on the first day of a week.
- BYDAY with numbered and plain days together is a union; dateutil takes the intersection: not generated.
- BYWEEKNO=-52 and -53 may name the first week that begins in December; dateutil never finds it there: not generated.
- The parts that RFC 5545 forbids together, dateutil allows: not generated.
"""
import itertools
import random
import sys
import types
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import dateutil.rrule
from dateutil.rrule import rrulestr

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# How far a case is looked at: the last days of the year in which it starts, and so many years more. dateutil walks
# every period, and past UNTIL when nothing hits, so short periods get short windows.
WINDOWS = {
    "SECONDLY": (0.2, 0),
    "MINUTELY": (20, 0),
    "HOURLY": (366, 1),
    "DAILY": (366, 11),
    "WEEKLY": (366, 14),
    "MONTHLY": (366, 29),
    "YEARLY": (366, 59),
}
LIMIT = 25


# The module's own view of `datetime`, so that its last year can be ours.
dateutil.rrule.datetime = types.SimpleNamespace(**vars(dateutil.rrule.datetime))


def text(time):
    return time.strftime("%Y%m%dT%H%M%S")


def some(random, values, most):
    return random.sample(values, random.randint(1, min(most, len(values))))


def signed(random, most, largest):
    return [n if random.random() < 0.6 else -n for n in some(random, range(1, largest + 1), most)]


def rule(random, frequency):
    """A rule that RFC 5545 allows, as a list of (name, value)."""
    parts = [("FREQ", frequency)]
    largest = {"SECONDLY": 5000, "MINUTELY": 500, "HOURLY": 60, "DAILY": 20, "WEEKLY": 6, "MONTHLY": 15, "YEARLY": 4}
    if random.random() < 0.5:
        parts.append(("INTERVAL", random.randint(1, largest[frequency])))
    if random.random() < 0.3:
        parts.append(("BYMONTH", some(random, range(1, 13), 4)))
    if frequency == "YEARLY" and random.random() < 0.3:
        parts.append(("BYWEEKNO", [n if n < 52 or random.random() < 0.8 else -1 for n in some(random, range(1, 54), 4)]))
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY") and random.random() < 0.25:
        parts.append(("BYYEARDAY", signed(random, 5, 366)))
    if frequency != "WEEKLY" and random.random() < 0.35:
        parts.append(("BYMONTHDAY", signed(random, 5, 31)))
    names = [name for name, _ in parts]
    if random.random() < 0.45:
        days = some(random, DAYS, 4)
        if frequency == "MONTHLY" and random.random() < 0.5:
            days = [f"{random.choice([1, 2, 3, 4, 5, -1, -2, -5])}{day}" for day in days]
        elif frequency == "YEARLY" and "BYWEEKNO" not in names and random.random() < 0.5:
            numbers = [1, 2, 5, -1, -3] if "BYMONTH" in names else [1, 10, 20, 53, -1, -20, -53]
            days = [f"{random.choice(numbers)}{day}" for day in days]
        parts.append(("BYDAY", days))
    for name, largest, chance in (("BYHOUR", 24, 0.3), ("BYMINUTE", 60, 0.2), ("BYSECOND", 60, 0.15)):
        if random.random() < chance:
            parts.append((name, some(random, range(largest), 3)))
    if any(name.startswith("BY") for name, _ in parts) and random.random() < 0.3:
        parts.append(("BYSETPOS", signed(random, 3, 6)))
    if random.random() < 0.3:
        parts.append(("WKST", random.choice(DAYS)))
    return parts


def render(parts):
    return ";".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}" for name, value in parts
    )


def expand(parts, start, end, count, until):
    """All instances from `start` up to `end`, or the first LIMIT of them."""
    named = dict(parts)
    if "BYWEEKNO" in named and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & set(named):
        parts = parts + [("BYDAY", DAYS[start.weekday()])]
    stop = min(until, end) if until else end
    dateutil.rrule.datetime.MAXYEAR = end.year
    try:
        found = rrulestr(render(parts) + ";UNTIL=" + text(stop), dtstart=start)
        times = list(itertools.islice(found, LIMIT + 1))
    except ValueError:
        # dateutil refuses an interval that never meets BYHOUR, BYMINUTE or BYSECOND: only DTSTART is left.
        times = []
    times = sorted(set(times) | {start})
    return times[: min(LIMIT, count or LIMIT)]


def case(random, frequency):
    days, years = WINDOWS[frequency]
    year = random.randint(1975, 2080)
    start = datetime(year + 1, 1, 1) - timedelta(seconds=random.randrange(1, int(days * 86400)))
    start = start.replace(second=random.choice([0, 0, 0, start.second]))
    end = datetime(year + years, 12, 31, 23, 59, 59)
    parts = rule(random, frequency)
    named = dict(parts)
    if frequency == "WEEKLY" and "BYSETPOS" in named:
        start -= timedelta(days=(start.weekday() - DAYS.index(named.get("WKST", "MO"))) % 7)
    count = until = None
    limited = list(parts)
    kind = random.random()
    if kind < 0.25:
        count = random.randint(1, 30)
        limited.append(("COUNT", count))
    elif kind < 0.5:
        until = (start + random.random() * (end - start)).replace(microsecond=0)
        limited.append(("UNTIL", text(until)))
    times = expand(parts, start, end, count, until)
    if len(times) == 1 and random.random() < 0.8:
        # Most cases should hit.
        return case(random, frequency)
    if len(times) == 1 and until is None and count is None:
        # Searching in vain to the end of the calendar is a test of its own.
        limited = parts + [("UNTIL", text(end))]
    return f"- {text(start)} {text(end)} {LIMIT} {render(limited)} = " + " ".join(map(text, times))


def steps(start, step, count, zone):
    """The steps in which the zone's offset changes."""
    times = [start + number * step for number in range(count + 1)]
    offsets = [time.astimezone(zone).utcoffset() for time in times]
    return [times[n] for n in range(count) if offsets[n] != offsets[n + 1]]


def night(random, zone):
    """A rule around one of the two nights on which the zone's clocks change."""
    year = random.randint(1990, 2090)
    tz = ZoneInfo(zone)
    changes = [
        hour
        for day in steps(datetime(year, 1, 1, tzinfo=timezone.utc), timedelta(days=1), 365, tz)
        for hour in steps(day, timedelta(hours=1), 24, tz)
    ]
    if not changes:
        return None
    change = random.choice(changes).astimezone(tz).replace(tzinfo=None)
    start = change.replace(minute=random.choice([0, 15, 30, 45])) + timedelta(
        days=random.randint(-4, 0), hours=random.randint(-3, 3)
    )
    frequency = random.choice(["DAILY", "DAILY", "DAILY", "HOURLY", "WEEKLY", "MINUTELY"])
    parts = [("FREQ", frequency)]
    if frequency == "MINUTELY":
        parts.append(("INTERVAL", random.choice([15, 20, 45, 90])))
    elif random.random() < 0.6 and frequency != "HOURLY":
        parts.append(("BYHOUR", some(random, range(5), 4)))
        parts.append(("BYMINUTE", some(random, [0, 15, 30, 59], 3)))
    end = start + timedelta(days=10 if frequency in ("DAILY", "WEEKLY") else 2)
    dateutil.rrule.datetime.MAXYEAR = end.year
    times = sorted(set(rrulestr(render(parts) + ";UNTIL=" + text(end), dtstart=start)) | {start})
    # A time that a gap skips has the offset before it, one that comes twice is the first: fold=0 is just that.
    instants = sorted({int(time.replace(tzinfo=tz).timestamp()) for time in times})
    return f"{zone} {text(start)} {text(end)} {len(times)} {render(parts)};UNTIL={text(end)} = " + " ".join(map(str, instants))


def main():
    seed = int(sys.argv[1])
    generator = random.Random(seed)
    frequencies = list(WINDOWS)
    for number in range(int(sys.argv[2])):
        print(case(generator, frequencies[number % len(frequencies)]))
    zones = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Pacific/Auckland"]
    for number in range(int(sys.argv[3])):
        line = night(generator, zones[number % len(zones)])
        if line:
            print(line)


main()
