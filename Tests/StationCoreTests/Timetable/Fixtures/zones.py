#!/usr/bin/env python3
"""What python's zoneinfo says about every zone of the system, one zone a line, from a fixed seed.

A line is `NAME T:OFFSET:DST:ABBREVIATION ... | CIVIL:T ...`: local times of instants, then instants of civil times
(fold=0), all numbers in seconds since 1970. The pure-python class is used, because it tells its transitions.
"""
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import available_timezones
from zoneinfo._zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)
FIRST, LAST = -2_500_000_000, 9_200_000_000  # 1890 to 2261


def main():
    generator = random.Random(int(sys.argv[1]))
    for name in sorted(available_timezones()):
        if name == "localtime":
            continue
        zone = ZoneInfo(name)
        transitions = [t for t in zone._trans_utc if FIRST < t < LAST]
        chosen = generator.sample(transitions, min(12, len(transitions))) + transitions[-3:]
        instants = [generator.randint(FIRST, LAST) for _ in range(14)]
        # Transitions by the rule of the footer, far behind the last that the file lists.
        year = generator.choice([2100, 2101, 2150, 2200, 2255])
        start = int((datetime(year, 1, 1) - EPOCH).total_seconds())
        offset = None
        for day in range(366):
            here = (EPOCH + timedelta(seconds=start + day * 86400)).replace(tzinfo=timezone.utc).astimezone(zone)
            if offset is not None and here.utcoffset() != offset:
                instants += [start + day * 86400 - hour * 3600 for hour in range(0, 25, 3)]
            offset = here.utcoffset()
        for t in chosen:
            instants += [t - 1, t, t + 1]
        out, back = [], []
        for t in instants:
            utc = EPOCH + timedelta(seconds=t)
            here = utc.replace(tzinfo=timezone.utc).astimezone(zone)
            if here.replace(tzinfo=None) - utc != here.utcoffset():
                # zoneinfo converts right, but forgets the fold after the last transition of a zone without a rule.
                here = here.replace(fold=1)
            offset = int(here.utcoffset().total_seconds())
            out.append(f"{t}:{offset}:{1 if here.dst() else 0}:{here.tzname()}")
            civil = EPOCH + timedelta(seconds=t + offset + generator.choice([0, 0, -1800, 1800, 3599, -5400, 5400]))
            back.append(f"{int((civil - EPOCH).total_seconds())}:{int(civil.replace(tzinfo=zone).timestamp())}")
        print(name, *out, "|", *back)


main()
