"""Who can be found by what: one family, and the limits of each way of looking."""

from dataclasses import replace

import numpy as np
import pytest
from invented_towns import town
from screening_worlds import FELL, careful_town, only, with_family, world

from hardship_model.screening.path import Procedure
from hardship_model.screening.simulator import play
from hardship_model.screening.world import LEAD_IN, from_town

REPLICATES = range(25)


@pytest.fixture(scope="module")
def family():
    return with_family(town(n_households=60, seed=1, last_month="2022-12"))


def leads_about_the_family(world, *channels):
    """In how many replicates would a channel have spoken up after the fall, and in how many did
    a visit that it asked for establish the hardship?"""
    strategy = only(world, *channels, visits_per_month=6)
    played = play(world, [strategy], replicates=REPLICATES, seed=3)
    [fall] = np.flatnonzero(played.world.falls.household == 0)
    spoke = (played.would_be_month[0][:, :, fall] > 0).any(axis=1)
    told = played.falls()
    told = told[(told["household_id"] == played.world.households[0])]
    return int(spoke.sum()), int(told["channel"].isin(channels).sum())


def test_the_family_falls_for_the_first_time_and_was_on_no_list(family):
    [fall] = np.flatnonzero(family.falls.household == 0)

    assert family.falls.onset[fall] == FELL
    assert not family.falls.returning[fall]
    assert family.register.category[0] == 0


@pytest.mark.parametrize("channel", ["unit_reports", "application", "linkage"])
def test_the_family_can_be_found_by_its_unit_by_its_own_word_and_by_linkage(family, channel):
    spoke, found = leads_about_the_family(family, channel)

    assert spoke >= found > 0


@pytest.mark.parametrize("channel", ["auto_check", "look_back"])
def test_neither_the_automatic_check_nor_the_look_back_speaks_of_it(family, channel):
    assert leads_about_the_family(family, channel) == (0, 0)


def test_when_visits_measure_without_error_the_look_back_finds_nobody_who_never_fell_before():
    lived = careful_town(n_households=3000, seed=2)
    where = from_town(lived)
    procedure = replace(where.given(LEAD_IN).card(Procedure), income_log_sd=0.0)
    played = play(
        where, [only(where, "look_back")], replicates=range(6), seed=1, procedure=procedure
    )

    told = played.falls()
    found = told[told["channel"] == "look_back"]
    first = found[found["kind"] == "first_fall"]
    filed = np.isin(lived.truth["registered"], [3, 4, 5])
    let_go_too_early = [
        filed[(lived.months >= onset) & (lived.months < where.months[LEAD_IN]), household].any()
        for household, onset in zip(first["household_id"], first["onset"], strict=True)
    ]
    assert (found["kind"] == "return").any()
    # a first spell can only be found when the file knew it and let the household go meanwhile
    assert all(let_go_too_early)


def test_a_visit_with_error_may_file_a_household_that_is_not_in_hardship_and_this_is_counted():
    where = replace(world(), savings_yuan=np.zeros_like(world().savings_yuan))
    careful, rough = (
        play(
            where, [only(where, "doors")], replicates=[0], seed=1, with_ledger=False,
            procedure=replace(where.given(LEAD_IN).card(Procedure), income_log_sd=sd),
        )
        for sd in (0.0, 1.0)
    )  # fmt: skip

    assert rough.false_finds.sum() > careful.false_finds.sum()


def test_a_visit_without_error_files_nobody_who_is_not_in_hardship():
    where = world(n_households=2000, seed=4)
    procedure = replace(where.given(LEAD_IN).card(Procedure), income_log_sd=0.0)
    everybody = only(where, "doors", visits_per_month=2000, budget_yuan_per_year=1e7)
    played = play(where, [everybody], replicates=[0], seed=1, procedure=procedure)

    assert played.ledger["found"].sum() > 20
    assert played.false_finds.sum() == 0
