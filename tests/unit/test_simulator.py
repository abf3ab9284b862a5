"""What the simulator promises, strategy against strategy."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from screening_worlds import only, world

from hardship_model.months import to_month
from hardship_model.rules import LatentRule, RegisterRule, registration
from hardship_model.schema import TableError, check
from hardship_model.screening.path import Procedure
from hardship_model.screening.played import AFTER, BEFORE
from hardship_model.screening.ready_made import ready_made, strategies_table
from hardship_model.screening.simulator import play
from hardship_model.screening.strategies import at_random, by_risk, by_truth, in_turn
from hardship_model.screening.value import Variant
from hardship_model.screening.world import LEAD_IN


def scores_for(where, *, seed=0, model="a model"):
    """A score for everybody and every month that is asked for."""
    months = where.months[LEAD_IN:] - 1
    risk = np.random.default_rng(seed).random((len(months), where.n_households))
    return pd.DataFrame({
        "household_id": np.tile(where.households, len(months)),
        "as_of": np.repeat(months, where.n_households), "model": model, "risk": risk.ravel(),
    })  # fmt: skip


def establishable(where, row):
    """Whom would a visit without error file, did it notice hardship?"""
    everybody = np.ones(where.n_households, dtype=bool)
    given = where.given(row)
    code = registration(
        income_yuan=where.income_yuan[row], rigid_yuan=where.rigid_yuan[row],
        event_loss_yuan=where.event_loss_yuan[row], members=np.maximum(where.members[row], 1),
        dibao_yuan=where.dibao_yuan[row], assets_pass=where.assets_pass,
        recognised_cause=where.recognised_cause[row], at_risk_sign=~everybody,
        savings_yuan=where.savings_yuan[row], in_spell=where.hard(row - 1), union_member=everybody,
        authorisation_signed=everybody, latent=given.card(LatentRule),
        rule=given.card(RegisterRule),
    )  # fmt: skip
    return (code >= 3) & (code <= 5) & where.alive[row]


def expected_finds(where, procedure):
    """What share of visits at random in the first month should establish hardship?"""
    row = LEAD_IN
    file = where.register.category
    eligible = where.alive[row] & ~((file >= 3) & (file <= 5)) & (file != 7)
    contact = np.where(
        where.migrant, procedure.contact_share * procedure.contact_migrant_multiple,
        procedure.contact_share,
    ) * (1 - procedure.refused_share)  # fmt: skip
    detection = procedure.detects()[where.ground[row]]
    return (establishable(where, row) * contact * detection)[eligible].mean()


def test_in_the_first_month_a_random_visit_finds_prevalence_times_contact_times_detection():
    where = world(last_month="2021-01")
    procedure = replace(where.given(LEAD_IN).card(Procedure), income_log_sd=0.0)
    strategy = only(where, "doors", order=at_random, visits_per_month=100, most_for_reviews=0.0)
    played = play(where, [strategy], replicates=range(300), seed=1, procedure=procedure)

    expected = expected_finds(where, procedure)
    visits = played.ledger[played.ledger["step"] == "visit"]
    assert len(visits) == 30_000
    error = np.sqrt(expected * (1 - expected) / len(visits))
    assert visits["found"].mean() == pytest.approx(expected, abs=4 * error)


def test_visits_drawn_at_random_tell_of_everybody_whatever_the_other_visits_are_for():
    where = world(last_month="2021-01")
    procedure = replace(where.given(LEAD_IN).card(Procedure), income_log_sd=0.0)
    seeking = only(where, "doors", order=by_truth, knows_truth=True, visits_per_month=100,
                   most_for_reviews=0.0, random_share=0.4)  # fmt: skip
    played = play(where, [seeking], replicates=range(150), seed=1, procedure=procedure)

    expected = expected_finds(where, procedure)
    visits = played.ledger[played.ledger["step"] == "visit"]
    drawn = visits[visits["channel"] == "random"]
    households = (1 / drawn["inclusion_probability"]).groupby(drawn["replicate"]).sum()
    file = where.register.category
    could_be = where.alive[LEAD_IN] & ~((file >= 3) & (file <= 5)) & (file != 7)
    assert len(drawn) == 0.4 * len(visits) == 6_000
    # the weights of one month add up to all who could be visited; some leave the file meanwhile
    assert households.median() == pytest.approx(could_be.sum())
    assert households.between(could_be.sum() - 1e-6, could_be.sum() + 3).all()
    error = np.sqrt(expected * (1 - expected) / len(drawn))
    assert drawn["found"].mean() == pytest.approx(expected, abs=4 * error)
    assert visits["found"].mean() > 2 * drawn["found"].mean()
    # whoever was out or refused was not found, and is not said to be free of hardship
    assert not drawn.loc[~drawn["let_in"].astype(bool), "found"].any()
    met = procedure.contact_share * (1 - procedure.refused_share)
    assert met * 0.8 < drawn["let_in"].mean() < met


def test_months_too_small_for_one_visit_at_random_owe_it_to_later_ones():
    where = world()
    strategy = only(where, "doors", visits_per_month=4, most_for_reviews=0.0, random_share=0.1)
    visits = play(where, [strategy], replicates=[0], seed=1).ledger
    drawn = visits[visits["channel"] == "random"]
    by_month = drawn["month"].value_counts()

    assert len(visits) == 4 * 24
    assert len(drawn) == 9
    assert (by_month == 1).all()
    assert visits.loc[visits["channel"] != "random", "inclusion_probability"].isna().all()


def test_nobody_beats_the_oracle_at_the_same_visits_on_the_share_found_within_a_month():
    shares = []
    for seed in (1, 2, 3):
        where = world(seed=seed)
        strategies = ready_made(where, model="a model", visits_per_month=15,
                                budget_yuan_per_year=30_000)  # fmt: skip
        played = play(
            where,
            strategies,
            replicates=[seed],
            seed=1,
            scores=scores_for(where),
            with_ledger=False,
        )
        told = played.falls()
        told = told[~told["running_at_start"]]
        soon = (told["delay_months"] <= 1).fillna(False)
        shares.append(soon.groupby(told["strategy"], observed=False).mean())
    mean = pd.concat(shares, axis=1).mean(axis=1)

    assert len(mean) == 14
    assert mean["oracle"] > 0.3
    assert mean.idxmax() == "oracle"


@pytest.mark.parametrize("name", ["sites", "sweep", "linkage", "application", "auto_check"])
def test_a_channel_with_zero_capacity_costs_nothing_and_finds_nothing(name):
    where = world()
    full = only(where, "unit_reports", name)
    shut = replace(full.channels[1], capacity_per_month=0)
    without = only(where, "unit_reports", name="without")
    closed = replace(full, name="closed", channels=(full.channels[0], shut))
    played = play(where, [closed, without], replicates=[0], seed=2)

    of_channel = played.costs[played.costs["item"] == name]
    assert of_channel[["fixed_yuan", "uses", "use_yuan"]].to_numpy().sum() == 0
    assert (played.would_be_count[0][:, 1] == 0).all()
    both = played.ledger.drop(columns="strategy")
    one, other = (both[played.ledger["strategy"] == s.name] for s in (closed, without))
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


def test_two_strategies_are_alike_until_the_month_in_which_they_differ():
    where, turn = world(), to_month("2021-07")

    def changes_its_mind(watch_list, month, dice):
        return (in_turn if month < turn else at_random)(watch_list, month, dice)

    usual = only(where, "doors", name="usual", order=in_turn)
    changed = replace(usual, name="changed", order=changes_its_mind)
    ledger = play(where, [usual, changed], replicates=[0, 1], seed=1).ledger
    parts = {name: rows.drop(columns="strategy").reset_index(drop=True)
             for name, rows in ledger.groupby("strategy", observed=True)}  # fmt: skip
    before = [part[part["month"] < turn].reset_index(drop=True) for part in parts.values()]
    after = [part[part["month"] >= turn]["household_id"].tolist() for part in parts.values()]

    pd.testing.assert_frame_equal(*before)
    assert len(before[0]) > 100
    assert after[0] != after[1]


def test_a_strategy_does_not_notice_which_others_are_played_beside_it():
    where = world()
    first, second = ready_made(where, ["guangxi_combined", "random"])
    alone = play(where, [second], replicates=[3], seed=1).ledger
    beside = play(where, [first, second], replicates=[3], seed=1).ledger
    beside = beside[beside["strategy"] == "random"]

    kept = ["month", "household_id", "step", "found", "cost_yuan"]
    pd.testing.assert_frame_equal(alone[kept], beside[kept].reset_index(drop=True))


def test_more_money_does_not_find_less_beyond_the_interval_whatever_the_strategy():
    found, factors, seeds = [], (0.5, 2.0), (1, 2, 3)
    for seed in seeds:
        where = world(seed=seed)
        usual = ready_made(where)
        each = [Variant(strategy=s.name, factor=f).of(s) for s in usual for f in factors]
        played = play(where, each, replicates=[seed], seed=1, with_ledger=False)
        by_visit = (played.how == AFTER) | ((played.how == BEFORE) & (played.by >= 0))
        found.append(by_visit.sum(axis=(1, 2)).reshape(len(usual), len(factors)))
    gained = np.diff(found, axis=2)  # [towns, strategies, 1]
    upper = gained.mean(axis=0) + 4.3 * gained.std(axis=0, ddof=1) / np.sqrt(len(seeds))

    assert len(usual) == 12
    assert (upper >= 0).all()
    assert (np.sum(found, axis=0)[:, -1] > np.sum(found, axis=0)[:, 0]).all()


def test_a_found_household_is_not_sought_again_and_an_exited_one_is():
    where = world(n_households=2000, seed=4)
    [strategy] = ready_made(where, ["oracle"])
    ledger = play(where, [strategy], replicates=[0], seed=1).ledger
    found = ledger[ledger["found"]]
    again = ledger.merge(found, on="household_id", suffixes=("", "_found"))
    again = again[again["month"] > again["month_found"]]
    next_contact = again.sort_values("month").groupby(["household_id", "month_found"]).first()
    soon = next_contact[
        next_contact["month"] - next_contact.reset_index()["month_found"].to_numpy() < 6
    ]

    assert len(found) > 20
    # before half a year is over nobody can have left the file by its exit line
    assert set(soon["channel"]) <= {"review"}


def test_a_fall_is_foreseen_when_the_latest_verification_lies_at_most_a_year_before():
    usual = world(n_households=2000, seed=4)
    hard = usual.state <= 2
    nervous = replace(  # all others are at risk, and not of low income
        usual, state=np.where(hard, usual.state, np.int8(4)),
        income_yuan=np.where(hard, usual.income_yuan, np.float32(1e6)),
    )  # fmt: skip
    watch = only(nervous, "doors", visits_per_month=2000, budget_yuan_per_year=1e7,
                 most_for_reviews=0.9)  # fmt: skip
    played = play(nervous, [watch], replicates=[0], seed=1, with_ledger=False)
    told = played.falls()
    foreseen = told[told["how"] == "before"]
    late = foreseen[foreseen["onset"] > nervous.months[LEAD_IN] + 15]

    # most of those that fell late had been watched for longer: their latest review counts
    assert len(late) > 3
    assert foreseen["delay_months"].between(-12, -1).all()


def test_no_office_spends_more_than_it_has_and_what_is_left_is_shown():
    where = world()
    strategies = ready_made(where, visits_per_month=10)
    costs = play(where, strategies, replicates=[0], seed=1, with_ledger=False).costs
    total = costs.assign(year=costs["month"] // 12).groupby(["strategy", "year"])
    spent = total[["fixed_yuan", "use_yuan"]].sum().sum(axis=1)

    assert (costs["use_yuan"] >= 0).all()
    assert (costs["item"] == "unspent").sum() == 2 * len(strategies)
    for (name, _), yuan in spent.items():
        [budget] = {s.budget_yuan_per_year for s in strategies if s.name == name}
        assert yuan == pytest.approx(budget)


def test_the_ledger_keeps_its_contract_and_adds_up_with_the_costs():
    where = world()
    strategies = ready_made(where, ["guangxi_online", "random"])
    played = play(where, strategies, replicates=[0, 5], seed=1)
    visits = played.ledger[played.ledger["step"] == "visit"]
    items = played.costs[played.costs["item"].isin(["visits", "reviews", "in turn"])]

    check("ledger", played.ledger)
    assert set(played.ledger["replicate"]) == {0, 5}
    assert visits["cost_yuan"].sum() == items["use_yuan"].sum()
    assert played.visits.sum() == len(visits) == items["uses"].sum()


def test_without_the_ledger_the_outcomes_are_the_same():
    where = world()
    strategies = ready_made(where, ["guangxi_combined"])
    with_it = play(where, strategies, replicates=[1], seed=1)
    without = play(where, strategies, replicates=[1], seed=1, with_ledger=False)

    assert without.ledger is None
    pd.testing.assert_frame_equal(with_it.falls(), without.falls())
    pd.testing.assert_frame_equal(with_it.costs, without.costs)


@pytest.mark.parametrize("name", ["model_visits", "combined_with_model"])
def test_the_score_of_a_household_that_the_office_may_not_look_up_is_never_read(name):
    where = world()
    [strategy] = ready_made(where, [name], model="a model")
    scores = scores_for(where)
    played = play(where, [strategy], replicates=[0], seed=1, scores=scores)
    # on no list at the start, never a member, and not visited yet: on no list
    stranger = ~where.union_member[LEAD_IN:].any(axis=0) & (where.register.category == 0)
    visits = played.ledger[played.ledger["step"] == "visit"]
    first_visit = visits.groupby("household_id")["month"].min()
    until = scores["household_id"].map(first_visit).fillna(10**6)
    hidden = scores["household_id"].isin(where.households[stranger]) & (scores["as_of"] < until)
    again = play(where, [strategy], replicates=[0], seed=1, scores=scores[~hidden])

    first = played.ledger.drop_duplicates("household_id")
    first = first[first["household_id"].isin(where.households[stranger])]
    assert hidden.sum() > 1000
    assert (visits["channel"] == "model_visits").sum() > 50
    assert "model_visits" not in set(first["channel"])
    pd.testing.assert_frame_equal(played.ledger, again.ledger)


def test_a_household_without_a_score_is_not_offered_by_a_roster_that_ranks_by_scores():
    where = world()
    [strategy] = ready_made(where, ["model_visits"], model="a model")
    scores = scores_for(where)
    scores = scores[scores["household_id"] % 50 == 0]
    played = play(where, [strategy], replicates=[0], seed=1, scores=scores)
    by_model = played.ledger[played.ledger["channel"] == "model_visits"]

    assert len(by_model) > 5
    assert (by_model["household_id"] % 50 == 0).all()


def test_the_leads_that_would_have_been_are_told_although_another_had_found_the_household():
    where = world(n_households=2000, seed=4)
    finds = only(where, "doors", "listed_review", name="finds", order=by_truth,
                 knows_truth=True)  # fmt: skip
    idle = only(where, "doors", "listed_review", name="idle", visits_per_month=0)
    played = play(where, [finds, idle], replicates=range(10), seed=1, with_ledger=False)
    found, would_be = played.found_month[0], played.would_be_month[1][:, 1]
    member = where.union_member[LEAD_IN, where.falls.household]
    found_first = (played.how[0] == 3) & member & (would_be > found)
    told = played.would_be_count[0][:, 1][found_first] > 0

    assert found_first.sum() > 10
    # found, and off the list; had it not been found, the list would have brought it forward
    # (unless it has meanwhile left the file as well, and stands among the exited)
    assert told.mean() > 0.3


def test_a_month_is_planned_with_the_scores_of_the_month_before():
    where = world(last_month="2021-03")
    strategy = only(where, "doors", order=by_risk, model="a model", most_for_reviews=0.0)
    scores = scores_for(where)
    visits = play(where, [strategy], replicates=[0], seed=1, scores=scores).ledger
    now = visits[visits["month"] == to_month("2021-02")]["household_id"]
    told = scores[scores["as_of"] == to_month("2021-01")].set_index("household_id")["risk"]

    highest = told.drop(told.index.difference(now)).min()
    missed = told[told > highest].index.difference(now)
    january = visits[visits["month"] == to_month("2021-01")]["household_id"]
    file = where.register.category[np.isin(where.households, missed)]
    known_or_resting = np.isin(missed, january) | np.isin(file, [3, 4, 5, 7])
    who = np.isin(where.households, missed)
    looked_up = where.alive[LEAD_IN + 1][who] & where.union_member[LEAD_IN + 1][who]
    assert len(now) > 20
    assert (known_or_resting | ~looked_up).all()


def test_what_a_strategy_cannot_do_is_said_before_anything_runs():
    where = world()
    [offline] = ready_made(where, ["guangxi_offline"])
    [model] = ready_made(where, ["model_visits"], model="a model")
    scores = scores_for(where)

    with pytest.raises(ValueError, match=r"costs .* yuan a year before anybody is looked at"):
        play(where, [replace(offline, budget_yuan_per_year=10)], replicates=[0], seed=1)
    with pytest.raises(ValueError, match="names of their own"):
        play(where, [offline, offline], replicates=[0], seed=1)
    with pytest.raises(ValueError, match="give `scores`"):
        play(where, [model], replicates=[0], seed=1)
    with pytest.raises(ValueError, match="1 of 24 lack, the first 2021-05"):
        play(where, [model], replicates=[0], seed=1,
             scores=scores[scores["as_of"] != to_month("2021-05")])  # fmt: skip
    with pytest.raises(TableError, match="risk"):
        play(where, [model], replicates=[0], seed=1, scores=scores.drop(columns="risk"))


def test_an_order_that_gives_too_few_numbers_is_refused():
    where = world()
    strategy = only(where, "doors", order=lambda watch_list, month, dice: np.zeros(3))

    with pytest.raises(ValueError, match="one number per household is wanted"):
        play(where, [strategy], replicates=[0], seed=1)


def test_no_channel_takes_the_name_of_visits_that_nobody_asked_for():
    where = world()
    usual = only(where, "doors")
    doors = replace(usual.channels[0], name="random")

    with pytest.raises(ValueError, match=r"\['random'\] name visits that no channel asked for"):
        replace(usual, channels=(doors,))
    with pytest.raises(ValueError, match="random_share is a share between 0 and 1"):
        replace(usual, random_share=1.2)


def test_only_an_oracle_is_told_the_truth():
    where = world()
    cheat = only(where, "doors", order=by_truth)

    with pytest.raises(KeyError, match="in_hardship"):
        play(where, [cheat], replicates=[0], seed=1)


def test_one_table_says_what_each_strategy_has_and_how_the_world_was_scaled():
    where = world()
    strategies = ready_made(where, model="a model")
    table = strategies_table(strategies, where)
    played = play(where, strategies[:1], replicates=[0], seed=1, with_ledger=False)

    assert table["strategy"].nunique() == 14
    assert (table["remark"] == "").all()
    assert set(table.loc[table["strategy"] == "guangxi_online", "channel"]) == {
        "auto_check", "publicised_application",
    }  # fmt: skip
    assert "Guangxi 0.0" in played.scale_text()
