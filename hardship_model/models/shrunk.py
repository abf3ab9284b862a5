"""What to believe when few have fallen: the rule, moved by as much as the data can say."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from hardship_model.features import Feature
from hardship_model.models.by_hand import IncomeOverLine
from hardship_model.models.calibration import score_of
from hardship_model.models.learned import boosting, monotone_logistic

#: With fewer events than this every one is needed to learn from: more, smaller folds.
_FEW_EVENTS = 300
_FOLDS_OF_FEW, _FOLDS = 5, 2
#: A part that learned nothing in a fold (one kind of answer only) says nothing there.
_SILENT = 0.0


class Shrunk(ClassifierMixin, BaseEstimator):
    """A weighted sum of the rule's log-odds and those of learned models.

    Parts of `own` learn from the households of the task's kind alone, parts of `pooled` from
    everybody not in hardship. The weights are chosen inside the training: each part scores the
    rows that it was not fitted on (folds of consecutive rows, so that months that lie close stay
    together), and a logistic regression on these scores, none of them negative, is drawn towards
    *the rule counts once, the rest not at all* as if that had been seen in `prior_events`
    households that fell. With few events the sum is the rule; with many the data decide.
    """

    def __init__(
        self,
        own: Mapping[str, BaseEstimator] | None = None,
        pooled: Mapping[str, BaseEstimator] | None = None,
        prior_events: float = 20.0,
    ) -> None:
        self.own = own
        self.pooled = pooled
        self.prior_events = prior_events

    def fit(self, X: pd.DataFrame, y: np.ndarray, own: np.ndarray | None = None) -> Self:
        """Weigh, then fit every part on all rows; `own` marks the rows of the task's kind.

        Where these are none, or all have the same answer, everybody's rows weigh instead.
        """
        if own is None or len(np.unique(y[own])) < 2:
            own = np.ones(len(y), dtype=bool)
        self.classes_ = np.array([0, 1])
        parts = {**(self.own or {}), **(self.pooled or {})}
        alone = set(self.own or {})
        held_out = self._held_out(parts, alone, X, y, own)
        self.rule_ = IncomeOverLine().fit(X[own], y[own])
        self.rule_slope_ = _slope(self.rule_.decision_function(X[own]), y[own])
        rule = self.rule_slope_ * self.rule_.decision_function(X[own])
        self.intercept_, weights = _weigh(
            np.column_stack([rule, held_out]), y[own], prior_events=self.prior_events
        )
        self.weights_ = dict(zip(["rule", *parts], weights, strict=True))
        self.parts_ = {
            name: clone(part).fit(*_rows(X, y, own if name in alone else None))
            for name, part in parts.items()
            if self.weights_[name] > 0
        }
        return self

    def _held_out(
        self,
        parts: Mapping[str, BaseEstimator],
        alone: set[str],
        X: pd.DataFrame,
        y: np.ndarray,
        own: np.ndarray,
    ) -> np.ndarray:
        """Each part's score of the own rows that it did not see; shape (n_own, n_parts)."""
        n_folds = _FOLDS_OF_FEW if y[own].sum() < _FEW_EVENTS else _FOLDS
        fold = np.arange(len(y)) * n_folds // len(y)
        scores = np.full((len(y), len(parts)), _SILENT)
        for k in range(n_folds):
            asked = (fold == k) & own
            for j, (name, part) in enumerate(parts.items()):
                seen = (fold != k) & (own | (name not in alone))
                if asked.any() and len(np.unique(y[seen])) == 2:
                    fitted = clone(part).fit(*_rows(X, y, seen))
                    scores[asked, j] = score_of(fitted, X[asked])
        return scores[own]

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Log-odds, shape (n,)."""
        check_is_fitted(self)
        odds = self.weights_["rule"] * self.rule_slope_ * self.rule_.decision_function(X)
        for name, part in self.parts_.items():
            odds = odds + self.weights_[name] * score_of(part, X)
        return self.intercept_ + odds

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of no and yes, shape (n, 2)."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])


def shrunk(declared: Sequence[Feature], *, seed: int = 0) -> Shrunk:
    """The rule, and logistic and boosting, each of the own kind and of everybody.

    Every part keeps the features' declared directions and no weight is negative, so the sum
    keeps them too: more income never raises the risk.
    """
    return Shrunk(
        own={
            "logistic": monotone_logistic(declared),
            "boosting": boosting(declared, seed=seed),
        },
        pooled={
            "logistic_of_everybody": monotone_logistic(declared),
            "boosting_of_everybody": boosting(declared, seed=seed + 1),
        },
    )


def _rows(
    X: pd.DataFrame, y: np.ndarray, kept: np.ndarray | None
) -> tuple[pd.DataFrame, np.ndarray]:
    return (X, y) if kept is None else (X[kept], y[kept])


def _slope(score: np.ndarray, y: np.ndarray) -> float:
    """Log-odds per unit of the rule's score; never negative."""
    if y.min() == y.max():
        return 1.0
    return max(float(LogisticRegression(C=1.0).fit(score[:, None], y).coef_[0, 0]), 1e-3)


def _weigh(scores: np.ndarray, y: np.ndarray, *, prior_events: float) -> tuple[float, np.ndarray]:
    """Intercept and weights (0 or more) of a logistic drawn towards the first score alone.

    The prior's strength on each weight is that of `prior_events` events with scores of the
    spread that this part has, so a part's unit does not matter.
    """
    middle = scores.mean(axis=0)
    centred = scores - middle
    prior = np.r_[1.0, np.zeros(scores.shape[1] - 1)]
    strength = prior_events * np.maximum(centred.var(axis=0), 1e-12)

    def cost(free: np.ndarray) -> tuple[float, np.ndarray]:
        odds = free[0] + centred @ free[1:]
        away = free[1:] - prior
        loss = np.logaddexp(0, odds).sum() - y @ odds + 0.5 * strength @ away**2
        error = expit(odds) - y
        return loss, np.r_[error.sum(), error @ centred + strength * away]

    rate = np.clip(y.mean(), 1e-3, 1 - 1e-3)
    start = np.r_[logit(rate), prior]
    bounds = [(None, None), *[(0, None)] * len(prior)]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(found[0] - middle @ found[1:]), found[1:]
