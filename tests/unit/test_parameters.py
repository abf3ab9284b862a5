import re

import numpy as np
import pandas as pd
import pytest
from pages import PAGES, ROOT

from hardship_model.months import to_month
from hardship_model.parameters import (
    TAGS,
    ParameterError,
    describe,
    entries,
    page,
    parameter,
    read_group,
    series,
)

ENTRY = """
[bus_fare_yuan]
label = "Bus fare"
label_zh = "票价"
unit = "yuan per ride"
tag = "assumed"
source = "none"
values.all = { 2015-01 = 1, 2020-03 = { value = 2, tag = "found", source = "the bus" } }
"""
JUNE_2022 = to_month("2022-06")


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_pages_are_in_step(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert written == PAGES[name](), "run `python tests/pages.py`"


def test_a_value_holds_from_its_month_until_the_next_one():
    dibao = [
        parameter("urban_dibao_yuan", month=to_month(month), place="Qinghai")
        for month in ("2021-01", "2021-12", "2022-01")
    ]

    assert dibao == [665, 665, 697]


def test_a_series_is_the_parameter_month_by_month_in_any_order():
    months = np.random.default_rng(1).permutation(np.arange(to_month("2019-06"), JUNE_2022))

    one_by_one = [parameter("urban_unemployment_rate", month=month) for month in months]
    assert series("urban_unemployment_rate", months=months).tolist() == one_by_one


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"name": "urban_dibao", "month": JUNE_2022}, "no public number named 'urban_dibao'"),
        ({"name": "urban_dibao_yuan", "month": JUNE_2022}, "given by place, got None"),
        (
            {"name": "urban_dibao_yuan", "month": JUNE_2022, "place": "Tianjin"},
            "unknown place 'Tianjin'",
        ),
        (
            {"name": "urban_income_median_yuan", "month": JUNE_2022, "place": "Guangxi"},
            "given by place, got 'Guangxi'",
        ),
        (
            {"name": "urban_dibao_yuan", "month": to_month("1999-01"), "place": "Guangxi"},
            "no value for 1999-01; the first holds since 2012-01",
        ),
        (
            {"name": "urban_dibao_yuan", "month": to_month("2024-02"), "place": "Guangxi"},
            "no value for 2024-02: it ended in 2023-01",
        ),
        ({"name": "savings_months", "month": JUNE_2022, "place": "Mars"}, "unknown place 'Mars'"),
    ],
)
def test_what_cannot_be_said_is_refused_and_the_message_says_why(asked, complaint):
    with pytest.raises(ParameterError, match=re.escape(complaint)):
        parameter(asked.pop("name"), **asked)


def test_a_number_that_ended_may_begin_again():
    months = ["2019-08", "2022-03"]
    found = series("urban_dibao_anchor_yuan", months=[to_month(month) for month in months])

    assert found.tolist() == [617, 722]
    with pytest.raises(ParameterError, match="ended in 2019-10"):
        parameter("urban_dibao_anchor_yuan", month=to_month("2020-01"))


def test_a_value_may_have_a_tag_and_a_source_of_its_own():
    (fare,) = read_group(ENTRY, group="transport")

    assert [(v.value, v.tag, v.source) for v in fare.dated["all"]] == [
        (1, "assumed", "none"), (2, "found", "the bus"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ('unit = "yuan per ride"\n', "", "lacks ['unit']"),
        ('unit = "yuan', 'units = "yuan', "unknown ['units']"),
        ('tag = "assumed"', 'tag = "certain"', "has the tag 'certain'"),
        ("2015-01 = 1,", '2015-01 = "free",', "'ended' is due"),
        ("values.all", "values.Paris", "['Paris']"),
        ("2015-01 = 1,", "2015-13 = 1,", "A month is written like"),
    ],
)
def test_an_incomplete_entry_is_refused(written, instead, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_group(ENTRY.replace(written, instead), group="transport")


def test_the_description_has_one_row_for_every_dated_value():
    table = describe()

    assert len(table) == sum(len(v) for e in entries().values() for v in e.dated.values())
    assert not table.duplicated(["name", "place", "since"]).any()
    assert set(table["tag"]) == set(TAGS)
    wanted = ["label", "label_zh", "unit", "source"]
    assert table[wanted].map(lambda text: bool(text.strip())).all(axis=None)


def test_no_assumption_names_a_source_as_its_own_and_no_finding_lacks_one():
    table = describe().dropna(subset=["value"])
    without = table["source"].str.startswith("none")

    assert set(table.loc[without, "tag"]) == {"assumed"}


def test_sources_are_named_and_not_linked():
    text = describe()[["source", "note"]].agg(" ".join, axis=1)

    assert not text.str.contains(r"https?:|www\.|\.(?:com|cn|org)\b").any()


def test_a_reader_meets_the_assumptions_first_and_their_number_before_that():
    text = page()
    headings = re.findall(r"^## (\S+)", text, re.MULTILINE)
    assumed = describe().dropna(subset=["value"]).query("tag == 'assumed'")

    assert headings == [tag.capitalize() for tag in TAGS]
    assert headings[0] == "Assumed"
    assert f"| **assumed** | {assumed['name'].nunique()} | {len(assumed)} |" in text


@pytest.mark.parametrize("stem", ["form_share_", "sector_share_"])
def test_shares_of_one_whole_add_up_in_every_year(stem):
    names = [name for name in entries() if name.startswith(stem)]
    months = [to_month(f"{year}-06") for year in range(2013, 2023)]

    total = sum(series(name, months=months) for name in names)
    assert np.allclose(total, 1.0)


def test_dibao_never_falls():
    table = describe().query("name == 'urban_dibao_yuan'").dropna(subset=["value"])

    by_place = table.sort_values("since").groupby("place")["value"]
    assert by_place.apply(lambda values: pd.Series(values).is_monotonic_increasing).all()
