"""How good is a ranking, and how good are its probabilities? Every metric under many weightings.

One weighting is the sample itself; the others are bootstrap draws (`uncertainty`) or survey
weights. Arrays are `[n_draws, n]`: a draw is a row, and no metric loops over draws.

Households whose answer is unknown keep their place on a list (the staff would have visited
them) and count neither as hits nor as misses.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

#: Probabilities are kept this far from 0 and 1 before a logit is taken.
_EDGE = 1e-6
_NEWTON_STEPS = 25
_CONVERGED = 1e-9
_LONGEST_STEP = 0.5


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
    """What a list of a given size holds: hits, known answers, all hits; each [n_draws]."""

    yes: np.ndarray
    no: np.ndarray
    all_yes: np.ndarray
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
        worst_yes=yes0 + np.maximum(new_yes - (new - room), 0.0),
        best_yes=yes0 + np.minimum(new_yes, room),
    )


def brier(risk: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How far are the probabilities from what happened (mean squared)? Shape [n_draws]."""
    known, w = _known(answer, weights)
    return ratio(w @ (risk[known] - answer[known]) ** 2, w.sum(axis=1))


def observed_over_expected(risk: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How many fell for each one that was expected to? Shape [n_draws]; 1 is right."""
    known, w = _known(answer, weights)
    return ratio(w @ answer[known], w @ risk[known])


def calibration_slope(risk: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Are the risks spread as widely as they should be? 1 is right, below 1 too widely.

    The slope of a logistic regression of the answer on logit(risk), by Newton's method in all
    draws at once; shape [n_draws]. NaN where the risks of a draw do not differ.
    """
    known, w = _known(answer, weights)
    x, y = logit(np.clip(risk[known], _EDGE, 1 - _EDGE)), answer[known]
    # The sample's own slope is found first: from there a draw's is two or three steps away.
    start = _newton(x, y, np.ones((1, len(x))), np.array([[0.0], [1.0]]))
    return _newton(x, y, w, np.repeat(start, len(w), axis=1))[1]


def _newton(x: np.ndarray, y: np.ndarray, w: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Intercept and slope, shape [2, n_draws]; NaN where the likelihood has no top."""
    powers = np.column_stack([np.ones_like(x), x, x * x])
    intercept, slope = np.nan_to_num(start)
    for _ in range(_NEWTON_STEPS):
        p = expit(intercept[:, None] + slope[:, None] * x)
        (g0, g1), (h00, h01, h11) = (w * (y - p) @ powers[:, :2]).T, (w * p * (1 - p) @ powers).T
        determinant = h00 * h11 - h01**2
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.stack([h11 * g0 - h01 * g1, h00 * g1 - h01 * g0]) / determinant
        # Far from the answer a whole step may overshoot for ever.
        steps = np.clip(np.nan_to_num(steps), -_LONGEST_STEP, _LONGEST_STEP)
        intercept, slope = intercept + steps[0], slope + steps[1]
        if np.abs(steps).max() < _CONVERGED:
            break
    flat = determinant <= 1e-12 * h00 * h11
    return np.where(flat, np.nan, np.stack([intercept, slope]))


def expected_calibration_error(
    risk: np.ndarray, answer: np.ndarray, weights: np.ndarray, *, bins: int = 10
) -> np.ndarray:
    """How far are observed and expected shares apart, on average over tenths of the risk?

    Tenths are cut once, on the sample; shape [n_draws]. Rises with sampling noise: read it
    beside its interval.
    """
    known, w = _known(answer, weights)
    r, y = risk[known], answer[known]
    edges = np.quantile(r, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(edges, r, side="right")
    gaps = w @ ((y - r)[:, None] * (place[:, None] == np.arange(bins)))
    return ratio(np.abs(gaps).sum(axis=1), w.sum(axis=1))


def _known(answer: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(answer)
    return known, weights[:, known]


def ratio(above: np.ndarray, below: np.ndarray, *, empty: float = np.nan) -> np.ndarray:
    """Divide, and say `empty` where there is nothing to divide by."""
    return np.divide(above, below, out=np.full(np.shape(above), empty), where=below > 0)


def every_metric(
    ranking: Ranking, *, risk: np.ndarray, answer: np.ndarray, weights: np.ndarray,
    list_shares: tuple[float, ...],
) -> dict[str, np.ndarray]:  # fmt: skip
    """All metrics that a backtest reports, by name, each [n_draws].

    `risk` and `answer` are in the order of the sample, as `weights` [n_draws, n] are.
    """
    counts = ranking.counts(weights)
    table = {"auroc": auroc(counts), "average_precision": average_precision(counts)}
    for share in list_shares:
        top, size = on_list(counts, share=share), f"{share:.0%}".replace("%", "pct")
        table |= {f"precision_at_{size}": top.precision, f"recall_at_{size}": top.recall}
    return table | {
        "brier": brier(risk, answer, weights),
        "observed_over_expected": observed_over_expected(risk, answer, weights),
        "calibration_slope": calibration_slope(risk, answer, weights),
        "expected_calibration_error": expected_calibration_error(risk, answer, weights),
    }
