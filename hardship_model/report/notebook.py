"""A notebook on somebody's own panel: executed, looked through, kept as a notebook and a page."""

import ast
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hardship_model.data.query import refuse_address
from hardship_model.files import OutputError
from hardship_model.privacy.notebooks import shows_households

#: Where they lie in a copy of this repository; an installed package has none.
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PARAMETERS = "parameters"
#: Errors of this library, whose messages name no household and quote no cell.
_TELLABLE = frozenset(
    ("ConfigError", "DatabaseError", "IdentifierError", "MappingError", "PanelError", "TableError")
)
_UNTOLD = (
    " What other libraries say may quote a value and is not repeated here: open the notebook with"
    " these settings in JupyterLab to see it. A town or panel of very few households is one reason."
)
#: How Python prints a note for readers; the place before it and the line of code after it are left.
_NOTE = re.compile(r"^.+:\d+: ReadWarning: (.*)$", re.MULTILINE)


class NotebookError(ValueError):
    """A notebook that cannot be run: what came, what was wanted. Quotes no cell of a panel."""


def find_notebook(name: str, folder: Path = NOTEBOOKS) -> Path:
    """Which notebook has this name, or alone begins with it (`02`, `2`)? Raises NotebookError."""
    there = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not there:
        raise NotebookError(
            "There are no notebooks beside this package: they come with a copy of the repository,"
            " not with an installed package. Install from a copy: pip install -e ."
        )
    plain = name.removesuffix(".ipynb")
    begins = plain.zfill(2) if plain.isdecimal() else plain
    found = [path for path in there if path.stem.startswith(begins)]
    exact = [path for path in found if path.stem == plain]
    if len(exact or found) != 1:
        raise NotebookError(
            f"{len(found)} notebooks begin with {name!r}; there are"
            f" {', '.join(path.stem for path in there)}."
        )
    return (exact or found)[0]


def parameters_of(notebook: Path) -> dict[str, Any]:
    """What may be set in this notebook, and to what it is set: its one cell tagged *parameters*."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    [cell] = [c for c in cells if PARAMETERS in c["metadata"].get("tags", [])]
    lines = ast.parse("".join(cell["source"])).body
    return {
        target.id: ast.literal_eval(line.value)
        for line in lines
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }


def as_parameters(settings: Sequence[str]) -> dict[str, Any]:
    """Texts like `households=2000` as values: numbers, true and lists as in TOML, else a text."""
    said = dict(_parted(one) for one in settings)
    return {name: _value(text) for name, text in said.items()}


def _parted(setting: str) -> tuple[str, str]:
    name, sign, text = setting.partition("=")
    if not sign:
        raise NotebookError(f"--set wants name=value, such as households=2000; got {setting!r}.")
    return name.strip(), text.strip()


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def of_panel(mapping: str | None, file: Path | None) -> dict[str, str]:
    """The parameters that name a panel, as seen from any folder; a notebook runs in its own."""
    if file is not None and mapping is None:
        raise NotebookError("--file is the file of a --panel: name the mapping that describes it.")
    refuse_address(mapping or "")
    refuse_address(file or "")
    for path in (mapping if mapping and mapping.endswith(".toml") else None, file):
        if path is not None and not Path(path).is_file():
            raise NotebookError(f"There is no file {path}.")
    given = {"panel": mapping, "file": file}
    return {
        name: str(Path(value).resolve()) if Path(value).exists() else str(value)
        for name, value in given.items()
        if value is not None
    }


def run_notebook(notebook: Path, out: Path, parameters: Mapping[str, Any]) -> tuple[Path, Path]:
    """Execute this notebook with these parameters; where do it and its page lie now?

    Nothing is written unless every cell ran and no output shows rows of single households.
    Raises NotebookError, with the message of an error of this library, and of any other error
    its kind alone; OutputError when `out` is a file.
    """
    known = parameters_of(notebook)
    if "panel" in parameters and "panel" not in known:
        raise NotebookError(
            f"{notebook.stem} takes no panel: it asks what became of households that nobody"
            " visited, and that is known in invented towns alone. Set "
            f"{', '.join(known)} with --set."
        )
    if unknown := sorted(set(parameters) - set(known)):
        raise NotebookError(
            f"{notebook.stem} does not take {', '.join(unknown)}; it takes {', '.join(known)}."
        )
    _refuse_other_kinds(notebook, parameters, known)
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; a folder is wanted for the notebook and its page.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".notebook-", dir=out.parent) as folder:
        made = Path(folder) / notebook.name
        page = made.with_suffix(".html")
        content = _executed(notebook, made, parameters)
        if cells := shows_households(made):
            raise NotebookError(
                f"Cells {', '.join(map(str, cells))} of {notebook.stem} show rows of single"
                " households, so nothing was kept. Show counts in their place."
            )
        page.write_text(_page(content, notebook.stem), encoding="utf-8")
        out.mkdir(exist_ok=True)
        for file in (made, page):
            os.replace(file, out / file.name)
    return out / made.name, out / page.name


def _refuse_other_kinds(
    notebook: Path, parameters: Mapping[str, Any], known: Mapping[str, Any]
) -> None:
    """Stop before anything runs when a value is of another kind than the notebook's own."""
    alike = {float: (int, float), tuple: (list, tuple)}
    for name, value in parameters.items():
        kind = type(known[name])
        wrong = not isinstance(value, alike.get(kind, kind))
        if wrong or (isinstance(value, bool) and kind is not bool):
            raise NotebookError(
                f"{notebook.stem} takes {name} as in {name}={known[name]}; got {value!r}."
            )


def _executed(notebook: Path, made: Path, parameters: Mapping[str, Any]) -> Any:
    """The notebook with what its cells gave, without what the run left: places and times."""
    try:
        import papermill
    except ImportError:
        raise NotebookError(
            "Notebooks need packages that are not installed: pip install hardship-model[notebooks]."
        ) from None
    try:
        content = papermill.execute_notebook(
            notebook, made, parameters=dict(parameters), cwd=notebook.parent, progress_bar=False,
            kernel_name="python3", language="python", extra_arguments=["--log-level=ERROR"],
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        said = f": {error.evalue}" if error.ename in _TELLABLE else f" ({error.ename}).{_UNTOLD}"
        raise NotebookError(
            f"Cell {error.cell_index} of {notebook.stem} did not run{said}"
        ) from None
    content.metadata.pop("papermill", None)
    for cell in content.cells:
        _keep_notes(cell)
        for left in ("papermill", "execution"):
            cell.metadata.pop(left, None)
    papermill.iorw.write_ipynb(content, str(made))
    return content


def _keep_notes(cell: Any) -> None:
    """Of what a cell warned of, keep what this library says to a reader, once, without places."""
    warned = [o for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    if warned:
        said = dict.fromkeys(_NOTE.findall("".join(o["text"] for o in warned)))
        warned[0]["text"] = "".join(f"Note. {one}\n" for one in said)
        kept = [warned[0]] if said else []
        cell["outputs"] = kept + [o for o in cell["outputs"] if o not in warned]


def _page(content: Any, title: str) -> str:
    """One page that asks nothing of the network."""
    from nbconvert import HTMLExporter

    unused = (
        "jquery_url", "mathjax_url", "mermaid_js_url", "mermaid_layout_elk_js_url",
        "require_js_url", "jupyter_widgets_base_url", "widget_renderer_url",
    )  # fmt: skip
    exporter = HTMLExporter(embed_images=True, **dict.fromkeys(unused, ""))
    body, _ = exporter.from_notebook_node(content, {"metadata": {"name": title}})
    return str(body)
