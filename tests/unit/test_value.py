"""Credit, the never found, budgets, mixes, flip points: against slow second ways and by hand."""

from dataclasses import replace
from functools import cache
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from screening_worlds import world

from hardship_model.screening.assumed import Bench, Trial, assumptions
from hardship_model.screening.catches import (
    Catches,
    catches,
    channels_table,
    chao,
    count_patterns,
    equal_split,
    never_found,
    overlap_table,
)
from hardship_model.screening.mix import Offer, best_mix, offer
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.stages import Stage
from hardship_model.screening.tallies import add_up, tally
from hardship_model.screening.value import (
    Variant,
    affordable,
    equal_at,
    frontier,
    say,
    worth_in_visits,
)
from hardship_model.screening.what_if import (
    best_over_draws,
    first_two,
    flip_points,
    shares_of_best,
    turns,
)

NAMES = ("status_quo", "income_visits", "random")


@cache
def stage(seed=1):
    return Stage(world=world(seed=seed), number=seed)


def made(where):
    return ready_made(where, NAMES)


def bench(*stages, make=made):
    return Bench(stages=stages or (stage(),), make=make, measure="ever", seed=1)


def judged(at, names=NAMES, **factors):
    return at.judged(Trial(factors, names))


def caught_by_luck(seed, n_channels=4, n_falls=60):
    return np.random.default_rng(seed).random((1, n_channels, n_falls)) < 0.35


def every_pattern(n):
    return (np.arange(1 << n)[:, None] >> np.arange(n)) & 1 == 1


def of_luck(seed):
    caught = caught_by_luck(seed)
    falls = count_patterns(caught, np.zeros(caught.shape[2], dtype=int))
    return caught[0], Catches(
        strategy="drawn", channels=tuple("abcd"), patterns=every_pattern(4), falls=falls[None]
    )


def shapley(caught):
    """What each channel adds, averaged over every order in which the channels could come."""
    n = len(caught)
    value = np.zeros(n)
    for c in range(n):
        others = [k for k in range(n) if k != c]
        for size in range(n):
            for before in combinations(others, size):
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                covered = caught[list(before)].any(axis=0) if before else False
                value[c] += weight * (caught[c] & ~np.asarray(covered)).sum()
    return value


@pytest.mark.parametrize("seed", range(5))
def test_the_equal_split_is_the_shapley_value_of_what_channels_cover(seed):
    caught, one = of_luck(seed)

    credit = one.falls.sum(axis=(0, 1)) @ equal_split(one.patterns)

    assert credit == pytest.approx(shapley(caught))
    assert credit.sum() == pytest.approx(caught.any(axis=0).sum())


def test_the_table_of_channels_says_who_caught_what_alone_and_together():
    # falls        0 1 2 3 4 5
    caught = np.array([[1, 1, 0, 0, 1, 0],
                       [1, 0, 1, 0, 1, 0]], dtype=bool)[None]  # fmt: skip
    one = Catches(
        strategy="two", channels=("a", "b"), patterns=every_pattern(2),
        falls=count_patterns(caught, np.zeros(6, dtype=int))[None],
    )  # fmt: skip

    table = channels_table({"two": one}, n_draws=20, seed=1).set_index("channel")
    overlap = overlap_table({"two": one}).set_index("channel")

    assert table["caught"].to_dict() == {"a": 3, "b": 3}
    assert table["alone"].to_dict() == {"a": 1, "b": 1}
    assert table["credit"].to_dict() == {"a": 2.0, "b": 2.0}
    assert table["never"].to_dict() == {"a": 2, "b": 2}
    assert overlap.loc["a", "both"] == 2


def test_where_channels_are_independent_and_alike_chao_finds_the_number_of_the_never_found():
    rng = np.random.default_rng(1)
    caught = rng.random((1, 5, 20_000)) < 0.3
    falls = count_patterns(caught, np.zeros(20_000, dtype=int)).astype(float)

    assert chao(falls, every_pattern(5)) == pytest.approx(falls[0, 0], rel=0.1)


def test_where_some_are_hard_to_see_for_every_channel_chao_stays_below_the_truth():
    rng = np.random.default_rng(2)
    seen = np.where(rng.random(20_000) < 0.5, 0.5, 0.02)
    caught = rng.random((1, 4, 20_000)) < seen
    falls = count_patterns(caught, np.zeros(20_000, dtype=int)).astype(float)

    assert chao(falls, every_pattern(4)) < 0.9 * falls[0, 0]


