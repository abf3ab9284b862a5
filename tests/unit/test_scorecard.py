"""A scorecard: bins in policy's order, points that a clerk can add up, one page."""

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import check_estimator

from hardship_model.features import declare, features
from hardship_model.models.bins import cut
from hardship_model.models.scorecard import Scorecard
from strips import FIRST_MONTH


def drawn(seed, n=3000):
    """Risk falls with income, bends with age, differs by district; a tenth of incomes unknown."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "income": rng.gamma(4, 0.5, n),
            "age": rng.uniform(20, 80, n),
            "district": pd.Categorical(rng.choice(["east", "north", "west"], n)),
            "noise": rng.normal(size=n),
        }
    )
    odds = -X["income"] + 0.002 * (X["age"] - 50) ** 2 + (X["district"] == "west")
    X.loc[rng.random(n) < 0.1, "income"] = np.nan
    return X, (rng.random(n) < expit(odds)).astype(int)


@pytest.fixture(scope="module")
def of_a_panel():
    panel = drifting_panel(3)
    declared = declare(panel)
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    X = features(panel, declared, who=who)
    y = panel.grid("income")[26] < 130
    return Scorecard(declared).fit(X, y.astype(int)), X, y, declared


@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize("seed", range(5))
def test_bins_keep_the_declared_direction_even_against_the_data(seed, direction):
    X, y = drawn(seed, n=500)

    for name in ("income", "age", "noise"):
        steps = np.diff(cut(X[name], y, direction=direction, most=5).evidence[:-1])
        assert (direction * steps >= 0).all()


def test_a_small_bin_that_is_drawn_to_the_mean_does_not_turn_the_order_round():
    # of 1,000 a tenth fell, of the next 600 nearly a third, of the last 100 one in three:
    # drawn to the mean the last would stand below the one before
    income = pd.Series(np.repeat([1.0, 2.0, 3.0], [1000, 600, 100]))
    y = np.concatenate([np.arange(n) < n * s for n, s in ((1000, 0.1), (600, 0.33), (100, 0.34))])

    evidence = cut(income, y.astype(int), direction=1, most=5).evidence[:-1]

    assert len(evidence) == 3
    assert (np.diff(evidence) >= 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_every_value_is_in_the_bin_whose_text_holds_it(seed):
    X, y = drawn(seed, n=500)
    bins = cut(X["income"], y, direction=-1, most=4)
    edges = np.r_[-np.inf, [float(t.split()[-1]) for t in bins.texts()[:-2]], np.inf]

    by_hand = pd.cut(X["income"], edges, right=False, labels=False).fillna(len(edges) - 1)

    np.testing.assert_array_equal(bins.place(X["income"]), by_hand)
    assert bins.rows.tolist() == np.bincount(by_hand.astype(int), minlength=len(edges)).tolist()
    assert bins.events.tolist() == np.bincount(by_hand.astype(int), y, len(edges)).tolist()


def test_a_level_that_was_never_seen_counts_as_unknown():
    X, y = drawn(0)
    bins = cut(X["district"], y, direction=0, most=5)

    new = pd.Series(pd.Categorical(["east", "south", None], ["east", "north", "south", "west"]))

    assert bins.place(new).tolist()[1:] == [len(bins.texts()) - 1] * 2
    assert bins.evidence[bins.levels["west"]] == bins.evidence.max()


def test_the_card_adds_up_to_the_score_by_hand():
    X, y = drawn(1)
    model = Scorecard().fit(X, y)
    card = model.card()

    total = np.zeros(len(X), dtype=int)
    for name, rows in card.groupby("feature", sort=False):
        total += rows["points"].to_numpy()[model.bins_[name].place(X[name])]

    np.testing.assert_array_equal(total, model.points(X))
    np.testing.assert_array_equal(model.points_by_feature(X).sum(axis=1), total)
    assert card["points"].dtype.kind == "i"
    assert (card.groupby("feature")["points"].min() == 0).all()


def test_points_stand_for_the_logistic_on_the_evidence():
    X, y = drawn(2, n=20_000)
    fine = Scorecard(points_to_double=1000).fit(X, y)

    evidence = [b.evidence[b.place(X[name])] for name, b in fine.bins_.items()]
    whole = LogisticRegression(C=10.0).fit(np.column_stack(evidence), y)

    odds = whole.decision_function(np.column_stack(evidence))
    assert np.abs(fine.decision_function(X) - odds).max() < 0.02
    assert fine.slope_ == pytest.approx(np.log(2) / 1000, rel=0.01)


def test_what_matters_comes_first_and_noise_gets_few_points():
    X, y = drawn(3, n=20_000)
    card = Scorecard().fit(X, y).card()

    most = card.groupby("feature", sort=False)["points"].max()

    assert set(most.index[:3]) == {"income", "age", "district"}
    assert most.get("noise", 0) <= most.min()
    assert most.get("noise", 0) <= most["income"] / 8


def test_the_unknown_have_a_bin_of_their_own():
    X, y = drawn(4)
    y = np.where(X["income"].isna(), 1, y)  # whoever did not answer, fell
    card = Scorecard().fit(X, y).card().set_index("feature").loc["income"]

    assert card.iloc[-1]["bin"] == "unknown"
    assert card.iloc[-1]["points"] == card["points"].max() > 0


def test_the_card_fits_a_page_and_ranks_nearly_as_well_as_it_can(of_a_panel):
    model, X, y, declared = of_a_panel

    assert len(model.card()) + len(model.ladder()) <= 80
    columns = [f.column for f in declared if f.name in model.bins_]
    assert len(columns) == len(set(columns))
    assert roc_auc_score(y, model.points(X)) > roc_auc_score(y, -X["income_over_line_now"]) - 0.03


def test_the_ladder_says_the_risk_of_a_sum(of_a_panel):
    model, X, _, _ = of_a_panel
    ladder = model.ladder().set_index("points")["risk"]
    some = np.flatnonzero(model.points(X) % 10 == 0)

    risk = model.predict_proba(X)[some, 1]

    assert len(some) > 5
    np.testing.assert_allclose(risk, ladder.loc[model.points(X)[some]])


def test_scikit_learn_accepts_it():
    check_estimator(Scorecard(), on_skip=None)
