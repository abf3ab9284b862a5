"""What do published counts give back of those that were held back?

An attack that anybody can make who knows how tables add up: every count is at least 0, parts and
rest make a whole, and whatever is shown is known. The door uses it before it lets a table out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

#: A count that is held back must be able to lie anywhere in a range as wide as this.
NARROWEST = 5
#: Counts in files have six digits.
_ROUNDED = 1e-5
#: The pencil is put down after so many turns, or when a turn narrows no range by as much.
_TURNS, _LITTLE = 100, 0.01
#: What moving a hidden count costs beside a shown one, and from where on it has moved.
_NEARLY_NOTHING, _MOVED = 1e-6, 1e-3
#: Linear programs with more unknown counts than these take too long.
_MOST = 5000


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Counts that belong together, how they add up, and which of them are shown."""

    #: Missing where the run itself had withheld it.
    value: np.ndarray
    shown: np.ndarray
    #: Must not be told: fewer than `SMALLEST_CELL`, or withheld by the run.
    protected: np.ndarray
    #: One row per sum: +1 for the whole, for each part −1 or minus how often it is taken; its
    #: product with the counts is 0.
    sums: csr_array


def given_back(counts: Counts) -> np.ndarray:
    """Which protected counts can be worked out, or to within `NARROWEST`, from what is shown?

    Returns one flag per count. What a reader finds with a pencil, going from sum to sum, is
    looked for first; only where that finds nothing, the smallest and the largest value that
    each count can have (linear programs), which is exact. Beyond `_MOST` unknown counts that
    hang together the pencil has the last word. Where what is shown contradicts itself, all that
    hangs on it is flagged.
    """
    told = counts.protected & (counts.shown | _found_by_pencil(counts))
    if told.any():
        return told
    for cells, *part in _unknown_together(counts):
        asked = np.flatnonzero(counts.protected[cells])
        if len(asked) and len(cells) <= _MOST:
            told[cells[asked]] = _narrow(asked, *part)
    return told


def _found_by_pencil(counts: Counts) -> np.ndarray:
    """Flags for counts that sum after sum leaves only a narrow range."""
    entries = counts.sums.tocoo()
    (line, cell), times = entries.coords, entries.data
    known = np.where(counts.shown, counts.value, 0.0)
    low, high = known.copy(), np.where(counts.shown, known, 10 * known.max(initial=0) + 1000)
    n_lines, n = counts.sums.shape
    slack, unknown = _slack(counts)[line], ~counts.shown[cell]
    for _ in range(_TURNS):
        # A sum is 0: a count lies between what all the others together leave it.
        ends = np.sort([times * low[cell], times * high[cell]], axis=0)
        rest = [np.bincount(line, end, n_lines)[line] - end for end in ends]
        before = high - low
        lowest, highest = np.sort([(-rest[1] - slack) / times, (slack - rest[0]) / times], axis=0)
        np.maximum.at(low, cell[unknown], lowest[unknown])
        np.minimum.at(high, cell[unknown], highest[unknown])
        if np.all(before - (high - low) < _LITTLE):
            break
    touched = np.bincount(cell, minlength=n) > 0
    return touched & (high - low < NARROWEST)


def _slack(counts: Counts) -> np.ndarray:
    """By how much may a sum miss 0, its counts being rounded?"""
    known = np.where(counts.shown, np.abs(counts.value), 0.0)
    return _ROUNDED * (1 + abs(counts.sums) @ known)


_Part = tuple[np.ndarray, csr_array, np.ndarray, np.ndarray]


def _unknown_together(counts: Counts) -> Iterator[_Part]:
    """Counts not shown that hang together: which, how they add up, to what, how exactly."""
    hidden = np.flatnonzero(~counts.shown)
    known = np.where(counts.shown, counts.value, 0.0)
    left = counts.sums[:, hidden]
    total = -(counts.sums @ known)
    slack = _slack(counts)
    n_parts, part = connected_components(left.T @ left, directed=False)
    order = np.argsort(part, kind="stable")
    for of_part in np.split(order, np.flatnonzero(np.diff(part[order])) + 1) if n_parts else ():
        sums = left[:, of_part]
        lines = np.flatnonzero(np.diff(sums.indptr))
        yield hidden[of_part], sums[lines], total[lines], slack[lines]


