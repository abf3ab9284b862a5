"""The command line: `hardship-model run CONFIG` and what goes with it."""

import json
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hardship_model import schema, study
from hardship_model.files import OutputError, whole_folder, write_csv

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Who falls into hardship, who falls back, and which way of looking finds them early.",
)
_screen = Console(stderr=True)

#: Versions that decide about every number of a run.
_DECISIVE = ("hardship_model", "numpy", "pandas", "scipy", "scikit-learn", "lightgbm")
_MARK = "versions.json"


@app.callback()
def _about() -> None:
    """Keep the commands as commands, also while there is one only."""


@app.command()
def run(
    config: Annotated[Path, typer.Argument(help="A study, such as configs/rwm5yr.toml.")],
    out: Annotated[Path | None, typer.Option(help="Run folder. [default: data/runs/NAME]")] = None,
) -> None:
    """Do the main job: transitions, backtest, visits, figures and one page."""
    plan = study.load_study(config)
    out = out or Path("data/runs") / plan.name
    with whole_folder(out, mark=_MARK) as folder, _screen.status("Starting") as status:

        def say(line: str) -> None:
            _screen.print(f"[dim]{line} …[/dim]")
            status.update(line)

        results = study.run(plan, say=say)
        say("Writing tables, figures and the page")
        _write(results, config, folder)
    _screen.print(f"Done. Read {out / 'report.html'}")


def _write(results: study.Results, config: Path, folder: Path) -> None:
    from hardship_model import figures, report  # matplotlib is slow to load, and only needed here

    shutil.copyfile(config, folder / "config.toml")
    for name, table in study.as_files(results).items():
        write_csv(table, folder / f"{name}.csv")
    results.scores.to_parquet(folder / "scores.parquet", index=False)
    if not results.ledger.empty:
        results.ledger.to_parquet(folder / "ledger.parquet", index=False)
    predictions = {"predictions": study.same_bits(results.scores["risk"])}
    _write_json(results.data | predictions, folder / "data.json")
    figures.write_all(results, folder / "figures")
    (folder / "report.html").write_text(report.page(results, folder / "figures"), encoding="utf-8")
    _write_json(_versions(), folder / _MARK)


def _versions() -> dict[str, str]:
    named = {name: version(name) for name in _DECISIVE}
    return {"python": platform.python_version(), **named}


def _write_json(content: Mapping[str, object], path: Path) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@app.command()
def dictionary() -> None:
    """Print the data dictionary: every table and column, in Markdown."""
    print(schema.dictionary())


def main() -> None:
    """Run the command line. Exit code 0 only on success, 2 on bad input."""
    try:
        app()
    except (ValueError, OutputError, PermissionError, IsADirectoryError) as problem:
        _screen.print(f"[bold red]Not done.[/bold red] {problem}", highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
