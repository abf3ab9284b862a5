"""From a score to a probability: its level that of the model kept, its spread what held later."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from hardship_model.models.lines import fit_level, fit_line
from hardship_model.models.regions import shifts

#: Fewer events than this in the later part cannot draw a line.
_ENOUGH_EVENTS = 30
#: A model that gives probabilities is believed as much as so many events would be: the spread of
#: its log-odds is as it says, until more events than these say otherwise. Assumed: on invented
#: towns no better than believing all (docs/MODELS.md).
_BELIEVED = 100.0
#: What keeps the line finite where scores without a probability part the answers wholly.
_HARDLY = 1e-6
#: Scores, lines and risks keep this many decimals. Processors add up long sums in different
#: orders, so that two of them agree on a fit to about 14 digits: what lies below these decimals
#: is the machine's, and would order households that the model cannot tell apart.
_OF_SCORE, _OF_LINE, _OF_RISK = 5, 8, 12


def score_of(model: BaseEstimator, X: pd.DataFrame) -> np.ndarray:
    """A model's ranking score on the log-odds scale where it has one; shape (n,)."""
    if hasattr(model, "predict_proba"):
        return logit(np.clip(model.predict_proba(X)[:, 1], 1e-9, 1 - 1e-9))
    return np.asarray(model.decision_function(X), dtype=float)


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibrated:
    """A fitted model and the line that turns its score into log-odds.

    Rank by `score`, report `risk`: within a region a line keeps the order, and makes no ties.
    """

    model: BaseEstimator
    intercept: float
    slope: float
    #: The feature that tells the region, and by how much a region's log-odds lie off the line.
    region: str | None = None
    shifts: Mapping[Hashable, float] = field(default_factory=dict)

    def score(self, X: pd.DataFrame) -> np.ndarray:
        """The ranking score, rounded; shape (n,)."""
        return np.round(score_of(self.model, X), _OF_SCORE)

    def risk(self, X: pd.DataFrame) -> np.ndarray:
        """The calibrated probability; shape (n,)."""
        odds = self.intercept + self.slope * self.score(X)
        if self.region is not None:
            odds = odds + X[self.region].astype(object).map(self.shifts).fillna(0.0).to_numpy()
        return np.round(expit(odds), _OF_RISK)


def fit_calibrated(
    build: Callable[[], BaseEstimator],
    X: pd.DataFrame,
    y: np.ndarray,
    *,
    as_of: np.ndarray,
    judged_on: np.ndarray,
    embargo_months: int = 0,
    weight: np.ndarray | None = None,
    region: str | None = None,
    months: np.ndarray | None = None,
) -> Calibrated:
    """Fit on all rows, with probabilities whose spread held on later months than they knew.

    The model that is kept sees all rows. How far its scores should be spread (the slope, Platt
    1999) it cannot say of rows that it learned from: a first copy is fitted on the earlier
    `as_of` months, whose answers (due `embargo_months` after them) were known when the later
    ones begin, and scores the later ones, about a third of the rows. The slope is the one that
    fits there, drawn towards 1 where the model gives probabilities. The level is then the kept
    model's own: as many are expected in the training as fell. A level taken from the copy would
    mend what the later months have taught the kept model already, twice.

    Both are found on the rows `judged_on`, the kind of household that will be scored. With one
    month only, or too few events in either part, the slope is drawn on the training rows
    themselves. `weight` says how many households each row stands for. `months`, for a model
    that asks for them, say how long each was followed. `region` names a feature whose levels may
    lie off the copy's line; how far is drawn towards it, the more so the fewer fell there
    (`regions.shifts`).
    """
    y, start = np.asarray(y), _start_of_last_third(as_of)
    drawn_on, early = (as_of >= start) & judged_on, as_of + max(embargo_months, 1) <= start
    w = np.ones(len(y)) if weight is None else weight / weight.mean()

    def fitted(rows: np.ndarray) -> BaseEstimator:
        return _fit(
            build(), X[rows], y[rows], None if weight is None else w[rows], own=judged_on[rows],
            as_of=as_of[rows], embargo_months=embargo_months,
            months=None if months is None else months[rows],
        )  # fmt: skip

    model = drawn_by = fitted(np.ones(len(y), dtype=bool))
    if min(y[drawn_on].sum(), y[early].sum()) < _ENOUGH_EVENTS:
        drawn_on = judged_on
    else:
        drawn_by = fitted(early)
    score, fell, times = score_of(drawn_by, X[drawn_on]), y[drawn_on], w[drawn_on]
    level, slope = _line(score, fell, times, gives_odds=hasattr(model, "predict_proba"))
    own = _level(slope * score_of(model, X[judged_on]), y[judged_on], w[judged_on])
    found = Calibrated(model=model, intercept=round(own, _OF_LINE), slope=round(slope, _OF_LINE))
    if region is None:
        return found
    off = shifts(level + slope * score, fell, X.loc[drawn_on, region], times)
    rounded = {name: round(shift, _OF_LINE) for name, shift in off.items()}
    return replace(found, region=region, shifts=rounded)


def _fit(
    model: BaseEstimator, X: pd.DataFrame, y: np.ndarray, weight: np.ndarray | None, **about: Any
) -> BaseEstimator:
    """Fit; a model that asks for more about the rows (their kind, their month) is told."""
    told = {k: v for k, v in about.items() if has_fit_parameter(model, k)}
    if weight is not None:
        if not can_weigh(model):
            raise ValueError(f"{type(model).__name__} cannot weigh its rows; choose another model.")
        step = f"{model.steps[-1][0]}__" if isinstance(model, Pipeline) else ""
        told[f"{step}sample_weight"] = weight
    return model.fit(X, y, **told)


def can_weigh(model: BaseEstimator) -> bool:
    """Can rows stand for different numbers of households when this model is fitted?"""
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    return has_fit_parameter(last, "sample_weight")


def _start_of_last_third(as_of: np.ndarray) -> int:
    months, counts = np.unique(as_of, return_counts=True)
    share_before = np.r_[0, np.cumsum(counts)[:-1]] / counts.sum()
    return int(months[np.searchsorted(share_before, 2 / 3).clip(max=len(months) - 1)])


def _line(
    score: np.ndarray, y: np.ndarray, weight: np.ndarray, *, gives_odds: bool
) -> tuple[float, float]:
    """Level and slope of the log-odds on the score; a negative slope is set to zero."""
    nothing_told = np.ptp(np.round(score, _OF_SCORE)) == 0 or y.min() == y.max()
    slope, spread = float(gives_odds), score.std()
    if not nothing_told:
        start = np.array([[logit(np.average(y, weights=weight))], [gives_odds * spread]])
        pull = _BELIEVED if gives_odds else _HARDLY
        z = (score - score.mean()) / spread
        per_spread = fit_line(z, y, weight[None], start, prior_events=pull)[1, 0]
        slope = max(float(per_spread / spread), 0.0)
    return _level(slope * score, y, weight), slope


def _level(odds: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """By how much must log-odds move for as many to be expected as fell (at least half a one)?"""
    fell = np.clip(y @ weight, 0.5, weight.sum() - 0.5)
    near = logit(fell / weight.sum()) - odds.mean()
    return float(near + fit_level(near + odds, fell[None], weight[None])[0])
