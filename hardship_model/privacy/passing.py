"""Which numbers of a run's tables may leave? Small counts go, and what would tell them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hardship_model.privacy.small_cells import SMALLEST_CELL
from hardship_model.privacy.suppression import Book, Place, held_back
from hardship_model.privacy.tables import known, places

LOG_COLUMNS = ["table", "columns", "rows", "of", "cells", "reason"]
_SMALL = f"fewer than {SMALLEST_CELL}, or would give such a count back"
BY_THE_RUN = "the run had withheld it already"
_UNKNOWN = "not a known table"
_BESIDE = "held against a row that is withheld"
#: A count of the row from which nothing else in it is computed.
_ALONE = ("unknown",)


class Against(NamedTuple):
    """Columns that hold a row against another one, by which its counts could be worked out."""

    columns: tuple[str, ...]
    #: The other row's table, and which of this row's columns must equal which of its.
    table: str
    equal: Mapping[str, str]
    #: Only others with this in this column.
    only: tuple[str, str] | None = None


_DIFFERENCE = ("difference", "difference_low", "difference_high", "verdict")
_HELD_AGAINST: Mapping[str, tuple[Against, ...]] = {
    "backtest": (
        Against(_DIFFERENCE, "backtest",
                {"task": "task", "origin": "origin", "metric": "metric", "against": "model"}),
    ),
    "by_group": (
        Against((*_DIFFERENCE[:3], "shrunk"), "by_group",
                {"task": "task", "origin": "origin", "model": "model", "metric": "metric"},
                ("group", "everybody")),
    ),
    "visits": (
        Against(_DIFFERENCE, "visits", {"measure": "measure", "against": "strategy"}),
    ),
    "comparison": (
        Against(_DIFFERENCE, "comparison", {"measure": "measure", "reference": "strategy"}),
        Against(("clerk_difference", "clerk_low", "clerk_high", "clerk_verdict"), "comparison",
                {"measure": "measure", "clerk": "strategy"}),
    ),
    "frontier": (
        Against(("further_per_10000_yuan", "further_low", "further_high"), "frontier",
                {"strategy": "strategy"}),
    ),
    "worth_in_visits": tuple(
        Against(("worth", "low", "high", "said"), "frontier", {side: "strategy"})
        for side in ("strategy", "against")
    ),
    "best_mix": (
        Against(("oracle_found_share",), "frontier", {"factor": "factor"}, ("strategy", "oracle")),
    ),
    "flip_points": tuple(
        Against(("gap", "gap_low", "gap_high", "flips_down", "flips_up"), "comparison",
                {side: "strategy", "falls": "out_of"})
        for side in ("first", "second")
    ),
}  # fmt: skip


def passed(
    tables: Mapping[str, pd.DataFrame], *, say: Callable[[str], None] = lambda line: None
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Which numbers of a run's tables may leave, and how many may not?

    Returns the known tables, in which every row with a count that must not be shown is emptied
    of it and of all that is computed from the row's counts (`withheld` says so), and the log:
    one row per table that lost something, with `table, columns, rows` (emptied ones) `, of`,
    `cells` and `reason`. It quotes no value and does not tell the small from what hides them.
    Numbers that hold a row against a withheld one go as well. `say` hears each longer step.
    """
    book = Book()
    where = places(tables, book)
    counts = book.counts()
    held = held_back(counts, cost=_rows_lost(where, len(counts.value)), say=say)
    missing = counts.protected & ~counts.shown
    out, log = {}, []
    for name, table in tables.items():
        if not known(name):
            log.append(logged(name, len(table), len(table), 0, "*", _UNKNOWN))
            continue
        counted = where.get(name, [])
        gone = [p for p in counted if held[p.number]]
        out[name] = _without_products(_emptied(name, table, gone, {p.column for p in counted}))
        by_run = [p for p in counted if missing[p.number]]
        for cells, reason in ((gone, _SMALL), (by_run, BY_THE_RUN)):
            if cells:
                columns = " ".join(sorted({p.column for p in cells}))
                rows = len({p.row for p in cells})
                log.append(logged(name, rows, len(table), len(cells), columns, reason))
    return out, pd.DataFrame([*log, *_without_comparisons(tables, out)], columns=LOG_COLUMNS)


