"""More income, all else equal, never raises the risk of a model that promises it.

What is promised: a feature declared with direction −1 (the last income over the line, the mean
and the worst of each window) that rises, others unmoved, never raises the score; nor does one
declared +1 that falls. What is not: the *trend* is last income minus mean, and it falls when a
past income rises, so a better past may raise the score although every level has risen; and
*volatility* has no direction. A household whose *last* income alone is raised has levels, means,
minima and trend that rise or stay, so the promise covers it up to its volatility, which is held
at what it was. Nothing is promised either of a value that was unknown and becomes known, nor
of the plain logistic, whose weights are free.
"""

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel

from hardship_model.features import declare, features
from hardship_model.models import build
from hardship_model.models.calibration import score_of
from strips import FIRST_MONTH

MONOTONE = (
    "income_over_line", "scorecard", "monotone_logistic", "tuned_logistic", "boosting", "shrunk",
)  # fmt: skip


@pytest.fixture(scope="module", params=range(3))
def fitted(request):
    panel = drifting_panel(request.param)
    declared = declare(panel)
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    X = features(panel, declared, who=who)
    y = (panel.grid("income")[26] < 130).astype(int)
    models = {name: build(name, declared, seed=1)().fit(X, y) for name in MONOTONE}
    return panel, declared, X, models


@pytest.mark.parametrize("name", MONOTONE)
def test_of_random_pairs_the_one_with_more_income_has_no_more_risk(fitted, name):
    """Pairs of households that differ in the income features alone, all moved the same way."""
    _, declared, X, models = fitted
    rng = np.random.default_rng(0)
    pair = X.sample(2000, replace=True, random_state=1).reset_index(drop=True)
    poorer, richer = pair.copy(), pair.copy()
    for f in declared:
        if f.column == "income_over_line" and f.direction == -1:
            other = rng.permutation(pair[f.name].to_numpy())
            poorer[f.name] = np.minimum(pair[f.name], other)
            richer[f.name] = np.maximum(pair[f.name], other)

    risk = [score_of(models[name], households) for households in (poorer, richer)]

    assert (risk[1] <= risk[0] + 1e-12).all()
    assert (risk[1] < risk[0]).any()


@pytest.mark.parametrize("name", MONOTONE)
def test_a_household_that_earns_more_this_month_has_no_more_risk(fitted, name):
    """The panel's last incomes raised, features built anew; volatility held at what it was."""
    panel, declared, X, models = fitted
    now = (panel.rows["month"] <= FIRST_MONTH + 20) & (
        panel.rows["recorded_month"] <= FIRST_MONTH + 20
    )
    last = panel.rows[now].groupby("household_id")["month"].idxmax()
    raised = panel.rows.copy()
    more = np.random.default_rng(2).uniform(1, 2, len(last))
    raised.loc[last, "income"] = raised.loc[last, "income"].to_numpy() * more
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    richer = features(panel.with_rows(raised), declared, who=who)
    held = [f.name for f in declared if f.direction == 0]
    richer[held] = X[held]

    before, after = (score_of(models[name], households) for households in (X, richer))

    assert (after <= before + 1e-12).all()
    assert (after < before).any()


def test_a_better_past_is_outside_the_promise_because_the_trend_falls(fitted):
    """Raising every earlier income moves levels up and the trend down: stated, not hidden."""
    panel, declared, X, _ = fitted
    past = panel.rows["month"] < FIRST_MONTH + 10
    raised = panel.rows.assign(income=panel.rows["income"].where(~past, panel.rows["income"] * 3))
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    richer = features(panel.with_rows(raised), declared, who=who)

    direction = {f.name: f.direction for f in declared}
    assert (richer["income_over_line_mean_24m"] >= X["income_over_line_mean_24m"]).all()
    assert direction["income_over_line_trend"] == -1
    assert (richer["income_over_line_trend"] < X["income_over_line_trend"]).mean() > 0.9
