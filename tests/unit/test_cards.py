"""Model card and data sheet: the numbers of the tables, and nobody's row."""

import re

import made_up_results as made_up
import pandas as pd
import pytest

from hardship_model import report
from hardship_model.models import BY_HAND, LEARNED
from hardship_model.report.cards import KINDS


@pytest.fixture
def card():
    return report.model_card(made_up.results())


@pytest.fixture
def sheet():
    return report.data_sheet(made_up.results())


def tables_of(page, heading):
    """The tables below a heading of the page, as frames of text."""
    [section] = re.findall(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page, re.M | re.S)
    blocks = re.findall(r"(?:^\|.*\|\n)+", section, re.M)
    parsed = []
    for block in blocks:
        head, _, *rows = ([c.strip() for c in line.strip("|").split("|")]
                          for line in block.strip().splitlines())  # fmt: skip
        parsed.append(pd.DataFrame(rows, columns=head))
    return parsed


def numbers(cell):
    """0.650 (0.610 to 0.690) as three numbers."""
    return [float(x) for x in re.findall(r"[-−]?\d+(?:\.\d+)?", cell.replace(",", ""))]


def rows_of(table, *metrics):
    judged = table[table["role"] == "judge"]
    return {m: judged[judged["metric"] == m].reset_index(drop=True) for m in metrics}


def test_the_ranking_on_the_card_is_that_of_the_backtest(card):
    [told] = tables_of(card, "How well they rank")
    of = rows_of(made_up.backtest(), "auroc", "average_precision")

    assert len(told) == len(of["auroc"]) == 8
    for metric, name in {"auroc": "AUROC", "average_precision": "average precision"}.items():
        for cell, (_, row) in zip(told[name], of[metric].iterrows(), strict=True):
            assert numbers(cell) == pytest.approx([row["value"], row["low"], row["high"]], abs=5e-4)


def test_the_calibration_on_the_card_is_that_of_the_chosen_models(card):
    [told] = tables_of(card, "Whether a risk means what it says")
    table = made_up.backtest()

    assert told["task"].tolist() == ["return next year", "poor next year"]
    for task, cell in zip(made_up.TASKS, told["calibration slope"], strict=True):
        row = table[
            (table["task"] == task) & (table["role"] == "judge")
            & (table["model"] == made_up.CHOSEN[task]) & (table["metric"] == "calibration_slope")
        ].iloc[0]  # fmt: skip
        assert numbers(cell) == pytest.approx([row["value"], row["low"], row["high"]], abs=5e-4)


def test_the_counts_of_training_are_those_of_the_run_and_the_few_are_withheld(card):
    [told] = tables_of(card, "When they were trained, chosen and judged")

    assert told["fell, of those learned from"].tolist() == ["withheld, of 250", "45 of 550"] * 2
    assert told["fell, of those ranked"].tolist() == ["60 of 300"] * 4
    assert told["learned until"].tolist() == ["1985-12", "1986-12"] * 2


def test_the_groups_on_the_card_are_those_of_the_table(card):
    groups, equal = tables_of(card, "Whom they miss")
    table = made_up.by_group()
    table = table[
        (table["metric"] == "exclusion_error") & (table["column"] == "woman")
        & (table["model"] == "boosting_of_everybody")
    ]  # fmt: skip
    told = groups[groups["group"].str.startswith("woman")].head(2)

    assert told["missed, of those who fell"].tolist() == [
        f"{events:.0f} of {n:.0f}" for events, n in zip(table["events"], table["n"], strict=True)
    ]
    assert (groups["missed, of those who fell"] == "withheld").sum() == 4
    assert equal["nobody below everybody: visits"].tolist() == ["+12.0"] * 2


def test_the_card_says_in_short_what_the_page_says(card):
    for sentence in report.in_short(made_up.results()):
        assert f"* {sentence}" in card


def test_assumptions_stand_by_tag_on_both(card, sheet):
    for page in (card, sheet):
        [told] = tables_of(page, "What was assumed")
        assert len(told) >= 5
        assert told["tag"].tolist() == sorted(told["tag"])


def test_the_sheet_counts_households_rows_years_and_what_is_known(sheet):
    [years] = tables_of(sheet, "How many")
    [columns] = tables_of(sheet, "What is written down")

    assert "1,500 households, 5,000 rows" in sheet
    assert "4,900 of 5,000 rows is known; 490 of 4,900 are in hardship" in sheet
    assert "25 of 5,000 rows" in sheet
    assert years["in hardship, of known"].tolist() == ["90 of 1,000", "withheld, of 40"]
    assert columns["known"].tolist()[:2] == ["80.0%", "100.0%"]


def test_both_say_which_data_and_versions_made_them(card, sheet):
    for page in (card, sheet):
        assert "fingerprint 0123abcd" in page
        assert "python 3.11, numpy 2.0" in page


def test_no_household_is_on_either_and_the_same_run_gives_the_same_pages(card, sheet):
    assert made_up.SECRET not in card + sheet
    assert card == report.model_card(made_up.results())
    assert sheet == report.data_sheet(made_up.results())


def test_every_row_of_a_table_has_as_many_cells_as_its_head(card, sheet):
    for page in (card, sheet):
        for block in re.findall(r"(?:^\|.*\|\n)+", page, re.M):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_every_model_that_a_config_may_name_is_described():
    assert set(KINDS) == {*BY_HAND, *LEARNED}
