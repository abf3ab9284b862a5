"""First falls, returns, and what cannot be said yet."""

import itertools

import numpy as np
import pytest

from hardship_model.labels import Question, outcomes
from strips import FIRST_MONTH, answers, panel_from_strips

WITHIN_4 = Question(ask="entered_within", horizon_months=4)
STRICT = Question(ask="entered_within", horizon_months=4, exit_months=3, spell_months=2)


def at(panel, question, period):
    return outcomes(panel, question, as_of=[FIRST_MONTH + period * panel.step_months])


def test_a_month_that_was_not_seen_makes_a_no_unknown_but_not_a_yes():
    # period  01234567
    panel = panel_from_strips("""
        edda  HH..?...
        fria  HH..?.H.
        gerd  HH......
    """)

    outcome = at(panel, WITHIN_4, 3)

    assert answers(outcome) == {"edda": "unknown", "fria": "yes", "gerd": "no"}
    assert outcome.set_index("household_id").loc["fria", "months_to_entry"] == 3


def test_who_never_fell_is_asked_about_a_first_fall_and_who_did_about_a_return():
    panel = panel_from_strips("""
        anna  ....H
        bodil H..H.
        carin ..H..
    """)

    outcome = at(panel, WITHIN_4, 1).set_index("household_id")

    assert outcome["kind"].to_dict() == {
        "anna": "first_fall", "bodil": "return", "carin": "first_fall",
    }  # fmt: skip


def test_who_is_in_hardship_or_out_for_too_short_is_not_at_risk():
    # period   0123456789
    panel = panel_from_strips("""
        hanna  HHH.......
        inger  HH........
        jorun  .........
        kari   HHHHHH....
        liv    HH.?......
    """)

    # Three months out are wanted: hanna was in hardship two months ago, liv was not seen.
    assert set(answers(at(panel, STRICT, 4))) == {"inger", "jorun"}


def test_a_spell_that_is_too_short_does_not_count_and_one_cut_off_is_unknown():
    # period   0123456789
    panel = panel_from_strips("""
        blip   ...H......
        fall   ...HH.....
        rest   ...H.H....
        cut    .......H
        dead   ...H??????
    """)

    assert answers(at(panel, STRICT, 2)) == {
        "blip": "no", "fall": "yes", "rest": "yes", "cut": "no", "dead": "unknown",
    }  # fmt: skip
    # The cut household's entry at 7 has one month seen of the two it needs.
    assert answers(at(panel, STRICT, 3))["cut"] == "unknown"


def test_a_short_spell_in_the_past_leaves_a_household_before_its_first_fall():
    panel = panel_from_strips("""
        blip   H.........
        fell   HH........
    """)

    outcome = at(panel, STRICT, 5).set_index("household_id")

    assert outcome["kind"].to_dict() == {"blip": "first_fall", "fell": "return"}


def test_the_state_at_a_date_asks_nothing_about_the_months_between():
    panel = panel_from_strips(
        """
        berta ..??H
        clara ..HH.
        doris ..??.
        elise ....?
        """,
        step_months=3,
    )
    question = Question(ask="in_hardship_at", horizon_months=9)

    assert answers(at(panel, question, 1)) == {
        "berta": "yes", "clara": "no", "doris": "no", "elise": "unknown",
    }  # fmt: skip


def test_a_watch_list_may_use_the_last_sight_when_the_question_allows_it():
    panel = panel_from_strips("""
        astrid .??H
        brita  H??H
        cilla  .?..
    """)
    fresh = Question(ask="in_hardship_at", horizon_months=1)
    stale = Question(ask="in_hardship_at", horizon_months=1, seen_within_months=2)

    assert answers(at(panel, fresh, 2)) == {"cilla": "no"}
    assert answers(at(panel, stale, 2)) == {"astrid": "yes", "cilla": "no"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ask": "enters", "horizon_months": 6},
        {"ask": "entered_within", "horizon_months": 0},
        {"ask": "entered_within", "horizon_months": 6, "exit_months": 0},
    ],
)
def test_a_question_without_meaning_is_refused(wrong):
    with pytest.raises(ValueError, match=r"must be at least 1|ask is"):
        Question(**wrong)


def entered(strip, now, horizon, exit_periods, spell_periods):
    """By hand, for a strip without gaps: does a counted spell begin inside the horizon?"""
    period = now + 1
    while period <= now + horizon:
        if strip[period] == "H":
            last = period
            while "H" in strip[last + 1 : last + 1 + exit_periods]:
                # The next month of hardship within the exit time continues the spell.
                last += 1 + strip[last + 1 : last + 1 + exit_periods].index("H")
            if last - period + 1 >= spell_periods:
                return period - now
            period = last + exit_periods
        period += 1
    return 0


def brute_force(strip, now, horizon, exit_periods, spell_periods):
    """Every way the unseen months could have been, and the future far beyond the strip."""
    tail = exit_periods * spell_periods
    whole = strip + "?" * (horizon + tail)
    ends = now + horizon + tail
    unseen = [k for k in range(now + 1, ends + 1) if whole[k] == "?"]
    found = set()
    for signs in itertools.product("H.", repeat=len(unseen)):
        filled = list(whole[: ends + 1]) + ["."] * exit_periods
        for k, sign in zip(unseen, signs, strict=True):
            filled[k] = sign
        found.add(entered("".join(filled), now, horizon, exit_periods, spell_periods) > 0)
    if found == {True}:
        return "yes"
    gap_inside = "?" in whole[now + 1 : now + horizon + 1]
    return "unknown" if True in found or gap_inside else "no"


@pytest.mark.parametrize("exit_periods", [1, 2, 3])
@pytest.mark.parametrize("spell_periods", [1, 2, 3])
def test_outcomes_agree_with_every_way_the_unseen_months_could_have_been(
    exit_periods, spell_periods
):
    rng = np.random.default_rng(10 * exit_periods + spell_periods)
    now, horizon = exit_periods + 1, 3
    drawn = {}
    for number in range(150):
        future = "".join(rng.choice(list("H.?"), size=6, p=[0.3, 0.5, 0.2]))
        drawn[f"h{number:03d}"] = "H" + "." * (now) + future
    panel = panel_from_strips("\n".join(f"{k} {v}" for k, v in drawn.items()))
    question = Question(
        ask="entered_within", horizon_months=horizon,
        exit_months=exit_periods, spell_months=spell_periods,
    )  # fmt: skip

    result = answers(at(panel, question, now))

    assert len(result) == len(drawn)
    expected = {
        k: brute_force(v, now, horizon, exit_periods, spell_periods) for k, v in drawn.items()
    }
    wrong = {k: (drawn[k], result[k], v) for k, v in expected.items() if result[k] != v}
    assert not wrong
