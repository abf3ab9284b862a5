"""An invented family of the structure that a newspaper described in July 2022.

Two earners in formal work, two elders, two children, in a city of Qinghai. In 2021 a child and an
elder fall ill with cancer, and the savings go. All amounts are invented but two: the aid of about
49,000 yuan a year, and that the basic-level union's report found them. The standard of 697 yuan is
remembered; 49,000 over six persons and twelve months would be 680.6.
"""

import numpy as np
import pytest

from hardship_model.months import to_month, to_text
from hardship_model.parameters import parameter, series
from hardship_model.rules import (
    AUTOMATIC_CHECK_COVERS,
    LOOK_BACK_COVERS,
    REGISTERED,
    STATES,
    AidRule,
    LatentRule,
    RegisterRule,
    aid,
    in_hardship,
    latent_state,
    registration,
)

PERSONS = 6
MONTHS = np.arange(to_month("2019-01"), to_month("2022-01"))
DIBAO = series("urban_dibao_yuan", months=MONTHS, place="Qinghai")
CHILD_ILL, ELDER_ILL = to_month("2021-02"), to_month("2021-05")

INCOME = np.where(MONTHS < CHILD_ILL, 15_000.0, 11_500.0)  # one parent stays at the bedside
OUT_OF_POCKET = 400.0 + 8000 * (MONTHS >= CHILD_ILL) + 6000 * (MONTHS >= ELDER_ILL)
RIGID = OUT_OF_POCKET + 600  # schooling, and the way to work
LIVING = 13_000.0
SAVINGS = 40_000 + np.cumsum(INCOME - RIGID - LIVING)


def trailing(amounts, month):
    return amounts[(month - 12 < MONTHS) & (month >= MONTHS)].sum()


def measured(month):
    """What is true of the family, and what a careful visit measures, at the end of a month."""
    at = month - MONTHS[0]
    return {
        "income_yuan": np.array([trailing(INCOME, month)], dtype=np.float32),
        "rigid_yuan": np.array([trailing(RIGID, month)], dtype=np.float32),
        "event_loss_yuan": np.zeros(1, dtype=np.float32),
        "members": np.array([PERSONS], dtype=np.int8),
        "dibao_yuan": DIBAO[at : at + 1].astype(np.float32),
        "assets_pass": np.array([True]),
        "recognised_cause": np.array([month >= CHILD_ILL]),
        "at_risk_sign": np.array([month >= CHILD_ILL]),
        "savings_yuan": np.maximum(SAVINGS[at : at + 1], 0).astype(np.float32),
    }


def states():
    """The family's state in each month from 2020 on, once twelve months lie behind it."""
    was, told = np.array([False]), {}
    for month in range(to_month("2020-01"), MONTHS[-1] + 1):
        rule = LatentRule.at(month)
        state = latent_state(**measured(month), was_in_hardship=was, rule=rule)
        was, told[to_text(month)] = in_hardship(state), STATES[state[0]]
    return told


def test_before_the_illness_the_family_lives_well_and_is_on_no_list():
    assert {state for month, state in states().items() if month < "2021-02"} == {"ordinary"}


def test_neither_the_automatic_check_nor_the_look_back_can_see_a_family_on_no_list():
    assert "unlisted" not in AUTOMATIC_CHECK_COVERS
    assert "unlisted" not in LOOK_BACK_COVERS
    assert {*AUTOMATIC_CHECK_COVERS, *LOOK_BACK_COVERS} <= set(REGISTERED)


def test_the_first_months_of_illness_put_the_family_at_risk_while_it_has_savings():
    story = states()

    assert story["2021-03"] == "at_risk"
    assert SAVINGS[to_month("2021-03") - MONTHS[0]] > 0


def test_in_2021_it_falls_into_hardship_for_the_first_time_and_stays():
    story = states()
    months_in_hardship = [m for m, state in story.items() if state in STATES[:3]]

    assert months_in_hardship[0].startswith("2021")
    assert months_in_hardship == [m for m in story if m >= months_in_hardship[0]]
    assert story["2021-12"] == "deep"


def test_after_the_report_of_the_basic_level_union_a_visit_leads_to_deep_hardship_on_file():
    month = to_month("2021-12")
    filed = registration(
        **measured(month), in_spell=np.array([False]), union_member=np.array([True]),
        authorisation_signed=np.array([True]), latent=LatentRule.at(month),
        rule=RegisterRule.at(month),
    )  # fmt: skip

    assert REGISTERED[filed[0]] == "deep"


def test_its_living_aid_is_one_dibao_for_each_person_and_month_about_49_000_yuan_a_year():
    month = to_month("2022-01")
    standard = parameter("urban_dibao_yuan", month=month, place="Qinghai")
    household = {
        "state": "deep", "members": PERSONS, "dibao_yuan": standard, "students": 0,
        "schooling12_yuan": 0, "oop12_yuan": 0, "event_loss12_yuan": 0,
    }  # fmt: skip
    living = aid(household, rule=AidRule.at(month)).set_index("kind").loc["living", "yuan"]
    reported = parameter("aid_reported_family_yuan", month=month)

    assert living == 697 * 12 * 6 == 50_184
    assert living == pytest.approx(reported, rel=0.03)
    implied = parameter("dibao_implied_by_a_familys_aid_yuan", month=month)
    assert implied * 12 * 6 == pytest.approx(reported, abs=5)
