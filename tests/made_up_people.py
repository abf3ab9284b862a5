"""Identifiers of nobody, planted in extracts that are clean otherwise."""

import numpy as np
import pandas as pd

WEIGHTS = [2**i % 11 for i in range(17, 0, -1)]


def identity_number(dice):
    """A number as GB 11643-1999 makes it: the check is the weighted sum's complement modulo 11."""
    day = pd.Timestamp("1950-01-01") + pd.Timedelta(days=int(dice.integers(20_000)))
    body = f"{dice.choice([110105, 450102, 630104])}{day:%Y%m%d}{dice.integers(100, 1000)}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "0123456789X"[(12 - total) % 11]


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


def planted(number, dice):
    """The clean table with one identifier somewhere, dressed up; and which kind, how and where."""
    kind = list(PLANTS)[number % len(PLANTS)]
    dress = dice.choice(list(DRESSED))
    table = CLEAN.astype(object)
    column = dice.choice(table.columns)
    table.loc[dice.integers(len(table)), column] = DRESSED[dress](PLANTS[kind](dice))
    return table, (kind, str(dress), str(column))


def remark(dice):
    """A sentence with the numbers that clerks write down."""
    income, debt, months = dice.integers(100, 60_000, 3)
    return str(dice.choice([
        f"2021-{months % 12 + 1:02d}-15 走访，月收入 {income} 元，欠款 {debt} 元",
        f"家庭人口 {months % 7} 人 年收入 {income}.50 支出 {debt}",
        f"低保金 {months % 900}/月，医疗自付 {debt} 元，报销 {income} 元",
        f"上报 {dice.integers(2015, 2022)}/{months % 12 + 1} 批次 {income}-{debt}", "无",
    ]))  # fmt: skip


def clean_extract(dice):
    """An extract of 20 to 200 rows in which nobody is named, of numbers, dates and remarks."""
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
    return table.astype(dice.choice([object, "str"]))
