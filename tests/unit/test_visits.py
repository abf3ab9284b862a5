"""Visits of a watch list, against a plain second way: one household at a time."""

import numpy as np
import pandas as pd
import pytest

from hardship_model.randomness import Dice
from hardship_model.screening.strategies import at_random, by_risk_since_visit, by_score, in_turn
from hardship_model.screening.visits import compare_visits, make_visits

ORDERS = {
    "at random": at_random,
    "in turn": in_turn,
    "income over line": by_score("income"),
    "risk": by_score("risk"),
    "risk × months since visit": by_risk_since_visit,
}


def watch_list(seed, n=30, months=6):
    rng = np.random.default_rng(seed)
    month, household = np.indices((months, n)).reshape(2, -1)
    risk = rng.random(n)
    onset = np.where(rng.random(n) < 0.5, rng.integers(0, months, n), months)
    watch = pd.DataFrame(
        {
            "household_id": household,
            "month": 100 + month,
            "in_hardship": month >= onset[household],
            "risk": np.round(risk[household], 1),
            "income": -np.round(risk[household] + rng.normal(0, 0.3, household.size), 1),
        }
    )
    return watch[rng.random(len(watch)) < 0.8].reset_index(drop=True)


def one_at_a_time(watch, rule, capacity, dice):
    """The same office with a dictionary and a sorted list."""
    last, found, ledger = {}, set(), []
    for month in sorted(watch["month"].unique()):
        luck, waiting = dice.roll("order among equals", month), []
        anybody = dice.roll("visited at random", month)
        for row in watch[watch["month"] == month].itertuples():
            last.setdefault(row.household_id, month - 1)
            if row.household_id in found:
                continue
            first = {
                "at random": anybody[row.household_id],
                "in turn": last[row.household_id],
                "income over line": -row.income,
                "risk": -row.risk,
                "risk × months since visit": -row.risk * (month - last[row.household_id]),
            }[rule]
            waiting.append((first, luck[row.household_id], row.household_id, row.in_hardship))
        for _, _, household, hard in sorted(waiting)[:capacity]:
            last[household] = month
            ledger.append((month, household, hard))
            if hard:
                found.add(household)
    return ledger


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rule", ORDERS)
def test_the_ledger_agrees_with_one_household_at_a_time(seed, rule):
    watch = watch_list(seed)
    ledger = make_visits(
        watch, {rule: ORDERS[rule]}, share=0.2, replicates=2, cost_yuan=120, seed=seed
    )
    capacity = round(0.2 * len(watch) / watch["month"].nunique())

    for replicate in range(2):
        dice = Dice(seed=seed, replicate=replicate, n_households=30)
        rows = ledger[ledger["replicate"] == replicate]
        plain = zip(rows["month"], rows["household_id"], rows["found"], strict=True)
        assert list(plain) == one_at_a_time(watch, rule, capacity, dice)


def test_every_order_makes_the_same_number_of_visits_and_finds_nobody_twice():
    ledger = make_visits(
        watch_list(1, n=200), ORDERS, share=0.05, replicates=3, cost_yuan=120, seed=1
    )

    made = ledger.groupby(["strategy", "replicate"]).size()
    assert made.min() == made.max()
    found = ledger[ledger["found"]]
    assert not found.duplicated(["strategy", "replicate", "household_id"]).any()


def test_who_knows_the_truth_is_not_beaten():
    watch = watch_list(3, n=300)
    oracle = {"risk": by_score("truth")} | {k: ORDERS[k] for k in ("in turn", "at random")}
    watch = watch.assign(truth=watch["in_hardship"].astype(float))
    ledger = make_visits(watch, oracle, share=0.05, replicates=5, cost_yuan=120, seed=1)

    table = compare_visits(ledger, watch, n_draws=100, seed=1).query("measure == 'share_found'")

    values = table.set_index("strategy")["value"]
    assert values["risk"] == values.max()
    assert table.set_index("strategy").loc["risk", "verdict"] == "better"


def test_shares_are_what_counting_by_hand_gives():
    # Two fall (b at once found, c found a month late), d is never visited.
    watch = pd.DataFrame(
        {
            "household_id": list("abcd") * 2,
            "month": [1] * 4 + [2] * 4,
            "in_hardship": [False, True, True, True] * 2,
            "risk": [0.9, 0.8, 0.3, 0.1, 0.4, 0.0, 0.5, 0.1],
        }
    )
    orders = {"risk": by_score("risk"), "in turn": in_turn}
    ledger = make_visits(watch, orders, share=0.5, replicates=1, cost_yuan=120, seed=1)
    table = compare_visits(ledger, watch, n_draws=20, seed=1).query("strategy == 'risk'")

    values = table.set_index("measure")
    assert values.loc["share_found", ["counted", "out_of"]].tolist() == [2, 3]
    assert values.loc["share_found_at_once", ["counted", "out_of"]].tolist() == [1, 3]
    assert values.loc["visits_per_fall_found", "value"] == 4 / 2


def test_a_share_that_is_no_visit_is_refused():
    with pytest.raises(ValueError, match="no visit at all"):
        make_visits(watch_list(1), ORDERS, share=0.001, replicates=1, cost_yuan=120, seed=1)
