"""The command line: `hardship-model run CONFIG` and what goes with it."""

import sys
import traceback
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hardship_model import privacy, schema, screen_study, study
from hardship_model.commands import in_use, retraining
from hardship_model.commands.workers import EngineName, Processes, Scheduler
from hardship_model.data import anonymise as anonymising
from hardship_model.data import calibration, population
from hardship_model.data.mapping import load_mapping, read_in_parts
from hardship_model.data.partitions import open_partitions, write_partitions
from hardship_model.data.specification import ReadWarning
from hardship_model.features import write_features
from hardship_model.files import parquet_in_parts, whole_folder, write_csv, write_json
from hardship_model.language import Language
from hardship_model.months import to_month
from hardship_model.progress import progress
from hardship_model.shards import Engine

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Who falls into hardship, who falls back, and which way of looking finds them early.",
)
app.add_typer(in_use.models, name="models")
app.command()(in_use.score)
app.command()(retraining.retrain)
_screen = Console(stderr=True)

#: Exit code of a fault of the program (EX_SOFTWARE of BSD's sysexits).
_FAULT = 70
#: A larger town is measured on its first households.
_CALIBRATED_HOUSEHOLDS = 50_000
_CALIBRATION_SHOWN = ("target", "kind", "tag", "tuned to", "band", "simulated (95 %)", "verdict")


def _done(text: str) -> None:
    """The last line; brackets in a folder's name stand for themselves."""
    _screen.print(f"Done. {text}", markup=False)


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
    with whole_folder(out, mark=study.MARK) as folder, progress(_screen) as say:
        results = study.run(plan, say=say)
        say("Writing tables, figures and the page")
        study.write_results(results, config, folder)
        _write_page(folder)
    _done(f"Read {out / 'report.html'}")


@app.command()
def screen(
    config: Annotated[Path, typer.Argument(help="Such as configs/screen.toml.")],
    out: Annotated[Path | None, typer.Option(help="Run folder. [default: data/runs/NAME]")] = None,
    processes: Annotated[int, typer.Option(min=1, help="For towns: more are faster.")] = 1,
) -> None:
    """Play every way of looking, in invented towns or over a survey: who is found, how early?"""
    plan = screen_study.load(config)
    out = out or Path("data/runs") / plan.name
    with whole_folder(out, mark=study.MARK) as folder, progress(_screen) as say:
        with parquet_in_parts(folder / "ledger.parquet") as keep:
            results: screen_study.ScreenResults | screen_study.PanelResults
            if isinstance(plan, screen_study.PanelScreen):
                results = screen_study.run_panel(plan, say=say, keep=keep)
            else:
                results = screen_study.run(plan, say=say, keep=keep, processes=processes)
        say("Writing tables, figures and the page")
        screen_study.write_results(results, config, folder)
        _write_page(folder)
    _done(f"Read {out / 'report.html'}")


def _write_page(folder: Path) -> None:
    """Figures and pages of a new run, made from what stands in its folder."""
    from hardship_model import figures, report  # matplotlib is slow to load, and only needed here

    results = report.read_results(folder)
    figures.write_all(results, folder / "figures")
    for name, text in report.pages(results, folder / "figures").items():
        (folder / name).write_text(text, encoding="utf-8")


@app.command(name="report")
def write_report(
    run: Annotated[Path, typer.Argument(help="A folder that `run` or `screen` wrote.")],
    lang: Annotated[Language, typer.Option(help="The language of the page.")] = "en",
    out: Annotated[Path | None, typer.Option(help="The page. [default: in the folder]")] = None,
) -> None:
    """Write the page of a run folder in English or Chinese, and the cards of `run` beside it.

    With `--out` the page alone.
    """
    from hardship_model import report  # as above

    if out and not out.parent.is_dir():
        raise ValueError(f"There is no folder {out.parent} to write {out.name} into.")
    with _screen.status("Drawing and writing"):
        texts = {run / name: text for name, text in report.in_language(run, lang).items()}
    page = next(iter(texts))
    for path, text in texts.items() if out is None else [(out, texts[page])]:
        path.write_text(text, encoding="utf-8")
    _done(f"Read {out or page}")


@app.command()
def invent(
    out: Annotated[Path, typer.Option(help="A new folder for the town.")],
    households: Annotated[int, typer.Option(help="How many households.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same town.")] = 1,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    processes: Processes = 2,
) -> None:
    """Write an invented town: its truth and its office's records, as Parquet in parts."""
    workers = Engine(name=engine, scheduler=scheduler, processes=processes)
    with _screen.status(f"Inventing {households:,} households"):
        config = population.Config(n_households=households, seed=seed)
        population.write_town(config, out, engine=workers)
    _done(f"{households:,} households that nobody ever was, in {out}")


@app.command()
def partition(
    mapping: Annotated[Path, typer.Argument(help="A mapping file.")],
    files: Annotated[list[Path], typer.Argument(help="The files that it describes.")],
    out: Annotated[Path, typer.Option(help="A folder for the panel in parts.")],
    households: Annotated[int, typer.Option(min=1, help="At most so many in a part.")] = 50_000,
) -> None:
    """Write a panel in parts, from files of which no two hold the same household."""
    panels = read_in_parts(load_mapping(mapping), files, households=households)
    with _screen.status("Reading"):
        parts = write_partitions(panels, out).parts
    _done(f"{len(parts)} parts in {out}")


