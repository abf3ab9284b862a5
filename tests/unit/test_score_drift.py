"""Scores that drift from one origin to the next, and scores that do not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from hardship_model.evaluation.backtest import Origin, Scored, Task
from hardship_model.evaluation.drift import score_drift
from hardship_model.labels import Question


def scored_at(month, risk, task="falls"):
    question = Question(ask="entered_within", horizon_months=6)
    return Scored(
        task=Task(name=task, kind="both", question=question),
        origin=Origin(name=str(month), train_until=month, test_from=month, answers_until=month),
        rows=pd.DataFrame(),
        score={"model": risk},
        risk={"model": risk},
        n_train=1,
        train_events=1,
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_shift_is_that_of_kolmogorov_and_smirnov(seed):
    rng = np.random.default_rng(seed)
    old, new = rng.beta(1, 9, 800).round(2), rng.beta(1, 7, 700).round(2)

    [row] = score_drift([scored_at(1, old), scored_at(2, new)]).to_dict("records")

    assert row["largest_shift"] == pytest.approx(ks_2samp(old, new).statistic)
    assert row["expected"] == pytest.approx(new.sum())


def test_twice_the_same_is_no_drift_and_a_doubled_risk_is():
    risk = np.random.default_rng(0).beta(2, 30, 5000)

    table = score_drift([scored_at(1, risk), scored_at(2, risk), scored_at(3, 2 * risk)])

    same, doubled = table["stability_index"]
    assert same == 0
    assert doubled > 0.25
    assert table["origin"].tolist() == ["2", "3"]


def test_the_stability_index_of_two_halves():
    # Below the median nine in ten instead of half: .4 · ln(.9/.5) − .4 · ln(.1/.5), in two steps.
    old, new = np.repeat([0.1, 0.9], 50), np.repeat([0.1, 0.9], [90, 10])

    table = score_drift([scored_at(1, old), scored_at(2, new)])

    assert table["stability_index"].item() == pytest.approx(
        0.4 * np.log(0.9 / 0.5) - 0.4 * np.log(0.1 / 0.5)
    )


def test_tasks_are_not_mixed():
    with pytest.raises(ValueError, match="task by task"):
        score_drift([scored_at(1, np.ones(2)), scored_at(2, np.ones(2), task="returns")])
