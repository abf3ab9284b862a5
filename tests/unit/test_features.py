"""What could have been known: each stat on drawn households, and all of them a second way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from feature_panels import at, codes, everybody, panel_of_hours, random_panel
from features_reference import reference_features

from hardship_model.data.panel import PanelError
from hardship_model.features import declare, features
from strips import FIRST_MONTH, panel_from_strips


def told(table, feature):
    """Each household's answer, None when unknown."""
    return {name: None if np.isnan(x) else float(x) for name, x in table[feature].items()}


def test_the_last_known_value_is_carried_over_months_in_which_nothing_was_answered():
    # month  012345
    panel = panel_of_hours("""
        anna   123456
        bodil  12345-
        carin  12?-??
        dagny  ---?--
    """)

    assert told(at(panel, 5), "hours_now") == {
        "anna": 6, "bodil": 5, "carin": 2, "dagny": None,
    }  # fmt: skip


def test_the_previous_value_is_that_of_the_previous_visit_however_long_ago():
    # quarter  012345
    panel = panel_of_hours(
        """
        anna     12??56
        bodil    7???-3
        carin    ?????4
    """,
        step_months=3,
    )

    table = at(panel, 5, windows_months=(18,))

    assert told(table, "hours_previous") == {"anna": 5, "bodil": 7, "carin": None}


def test_means_and_worst_months_are_taken_over_what_was_known():
    # month  012345
    panel = panel_of_hours("""
        anna   900363
        bodil  92?4-?
    """)

    table = at(panel, 5)

    assert told(table, "hours_mean_3m") == {"anna": (3 + 6 + 3) / 3, "bodil": 4}
    assert told(table, "hours_mean_6m") == {"anna": (9 + 3 + 6 + 3) / 6, "bodil": (9 + 2 + 4) / 3}
    assert told(table, "hours_min_3m") == {"anna": 3, "bodil": 4}
    assert told(table, "hours_min_6m") == {"anna": 0, "bodil": 2}


def test_a_trend_is_the_last_value_against_the_mean_and_volatility_needs_two_values():
    # month  012345
    panel = panel_of_hours("""
        anna   222228
        bodil  --4--?
    """)

    table = at(panel, 5)

    assert told(table, "hours_trend") == {"anna": 8 - 3, "bodil": 0}
    # Away from the mean of 3: five times 1, once 5; (5 × 1 + 25) / (6 − 1) = 6.
    assert told(table, "hours_volatility") == {"anna": pytest.approx(6**0.5), "bodil": None}


def test_a_slope_is_the_rise_a_month_of_the_line_through_what_was_known():
    # quarter  0123
    panel = panel_of_hours(
        """
        anna     2468
        bodil    1?-7
        carin    9???
        """,
        step_months=3,
    )
    declared = [
        replace(f, name="slope", stat="slope") for f in declare(panel) if f.name == "hours_trend"
    ]
    as_of = FIRST_MONTH + 3 * 3
    who = pd.DataFrame({"household_id": panel.households, "as_of": as_of}, index=panel.households)

    table = features(panel, declared, who=who)

    assert told(table.round(6), "slope") == {
        "anna": pytest.approx(2 / 3), "bodil": pytest.approx(6 / 9), "carin": None,
    }  # fmt: skip


def test_small_swings_on_a_large_level_keep_their_digits():
    panel = panel_of_hours("anna 123123")
    rows = panel.rows.assign(hours=panel.rows["hours"] + 2.0**20)

    table = at(panel.with_rows(rows), 5)

    assert told(table, "hours_volatility") == {"anna": pytest.approx(0.8**0.5)}


def test_hardship_on_file_is_counted_dated_and_split_into_spells():
    # month  012345
    panel = panel_from_strips("""
        anna   H..HH.
        bodil  H.H?H?
        carin  ......
        dagny  HHHHHH
    """)

    table = at(panel, 5)

    assert told(table, "in_hardship_now") == {"anna": 0, "bodil": 1, "carin": 0, "dagny": 1}
    assert told(table, "in_hardship_count_3m") == {"anna": 2, "bodil": 1, "carin": 0, "dagny": 3}
    assert told(table, "in_hardship_count_6m") == {"anna": 3, "bodil": 3, "carin": 0, "dagny": 6}
    # Not in hardship in the look-back: at least its six months ago.
    assert told(table, "in_hardship_since") == {"anna": 1, "bodil": 1, "carin": 6, "dagny": 0}
    # A month that was not seen does not end a spell.
    assert told(table, "in_hardship_spells") == {"anna": 2, "bodil": 2, "carin": 0, "dagny": 1}


def test_a_household_that_was_seen_long_ago_says_so():
    # month  0123456
    panel = panel_from_strips("""
        anna   ..?...?
        bodil  .??????
        carin  ?.?????
    """)

    table = at(panel, 6)

    assert told(table, "seen_since") == {"anna": 1, "bodil": None, "carin": 5}
    assert told(table, "seen_count_6m") == {"anna": 4, "bodil": None, "carin": 1}


def test_income_is_looked_at_against_the_line_of_its_own_month():
    panel = panel_from_strips("anna HH..")
    rows = panel.rows.assign(poverty_line=[50.0, 25.0, 75.0, 100.0])

    table = at(panel.with_rows(rows), 3)

    # 50/50, 50/25, 150/75, 150/100
    assert told(table, "income_over_line_now") == {"anna": 1.5}
    assert told(table, "income_over_line_min_6m") == {"anna": 1.0}
    assert told(table, "income_over_line_mean_3m") == {"anna": pytest.approx((2 + 2 + 1.5) / 3)}


