"""The pages of `docs/` that are made from files and tests; run it to write them anew."""

import ast
import os
from pathlib import Path

from hardship_model.parameters import page as parameters_page
from hardship_model.rules import cards_page

ROOT = Path(__file__).resolve().parents[1]
#: The chapters of the page of rules, in the order in which they are told.
CHAPTERS = (
    "test_states_of_hardship", "test_the_file", "test_aid_of_a_year",
    "test_the_family_in_the_newspaper",
)  # fmt: skip


def rules_page() -> str:
    """What docs/RULES.md says: the rules as sentences that are tested, then their numbers."""
    chapters = [_chapter(ROOT / "tests" / "spec" / f"{name}.py") for name in CHAPTERS]
    return "\n".join(
        [
            "# The rules\n",
            "This page is generated. Every sentence is a test in `tests/spec/`, and holds; the"
            " numbers behind the rules stand below with their tags, and all others in"
            " [PARAMETERS.md](PARAMETERS.md).\n",
            *chapters,
            "## The numbers of the rules\n",
            cards_page(),
        ]
    )


def _chapter(path: Path) -> str:
    """A spec file as a chapter: its docstring, then each test's name as a sentence."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title, _, story = (ast.get_docstring(tree) or "").partition("\n")
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    sentences = [f"- {_sentence(one.name)}" for one in tests if one.name.startswith("test_")]
    return "\n".join([f"## {title}\n", f"{story.strip()}\n", *sentences, ""])


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."


PAGES = {"PARAMETERS.md": parameters_page, "RULES.md": rules_page}


def write() -> None:
    """Write every page, whole or not at all."""
    for name, make in PAGES.items():
        unfinished = ROOT / "docs" / f".{name}.new"
        unfinished.write_text(make(), encoding="utf-8", newline="\n")
        os.replace(unfinished, ROOT / "docs" / name)


if __name__ == "__main__":
    write()
