"""A scorecard on paper: its points and nothing else, in both languages, on one page."""

import re
from html import unescape

import pandas as pd
import pytest
from invented_panels import drifting_panel

from hardship_model.data.panel import Column
from hardship_model.features import declare, features
from hardship_model.models.scorecard import Scorecard
from hardship_model.report import scorecard_page
from strips import FIRST_MONTH

COLUMNS = (
    Column(name="district", pillar="place", kind="category", label="district", label_zh="区县",
           values_zh={"east": "东", "west": "西"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def card():
    panel = drifting_panel(3)
    declared = declare(panel)
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    X = features(panel, declared, who=who)
    return Scorecard(declared).fit(X, (panel.grid("income")[26] < 130).astype(int)), declared, X


def cells(page):
    """The cells of the page's lines, as text, a feature's points after its bin."""
    lines = re.findall(r"<tr>(.*?)</tr>", page)
    return [
        [unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in
         re.findall(r"<td[^>]*>(.*?)</td>", line)]
        for line in lines
    ]  # fmt: skip


def test_the_points_on_paper_are_those_of_the_card(card):
    fitted, declared, _ = card

    lines = cells(scorecard_page(fitted, declared, columns=COLUMNS))

    for line, points in zip(lines, fitted.points_.values(), strict=False):
        printed = [int(re.search(r"-?\d+$", cell)[0]) for cell in line[1:] if cell]
        assert printed == points.tolist()
    sums, risks = lines[-2][1:], lines[-1][1:]
    ladder = fitted.ladder().set_index("points")["risk"]
    for total, risk in zip(sums, risks, strict=True):
        if total.isdigit():
            assert risk == f"{ladder[float(total)]:.1%}"


def test_it_stays_on_one_page_and_every_line_has_its_box(card):
    fitted, declared, _ = card
    page = scorecard_page(fitted, declared, columns=COLUMNS)

    lines = cells(page)
    assert len(lines) == len(fitted.points_) + 3
    assert len(lines) < 20
    assert all(line[-1] == "" for line in lines[: len(fitted.points_) + 1])
    assert len(page) < 20_000


def test_it_says_from_how_many_it_was_learned(card):
    fitted, declared, X = card
    falls = int(fitted.card().groupby("feature")["events"].sum().iloc[0])

    assert f"Learned from {len(X)} answers, {falls} of them a fall" in scorecard_page(
        fitted, declared
    )


def test_it_speaks_both_languages(card):
    fitted, declared, _ = card
    page = scorecard_page(fitted, declared, columns=COLUMNS)

    assert "income as a multiple of the poverty line" in page
    assert "收入与贫困线之比" in page
    assert page.count("unknown 未知") == len(fitted.points_)


def one_feature_card(values, answer, column):
    """A card of one feature of the kind that `column` has, as it is now."""
    panel_less = [f for f in declare(drifting_panel(3)) if f.column == column and f.stat == "now"]
    X = pd.DataFrame({panel_less[0].name: values})
    return Scorecard(panel_less).fit(X, answer), panel_less


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("ill", [0.0] * 500 + [1.0] * 500, ["no 否", "yes 是", "unknown 未知"]),
        ("district", pd.Categorical(["east"] * 500 + ["west"] * 500),
         ["east 东", "west 西", "unknown 未知"]),
        ("spending", [5.0] * 500 + [4000.0] * 500, ["<", "≥", "unknown 未知"]),
    ],
)  # fmt: skip
def test_bins_are_said_by_what_the_feature_is(column, values, said):
    answer = pd.Series([0] * 450 + [1] * 50 + [0] * 300 + [1] * 200).to_numpy()
    fitted, declared = one_feature_card(values, answer, column)

    [line, *_] = cells(scorecard_page(fitted, declared, columns=COLUMNS))

    bins = [re.sub(r"\s+-?\d+$", "", cell) for cell in line[1:4]]
    assert all(cell.startswith(start) for cell, start in zip(bins, said, strict=True)), bins
