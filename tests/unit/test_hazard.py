"""The discrete-time hazard: the life table when nothing is known, nobody dropped, any horizon."""

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hardship_model.features import declare, features
from hardship_model.labels import Question, outcomes
from hardship_model.models.hazard import DiscreteHazard, follow_up, logistic_hazard
from strips import FIRST_MONTH, panel_from_strips

WITHIN_A_YEAR = Question(ask="entered_within", horizon_months=12)


def spells(seed, n, hazard, *, lost_per_month=0.0):
    """Months until a fall of constant `hazard` (array), cut off at 12 or when lost to sight."""
    rng = np.random.default_rng(seed)
    fall = rng.geometric(hazard, n)
    lost = rng.geometric(lost_per_month, n) - 1 if lost_per_month else np.full(n, 12)
    last = np.minimum(lost, 12)
    return np.minimum(fall, last), fall <= last


def life_table(months, fell, *, horizon):
    """Kaplan and Meier by hand: who was still there, and how many of them fell, by month."""
    staying = 1.0
    for month in range(1, horizon + 1):
        at_risk = (months >= month).sum()
        staying *= 1 - (fell & (months == month)).sum() / at_risk
    return 1 - staying


@pytest.mark.parametrize("seed", range(3))
def test_without_covariates_it_is_the_life_table(seed):
    months, fell = spells(seed, 800, 0.05, lost_per_month=0.08)
    X = pd.DataFrame(index=range(800))

    model = DiscreteHazard().fit(X, fell, months=months)

    for horizon in (1, 6, 12):
        by_hand = life_table(months, fell, horizon=horizon)
        risk = model.risk(X, horizon_months=horizon)
        np.testing.assert_allclose(risk, by_hand, atol=1e-5)


def test_a_constant_hazard_gives_the_closed_form_although_half_are_lost():
    months, fell = spells(1, 60_000, 0.03, lost_per_month=0.06)
    X = pd.DataFrame(index=range(60_000))
    model = DiscreteHazard().fit(X, fell, months=months)

    closed_form = 1 - 0.97**12

    assert model.risk(X.iloc[:1], horizon_months=12)[0] == pytest.approx(closed_form, abs=0.01)
    settled = fell | (months == 12)
    dropped = fell[settled].mean()  # what a table of yes and no alone would say
    assert dropped > closed_form + 0.05


def test_covariates_and_months_matter_as_they_do_in_life():
    rng = np.random.default_rng(2)
    X = pd.DataFrame({"x": rng.normal(size=40_000)})
    months, fell = spells(3, 40_000, expit(-3 + X["x"]), lost_per_month=0.05)

    model = DiscreteHazard(LogisticRegression(C=1e6)).fit(X, fell, months=months)

    asked = pd.DataFrame({"x": [-1.0, 0.0, 1.0]})
    truth = 1 - (1 - expit(-3 + asked["x"])) ** 6
    np.testing.assert_allclose(model.risk(asked, horizon_months=6), truth, atol=0.015)
    np.testing.assert_allclose(
        model.predict_proba(asked)[:, 1], model.risk(asked, horizon_months=12)
    )


def test_risk_grows_with_the_horizon_and_survivals_multiply():
    months, fell = spells(4, 2000, 0.05)
    X = pd.DataFrame(index=range(2000))
    model = DiscreteHazard().fit(X, fell, months=months)
    risks = [model.risk(X.iloc[:1], horizon_months=h)[0] for h in range(13)]

    assert risks[0] == 0
    assert (np.diff(risks) > 0).all()
    assert risks[12] == pytest.approx(1 - np.prod(1 - model.hazards(X.iloc[:1], horizon_months=12)))


def test_households_are_followed_as_far_as_their_answer_is_sure():
    # as of the third month; ? was not seen
    panel = panel_from_strips("""
        quiet   ............
        falls   .....H......
        lost    .....???????
        gap     ...?..H.....
        at_once ...H........
        blind   ...?????????
    """)
    question = Question(ask="entered_within", horizon_months=6)

    followed = follow_up(panel, question, as_of=[FIRST_MONTH + 2]).set_index("household_id")

    assert followed["months"].to_dict() == {
        "quiet": 6, "falls": 3, "lost": 3 - 1, "gap": 0, "at_once": 1, "blind": 0,
    }  # fmt: skip
    assert set(followed.index[followed["fell"]]) == {"falls", "at_once"}


def test_it_follows_everybody_whom_the_outcomes_ask_about():
    panel = drifting_panel(5)
    as_of = [FIRST_MONTH + 12, FIRST_MONTH + 20]

    followed = follow_up(panel, WITHIN_A_YEAR, as_of=as_of)

    asked = outcomes(panel, WITHIN_A_YEAR, as_of=as_of)
    pd.testing.assert_frame_equal(
        followed[["household_id", "as_of", "kind"]], asked[["household_id", "as_of", "kind"]]
    )
    yes = (asked["answer"] == "yes").to_numpy()
    assert (followed["fell"] <= yes).all()
    no = (asked["answer"] == "no").to_numpy()
    assert (followed.loc[no, "months"] == 12).all()
    late = asked["as_of"] == as_of[1]  # the panel ends nine months on: nobody is a sure no
    assert followed.loc[late & ~followed["fell"], "months"].max() == 9


def test_on_a_panel_the_features_order_the_risks_and_the_lost_add_to_what_is_learned():
    panel = drifting_panel(6)
    declared = declare(panel)
    followed = follow_up(panel, WITHIN_A_YEAR, as_of=[FIRST_MONTH + 8, FIRST_MONTH + 20])
    X = features(panel, declared, who=followed)

    model = DiscreteHazard(logistic_hazard(declared)).fit(
        X, followed["fell"], months=followed["months"]
    )

    poor = X["income_over_line_now"] < 1.3
    risk = model.predict_proba(X)[:, 1]
    assert risk[poor].mean() > 2 * risk[~poor].mean()
    assert (followed["months"] == 9).sum() > 100  # censored, and part of the fit


def test_a_period_is_a_quarter_unless_the_panel_is_coarser_and_the_horizon_the_longest_follow_up():
    X = pd.DataFrame(index=range(4))
    fell = np.array([True, False, True, False])

    by_month = DiscreteHazard(horizon_months=None, step_months=None)
    by_month.fit(X, fell, months=np.array([4, 4, 7, 9]))
    yearly = DiscreteHazard(horizon_months=None, step_months=None)
    yearly.fit(X, fell, months=np.array([12, 12, 24, 24]))

    assert (by_month.step_, by_month.horizon_) == (3, 9)
    assert (yearly.step_, yearly.horizon_) == (12, 24)
    # Months 1–3: nobody of four; 4–6: one of three (one was lost in it); 7–9: one of two.
    by_hand = 1 - (1 - 0 / 4) * (1 - 1 / 3) * (1 - 1 / 2)
    assert by_month.predict_proba(X)[0, 1] == pytest.approx(by_hand, abs=1e-4)


def test_another_question_and_less_than_no_months_are_refused():
    X = pd.DataFrame(index=range(3))
    with pytest.raises(ValueError, match="must be 0 or more; 1 are not"):
        DiscreteHazard().fit(X, np.zeros(3), months=np.array([3, -4, 6]))
    with pytest.raises(ValueError, match="Ask 'entered_within'"):
        follow_up(
            drifting_panel(0, n_households=5),
            Question(ask="in_hardship_at", horizon_months=3), as_of=[FIRST_MONTH],
        )  # fmt: skip
