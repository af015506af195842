"""The table for the README: what was measured, against the budget and the peers."""


class Table:
    """Rows of what, our figure, its share of the budget, and the peers' figures."""

    HEAD = "| What | Budget | Loa Phường | Of the budget | Peers, in the same run |\n|---|---|---|---|---|\n"

    def __init__(self):
        self._rows, self.missed = [], []

    def add(self, what, budget, figure, shares, peers="–"):
        """Adds a row; `shares` are (measured, allowed) of each part of the budget."""
        worst = max((measured / allowed for measured, allowed in shares), default=None)
        if worst is None:
            share = "–"
        else:
            share = f"{worst * 100:.0f} %" if worst <= 1 else f"**{worst:.1f} ×, missed**"
            if worst > 1:
                self.missed.append(what)
        self._rows.append(f"| {what} | {budget} | {figure} | {share} | {peers} |")
        print(self._rows[-1], flush=True)

    def absent(self, what, budget, why):
        """Adds a row for what could not be measured."""
        self.missed.append(what)
        self._rows.append(f"| {what} | {budget} | not measured: {why} | **?** | – |")
        print(self._rows[-1], flush=True)

    def __str__(self):
        return self.HEAD + "\n".join(self._rows)


def listed(figures):
    """{name: text} in one cell."""
    return "; ".join(f"{name} {text}" for name, text in figures.items()) or "–"
