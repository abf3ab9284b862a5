"""Models in use: what is in a store, which version counts, and whom it would visit first."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hardship_model import scoring, study
from hardship_model.commands.workers import EngineName, Processes, Scheduler
from hardship_model.data.partitions import open_partitions
from hardship_model.data.written_back import write_scores
from hardship_model.files import whole_folder
from hardship_model.months import to_month, to_text
from hardship_model.shards import Engine, map_shards
from hardship_model.store import ServedModel, Store, StoreError, Version

models = typer.Typer(no_args_is_help=True, help="Which models are in a store, and which counts?")
_screen = Console(stderr=True)
_Url = Annotated[str, typer.Option("--store", help="A folder, or a URL that fsspec reads.")]
#: An address, and after an @ the version.
_STORE_AT = re.compile(r"(.+?)(@(\d{4,}))?", re.DOTALL)


@models.command("list")
def list_models(url: _Url) -> None:
    """Print every version, the newest last, and what happened to the store."""
    shelf = Store.opened(url)
    counts = shelf.current()
    if not shelf.versions():
        _screen.print(f"The store {escape(url)} holds no model yet.", highlight=False)
        return
    shown = Table("", "version", "accepted", "model", "verdict", "let in by hand, because")
    for version in shelf.versions():
        about = version.about
        shown.add_row(
            "▶" if counts == version else "", version.name, version.added,
            *(escape(str(about.get(key) or "")) for key in ("recipe", "verdict", "override")),
        )  # fmt: skip
    _out().print(shown)
    for event in shelf.history():
        if event.what == "rolled back":
            said = f"{event.at}  rolled back to {event.version}: {escape(event.reason)}"
            _out().print(said, highlight=False)


@models.command()
def show(
    url: _Url,
    version: Annotated[str | None, typer.Argument(help="[default: the one that counts]")] = None,
) -> None:
    """Print what a version is: its question, where it fits, its files, and its card."""
    shelf = Store.opened(url)
    chosen = _version(shelf, version)
    served = shelf.model(chosen.name)
    question, fits = served.task.question, served.fits
    shown = Table("", chosen.name, show_header=True)
    for key, value in {
        "accepted": chosen.added,
        "model": f"{served.name}, {len(served.declared)} features",
        "question": f"{served.task.name}: {question.ask}, {question.horizon_months} months",
        "learned from": f"{to_text(served.trained_from)} to {to_text(served.trained_until)}",
        "fits": f"a step of {fits.step_months} months, {fits.currency}, a line of about"
                f" {fits.line_median:g} a month, columns"
                f" {', '.join(c.name for c in fits.columns) or 'none'}",
        **{str(key): value for key, value in chosen.about.items() if value},
        **{name: f"sha256 {checksum}" for name, checksum in chosen.files.items()},
    }.items():  # fmt: skip
        shown.add_row(key, escape(str(value)))
    _out().print(shown)
    if "model_card.md" in chosen.files:
        print(shelf.read(chosen.name, "model_card.md").decode("utf-8"))


@models.command()
def rollback(
    version: Annotated[str, typer.Argument(help="The version that shall count, such as 0003.")],
    url: _Url,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the store.")],
) -> None:
    """Let an earlier version count again, until the next one is accepted."""
    Store.opened(url).rollback(version, reason)
    _screen.print(f"Done. Version {version} counts.")


def _version(shelf: Store, name: str | None) -> Version:
    chosen = shelf.version(name) if name else shelf.current()
    if chosen is None:
        raise StoreError(f"The store {shelf.url} holds no model yet.")
    return chosen


def _out() -> Console:
    """Where tables are printed: wide enough for them, also when nobody looks."""
    return Console(width=max(_screen.width, 120))


def score(
    model: Annotated[str, typer.Option(help="STORE, or STORE@VERSION such as models@0003.")],
    panel: Annotated[str, typer.Option(help="A mapping, or a folder with a panel in parts.")],
    out: Annotated[Path, typer.Option(help="A folder for the list, scores and reasons.")],
    file: Annotated[Path | None, typer.Option(help="The file that the mapping describes.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Month at whose end to stand. [default: the panel's last]")
    ] = None,
    language: Annotated[Literal["en", "zh"], typer.Option(help="Of the list.")] = "en",
    to_table: Annotated[
        str | None, typer.Option(help="Also into this table of the office's database.")
    ] = None,
    replace: Annotated[
        bool, typer.Option(help="There, in place of scores of the same month and model.")
    ] = False,
    url_from: Annotated[
        str, typer.Option(help="The environment variable that holds the database's address.")
    ] = "HARDSHIP_DB_URL",
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    processes: Processes = 2,
) -> None:
    """Rank the households of a panel by a model of the store, with reasons: whom to visit first?"""
    url, _, version = _STORE_AT.fullmatch(model).groups()  # type: ignore[union-attr]
    shelf = Store.opened(url)
    chosen = _version(shelf, version)
    served = shelf.model(chosen.name)
    workers = Engine(name=engine, scheduler=scheduler, processes=processes)
    with whole_folder(out, mark=scoring.MARK) as folder, _screen.status("Scoring"):
        month = to_month(as_of) if as_of else None
        scores = _scores(served, panel, file, month, workers)
        told = scoring.write(
            folder, scoring.join(scores), served=served, store=shelf, version=chosen,
            language=language,
        )  # fmt: skip
        if to_table:
            table = pd.read_parquet(folder / "scores.parquet")
            n = write_scores(table, url_from=url_from, name=to_table, replace=replace)
            told.append(f"{n:,} scores stand in the table {to_table}.")
    for line in told:
        _screen.print(escape(line), highlight=False)
    _screen.print(f"Done. Open {out / 'list.csv'}", markup=False)


def _scores(
    served: ServedModel, panel: str, file: Path | None, month: int | None, workers: Engine
) -> Iterator[scoring.Scores]:
    """The scores of the panel, part by part where it comes in parts."""
    if Path(panel).is_dir():
        if file:
            raise ValueError(f"{panel} is a panel in parts and needs no --file; got {file}.")
        parts = open_partitions(panel)
        last = parts.about.span[1]
        work = partial(scoring.score_part, served=served, as_of=last if month is None else month)
        yield from map_shards(work, parts, engine=workers)
    else:
        whole = study.read_survey(panel, file, periods=1)
        yield scoring.score(served, whole, as_of=int(whole.months[-1]) if month is None else month)
