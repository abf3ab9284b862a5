"""Small counts are held back, and with them as many others as it takes to hide them."""

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from hardship_model.privacy.attack import Counts, given_back
from hardship_model.privacy.small_cells import SMALLEST_CELL

#: What a count counts.
What = tuple[Hashable, ...]


class Book:
    """Counts by what they count, and the sums between them, gathered from several tables.

    A count that stands in several places is one count; so it is held back in all or in none.
    """

    #: The release that what follows stands in; counts of different releases are different counts.
    release: Hashable = "this"

    def __init__(self) -> None:
        self._place: dict[tuple[Hashable, What], int] = {}
        self._value: list[float] = []
        self._in_table: list[bool] = []
        self._sums: dict[tuple[int, tuple[int, ...]], None] = {}
        self._lines: dict[Hashable, tuple[int, dict[int, None]]] = {}

    def note(self, what: What, *, value: float) -> int:
        """The number of the count `what`, which a table holds; missing: the run withheld it."""
        while self._differs(what, value):
            what = (*what, "of others")
        place = self._at(what)
        self._in_table[place] = True
        if not np.isnan(value):
            self._value[place] = value
        return place

    def add(self, whole: What | int, *parts: What | int) -> None:
        """The parts make the whole. A count that no table holds is known to nobody."""
        at = [p if isinstance(p, int) else self._at(p) for p in (whole, *parts)]
        self._sums[at[0], tuple(sorted(at[1:]))] = None

    def compare(self, what: What, old: Hashable, new: Hashable) -> None:
        """What the new release counts is what the old one counted, and by how much it grew."""
        at = {}
        for self.release in (old, new, "growth"):
            at[self.release] = self._at(what)
        self.add(at[new], at[old], at["growth"])

    def gather(self, line: Hashable, whole: What, part: What) -> None:
        """All parts that are given for a line make its whole."""
        _, parts = self._lines.setdefault((self.release, line, whole), (self._at(whole), {}))
        parts[self._at(part)] = None

    def counts(self) -> Counts:
        """All that was noted, as it would be if everything known were shown."""
        for whole, parts in self._lines.values():
            self.add(whole, *parts)
        value = np.array(self._value, dtype=float)
        in_table = np.array(self._in_table, dtype=bool)
        sums = self._matrix(len(value))
        value = _worked_out(value, sums)
        small = (value > 1e-9) & (value < SMALLEST_CELL - 1e-9)
        return Counts(
            value=value,
            shown=in_table & ~np.isnan(self._value),
            protected=small | (in_table & np.isnan(self._value)),
            sums=sums,
        )

    def noted(self, release: Hashable) -> dict[What, float]:
        """The counts that tables of this release hold, with their values."""
        return {
            what: self._value[at]
            for (of, what), at in self._place.items()
            if of == release and self._in_table[at]
        }

    def _at(self, of: What) -> int:
        what = (self.release, of)
        if what not in self._place:
            self._place[what] = len(self._value)
            self._value.append(np.nan)
            self._in_table.append(False)
        return self._place[what]

    def _differs(self, what: What, value: float) -> bool:
        """Is the count known under this name another one?"""
        at = self._place.get((self.release, what))
        known = np.nan if at is None else self._value[at]
        return abs(known - value) > 1e-4 * (1 + abs(value))  # never, where either is missing

    def _matrix(self, n: int) -> csr_array:
        lines = [[whole, *parts] for whole, parts in self._sums]
        signs = [[1.0, *[-1.0] * (len(line) - 1)] for line in lines]
        ends = np.cumsum([0, *map(len, lines)])
        at = np.array([i for line in lines for i in line], dtype=int)
        return csr_array((np.array([s for line in signs for s in line]), at, ends), (len(lines), n))


def _worked_out(value: np.ndarray, sums: csr_array) -> np.ndarray:
    """The counts, with those filled in that a sum with no other gap tells (rests above all)."""
    value = value.copy()
    while True:
        gap = np.isnan(value)
        alone = (abs(sums) @ gap.astype(float)) == 1
        lines = sums[np.flatnonzero(alone)]
        rest = -(lines @ np.where(gap, 0.0, value))
        at = lines.tocoo()
        of_gap = gap[at.coords[1]]
        if not of_gap.any():
            return value
        line, cell, sign = (a[of_gap] for a in (*at.coords, at.data))
        value[cell] = np.maximum(rest[line] * sign, 0.0)


def held_back(counts: Counts) -> np.ndarray:
    """Which counts must not be shown, so that no protected one is given back?

    The protected ones, and then, as long as an attack gives one back, the smallest shown count
    of a sum that it stands in. Counts that were never shown are not among them.
    """
    shown = counts.shown & ~counts.protected
    while (told := given_back(replace(counts, shown=shown))).any():
        further = _covers(counts, shown, told)
        if not len(further):
            break
        shown[further] = False
    return counts.shown & ~shown


def _covers(counts: Counts, shown: np.ndarray, told: np.ndarray) -> np.ndarray:
    """For each count that is told the smallest shown one of its sums, or of sums further off."""
    entries = counts.sums.tocoo()
    line, cell = entries.coords
    # A nought hides nothing, so it is the last to go.
    size = np.where(shown, np.where(counts.value > 0, counts.value, 1e300), np.inf)
    order = np.argsort(size[cell], kind="stable")
    lines, first = np.unique(line[order], return_index=True)
    best = np.full(counts.sums.shape[0], -1)
    best[lines] = cell[order][first]
    best[np.isinf(size[best])] = -1
    reached = told.copy()
    while True:
        near = np.unique(line[reached[cell]])
        found = np.unique(best[near])
        found = found[found >= 0]
        wider = reached.copy()
        wider[cell[np.isin(line, near)]] = True
        if len(found) or (wider == reached).all():
            return found
        reached = wider
