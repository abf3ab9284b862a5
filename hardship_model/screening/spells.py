"""Spells of hardship that count, by the labels' rules, in a grid that was seen in every month."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class Falls:
    """Every spell that counts: one value per spell, ordered by household and onset; shape (F,)."""

    #: Position of the household in the world.
    household: np.ndarray
    #: First and last month in hardship (the last that was seen, when the spell still runs).
    onset: np.ndarray
    last: np.ndarray
    #: A counted spell was seen before.
    returning: np.ndarray
    #: Ran in the first month that was seen: when it began, and after what, is unknown.
    begins_unseen: np.ndarray

    def __len__(self) -> int:
        """How many spells are there?"""
        return len(self.household)

    def touching(self, first_month: int, last_month: int) -> "Falls":
        """The spells that run in some of these months, followed to the last of them."""
        kept = (self.last >= first_month) & (self.onset <= last_month)
        last = np.minimum(self.last[kept], last_month)
        return Falls(
            household=self.household[kept], onset=self.onset[kept], last=last,
            returning=self.returning[kept], begins_unseen=self.begins_unseen[kept],
        )  # fmt: skip

    def grid(self, months: np.ndarray, n_households: int) -> np.ndarray:
        """Which spell does each household live through? int32 [months, households]; −1: none."""
        grid = np.full((len(months), n_households), -1, dtype=np.int32)
        for row, month in enumerate(months):
            runs = np.flatnonzero((self.onset <= month) & (month <= self.last))
            grid[row, self.household[runs]] = runs
        return grid


def counted_spells(
    hard: np.ndarray, months: np.ndarray, *, exit_months: int, spell_months: int
) -> Falls:
    """Which spells of hardship count?

    `hard` is bool [months, households], every month seen. A spell ends when `exit_months` pass
    without hardship; a return that comes sooner continues it. It counts when `spell_months`
    or more lie between its first month and its last, both included. A spell still short of
    that in the last month is not known to count, and is left out.
    """
    n_households = hard.shape[1]
    first, last = np.full((2, n_households), -1, dtype=np.int32)
    told: list[np.ndarray] = []

    def close(which: np.ndarray) -> None:
        who = np.flatnonzero(which & (last - first + 1 >= spell_months))
        told.append(np.stack([who, first[who], last[who]]))

    for month, now in zip(months.tolist(), hard, strict=True):
        ended = (first >= 0) & (month - last >= exit_months) & ~now
        close(ended)
        first[ended] = -1
        first[now & (first < 0)] = month
        last[now] = month
    close(first >= 0)
    who, onset, end = np.concatenate(told, axis=1)
    order = np.lexsort((onset, who))
    who = who[order]
    return Falls(
        household=who, onset=onset[order], last=end[order],
        returning=np.concatenate([[False], who[1:] == who[:-1]])[: len(who)],
        begins_unseen=onset[order] == months[0],
    )  # fmt: skip
