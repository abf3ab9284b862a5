"""What is counted of falls and visits, by hand and against the plain table of falls."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from screening_worlds import world

from hardship_model.rates import wilson
from hardship_model.screening.comparison import MEASURES, by_group, compare
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.tallies import (
    OF_FALLS,
    OF_HOUSEHOLDS,
    add_up,
    fall_counts,
    how_sure,
    tally,
)
from hardship_model.screening.world import LEAD_IN

NAMES = ("status_quo", "guangxi_online", "random", "income_visits", "oracle")


@cache
def played(seed=1, names=NAMES):
    where = world(seed=seed)
    return play(where, ready_made(where, names), replicates=[seed], seed=5)


@cache
def sums(n_draws=60):
    return add_up(
        [tally(played(seed), n_draws=n_draws, seed=seed) for seed in (1, 2)],
        n_draws=n_draws, seed=1,
    )  # fmt: skip


def plainly_counted(told, last_month):
    """The same measures, one row of the table of falls after the other."""
    counts = dict.fromkeys(("new", "before", "within_3", "asked_3", "ever", "unseen_months"), 0)
    for fall in told.itertuples():
        found = None if pd.isna(fall.found_month) else fall.found_month
        start = max(fall.onset, last_month - 23)
        months = range(start, fall.last_month + 1)
        counts["unseen_months"] += sum(found is None or month < found for month in months)
        if fall.running_at_start:
            continue
        counts["new"] += 1
        counts["before"] += fall.how == "before"
        counts["ever"] += found is not None
        if fall.onset + 3 <= last_month:
            counts["asked_3"] += 1
            counts["within_3"] += found is not None and found <= fall.onset + 3
    return counts


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_falls_are_counted_as_one_would_count_them_one_by_one(strategy, seed):
    one = played(seed)
    told = one.falls()
    plain = plainly_counted(told[told["strategy"] == strategy], int(one.world.months[-1]))

    ours = dict(zip(OF_FALLS, fall_counts(one)[NAMES.index(strategy)].sum(axis=0), strict=True))

    assert {name: ours[name] for name in plain} == plain


def test_a_world_that_ends_before_its_town_knows_no_later_fall():
    where = world(last_month="2021-09")
    played = play(where, ready_made(where, ["status_quo"]), replicates=[0], seed=1)

    falls = played.falls()

    assert falls[["onset", "last_month"]].max().max() <= where.months[-1]
    assert tally(played, n_draws=0, seed=1).falls[..., 0].sum() > 0


def test_visits_in_vain_and_repeated_ones_are_those_of_the_ledger():
    one, last = played(1), {}
    hard = {int(m): one.world.hard(row) for row, m in enumerate(one.world.months)}
    visits = one.ledger[(one.ledger["step"] == "visit") & (one.ledger["strategy"] == "random")]
    vain = repeats = asked = 0
    for visit in visits.itertuples():
        if visit.channel != "review":
            asked += 1
            vain += not hard[visit.month][visit.household_id]
            repeats += visit.household_id in last
        last[visit.household_id] = visit.month

    of = dict(zip(OF_HOUSEHOLDS, tally(one, n_draws=0, seed=1).households[0, 2], strict=True))

    assert (of["asked"], of["vain"], of["repeats"]) == (asked, vain, repeats)
    assert of["yuan"] == pytest.approx(len(visits) * one.procedure.visit_yuan)


def test_money_left_over_is_told_beside_the_money_spent():
    one = played(1)
    of = dict(zip(OF_HOUSEHOLDS, tally(one, n_draws=0, seed=1).households[0].T, strict=True))
    left = one.costs[one.costs["item"] == "unspent"].groupby("strategy")["use_yuan"].sum()
    years = len(one.world.rows) / 12 * len(one.replicates)

    assert (of["unspent_yuan"] == left[[s.name for s in one.strategies]].to_numpy()).all()
    assert of["unspent_yuan"].min() >= 0
    assert of["budget_yuan"] == pytest.approx(
        [s.budget_yuan_per_year * years for s in one.strategies]
    )


def test_the_draws_lie_around_what_was_counted():
    drawn = sums(n_draws=300)

    counted = drawn.falls[0, :, 0, OF_FALLS.index("ever")]
    spread = drawn.falls[1:, :, 0, OF_FALLS.index("ever")]
    assert np.abs(spread.mean(axis=0) - counted).max() < 0.15 * counted.max()
    assert (spread.std(axis=0)[counted > 0] > 0).all()


def test_with_enough_towns_draws_take_whole_towns():
    towns = [tally(played(1), n_draws=0, seed=1) for _ in range(12)]

    drawn = add_up(towns, n_draws=50, seed=1)

    # Twelve times the same town: whichever are drawn, nothing can differ.
    assert np.allclose(drawn.falls[1:], drawn.falls[:1], rtol=0, atol=0, equal_nan=True)


def test_how_sure_says_on_what_the_intervals_rest():
    assert "households" in how_sure(1)
    assert "few" in how_sure(4)
    assert "20 towns" in how_sure(20)


def test_every_strategy_has_every_measure_with_its_counts_and_interval():
    table = compare(sums(), reference="status_quo")

    assert len(table) == len(NAMES) * len(MEASURES)
    # what aid changes in lives is not asked here
    asked = ~table["measure"].isin(["lifted_by_aid", "averted_by_aid"])
    assert table.loc[~asked, "value"].isna().all()
    known = table[asked & (table["out_of"] > 0)]
    assert np.allclose(known["value"], known["counted"] / known["out_of"])
    shares = table[table["measure"].isin(["within_1", "ever", "unseen_share"])]
    assert (shares["low"] <= shares["value"] + 1e-9).all()
    assert (shares["value"] <= shares["high"] + 1e-9).all()


def test_where_nobody_was_found_the_interval_is_as_wide_as_the_falls_are_few():
    falls = sums().falls.copy()
    falls[:, 0, :, OF_FALLS.index("ever")] = 0

    table = compare(replace(sums(), falls=falls), reference="random").set_index("measure")
    row = table[table["strategy"] == NAMES[0]].loc["ever"]

    assert (row["value"], row["low"]) == (0, 0)
    assert row["high"] == pytest.approx(float(wilson(np.array(0.0), row["out_of"])[1]))


def test_the_oracle_is_better_than_the_status_quo_and_than_the_best_clerk():
    table = compare(sums(), reference="status_quo")
    [oracle] = table.query("strategy == 'oracle' and measure == 'within_1'").to_dict("records")

    assert oracle["verdict"] == oracle["clerk_verdict"] == "better"
    assert oracle["clerk"] in ("random", "income_visits")


def test_less_is_better_where_months_unseen_or_yuan_are_counted():
    table = compare(sums(), reference="status_quo").query("strategy == 'oracle'")
    said = table.set_index("measure")["verdict"]

    assert said["unseen_months"] == said["yuan_per_find"] == "better"
    assert pd.isna(said["repeat_visits"])


def test_a_strategy_is_not_compared_with_itself():
    table = compare(sums(), reference="status_quo").query("strategy == 'status_quo'")

    assert table["reference"].isna().all()


def test_a_reference_that_was_not_played_is_refused():
    with pytest.raises(ValueError, match="No strategy 'last_year'"):
        compare(sums(), reference="last_year")


def test_the_groups_of_a_split_add_up_to_everybody():
    drawn = sums()
    masks = {}
    for g, (by, _) in enumerate(drawn.groups):
        masks.setdefault(by, []).append(g)

    for by, places in masks.items():
        parts, all_of_them = drawn.falls[0][:, places].sum(axis=1), drawn.falls[0][:, 0]
        assert np.array_equal(parts, all_of_them, equal_nan=True), by


def test_small_groups_are_withheld():
    table = by_group(sums())

    few = table["out_of"].isna()
    assert few.any()
    assert table.loc[few, "withheld"].all()
    assert not table["out_of"].between(0, 10, inclusive="neither").any()
    assert table.loc[table["withheld"], ["counted", "value", "low", "high"]].isna().all(axis=None)


def test_whoever_was_found_the_month_before_the_window_has_no_unseen_month():
    one = played(1)
    eve = int(one.world.months[LEAD_IN]) - 1
    early = replace(one, found_month=np.full_like(one.found_month, eve), how=np.ones_like(one.how))

    assert fall_counts(early)[..., OF_FALLS.index("unseen_months")].sum() == 0


def test_of_the_monitored_only_those_count_whose_whole_next_year_was_seen():
    one = played(1)
    first, last = int(one.world.months[LEAD_IN]), int(one.world.months[-1])
    placed = one.placements[one.placements["strategy"] == "status_quo"]
    early = placed[placed["month"] <= last - 12 - 2]

    of = dict(zip(OF_HOUSEHOLDS, tally(one, n_draws=0, seed=1).households[0, 0], strict=True))

    assert first <= early["month"].min()
    assert 0 < len(early) < len(placed)
    assert of["placed"] == len(early)
    assert of["placed_fell"] == early["fell"].sum()
