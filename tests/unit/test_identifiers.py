"""Nothing personal comes in: what names a person is refused wherever it stands."""

import numpy as np
import pandas as pd
import pytest
from made_up_people import clean_extract, identity_number, luhn, planted

from hardship_model.data.files import read_table
from hardship_model.data.population import Config, invent, records
from hardship_model.data.specification import FileOptions
from hardship_model.privacy import IdentifierError, identifiers, refuse_identifiers


def test_of_a_thousand_identifiers_planted_anywhere_every_one_is_noticed():
    dice, missed = np.random.default_rng(7), []
    for number in range(1000):
        table, what = planted(number, dice)
        if identifiers(table).empty:
            missed.append(what)

    assert missed == []


@pytest.mark.parametrize("seed", range(3))
def test_the_records_of_an_invented_town_raise_no_alarm(seed):
    rows = records(invent(Config(n_households=150, seed=seed))).rows

    assert identifiers(rows).to_dict("records") == []
    assert identifiers(rows.astype({"household_id": "str"})).empty


def test_clean_extracts_raise_no_alarm():
    dice = np.random.default_rng(3)
    alarms = sum(not identifiers(clean_extract(dice)).empty for _ in range(100))

    assert alarms == 0


def test_a_number_that_a_spreadsheet_has_rounded_is_still_an_identity_number():
    whole = identity_number(np.random.default_rng(1)).replace("X", "0")

    assert identifiers(pd.DataFrame({"a": [float(whole)]}))["kind"].tolist() == ["identity number"]
    assert identifiers(pd.DataFrame({"a": ["4.50102E+17"]}))["kind"].tolist() == ["identity number"]


@pytest.mark.parametrize("kind", [str, int])
@pytest.mark.parametrize("cut", [6, 8, 14, 17])
def test_an_identity_number_in_two_columns_is_one(cut, kind):
    dice = np.random.default_rng(1)
    whole = [n for n in (identity_number(dice) for _ in range(60)) if n.isdigit()]
    table = pd.DataFrame({"a": [kind(n[:cut]) for n in whole], "b": [kind(n[cut:]) for n in whole]})

    assert "a + b" in set(identifiers(table)["column"])
    assert "a + b" not in set(identifiers(table.assign(b=table["b"].to_numpy()[::-1]))["column"])


def test_seventeen_digits_that_begin_like_an_identity_number_are_looked_at_without_a_fault():
    body = "4501051949123100"
    seventeen = next(body + str(d) for d in range(10) if luhn(body + str(d)))

    assert identifiers(pd.DataFrame({"a": [seventeen]}))["kind"].tolist() == ["bank card"]


def test_a_heading_that_names_somebody_is_never_quoted():
    table = pd.DataFrame({"11010519491231002X": ["13912345678"], "b": [1]})

    with pytest.raises(IdentifierError) as refused:
        refuse_identifiers(table, where="'extract.csv'")

    assert "'(heading)': identity number" in str(refused.value)
    assert "'column 1': mobile number" in str(refused.value)
    assert "1949" not in str(refused.value)


def test_one_wrong_check_character_makes_it_a_number_like_any_other():
    right = identity_number(np.random.default_rng(2))
    wrong = right[:17] + ("1" if right[17] != "1" else "3")

    assert not identifiers(pd.DataFrame({"a": [right]})).empty
    assert identifiers(pd.DataFrame({"a": [wrong]})).empty
    assert identifiers(pd.DataFrame({"a": [f"3 {wrong} 2021-03"]})).empty


def test_a_column_of_names_or_coordinates_gives_itself_away_by_its_heading():
    table = pd.DataFrame({"户主姓名": ["阿依古丽"], "lon": [108.3]})

    assert set(identifiers(table)["kind"]) == {"heading of names", "heading of coordinates"}


def test_day_numbers_of_births_are_dates_and_years_are_none():
    assert identifiers(pd.DataFrame({"出生日期": ["22717", "无"]}))["n"].tolist() == [1]
    assert identifiers(pd.DataFrame({"birth_date": [22717, 30123]}))["n"].tolist() == [2]
    assert identifiers(pd.DataFrame({"出生年": [1962, 1982], "存款": [22717, 30123]})).empty


def test_two_columns_that_read_like_longitude_and_latitude_are_coordinates():
    dice = np.random.default_rng(5)
    table = pd.DataFrame({"x": dice.normal(108.3, 0.1, 50), "y": dice.normal(22.8, 0.1, 50)})

    assert set(identifiers(table)["column"]) == {"x", "y"}
    assert identifiers(table[["x"]]).empty


def test_the_refusal_names_columns_and_counts_and_quotes_no_cell():
    number = identity_number(np.random.default_rng(4))
    table = pd.DataFrame({"备注": ["无", number], "工种": ["司机", "张伟"]})

    with pytest.raises(IdentifierError) as refused:
        refuse_identifiers(table, where="'extract.csv'")
    said = str(refused.value)

    assert "'备注': identity number in 1 of 2 cells" in said
    assert number not in said
    assert "张" not in said


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "dta"])
def test_every_reader_looks_also_at_columns_that_nobody_asked_for(tmp_path, ending):
    table = pd.DataFrame({"hid": [1, 2], "other": ["13912345678", "none"]})
    path = tmp_path / f"extract.{ending}"
    write = {"csv": table.to_csv, "xlsx": table.to_excel, "parquet": table.to_parquet,
             "dta": lambda p, index: table.to_stata(p, write_index=False)}[ending]  # fmt: skip
    write(path, index=False)

    with pytest.raises(IdentifierError, match="'other': mobile number in 1 of 2"):
        read_table(path, ["hid"], FileOptions())
