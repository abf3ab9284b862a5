"""Small counts are held back, and with them as many others as it takes to hide them."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from hardship_model.privacy.attack import Counts, completed, given_back, room_for
from hardship_model.privacy.small_cells import SMALLEST_CELL

#: What a count counts.
What = tuple[Hashable, ...]


class Place(NamedTuple):
    """Where a count stands: its row in the table, its column, and its number in the book."""

    row: int
    column: str
    number: int


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
        self._sums: dict[tuple[int, tuple[tuple[int, float], ...]], None] = {}
        self._lines: dict[Hashable, tuple[int, dict[int, None]]] = {}

    def note(self, what: What, *, value: float) -> int:
        """The number of the count `what`, which a table holds; missing: the run withheld it."""
        while self._differs(what, value):
            what = (*what, "of others")
        place = self.at(what)
        self._in_table[place] = True
        if not np.isnan(value):
            self._value[place] = value
        return place

    def add(
        self, whole: What | int, *parts: What | int, times: Sequence[float] | None = None
    ) -> None:
        """The parts make the whole, each taken so many `times` (once, when nothing is said).

        A count that no table holds is known to nobody.
        """
        at = [p if isinstance(p, int) else self.at(p) for p in (whole, *parts)]
        weighed = zip(at[1:], times or [1.0] * len(parts), strict=True)
        self._sums[at[0], tuple(sorted(weighed))] = None

    def compare(self, what: What, old: Hashable, new: Hashable) -> None:
        """What the new release counts is what the old one counted, and by how much it grew."""
        at = {}
        for self.release in (old, new, "growth"):
            at[self.release] = self.at(what)
        self.add(at[new], at[old], at["growth"])

    def gather(self, line: Hashable, whole: What, part: What) -> None:
        """All parts that are given for a line make its whole."""
        _, parts = self._lines.setdefault((self.release, line, whole), (self.at(whole), {}))
        parts[self.at(part)] = None

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

    def at(self, of: What) -> int:
        """The number of this count, whether a table holds it or not."""
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
        lines = [((whole, 1.0), *((i, -t) for i, t in parts)) for whole, parts in self._sums]
        ends = np.cumsum([0, *map(len, lines)])
        at = np.array([i for line in lines for i, _ in line], dtype=int)
        times = np.array([t for line in lines for _, t in line])
        return csr_array((times, at, ends), (len(lines), n))


def pair(
    book: Book, at: int, row: Mapping[str, Any], columns: Sequence[str], counts: Sequence[What]
) -> Iterator[Place]:
    """A whole and a part of it, in two columns of a row; the rest stands in no table."""
    whole, part = (
        book.note(what, value=float(row[column]))
        for what, column in zip(counts[:2], columns, strict=True)
    )
    book.add(whole, part, counts[2])
    yield from (Place(at, columns[0], whole), Place(at, columns[1], part))


def _worked_out(value: np.ndarray, sums: csr_array) -> np.ndarray:
    """The counts, with those filled in that a sum with no other gap tells (rests above all)."""
    value = value.copy()
    while True:
        gap = np.isnan(value)
        alone = ((sums != 0) @ gap.astype(int)) == 1
        lines = sums[np.flatnonzero(alone)]
        rest = -(lines @ np.where(gap, 0.0, value))
        at = lines.tocoo()
        of_gap = gap[at.coords[1]]
        if not of_gap.any():
            return value
        line, cell, times = (a[of_gap] for a in (*at.coords, at.data))
        value[cell] = np.maximum(rest[line] / times, 0.0)


#: So many counts that are given back are helped before the attack is made again.
_AT_ONCE = 20


def held_back(
    counts: Counts, *, cost: np.ndarray, say: Callable[[str], None] = lambda line: None
) -> np.ndarray:
    """Which counts must not be shown, so that no protected one is given back?

    The protected ones, and then, as long as an attack gives one back, those others that leave it
    room and together cost least (`cost`: of each count, more than 0). Counts that were never
    shown are not among them. `say` hears of each attack that gave something back.
    """
    shown, value = counts.shown & ~counts.protected, completed(counts)
    attacks = 0
    while (told := given_back(replace(counts, shown=shown))).any():
        attacks += 1
        say(f"Hiding what attack {attacks} gave back")
        before = shown.copy()
        for one in np.flatnonzero(told)[:_AT_ONCE]:
            shown[room_for(one, replace(counts, shown=shown), value, cost)] = False
        if (shown == before).all():
            break
    return counts.shown & ~shown
