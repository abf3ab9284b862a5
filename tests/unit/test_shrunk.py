"""Shrinking towards the rule: with few events it is the rule, with many the data decide."""

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hardship_model.features import declare, features
from hardship_model.models.by_hand import INCOME, IncomeOverLine
from hardship_model.models.calibration import fit_calibrated, score_of
from hardship_model.models.shrunk import Shrunk, _weigh, shrunk
from strips import FIRST_MONTH


def households(seed, n, *, debts_matter=1.5, noise=20):
    """Income counts, debts may count as much; the rest is noise. `own`: a twentieth of them."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, noise)), columns=[f"noise_{i}" for i in range(noise)])
    X[INCOME], X["debts"] = np.exp(rng.normal(0.7, 0.5, n)), rng.normal(size=n)
    odds = -0.5 - 2 * np.log(X[INCOME]) + debts_matter * X["debts"]
    return X, (rng.random(n) < expit(odds)).astype(int), rng.random(n) < 0.05


def plain(C=1.0):
    return LogisticRegression(C=C, max_iter=1000)


@pytest.mark.parametrize("seed", range(3))
def test_with_very_few_events_it_orders_as_the_rule_does(seed):
    X, y, _ = households(seed, 30)

    model = Shrunk(own={"learned": plain()}, prior_events=200.0).fit(X, y)

    rule = IncomeOverLine().fit(X, y).decision_function(X)
    assert np.corrcoef(rule, model.decision_function(X))[0, 1] > 0.97


def test_over_small_samples_it_does_no_worse_than_the_rule_where_the_learned_alone_does():
    X_test, y_test, _ = households(99, 20_000, debts_matter=0.0)
    rule = roc_auc_score(y_test, -X_test[INCOME])
    loss_shrunk, loss_learned = [], []
    for seed in range(12):
        X, y, _ = households(seed, 80, debts_matter=0.0, noise=20)
        mixed = Shrunk(own={"learned": plain()}).fit(X, y)
        learned = plain().fit(X, y)
        loss_shrunk.append(rule - roc_auc_score(y_test, mixed.decision_function(X_test)))
        loss_learned.append(rule - roc_auc_score(y_test, learned.predict_proba(X_test)[:, 1]))

    assert np.mean(loss_shrunk) < 0.01
    assert np.mean(loss_learned) > 0.03


def test_with_many_events_the_data_decide():
    X, y, _ = households(1, 20_000)
    X_test, y_test, _ = households(2, 20_000)

    model = Shrunk(own={"learned": plain()}).fit(X, y)

    assert model.weights_["learned"] > 0.9
    assert model.weights_["rule"] < 0.3
    best = roc_auc_score(y_test, plain().fit(X, y).decision_function(X_test))
    assert roc_auc_score(y_test, model.decision_function(X_test)) > best - 0.002


def test_the_pooled_model_helps_where_the_own_kind_is_rare():
    X, y, own = households(3, 4000)
    X_test, y_test, _ = households(4, 20_000)
    alone = Shrunk(own={"learned": plain()}).fit(X[own], y[own])

    model = Shrunk(own={"learned": plain()}, pooled={"pooled": plain()}).fit(X, y, own=own)

    assert model.weights_["pooled"] > model.weights_["learned"]
    auroc = [roc_auc_score(y_test, m.decision_function(X_test)) for m in (alone, model)]
    assert auroc[1] > auroc[0] + 0.005


@pytest.mark.parametrize("kind", ["nobody", "nobody who fell"])
def test_where_the_own_kind_says_nothing_everybody_weighs(kind):
    X, y, own = households(5, 400)
    own = np.zeros(400, dtype=bool) if kind == "nobody" else own & (y == 0)

    def fitted(**told):
        model = Shrunk(own={"a": plain()}, pooled={"b": plain(0.1)}).fit(X, y, **told)
        return model.decision_function(X)

    assert np.array_equal(fitted(own=own), fitted())


def test_a_part_that_contradicts_what_it_was_not_fitted_on_gets_no_weight():
    class Contrary(LogisticRegression):
        def predict_proba(self, X):
            return super().predict_proba(X)[:, ::-1]

    X, y, _ = households(5, 2000)
    model = Shrunk(own={"contrary": Contrary()}).fit(X, y)

    assert model.weights_["contrary"] == 0
    assert "contrary" not in model.parts_


def test_the_weights_are_those_of_a_penalised_logistic():
    # A second way: scikit-learn's ridge on prior-centred, spread-scaled scores.
    X, y, _ = households(6, 3000)
    scores = np.column_stack([-np.log(X[INCOME]), 0.7 * X["debts"]])
    prior_events = 15.0

    intercept, weights = _weigh(scores, y, prior_events=prior_events)

    spread = scores.std(axis=0)
    z = (scores - scores.mean(axis=0)) / spread
    offset = z[:, 0] * spread[0]
    slopes, level = np.zeros(2), 0.0
    for _ in range(50):  # Newton's method with an offset
        p = expit(level + offset + z @ slopes)
        design = np.column_stack([np.ones(len(y)), z])
        penalty = np.diag([0.0, prior_events, prior_events])
        gradient = design.T @ (y - p) - penalty @ np.r_[level, slopes]
        hessian = (design * (p * (1 - p))[:, None]).T @ design + penalty
        level, *slopes = np.r_[level, slopes] + np.linalg.solve(hessian, gradient)
        slopes = np.array(slopes)
    by_hand = np.r_[1.0, 0.0] + slopes / spread

    np.testing.assert_allclose(weights, by_hand, rtol=1e-3)
    assert intercept == pytest.approx(level - scores.mean(axis=0) @ by_hand, abs=1e-3)


def test_the_score_is_the_weighted_sum_of_its_parts():
    X, y, _ = households(7, 500)
    model = Shrunk(own={"a": plain()}, pooled={"b": plain(0.01)}).fit(X, y)

    odds = model.intercept_ + model.weights_["rule"] * model.rule_slope_ * -np.log(X[INCOME])
    for name, part in model.parts_.items():
        odds = odds + model.weights_[name] * score_of(part, X)

    np.testing.assert_allclose(model.decision_function(X), odds)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expit(odds))


def test_the_calibration_tells_it_which_rows_are_of_the_kind_to_be_scored():
    X, y, own = households(8, 1500)
    as_of = np.sort(np.arange(len(y)) % 12)

    fitted = fit_calibrated(
        lambda: Shrunk(own={"a": plain()}, pooled={"b": plain()}), X, y,
        as_of=as_of, judged_on=own,
    )  # fmt: skip

    again = Shrunk(own={"a": plain()}, pooled={"b": plain()}).fit(X, y, own=own)
    assert fitted.model.weights_ == again.weights_


def test_as_shipped_it_fits_a_panel_and_repeats_to_the_bit():
    panel = drifting_panel(4)
    declared = declare(panel)
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    X = features(panel, declared, who=who)
    y = (panel.grid("income")[26] < 130).astype(int)

    one, two = (shrunk(declared, seed=3).fit(X, y) for _ in range(2))

    np.testing.assert_array_equal(one.decision_function(X), two.decision_function(X))
    assert set(one.weights_) == {
        "rule", "logistic", "boosting", "logistic_of_everybody", "boosting_of_everybody",
    }  # fmt: skip
