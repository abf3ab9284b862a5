"""What each feature adds to a household's score: exact, and summing to the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from hardship_model import steady
from hardship_model.models.by_hand import INCOME, IncomeOverLine
from hardship_model.models.explainable import ExplainableBoosting
from hardship_model.models.learned import MeanOfModels
from hardship_model.models.scorecard import Scorecard
from hardship_model.models.shrunk import Shrunk
from hardship_model.models.tree_terms import tree_terms
from hardship_model.models.tuning import Tuned


@dataclass(frozen=True, kw_only=True, eq=False)
class Contributions:
    """A score taken apart: `base + terms.sum(axis=1)` is the score, on the log-odds scale.

    A term is measured against the base, which is the score of an average household of the
    training (as each kind of model has it). Terms say what moved the score; they do not say
    what caused the hardship.
    """

    #: One row per household, one column per feature.
    terms: pd.DataFrame
    base: float

    @property
    def score(self) -> np.ndarray:
        """Base and terms together; shape (n,)."""
        return self.base + self.terms.to_numpy().sum(axis=1)

    def times(self, weight: float) -> "Contributions":
        """The same of a score that counts `weight` times."""
        return Contributions(terms=self.terms * weight, base=self.base * weight)


def contributions(model: Any, X: pd.DataFrame) -> Contributions:
    """Which features moved each household's score, and by how much?

    Exact for every model here that is a sum: the logistic (its terms), the scorecard (its
    points), boosting (the trees' own path contributions, no sampling), explainable boosting
    (its curves), and weighted sums of these. Raises TypeError for any other model.
    """
    if isinstance(model, Tuned):
        return contributions(model.model_, X)
    if isinstance(model, MeanOfModels):
        return _sum([contributions(m, X).times(1 / len(model.fitted_)) for m in model.fitted_])
    if isinstance(model, Shrunk):
        parts = [contributions(p, X).times(model.weights_[n]) for n, p in model.parts_.items()]
        rule = contributions(model.rule_, X).times(model.weights_["rule"] * model.rule_slope_)
        return _sum([rule, *parts], base=model.intercept_)
    for kind, take_apart in _KINDS:
        if isinstance(model, kind):
            return take_apart(model, X)
    raise TypeError(
        f"The score of a {type(model).__name__} is no sum that can be taken apart; reasons can be"
        " given for the logistic, the scorecard, boosting, explainable boosting and their sums."
    )


def _sum(parts: Sequence[Contributions], *, base: float = 0.0) -> Contributions:
    terms = parts[0].terms
    for part in parts[1:]:
        terms = terms.add(part.terms, fill_value=0.0)
    return Contributions(terms=terms, base=base + sum(part.base for part in parts))


def _of_rule(model: IncomeOverLine, X: pd.DataFrame) -> Contributions:
    base = float(-steady.log(max(model.median_, 0.01)))
    terms = pd.DataFrame({INCOME: model.decision_function(X) - base}, index=X.index)
    return Contributions(terms=terms, base=base)


def _of_card(model: Scorecard, X: pd.DataFrame) -> Contributions:
    """Points in log-odds, against the mean points of the training."""
    mean = {
        name: np.average(model.points_[name], weights=bins.rows)
        for name, bins in model.bins_.items()
    }
    terms = (model.points_by_feature(X) - pd.Series(mean, dtype=float)) * model.slope_
    return Contributions(
        terms=terms, base=model.intercept_ + model.slope_ * float(sum(mean.values()))
    )


def _of_boosting(model: LGBMClassifier, X: pd.DataFrame) -> Contributions:
    found = tree_terms(model, X)
    terms = pd.DataFrame(found[:, :-1], index=X.index, columns=list(X.columns))
    return Contributions(terms=terms, base=float(found[0, -1]) if len(found) else 0.0)


def _of_curves(model: ExplainableBoosting, X: pd.DataFrame) -> Contributions:
    terms, base = model.contributions(X)
    return Contributions(terms=terms, base=base)


def _of_logistic(model: Pipeline, X: pd.DataFrame) -> Contributions:
    """Weight × standardised value, the columns that a feature became added up."""
    weigh = model[-1]
    if not isinstance(weigh, LogisticRegression):
        raise TypeError(f"A pipeline that ends in a {type(weigh).__name__} is no logistic.")
    columns = model[:-1].get_feature_names_out()
    of_column = np.array([_feature_of(name, list(X.columns)) for name in columns])
    weighted = np.asarray(model[:-1].transform(X), dtype=float) * weigh.coef_[0]
    adds_up = (of_column[:, None] == np.arange(X.shape[1])).astype(float)
    terms = pd.DataFrame(weighted @ adds_up, index=X.index, columns=list(X.columns))
    return Contributions(terms=terms, base=float(weigh.intercept_[0]))


def _feature_of(column: str, features: Sequence[str]) -> int:
    """Which feature became this column (a flag of the unknown, or a level of a category)?"""
    name = column.partition("__")[2].removeprefix("missingindicator_")
    fits = [i for i, f in enumerate(features) if name == f or name.startswith(f"{f}_")]
    return max(fits, key=lambda i: len(features[i]))


_KINDS = (
    (IncomeOverLine, _of_rule),
    (Scorecard, _of_card),
    (LGBMClassifier, _of_boosting),
    (ExplainableBoosting, _of_curves),
    (Pipeline, _of_logistic),
)
