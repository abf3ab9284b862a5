"""A notebook runs on somebody's own panel, shows no household, and leaves all or nothing."""

import json
import re

import nbformat
import pytest
from housekeeping import ROOT
from invented_panels import drifting_panel

from hardship_model.cli import app
from hardship_model.data.panel import PanelError
from hardship_model.data.query import MappingError
from hardship_model.files import OutputError
from hardship_model.months import to_text
from hardship_model.report import about_panel
from hardship_model.report.notebook import (
    NOTEBOOKS,
    NotebookError,
    as_parameters,
    find_notebook,
    of_panel,
    parameters_of,
    run_notebook,
)
from hardship_model.study import read_survey

#: Those in which real households stand: all but the one that asks about whom nobody visited.
OF_TOWNS = "10_what_if_only_the_screened_are_labelled"
OF_A_PANEL = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb") if path.stem != OF_TOWNS)
MAPPING = """
name = "office"
about = "One row per household and month."
currency = "yuan"
step_months = 1
household = "household_id"
[period]
month = "month"
[income]
column = "income"
[line]
fixed = 100
[columns.ill]
pillar = "security"
kind = "flag"
codes = { "True" = true, "False" = false }
[columns.district]
pillar = "place"
kind = "category"
"""


@pytest.fixture
def small(tmp_path):
    """Write a notebook of one cell with parameters and one that shows something."""

    def write(shows, name="01_small"):
        parameters = nbformat.v4.new_code_cell("households = 5\npanel = 'rwm5yr'")
        parameters.metadata["tags"] = ["parameters"]
        cells = [parameters, nbformat.v4.new_code_cell(shows)]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return write


@pytest.fixture
def extract(tmp_path):
    """A mapping and its file, as an office would have them."""
    rows = drifting_panel(3, n_households=250, n_periods=42).rows
    kept = rows[["household_id", "income", "ill", "district"]]
    kept.assign(month=rows["month"].map(to_text)).to_csv(tmp_path / "extract.csv", index=False)
    (tmp_path / "office.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path / "office.toml", tmp_path / "extract.csv"


# --- which notebook, which parameters ---------------------------------------------------------


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_has_one_cell_of_plain_parameters_before_it_does_anything(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    tagged = [n for n, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])]

    assert tagged == [0]
    assert parameters_of(path)


@pytest.mark.parametrize("name", OF_A_PANEL)
def test_the_notebooks_with_real_households_take_a_panel(name):
    assert parameters_of(find_notebook(name)).items() >= {"panel": "rwm5yr", "file": ""}.items()


def test_a_number_is_enough_of_a_name_and_an_unclear_one_is_refused():
    assert find_notebook("02").stem == find_notebook("2").stem == "02_what_is_a_return"
    assert find_notebook("02_what_is_a_return.ipynb").stem == "02_what_is_a_return"
    for name in ("0", "99", "what", ""):
        with pytest.raises(NotebookError, match="notebooks begin with"):
            find_notebook(name)


def test_without_a_copy_of_the_repository_the_message_says_so(tmp_path):
    with pytest.raises(NotebookError, match="come with a copy"):
        find_notebook("02", tmp_path)


def test_settings_are_read_as_numbers_lists_and_texts():
    said = [
        "households=2_000",
        "share=0.1",
        'models=["rule", "boosting"]',
        "model=rule",
        "a=b=c",
    ]

    assert as_parameters(said) == {
        "households": 2000, "share": 0.1, "models": ["rule", "boosting"], "model": "rule",
        "a": "b=c",
    }  # fmt: skip
    with pytest.raises(NotebookError, match="wants name=value"):
        as_parameters(["households"])


def test_a_panel_is_named_as_seen_from_any_folder_and_never_by_an_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.toml").touch()

    assert of_panel("m.toml", None) == {"panel": str((tmp_path / "m.toml").resolve())}
    assert of_panel("eph", None) == {"panel": "eph"}
    with pytest.raises(NotebookError, match="file of a --panel"):
        of_panel(None, tmp_path)
    with pytest.raises(MappingError, match="an address came"):
        of_panel("postgresql://u:Tr0ub4dor@host/db", None)


@pytest.mark.parametrize(("panel", "file"), [("no.toml", None), ("m.toml", "no.csv")])
def test_a_file_that_is_not_there_is_told_before_anything_runs(tmp_path, monkeypatch, panel, file):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.toml").touch()

    with pytest.raises(NotebookError, match=r"There is no file no\."):
        of_panel(panel, file)


@pytest.mark.parametrize("value", ["six", True, 2.5, [6]])
def test_a_setting_of_another_kind_is_told_before_anything_runs(small, tmp_path, value):
    with pytest.raises(NotebookError, match="as in households=5; got"):
        run_notebook(small("1"), tmp_path / "mine", {"households": value})
    assert not (tmp_path / "mine").exists()


