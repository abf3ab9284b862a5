"""Aid beside the budget: what is paid, what is missed, and what it may change in lives."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from invented_towns import town
from screening_worlds import only, world

from hardship_model.months import to_month
from hardship_model.rules import AidRule, aid
from hardship_model.screening.aided import Relief
from hardship_model.screening.comparison import compare
from hardship_model.screening.path import Procedure
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.tallies import OF_FALLS, OF_HOUSEHOLDS, fall_counts, tally
from hardship_model.screening.world import LEAD_IN

NAMES = ("status_quo", "random", "oracle")


@cache
def played(seed=4, *, share=None):
    where = world(n_households=2000, seed=seed)
    procedure = where.given(LEAD_IN).card(Procedure)
    if share is not None:
        procedure = replace(procedure, aid_counts_share=share)
    return play(where, ready_made(where, NAMES), replicates=[0], seed=1, procedure=procedure,
                aid_feeds_back=share is not None)  # fmt: skip


@pytest.mark.parametrize("when", ["2021-12", "2022-01"])
@pytest.mark.parametrize("state", ["deep", "relative", "accidental"])
def test_a_months_aid_is_a_twelfth_of_the_years_by_the_rules_of_that_month(when, state):
    where, lived = world(), town(n_households=800, seed=1, last_month="2022-12")
    month, rule = to_month(when), AidRule.at(to_month(when))
    row, then = month - int(where.months[0]), month - int(lived.months[0])
    year = slice(then - 11, then + 1)
    spent = lived.truth["oop_yuan"][year].sum(axis=0) + lived.truth["schooling_yuan"][year].sum(
        axis=0
    )
    for who in np.argsort(spent)[-5:]:
        due = aid({
            "state": state, "members": where.members[row, who],
            "dibao_yuan": where.dibao_yuan[row, who],
            "students": lived.truth["students"][then, who],
            "schooling12_yuan": lived.truth["schooling_yuan"][year, who].sum(),
            "oop12_yuan": lived.truth["oop_yuan"][year, who].sum(),
            "event_loss12_yuan": where.event_loss_yuan[row, who],
        }, rule=rule)["yuan"].sum()  # fmt: skip
        code = ["deep", "relative", "accidental"].index(state)

        assert where.aid_due_yuan[row, code, who] == pytest.approx(due / 12, abs=0.51)
        assert due > 0


def test_aid_stands_beside_the_budget_and_who_finds_more_pays_more_and_misses_less():
    one = played()
    sums = tally(one, n_draws=200, seed=1)
    table = compare(sums, reference="status_quo").set_index(["strategy", "measure"])
    of = dict(zip(OF_HOUSEHOLDS, sums.households[0].T, strict=True))

    assert (of["missed_aid_yuan"] <= of["due_aid_yuan"]).all()
    assert len(set(of["due_aid_yuan"])) == 1  # due to the same lives, whoever finds them
    assert table.loc[("oracle", "aid_yuan"), "value"] > table.loc[("random", "aid_yuan"), "value"]
    assert table.loc[("oracle", "aid_yuan_missed"), "verdict"] == "better"
    missed = table.loc[("random", "aid_yuan_missed")]
    assert 0 < missed["low"] < missed["value"] < missed["high"] < 1
    # the oracle's aid costs its budget nothing
    spent = one.costs[one.costs["item"] != "unspent"].groupby("strategy")["use_yuan"].sum()
    assert spent["oracle"] <= 2 * one.strategies[2].budget_yuan_per_year


def test_where_a_world_does_not_say_what_is_due_yuan_are_missing_and_months_are_not():
    where = replace(world(), aid_due_yuan=None)
    strategy = only(where, "doors")
    one = play(where, [strategy], replicates=[0], seed=1)

    assert one.aid_months.sum() > 0
    assert np.isnan(one.aid_yuan[one.aid_months > 0]).all()
    with pytest.raises(ValueError, match="does not tell what aid is due"):
        play(where, [strategy], replicates=[0], seed=1, aid_feeds_back=True)


# ---- Aid that feeds back into lives


def test_aid_that_counts_for_nothing_is_the_same_as_aid_that_does_not_feed_back():
    off, zero = played(), played(share=0.0)

    for name in ("found_month", "how", "by", "visits", "aid_months", "aid_yuan",
                 "missed_aid_months", "missed_aid_yuan", "lifted_months"):  # fmt: skip
        assert (getattr(off, name) == getattr(zero, name)).all()
    pd.testing.assert_frame_equal(off.ledger, zero.ledger)
    pd.testing.assert_frame_equal(off.costs, zero.costs)


def test_a_thousandth_of_a_yuan_lifts_nobody():
    # the lives are judged by the rule by which they were lived
    assert played(share=1e-7).lifted_months.sum() == 0


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_more_aid_never_makes_more_months_in_hardship(seed):
    each = [played(seed, share=share) for share in (0.0, 1.0, 3.0)]

    for less, more in pairwise(each):
        assert (more.lifted_months >= less.lifted_months).all()
        assert (more.lifted_of_fall >= less.lifted_of_fall).all()
        assert (more.missed_aid_months <= less.missed_aid_months).all()
    assert each[-1].lifted_months.sum() > each[1].lifted_months.sum() > 0


def test_nobody_is_lifted_to_whom_nothing_was_paid():
    one = played(share=1.0)

    assert one.lifted_months.sum() > 20
    assert (one.aid_months[one.lifted_months > 0] > 0).all()


def test_aid_of_twelve_months_lifts_above_the_exit_line_and_wears_off():
    # One person with 1.9 × a dibao of 700, in hardship without aid; out from 2.3 on, 3360 a year.
    one, months = np.ones(1, dtype=np.float32), range(1, 40)
    grid = {name: np.full((40, 1), value, dtype=np.float32) for name, value in {
        "income_yuan": 12 * 1.9 * 700, "rigid_yuan": 0, "event_loss_yuan": 0, "dibao_yuan": 700,
        "members": 1, "savings_yuan": 0,
    }.items()}  # fmt: skip
    always = np.ones((40, 1), dtype=bool)
    where = SimpleNamespace(n_households=1, hard=lambda row: always[row], assets_pass=always[0],
                            recognised_cause=always, **grid)  # fmt: skip
    given = world().given(LEAD_IN)
    relief = Relief(share=0.5)
    nobody = np.empty(0, dtype=np.int64)

    lifted = []
    for row in months:
        paid = np.array([0]) if row <= 20 else nobody
        now = SimpleNamespace(world=where, row=row, given=given)
        lifted.append(len(relief.lift(now, paid, 720 * one[: len(paid)])))

    # 360 a month count: 3600 after ten months. Once out, the entry line of 2.0 decides: 840 a year
    # are enough, and in month 30 only two of the twenty payments are of the last year, 720.
    assert lifted == [0] * 9 + [1] * 20 + [0] * 10


def test_much_aid_leaves_too_little_of_some_spells_for_them_to_count():
    told = fall_counts(played(share=30.0))
    averted, new = (told[..., OF_FALLS.index(name)].sum(axis=1) for name in ("averted", "new"))

    assert averted[2] > 5  # the oracle is early enough
    assert (averted < new).all()
    assert np.isnan(fall_counts(played())[..., OF_FALLS.index("averted")]).all()


def test_what_the_office_sees_and_does_is_the_same_with_aid_at_work():
    off, on = played(), played(share=1.0)

    pd.testing.assert_frame_equal(off.ledger, on.ledger)
    assert (off.aid_yuan == on.aid_yuan).all()
    assert (on.missed_aid_months <= off.missed_aid_months).all()
