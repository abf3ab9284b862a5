"""The rooms of the house stand in one order, and nobody imports from a later room."""

import ast
import sys
from graphlib import TopologicalSorter

import pytest
from housekeeping import ROOT, requirements

PACKAGE = ROOT / "hardship_model"

#: From the ground up: a room may import those before it.
ROOMS = [
    "months",
    "steady",
    "randomness",
    "rates",
    "shrinkage",
    "files",
    "progress",
    "language",
    "shards",
    "schema",
    "parameters",
    "rules",
    "privacy",
    "data",
    "provenance",
    "labels",
    "transitions",
    "features",
    "models",
    "store",
    "evaluation",
    "screening",
    "retraining",
    "scoring",
    "study",
    "screen_study",
    "figures",
    "report",
    "retrain_study",
    "commands",
    "cli",
    "__main__",
]
#: The name to import, where it is not the name to install.
IMPORT_NAME = {"scikit-learn": "sklearn", "interpret-core": "interpret", "salib": "SALib"}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imported_names(module):
    """Every dotted name that a module imports anywhere in its text, relative ones made whole."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def our_modules_imported_by(module):
    """The modules of this package behind those names; a name inside a module stands for it."""
    for name in imported_names(module):
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        if name and name != module:
            yield name


def room(module):
    return module.split(".")[1] if "." in module else "the front door"


def from_outside():
    """Pairs of (module, top-level name of another package that it imports)."""
    return {
        (module, name.partition(".")[0])
        for module in MODULES
        for name in imported_names(module)
        if not name.startswith("hardship_model")
    }


def test_every_room_has_its_place_in_the_order():
    assert {room(module) for module in MODULES} - {"the front door"} <= set(ROOMS)


def test_the_developers_page_shows_this_order():
    page = (ROOT / "docs" / "DEVELOPING.md").read_text(encoding="utf-8")
    [order] = [block for block in page.split("```") if block.strip().startswith("months →")]

    assert [word for word in order.split() if word != "→"] == ROOMS


@pytest.mark.parametrize("module", [name for name in MODULES if "." in name])
def test_a_module_imports_from_its_own_room_or_an_earlier_one(module):
    allowed = ROOMS[: ROOMS.index(room(module)) + 1]
    later = [name for name in our_modules_imported_by(module) if room(name) not in allowed]

    assert later == []


def test_no_two_modules_need_one_another():
    # A package's own __init__ gathers what its modules offer; those modules do not import it.
    TopologicalSorter({m: set(our_modules_imported_by(m)) for m in MODULES}).prepare()


def test_screening_takes_scores_and_never_a_model():
    using = [
        module
        for module in MODULES
        if room(module) == "screening"
        and any(room(name) == "models" for name in our_modules_imported_by(module))
    ]

    assert using == []


def test_only_figures_draws():
    drawing = {module for module, name in from_outside() if name == "matplotlib"}

    assert {room(module) for module in drawing} <= {"figures"}


def test_what_is_imported_is_declared():
    names = [requirement.name for requirement in requirements()]
    known = {IMPORT_NAME.get(name, name.replace("-", "_")) for name in names}

    undeclared = {
        (module, name)
        for module, name in from_outside()
        if name not in known and name not in sys.stdlib_module_names
    }
    assert undeclared == set()