def test_a_panel_for_a_notebook_of_towns_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(NotebookError, match=r"takes no panel: .* towns alone. Set households, "):
        run_notebook(find_notebook("10"), tmp_path / "out", {"panel": "office.toml"})
    assert list(tmp_path.iterdir()) == []


def test_a_panel_of_one_month_is_told_what_it_lacks(extract):
    mapping, file = extract
    rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(rows[:2]), encoding="utf-8")

    with pytest.raises(PanelError, match=r"'office' has one period only, .* at least 2 are needed"):
        read_survey(str(mapping), file)
    assert len(read_survey(str(mapping), file, periods=1).rows) == 1


# --- what is kept -----------------------------------------------------------------------------


def test_a_notebook_and_a_page_that_needs_no_network_are_kept(small, tmp_path):
    path = small("print('looked at', households, 'of', panel)\nhouseholds / 3")

    notebook, page = run_notebook(path, tmp_path / "out", {"households": 7})

    assert {path.name for path in (tmp_path / "out").iterdir()} == {notebook.name, page.name}
    shown = json.loads(notebook.read_text(encoding="utf-8"))
    assert "looked at 7 of rwm5yr" in "".join(shown["cells"][-1]["outputs"][0]["text"])
    assert "papermill" not in json.dumps(
        [shown["metadata"], [c["metadata"] for c in shown["cells"]]]
    )
    text = page.read_text(encoding="utf-8")
    assert "looked at 7 of rwm5yr" in text
    loaded = re.findall(
        r"(?:src|href)\s*=\s*[\"']?(https?:[^\"'> ]*)|import\([\"'](https?:[^\"']*)", text
    )
    assert loaded == []


@pytest.mark.parametrize(
    ("shows", "said"),
    [
        ("raise KeyError('household 717171')", "Cell 2 of 01_small did not run (KeyError)."),
        (
            "from hardship_model.data.panel import PanelError\nraise PanelError('No rows.')",
            "Cell 2 of 01_small did not run: No rows.",
        ),
        (
            "import pandas as pd\npd.DataFrame({'household_id': ['h-717171'], 'risk': [0.5]})",
            "Cells 2 of 01_small show rows of single households, so nothing was kept.",
        ),
    ],
)
def test_a_cell_that_fails_or_shows_households_leaves_nothing(small, tmp_path, shows, said):
    path = small(shows)

    with pytest.raises(NotebookError) as error:
        run_notebook(path, tmp_path / "out", {"households": 7})

    assert said in str(error.value)
    assert "717171" not in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["01_small.ipynb"]


def test_a_note_for_the_reader_is_kept_once_and_tells_no_place(small, tmp_path):
    path = small(
        "import warnings\nfrom hardship_model.data.specification import ReadWarning\n"
        "for line in range(2):\n"
        "    warnings.warn_explicit('7 rows left out.', ReadWarning, '/some/where/a.py', line)\n"
        "warnings.warn('of a library')\n'seen'"
    )

    notebook, _ = run_notebook(path, tmp_path / "out", {"households": 7})

    note, seen = json.loads(notebook.read_text(encoding="utf-8"))["cells"][-1]["outputs"]
    assert "".join(note["text"]) == "Note. 7 rows left out.\n"
    assert "seen" in "".join(seen["data"]["text/plain"])


def test_a_file_in_the_folders_place_is_refused(small, tmp_path):
    (tmp_path / "out").write_text("mine", encoding="utf-8")

    with pytest.raises(OutputError, match="is a file"):
        run_notebook(small("1"), tmp_path / "out", {})


def test_of_another_panel_the_texts_are_said_to_be_of_another():
    assert "were written for `rwm5yr`" in about_panel(drifting_panel(1))
    assert "were written for" not in about_panel(drifting_panel(1), written_for="drifting 1")
    assert "fewer than ten households" in about_panel(drifting_panel(1, n_households=9))


@pytest.mark.long
@pytest.mark.parametrize("name", OF_A_PANEL)
def test_every_notebook_of_a_panel_runs_on_an_offices_own(extract, tmp_path, name):
    mapping, file = extract
    command = ["notebook", name[:2], "--panel", str(mapping), "--file", str(file)]
    usual = parameters_of(find_notebook(name)).get("households", 0)
    small = ["--set", "households=3000"] if usual > 3000 else []

    app([*command, *small, "--out", str(tmp_path / "out")], standalone_mode=False)

    page = (tmp_path / "out" / f"{name}.html").read_text(encoding="utf-8")
    assert "were written for" in page
    assert (ROOT / "notebooks" / f"{name}.ipynb").exists()