def test_what_the_channels_of_a_town_never_catch_is_counted_beside_the_estimate():
    where = stage().world
    one = play_once(where, "guangxi_combined")
    speak = one.would_be_month[0][0] > 0

    [row] = never_found(catches(one), n_draws=20, seed=1).to_dict("records")

    assert row["true"] == (~speak.any(axis=0)).sum()
    assert row["caught"] == speak.any(axis=0).sum()


def play_once(where, name):
    return Stage(world=where, number=1).play(ready_made(where, [name]), seed=1)


@cache
def of_budgets(factors=(0.5, 1.0, 2.0)):
    strategies = made(stage().world)
    variants = affordable(strategies, [stage().world], factors)
    by_name = {one.name: one for one in strategies}
    played = stage().play([one.of(by_name[one.strategy]) for one in variants], seed=1)
    return add_up([tally(played, n_draws=60, seed=1, split=False)], n_draws=60, seed=1), variants


def test_no_strategy_spends_more_than_its_budget_and_more_visits_find_no_less():
    sums, variants = of_budgets()

    table = frontier(sums, variants, budget_yuan=dict.fromkeys(NAMES, 2 * 20_000.0))

    assert (table["spent_yuan"] <= table["budget_yuan"]).all()
    for _, line in table.groupby("strategy"):
        rising = np.diff(line["found"])
        assert (rising >= -0.1 * line["found"].max()).all()


def test_a_multiple_that_cannot_pay_the_fixed_costs_is_left_out():
    [dear] = ready_made(stage().world, ["guangxi_offline"])
    fixed = sum(one.fixed_yuan(stage().world) for one in dear.channels)
    share = fixed / dear.budget_yuan_per_year

    left = affordable([dear], [stage().world], (0.9 * share, 1.1 * share))

    assert [one.factor for one in left] == [1.1 * share]


def test_a_strategy_is_worth_no_visit_more_than_itself():
    sums, variants = of_budgets()

    table = worth_in_visits(
        sums, variants, pairs=[("random", "random"), ("income_visits", "random")],
        visits_per_month=6,
    )  # fmt: skip

    assert table["worth"].iloc[0] == pytest.approx(0)
    assert table["said"].iloc[1].startswith("more than +6")


def test_half_of_seven_visits_are_the_four_that_are_made():
    sums, variants = of_budgets()

    table = worth_in_visits(
        sums, variants, pairs=[("random", "income_visits")], visits_per_month=7
    )  # fmt: skip

    assert table["said"].iloc[0].startswith("fewer than −3 (")


def test_where_no_strategy_has_a_model_the_table_keeps_its_columns():
    sums, variants = of_budgets()

    of_none = worth_in_visits(sums, variants, pairs=[], visits_per_month=6)
    of_one = worth_in_visits(sums, variants, pairs=[("random", "random")], visits_per_month=6)

    assert of_none.empty
    assert list(of_none.columns) == list(of_one.columns)


@pytest.mark.parametrize(
    ("aim", "factor"), [(10, 1.0), (15, 1.5), (25, 2.0), (26, np.inf), (4, -np.inf), (5, 0.5)]
)
def test_the_multiple_that_finds_as_much_is_read_off_straight_lines(aim, factor):
    assert equal_at(np.array([0.5, 1.0, 2.0]), np.array([5.0, 10.0, 25.0]), aim) == pytest.approx(
        factor if aim != 15 else 1 + 5 / 15
    )


def test_what_luck_lets_fall_on_the_way_up_is_held_level():
    assert equal_at(np.array([1.0, 2.0, 3.0]), np.array([5.0, 4.0, 9.0]), 7) == pytest.approx(2.5)


def test_beyond_the_grid_it_is_said_to_be_more_than():
    assert say(np.inf, 3.2, np.inf, ends=np.array([-5, 10])) == (
        "more than +10 (+3 to more than +10)"
    )
    assert say(-np.inf, -np.inf, 4.0, ends=np.array([0.0, 8.0])).startswith("fewer than +0 (")


def one_by_one(offered, budget_yuan, visits):
    """The best of all mixes by trying every one."""
    one, best = offered.catches, 0
    cost = offered.yuan + offered.leads * offered.visit_yuan
    falls = one.falls.sum(axis=(0, 1))
    for taken in every_pattern(len(one.channels)):
        if cost @ taken <= budget_yuan and offered.leads @ taken <= visits:
            best = max(best, falls[(one.patterns & taken).any(axis=1)].sum())
    return best


@pytest.mark.parametrize("seed", range(6))
def test_no_mix_is_better_than_the_best_mix_and_its_bound_says_so(seed):
    rng = np.random.default_rng(seed)
    _, one = of_luck(seed)
    offered = Offer(
        catches=one, yuan=rng.integers(0, 900, 4), leads=rng.integers(1, 20, 4), visit_yuan=120.0
    )

    mix = best_mix(offered, budget_yuan=3000, visits=15)

    assert mix.caught == one_by_one(offered, 3000, 15)
    assert mix.at_most >= mix.caught - 1e-6
    assert mix.at_most == pytest.approx(mix.caught, rel=1e-3)
    assert mix.yuan <= 3000
    assert mix.visits <= 15


