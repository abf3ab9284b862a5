"""From a run folder to what may leave the office, and a log of what may not."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.files import whole_folder, write_csv
from hardship_model.privacy.attack import Counts, given_back
from hardship_model.privacy.showing import for_spreadsheets
from hardship_model.privacy.small_cells import SMALLEST_CELL
from hardship_model.privacy.suppression import Book, What, held_back
from hardship_model.privacy.tables import Place, known, places

#: By this file a folder is known as a release.
LOG = "withheld.csv"
#: Earlier releases of the same study lie here, the first in `1`.
EARLIER = "earlier"
#: Figures and pages, and the tables that they repeat.
_DRAWN_FROM = {
    "moves": ("transitions",), "hazards": ("transitions",), "origins": ("origins",),
    "models": ("backtest", "choice"), "reliability": ("reliability", "choice"),
    "lists": ("lists", "choice"), "exclusion": ("by_group", "choice"), "visits": ("visits",),
    "found": ("comparison",), "frontier": ("frontier",), "missed": ("by_group",),
    "channels": ("channels",), "overlaps": ("overlaps",), "flips": ("flip_points",),
    "sensitivity": ("sensitivity",), "draws": ("assumption_draws",),
}  # fmt: skip
_AS_THEY_ARE = ("config.toml", "versions.json")
#: Counts that differ by less are the same, but for rounding.
_LITTLE = 1e-3
_SMALL = f"fewer than {SMALLEST_CELL}, or would give such a count back"


_BY_THE_RUN = "the run had withheld it already"
_UNKNOWN = "not a known table"


class ReleaseError(ValueError):
    """What must not be released: why, and what to do."""


def passed(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Which numbers of a run's tables may leave, and how many may not?

    Returns the known tables, in which every row with a count that must not be shown is emptied
    of it and of all that is computed from the row's counts (`withheld` says so), and the log:
    one row per table that lost something, with `table, columns, rows` (emptied ones) `, of`,
    `cells` and `reason`. It quotes no value and does not tell the small from what hides them.
    """
    book = Book()
    where = places(tables, book)
    counts = book.counts()
    held = held_back(counts)
    missing = counts.protected & ~counts.shown
    out, log = {}, []
    for name, table in tables.items():
        if not known(name):
            log.append(_logged(name, len(table), len(table), 0, "*", _UNKNOWN))
            continue
        counted = where.get(name, [])
        gone = [p for p in counted if held[p.number]]
        out[name] = _without_products(_emptied(table, gone, {p.column for p in counted}))
        by_run = [p for p in counted if missing[p.number]]
        for cells, reason in ((gone, _SMALL), (by_run, _BY_THE_RUN)):
            if cells:
                columns = " ".join(sorted({p.column for p in cells}))
                rows = len({p.row for p in cells})
                log.append(_logged(name, rows, len(table), len(cells), columns, reason))
    return out, pd.DataFrame(log, columns=_LOG_COLUMNS)


_LOG_COLUMNS = ["table", "columns", "rows", "of", "cells", "reason"]


def _logged(
    table: str, rows: int, of: int, cells: int, columns: str, reason: str
) -> dict[str, object]:
    return {
        "table": table, "columns": columns, "rows": rows, "of": of, "cells": cells,
        "reason": reason,
    }  # fmt: skip


def _emptied(table: pd.DataFrame, cells: list[Place], counted: set[str]) -> pd.DataFrame:
    """Rows without these counts, and without the numbers that were computed from them."""
    out = table.copy()
    rows = sorted({p.row for p in cells})
    if not rows:
        return out
    computed = [c for c in out if c not in counted and c not in _NAMING]
    at = out.index[rows]
    for column in computed:
        if column != "withheld":
            out[column] = out[column].astype(object).where(~out.index.isin(at))
    for cell in cells:
        out[cell.column] = out[cell.column].astype(object)
        out.loc[out.index[cell.row], cell.column] = np.nan
    return out.assign(
        withheld=out.get("withheld", pd.Series(False, out.index)) | out.index.isin(at)
    )


def _without_products(table: pd.DataFrame) -> pd.DataFrame:
    """Where a row is withheld, what is multiplied up over it and the rows before goes with it.

    Two values of a product tell the factor between them.
    """
    if "cumulative" not in table:
        return table
    after = table["withheld"].groupby(table["move"]).cummax()
    return table.assign(cumulative=table["cumulative"].mask(after))


#: Columns that say which row it is, and tell nothing of what was counted.
_NAMING = (
    "task", "origin", "role", "model", "metric", "column", "group", "way", "bin", "share", "move",
    "months", "train_until", "test_from", "answers_until", "against", "strategy", "measure", "by",
    "factor", "threshold", "origin_before", "budget_yuan", "channel", "other", "channels",
    "reference", "clerk",
)  # fmt: skip


