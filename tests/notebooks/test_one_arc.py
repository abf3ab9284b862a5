"""Every notebook tells its story in one order, and says under each figure what to see."""

import nbformat
import pytest
from housekeeping import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def texts(cells):
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def draws(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_question_comes_first_then_the_answer_and_last_what_it_does_not_show(path):
    question, answer, *_, last = texts(cells_of(path))

    assert question.startswith("# ")
    assert "*" in question.split("\n\n")[1]
    assert answer.startswith("**In short.**")
    assert "## What this does not show" in last
    assert "## " not in last.split("## What this does not show")[1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_under_every_figure_stands_what_to_see_before_the_next_one(path):
    cells = cells_of(path)
    drawn = [n for n, cell in enumerate(cells) if cell.cell_type == "code" and draws(cell)]

    silent = [
        n
        for n, end in zip(drawn, [*drawn[1:], len(cells)], strict=True)
        if not any("*What to see.*" in text for text in texts(cells[n:end]))
    ]
    assert silent == [], f"cells {silent} draw something and nothing says what to see"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_short_defines_no_function_and_has_a_real_survey_beside_the_town(path):
    cells = cells_of(path)
    code = [line for cell in cells if cell.cell_type == "code" for line in cell.source.split("\n")]

    assert len(cells) <= 40
    assert not [line for line in code if line.lstrip().startswith(("def ", "class "))]
    assert any("## " in text and " real " in text.lower() for text in texts(cells))
