"""A logistic regression that keeps policy's directions: no weight may point the other way."""

from collections.abc import Mapping
from typing import Self

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

_MOST_STEPS = 500


class SignedLogistic(LogisticRegression):
    """Ridge-penalised logistic whose weights keep the declared signs.

    `directions` gives +1 (a weight of 0 or more) or −1 (0 or less) by column name; a column
    that it does not name may have either sign. The penalty is scikit-learn's (`C`).
    """

    def __init__(self, directions: Mapping[str, int] | None = None, C: float = 1.0) -> None:
        super().__init__(C=C)
        self.directions = directions

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """The best weights among those allowed; `X` is a table of named, standardised columns."""
        names = list(X.columns) if isinstance(X, pd.DataFrame) else []
        directions = self.directions or {}
        design = np.asarray(X, dtype=float)
        self.classes_, answer = np.unique(y, return_inverse=True)
        sign = np.array([directions.get(name, 0) for name in names] or [0] * design.shape[1])
        bounds = [(0.0 if s > 0 else None, 0.0 if s < 0 else None) for s in sign]

        def cost(free: np.ndarray) -> tuple[float, np.ndarray]:
            weights, odds = free[1:], free[0] + design @ free[1:]
            loss = np.logaddexp(0, odds).sum() - answer @ odds + weights @ weights / (2 * self.C)
            error = expit(odds) - answer
            return float(loss), np.r_[error.sum(), error @ design + weights / self.C]

        rate = np.clip(answer.mean(), 1e-6, 1 - 1e-6)
        start = np.r_[logit(rate), np.zeros(design.shape[1])]
        found = minimize(
            cost, start, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds],
            options={"maxiter": _MOST_STEPS, "ftol": 1e-10, "gtol": 1e-6 * len(answer)},
        )  # fmt: skip
        self.intercept_, self.coef_ = found.x[:1], found.x[None, 1:]
        self.n_iter_ = np.array([found.nit])
        self.n_features_in_ = design.shape[1]
        if names:
            self.feature_names_in_ = np.array(names, dtype=object)
        return self
