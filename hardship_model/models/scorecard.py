"""A points scorecard: what a clerk adds up on one page of paper."""

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hardship_model.features import Feature
from hardship_model.models.bins import Bins, cut

#: A further feature must tell at least this much of what the others left open (a z-score).
_LEAST_EVIDENCE = 3.0


class Scorecard(ClassifierMixin, BaseEstimator):
    """Integer points for each bin of a few features; their sum orders the households.

    Bins are monotone in each feature's declared direction, so more income never adds a point;
    the unknown has its own bin. Features enter one by one, each time the one that tells most of
    what those before left open, at most one per column of the panel. The points are the rounded
    terms of scikit-learn's logistic regression on the bins' evidence, and `points_to_double`
    of them double the odds. A negative weight would turn a bin's order round: such a feature
    is left out.
    """

    def __init__(
        self,
        declared: Sequence[Feature] = (),
        n_features: int = 10,
        most_bins: int = 5,
        points_to_double: int = 10,
    ) -> None:
        self.declared = declared
        self.n_features = n_features
        self.most_bins = most_bins
        self.points_to_double = points_to_double

    def __sklearn_tags__(self) -> Tags:
        """Two classes; missing values are welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Cut, choose, weigh, round. Raises ValueError unless `y` has two classes."""
        table, y = self._table(X, y)
        check_classification_targets(y)
        self.classes_, answer = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(
                f"Only binary classification is supported: y has {len(self.classes_)} classes."
            )
        about = {f.name: f for f in self.declared}
        direction = {n: about[n].direction if n in about else 0 for n in table}
        bins = {
            name: cut(values, answer, direction=direction[name], most=self.most_bins)
            for name, values in table.items()
        }
        evidence = np.column_stack([b.evidence[b.place(table[n])] for n, b in bins.items()])
        family = [about[n].column if n in about else n for n in bins]
        chosen, weight = _chosen(evidence, answer, family, self.n_features)
        names = list(bins)
        self.bins_: dict[Any, Bins] = {names[i]: bins[names[i]] for i in chosen}
        self.points_ = self._points(weight)
        total = self.points(X)
        fitted = LogisticRegression(C=1e6, max_iter=1000).fit(total[:, None], answer)
        self.intercept_, self.slope_ = float(fitted.intercept_[0]), float(fitted.coef_[0, 0])
        return self

    def _table(self, X: Any, y: Any = None) -> tuple[pd.DataFrame, Any]:
        """The features as a table, columns checked as scikit-learn does."""
        reset = y is not None
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X, None if y is None else np.asarray(y)
        checked = {"reset": reset, "ensure_all_finite": "allow-nan", "dtype": float}
        if not reset:
            return pd.DataFrame(validate_data(self, X, **checked)), None
        X, y = validate_data(self, X, y, **checked)
        return pd.DataFrame(X), y

    def _points(self, weight: np.ndarray) -> dict[Any, np.ndarray]:
        """Whole points by bin; the lowest bin of each feature has none."""
        scale = self.points_to_double / math.log(2)
        found = {}
        for (name, bins), w in zip(self.bins_.items(), weight, strict=True):
            points = np.rint(scale * w * bins.evidence).astype(int)
            found[name] = points - points.min()
        return found

    def points_by_feature(self, X: pd.DataFrame) -> pd.DataFrame:
        """How many points does each feature give each household? Its row sum is the score."""
        check_is_fitted(self)
        table, _ = self._table(X)
        given = {n: self.points_[n][bins.place(table[n])] for n, bins in self.bins_.items()}
        return pd.DataFrame(given, index=table.index)

    def points(self, X: pd.DataFrame) -> np.ndarray:
        """The sum of the points; whole numbers, shape (n,)."""
        return self.points_by_feature(X).to_numpy(dtype=int).sum(axis=1)

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Log-odds that go with the points; shape (n,)."""
        check_is_fitted(self)
        return self.intercept_ + self.slope_ * self.points(X)

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of no and yes, shape (n, 2)."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """The likelier class; shape (n,)."""
        check_is_fitted(self)
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def card(self) -> pd.DataFrame:
        """What does the clerk's page say?

        One row per feature × bin: `feature`, `bin`, `points`, and the `rows` and `events` of the
        training that it rests on.
        """
        check_is_fitted(self)
        return pd.concat(
            [
                pd.DataFrame(
                    {"feature": name, "bin": bins.texts(), "points": self.points_[name],
                     "rows": bins.rows, "events": bins.events}
                )
                for name, bins in self.bins_.items()
            ],
            ignore_index=True,
        )  # fmt: skip

    def ladder(self) -> pd.DataFrame:
        """Which risk goes with which sum? One row per ten points: `points`, `risk`."""
        check_is_fitted(self)
        most = sum(int(points.max()) for points in self.points_.values())
        points = np.arange(0, most + 10, 10)
        return pd.DataFrame(
            {"points": points, "risk": expit(self.intercept_ + self.slope_ * points)}
        )


def _chosen(
    evidence: np.ndarray, answer: np.ndarray, family: Sequence[Any], most: int
) -> tuple[list[int], np.ndarray]:
    """Which features enter, and with which weights (all positive)?"""
    chosen: list[int] = []
    weight, risk = np.empty(0), np.full(len(answer), answer.mean())
    closed = np.zeros(evidence.shape[1], dtype=bool)
    while len(chosen) < most:
        spread = np.sqrt((risk * (1 - risk)) @ np.square(evidence))
        told = np.divide(
            (answer - risk) @ evidence, spread, out=np.zeros(len(spread)), where=spread > 0
        )
        told[closed] = 0.0
        best = int(told.round(9).argmax())  # of features that tell the same, the first
        if told[best] <= (_LEAST_EVIDENCE if chosen else 0.0):
            break
        closed[best] = True
        trial = LogisticRegression(C=10.0, max_iter=1000).fit(evidence[:, [*chosen, best]], answer)
        if (trial.coef_[0] <= 0).any():
            continue
        chosen.append(best)
        weight, risk = trial.coef_[0], trial.predict_proba(evidence[:, chosen])[:, 1]
        closed |= np.array([name == family[best] for name in family])
    return chosen, weight