def _rows_lost(where: Mapping[str, list[Place]], n: int) -> np.ndarray:
    """How many rows would be emptied if this count were held back?"""
    numbers = [place.number for counted in where.values() for place in counted]
    return np.bincount(numbers, minlength=n).astype(float)


def logged(
    table: str, rows: int, of: int, cells: int, columns: str, reason: str
) -> dict[str, object]:
    """One line of the log."""
    return {
        "table": table, "columns": columns, "rows": rows, "of": of, "cells": cells,
        "reason": reason,
    }  # fmt: skip


def _emptied(name: str, table: pd.DataFrame, cells: list[Place], counted: set[str]) -> pd.DataFrame:
    """Rows without these counts, and without the numbers that were computed from them."""
    out = table.copy()
    if not cells:
        return out
    at = out.index[sorted({p.row for p in cells if p.column not in _ALONE})]
    kept = {*_NAMING, *_NAMING_IN.get(name, ()), *counted, "withheld"}
    for column in (c for c in out if c not in kept):
        out[column] = out[column].astype(object).where(~out.index.isin(at))
    for cell in cells:
        out[cell.column] = out[cell.column].astype(object)
        out.loc[out.index[cell.row], cell.column] = np.nan
    return out.assign(
        withheld=out.get("withheld", pd.Series(False, out.index)) | out.index.isin(at)
    )


def _without_comparisons(
    tables: Mapping[str, pd.DataFrame], out: dict[str, pd.DataFrame]
) -> Iterator[dict[str, object]]:
    """Empty what holds a row against a withheld one, in place; the lines of the log."""
    gone = {
        name: tables[name][table.get("withheld", pd.Series(False, table.index)).astype(bool)]
        for name, table in out.items()
    }
    for name in (n for n in _HELD_AGAINST if n in out):
        beside = pd.Series(False, out[name].index)
        emptied: dict[str, None] = {}
        for rule in _HELD_AGAINST[name]:
            columns = [c for c in rule.columns if c in out[name]]
            told = _told(tables[name], gone.get(rule.table, pd.DataFrame()), rule)
            told &= out[name][columns].notna().any(axis=1)
            for column in columns:
                out[name][column] = out[name][column].astype(object).mask(told)
            beside |= told
            emptied |= dict.fromkeys(columns)
        if beside.any():
            yield logged(name, int(beside.sum()), len(beside), 0, " ".join(emptied), _BESIDE)


def _told(table: pd.DataFrame, gone: pd.DataFrame, rule: Against) -> pd.Series:
    """Which rows are held against one of those that are gone?"""
    if rule.only is not None and not gone.empty:
        gone = gone[gone[rule.only[0]] == rule.only[1]]
    theirs = {*_as_text(gone, rule.equal.values()).itertuples(index=False, name=None)}
    ours = _as_text(table, rule.equal.keys()).itertuples(index=False, name=None)
    return pd.Series([one in theirs for one in ours], index=table.index, dtype=bool)


def _as_text(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Keys that are equal whatever the other table stores them as."""
    return table.reindex(columns=list(columns)).map(
        lambda cell: f"{cell:g}" if isinstance(cell, (int, float)) else str(cell)
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
    "task", "origin", "role", "model", "metric", "column", "group", "way", "bin", "move",
    "months", "train_until", "test_from", "answers_until", "against", "strategy", "measure", "by",
    "factor", "threshold", "origin_before", "budget_yuan", "channel", "other", "channels",
    "reference", "clerk", "first", "second", "assumption", "label", "parameters", "unit",
    "replicates", "draws", "best", "towns", "best_in_towns",
)  # fmt: skip
#: Names that mean something that is counted in other tables.
_NAMING_IN = {
    "lists": ("share",), "assumption_draws": ("share", "low", "high"),
    "flip_points": ("value", "tried_low", "tried_high"),
}  # fmt: skip
