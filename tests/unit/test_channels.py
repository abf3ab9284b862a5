"""What each way of looking sees, whom it reaches, and what it refuses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_towns import town
from screening_worlds import only, world

from hardship_model.data.population import records
from hardship_model.labels import Question, outcomes
from hardship_model.months import to_month
from hardship_model.screening.channels import all_channels, signs
from hardship_model.screening.declared import read_strategies
from hardship_model.screening.hearing import Ears, smallest
from hardship_model.screening.luck import Chance
from hardship_model.screening.ready_made import (
    READY_MADE,
    ready_made,
    strategies_table,
)
from hardship_model.screening.simulator import play
from hardship_model.screening.spells import counted_spells
from hardship_model.screening.world import LEAD_IN, from_town
from strips import panel_from_strips

ROW = LEAD_IN + 3


def heard(where, channel, *, replicate=0, row=ROW):
    return channel.sees(where, row, channel, Chance(where, seed=1, replicate=replicate))


def channels(where):
    return all_channels(where.given(LEAD_IN))


def test_every_channel_of_a_ready_made_strategy_exists():
    there = set(channels(world()))

    assert {name for spec in READY_MADE.values() for name in spec["channels"]} <= there


def test_the_unit_speaks_of_more_households_in_hardship_through_illness_than_of_ordinary_ones():
    where = world(n_households=2000, seed=4)
    reports = channels(where)["unit_reports"]
    told = np.zeros(7)
    for replicate in range(40):
        lead = heard(where, reports, replicate=replicate).lead
        told += np.bincount(where.ground[ROW][lead], minlength=7)
    there = np.bincount(where.ground[ROW][where.alive[ROW]], minlength=7) * 40
    rate = told / there

    assert rate[0] > rate[3] > rate[6] > 0  # illness, other causes, ordinary


def test_whom_one_channel_misses_others_are_likelier_to_miss():
    where = world()
    chance = Chance(where, seed=1, replicate=0)
    one = np.log(chance.visible("application", ROW))
    other = np.log(chance.visible("unit_reports", ROW))
    member = where.hidden[ROW] == 0

    assert np.corrcoef(one[member], other[member])[0, 1] == pytest.approx(0.5, abs=0.1)
    assert one[where.hidden[ROW] == 15].mean() < one[member].mean() - 1


def test_the_automatic_check_sees_low_income_but_not_what_illness_costs():
    where = world()
    check = replace(channels(where)["auto_check"], drop_share=0.0, error_log_sd=0.0)
    lead = heard(where, check).lead
    richer = replace(where.traces, seen_over_dibao=where.traces.seen_over_dibao * 0 + 5)
    ruined = replace(where, traces=richer, rigid_yuan=where.rigid_yuan + 1e6,
                     net_over_dibao=where.net_over_dibao - 50)  # fmt: skip

    assert (where.traces.seen_over_dibao[ROW][lead] < 1.5).all()
    assert len(lead) > 0 == len(heard(ruined, check).lead)


def test_linkage_needs_as_many_signs_as_it_is_told():
    where = world()
    single, several = (channels(where)[name] for name in ("linkage", "linkage_several"))
    counted = signs(where, ROW, single)

    assert set(heard(where, several).lead) < set(heard(where, single).lead)
    assert (
        heard(where, several).lead.tolist()
        == np.flatnonzero((counted >= 2) & where.alive[ROW]).tolist()
    )


def test_linkage_sees_school_aid_as_the_records_have_it_two_months_later_than_the_rest():
    where, lived = world(), town(n_households=800, seed=1, last_month="2022-12")
    told = records(lived).rows
    told = told[told["month"] == where.months[ROW - 2]]
    aided = where.households[where.traces.school_aid[ROW] & where.alive[ROW - 2]]
    written = told.loc[told["school_aid"].astype(bool), "household_id"]

    # the records have the students as last entered, so a few differ
    assert len(written) > 10
    assert np.isin(written, aided).mean() > 0.8
    assert np.isin(aided, written).mean() > 0.8


def test_the_sweep_asks_everybody_once_a_year():
    where = world()
    sweep = channels(where)["sweep"]
    chance = Chance(where, seed=1, replicate=0)
    asked = np.zeros(where.n_households)
    for row in range(LEAD_IN, LEAD_IN + 12):
        asked[sweep.sees(where, row, sweep, chance).contact] += 1
    stays = where.alive[LEAD_IN : LEAD_IN + 12].all(axis=0)

    assert (asked[stays] == 1).all()


def test_an_applicant_who_reports_enough_is_turned_down_at_the_desk():
    where = world(n_households=2000, seed=4)
    application = replace(channels(where)["application"], chance=(0.9,) * 7, error_log_sd=0.0,
                          error_bias=0.0)  # fmt: skip
    said = heard(where, application)

    assert (where.net_over_dibao[ROW][said.lead] < 2.0).all()
    assert 0 < len(said.lead) < len(said.contact)


def test_publicity_brings_as_many_more_to_apply_as_it_says():
    where = world(n_households=2000, seed=4)
    quiet, told = (channels(where)[name] for name in ("application", "publicised_application"))
    came = [
        sum(len(heard(where, one, replicate=k).contact) for k in range(60)) for one in (quiet, told)
    ]

    assert told.multiple > 1 == quiet.multiple
    assert came[1] / came[0] == pytest.approx(told.multiple, rel=0.15)


def test_twice_as_many_sites_are_near_twice_as_many_workers():
    where = world(n_households=2000, seed=4)
    sites = replace(channels(where)["sites"], chance=(1.0,) * 7, multiple=1000.0)
    more = replace(sites, sites_per_city=10, sites_per_county=4)
    none = replace(sites, sites_per_city=0, sites_per_county=0)

    assert len(heard(where, sites).lead) == pytest.approx(0.5 * where.alive[ROW].sum(), rel=0.1)
    assert len(heard(where, more).lead) == where.alive[ROW].sum()
    assert len(heard(where, none).lead) == 0


def test_what_reaches_the_desk_was_to_be_heard_as_long_before_as_the_channel_is_late():
    where = world()
    prompt = replace(channels(where)["unit_reports"], lag_months=0)
    ears = Ears(where, Chance(where, seed=1, replicate=0))
    late = ears.heard(replace(prompt, lag_months=3), ROW).lead

    assert late.tolist() == heard(where, prompt, row=ROW - 3).lead.tolist()
    assert late.tolist() != heard(where, prompt, row=ROW).lead.tolist()


def test_what_a_channel_can_handle_bounds_its_contacts_and_its_cost():
    where = world()
    few = replace(channels(where)["sweep"], capacity_per_month=7)
    strategy = replace(only(where, "sweep"), channels=(few,))
    costs = play(where, [strategy], replicates=[0], seed=1, with_ledger=False).costs
    swept = costs[costs["item"] == "sweep"]

    assert (swept["uses"] == 7).all()
    assert (swept["use_yuan"] == 140).all()


@pytest.mark.parametrize("change", [
    {"capacity_per_month": -1}, {"cost_yuan": -3.0}, {"cadence_months": 0}, {"lag_months": 9},
    {"chance": (0.5, 0.5)}, {"chance": (2.0,) * 7}, {"capacity_per_month": float("nan")},
])  # fmt: skip
def test_a_channel_refuses_numbers_without_a_meaning(change):
    with pytest.raises(ValueError, match="Channel 'unit_reports'"):
        replace(channels(world())["unit_reports"], **change)


# ---- Strategies from a file


TEXT = """
[[strategy]]
name = "few sites"
channels = ["sites", "application"]
order = "in_turn"
visits_per_month = 3
[strategy.change.sites]
sites_per_city = 2

