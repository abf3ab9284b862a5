"""The six tables: their contract, its errors, and the page that is made from it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hardship_model.labels import Question, outcomes
from hardship_model.months import to_month
from hardship_model.schema import TABLES, TableError, check, dictionary
from strips import panel_from_strips

DATA_PAGE = Path(__file__).resolve().parents[2] / "docs" / "DATA.md"
MARCH = to_month("2022-03")


def ledger_of_one_visit(**changed):
    row = {
        "strategy": "in turn",
        "replicate": 0,
        "month": MARCH,
        "household_id": 7,
        "channel": "visits",
        "step": "visit",
        "found": True,
        "cost_yuan": 120.0,
    }
    return pd.DataFrame([{**row, **changed}])


@pytest.fixture
def rows():
    return panel_from_strips("edda HH..\nfria ..?H").rows


def test_the_six_tables_of_the_design_are_there():
    assert list(TABLES) == ["records", "panel", "outcomes", "features", "scores", "ledger"]


def test_every_column_says_meaning_unit_allowed_values_and_source():
    for table in TABLES.values():
        for name, column in table.columns.columns.items():
            said = [
                column.description,
                *(column.metadata[k] for k in ("unit", "allowed", "source")),
            ]
            assert all(said), f"{table.name}.{name}"


def test_a_good_table_comes_back_as_it_went_in(rows):
    before = rows.copy(deep=True)

    after = check("panel", rows)

    assert after is rows
    pd.testing.assert_frame_equal(after, before)


def test_what_the_other_rooms_make_keeps_the_contract(rows):
    panel = panel_from_strips("edda HH..HH\nfria ..?H..")
    asked = Question(ask="entered_within", horizon_months=2)

    check("outcomes", outcomes(panel, asked, as_of=[int(panel.months[3])]))
    check("features", pd.DataFrame({"household_id": ["edda"], "as_of": [MARCH], "age": [3.0]}))
    check("ledger", ledger_of_one_visit())
    check("records", rows)
    score = {"household_id": 7, "as_of": MARCH, "model": "rule", "risk": -0.4}
    check("scores", pd.DataFrame([score]))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"step": "phone"}, "1 rows of 'step' break the rule “`lead`, `check`, `visit`”"),
        ({"cost_yuan": -1.0}, "1 rows of 'cost_yuan' break the rule “0 or more”"),
        ({"month": 24_000.5}, "1 rows of 'month' break the rule “a whole month number"),
        ({"month": 202_203}, "1 rows of 'month' break the rule “a whole month number"),
        ({"found": "yes"}, "1 rows of 'found' break the rule “true or false”"),
        ({"channel": None}, "1 rows of 'channel' are empty"),
        ({"replicate": -1}, "1 rows of 'replicate' break the rule “a whole number, 0 or more”"),
    ],
)
def test_each_broken_rule_is_counted_and_said(changed, said):
    with pytest.raises(TableError) as error:
        check("ledger", ledger_of_one_visit(**changed))

    assert said in str(error.value)
    assert str(error.value).endswith("See docs/DATA.md.")


def test_all_broken_rules_come_in_one_message(rows):
    rows.loc[0, "poverty_line"] = 0.0
    rows.loc[1, "income"] = np.inf
    rows.loc[2:3, "recorded_month"] = rows.loc[2:3, "month"] - 1

    with pytest.raises(TableError) as error:
        check("panel", rows)

    said = str(error.value)
    assert "1 rows of 'poverty_line' break the rule “more than 0”" in said
    assert "1 rows of 'income' break the rule “a finite number”" in said
    assert "2 rows break the rule “recorded_month is not before month”" in said


def test_a_missing_column_is_named(rows):
    with pytest.raises(TableError, match=r"columns are missing \(income, month\)"):
        check("panel", rows.drop(columns=["month", "income"]))


def test_a_name_is_no_pseudonym_and_is_not_repeated(rows):
    rows["household_id"] = np.where(rows["household_id"] == "edda", "王小明", "fria")

    with pytest.raises(TableError, match="4 rows of 'household_id'") as error:
        check("panel", rows)

    assert "王小明" not in str(error.value)


def test_rows_are_counted_even_when_their_index_repeats(rows):
    twice = pd.concat([rows, rows])
    twice["income"] = -np.inf

    with pytest.raises(TableError, match="14 rows of 'income'"):
        check("panel", twice)


def test_a_household_and_month_stand_once(rows):
    with pytest.raises(TableError, match=r"2 of 9 rows .* repeat their household_id, month"):
        check("panel", pd.concat([rows, rows.head(2)]))


def test_an_unknown_table_is_answered_with_those_that_exist(rows):
    with pytest.raises(TableError, match="No table 'panels'; there are records, panel"):
        check("panels", rows)


def test_the_data_page_is_in_step_with_the_schema():
    assert DATA_PAGE.read_text(encoding="utf-8").endswith(dictionary())
