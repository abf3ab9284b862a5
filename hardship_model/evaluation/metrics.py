"""How good is a ranking, and what does a list of its highest hold? Under many weightings at once.

One weighting is the sample itself; the others are bootstrap draws (`uncertainty`) or survey
weights. Arrays are `[n_draws, n]`: a draw is a row, and no metric loops over draws.

Households whose answer is unknown keep their place on a list (the staff would have visited
them) and count neither as hits nor as misses.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """Scores sorted once, highest first, with equal scores together.

    `answer` is 1, 0 or NaN (unknown), in the order of the list; `last` marks the last place
    of each group of equal scores.
    """

    order: np.ndarray
    answer: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray, answer: np.ndarray) -> "Ranking":
        """Sort `score` from high to low; `answer` is 1, 0 or NaN. Refuses a missing score."""
        if np.isnan(score).any():
            raise ValueError(
                f"{int(np.isnan(score).sum())} of {len(score)} scores are missing;"
                " a model must score every household at risk."
            )
        order = np.argsort(-score, kind="stable")
        ranked = score[order]
        last = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
        return cls(order=order, answer=answer[order], last=last)

    def counts(self, weights: np.ndarray) -> "Counts":
        """Yes, no and length of the list down to each score; `weights` is [n_draws, n]."""
        w = weights.T[self.order]  # draws side by side, so that a household is one read
        yes = np.cumsum(w * (self.answer == 1)[:, None], axis=0)[self.last]
        no = np.cumsum(w * (self.answer == 0)[:, None], axis=0)[self.last]
        return Counts(yes=yes.T, no=no.T, length=np.cumsum(w, axis=0)[self.last].T)


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Cumulated counts after each group of equal scores, each [n_draws, n_groups]."""

    yes: np.ndarray
    no: np.ndarray
    length: np.ndarray


def _steps(cumulated: np.ndarray) -> np.ndarray:
    return np.diff(cumulated, axis=1, prepend=0)


def auroc(counts: Counts) -> np.ndarray:
    """How often does a household that fell stand above one that did not? Ties count half.

    Shape [n_draws]; NaN when a draw has no household of one kind. Equals scikit-learn's
    `roc_auc_score`.
    """
    yes, no = counts.yes, counts.no
    pairs = yes[:, -1] * no[:, -1]
    new_yes, new_no = _steps(yes), _steps(no)
    above = (new_yes * (no[:, -1:] - no + 0.5 * new_no)).sum(axis=1)
    return ratio(above, pairs)


def average_precision(counts: Counts) -> np.ndarray:
    """How pure is the list, averaged over the places where a household that fell is found?

    Shape [n_draws]. Equals scikit-learn's `average_precision_score`.
    """
    yes, no = counts.yes, counts.no
    precision = ratio(yes, yes + no, empty=0.0)
    return ratio((_steps(yes) * precision).sum(axis=1), yes[:, -1])


@dataclass(frozen=True, kw_only=True)
class OnList:
    """What a list of a given size holds: hits, misses, and those of everybody; each [n_draws]."""

    yes: np.ndarray
    no: np.ndarray
    all_yes: np.ndarray
    all_no: np.ndarray
    #: The fewest and the most hits that an order among equal scores could give.
    worst_yes: np.ndarray
    best_yes: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        """Of those on the list whose answer is known, how many fell?"""
        return ratio(self.yes, self.yes + self.no)

    @property
    def recall(self) -> np.ndarray:
        """Of those who fell, how many were on the list?"""
        return ratio(self.yes, self.all_yes)

    @property
    def lift(self) -> np.ndarray:
        """How many times as many fell on the list as among as many households at random?"""
        return ratio(self.precision, ratio(self.all_yes, self.all_yes + self.all_no))


def on_list(counts: Counts, *, share: float) -> OnList:
    """What do the `share` of households ranked highest hold?

    Where the list ends inside a group of equal scores, the group's households are on it with
    equal chance; the bounds say what luck among them could do.
    """
    yes, no, length = counts.yes, counts.no, counts.length
    places = share * length[:, -1:]
    group = np.minimum((length < places - 1e-9).sum(axis=1), length.shape[1] - 1)[:, None]

    def before_and_in(cumulated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        after = np.take_along_axis(cumulated, group, axis=1)[:, 0]
        inside = np.take_along_axis(_steps(cumulated), group, axis=1)[:, 0]
        return after - inside, inside

    (yes0, new_yes), (no0, new_no), (n0, new) = map(before_and_in, (yes, no, length))
    room = places[:, 0] - n0
    part = ratio(room, new, empty=0.0)
    return OnList(
        yes=yes0 + part * new_yes,
        no=no0 + part * new_no,
        all_yes=yes[:, -1],
        all_no=no[:, -1],
        worst_yes=yes0 + np.maximum(new_yes - (new - room), 0.0),
        best_yes=yes0 + np.minimum(new_yes, room),
    )


def ratio(
    above: np.ndarray | float, below: np.ndarray | float, *, empty: float = np.nan
) -> np.ndarray:
    """Divide, and say `empty` where there is nothing to divide by."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=float), below)
    return np.divide(above, below, out=np.full(above.shape, empty), where=below > 0)
