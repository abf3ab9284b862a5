"""Net benefit and visits avoided, against dcurves; by hand for a drawn village."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hardship_model.evaluation.backtest import Origin, Scored, Task
from hardship_model.evaluation.decisions import (
    decision_curve,
    net_benefit,
    net_benefit_of_visiting_all,
    net_interventions_avoided,
)
from hardship_model.labels import Question

THRESHOLDS = (0.1, 0.25, 0.5)


def test_net_benefit_agrees_with_dcurves():
    # dcurves pulls pandas back to 2, so it cannot be installed here. With dcurves 1.1.7:
    #   t = dca(data=pd.DataFrame({"fell": fell, "risk": risk}), outcome="fell",
    #           modelnames=["risk"], thresholds=[0.1, 0.25, 0.5])
    #   net_intervention_avoided(t) -> net_benefit of risk and of all, and
    #   net_intervention_avoided of risk:
    of_risk = [0.513888888889, 0.433333333333, 0.350000000000]
    of_all = [0.5, 0.4, 0.1]
    avoided = [0.125, 0.1, 0.25]
    rng = np.random.default_rng(0)
    risk = rng.uniform(0, 1, 40).round(2)
    fell = (rng.random(40) < risk).astype(float)
    once = np.ones((1, 40))

    said = (
        net_benefit(risk, fell, once, thresholds=THRESHOLDS)[0],
        net_benefit_of_visiting_all(fell, once, thresholds=THRESHOLDS)[0],
        net_interventions_avoided(risk, fell, once, thresholds=THRESHOLDS)[0],
    )

    for ours, theirs in zip(said, (of_risk, of_all, avoided), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_at_a_fifth_a_visit_in_vain_costs_a_quarter_of_a_household_found():
    risk = np.array([0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.9])
    answer = np.array([1.0, 0, 1, 0, 0, 1, np.nan])

    worth = net_benefit(risk, answer, np.ones((1, 7)), thresholds=[0.2])

    assert worth[0, 0] == pytest.approx((2 - 3 * 0.25) / 6)


@pytest.mark.parametrize("seed", range(3))
def test_a_household_that_weighs_two_counts_as_two(seed):
    rng = np.random.default_rng(seed)
    risk, answer = rng.random(50), (rng.random(50) < 0.4).astype(float)
    answer[:5] = np.nan
    times = rng.integers(0, 3, 50)
    twice = np.repeat(np.arange(50), times)

    weighted = net_interventions_avoided(risk, answer, times[None], thresholds=THRESHOLDS)
    repeated = net_interventions_avoided(
        risk[twice], answer[twice], np.ones((1, len(twice))), thresholds=THRESHOLDS
    )

    assert weighted == pytest.approx(repeated)


def test_a_decision_curve_has_its_counts_and_holds_the_value_in_its_interval():
    rng = np.random.default_rng(3)
    risk = rng.uniform(0.02, 0.6, 400)
    answer = pd.Categorical(np.where(rng.random(400) < risk, "yes", "no"))
    scored = Scored(
        task=Task(
            name="falls", kind="both", question=Question(ask="entered_within", horizon_months=6)
        ),
        origin=Origin(name="now", train_until=1, test_from=2, answers_until=20),
        rows=pd.DataFrame({"household_id": np.arange(400) // 2, "as_of": 2, "answer": answer}),
        score={"known": risk},
        risk={"known": risk},
        n_train=1,
        train_events=1,
    )

    table = decision_curve(scored, thresholds=THRESHOLDS, n_draws=200, seed=1)

    assert table["model"].tolist() == ["known"] * 3 + ["visit all"] * 3
    assert ((table["low"] <= table["net_benefit"]) & (table["net_benefit"] <= table["high"])).all()
    assert (table["n"] == 400).all()
    assert (table["found"] + table["missed"] == table["events"]).all()
    price = table["threshold"] / (1 - table["threshold"])
    by_counts = (table["found"] - (table["visited"] - table["found"]) * price) / table["n"]
    assert table["net_benefit"].to_numpy() == pytest.approx(by_counts.to_numpy())
    # Risks that are right are worth more than visiting all, at every price.
    best = table.set_index(["model", "threshold"])["net_benefit"]
    assert (best["known"] > best["visit all"]).all()
    blind = dataclasses.replace(scored, risk={"known": rng.permutation(risk)})
    worse = decision_curve(blind, thresholds=THRESHOLDS, n_draws=20, seed=1)
    assert (worse["net_benefit"].head(3) < table["net_benefit"].head(3)).all()


@pytest.mark.parametrize("threshold", [0.0, 1.0, 1.5])
def test_a_threshold_at_which_a_visit_has_no_price_is_refused(threshold):
    with pytest.raises(ValueError, match="lies between 0 and 1"):
        net_benefit(np.ones(2), np.ones(2), np.ones((1, 2)), thresholds=[threshold])
