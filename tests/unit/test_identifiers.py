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
    "beside a date": lambda text: f"2021-03-15 {text} 2 人" if text[:-1].isdigit() else text,
    "beside another": lambda text: f"{text} 0771-5551234" if text[:-1].isdigit() else text,
    "unseen": lambda text: "\u200b".join(text),
    "written out": lambda text: (
        text.translate(str.maketrans("0123456789", "零一二三四五六七八九"))
        if text[:-1].isdigit() else text
    ),
    "in Arabic digits": lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
}  # fmt: skip


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


def remark(dice):
    """A sentence with the numbers that clerks write down."""
    income, debt, months = dice.integers(100, 60_000, 3)
    return str(dice.choice([
        f"2021-{months % 12 + 1:02d}-15 走访，月收入 {income} 元，欠款 {debt} 元",
        f"家庭人口 {months % 7} 人 年收入 {income}.50 支出 {debt}",
        f"低保金 {months % 900}/月，医疗自付 {debt} 元，报销 {income} 元",
        f"上报 {dice.integers(2015, 2022)}/{months % 12 + 1} 批次 {income}-{debt}", "无",
    ]))  # fmt: skip


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
            "业务流水号": [f"{i:024d}" for i in dice.integers(0, 10**18, n)],
            "备注": [remark(dice) for _ in range(n)],
        })  # fmt: skip
        alarms += not identifiers(table.astype(dice.choice([object, "str"]))).empty

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
