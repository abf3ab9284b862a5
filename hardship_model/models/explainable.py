"""An explainable boosting model: a sum of one curve per feature, each of which can be drawn."""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from hardship_model.features import Feature


class ExplainableBoosting(ClassifierMixin, BaseEstimator):
    """Risk as a sum of curves, one per feature, learned by boosting (package interpret-core).

    Each curve is monotone in its feature's declared direction. There are no interactions, so a
    household's contributions add up to its log-odds exactly. Needs the extra `explain`; raises
    ImportError with one clear sentence when it is not installed.
    """

    def __init__(
        self,
        declared: Sequence[Feature] = (),
        outer_bags: int = 4,
        random_state: int = 0,
    ) -> None:
        self.declared = declared
        self.outer_bags = outer_bags
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Learn the curves; `X` has the declared features, unknown values and categories."""
        if find_spec("interpret") is None:
            raise ImportError(
                "The explainable boosting model needs the package interpret-core, which is not"
                " installed: pip install hardship-model[explain]."
            )
        from interpret.glassbox import ExplainableBoostingClassifier

        about = {f.name: f for f in self.declared}
        self.classes_ = np.array([0, 1])
        self.names_ = [str(name) for name in X.columns]
        model = ExplainableBoostingClassifier(
            interactions=0,
            outer_bags=self.outer_bags,
            monotone_constraints=[about[n].direction if n in about else 0 for n in self.names_],
            feature_types=["nominal" if _is_category(X[n]) else "continuous" for n in X.columns],
            random_state=self.random_state,
            n_jobs=1,
        )
        with warnings.catch_warnings():
            # It warns that its own figures leave out the unknown; `curve` shows them.
            warnings.filterwarnings("ignore", message="Missing values detected")
            self.model_ = model.fit(_plain(X), y)
        return self

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Log-odds, shape (n,)."""
        check_is_fitted(self)
        return np.asarray(self.model_.decision_function(_plain(X)), dtype=float)

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of no and yes, shape (n, 2)."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def contributions(self, X: pd.DataFrame) -> tuple[pd.DataFrame, float]:
        """What does each feature add to each household's log-odds, and to which base?

        Row sums plus the base are `decision_function`.
        """
        check_is_fitted(self)
        terms = pd.DataFrame(self.model_.eval_terms(_plain(X)), index=X.index, columns=self.names_)
        return terms, float(self.model_.intercept_[0])

    def curve(self, name: str) -> pd.DataFrame:
        """Which log-odds does each value of a feature add? Table first; a figure draws it.

        One row per bin: `value` (where the bin starts, or the level; "unknown" for the unknown)
        and `log_odds`.
        """
        check_is_fitted(self)
        i = self.names_.index(name)
        scores, bins = self.model_.term_scores_[i], self.model_.bins_[i][0]
        if isinstance(bins, dict):
            values: list[Any] = [level for level, _ in sorted(bins.items(), key=lambda b: b[1])]
        else:
            values = [-np.inf, *bins]
        # The first score belongs to the unknown, the last to what was never seen.
        return pd.DataFrame({"value": ["unknown", *values], "log_odds": scores[: len(values) + 1]})


def _is_category(values: pd.Series) -> bool:
    return isinstance(values.dtype, pd.CategoricalDtype)


def _plain(X: pd.DataFrame) -> pd.DataFrame:
    """Categories as objects: the package reads a pandas-3 string category wrongly."""
    return X.assign(**{n: X[n].astype(object) for n in X.columns if _is_category(X[n])})
