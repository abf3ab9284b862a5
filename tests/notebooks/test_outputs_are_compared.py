"""The options with which the launcher runs the notebooks notice a number that has changed."""

import importlib.util
import re
import subprocess
import sys

import nbformat
import pytest
from housekeeping import ROOT

#: How a number can be shown: cells that do, and what they show.
SOURCES = {
    "stream": "print(f'{1 / 3:.1%}')",
    "text/plain": "1 / 4",
    "text/markdown": "from IPython.display import Markdown\nMarkdown('45 of 900')",
}
SHOWN = {"stream": "33.3%\n", "text/plain": "0.25", "text/markdown": "45 of 900"}
CHANGED = {"stream": "33.4%\n", "text/plain": "0.26", "text/markdown": "46 of 900"}


def options_of_the_launcher(monkeypatch):
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    commands = []
    monkeypatch.setattr(start, "prepare", lambda: None)
    monkeypatch.setattr(start, "run", lambda command: commands.append(command) or 0)
    start.main(["test"])
    return [option for option in commands[0] if str(option).startswith("--nbval")]


def output(kind, text, count):
    if kind == "stream":
        return nbformat.v4.new_output("stream", text=text)
    plain = {"text/plain": "<IPython.core.display.Markdown object>"}
    return nbformat.v4.new_output("execute_result", plain | {kind: text}, execution_count=count)


def write_notebook(path, shown):
    cells = [
        nbformat.v4.new_code_cell(source, execution_count=n, outputs=[output(kind, shown[kind], n)])
        for n, (kind, source) in enumerate(SOURCES.items(), 1)
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="outputs are compared on Linux")
def test_a_number_that_changed_fails_however_it_is_shown(tmp_path, monkeypatch):
    options = options_of_the_launcher(monkeypatch)
    write_notebook(tmp_path / "true.ipynb", SHOWN)
    write_notebook(tmp_path / "changed.ipynb", CHANGED)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "."],
        cwd=tmp_path, capture_output=True, encoding="utf-8",
    )  # fmt: skip

    failed = set(re.findall(r"FAILED (\S+::Cell \d)", done.stdout))
    assert failed == {f"changed.ipynb::Cell {cell}" for cell in range(len(SOURCES))}, done.stdout
    assert f"{len(SOURCES)} passed" in done.stdout
