"""What a clerk could compute: these stand in every table, and a model has to beat them."""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from hardship_model import steady

#: The feature that every panel has: last known income in multiples of the poverty line.
INCOME = "income_over_line_now"


class RuleInForce(ClassifierMixin, BaseEstimator):
    """Is the household near the line? Yes or no, nothing between.

    The rule for low-income families near the line: income up to `multiple` times the line
    (civil affairs' edge of dibao is 1.5; remembered, see docs/PARAMETERS.md). An unknown income
    is not near the line.
    """

    def __init__(self, multiple: float = 1.5) -> None:
        self.multiple = multiple

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Nothing is learned; `classes_` is what scikit-learn wants to see."""
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """1 near the line, 0 elsewhere; shape (n,)."""
        return (X[INCOME].to_numpy() < self.multiple).astype(float)


class IncomeOverLine(ClassifierMixin, BaseEstimator):
    """Who has least? Lowest last known income first; the unknown in the middle of the list."""

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Remember the median, where households of unknown income are put."""
        self.classes_ = np.array([0, 1])
        known = X[INCOME].to_numpy(dtype=float)
        self.median_ = float(np.nanmedian(known)) if not np.isnan(known).all() else 1.0
        return self

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """Minus the logarithm of income over line, which orders as income does; shape (n,)."""
        income = np.nan_to_num(X[INCOME].to_numpy(dtype=float), nan=self.median_)
        return -steady.log(np.maximum(income, 0.01))