def test_a_late_record_and_a_value_in_arrears_count_from_the_month_they_arrive():
    panel = random_panel(9, n_households=1)
    rows = panel.rows.assign(recorded_month=panel.rows["month"] + 4, spending=1.0, members=1.0)
    rows.loc[rows["month"] == FIRST_MONTH + 2, ["spending", "members"]] = 9.0
    panel = panel.with_rows(rows)

    known = pd.concat([at(panel, k, windows_months=(12,)) for k in range(5, 10)])

    assert known["members_now"].tolist() == [1, 9, 1, 1, 1]
    assert known["spending_now"].iloc[1:].tolist() == [1, 1, 9, 1]  # two months behind its row


def test_between_two_visits_the_look_back_starts_at_the_last_one_and_ages():
    # quarter  0123
    panel = panel_of_hours("anna 1234", step_months=3)
    declared = declare(panel, windows_months=(6,))
    who = pd.DataFrame({"household_id": ["anna"] * 3, "as_of": FIRST_MONTH + np.array([6, 7, 8])})

    table = features(panel, declared, who=who)

    assert table["hours_mean_6m"].tolist() == [2.5, 2.5, 2.5]
    assert table["seen_since"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("step_months", [1, 3, 12])
@pytest.mark.parametrize("seed", range(3))
def test_a_loop_over_households_in_pandas_says_the_same(seed, step_months):
    panel = random_panel(seed, step_months=step_months, n_households=5)
    longest = declare(panel)
    longest += tuple(
        replace(f, name=f.name.replace("trend", "slope"), stat="slope")
        for f in longest
        if f.stat == "trend"
    )
    # Also with a look-back that is shorter than that of the other features.
    declared = longest + tuple(
        replace(f, name=f"{f.name}_briefly", window_months=3 if step_months < 12 else 12)
        for f in longest
    )
    last = int(panel.months[-1])
    who = everybody(panel, [FIRST_MONTH + 7, FIRST_MONTH + 26, last + 5])

    ours = features(panel, declared, who=who)

    assert ours.index.equals(who.index)
    reference = reference_features(panel, declared, who=who)
    pd.testing.assert_frame_equal(
        codes(ours, declared).astype("float64"), reference, rtol=2e-5, atol=1e-4
    )


def test_features_are_float32_and_categories_are_the_panels():
    panel = random_panel(3)
    table = at(panel, 20)

    assert table.pop("tenure_now").dtype == panel.rows["tenure"].dtype
    assert set(table.dtypes) == {np.dtype("float32")}


@pytest.mark.parametrize("step_months", [1, 3, 12])
def test_every_step_has_features_by_default_with_names_of_their_own(step_months):
    declared = declare(random_panel(3, step_months=step_months))

    assert len({f.name for f in declared}) == len(declared)
    assert all(f.window_months % step_months == 0 for f in declared)
    assert any(f.stat == "previous" for f in declared) == (step_months > 1)


def test_the_worst_month_is_the_one_on_the_risky_side_and_is_not_asked_for_where_there_is_none():
    declared = declare(random_panel(3), windows_months=(6,))

    worst = {f.column: (f.stat, f.direction) for f in declared if f.stat in ("min", "max")}

    # More members: policy does not say.
    assert worst == {"income_over_line": ("min", -1), "hours": ("min", -1), "spending": ("max", 1)}


def test_a_window_that_is_no_whole_number_of_periods_is_refused():
    panel = random_panel(3, step_months=3)

    with pytest.raises(PanelError, match="multiples of the 3 months"):
        declare(panel, windows_months=(3, 7))


def test_a_column_that_is_not_what_it_is_declared_to_be_is_refused():
    panel = random_panel(3)

    with pytest.raises(PanelError, match="'ill' is declared a flag"):
        declare(panel.with_rows(panel.rows.assign(ill=2)))
    with pytest.raises(PanelError, match="'tenure' is declared a category"):
        declare(panel.with_rows(panel.rows.assign(tenure="own")))


def test_households_that_the_panel_does_not_have_are_counted_not_named():
    panel = panel_of_hours("anna 123")
    who = pd.DataFrame({"household_id": ["anna", "bodil", "bodil"], "as_of": FIRST_MONTH + 1})

    with pytest.raises(PanelError, match="for 1 households") as refusal:
        features(panel, declare(panel), who=who)
    assert "bodil" not in str(refusal.value)


def test_a_question_without_a_month_is_refused():
    panel = panel_of_hours("anna 123")
    who = pd.DataFrame({"household_id": ["anna", "anna"], "as_of": [FIRST_MONTH + 1, None]})

    with pytest.raises(PanelError, match="at no month in 1 of 2 rows"):
        features(panel, declare(panel), who=who)


def test_features_declared_from_another_panel_are_refused():
    with pytest.raises(PanelError, match=r"no columns \['hours'\]"):
        features(
            panel_from_strips("anna HH.."),
            declare(panel_of_hours("anna 123")),
            who=pd.DataFrame({"household_id": ["anna"], "as_of": FIRST_MONTH + 1}),
        )


def test_nobody_asked_for_is_an_empty_table():
    panel = random_panel(3)
    declared = declare(panel)

    table = features(panel, declared, who=everybody(panel, [FIRST_MONTH]).iloc[:0])

    assert table.shape == (0, len(declared))
