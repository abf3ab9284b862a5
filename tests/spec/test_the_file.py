"""What does the file say?

The file knows only what a verification measured. The local dibao is 700 yuan.
"""

from dataclasses import replace

import numpy as np
from families import Family

from hardship_model.months import to_month
from hardship_model.rules import (
    REGISTERED,
    LatentRule,
    RegisterRule,
    in_withdrawal,
    registered_exit,
)

RULE = RegisterRule.at(to_month("2022-06"))


def exits_after(net_over_dibao, *, category, rule=RULE):
    """In which month (from 1) does a household leave the file? 0: not within these months."""
    code = np.array([REGISTERED.index(category)], dtype=np.int8)
    above = np.zeros(1, dtype=np.int16)
    for month, net in enumerate(net_over_dibao, start=1):
        step = registered_exit(
            category=code, net_over_dibao=np.array([net]), months_above=above,
            months_in_file=np.array([month]), rule=rule,
        )  # fmt: skip
        code, above = step.category, step.months_above
        if step.left[0]:
            assert REGISTERED[code[0]] == "exited"
            return month
    return 0


def test_a_union_member_in_hardship_who_signs_is_filed_by_kind_of_hardship():
    assert Family(income=600).filed(month="2022-06") == "deep"
    assert Family(income=1000).filed(month="2022-06") == "relative"
    assert Family(income=5000, event_loss=144_000).filed(month="2022-06") == "accidental"


def test_without_membership_or_signature_the_family_goes_on_the_low_income_list():
    erlan = Family(income=600)

    assert erlan.filed(month="2022-06", member=False) == "low_income_unregistered"
    assert erlan.filed(month="2022-06", signed=False) == "low_income_unregistered"


def test_a_family_at_risk_is_monitored_and_an_ordinary_one_stays_unlisted():
    assert Family(income=5000, sign_of_risk=True).filed(month="2022-06") == "monitored"
    assert Family(income=5000).filed(month="2022-06") == "unlisted"


def test_until_2020_the_file_knew_relative_hardship_only_below_one_and_a_half_dibao():
    fuying = Family(income=1190)  # 1.7 dibao

    assert fuying.filed(month="2020-12") == "low_income_unregistered"
    assert fuying.filed(month="2021-01") == "relative"


def test_between_entry_and_exit_line_only_a_family_whose_spell_goes_on_is_filed():
    never_hard = Family(income=1500, cause=True)  # between entry (2.0) and exit (2.3 dibao)
    still_hard = Family(income=1500, was_in_hardship=True)

    assert never_hard.filed(month="2022-06") == "monitored"
    assert still_hard.filed(month="2022-06") == "relative"


def test_a_family_that_has_put_a_little_by_since_it_fell_is_filed_all_the_same():
    lanlan = Family(income=1000, savings_months=7)  # six months' worth must be used up to fall

    assert lanlan.filed(month="2022-06") == "low_income_unregistered"
    assert replace(lanlan, was_in_hardship=True).filed(month="2022-06") == "relative"


def test_the_file_of_before_2021_lets_its_narrower_line_go_as_far_beyond_as_the_truth_does():
    entry = RegisterRule.at(to_month("2020-06")).entry(LatentRule.at(to_month("2020-06")))

    assert entry.relative_multiple == 1.5
    assert entry.exit_multiple == 1.5 * 2.3 / 2.0


def test_six_months_in_a_row_at_the_line_of_its_category_end_a_registration():
    assert exits_after([2.0] * 6, category="relative") == 6
    assert exits_after([1.99] * 12, category="relative") == 0
    assert exits_after([1.0] * 6, category="deep") == 6


def test_one_month_below_the_line_starts_the_count_again():
    assert exits_after([2.0] * 5 + [1.9] + [2.0] * 6, category="relative") == 12


def test_by_the_exit_line_as_found_a_family_leaves_although_it_is_still_in_hardship():
    as_found = RegisterRule.as_found(to_month("2022-06"))

    assert exits_after([1.2] * 6, category="relative", rule=as_found) == 6
    assert exits_after([1.2] * 12, category="relative") == 0


def test_accidental_hardship_lapses_after_twelve_months_and_not_before():
    assert exits_after([5.0] * 14, category="accidental") == 12


def test_nobody_leaves_a_file_that_he_is_not_in():
    assert exits_after([5.0] * 14, category="monitored") == 0


def test_the_flag_of_gradual_withdrawal_stands_for_twelve_months():
    months = np.array([-1, 0, 11, 12])

    assert in_withdrawal(months, rule=RULE).tolist() == [False, True, True, False]
