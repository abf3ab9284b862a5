"""What each stat says of a column's past, for all households at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np

Stat = Literal[
    "now",
    "previous",
    "mean",
    "min",
    "max",
    "trend",
    "slope",
    "volatility",
    "count",
    "since",
    "spells",
]

_UNKNOWN = np.float32(np.nan)


@dataclass(frozen=True, kw_only=True)
class History:
    """What was known of one column: shape (depth, n_households), newest first, NaN unknown.

    Answers are of shape (n_households,) and look at the newest `periods`. Totals run over the
    rows one by one, so that a household's numbers do not depend on who else is asked for.
    """

    values: np.ndarray
    step_months: int
    #: Months by which `as_of` lies after the month of the newest period.
    age: int

    def now(self, periods: int) -> np.ndarray:
        """What was the last known value?"""
        value, place = self._newest
        return np.where(place < periods, value, _UNKNOWN)

    def previous(self, periods: int) -> np.ndarray:
        """What was the known value before the last?"""
        newest = self._newest[1]
        there = np.flatnonzero(newest < len(self.values))
        earlier = self.values.copy()
        earlier[newest[there], there] = np.nan
        value, place = _newest_known(earlier)
        return np.where(place < periods, value, _UNKNOWN)

    def mean(self, periods: int) -> np.ndarray:
        """What was the mean of the known values?"""
        return self._newest[0] - self.trend(periods)

    def min(self, periods: int) -> np.ndarray:
        """What was the least of them?"""
        return np.fmin.reduce(self.values[:periods], axis=0)

    def max(self, periods: int) -> np.ndarray:
        """What was the largest of them?"""
        return np.fmax.reduce(self.values[:periods], axis=0)

    def trend(self, periods: int) -> np.ndarray:
        """How far does the last value lie above the mean?"""
        with np.errstate(invalid="ignore"):
            return self._sums[periods - 1] / self._known(periods)

    def slope(self, periods: int) -> np.ndarray:
        """By how much do the known values rise a month, by least squares? Unknown below two."""
        n = self._known(periods)
        back, squared = (sums[periods - 1].astype(np.float32) for sums in self._places)
        with np.errstate(invalid="ignore", divide="ignore"):
            down = self._slanted[periods - 1] - back * (self._sums[periods - 1] / n)
            rise = down / ((squared - np.square(back) / n) * np.float32(self.step_months))
        return np.where(n > 1, rise, _UNKNOWN)

    def volatility(self, periods: int) -> np.ndarray:
        """What was their standard deviation? Divides by n − 1; unknown below two values."""
        total, n = self._sums[periods - 1], self._known(periods)
        squares = _running_sums(np.square(self._deviation[:periods]))[-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(np.maximum(squares - np.square(total) / n, np.float32(0)) / (n - 1))

    def count(self, periods: int) -> np.ndarray:
        """In how many known periods was the flag set?"""
        return self._if_known(self._times_set[periods - 1].astype(np.float32), periods)

    def since(self, periods: int) -> np.ndarray:
        """How many months ago was the flag last set? The whole look-back when it was not."""
        weights = np.arange(periods, 0, -1, dtype=np.min_scalar_type(periods))[:, None]
        newest = np.maximum.reduce(self._set[:periods] * weights, axis=0).astype(np.float32)
        months = (periods - newest) * np.float32(self.step_months)
        return self._if_known(months + np.float32(self.age) * (newest > 0), periods)

    def spells(self, periods: int) -> np.ndarray:
        """How often did the flag come on? Unknown periods neither end nor begin a spell."""
        inside = np.zeros(self.values.shape[1], dtype=bool)
        times = np.zeros(self.values.shape[1], dtype=np.float32)
        for k in range(periods - 1, -1, -1):
            times += self._set[k] & ~inside
            inside = self._set[k] | (inside & self._unknown[k])
        return self._if_known(times, periods)

    def _known(self, periods: int) -> np.ndarray:
        return self._times_known[periods - 1].astype(np.float32)

    def _if_known(self, answer: np.ndarray, periods: int) -> np.ndarray:
        return np.where(self._known(periods) > 0, answer, _UNKNOWN)

    @cached_property
    def _unknown(self) -> np.ndarray:
        return np.isnan(self.values)

    @cached_property
    def _set(self) -> np.ndarray:
        return self.values == 1

    @cached_property
    def _times_known(self) -> np.ndarray:
        return _running_counts(~self._unknown)

    @cached_property
    def _times_set(self) -> np.ndarray:
        return _running_counts(self._set)

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Running sums of how many periods back the known values lie, and of the squares."""
        known = ~self._unknown
        return _running_counts(known, power=1), _running_counts(known, power=2)

    @cached_property
    def _newest(self) -> tuple[np.ndarray, np.ndarray]:
        return _newest_known(self.values)

    @cached_property
    def _deviation(self) -> np.ndarray:
        """The last known value minus each, 0 where unknown: small sums lose few digits."""
        away = self._newest[0] - self.values
        # Bit by bit: NaN and no bits make 0, three times faster than choosing values.
        bits = self._unknown.astype(np.int32)
        bits -= 1
        bits &= away.view(np.int32)
        return bits.view(np.float32)

    @cached_property
    def _sums(self) -> np.ndarray:
        return _running_sums(self._deviation.copy())

    @cached_property
    def _slanted(self) -> np.ndarray:
        back = np.arange(len(self.values), dtype=np.float32)
        return _running_sums(self._deviation * back[:, None])


def _newest_known(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first value down each column that is known, and its row (depth when there is none)."""
    value = values[0].copy()
    place = np.zeros(len(value), dtype=np.int32)
    left = np.flatnonzero(np.isnan(value))
    for k, row in enumerate(values[1:], start=1):
        if not left.size:
            break
        value[left], place[left] = row[left], k
        left = left[np.isnan(value[left])]
    place[left] = len(values)
    return value, place


def _running_sums(rows: np.ndarray) -> np.ndarray:
    """Each row becomes the sum of those up to it, in place."""
    # Row by row: numpy's accumulate walks down the columns, a hundred times slower.
    for above, row in pairwise(rows):
        row += above
    return rows


def _running_counts(true: np.ndarray, *, power: int = 0) -> np.ndarray:
    """Running counts, in which a row counts by its number to this power."""
    worth = np.arange(len(true)) ** power
    # The smallest integer that can hold the sum adds several times faster than a float.
    small = np.min_scalar_type(int(worth.sum()))
    return _running_sums(true.view(np.uint8) * worth.astype(small)[:, None])


STATS: dict[Stat, Callable[[History, int], np.ndarray]] = {
    "now": History.now,
    "previous": History.previous,
    "mean": History.mean,
    "min": History.min,
    "max": History.max,
    "trend": History.trend,
    "slope": History.slope,
    "volatility": History.volatility,
    "count": History.count,
    "since": History.since,
    "spells": History.spells,
}