def refuse_together(now: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame]) -> None:
    """Stop when two releases of a study together give back what one of them withheld.

    Counts that only grew are taken to have grown by further households: then the growth adds up
    as the counts do, and growth of fewer than `SMALLEST_CELL` tells of these few. Raises
    ReleaseError with how many counts that concerns.
    """
    book = Book()
    for book.release, tables in (("old", before), ("new", now)):
        places(tables, book)
    alone = book.counts()
    old, new = book.noted("old"), book.noted("new")
    grown = {what: new[what] - value for what, value in old.items() if what in new}
    # Where something shrank, households left or were judged anew, and no sum tells of them.
    shrunk = {_scope(what) for what, by in grown.items() if by < -_LITTLE}
    for what in grown:
        if _scope(what) not in shrunk:
            book.compare(what, "old", "new")
    few = sum(_LITTLE < -by < SMALLEST_CELL for by in grown.values())
    linked = book.counts()
    # What hides the small ones may be told by one release alone, and is not small itself.
    linked.protected[_all_given_back(alone)] = False
    told = few + len(_all_given_back(linked))
    if told:
        raise ReleaseError(
            f"this release and an earlier one together give back {told} counts of fewer than"
            f" {SMALLEST_CELL} households, or counts that one of them withheld. Release again"
            " when more has been counted, or release only what was not released before."
        )


def _all_given_back(counts: Counts) -> np.ndarray:
    """The numbers of all protected counts that an attack gives back, step after step."""
    left = counts.protected.copy()
    while (told := given_back(replace(counts, protected=left))).any():
        left &= ~told
    return np.flatnonzero(counts.protected & ~left)


def _scope(what: What) -> What:
    """Counts of one scope are of the same households, and on the same list."""
    return (*what[:2], *what[3:4])


def release(run: Path, out: Path) -> pd.DataFrame:
    """Write what may leave of a run folder, whole or not at all; the log of what may not.

    Tables (CSV) leave as `passed` lets them; figures and pages only when the tables that they
    repeat lost nothing, since nobody can take a number out of a picture. Files about single
    households, and all that nobody has named, stay. Earlier releases in `out` are kept in it, and
    each is held against the new one (`refuse_together`). Raises ReleaseError.
    """
    tables = _read(run)
    if not tables or not (run / "versions.json").is_file():
        raise ReleaseError(f"{run} is no run folder; give one that `run` or `screen` wrote.")
    let_out, log = passed(tables)
    before = _earlier(out)
    for one in before:
        refuse_together(let_out, _read(one))
    with whole_folder(out, mark=LOG) as folder:
        for name, table in let_out.items():
            write_csv(for_spreadsheets(table), folder / f"{name}.csv")
        for number, one in enumerate(before, 1):
            (folder / EARLIER).mkdir(exist_ok=True)
            shutil.copytree(one, folder / EARLIER / str(number), ignore=_not_tables)
        log = pd.concat(
            [log, _copied(run, folder, lossy=set(log.loc[log["reason"] != _BY_THE_RUN, "table"]))],
            ignore_index=True,
        )
        write_csv(log, folder / LOG)
    return log


def _read(folder: Path) -> dict[str, pd.DataFrame]:
    return {
        path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""])
        for path in sorted(folder.glob("*.csv"))
        if path.name != LOG
    }


def _earlier(out: Path) -> list[Path]:
    """Earlier releases, the oldest first; the last one stands in `out` itself."""
    if not (out / LOG).is_file():
        return []
    numbered = sorted((out / EARLIER).glob("*"), key=lambda path: int(path.name))
    return [*numbered, out]


def _not_tables(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".csv")}


def _copied(run: Path, folder: Path, *, lossy: set[str]) -> pd.DataFrame:
    """Copy the files that passed as they are; the log of all other files."""
    log = []
    for path in sorted(p for p in run.rglob("*") if p.is_file()):
        name = path.relative_to(run).as_posix()
        if path.suffix == ".csv" and path.parent == run:
            continue
        reason = _why_not(path, name, lossy)
        if reason:
            log.append(_logged(name, 0, 0, 0, "*", reason))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
    return pd.DataFrame(log, columns=_LOG_COLUMNS)


def _why_not(path: Path, name: str, lossy: set[str]) -> str:
    if path.suffix == ".parquet":
        return "rows of single households"
    if name in _AS_THEY_ARE:
        return ""
    repeats: tuple[str, ...] | None = None
    if name.startswith("figures/") and path.suffix in (".png", ".svg"):
        repeats = _DRAWN_FROM.get(path.stem)
    elif name == "report.html":
        repeats = tuple(lossy)
    if repeats is None:
        return "not a known file"
    lost = sorted(lossy.intersection(repeats))
    return f"repeats what was withheld of {', '.join(lost)}" if lost else ""
