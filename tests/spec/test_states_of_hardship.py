"""Who is in hardship?

The local dibao is 700 yuan per person and month. Amounts are per head and month.
"""

from dataclasses import replace

import numpy as np
from families import DIBAO, RULE, Family

from hardship_model.months import to_month
from hardship_model.rules import AtRiskRule, LatentRule, assets_test, at_risk_signs


def test_a_family_whose_net_income_is_below_dibao_is_in_deep_hardship():
    anning = Family(income=1000, rigid=301)  # 699 left

    assert anning.state() == "deep"


def test_a_family_left_with_exactly_dibao_is_not_in_deep_but_in_relative_hardship():
    anning = Family(income=1000, rigid=300)

    assert anning.state() == "relative"


def test_a_family_left_with_exactly_twice_dibao_is_in_no_hardship():
    assert Family(income=1800, rigid=401).state() == "relative"
    assert Family(income=1800, rigid=400).state() == "at_risk"


def test_a_good_income_does_not_help_when_illness_eats_it():
    bailu = Family(income=4000, rigid=3500)

    assert bailu.state() == "deep"


def test_relative_hardship_needs_a_recognised_cause_and_deep_hardship_does_not():
    assert Family(income=1000, cause=False).state() == "low_income"
    assert Family(income=699, cause=False).state() == "deep"


def test_a_second_home_or_a_firm_or_an_elite_school_shuts_a_family_out():
    passes = assets_test(
        homes=np.array([1, 2, 1, 1]),
        owns_firm=np.array([False, False, True, False]),
        elite_school=np.array([False, False, False, True]),
        month=to_month("2022-06"),
    )

    assert passes.tolist() == [True, False, False, False]
    assert Family(income=500, assets_pass=False).state() == "low_income"


def test_a_fall_counts_only_when_savings_are_used_up():
    assert RULE.savings_months > 0
    fallen = Family(income=600)

    assert replace(fallen, savings_months=RULE.savings_months).state() == "low_income"
    assert replace(fallen, savings_months=RULE.savings_months - 0.01).state() == "deep"


def test_zero_months_switch_the_savings_rule_off():
    rich_but_without_income = Family(income=600, savings_months=100)

    assert rich_but_without_income.state(replace(RULE, savings_months=0)) == "deep"


def test_saving_again_does_not_end_a_hardship():
    chunya = Family(income=1000, savings_months=50, was_in_hardship=True)

    assert chunya.state() == "relative"
    assert replace(chunya, income=600).state() == "deep"


def test_a_family_in_hardship_stays_in_it_until_its_income_reaches_the_exit_line():
    line = RULE.exit_multiple * DIBAO
    dongmei = Family(income=line - 1, was_in_hardship=True)

    assert dongmei.state() == "relative"
    assert replace(dongmei, income=line + 1).state() == "at_risk"
    assert replace(dongmei, was_in_hardship=False).state() == "at_risk"


def test_without_hysteresis_the_same_family_leaves_at_the_line_by_which_it_came():
    one_line = replace(RULE, exit_multiple=RULE.relative_multiple)
    dongmei = Family(income=2 * DIBAO, was_in_hardship=True)

    assert dongmei.state() == "relative"
    assert dongmei.state(one_line) == "at_risk"


def test_a_family_in_hardship_needs_no_new_cause_to_stay():
    assert Family(income=1000, cause=False, was_in_hardship=True).state() == "relative"


def test_an_event_that_takes_four_fifths_of_yearly_income_is_accidental_hardship():
    # 3 persons × 12 months × 5,000 yuan = 180,000 a year, four fifths of it 144,000
    assert Family(income=5000, event_loss=144_000).state() == "accidental"
    assert Family(income=5000, event_loss=143_000).state() == "ordinary"


def test_a_house_in_which_nobody_lives_is_in_no_hardship():
    empty = Family(income=0, persons=0)

    assert empty.state() == "ordinary"
    assert empty.state(replace(RULE, savings_months=0)) == "ordinary"


def test_deep_goes_before_relative_and_relative_before_accidental():
    loss = 10**6

    assert Family(income=600, event_loss=loss).state() == "deep"
    assert Family(income=1000, event_loss=loss).state() == "relative"
    assert Family(income=2500, event_loss=loss).state() == "accidental"


def test_accidental_hardship_outlasts_a_recovering_income_as_long_as_the_event_counts():
    recovering = Family(income=1500, was_in_hardship=True)  # between 2.0 and 2.3 dibao

    assert replace(recovering, event_loss=10**6).state() == "accidental"
    assert recovering.state() == "relative"


def test_low_income_is_judged_before_rigid_spending_and_risk_after_it():
    assert Family(income=1399, cause=False).state() == "low_income"
    assert Family(income=1400, cause=False).state() == "at_risk"
    assert Family(income=1750, cause=False).state() == "ordinary"  # exactly 2.5 dibao
    assert Family(income=1750, rigid=1, cause=False).state() == "at_risk"


def test_a_sign_of_risk_puts_a_well_off_family_at_risk():
    assert Family(income=5000, sign_of_risk=True).state() == "at_risk"


def signs(**changed):
    calm = {
        "income3_yuan": 30_000, "prior12_yuan": 120_000, "oop12_yuan": 0,
        "income12_yuan": 120_000, "earner_lost_job": False, "insurance_gap_months": 0,
        "new_severe_disability": False,
    }  # fmt: skip
    given = {name: np.array([value]) for name, value in (calm | changed).items()}
    return bool(at_risk_signs(**given, rule=AtRiskRule.at(to_month("2022-06")))[0])


def test_an_income_of_three_months_thirty_percent_below_the_year_before_is_a_sign():
    assert not signs()
    assert signs(income3_yuan=20_900)  # 7,000 a month after 10,000 would be 21,000
    assert not signs(income3_yuan=21_100)


def test_a_family_that_had_no_income_has_not_lost_any():
    assert not signs(income3_yuan=0, prior12_yuan=0)


def test_medical_spending_of_thirty_percent_of_income_is_a_sign():
    assert signs(oop12_yuan=36_001)
    assert not signs(oop12_yuan=35_999)
    assert not signs(oop12_yuan=0, income12_yuan=0)


def test_a_lost_job_and_a_gap_in_insurance_and_a_new_disability_are_signs():
    assert signs(earner_lost_job=True)
    assert signs(insurance_gap_months=3)
    assert not signs(insurance_gap_months=2)
    assert signs(new_severe_disability=True)


def test_the_truth_does_not_jump_when_the_rule_on_paper_changes():
    assert LatentRule.at(to_month("2020-12")) == LatentRule.at(to_month("2021-01"))
