"""How good are the probabilities? Their level, their spread, and what is lost by either.

Arrays are as in `metrics`: `risk` and `answer` (1, 0 or NaN for unknown) of shape (n,), weights
[n_draws, n], answers [n_draws]. Households whose answer is unknown are left out.
"""

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import logit

from hardship_model.evaluation.metrics import ratio
from hardship_model.models.lines import fit_level, fit_line

#: Probabilities are kept this far from 0 and 1 before a logit is taken.
_EDGE = 1e-6


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
    x, y = log_odds(risk[known]), answer[known]
    # The sample's own slope is found first: from there a draw's is two or three steps away.
    start = fit_line(x, y, np.ones((1, len(x))), np.array([[0.0], [1.0]]))
    return fit_line(x, y, w, np.repeat(start, len(w), axis=1))[1]


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


def log_odds(risk: np.ndarray) -> np.ndarray:
    """The log-odds of a probability, finite also for 0 and 1."""
    return logit(np.clip(risk, _EDGE, 1 - _EDGE))


def calibration_intercept(risk: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Are the risks too low on the whole (above 0) or too high (below)? Shape [n_draws].

    How far the log-odds would have to be moved, all by the same, for as many to be expected as
    fell: the intercept of a logistic regression whose slope is held at 1. NaN where all fell or
    nobody did.
    """
    known, w = _known(answer, weights)
    fell = w @ answer[known]
    intercept = fit_level(log_odds(risk[known]), fell, w)
    return np.where((fell > 0) & (fell < w.sum(axis=1)), intercept, np.nan)


def recalibrated(risk: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What should each risk have been, if its order is right? `weights` is one weighting, (n,).

    Isotonic regression of the answer on the risk, equal risks together: the best that any
    rising curve could make of these risks. Shape (n,), NaN where the answer is unknown or the
    household does not count.
    """
    counted = ~np.isnan(answer) & (weights > 0)
    _, place = np.unique(risk[counted], return_inverse=True)
    weight = np.bincount(place, weights[counted])
    share = np.bincount(place, weights[counted] * answer[counted]) / weight
    out = np.full(len(risk), np.nan)
    if len(share):
        out[counted] = isotonic_regression(share, weights=weight).x[place]
    return out


def brier_parts(
    risk: np.ndarray, answer: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of the Brier score, how much is lost by wrong levels, how much by what is not known?

    Calibration is what the best rising curve through the risks would save; refinement is what
    is left then. Both are at least 0 and add up to the Brier score (DeGroot and Fienberg 1983;
    with isotonic regression instead of bins: Dimitriadis, Gneiting and Jordan 2021). Each of
    shape [n_draws]; walks through the draws one by one.
    """
    known, w = _known(answer, weights)
    y = answer[known]
    refinement = np.array([_refinement(risk[known], y, one) for one in w])
    return brier(risk, answer, weights) - refinement, refinement


def _refinement(risk: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> float:
    best = np.nan_to_num(recalibrated(risk, answer, weights))
    return float(ratio(weights @ (answer - best) ** 2, weights.sum()))


def _known(answer: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(answer)
    return known, weights[:, known]
