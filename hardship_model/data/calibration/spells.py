"""Falls, spells, exits and returns on a month × household grid."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Spells:
    """The settled story of every household: short gaps closed, short spells struck out.

    A household has left hardship after `exit_months` outside it, and a spell counts when it
    lasts `spell_months`. What the beginning or the end of observation, or a death, leaves
    undecided is −1.
    """

    #: In hardship (1), out (0), unknown (−1); int8, (n_months, n_households).
    settled: np.ndarray
    #: In hardship some time before this month, as far as was seen.
    before: np.ndarray

    @classmethod
    def of(
        cls, in_hardship: np.ndarray, seen: np.ndarray, *, exit_months: int, spell_months: int
    ) -> "Spells":
        """The spells of a grid of true states."""
        state = np.where(seen, in_hardship.astype(np.int8), np.int8(-1))
        closed = _settle_runs(state, code=0, shortest=exit_months)
        settled = _settle_runs(closed, code=1, shortest=spell_months)
        # A run at the edge of observation is unknown, yet the household was in hardship.
        was = (settled == 1) | ((settled == -1) & (state == 1))
        before = np.zeros_like(was)
        before[1:] = np.logical_or.accumulate(was, axis=0)[:-1]
        return cls(settled=settled, before=before)

    @cached_property
    def _next(self) -> np.ndarray:
        """The state one month later; unknown after the last."""
        later = np.full_like(self.settled, -1)
        later[:-1] = self.settled[1:]
        return later

    @cached_property
    def lasted(self) -> np.ndarray:
        """Months that the present spell or time out has lasted; 0 if its beginning was not seen.

        Time out counts only after a spell, so that 0 also stands for *never in hardship*.
        """
        begins, _ = _ends(self.settled)
        other = np.take_along_axis(self.settled, np.maximum(begins - 1, 0), axis=0)
        # A run from the first month on finds itself before it: its beginning was not seen.
        known = (self.settled >= 0) & (other == 1 - self.settled)
        months = np.arange(len(self.settled))[:, None] - begins + 1
        return np.where(known, months, 0).astype(np.int16)

    def moves(self, code: int, *, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Moves out of `code` (1: exits, 0: returns) by months in it: events and at risk.

        Both have shape (n_households, last − first + 1); column j counts months in which the
        spell (time out) had lasted first + j months and the next month is known.
        """
        chosen = (
            (self.settled == code) & (self._next >= 0) & (self.lasted >= first)
            & (self.lasted <= last)
        )  # fmt: skip
        steps, households = last - first + 1, self.settled.shape[1]
        month, household = np.nonzero(chosen)
        slot = household * steps + self.lasted[month, household] - first
        moved = self._next[month, household] == 1 - code
        shape = (households, steps)
        at_risk = np.bincount(slot, minlength=households * steps).reshape(shape)
        events = np.bincount(slot[moved], minlength=households * steps).reshape(shape)
        return events.astype(np.float32), at_risk.astype(np.float32)

    def first_falls(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        """First falls and months at risk of one, per household; falls are of the next month."""
        at_risk = ((self.settled == 0) & ~self.before & (self._next >= 0))[rows]
        fell = at_risk & (self._next[rows] == 1)
        return fell.sum(axis=0, dtype=np.float32), at_risk.sum(axis=0, dtype=np.float32)

    @cached_property
    def onsets(self) -> np.ndarray:
        """Where a spell begins whose beginning was seen."""
        return (self.settled == 1) & (self.lasted == 1)


def _ends(state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last row of the run that each cell belongs to."""
    rows = np.arange(len(state), dtype=np.int16)[:, None]
    changed = state[1:] != state[:-1]
    begins = np.zeros(state.shape, dtype=np.int16)
    begins[1:] = np.where(changed, rows[1:], 0)
    begins = np.maximum.accumulate(begins, axis=0)
    ends = np.full(state.shape, len(state) - 1, dtype=np.int16)
    ends[:-1] = np.where(changed, rows[:-1], len(state) - 1)
    ends = np.minimum.accumulate(ends[::-1], axis=0)[::-1]
    return begins, ends


def _settle_runs(state: np.ndarray, *, code: int, shortest: int) -> np.ndarray:
    """Runs of `code` that are too short join what encloses them, or become unknown."""
    begins, ends = _ends(state)
    short = (state == code) & (ends - begins + 1 < shortest)
    before = np.take_along_axis(state, np.maximum(begins - 1, 0), axis=0)
    after = np.take_along_axis(state, np.minimum(ends + 1, len(state) - 1), axis=0)
    # A run at the edge of observation finds itself beyond the edge, and is not enclosed.
    enclosed = (before == 1 - code) & (after == 1 - code)
    return np.where(short, np.where(enclosed, 1 - code, -1), state).astype(np.int8)