def test_a_mix_has_one_way_of_doing_a_thing_and_no_channel_without_money():
    offered = offer(stage(), seed=1)

    rich = best_mix(offered, budget_yuan=1e9, visits=1e9)
    poor = best_mix(offered, budget_yuan=0, visits=0)

    assert len({"application", "publicised_application"} & set(rich.channels)) == 1
    assert poor.caught == 0


def test_a_gap_turns_where_the_straight_line_over_the_logarithm_crosses_nought():
    down, up = turns(np.array([0.25, 0.5, 1.0, 2.0, 4.0]), np.array([-1, 1.0, 2.0, 1.0, -1.0]))

    assert down == pytest.approx(0.5 / np.sqrt(2))
    assert up == pytest.approx(2 * np.sqrt(2))


def test_a_gap_that_stays_above_nought_does_not_turn():
    assert np.isnan(turns(np.array([0.5, 1.0, 2.0]), np.array([0.1, 0.2, 0.3]))).all()


def test_whoever_is_not_ahead_to_begin_with_has_no_lead_to_lose():
    assert np.isnan(turns(np.array([0.5, 1.0, 2.0]), np.array([0.1, 0.0, -0.3]))).all()


def test_where_channels_look_at_different_people_chao_says_too_much():
    rng = np.random.default_rng(3)
    side = rng.random(20_000) < 0.5
    caught = (rng.random((1, 2, 20_000)) < 0.5) & np.stack([side, ~side])
    caught[0, 1] |= rng.random(20_000) < 0.02
    falls = count_patterns(caught, np.zeros(20_000, dtype=int)).astype(float)

    assert chao(falls, every_pattern(2)) > 2 * falls[0, 0]


def test_assumptions_are_moved_no_further_than_they_have_a_meaning():
    every = {one.name: one for one in assumptions(int(stage().world.months[-1]))}

    assert every["visit_contact_share"].factors(4)["visit_contact_share"] < 1.2
    assert every["sweep_cadence_months"].factors(0.01)["sweep_cadence_months"] == 1 / 12
    assert len(every["application_chance"].moved) == 7
    assert "application_lag_months" not in every  # nought times anything is nought
    assert "sites_per_city" not in every  # found in the notice, not assumed


def test_what_a_strategy_never_asks_for_has_no_flip_point():
    small = Stage(world=world(n_households=300), number=1)

    table = flip_points(
        bench(small), first="income_visits", second="random", factors=(2.0,)
    ).set_index("assumption")

    assert "office_visits_per_1000" in table.index
    assert "sweep_cost_yuan" not in table.index
    assert "unit_report_chance" not in table.index
    assert len(set(table["gap"])) == 1


def test_moving_an_assumption_is_playing_with_the_moved_number():
    poorer = judged(bench(), office_budget_yuan=0.25)

    by_hand = [
        replace(one, budget_yuan_per_year=one.budget_yuan_per_year / 4)
        for one in made(stage().world)
    ]
    assert poorer == judged(bench(make=lambda where: by_hand))
    assert poorer != judged(bench())


def test_a_strategy_that_cannot_be_paid_finds_nobody():
    offline = bench(make=lambda where: ready_made(where, ["guangxi_offline"]))

    at = judged(offline, ["guangxi_offline"], office_budget_yuan=1e-6)

    assert at == {"guangxi_offline": 0.0}


def test_the_best_two_come_first():
    assert first_two({"a": 0.1, "b": 0.3, "c": 0.2}, measure="ever") == ("b", "c")


def test_equals_share_a_draw():
    values = pd.DataFrame({"a": [0.2, 0.1], "b": [0.2, 0.3]})

    assert shares_of_best(values, measure="ever").to_dict() == {"a": 0.25, "b": 0.75}


def test_over_draws_of_the_assumptions_somebody_is_always_best():
    table = best_over_draws(bench(), strategies=NAMES, n_draws=4)

    assert table["share"].sum() == pytest.approx(1)
    assert (table["draws"] == 4).all()


def test_without_a_channel_a_strategy_keeps_the_others():
    [whole] = ready_made(stage().world, ["status_quo"])

    less = Variant(strategy="status_quo", without="unit_reports").of(whole)

    assert [one.name for one in less.channels] == ["application", "listed_review"]
    assert less.name == "status_quo × 1 without unit_reports"
