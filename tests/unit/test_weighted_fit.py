"""Rows that stand for many households count for as many when a model is fitted."""

import numpy as np
import pandas as pd
import pytest

from hardship_model.features import Feature
from hardship_model.models import build
from hardship_model.models.by_hand import IncomeOverLine
from hardship_model.models.calibration import fit_calibrated

DECLARED = (
    Feature(name="income_over_line_now", column="income_over_line", stat="now", window_months=12,
            pillar="income", direction=-1, kind="amount"),
)  # fmt: skip
RNG = np.random.default_rng(1)
X = pd.DataFrame({"income_over_line_now": RNG.uniform(0.5, 4, 2000).astype(np.float32)})
FELL = (RNG.random(2000) < 0.3 / X["income_over_line_now"]).astype(int).to_numpy()
AS_OF = np.repeat([1, 2, 3, 4], 500)


def fitted(model, *, weight):
    return fit_calibrated(
        build(model, DECLARED, seed=1), X, FELL, as_of=AS_OF,
        judged_on=np.ones(2000, dtype=bool), weight=weight,
    ).risk(X)  # fmt: skip


@pytest.mark.parametrize("model", ["logistic", "boosting"])
def test_risks_mean_the_weighted_share_that_fell(model):
    weight = np.where(FELL == 1, 4.0, 1.0)

    risk = fitted(model, weight=weight)

    assert np.average(risk, weights=weight) == pytest.approx(
        np.average(FELL, weights=weight), abs=0.03
    )
    assert risk.mean() > 1.5 * fitted(model, weight=None).mean()


@pytest.mark.parametrize("model", ["logistic", "boosting"])
def test_equal_weights_change_nothing_however_large(model):
    plain, weighed = (fitted(model, weight=w) for w in (None, np.full(2000, 250.0)))

    assert weighed == pytest.approx(plain, abs=1e-6)


def test_a_model_that_cannot_weigh_says_so():
    with pytest.raises(ValueError, match="IncomeOverLine cannot weigh"):
        fit_calibrated(
            IncomeOverLine, X, FELL, as_of=AS_OF, judged_on=np.ones(2000, dtype=bool),
            weight=np.ones(2000),
        )  # fmt: skip
