"""Write an extract as an office's system would give it out: of an invented town, and messy.

`python data/example/office_extract.py data/raw/office.csv` writes some 18 MB in GB18030. Names and
identity numbers are made up from the household's number; they are there to be
refused, and then taken out (`hardship-model anonymise`).
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.data.population import Config, invent, records
from hardship_model.months import to_month, to_text

HOUSEHOLDS, SEED = 4000, 11
FIRST, LAST = to_month("2018-01"), to_month("2022-12")
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周韦农覃马", "伟芳娜敏静强磊洋艳勇军杰娟涛明超兰霞平刚"
WORK = {
    "formal": "合同工", "flexible": "灵活就业", "truck": "货车司机", "ride_hailing": "网约车司机",
    "courier": "快递员", "delivery": "外卖员", "unemployed": "失业", "retired": "退休",
    "none": "未就业",
}  # fmt: skip
INSURANCE = {"none": "未参保", "resident": "居民医保", "employee": "职工医保"}
WEIGHTS = [2**i % 11 for i in range(17, 0, -1)]


def main(out: Path) -> None:
    """Write the extract to `out`."""
    known = records(invent(Config(n_households=HOUSEHOLDS, seed=SEED))).rows
    known = known[known["month"].between(FIRST, LAST)].sort_values(["month", "household_id"])
    text = extract(known, np.random.default_rng(SEED)).to_csv(index=False, lineterminator="\r\n")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(with_headers_again(text), encoding="gb18030", newline="")
    print(f"{len(known):,} rows of {HOUSEHOLDS:,} invented households: {out}")


def extract(known: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The columns under the office's headings, written as people write."""
    monthly = known["income"] * known["members"]
    told = (monthly / 10_000).map("{:.3f}".format).where(monthly.notna(), "不详")
    members = known["members"].astype(str)
    wide = members.map(lambda digit: chr(ord(digit) + 0xFEE0))  # full-width digits
    medical = known["scheme_medical_yuan"].round()
    return pd.DataFrame(
        {
            "身份证号": known["household_id"].map(identity_number),
            "姓名": known["household_id"].map(name),
            "月份": known["month"].map(
                lambda m: "{}年{}月".format(*map(int, to_text(m).split("-")))
            ),
            "家庭月收入(万元)": told,
            "人口": members.where(rng.random(len(known)) > 0.02, wide),
            "认定线": known["poverty_line"].round(),
            "就业形式": known["employment_form"].astype(object).map(WORK).fillna("-"),
            "医保": known["insurance"].astype(object).map(INSURANCE).fillna("未填"),
            "医疗总费用": medical.map("{:,.0f}".format).where(medical.notna(), "-"),
            "住院次数": known["inpatient_stays"].astype("Int64").astype("string").fillna("-"),
            "领取失业金": known["unemployment_claim"].map({True: "是", False: "否"}),
            "市": known["city"].astype(str),
        }
    )


def with_headers_again(text: str) -> str:
    """Every 20,000 rows the header again and an empty row, as sheets are pasted together."""
    head, *rows = text.splitlines(keepends=True)
    blank = "," * head.count(",") + "\r\n"
    between = [head, blank]
    for place in range(20_000, len(rows), 20_000):
        rows[place] += "".join(between)
    return "".join([head, *rows])


def identity_number(household: int) -> str:
    """A number with a right check character (GB 11643-1999), for nobody."""
    born = f"{1950 + household % 45}{1 + household % 12:02}{1 + household % 28:02}"
    body = f"450100{born}{household % 1000:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "0123456789X"[(12 - total) % 11]


def name(household: int) -> str:
    """A name that many people have."""
    return FAMILY[household % len(FAMILY)] + GIVEN[household // len(FAMILY) % len(GIVEN)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