[[strategy]]
name = "usual"
channels = ["linkage"]
"""


def test_a_strategy_can_be_written_down_in_a_few_lines():
    where = world()
    few, usual = read_strategies(TEXT, where)

    assert few.channels[0].sites_per_city == 2
    assert few.visits_per_month == 3
    assert few.order.__name__ == "in_turn"
    assert usual.order.__name__ == "first_come"
    assert usual.visits_per_month == round(
        where.given(LEAD_IN)("office_visits_per_1000") * where.n_households / 1000
    )


def test_the_chance_of_one_ground_can_be_changed_and_the_others_stay():
    where = world()
    told = TEXT.replace("sites_per_city = 2", "chance = { job_loss = 0.5 }")
    few, _ = read_strategies(told, where)
    usual = channels(where)["sites"].chance

    assert few.channels[0].chance == (usual[0], 0.5, *usual[2:])
    assert play(where, [few], replicates=[0], seed=1).visits.sum() > 0


def test_a_strategy_with_fewer_sites_than_the_notice_wants_says_so_and_can_be_played():
    where = world()
    few, _ = read_strategies(TEXT, where)
    table = strategies_table([few], where).set_index("channel")

    assert "the Guangxi notice wants at least 5 and 2" in table.loc["sites", "remark"]
    assert table.loc["application", "remark"] == ""
    assert play(where, [few], replicates=[0], seed=1).visits.sum() > 0


@pytest.mark.parametrize(("old", "new", "match"), [
    ('"linkage"', '"linkages"', r"no channel is called \['linkages'\]"),
    ('"in_turn"', '"by_luck"', "no order is called 'by_luck'"),
    ('"in_turn"', '"by_risk"', "ranks by a model: name one with `model`"),
    ('"in_turn"', '"by_truth"', "wants knows_truth = true"),
    ("visits_per_month = 3", 'visits_per_month = "three"', "visits_per_month is a number"),
    ("visits_per_month = 3", "random_share = 2", "random_share is a share"),
    ('name = "usual"\n', "", "has a name of its own"),
    ('channels = ["linkage"]', "", "channels is a list of names"),
    ("sites_per_city = 2", "sites_per_town = 2", r"changes \['sites_per_town'\] of 'sites'"),
    ("sites_per_city = 2", "capacity_per_month = -2", "capacity_per_month must be 0 or more"),
    ("sites_per_city = 2", 'cost_yuan = "two"', "has to be numbers"),
    ("sites_per_city = 2", "chance = { grief = 0.1 }", r"'sites' has chances for \('illness'"),
    ("sites_per_city = 2", "chance = { illness = 1.1 }", "chance wants 7 probabilities"),
    ("change.sites", "change.linkage", r"changes \['linkage'\], but its channels are"),
    ("visits_per_month = 3", "visits_per_month = -3", "visits_per_month is a whole number"),
    ("visits_per_month = 3", "visits = 3", r"unknown keys \['visits'\]"),
    ("visits_per_month = 3", "kept_for_visits = 1.5", "kept_for_visits is a share"),
    ("visits_per_month = 3", "budget_yuan_per_year = -1", "must be 0 or more"),
    ('"sites", "application"', '"sites", "sites"', "has a channel twice"),
])  # fmt: skip
def test_a_file_with_a_mistake_gets_one_clear_message(old, new, match):
    with pytest.raises(ValueError, match=match):
        read_strategies(TEXT.replace(old, new), world())


def test_a_strategy_with_a_model_wants_the_models_name():
    with pytest.raises(ValueError, match="name one with `model`"):
        ready_made(world(), ["model_visits"])
    with pytest.raises(ValueError, match=r"No strategy is called \['magic'\]"):
        ready_made(world(), ["magic"])
    assert len(ready_made(world())) == 12


# ---- Small tools


@pytest.mark.parametrize("seed", range(5))
def test_months_that_are_counted_are_put_in_the_same_order_as_numbers_that_are_sorted(seed):
    rng = np.random.default_rng(seed)
    months = rng.integers(24_000, 24_024, size=300).astype(np.int32)
    luck = rng.random(300)
    whole_months = np.cumsum(np.bincount(months - months.min()))[:3].tolist()

    for n in (1, 7, 150, 299, *whole_months, *(k + 1 for k in whole_months)):
        sorted_out = np.sort(np.lexsort((luck, months))[:n])
        assert smallest(months, n, luck=luck).tolist() == sorted_out.tolist()
        assert smallest(months.astype(float), n, luck=luck).tolist() == sorted_out.tolist()


def test_the_smallest_values_come_first_then_luck_then_the_register_and_the_missing_last():
    values = np.array([3.0, 1.0, 2.0, 2.0, np.nan, 2.0])
    luck = np.array([0.0, 0.9, 0.5, 0.1, 0.0, 0.1])

    assert smallest(values, 2, luck=luck).tolist() == [1, 3]
    assert smallest(values, 3, luck=luck).tolist() == [1, 3, 5]
    assert smallest(values, 5, luck=luck).tolist() == [0, 1, 2, 3, 5]
    assert smallest(values, 0).tolist() == []
    assert smallest(values, 9).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(4))
def test_the_spells_that_count_begin_where_the_labels_see_an_entry(seed):
    rng = np.random.default_rng(seed)
    hard = np.cumsum(rng.random((40, 30)) < 0.12, axis=0) % 2 == 1
    names = [f"h{k:02d}" for k in range(30)]
    drawn = "\n".join(
        f"{name} {''.join('H' if one else '.' for one in hard[:, k])}"
        for k, name in enumerate(names)
    )
    panel = panel_from_strips(drawn)
    question = Question(ask="entered_within", horizon_months=1, exit_months=6, spell_months=3)
    as_of = panel.months[:-3].tolist()  # later entries cannot be confirmed
    told = outcomes(panel, question, as_of=as_of)
    told = told[told["answer"] == "yes"]
    ours = counted_spells(hard, np.asarray(panel.months), exit_months=6, spell_months=3)

    began = pd.DataFrame({
        "household_id": np.array(names)[ours.household], "as_of": ours.onset - 1,
        "kind": np.where(ours.returning, "return", "first_fall"),
    })[ours.onset > panel.months[5]]  # fmt: skip
    began = began[began["as_of"].isin(as_of)].sort_values(["household_id", "as_of"])
    theirs = told[told["as_of"] >= panel.months[5]].sort_values(["household_id", "as_of"])
    assert len(began) > 10
    assert began["household_id"].tolist() == theirs["household_id"].tolist()
    assert began["as_of"].tolist() == theirs["as_of"].tolist()
    assert began["kind"].tolist() == theirs["kind"].astype(str).tolist()


def test_a_world_that_the_town_is_too_short_for_is_refused():
    lived = town(n_households=800, seed=1, last_month="2022-12")
    with pytest.raises(ValueError, match="30 months or more inside the town's"):
        from_town(lived, first_month=to_month("2016-01"))
    with pytest.raises(ValueError, match="choose others"):
        from_town(lived, last_month=to_month("2023-01"))


def test_of_the_monitored_it_is_told_how_many_fell_and_for_whom_this_is_not_known_yet():
    where = world(n_households=2000, seed=4)
    played = play(where, [only(where, "doors", visits_per_month=200)], replicates=[0], seed=1)
    placed = played.placements
    late = placed["month"] > where.months[-1] - 14

    assert len(placed) > 50
    assert placed.loc[~late, "fell"].notna().all()
    assert not (placed.loc[late, "fell"] == False).fillna(False).any()  # noqa: E712
    before = (played.how == 1).sum()
    assert before <= (placed["fell"] == True).sum() + (where.register.category == 2).sum()  # noqa: E712
