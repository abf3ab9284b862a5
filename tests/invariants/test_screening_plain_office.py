"""The simulator against a plain second way that follows one household at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_towns import town
from plain_office import PlainOffice

from hardship_model.months import to_month
from hardship_model.screening.path import Procedure
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.world import LEAD_IN, from_town

NAMES = ("status_quo", "guangxi_online", "guangxi_offline", "guangxi_combined",
         "qinghai_look_back", "linkage_only", "random", "in_turn", "rule_visits",
         "income_visits", "district_only", "oracle", "model_visits",
         "combined_with_model")  # fmt: skip


def small_world(seed):
    return from_town(
        town(n_households=160, seed=seed, last_month="2019-12"),
        first_month=to_month("2018-07"), last_month=to_month("2019-12"),
    )  # fmt: skip


def scored(world, seed):
    """A score for two households in three, another each month."""
    rng, months = np.random.default_rng(seed), world.months[LEAD_IN - 1 : -1]
    table = pd.DataFrame({
        "household_id": np.tile(world.households, len(months)),
        "as_of": np.repeat(months, world.n_households), "model": "a model",
        "risk": rng.random(len(months) * world.n_households).astype(np.float32),
    })  # fmt: skip
    return table[rng.random(len(table)) < 2 / 3]


def generous(strategy):
    """Enough visits that every branch is taken; money for most of what the channels want."""
    return replace(strategy, visits_per_month=16, budget_yuan_per_year=32_000)


def contacts(ledger):
    """One tuple per contact, in some fixed order; None where something does not apply."""
    names = ("month", "household_id", "channel", "step", "found", "cost_yuan", "let_in",
             "inclusion_probability")  # fmt: skip
    columns = [[None if pd.isna(v) else v for v in ledger[name].tolist()] for name in names]
    return sorted(zip(*columns, strict=True), key=str)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_is_that_of_an_office_that_follows_one_household_at_a_time(name, seed):
    world = small_world(seed)
    [strategy] = map(generous, ready_made(world, [name], model="a model"))
    scores = scored(world, seed)
    played = play(world, [strategy], replicates=[seed], seed=7, scores=scores)
    procedure = world.given(LEAD_IN).card(Procedure)

    plain = PlainOffice(
        world, strategy, seed=7, replicate=seed, procedure=procedure,
        scores={month: dict(zip(of["household_id"].tolist(), of["risk"].tolist(), strict=True))
                for month, of in scores.groupby("as_of")},
    ).play()  # fmt: skip

    ours = contacts(played.ledger)
    assert len(ours) > 200
    assert ours == sorted(plain.contacts, key=str)


@pytest.mark.parametrize("name", ["guangxi_combined", "income_visits"])
def test_the_same_holds_when_a_share_of_the_visits_is_drawn_at_random(name):
    world = small_world(1)
    [strategy] = map(generous, ready_made(world, [name]))
    strategy = replace(strategy, random_share=0.3)
    played = play(world, [strategy], replicates=[1], seed=7)
    procedure = world.given(LEAD_IN).card(Procedure)

    plain = PlainOffice(world, strategy, seed=7, replicate=1, procedure=procedure).play()

    ours = contacts(played.ledger)
    assert sum(row[2] == "random" for row in ours) > 30
    assert ours == sorted(plain.contacts, key=str)


@pytest.mark.parametrize("name", ["status_quo", "guangxi_combined", "random"])
def test_each_fall_is_found_in_the_same_month_and_in_the_same_way(name):
    world = small_world(3)
    [strategy] = map(generous, ready_made(world, [name]))
    played = play(world, [strategy], replicates=[0], seed=7, with_ledger=False)
    procedure = world.given(LEAD_IN).card(Procedure)

    plain = PlainOffice(world, strategy, seed=7, replicate=0, procedure=procedure).play()

    told = played.falls()
    ours = {
        fall: (month, how)
        for fall, (month, how) in enumerate(zip(told["found_month"], told["how"], strict=True))
        if how != "never"
    }
    assert {"after", "on file"} <= {how for _, how in ours.values()}
    assert ours == plain.found
    for name in ("aid_months", "aid_yuan", "missed_aid_months", "missed_aid_yuan"):
        ours = getattr(played, name)[0, 0].tolist()
        assert sum(ours) > 0
        assert ours == [getattr(house, name) for house in plain.houses]
    placed = played.placements[["month", "household_id", "channel"]].astype({"channel": str})
    assert sorted(map(tuple, placed.to_numpy().tolist())) == sorted(plain.placements)
