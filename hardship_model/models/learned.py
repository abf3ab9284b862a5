"""What can be learned: a penalised logistic, monotone boosting, and the mean of the two."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from hardship_model import steady
from hardship_model.features import Feature
from hardship_model.models.signed import SignedLogistic


def logistic(declared: Sequence[Feature], *, seed: int = 0) -> Pipeline:
    """A penalised logistic on the declared features.

    Amounts enter by their signed logarithm, since a doubled income means the same at every
    level; what is unknown is filled with the median and flagged; rare categories are merged.
    """
    return make_pipeline(
        design(declared),
        StandardScaler(),
        LogisticRegression(C=0.01, solver="newton-cholesky", random_state=seed),
    )


def monotone_logistic(declared: Sequence[Feature]) -> Pipeline:
    """The same logistic with weights that keep the features' declared directions.

    More of a feature declared −1 never raises the risk: its logarithm and its standardising
    rise with it, and its weight may not be positive. What is unknown counts as the median, so
    nothing is promised of a household whose income becomes known.
    """
    place = {f.name: "amounts" if f.kind == "amount" else "counts" for f in declared}
    directions = {f"{place[f.name]}__{f.name}": f.direction for f in declared if f.direction}
    named = make_pipeline(design(declared), StandardScaler(), SignedLogistic(directions, C=0.01))
    return named.set_output(transform="pandas")


def design(declared: Sequence[Feature]) -> ColumnTransformer:
    """The declared features as numbers that a linear model may add up."""
    amounts = [f.name for f in declared if f.kind == "amount"]
    counts = [f.name for f in declared if f.kind in ("count", "flag")]
    categories = [f.name for f in declared if f.kind == "category"]
    fill = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    levels = OneHotEncoder(min_frequency=50, handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [
            ("amounts", make_pipeline(signed_logs(), fill), amounts),
            ("counts", clone(fill), counts),
            ("categories", levels, categories),
        ]
    )


def signed_logs() -> FunctionTransformer:
    """Amounts as their signed logarithm: a doubling counts the same at every level."""
    return FunctionTransformer(_signed_log, feature_names_out="one-to-one")


def _signed_log(amounts: pd.DataFrame) -> pd.DataFrame:
    values = amounts.to_numpy(dtype=float)
    logs = np.sign(values) * steady.log(1 + np.abs(values))
    return pd.DataFrame(logs, index=amounts.index, columns=amounts.columns)


def boosting(declared: Sequence[Feature], *, seed: int = 0) -> LGBMClassifier:
    """Gradient boosting that never lets more income raise a risk.

    Each feature's declared direction becomes a monotone constraint; categories and unknown
    values are handled natively; the settings give equal bits on any number of threads.
    """
    return LGBMClassifier(
        n_estimators=300,
        learning_rate=0.03,
        num_leaves=12,
        min_child_samples=60,
        colsample_bytree=0.4,
        subsample=0.7,
        subsample_freq=1,
        reg_lambda=10.0,
        cat_smooth=30.0,
        monotone_constraints=[f.direction for f in declared],
        random_state=seed,
        n_jobs=1,  # on shared cores, threads that wait for each other cost a hundredfold
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )


class MeanOfModels(ClassifierMixin, BaseEstimator):
    """Do two models together know more than either? The mean of their log-odds."""

    def __init__(self, models: Sequence[BaseEstimator] = ()) -> None:
        self.models = models

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit a copy of each model on the same rows."""
        self.classes_ = np.array([0, 1])
        self.fitted_ = [clone(model).fit(X, y) for model in self.models]
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of no and yes, shape (n, 2)."""
        odds = [logit(np.clip(m.predict_proba(X)[:, 1], 1e-6, 1 - 1e-6)) for m in self.fitted_]
        risk = expit(np.mean(odds, axis=0))
        return np.column_stack([1 - risk, risk])


def mean_of_both(declared: Sequence[Feature], *, seed: int = 0) -> MeanOfModels:
    """The logistic, which is steady, and the boosting, which bends, in equal parts."""
    return MeanOfModels([logistic(declared, seed=seed), boosting(declared, seed=seed)])
