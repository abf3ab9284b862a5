"""Nothing personal comes in: what names a person is refused wherever it stands."""

import numpy as np
import pandas as pd
import pytest
from made_up_people import identity_number

from hardship_model.data.files import read_table
from hardship_model.data.population import Config, invent, records
from hardship_model.data.specification import FileOptions
from hardship_model.privacy import IdentifierError, identifiers, refuse_identifiers

CLEAN = pd.DataFrame({
    "household_id": np.arange(1, 41), "month": ["2022-03", "2022-04"] * 20,
    "income_yuan": np.linspace(900, 9000, 40).round(2), "yearly_wan": np.linspace(1, 99, 40),
    "work": ["formal", "司机", "保安", "个体户"] * 10,
    "county": ["田东", "武鸣", "西宁", "海东"] * 10,
    "remark": ["无", "收入下降", "高血压", "子女上大学"] * 10,
})  # fmt: skip


def card(dice):
    body = "62" + "".join(str(d) for d in dice.integers(0, 10, 15))
    return next(body[:15] + str(d) for d in range(10) if luhn(body[:15] + str(d)))


def luhn(number):
    total = 0
    for place, digit in enumerate(reversed(number)):
        total += sum(divmod(2 * int(digit), 10)) if place % 2 else int(digit)
    return total % 10 == 0


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


PLANTS = {
    "identity number": identity_number,
    "identity number, old": lambda dice: "450102" + f"{dice.integers(40, 95)}0312" + "123",
    "mobile number": lambda dice: f"1{dice.integers(3, 10)}{dice.integers(10**8, 10**9)}",
    "bank card": card,
    "e-mail address": lambda dice: f"someone{dice.integers(999)}@mail.example.org",
    "personal name": lambda dice: (
        dice.choice(["王", "李", "黄", "马"])
        + "".join(dice.choice(["伟", "芳", "秀", "英", "丽", "强", "娟"], 2))
    ),
    "street address": lambda dice: f"民族大道{dice.integers(1, 300)}号{dice.integers(1, 20)}栋",
    "exact date": lambda dice: f"19{dice.integers(50, 99)}-0{dice.integers(1, 10)}-12",
    "coordinates": lambda dice: (
        f"108.{dice.integers(10**5, 10**6)},22.{dice.integers(10**5, 10**6)}"
    ),
}
DRESSED = {
    "plain": lambda text: text,
    "wide": wide,
    "blanks": lambda text: f" {text} ",
    "apart": lambda text: text[:3] + " " + text[3:7] + "-" + text[7:] if text.isdigit() else text,
    "within": lambda text: f"见 {text} 说明" if not text.isalpha() else text,
}


def test_of_a_thousand_identifiers_planted_anywhere_every_one_is_noticed():
    dice, missed = np.random.default_rng(7), []
    for number in range(1000):
        kind = list(PLANTS)[number % len(PLANTS)]
        dress = dice.choice(list(DRESSED))
        table = CLEAN.astype(object)
        column = dice.choice(table.columns)
        table.loc[dice.integers(len(table)), column] = DRESSED[dress](PLANTS[kind](dice))
        if identifiers(table).empty:
            missed.append((kind, dress, column))

    assert missed == []


@pytest.mark.parametrize("seed", range(3))
def test_the_records_of_an_invented_town_raise_no_alarm(seed):
    rows = records(invent(Config(n_households=150, seed=seed))).rows

    assert identifiers(rows).to_dict("records") == []
    assert identifiers(rows.astype({"household_id": "str"})).empty


def test_clean_extracts_raise_no_alarm():
    dice = np.random.default_rng(3)
    alarms = 0
    for _ in range(100):
        n = int(dice.integers(20, 200))
        table = pd.DataFrame({
            "户编号": dice.integers(1, 10 ** int(dice.integers(3, 10)), n),
            "月份": dice.choice(["2021-03", "202104", "2021年5月"], n),
            "家庭年收入": dice.lognormal(11, 1, n).round(int(dice.integers(0, 3))),
            "存款": dice.integers(0, 10 ** int(dice.integers(4, 9)), n),
            "价格指数": dice.normal(103, 2, n).round(4),
            "受理日期": pd.Timestamp("2021-01-01") + pd.to_timedelta(dice.integers(0, 700, n), "D"),
            "工种": dice.choice(["正式工", "外卖骑手", "网约车司机", "钟点工", "个体户"], n),
        })  # fmt: skip
        alarms += not identifiers(table.astype(dice.choice([object, "str"]))).empty

    assert alarms == 0


def test_a_number_that_a_spreadsheet_has_rounded_is_still_an_identity_number():
    whole = identity_number(np.random.default_rng(1)).replace("X", "0")

    assert identifiers(pd.DataFrame({"a": [float(whole)]}))["kind"].tolist() == ["identity number"]
    assert identifiers(pd.DataFrame({"a": ["4.50102E+17"]}))["kind"].tolist() == ["identity number"]


def test_one_wrong_check_character_makes_it_a_number_like_any_other():
    right = identity_number(np.random.default_rng(2))
    wrong = right[:17] + ("1" if right[17] != "1" else "3")

    assert not identifiers(pd.DataFrame({"a": [right]})).empty
    assert identifiers(pd.DataFrame({"a": [wrong]})).empty


def test_a_column_of_names_or_coordinates_gives_itself_away_by_its_heading():
    table = pd.DataFrame({"户主姓名": ["阿依古丽"], "lon": [108.3]})

    assert set(identifiers(table)["kind"]) == {"heading of names", "heading of coordinates"}


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
