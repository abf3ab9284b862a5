"""Nothing in the repository belongs to one machine, and every notebook was truly run."""

import ast
import re

import jupytext
import nbformat
import pytest
from housekeeping import ROOT, files_of_the_repository

NOTEBOOKS = [path for path in files_of_the_repository() if path.suffix == ".ipynb"]
#: Large enough for a notebook with figures, too small for anybody's data.
LARGEST_FILE_BYTES = 1_000_000

#: A folder of somebody's machine. In an address or a fraction a word stands before the slash.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|tmp|work|mnt)/\w|\b[A-Z]:\\+Users\b")
REGISTRY = re.compile(r"\b(?:pypi[.]org|pythonhosted[.]org|conda[.]anaconda[.]org)")

by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def lines_with(pattern):
    for path in files_of_the_repository():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        where = path.relative_to(ROOT).as_posix()
        yield from (f"{where}:{n}" for n, line in enumerate(lines, 1) if pattern.search(line))


def code_cells(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("read from " + "/home" + "/edda/panel.csv", True),
        ("file://" + "/tmp" + "/panel.csv", True),
        ("C:" + r"\Users\edda", True),
        ("home/work/school", False),
        ("example.org/home/page", False),
    ],
)
def test_a_path_of_a_machine_is_recognised(line, is_one):
    assert bool(MACHINE_PATH.search(line)) == is_one


def test_no_file_names_a_folder_of_somebodys_machine():
    assert list(lines_with(MACHINE_PATH)) == []


def test_no_file_names_the_address_of_a_package_registry():
    assert list(lines_with(REGISTRY)) == []


def test_no_file_is_large():
    large = [p for p in files_of_the_repository() if p.stat().st_size > LARGEST_FILE_BYTES]

    assert large == []


@by_name
def test_a_notebook_was_run_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]

    assert counts == list(range(1, len(counts) + 1))


@by_name
def test_a_notebook_shows_no_error(path):
    outputs = [output.output_type for cell in code_cells(path) for output in cell.outputs]

    assert "error" not in outputs


@by_name
def test_a_notebook_leaves_logic_to_the_library(path):
    for cell in code_cells(path):
        text = re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.MULTILINE)
        defined = [
            node.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        assert defined == []


@by_name
def test_a_notebook_says_what_its_text_file_says(path):
    text_file = path.with_suffix(".py")
    assert text_file.exists(), "pair it: jupytext --set-formats ipynb,py:percent " + path.name

    shown, reviewed = jupytext.read(path), jupytext.read(text_file)
    assert [(c.cell_type, c.source) for c in shown.cells] == [
        (c.cell_type, c.source) for c in reviewed.cells
    ]


def test_every_text_file_of_a_notebook_has_its_notebook():
    texts = {path.stem for path in (ROOT / "notebooks").glob("*.py")}

    assert texts == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
