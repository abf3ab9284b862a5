"""The hazard of falling in each period after `as_of`, learned also from those lost to sight."""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from hardship_model.data.panel import Panel
from hardship_model.features import Feature
from hardship_model.labels import Question, outcomes
from hardship_model.models.learned import design, signed_logs

#: Columns that the person-period rows have beside the features.
AHEAD, SINCE_EXIT = "months_ahead", "months_since_exit"
#: The feature that tells months since the last month in hardship, where the panel has one.
_SINCE = "in_hardship_since"
#: Months.
_LEAST_PERIOD = 3


def follow_up(panel: Panel, question: Question, *, as_of: Iterable[int]) -> pd.DataFrame:
    """For how long was each household at risk followed, and did it fall?

    Nobody is dropped: a household that is lost to sight is censored at the last period up to
    which its answer is a sure *no*.

    Returns
    -------
    one row per household at risk and `as_of`: `household_id, as_of, kind, months` (followed, a
    whole number of the panel's steps, 0 when nothing after `as_of` is known) and `fell` (bool:
    in the last of these months). `question` asks for `entered_within`; its horizon bounds the
    follow-up. Raises ValueError for the other question.

    """
    if question.ask != "entered_within":
        raise ValueError(
            f"A hazard follows households until they enter hardship; the question asks"
            f" {question.ask!r}. Ask 'entered_within'."
        )
    step, as_of = panel.step_months, list(as_of)
    whole = outcomes(panel, question, as_of=as_of)
    followed = whole[["household_id", "as_of", "kind"]].copy()
    followed["months"] = np.where(whole["answer"] == "no", question.horizon_months, 0)
    for horizon in range(step, question.horizon_months, step):
        shorter = Question(**{**vars(question), "horizon_months": horizon})
        sure = (outcomes(panel, shorter, as_of=as_of)["answer"] == "no").to_numpy()
        followed.loc[sure, "months"] = np.maximum(followed.loc[sure, "months"], horizon)
    lead = whole["months_to_entry"].to_numpy(dtype=float, na_value=np.nan)
    # An entry counts when every period before it is known to be free of one.
    fell = (whole["answer"] == "yes").to_numpy() & (followed["months"] >= lead - step).to_numpy()
    followed["months"] = np.where(fell, lead, followed["months"]).astype(np.int32)
    return followed.assign(fell=fell)


class DiscreteHazard(ClassifierMixin, BaseEstimator):
    """Risk at any horizon from one hazard per period: 1 − Π (1 − hazard of the period).

    Every household gives one row per period in which it was followed (a person-period), the
    answer being whether it fell in that period; `hazard` is a classifier of these rows, which
    have the features as of the start and `months_ahead`, and `months_since_exit` where the
    panel tells when hardship ended. Those lost to sight stay in as long as they were seen
    (Cox 1972; Singer and Willett 1993).

    A horizon of None is the longest follow-up. A step of None is the panel's period, but no
    shorter than a quarter: finer ones cost rows and tell little more.
    """

    def __init__(
        self,
        hazard: BaseEstimator | None = None,
        horizon_months: int | None = 12,
        step_months: int | None = 1,
    ) -> None:
        self.hazard = hazard
        self.horizon_months = horizon_months
        self.step_months = step_months

    def fit(self, X: pd.DataFrame, y: np.ndarray, months: np.ndarray | None = None) -> Self:
        """Learn the hazards; `y` says who fell, `months` how long each was followed.

        Without `months` everybody was followed for the whole horizon, and who fell did so at
        its end. Of a period in which the follow-up ended, those who fell in it stay in, those
        lost to sight do not. Raises ValueError for a follow-up of less than no months.
        """
        if months is None:
            months = np.full(len(y), self.horizon_months or 1)
        if (months < 0).any():
            raise ValueError(f"`months` must be 0 or more; {int((months < 0).sum())} are not.")
        self.horizon_ = self.horizon_months or max(int(months.max(initial=1)), 1)
        panels = max(int(np.gcd.reduce(months)), _LEAST_PERIOD)
        self.step_ = self.step_months or min(panels, self.horizon_)
        self.classes_ = np.array([0, 1])
        last = np.where(y, -(-months // self.step_), months // self.step_) * self.step_
        rows, ahead = self._periods(last)
        fell = np.asarray(y)[rows].astype(int) * (ahead == last[rows])
        base = plain_hazard() if self.hazard is None else clone(self.hazard)
        self.hazard_ = base.fit(self._at(X.iloc[rows], ahead), fell)
        return self

    def _periods(self, months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which household each person-period belongs to, and how many months ahead it lies."""
        periods = months // self.step_
        rows = np.repeat(np.arange(len(months)), periods)
        first = np.repeat(np.cumsum(periods) - periods, periods)
        return rows, (np.arange(len(rows)) - first + 1) * self.step_

    def _at(self, X: pd.DataFrame, ahead: np.ndarray) -> pd.DataFrame:
        clock = {AHEAD: ahead.astype(np.float32)}
        if _SINCE in X:
            clock[SINCE_EXIT] = X[_SINCE].to_numpy(dtype=np.float32) + clock[AHEAD]
        return pd.concat([X, pd.DataFrame(clock, index=X.index)], axis=1)

    def hazards(self, X: pd.DataFrame, *, horizon_months: int) -> np.ndarray:
        """The chance to fall in each period, given not before; shape (n, n_periods)."""
        check_is_fitted(self)
        steps = np.arange(self.step_, horizon_months + 1, self.step_)
        by_period = [
            self.hazard_.predict_proba(self._at(X, np.full(len(X), ahead)))[:, 1] for ahead in steps
        ]
        return np.column_stack(by_period) if by_period else np.empty((len(X), 0))

    def risk(self, X: pd.DataFrame, *, horizon_months: int) -> np.ndarray:
        """The chance to have fallen by then; shape (n,). Beyond the follow-up: extrapolated."""
        hazards = self.hazards(X, horizon_months=horizon_months)
        return 1 - np.prod(1 - hazards, axis=1)

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Probabilities of no and yes at the estimator's own horizon, shape (n, 2)."""
        check_is_fitted(self)
        risk = self.risk(X, horizon_months=self.horizon_)
        return np.column_stack([1 - risk, risk])


def plain_hazard() -> Pipeline:
    """One free hazard per period and nothing else: the life table."""
    clock = ColumnTransformer([("period", OneHotEncoder(handle_unknown="ignore"), [AHEAD])])
    return make_pipeline(clock, LogisticRegression(C=1e6, solver="newton-cholesky", tol=1e-9))


def logistic_hazard(declared: Sequence[Feature], *, seed: int = 0) -> Pipeline:
    """Hazards that depend on the features, the period, and the months since exit (log)."""
    columns = design(declared)
    period = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns.transformers.append(("period", period, [AHEAD]))
    if any(f.name == _SINCE for f in declared):
        since = make_pipeline(signed_logs(), SimpleImputer(strategy="median"))
        columns.transformers.append(("since exit", since, [SINCE_EXIT]))
    weigh = LogisticRegression(C=0.01, solver="newton-cholesky", random_state=seed)
    return make_pipeline(columns, StandardScaler(), weigh)
