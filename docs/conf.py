"""How the site is made from docs/, notebooks/ and docstrings: `sphinx-build -c docs . build/site`.

The source folder is the repository's top folder, so that a link reads the same in a checkout and
on the site. Nothing is fetched: no script, font or inventory from anywhere.
"""

import importlib
import pkgutil
import re
from pathlib import Path

from sphinx.application import Sphinx

import hardship_model
from hardship_model import schema

ROOT = Path(__file__).resolve().parents[1]
MADE = ROOT / "docs" / "made"  # pages written below; not committed
_REQUEST = re.compile(r"set_\w+_request")

project = "hardship_model"
author = "the authors of hardship_model"
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc"]
root_doc = "docs/index"
include_patterns = [
    "docs/**", "notebooks/*.ipynb", "README*.md", "SECURITY.md",
    *(f"{folder}/README.md" for folder in ("benchmarks", "configs", "data", "tests")),
    "data/example/README.md",
]  # fmt: skip
exclude_patterns = ["docs/README.md"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

nb_execution_mode = "off"  # CI executes and compares them; here their stored outputs are shown
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_mock_imports = ["interpret"]
suppress_warnings = ["ref.python"]  # a field that bears the same name in several classes

html_theme = "alabaster"
html_theme_options = {
    "description": "Which way of looking finds families in hardship early, and whom does it miss?",
    "fixed_sidebar": True,
    "page_width": "1100px",
    "sidebar_width": "260px",
    "font_family": "'DejaVu Sans', Verdana, 'Noto Sans SC', 'Microsoft YaHei', sans-serif",
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False


def rooms() -> dict[str, list[str]]:
    """The package's rooms and the modules in each, by their full names."""
    found: dict[str, list[str]] = {}
    for module in pkgutil.walk_packages(hardship_model.__path__, "hardship_model."):
        name = module.name.split(".")
        if not any(part.startswith("_") for part in name):
            found.setdefault(name[1], []).append(module.name)
    return found


def write_made_pages() -> None:
    """Write the data dictionary and one page of docstrings per room."""
    (MADE / "rooms").mkdir(parents=True, exist_ok=True)
    dictionary = re.sub("^###", "##", schema.dictionary(), flags=re.M)
    page = f"# Every table and column\n\n{dictionary}"
    (MADE / "DICTIONARY.md").write_text(page, encoding="utf-8")
    for room, modules in rooms().items():
        pages = [f"# `{room}`\n"]
        for name in modules:
            hands_on = hasattr(importlib.import_module(name), "__all__")  # told where it is defined
            members = "" if hands_on else "\n   :members:"
            if name.count(".") > 1:
                pages.append(f"## `{name.split('.', 2)[2]}`\n")
            pages.append(f"```{{eval-rst}}\n.. automodule:: {name}{members}\n```\n")
        (MADE / "rooms" / f"{room}.md").write_text("\n".join(pages), encoding="utf-8")


write_made_pages()


def as_markup(lines: list[str]) -> list[str]:
    """A docstring of ours, plain words with names in backticks, as reStructuredText.

    Nothing but backticks, headings with a line of dashes, and examples has a meaning there.
    """
    named = re.split(r"(^ *>>> .*?(?=\n *\n|\Z)|`[^`]*`)", "\n".join(lines), flags=re.S | re.M)
    for place, text in enumerate(named):
        if text.startswith("`"):
            named[place] = f"``{text[1:-1]}``"
        elif ">>>" not in text:
            named[place] = re.sub(r"([*_|\\])", r"\\\1", text)
    return re.sub(r"^( *)(\w+)\n *-{3,}$", r"\1.. rubric:: \2\n", "".join(named), flags=re.M).split(
        "\n"
    )


def setup(app: Sphinx) -> None:
    """Read our docstrings as they are meant; leave out what scikit-learn adds by itself."""

    def rewrite(app, what, name, obj, options, lines: list[str]) -> None:
        lines[:] = as_markup(lines)

    app.connect("autodoc-process-docstring", rewrite)
    app.connect("autodoc-skip-member", lambda app, what, name, *rest: _REQUEST.match(name))
