"""Alerts that a single indicator sets off, as civil affairs use them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from hardship_model.months import to_month
from hardship_model.parameters import parameter

#: The month whose public numbers set the thresholds: none of them has moved since it was found.
_IN_FORCE = to_month("2022-01")

Values = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One indicator, the public number that is its threshold, and how the two are compared."""

    name: str
    label: str
    label_zh: str
    #: The threshold, a public number; docs/PARAMETERS.md says where it comes from. None: any.
    threshold: str | None
    #: The features that it reads; a panel without them cannot have this alert.
    reads: tuple[str, ...]
    #: For whom does it go off? An unknown value compares as false and sets nothing off.
    goes_off: Callable[[Values, float], np.ndarray]

    def went_off(self, X: pd.DataFrame) -> np.ndarray:
        """Shape (n,), bool."""
        values = {name: X[name].to_numpy(dtype=float) for name in self.reads}
        limit = parameter(self.threshold, month=_IN_FORCE) if self.threshold else np.nan
        return self.goes_off(values, limit)


def _prior_mean(short: np.ndarray, long: np.ndarray, months: int, of: int) -> np.ndarray:
    """The mean of the `of − months` months before the last `months`, from two means."""
    return (of * long - months * short) / (of - months)


_WAGES = ("formal_wages_yuan_mean_3m", "formal_wages_yuan_mean_12m")
_MEDICAL = "scheme_medical_yuan_mean_12m"
_OTHER = "other_income_yuan_mean_12m"
_OVER_LINE = ("income_over_line_mean_3m", "income_over_line_mean_12m")

TRIGGERS = (
    Trigger(
        name="medical_over_income",
        label="medical spending out of pocket takes too much of the year's income",
        label_zh="医疗自付占家庭收入比例过高",
        threshold="alert_oop_share",
        reads=(_MEDICAL, _WAGES[1], _OTHER),
        goes_off=lambda x, share: x[_MEDICAL] > share * (x[_WAGES[1]] + x[_OTHER]),
    ),
    Trigger(
        name="costly_stay",
        label="a single month's hospital bills out of pocket are very high",
        label_zh="单次住院自付过高",
        threshold="alert_stay_oop_yuan",
        reads=("scheme_medical_yuan_max_12m",),
        goes_off=lambda x, yuan: x["scheme_medical_yuan_max_12m"] > yuan,
    ),
    Trigger(
        name="insurance_gap",
        label="no record of employment insurance for three months, after one within the year",
        label_zh="连续三个月无就业参保记录",
        threshold="at_risk_insurance_gap_months",
        reads=_WAGES,
        # The feature looks back three months; with another threshold it cannot go off.
        goes_off=lambda x, gap: (x[_WAGES[0]] <= 0) & (x[_WAGES[1]] > 0) & (gap == 3),
    ),
    Trigger(
        name="new_disability",
        label="a member was certified disabled within two years",
        label_zh="新增残疾证登记",
        threshold=None,
        reads=("disabled_trend",),
        goes_off=lambda x, _: x["disabled_trend"] > 0,
    ),
    Trigger(
        name="income_drop",
        label="three months' income lies far below the household's own mean before",
        label_zh="近三个月收入较此前均值骤减",
        threshold="at_risk_income_drop_share",
        reads=_OVER_LINE,
        goes_off=lambda x, drop: (
            x[_OVER_LINE[0]]
            <= (1 - drop) * _prior_mean(x[_OVER_LINE[0]], x[_OVER_LINE[1]], months=3, of=12)
        ),
    ),
    Trigger(
        name="income_drop_between_visits",
        label="income lies far below what it was at the visit before",
        label_zh="本次走访收入较上次骤减",
        threshold="at_risk_income_drop_share",
        reads=("income_over_line_now", "income_over_line_previous"),
        goes_off=lambda x, drop: (
            x["income_over_line_now"] <= (1 - drop) * x["income_over_line_previous"]
        ),
    ),
)


class SingleTriggerAlerts(ClassifierMixin, BaseEstimator):
    """Has any alert gone off? Yes or no, nothing between, as with the rule in force.

    Of `TRIGGERS`, those count whose features the panel has (`names_` after fitting): most of
    them read the columns of an office's monthly records, by the names that the invented town
    gives them. What a panel writes in yuan must be yuan.
    """

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Nothing is learned. Raises ValueError when the panel has nothing that an alert reads."""
        self.classes_ = np.array([0, 1])
        self.names_ = [t.name for t in TRIGGERS if set(t.reads) <= set(X.columns)]
        if not self.names_:
            raise ValueError(
                "No single-trigger alert can be raised on this panel: each reads features that it"
                f" lacks. They are {sorted({name for t in TRIGGERS for name in t.reads})}."
            )
        return self

    def gone_off(self, X: pd.DataFrame) -> pd.DataFrame:
        """Which alerts went off? One row per row of `X`, one bool column per trigger."""
        found = {t.name: t.went_off(X) for t in TRIGGERS if t.name in self.names_}
        return pd.DataFrame(found, index=X.index)

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """1 where at least one alert went off, else 0; shape (n,)."""
        return self.gone_off(X).any(axis=1).to_numpy(dtype=float)
