"""Rewriting everything recorded after `as_of` moves no score, on invented and on real panels."""

import numpy as np
import pytest
from invented_panels import drifting_panel

from hardship_model.data import surveys
from hardship_model.data.panel import PanelError
from hardship_model.evaluation.backtest import Origin, Task, score_everybody
from hardship_model.features import declare
from hardship_model.labels import Question
from hardship_model.months import to_month
from strips import FIRST_MONTH

MODELS = ("rule_in_force", "income_over_line", "logistic", "tuned_logistic", "boosting")


def with_another_future(panel, as_of, seed):
    """Every value that reached the office after `as_of`, handed to another household.

    Who is seen in which month stays, so the same households are judged; their answers turn.
    """
    rows = panel.rows.copy()
    late = (rows["recorded_month"] > as_of).to_numpy()
    order = np.random.default_rng(seed).permutation(late.sum())
    for column in ["income", *(c.name for c in panel.columns)]:
        rows.loc[late, column] = rows.loc[late, column].take(order).array
    # Up to `as_of` the state itself stays: it decides who is judged, not what a model sees.
    ahead = late & (rows["month"] > as_of).to_numpy()
    rows.loc[ahead, "in_hardship"] = ~rows.loc[ahead, "in_hardship"].astype("boolean")
    return panel.with_rows(rows)


def assert_unmoved(panel, task, origin, seed):
    declared = declare(panel)
    before, after = (
        score_everybody(p, task=task, origin=origin, models=MODELS, declared=declared, seed=1)
        for p in (panel, with_another_future(panel, origin.test_from, seed))
    )

    assert (before.rows["household_id"] == after.rows["household_id"]).all()
    assert (before.rows["answer"] != after.rows["answer"]).any()
    for model in MODELS:
        np.testing.assert_array_equal(before.score[model], after.score[model])
        np.testing.assert_array_equal(before.risk[model], after.risk[model])


@pytest.mark.parametrize("seed", range(3))
def test_on_invented_panels(seed):
    question = Question(ask="in_hardship_at", horizon_months=6)
    now = FIRST_MONTH + 20
    origin = Origin(name="now", train_until=now, test_from=now, answers_until=now + 6)

    assert_unmoved(
        drifting_panel(seed), Task(name="t", kind="both", question=question), origin, seed
    )


def test_on_german_households():
    try:
        panel = surveys.rwm5yr()
    except PanelError as missing:
        pytest.skip(str(missing))
    question = Question(ask="in_hardship_at", horizon_months=12)
    origin = Origin(
        name="1987", train_until=to_month("1987-12"), test_from=to_month("1987-12"),
        answers_until=to_month("1988-12"),
    )  # fmt: skip

    assert_unmoved(panel, Task(name="t", kind="both", question=question), origin, 1)
