"""What the report over a province costs: a simulated one, in signed tiles on the disk."""

import concurrent.futures
import os
import re
import subprocess

PERIOD = ["--from", "2025-11-01", "--to", "2026-10-31"]


class Province:
    """The proofs of so many stations in 365 days with six slots each, and the centre that knows their keys."""

    def __init__(self, folder, build, stations):
        self.folder, self.centre = folder, f"{build}/loa-centre"
        made = subprocess.run(
            [f"{build}/province", folder, "--stations", str(stations), "--from", "2025-11-01", "--days", "365", "--years", "36"],
            check=True, capture_output=True, text=True)
        self.keys = [line.split() for line in made.stdout.splitlines()]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self._enrol, self.keys))

    def _enrol(self, words):
        subprocess.run([self.centre, "enrol", self.folder, *words], check=True, capture_output=True)

    def report(self, *words):
        """Seconds, CPU seconds and MB of a report, and its first line."""
        time = ["/usr/bin/time", "-f", "%e %U %S %M"]
        done = subprocess.run(
            [*time, self.centre, "report", self.folder, *PERIOD, "--lang", "en", *words], check=True,
            capture_output=True, text=True)
        wall, user, system, kilobytes = map(float, done.stderr.split()[-4:])
        slots = re.search(r"Of ([\d,]+) slots", done.stdout)
        return wall, user + system, kilobytes / 1024, slots and slots[1]