@app.command()
def features(
    parts: Annotated[Path, typer.Argument(help="A panel in parts, such as TOWN/records.")],
    as_of: Annotated[list[str], typer.Option(help="A month, such as 2021-12; may be repeated.")],
    out: Annotated[Path, typer.Option(help="A folder for the features.")],
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    processes: Processes = 2,
) -> None:
    """Write what could have been known about every household at the end of a month."""
    workers = Engine(name=engine, scheduler=scheduler, processes=processes)
    panel = open_partitions(parts)
    with _screen.status(f"Features of {len(panel.parts)} parts"):
        rows = write_features(panel, out, as_of=[to_month(m) for m in as_of], engine=workers)
    _done(f"{rows:,} rows in {out}")


@app.command()
def calibrate(
    town: Annotated[Path, typer.Argument(help="A folder that `invent` wrote.")],
) -> None:
    """Hold a town against what is published: exit code 1 when a target is missed."""
    if not (town / "town.json").is_file():
        raise ValueError(f"{town} holds no town (no town.json); write one with `invent` first.")
    with _screen.status("Measuring the town"):
        truth = population.read_truth(town)
        table = calibration.calibrate(truth[truth["household_id"] < _CALIBRATED_HOUSEHOLDS])
    write_csv(table, town / "calibration.csv")
    shown = Table(*_CALIBRATION_SHOWN)
    for row in table.to_dict("records"):
        verdict = str(row["verdict"])
        colour = {"met": "green", "missed": "red"}.get(verdict, "yellow")
        shown.add_row(
            *(str(row[key]) for key in ("target", "kind", "tag")),
            "yes" if row["tuned"] else "no",
            f"{row['low']:g} – {row['high']:g}",
            f"{row['simulated']:.4g} ({row['sim_low']:.4g} – {row['sim_high']:.4g})",
            f"[{colour}]{verdict}[/{colour}]",
        )
    Console(width=max(_screen.width, 120)).print(shown)
    print(calibration.tally(table).to_string(index=False))
    raise typer.Exit(int((table["verdict"] != "met").any()))


@app.command()
def anonymise(
    mapping: Annotated[Path, typer.Option(help="A mapping file with [anonymise].")],
    key_file: Annotated[Path, typer.Option(help="The key; made when there is none.")],
    out: Annotated[Path, typer.Option(help="A new folder for what may be looked at.")],
    extract: Annotated[
        Path | None,
        typer.Argument(help="CSV, Excel, Stata, Parquet; none when the mapping has a [database]."),
    ] = None,
) -> None:
    """Take out who it is: pseudonyms, months, bands, and a record of what was done."""
    described = load_mapping(mapping)
    with (
        whole_folder(out, mark="anonymised.json") as folder,
        privacy.key_of(key_file) as key,
        _screen.status("Reading"),
    ):
        table, record = anonymising.anonymise(described, extract, key=key)
        anonymising.write_extract(table, described, folder / "extract.csv")
        write_json(record, folder / "anonymised.json")
    _done(f"{len(table):,} rows in {out / 'extract.csv'}; the key stays where it is.")


@app.command()
def release(
    run: Annotated[Path, typer.Argument(help="A folder that `run` or `screen` wrote.")],
    out: Annotated[
        Path | None, typer.Option(help="Release folder. [default: data/release/NAME]")
    ] = None,
) -> None:
    """Write what may leave the office, and a log of what was withheld."""
    out = out or Path("data/release") / run.name
    with progress(_screen) as say:
        log = privacy.release(run, out, say=say)
    left = ", ".join(sorted(p.name for p in out.iterdir()))
    _done(f"In {out}: {left}. {len(log)} lines of what was withheld in {privacy.LOG}")


@app.command()
def notebook(
    name: Annotated[str, typer.Argument(help="Such as 02, or 02_what_is_a_return.")],
    out: Annotated[Path, typer.Option(help="Folder for the executed notebook and its page.")],
    panel: Annotated[
        str | None, typer.Option(help="A mapping file of yours. [default: the shipped households]")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Its file; none when the mapping has a [database].")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Such as households=2000; may be repeated.")
    ] = None,
) -> None:
    """Run a notebook, on your own panel if you like: an executed copy and a page to read."""
    from hardship_model.report import notebook as notebooks

    chosen = notebooks.find_notebook(name)
    given = notebooks.as_parameters(settings or [])
    given |= notebooks.of_panel(panel, file)
    with _screen.status(f"Running {chosen.stem}"):
        _, page = notebooks.run_notebook(chosen, out, given)
    _done(f"Read {page}")


@app.command()
def dictionary() -> None:
    """Print the data dictionary: every table and column, in Markdown."""
    print(schema.dictionary())


def main() -> None:
    """Run the command line. Exit code 0 only on success, 2 on bad input, 3 when a gate refuses
    a candidate, 70 on a fault of ours.

    No traceback is shown: its last line may quote a cell.
    """
    warnings.showwarning = _show  # type: ignore[assignment]
    try:
        app()
    except (ValueError, OSError) as problem:
        _screen.print(f"[bold red]Not done.[/bold red] {escape(str(problem))}", highlight=False)
        sys.exit(2)
    except Exception as fault:
        at = traceback.extract_tb(fault.__traceback__)[-1]
        _screen.print(
            f"[bold red]Not done.[/bold red] A fault of the program, not of the file:"
            f" {type(fault).__name__} in {Path(at.filename).name}, line {at.lineno}."
        )
        sys.exit(_FAULT)


def _show(message: Warning | str, category: type[Warning], *_: object) -> None:
    """Warnings that are written for a reader, without the line of code that gave them."""
    if issubclass(category, ReadWarning):
        _screen.print(f"[yellow]Note.[/yellow] {escape(str(message))}", highlight=False)


if __name__ == "__main__":
    main()
