"""Lines from a score to log-odds, in many weightings at once."""

import numpy as np
from scipy.special import expit

_NEWTON_STEPS = 25
_CONVERGED = 1e-9
#: Far from the answer a whole step may overshoot for ever.
_LONGEST_STEP = 0.5


def fit_line(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, start: np.ndarray, *, prior_events: float = 0.0
) -> np.ndarray:
    """Which line on the score `x` fits the answers best? Intercept and slope, [2, n_draws].

    A logistic regression by Newton's method; `x`, `y` (1 or 0) of shape (n,), weights
    [n_draws, n], `start` [2, n_draws]. NaN where the likelihood has no top. With `prior_events`
    the slope is drawn towards the one it starts from, as if that had been seen in so many
    events (the pull is theirs times the variance of `x`: its unit does not matter).
    """
    powers = np.column_stack([np.ones_like(x), x, x * x])
    intercept, slope = towards = np.nan_to_num(start)
    strength = prior_events * x.var()
    for _ in range(_NEWTON_STEPS):
        p = expit(intercept[:, None] + slope[:, None] * x)
        (g0, g1), (h00, h01, h11) = (w * (y - p) @ powers[:, :2]).T, (w * p * (1 - p) @ powers).T
        g1, h11 = g1 - strength * (slope - towards[1]), h11 + strength
        determinant = h00 * h11 - h01**2
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.stack([h11 * g0 - h01 * g1, h00 * g1 - h01 * g0]) / determinant
        steps = np.clip(np.nan_to_num(steps), -_LONGEST_STEP, _LONGEST_STEP)
        intercept, slope = intercept + steps[0], slope + steps[1]
        if np.abs(steps).max() < _CONVERGED:
            break
    flat = determinant <= 1e-12 * h00 * h11
    return np.where(flat, np.nan, np.stack([intercept, slope]))


def fit_level(odds: np.ndarray, fell: np.ndarray, w: np.ndarray) -> np.ndarray:
    """By how much must these log-odds move, all alike, for as many to be expected as fell?

    `odds` of shape (n,), `fell` (how many, by weight) and the result of shape [n_draws], weights
    [n_draws, n]. Without end where all fell or nobody did: ask before.
    """
    level = np.zeros(len(w))
    for _ in range(_NEWTON_STEPS):
        p = expit(level[:, None] + odds)
        told, wanted = (w * p * (1 - p)).sum(axis=1), fell - (w * p).sum(axis=1)
        step = np.divide(wanted, told, out=np.zeros_like(told), where=told > 0)
        level += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if np.abs(step).max(initial=0.0) < _CONVERGED:
            break
    return level
