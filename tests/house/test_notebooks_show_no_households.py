"""A notebook is committed with its outputs, so these must not show anybody's records."""

import json

import pytest
from housekeeping import ROOT, files_of_the_repository

from hardship_model.privacy.notebooks import main, shows_households

NOTEBOOKS = [path for path in files_of_the_repository() if path.suffix == ".ipynb"]


@pytest.fixture
def notebook(tmp_path):
    def write(text):
        output = {"output_type": "execute_result", "data": {"text/plain": [text]}}
        path = tmp_path / "one.ipynb"
        path.write_text(json.dumps({"cells": [{"outputs": [output]}]}), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_committed_notebook_shows_no_record_of_a_household(path):
    assert shows_households(path) == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("  household_id  income\n0  h-4711  900", True),
        ("  household_id  income\n0  edda  900\n1  h-4711  900", True),
        ("  household_id  income\n0  edda  900", False),
        ("  户编号  收入\n0  4711  900", True),
        ("  group   n\n0  all  900", False),
        ("{'household_id': 'bcdfgh', 'income': 900}", True),
        ("household_id=edda", False),
        ("0  4711\n1  4712\nName: household_id, dtype: int64", True),
        ("0  edda\n1  ida\nName: household_id, dtype: str", False),
        ("Index(['household_id', 'month'], dtype='str')", False),
        ("called 138" + "00138000 twice", True),
        ("<tr><th>household_id</th></tr><tr><td>4711</td></tr>", True),
        ("<tr><th>household_id</th></tr><tr><td>fria</td></tr>", False),
    ],
)
def test_a_record_in_an_output_is_recognised(notebook, text, is_one):
    assert bool(shows_households(notebook(text))) == is_one


@pytest.mark.parametrize(
    "cell",
    [
        {"source": ["one = 138" + "00138000"], "outputs": []},
        {"source": ["Call 138 " + "0013 8000."]},
        {"outputs": [{"output_type": "error", "traceback": ["KeyError", "138" + "00138000"]}]},
        {"outputs": [{"data": {"application/json": {"rows": [{"household_id": 4711}]}}}]},
    ],
)
def test_a_cell_own_text_an_error_and_data_are_looked_at_as_well(tmp_path, cell):
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")

    assert shows_households(path) == [0]


def test_the_hook_ends_with_one_and_quotes_nothing(notebook, monkeypatch, capsys):
    path = notebook("  household_id  income\n0  h-4711  900")
    monkeypatch.setattr("sys.argv", ["notebooks", str(path)])

    assert main() == 1
    assert "4711" not in capsys.readouterr().out


def test_the_hook_is_declared_and_needs_no_network():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")

    assert "hardship_model.privacy.notebooks" in text
    assert text.count("repo:") == text.count("repo: local")
