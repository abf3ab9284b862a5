"""What a model may learn from: households at risk, and what is known of them later."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from hardship_model.data.panel import Panel
from hardship_model.features import Feature, features
from hardship_model.models.calibration import Calibrated, fit_calibrated


@dataclass(frozen=True, kw_only=True, eq=False)
class Lessons:
    """One row per household at risk and `as_of`; arrays of shape (n,)."""

    X: pd.DataFrame
    #: 1 fell, 0 did not (as far as it was followed).
    y: np.ndarray
    as_of: np.ndarray
    #: Is the household one of those that the task is about?
    own: np.ndarray
    #: Is it known whether it fell within the whole horizon?
    settled: np.ndarray
    #: For how many months it was followed; None where only settled answers are here.
    months: np.ndarray | None = None

    @classmethod
    def of_answers(
        cls, panel: Panel, declared: Sequence[Feature], rows: pd.DataFrame, own: np.ndarray
    ) -> "Lessons":
        """From rows of `labels.outcomes` whose answers are known; features are of `panel`."""
        return cls(
            X=features(panel, declared, who=rows), own=own, as_of=rows["as_of"].to_numpy(),
            y=(rows["answer"] == "yes").to_numpy(dtype=int), settled=np.ones(len(rows), dtype=bool),
        )  # fmt: skip

    @classmethod
    def of_follow_ups(
        cls, panel: Panel, declared: Sequence[Feature], rows: pd.DataFrame, own: np.ndarray
    ) -> "Lessons":
        """From rows of `models.hazard.follow_up`, those lost to sight among them."""
        fell, months = rows["fell"].to_numpy(), rows["months"].to_numpy()
        return cls(
            X=features(panel, declared, who=rows), own=own, as_of=rows["as_of"].to_numpy(),
            y=fell.astype(int), settled=fell | (months == months.max(initial=0)), months=months,
        )  # fmt: skip

    def teach(
        self,
        build: Callable[[], BaseEstimator],
        *,
        everybody: bool,
        embargo_months: int,
        region: str | None,
    ) -> Calibrated:
        """The model taught by everybody or by its own kind, calibrated on settled answers."""
        rows = self.own | everybody
        return fit_calibrated(
            build, self.X[rows], self.y[rows], as_of=self.as_of[rows],
            judged_on=(self.own & self.settled)[rows], embargo_months=embargo_months,
            region=region, months=None if self.months is None else self.months[rows],
        )  # fmt: skip
