"""Settings are chosen inside the training, by later months, without a look at what comes after."""

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from hardship_model.evaluation import lessons
from hardship_model.evaluation.backtest import Origin, Task, score_everybody
from hardship_model.features import declare
from hardship_model.labels import Question
from hardship_model.models import tuning
from hardship_model.models.tuning import Tuned, prospective_splits
from strips import FIRST_MONTH

GRID = {"C": [1.0, 0.01, 1e-4]}


def drawn(seed, n=600, *, telling=0.0):
    """Twenty columns over twelve months; the first tells as much as it is told to."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 20)), columns=[f"x{i}" for i in range(20)])
    y = (rng.random(n) < expit(telling * X["x0"])).astype(int)
    return X, y, np.sort(rng.integers(0, 12, n))


def tuned():
    return Tuned(LogisticRegression(), GRID)


@pytest.mark.parametrize("embargo", [0, 1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_what_learns_was_known_before_the_first_month_that_judges(seed, embargo):
    _, _, as_of = drawn(seed)

    pairs = prospective_splits(as_of, embargo_months=embargo)

    assert len(pairs) == 2
    for learn, judge in pairs:
        assert (as_of[learn] + max(embargo, 1)).max() == as_of[judge].min()
    judged = np.concatenate([judge for _, judge in pairs])
    assert len(np.unique(judged)) == len(judged)
    assert as_of[judged].max() == as_of.max()


def test_one_month_can_judge_nothing_and_an_embargo_may_leave_nothing_to_learn_from():
    assert prospective_splits(np.zeros(9), embargo_months=1) == []
    assert prospective_splits(np.arange(6), embargo_months=6) == []


def test_noise_is_held_down_and_a_strong_signal_let_through():
    X, y, as_of = drawn(1, telling=0.0)
    assert tuned().fit(X, y, as_of=as_of).settings_ == {"C": 1e-4}

    X, y, as_of = drawn(1, n=3000, telling=2.0)
    assert tuned().fit(X, y, as_of=as_of).settings_ == {"C": 1.0}


@pytest.fixture
def losses(monkeypatch):
    """The log losses of every search in turn: the model keeps its settings, not these."""
    kept = []

    class Remembering(tuning.GridSearchCV):
        def fit(self, X, y):
            super().fit(X, y)
            kept.append(-self.cv_results_["mean_test_score"])
            return self

    monkeypatch.setattr(tuning, "GridSearchCV", Remembering)
    return kept


def test_the_settings_kept_are_those_with_the_least_log_loss_in_later_months(losses):
    X, y, as_of = drawn(2, telling=0.5)
    model = tuned().fit(X, y, as_of=as_of, embargo_months=2)

    by_hand = [
        np.mean([
            log_loss(y[judge], LogisticRegression(C=C).fit(X.iloc[learn], y[learn])
                     .predict_proba(X.iloc[judge]))
            for learn, judge in prospective_splits(as_of, embargo_months=2)
        ])
        for C in GRID["C"]
    ]  # fmt: skip

    np.testing.assert_allclose(losses[-1], by_hand)
    assert model.settings_ == {"C": GRID["C"][int(np.argmin(by_hand))]}


def test_only_rows_of_the_tasks_kind_judge(losses):
    X, y, as_of = drawn(3, telling=1.0)
    own = np.arange(len(y)) % 2 == 0
    last = as_of >= as_of[prospective_splits(as_of, embargo_months=0)[-1][1]].min()
    turned = np.where(last & ~own, 1 - y, y)  # the last stretch only judges

    for answers in (y, turned):
        tuned().fit(X, answers, own=own, as_of=as_of)

    np.testing.assert_array_equal(*losses)


def test_where_nothing_can_judge_the_model_keeps_its_own_settings():
    X, y, _ = drawn(4)

    model = tuned().fit(X, y)

    assert model.settings_ == {}
    plain = LogisticRegression().fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))


@pytest.mark.parametrize("seed", range(2))
def test_answers_of_the_judging_origin_turned_round_move_no_setting(seed, losses):
    """Everything that happened, or was written down, after the training may be anything."""
    task = Task(
        name="falls", kind="both", question=Question(ask="entered_within", horizon_months=3)
    )
    now = FIRST_MONTH + 21
    origin = Origin(name="now", train_until=now, test_from=now, answers_until=now + 8)
    panel = drifting_panel(seed)
    later = (panel.rows["recorded_month"] > now) | (panel.rows["month"] > now)
    turned = panel.with_rows(panel.rows.assign(in_hardship=panel.rows["in_hardship"] ^ later))
    models = []

    def remembering(*args, **about):
        fitted = fit(*args, **about)
        models.append(fitted.model)
        return fitted

    fit = lessons.fit_calibrated
    with patch.object(lessons, "fit_calibrated", remembering):
        for one in (panel, turned):
            score_everybody(one, task=task, origin=origin, models=["tuned_logistic"],
                            declared=declare(one, windows_months=[6]), seed=1)  # fmt: skip

    before, after = models
    assert before.n_parts_ == 2
    assert before.settings_ == after.settings_
    half = len(losses) // 2
    assert half
    np.testing.assert_array_equal(losses[:half], losses[half:])
