"""What each stat says of a column's past, for all households at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

Stat = Literal[
    "now", "previous", "mean", "min", "max", "trend", "volatility", "count", "since", "spells"
]


@dataclass(frozen=True, kw_only=True)
class History:
    """What was known of one column: shape (depth, n_households), newest first, NaN unknown.

    Answers are of shape (n_households,). Totals run over the rows one by one, so that a
    household's numbers do not depend on who else is asked for.
    """

    values: np.ndarray
    step_months: int
    #: Months by which `as_of` lies after the month of the newest period.
    age: int

    def known(self, periods: int) -> np.ndarray:
        """In how many of the newest `periods` was a value known?"""
        unknown = np.isnan(self.values[:periods]).view(np.uint8)
        # The smallest integer that can hold the count adds several times faster than a float.
        n = np.add.reduce(unknown, axis=0, dtype=np.min_scalar_type(periods))
        return periods - n.astype(np.float32)

    @cached_property
    def newest(self) -> tuple[np.ndarray, np.ndarray]:
        """The last known value and how many periods back it stands (depth when unknown)."""
        return self._next_known(np.full(self.values.shape[1], -1, dtype=np.int16))

    @cached_property
    def deviation(self) -> np.ndarray:
        """Known values minus the last of them, 0 where unknown: small sums lose few digits."""
        away = self.values - self.newest[0]
        # fmax and fmin pass over NaN, several times faster than a mask does.
        return np.fmax(away, np.float32(0)) + np.fmin(away, np.float32(0))

    def now(self, periods: int) -> np.ndarray:
        """What was the last known value?"""
        value, place = self.newest
        return np.where(place < periods, value, np.float32(np.nan))

    def previous(self, periods: int) -> np.ndarray:
        """What was the known value before the last?"""
        value, place = self._next_known(self.newest[1])
        return np.where(place < periods, value, np.float32(np.nan))

    def mean(self, periods: int) -> np.ndarray:
        """What was the mean of the known values?"""
        with np.errstate(invalid="ignore"):
            return self.newest[0] + _total(self.deviation[:periods]) / self.known(periods)

    def min(self, periods: int) -> np.ndarray:
        """What was the least of them?"""
        return np.fmin.reduce(self.values[:periods], axis=0)

    def max(self, periods: int) -> np.ndarray:
        """What was the largest of them?"""
        return np.fmax.reduce(self.values[:periods], axis=0)

    def trend(self, periods: int) -> np.ndarray:
        """How far does the last value lie above the mean?"""
        return self.newest[0] - self.mean(periods)

    def volatility(self, periods: int) -> np.ndarray:
        """What was their standard deviation? Divides by n − 1; unknown below two values."""
        away, n = self.deviation[:periods], self.known(periods)
        with np.errstate(invalid="ignore", divide="ignore"):
            squares = _total(np.square(away)) - np.square(_total(away)) / n
            return np.sqrt(np.maximum(squares, np.float32(0)) / (n - 1))

    def count(self, periods: int) -> np.ndarray:
        """In how many known periods was the flag set?"""
        times = _total(np.fmax(self.values[:periods], np.float32(0)))
        times[self.known(periods) == 0] = np.nan
        return times

    def since(self, periods: int) -> np.ndarray:
        """How many months ago was the flag last set? The whole look-back when it was not."""
        weights = np.arange(periods, 0, -1, dtype=np.float32)[:, None]
        newest = np.fmax.reduce(self.values[:periods] * weights, axis=0)
        months = (periods - newest) * np.float32(self.step_months)
        return np.where(newest > 0, months + np.float32(self.age), months)

    def spells(self, periods: int) -> np.ndarray:
        """How often did the flag come on? Unknown periods neither end nor begin a spell."""
        state = np.full(self.values.shape[1], np.nan, dtype=np.float32)
        times = np.zeros_like(state)
        for row in self.values[periods - 1 :: -1]:
            times += (row == 1) & (state != 1)
            np.copyto(state, row, where=~np.isnan(row))
        times[np.isnan(state)] = np.nan
        return times

    def _next_known(self, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The newest known value further back than `after`, and its place."""
        depth, width = self.values.shape
        value = np.full(width, np.nan, dtype=np.float32)
        place = np.full(width, depth, dtype=np.int16)
        left = np.arange(width)
        for k, row in enumerate(self.values):
            here = row[left]
            found = ~np.isnan(here) & (after[left] < k)
            value[left[found]] = here[found]
            place[left[found]] = k
            left = left[~found]
            if not left.size:
                break
        return value, place


def _total(rows: np.ndarray) -> np.ndarray:
    total = np.zeros(rows.shape[1], dtype=np.float32)
    for row in rows:
        total += row
    return total


STATS: dict[Stat, Callable[[History, int], np.ndarray]] = {
    "now": History.now,
    "previous": History.previous,
    "mean": History.mean,
    "min": History.min,
    "max": History.max,
    "trend": History.trend,
    "volatility": History.volatility,
    "count": History.count,
    "since": History.since,
    "spells": History.spells,
}