def _narrow(asked: np.ndarray, sums: csr_array, total: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Flags for the counts `asked` of this part: can each only lie in a narrow range?"""
    if not sums.shape[0]:
        return np.zeros(len(asked), dtype=bool)
    if sums.shape[1] == 1:
        return np.ones(len(asked), dtype=bool)
    low, high = np.full(len(asked), np.inf), np.full(len(asked), -np.inf)

    def push(weight: np.ndarray) -> bool:
        """Move to the end of what can be; every end shows how far each count can go."""
        costs = np.zeros(sums.shape[1])
        costs[asked] = weight
        point = _end(costs, sums, total, slack)
        if point is not None:
            np.minimum(low, point[asked], out=low)
            np.maximum(high, point[asked], out=high)
        return point is not None

    # All narrow ones at once, first the same way, then so that any two of them part ways once;
    # what remains is looked at one by one.
    for way in _ways(len(asked)):
        narrow = high - low < NARROWEST
        if not narrow.any():
            break
        if not (push(narrow * way) and push(narrow * -way)):
            return np.ones(len(asked), dtype=bool)
    for one in np.flatnonzero(high - low < NARROWEST):
        if high[one] - low[one] < NARROWEST:
            only = np.arange(len(asked)) == one
            push(only * 1.0)
            if high[one] - low[one] < NARROWEST:
                push(only * -1.0)
    return high - low < NARROWEST


def _ways(n: int) -> Iterator[np.ndarray]:
    """Up (1) or down (−1) for each of n: first all up, then by each digit of their numbers."""
    yield np.ones(n)
    for digit in range((n - 1).bit_length()):
        yield 1.0 - 2.0 * (np.arange(n) >> digit & 1)


def _end(
    costs: np.ndarray, sums: csr_array, total: np.ndarray, slack: np.ndarray
) -> np.ndarray | None:
    """Counts that add up and make the costs least; None when no counts add up."""
    most = 10 * np.abs(total).sum() + 1000
    done = milp(
        costs,
        bounds=Bounds(0, most),
        constraints=LinearConstraint(sums, total - slack, total + slack),
    )
    return done.x if done.status == 0 else None


def completed(counts: Counts) -> np.ndarray:
    """The counts, with some value that adds up for each that is not known."""
    known = ~np.isnan(counts.value)
    unknown, value = np.flatnonzero(~known), np.nan_to_num(counts.value)
    if known.all():
        return value
    slack = _slack(replace(counts, shown=known))
    point = _end(np.ones(len(unknown)), counts.sums[:, unknown], -(counts.sums @ value), slack)
    if point is not None:
        value[unknown] = point
    return value


def room_for(one: int, counts: Counts, value: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Which shown counts must go so that this hidden one could be `NARROWEST` larger?

    `value`: as `completed`. Those go that would have to be others as well, chosen such that
    their cost, times how far each would have to move, is least: a linear program (after Kelly,
    Golden and Assad 1992).
    """
    # What is shown moves up or down at a cost; what is hidden nearly for nothing.
    price = np.where(counts.shown, cost, _NEARLY_NOTHING)
    this = np.arange(len(value)) == one
    done = milp(
        np.concatenate([price, price]),
        bounds=Bounds(
            np.concatenate([this * NARROWEST, np.zeros(len(value))]),
            np.concatenate([np.full(len(value), np.inf), np.where(this, 0.0, value)]),
        ),
        constraints=LinearConstraint(hstack([counts.sums, -counts.sums]), 0, 0),
    )
    if done.status != 0:
        return np.array([], dtype=int)
    up, down = np.split(done.x, 2)
    return np.flatnonzero(counts.shown & (up + down > _MOVED))
