"""Settings chosen inside the training: earlier months learn, later months judge."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils.validation import check_is_fitted

from hardship_model.features import Feature
from hardship_model.models.learned import monotone_logistic

#: How many later parts of the training judge, each what was learned before it.
_PARTS = 2


def prospective_splits(
    as_of: np.ndarray, *, embargo_months: int, n_parts: int = _PARTS
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Which rows learn and which judge, if nobody may know what came later?

    The months are cut into `n_parts + 1` stretches of about as many rows. Each stretch but the
    first judges what can be learned from the rows whose answers, due `embargo_months` after
    their `as_of`, were known when it begins. One pair of row places (learn, judge) per
    stretch, in their order in time; a stretch before which no answer was known is left out.
    """
    months, counts = np.unique(as_of, return_counts=True)
    share_before = np.r_[0, np.cumsum(counts)[:-1]] / max(counts.sum(), 1)
    starts = np.searchsorted(share_before, np.arange(1, n_parts + 1) / (n_parts + 1))
    bounds = [*months[np.unique(starts[starts < len(months)])], np.inf]
    pairs = [
        (np.flatnonzero(as_of + max(embargo_months, 1) <= start),
         np.flatnonzero((as_of >= start) & (as_of < end)))
        for start, end in pairwise(bounds)
    ]  # fmt: skip
    return [(learn, judge) for learn, judge in pairs if len(learn)]


class Tuned(ClassifierMixin, BaseEstimator):
    """A model with those of its possible settings that did best in later months of the training.

    `grid` gives the possible values by setting (scikit-learn's `GridSearchCV` tries them all,
    the first one wins a tie). What counts is the log-loss of the rows of the task's kind in
    the stretches of `prospective_splits`. Where these cannot judge (one month, or one kind of
    answer only) the model keeps the settings that it came with. Same rows, same settings: no
    chance is used.
    """

    def __init__(
        self, model: BaseEstimator | None = None, grid: Mapping[str, Sequence[Any]] | None = None
    ) -> None:
        self.model = model
        self.grid = grid

    def fit(
        self,
        X: pd.DataFrame,
        y: np.ndarray,
        own: np.ndarray | None = None,
        as_of: np.ndarray | None = None,
        embargo_months: int = 0,
    ) -> Self:
        """Choose, then fit on all rows; `own` marks the rows that may judge."""
        months = np.zeros(len(y), dtype=int) if as_of is None else as_of
        may_judge = np.ones(len(y), dtype=bool) if own is None else own
        splits = [
            (learn, judge[may_judge[judge]])
            for learn, judge in prospective_splits(months, embargo_months=embargo_months)
        ]
        usable = [pair for pair in splits if all(len(np.unique(y[rows])) == 2 for rows in pair)]
        self.classes_ = np.array([0, 1])
        self.n_parts_ = len(usable)
        if not usable:
            self.settings_: dict[str, Any] = {}
            self.model_ = clone(self.model).fit(X, y)
            return self
        search = GridSearchCV(self.model, dict(self.grid or {}), scoring="neg_log_loss", cv=usable)
        self.model_ = search.fit(X, y).best_estimator_
        self.settings_ = search.best_params_
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of no and yes, shape (n, 2)."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)


def tuned_logistic(declared: Sequence[Feature]) -> Tuned:
    """The logistic that keeps directions, penalised as the later months of the training ask."""
    return Tuned(monotone_logistic(declared), {"signedlogistic__C": [0.01, 0.1, 0.001]})
