"""What aid is due?

Old rules are those of 2021, new ones those of Qinghai in 2022. The local dibao is 700 yuan.
"""

import pandas as pd
import pytest

from hardship_model.months import to_month
from hardship_model.rules import AidRule, aid, aid_table, compare_aid

OLD, NEW = AidRule.at(to_month("2021-12")), AidRule.at(to_month("2022-01"))


def family(**changed):
    plain = {
        "state": "deep", "members": 3, "dibao_yuan": 700, "students": 0, "schooling12_yuan": 0,
        "oop12_yuan": 0, "event_loss12_yuan": 0,
    }  # fmt: skip
    return plain | changed


def yuan(household, rule):
    """Aid by kind, without the kinds of which none is due."""
    due = aid(household, rule=rule).set_index("kind")["yuan"]
    return due[due > 0].to_dict()


def test_living_aid_was_for_the_household_and_is_now_for_each_person():
    assert yuan(family(), OLD) == {"living": 12 * 700}
    assert yuan(family(), NEW) == {"living": 12 * 700 * 3}


def test_a_household_outside_hardship_gets_nothing():
    assert yuan(family(state="at_risk", oop12_yuan=50_000), NEW) == {}


def test_schooling_aid_pays_what_was_spent_up_to_ten_and_now_twelve_months_for_each_child():
    two_students = family(members=4, students=2, schooling12_yuan=30_000)

    assert yuan(two_students, OLD)["education"] == 10 * 700 * 2
    assert yuan(two_students, NEW)["education"] == 12 * 700 * 2
    assert yuan(family(students=1, schooling12_yuan=2400), NEW)["education"] == 2400


def test_medical_aid_pays_all_in_deep_and_four_fifths_in_relative_hardship_up_to_a_limit():
    assert yuan(family(oop12_yuan=15_000), NEW)["medical"] == 15_000
    assert yuan(family(oop12_yuan=50_000), NEW)["medical"] == 20_000
    assert yuan(family(state="relative", oop12_yuan=15_000), NEW)["medical"] == 12_000


def test_relative_hardship_got_the_largest_kind_of_aid_alone_and_now_gets_all_of_them():
    gaohe = family(state="relative", oop12_yuan=15_000, students=1, schooling12_yuan=2400)

    assert yuan(gaohe, OLD) == {"medical": 12_000}  # living would be 10 × 700
    assert yuan(gaohe, NEW) == {"living": 21_000, "education": 2400, "medical": 12_000}


def test_an_accident_is_met_by_the_larger_of_living_aid_and_a_share_of_the_loss():
    struck = family(state="accidental", event_loss12_yuan=144_000)

    assert yuan(struck, OLD) == {"accidental": 10_000}  # 15 % would be 21,600; living 7,000
    assert yuan(struck, NEW) == {"living": 10 * 700 * 3}


def test_the_breakdown_shows_its_working():
    shown = aid(family(), rule=NEW).set_index("kind")["working"]

    assert shown["living"] == "12 months × 700 yuan × 3 persons"


def test_for_households_of_three_the_new_living_aid_is_three_times_the_old():
    town = pd.DataFrame([family(state=code, members=n) for code in (0, 1) for n in (2, 3, 4)])
    table = compare_aid(town, old=OLD, new=NEW).set_index("category")

    assert table.loc["all", "living_ratio"] == pytest.approx(3.0)
    assert table.loc["deep", ["households", "persons"]].tolist() == [3, 9]
    assert table.loc["accidental", "households"] == 0


def test_a_table_without_a_needed_column_is_refused():
    with pytest.raises(ValueError, match="students"):
        aid_table(pd.DataFrame([family(state=0)]).drop(columns="students"), rule=NEW)
