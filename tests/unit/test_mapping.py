"""Messy files become panels, by a mapping; whatever does not fit is refused in one sentence."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hardship_model.data.mapping import (
    MappingError,
    load_mapping,
    panel_of,
    parse,
    read_panel,
)
from hardship_model.data.panel import Column, PanelError
from hardship_model.data.specification import SHIPPED
from hardship_model.months import to_month, to_text

DATA_PAGE = Path(__file__).resolve().parents[2] / "docs" / "DATA.md"

MONTHLY = {
    "name": "office",
    "about": "one row per household and month",
    "currency": "yuan",
    "step_months": 1,
    "household": "hid",
    "period": {"month": "month"},
    "income": {"column": "income"},
    "line": {"fixed": 600},
}
PLAIN = "hid,month,income\n1,2021-01,500\n1,2021-02,900\n2,2021-01,700\n"
CONTENT_OF_DOCS = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def mapping(**changed):
    return parse({**MONTHLY, **changed})


def with_column(name, **entry):
    return mapping(columns={name: {"pillar": "income", "kind": "amount", **entry}})


def read(tmp_path, text, described, *, encoding="utf-8", name="extract.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_panel(described, path)


def refusal(tmp_path, text, described, **how):
    with pytest.raises(PanelError) as error:
        read(tmp_path, text, described, **how)
    return str(error.value)


# --- what is read -----------------------------------------------------------------------------


def test_a_plain_file_becomes_a_panel(tmp_path):
    panel = read(tmp_path, PLAIN, mapping())

    assert [to_text(month) for month in panel.rows["month"]] == ["2021-01", "2021-02", "2021-01"]
    assert panel.rows["household_id"].tolist() == [1, 1, 2]
    assert panel.rows["income"].tolist() == [500, 900, 700]
    assert panel.rows["in_hardship"].tolist() == [True, False, False]
    assert panel.step_months == 1
    assert panel.currency == "yuan"


def test_a_surveys_weight_is_kept_beside_the_core_and_declared_to_no_model(tmp_path):
    text = "hid,month,income,w\n2,2021-01,700,1200\n1,2021-01,500,80.5\n"
    panel = read(tmp_path, text, mapping(weight="w"))

    assert panel.rows["weight"].tolist() == [80.5, 1200]
    assert panel.columns == ()
    said = refusal(tmp_path, text.replace("80.5", "0"), mapping(weight="w"))
    assert "more than 0" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_told_from_the_file(tmp_path, encoding):
    text = "户编号,月份,家庭月收入\n甲1,2021-01,500\n".replace("甲", "A")
    described = mapping(
        household="户编号", period={"month": "月份"}, income={"column": "家庭月收入"}
    )

    panel = read(tmp_path, text, described, encoding=encoding)

    assert panel.rows["household_id"].tolist() == ["A1"]


def test_the_example_of_the_data_page_reads_a_chinese_extract(tmp_path):
    described = parse(tomllib.loads(CONTENT_OF_DOCS.search(DATA_PAGE.read_text("utf-8"))[1]))
    text = (
        "户编号,月份,家庭月收入,人口,低保标准,负债,医保,在册状态\n"
        "007,2021-03,0.24,3,760,1520,有,在册\n"  # 0.24 万元 for three: 800 yuan each
        "7,2021-03,0.15,3,760,0,未填,在册\n"
        "8,2021-03,0.15,3,760,0,无,退档\n"
        "9,2021-03,不详,3,760,-,无,在册\n"
    )

    panel = read(tmp_path, text, described, encoding="gb18030")

    rows = panel.rows.set_index("household_id")
    assert sorted(rows.index) == ["007", "7", "9"]
    assert rows["income"].to_dict() == pytest.approx(
        {"007": 800, "7": 500, "9": np.nan}, nan_ok=True
    )
    assert rows["in_hardship"].loc[["007", "7", "9"]].tolist() == [False, True, pd.NA]
    assert rows["owes"]["007"] == 2
    assert rows["insured"].loc[["007", "7", "9"]].tolist() == [True, pd.NA, False]
    assert (rows["recorded_month"] - rows["month"]).tolist() == [1, 1, 1]
    assert panel.columns[-1] == Column(name="insured", pillar="security", kind="flag", lag_months=2)


def test_a_quarter_stands_for_its_last_month(tmp_path):
    described = mapping(step_months=3, period={"year": "y", "quarter": "q"})
    text = "hid,y,q,income\n1,2021,1,900\n1,2021,2,900\n1,2021,3,900\n1,2021,4,900\n"

    months = read(tmp_path, text, described).rows["month"]

    assert [to_text(m) for m in months] == ["2021-03", "2021-06", "2021-09", "2021-12"]


def test_a_year_stands_for_its_december(tmp_path):
    described = mapping(step_months=12, period={"year": "y"})

    panel = read(tmp_path, "hid,y,income\n1,2020,900\n1,2021,900\n", described)

    assert [to_text(m) for m in panel.rows["month"]] == ["2020-12", "2021-12"]


def test_a_column_may_say_when_a_row_was_written_down(tmp_path):
    described = mapping(period={"month": "month", "recorded": "written"})

    panel = read(tmp_path, "hid,month,income,written\n1,2021-01,900,2021-04\n", described)

    assert panel.rows["recorded_month"].tolist() == [to_month("2021-04")]


def test_an_income_at_the_line_is_not_below_it(tmp_path):
    panel = read(tmp_path, "hid,month,income\n1,2021-01,600\n2,2021-01,599.99\n", mapping())

    assert panel.rows["in_hardship"].tolist() == [False, True]


def test_na_is_a_text_like_any_other_until_it_is_declared_missing(tmp_path):
    text = "hid,month,income\nNA,2021-01,900\nnan,2021-01,900\n"

    assert read(tmp_path, text, mapping()).rows["household_id"].tolist() == ["NA", "nan"]
    assert "1 of 3 rows of 'income'" in refusal(tmp_path, PLAIN.replace("900", "NA"), mapping())


def test_separator_decimal_comma_and_marks_of_nothing(tmp_path):
    options = {"separator": ";", "decimal": ",", "missing": ["s/d"]}

    panel = read(
        tmp_path,
        "hid;month;income\n1;2021-01;599,5\n2;2021-01;s/d\n3;2021-01;\n",
        mapping(file=options),
    )

    assert panel.rows["income"].tolist() == pytest.approx([599.5, np.nan, np.nan], nan_ok=True)
    assert panel.rows["in_hardship"].tolist() == [True, pd.NA, pd.NA]


def test_all_four_formats_give_the_same_panel(tmp_path):
    table = pd.DataFrame(
        {
            "hid": [1, 1, 2],
            "y": [2020, 2021, 2021],
            "income": [500.0, 900.5, np.nan],
            "sex": [1, 2, 1],
        }
    )
    described = mapping(
        step_months=12,
        period={"year": "y"},
        columns={"woman": {"column": "sex", "pillar": "household", "kind": "flag",
                           "codes": {"1": False, "2": True}}},
    )  # fmt: skip
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_excel(tmp_path / "a.xlsx", index=False)
    table.to_stata(tmp_path / "a.dta", write_index=False)
    table.to_parquet(tmp_path / "a.parquet")

    first, *others = (
        read_panel(described, tmp_path / f"a.{ending}").rows
        for ending in ("csv", "xlsx", "dta", "parquet")
    )

    assert first["woman"].tolist() == [False, True, False]
    for other in others:
        pd.testing.assert_frame_equal(first, other)


def test_dates_of_an_excel_sheet_are_months(tmp_path):
    path = tmp_path / "a.xlsx"
    dates = pd.to_datetime(["2021-01-31", "2021-02-28"])
    pd.DataFrame({"hid": [1, 1], "month": dates, "income": [900, 900]}).to_excel(path, index=False)

    months = read_panel(mapping(), path).rows["month"]

    assert [to_text(m) for m in months] == ["2021-01", "2021-02"]


def test_a_category_keeps_the_order_of_its_codes_and_empty_cells_stay_empty(tmp_path):
    described = with_column(
        "school", kind="category", codes={"2": "secondary", "1": "primary"}, missing=[9]
    )

    panel = read(
        tmp_path,
        "hid,month,income,school\n1,2021-01,900,1\n2,2021-01,900,2\n3,2021-01,900,9\n4,2021-01,900,\n",
        described,
    )

    assert panel.rows["school"].cat.categories.tolist() == ["secondary", "primary"]
    assert panel.rows["school"].tolist()[:2] == ["primary", "secondary"]
    assert panel.rows["school"].isna().tolist() == [False, False, True, True]


def test_the_file_itself_may_say_who_is_in_hardship(tmp_path):
    described = mapping(hardship={"column": "poor", "codes": {"Y": True, "N": False}})

    panel = read(
        tmp_path,
        "hid,month,income,poor\n1,2021-01,900,Y\n2,2021-01,500,N\n3,2021-01,1,\n",
        described,
    )

    assert panel.rows["in_hardship"].tolist() == [True, False, pd.NA]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "hid": np.repeat(np.arange(40), 5),
            "month": np.tile([f"2021-0{k}" for k in range(1, 6)], 40),
            "income": rng.gamma(3, 300, 200).round(1),
            "job": rng.choice(["farm", "shop", "none"], 200),
        }
    )
    described = mapping(
        line={"share": 0.6, "of": "base period median", "from": "2021-01", "to": "2021-02"},
        columns={"job": {"pillar": "income", "kind": "category"}},
    )

    as_it_came = panel_of(described, table).rows
    shuffled = panel_of(described, table.sample(frac=1, random_state=seed)).rows

    pd.testing.assert_frame_equal(as_it_came, shuffled)


# --- the line ---------------------------------------------------------------------------------

THREE_MONTHS = "hid,month,income\n" + "".join(
    f"{h},2021-0{m},{(100 * h + 1000 * (m - 1)) or 1}\n" for h in range(1, 6) for m in (1, 2, 3)
)  # medians: 300, 1300, 2300; the first two months together: 800


def test_an_anchored_line_is_a_share_of_the_base_periods_median(tmp_path):
    line = {"share": 0.6, "of": "base period median", "from": "2021-01", "to": "2021-02"}

    panel = read(tmp_path, THREE_MONTHS, mapping(line=line))

    assert panel.rows["poverty_line"].unique().tolist() == pytest.approx([0.6 * 800])


def test_a_moving_line_follows_each_periods_median_and_says_so(tmp_path):
    line = {"share": 0.6, "of": "each period's median"}

    with pytest.warns(UserWarning, match="no such artefacts"):
        panel = read(tmp_path, THREE_MONTHS, mapping(line=line))

    lines = panel.rows.groupby("month")["poverty_line"].unique().str[0].tolist()
    assert lines == pytest.approx([0.6 * 300, 0.6 * 1300, 0.6 * 2300])


def test_the_median_is_that_of_the_rows_kept(tmp_path):
    line = {"share": 0.5, "of": "base period median", "from": "2021-01", "to": "2021-01"}
    text = "hid,month,income,ok\n1,2021-01,100,1\n2,2021-01,200,1\n3,2021-01,900,0\n"

    panel = read(tmp_path, text, mapping(line=line, keep={"ok": [1]}))

    assert panel.rows["poverty_line"].unique().tolist() == [75]


def test_prices_are_taken_out_of_incomes(tmp_path):
    deflator = {"index": {"2020": 1.0, "2021": 1.25}, "tag": "assumed", "source": "drawn"}
    described = mapping(step_months=12, period={"year": "y"}, deflator=deflator)

    panel = read(tmp_path, "hid,y,income\n1,2020,700\n1,2021,700\n", described)

    assert panel.rows["income"].tolist() == [700, 560]
    assert panel.rows["in_hardship"].tolist() == [False, True]


# --- what is refused ----------------------------------------------------------------------------


INCOMES_MISSING = mapping(income={"column": "income", "missing": [500, 700, 900]})
DIVIDED = mapping(income={"column": "income", "divide_by": ["n"]})
ANCHORED = {"share": 0.6, "of": "base period median"}


@pytest.mark.parametrize(
    ("text", "described", "said"),
    [
        ("", mapping(), "is empty; a header and one row are needed"),
        ("hid,month,income\n", mapping(), "a header but no rows"),
        ("hid;month;income\n1;2;3\n", mapping(), "holds 1 columns. Is `separator`"),
        ("hid,income\n1,900\n", mapping(), "lacks 1 of the 3 columns"),
        ('hid,month,income\n1,2021-01,"9\n', mapping(), "a quotation mark opens and is not closed"),
        (PLAIN.replace("900", "viel"), mapping(), "1 of 3 rows of 'income' hold no number"),
        (PLAIN.replace("900", "inf"), mapping(), "1 of 3 rows of 'income' hold no number"),
        (PLAIN.replace("900", '"1,90"'), mapping(), "1 of 3 rows of 'income' hold no number"),
        (PLAIN.replace("2021-02", "202113"), mapping(), "1 of 3 rows of 'month' hold no month"),
        (PLAIN.replace("2021-02", "2021-01"), mapping(), "1 of 3 rows of panel 'office' repeat"),
        (PLAIN.replace("\n2,", "\n,"), mapping(), "1 of 3 rows have no household in 'hid'"),
        (PLAIN.replace("\n2,", "\n王小明,"), mapping(), "1 rows of 'household_id' break the rule"),
        (PLAIN, mapping(step_months=3), "lie between its periods of 3 months"),
        (PLAIN, mapping(line={"fixed": 60_000}), "is 0.01167 times the poverty line"),
        (PLAIN, mapping(line={"fixed": 0.6}), "is 1167 times the poverty line"),
        (PLAIN, INCOMES_MISSING, "no row has both"),
        (PLAIN, mapping(keep={"hid": [5]}), "leaves none of 3 rows"),
        (PLAIN, DIVIDED, "columns that the mapping names: n"),
        (
            PLAIN,
            mapping(line={**ANCHORED, "from": "1999-01", "to": "1999-12"}),
            "No income lies in the base period of the line, 1999-01 to 1999-12",
        ),
        (
            PLAIN,
            mapping(deflator={"index": {"2020": 1}, "tag": "assumed", "source": "drawn"}),
            "lacks the years of 3 of 3 rows",
        ),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_in_one_sentence(tmp_path, text, described, said):
    assert said in refusal(tmp_path, text, described)


@pytest.mark.parametrize(
    ("cell", "entry", "said"),
    [
        ("-1", {"kind": "count"}, "2 of 3 rows of 'x' are below what can be: 0 or more"),
        ("7", {"kind": "flag"}, "2 of 3 rows of 'x' hold 1 codes that the mapping does not know"),
        ("7", {"kind": "category", "codes": {"1": "one"}}, "it knows 1. Add them to `codes`"),
        ("0", {"divide_by": ["x"]}, "2 of 3 rows of 'x' are below what can be: more than 0"),
        ("many", {"kind": "count"}, "2 of 3 rows of 'x' hold no number"),
    ],
)
def test_a_column_that_does_not_fit_is_refused_with_counts(tmp_path, cell, entry, said):
    text = f"hid,month,income,x\n1,2021-01,900,{cell}\n2,2021-01,900,{cell}\n3,2021-01,900,1\n"

    assert said in refusal(tmp_path, text, with_column("x", **entry))


def test_no_refusal_quotes_a_cell_even_when_the_header_is_missing(tmp_path):
    without_header = "王小明,2021-01,98765\n李四,2021-02,43210\n"

    said = refusal(tmp_path, without_header, mapping(), encoding="gb18030")
    said += refusal(tmp_path, PLAIN.replace("900", "王小明"), mapping())
    said += refusal(tmp_path, PLAIN.replace("2021-02", "王小明"), mapping())

    assert "王小明" not in said
    assert "98765" not in said


def test_what_is_neither_utf_8_nor_gb18030_is_refused(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_bytes(b"hid,month,income\n\xff\xff\xff,2021-01,900\n")

    with pytest.raises(MappingError, match="neither UTF-8 nor GB18030"):
        read_panel(mapping(), path)


@pytest.mark.filterwarnings("ignore:overflow encountered")  # pandas, at a false Stata header
@pytest.mark.parametrize("ending", ["xlsx", "dta", "parquet"])
def test_a_file_that_is_not_what_its_ending_says_is_refused(tmp_path, ending):
    said = refusal(tmp_path, PLAIN, mapping(), name=f"extract.{ending}")

    assert f"'extract.{ending}' cannot be read as" in said


@pytest.mark.parametrize("ending", ["xlsx", "dta", "parquet"])
def test_a_missing_column_is_said_alike_in_every_format(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    table = pd.DataFrame({"hid": [1], "income": [900.0]})
    write = {"xlsx": table.to_excel, "dta": table.to_stata, "parquet": table.to_parquet}[ending]
    write(path)

    with pytest.raises(
        MappingError, match="lacks 1 of the 3 columns that the mapping names: month"
    ):
        read_panel(mapping(), path)


def test_a_missing_reader_says_what_to_install(tmp_path, monkeypatch):
    def not_installed(*args, **options):
        raise ImportError("no openpyxl")

    monkeypatch.setattr(pd, "read_excel", not_installed)

    said = refusal(tmp_path, PLAIN, mapping(), name="extract.xlsx")
    assert "pip install hardship-model[surveys]" in said


def test_an_unknown_ending_and_a_missing_file_are_refused(tmp_path):
    assert "tells no format" in refusal(tmp_path, PLAIN, mapping(), name="extract.dat")
    with pytest.raises(MappingError, match=r"No file 'gone\.csv' to read"):
        read_panel(mapping(), tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"colour": "red"}, "The top of the mapping file has unknown keys: colour"),
        ({"income": {"colunm": "x"}}, r"\[income\] of the mapping file has unknown keys: colunm"),
        ({"income": {}}, r"\[income\] of the mapping file lacks column"),
        ({"income": {"column": "x", "factor": "10"}}, r"\[income\] `factor` must be a number"),
        ({"household": 5}, "`household` must be a text"),
        ({"income": "hhinc"}, r"income of the mapping file must be a \[table\]"),
        ({"step_months": 6}, "`step_months` must be one of 1, 3, 12; got 6"),
        ({"recorded_lag_months": -1}, "must be 0 or more"),
        ({"period": {}}, r"\[period\] wants `month`, or `year` and `quarter`"),
        ({"period": {"month": "m", "year": "y"}}, r"\[period\] wants"),
        ({"line": {}}, r"\[line\] wants one of"),
        ({"line": {"fixed": 1, "share": 0.6}}, r"\[line\] wants one of"),
        ({"line": {"fixed": -1}}, "must be more than 0"),
        ({"line": {"share": 0.6}}, "`share` goes with `of`"),
        ({"line": {"share": 0.6, "of": "the median"}}, "`line.of` must be one of"),
        ({"line": {"share": 0.6, "of": "base period median"}}, "goes with `from` and `to`"),
        ({"line": {"share": 0.6, "of": "base period median", "from": "1984", "to": "1986-12"}},
         "A month is written like 2024-03, got '1984'"),
        ({"line": {"fixed": 1, "from_month": 3}}, r"\[line\] of the mapping file has unknown keys"),
        ({"file": {"format": "json"}}, "`file.format` must be one of 'csv'"),
        ({"deflator": {"index": {"2020": 1}}}, "the `tag` and `source` of it"),
        ({"deflator": {"index": {"x": 1}, "tag": "assumed", "source": "s"}}, "for each year"),
        ({"columns": {"x": {"pillar": "income"}}}, r"`\[columns.x\] kind` must be one of"),
        ({"columns": {"x": {"pillar": "work", "kind": "flag"}}}, r"`\[columns.x\] pillar`"),
        ({"columns": {"x": {"pillar": "income", "kind": "flag", "direction": 2}}}, "direction"),
        ({"columns": {"x": {"pillar": "income", "kind": "flag", "codes": {"1": "yes"}}}},
         "give true or false for a flag"),
        ({"columns": {"x": {"pillar": "income", "kind": "count", "codes": {"1": "one"}}}}, "codes"),
        ({"columns": {"income": {"pillar": "income", "kind": "amount"}}}, "not of the core"),
        ({"columns": {"x": {"pillar": "income", "kind": "flag", "unit": 1}}}, "keys: unit"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused(changed, said):
    with pytest.raises(MappingError, match=said):
        mapping(**changed)


def test_a_mapping_that_is_no_toml_or_not_there_is_refused(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("name = ", encoding="utf-8")

    with pytest.raises(MappingError, match="is not TOML in UTF-8"):
        load_mapping(path)
    with pytest.raises(MappingError, match=r"Give a path, or one of \['eph', 'rwm5yr'\]"):
        load_mapping("no such survey")


def test_every_key_of_a_mapping_stands_on_the_data_page():
    page = DATA_PAGE.read_text(encoding="utf-8")
    for shipped in SHIPPED.iterdir():
        content = tomllib.loads(shipped.read_text(encoding="utf-8"))
        entries = list(content["columns"].values())
        for key in {*content, *(key for entry in entries for key in entry)}:
            assert f"`{key}`" in page or f"`[{key}]`" in page or f"[{key}." in page, key
