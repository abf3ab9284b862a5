"""Which counts do the tables of a run hold, and how do they add up?

A table that is not named here does not leave: nobody has said what it would tell.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from hardship_model.privacy import screened
from hardship_model.privacy.suppression import Book, Place, What, pair

#: Tables without a cell of households: what was planned or chosen, how far areas under a curve or
#: shares of falls move, how many visits another way of looking is worth. `releasing` empties
#: what could tell a count that is withheld elsewhere.
WITHOUT_COUNTS = ("choice", "strategies", "worth_in_visits", "sensitivity")
#: Between the names of two groups that are looked at together.
_AND = " × "
_EVERYBODY = ("everybody", "everybody")
#: What a metric counts of what, and what is left. Other metrics: those who fell, of all.
_OF_METRIC = {
    "listed": ("looked at", "on the list", "off the list"),
    "precision": ("listed", "hit", "listed well"),
    "lift": ("listed", "hit", "listed well"),
    "recall": ("fell", "hit", "missed"),
    "exclusion_error": ("fell", "missed", "hit"),
}
_FELL = ("all", "fell", "stayed")
#: The same where those without an answer are counted too, as all tables but two do.
_FELL_OF_SEEN = ("looked at", "fell", "not seen to fall")
_HIT_OF_SEEN = ("on the list", "hit", "not seen to fall, on it")
_WITHOUT_ANSWER = (
    ("looked at", "all", "unknown"), ("not seen to fall", "stayed", "unknown"),
    ("on the list", "listed", "unknown, on it"),
    ("not seen to fall, on it", "listed well", "unknown, on it"),
)  # fmt: skip
_OF_ALL = (*_FELL, *_FELL_OF_SEEN, "unknown")

_Row = Mapping[str, Any]
_Rows = Sequence[_Row]
_Note = Callable[[_Rows, Book], Iterator[Place]]


def known(name: str) -> bool:
    """Has somebody said what this table tells?"""
    return name in _NOTING or name in WITHOUT_COUNTS


def places(tables: Mapping[str, pd.DataFrame], book: Book) -> dict[str, list[Place]]:
    """Note every count of these tables in the book: by table, where does which stand?

    Raises ValueError for a table that is not as this version writes it.
    """
    where = {}
    for name in (n for n in tables if n in _NOTING):
        try:
            where[name] = list(_NOTING[name](_rows(tables[name]), book))
        except KeyError:
            raise ValueError(
                f"{name}.csv has not the columns and measures that this version writes. Make the"
                " run folder again, and release that."
            ) from None
    return where


def _rows(table: pd.DataFrame) -> _Rows:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _simple(*pairs: tuple[str, str], by: tuple[str, ...]) -> _Note:
    """Tables whose rows share no sums: each row has pairs of a whole and a part."""

    def note(rows: _Rows, book: Book) -> Iterator[Place]:
        for at, row in enumerate(rows):
            of = (pairs, *(str(row[c]) for c in by))
            for columns in pairs:
                counts = [(*of, columns[0]), (*of, columns[1]), (*of, columns, "rest")]
                yield from pair(book, at, row, columns, counts)

    return note


def _judged(row: _Row, kind: str, *, group: Hashable = _EVERYBODY, at: Hashable = "") -> What:
    """Who is listed is counted for each model and list anew, not so who there is and who fell."""
    of_list = "" if kind in _OF_ALL else (row["model"], at)
    return (row["task"], str(row["origin"]), group, of_list, kind)


def _backtest(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        metric, _, share = str(row["metric"]).removesuffix("pct").partition("_at_")
        at = float(share) / 100 if share else None
        kinds = _OF_METRIC.get(metric, _FELL_OF_SEEN)
        counts = [_judged(row, kind, at=at) for kind in kinds]
        yield from pair(book, i, row, ("n", "events"), counts)
        unknown = book.note(_judged(row, "unknown"), value=float(row["unknown"]))
        yield Place(i, "unknown", unknown)
        if metric == "precision":
            for sum_ in _WITHOUT_ANSWER:
                book.add(*(_judged(row, kind, at=at) for kind in sum_))


def _reliability(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        counts = [_judged(row, kind, group=("bin", row["model"], row["bin"])) for kind in _FELL]
        yield from pair(book, i, row, ("n", "events"), counts)
        for kind, part in zip(_FELL, counts, strict=True):
            book.gather(("bins", row["model"]), _judged(row, kind), part)


def _lists(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        counts = [_judged(row, kind, at=row["share"]) for kind in _HIT_OF_SEEN]
        yield from pair(book, i, row, ("n", "events"), counts)
        book.add(*(_judged(row, kind, at=row["share"]) for kind in _OF_METRIC["recall"]))
        for column in ("fewest", "most"):
            what = _judged(row, column, at=row["share"])
            yield Place(i, column, book.note(what, value=float(row[column])))
    for short, long in pairwise(rows):
        if all(short[c] == long[c] for c in ("task", "origin", "model")):
            for kind in _HIT_OF_SEEN:
                whole = _judged(long, kind, at=long["share"])
                book.add(whole, _judged(short, kind, at=short["share"]), (*whole, "further"))


def _by_group(rows: _Rows, book: Book) -> Iterator[Place]:
    if rows and "strategy" in rows[0]:
        yield from screened.by_group(rows, book)
        return
    at = next((round(float(r["value"]), 4) for r in rows if r["metric"] == "listed"), None)
    for i, row in enumerate(rows):
        column, group = str(row["column"]), str(row["group"])
        kinds = _OF_METRIC.get(str(row["metric"]), _FELL)
        counts = [_judged(row, kind, group=(column, group), at=at) for kind in kinds]
        yield from pair(book, i, row, ("n", "events"), counts)
        for kind, part in zip(kinds, counts, strict=True):
            for whole in _wholes(column, group):
                book.gather(column, _judged(row, kind, group=whole, at=at), part)
        if row["metric"] == "listed":
            for sum_ in _WITHOUT_ANSWER:
                book.add(*(_judged(row, kind, group=(column, group), at=at) for kind in sum_))


def _wholes(column: str, group: str) -> list[tuple[str, str]]:
    """Groups of one column make everybody; pairs of groups make either group."""
    if group == _EVERYBODY[1]:
        return []
    columns, groups = column.split(_AND, 1), group.split(_AND, 1)
    return list(zip(columns, groups, strict=True)) if len(columns) == 2 else [_EVERYBODY]


def _equal_recall(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        column, way = str(row["column"]), str(row["way"])
        group = (column, str(row["group"]))
        group = _EVERYBODY if group[1] == _EVERYBODY[1] else group
        of_all = [_judged(row, kind, group=group) for kind in _FELL_OF_SEEN]
        yield from pair(book, i, row, ("n", "events"), of_all)
        for columns, at in (
            (("visits_now", "found_now"), ("now", column)),
            (("visits", "found"), (column, way)),
        ):
            counts = [_judged(row, kind, group=group, at=at) for kind in _HIT_OF_SEEN]
            yield from pair(book, i, row, columns, counts)
            book.add(of_all[1], counts[1], _judged(row, "missed", group=group, at=at))
            for kind, part in zip(_HIT_OF_SEEN, counts, strict=True):
                if group != _EVERYBODY:
                    book.gather("equal", _judged(row, kind, at=at), part)


def _decisions(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        of_all = [_judged(row, kind) for kind in _FELL_OF_SEEN]
        yield from pair(book, i, row, ("n", "events"), of_all)
        counts = [_judged(row, kind, at=("from", row["threshold"])) for kind in _HIT_OF_SEEN]
        yield from pair(book, i, row, ("visited", "found"), counts)
        book.add(of_all[1], counts[1], _judged(row, "missed", at=("from", row["threshold"])))


def _drift(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        for column, origin in (("n_before", "origin_before"), ("n", "origin")):
            what = _judged({**row, "origin": row[origin]}, "looked at")
            yield Place(i, column, book.note(what, value=float(row[column])))


_NOTING: dict[str, _Note] = {
    "transitions": _simple(("n", "events"), by=("move", "months")),
    "origins": _simple(("n_train", "train_events"), by=("task", "origin")),
    "backtest": _backtest,
    "reliability": _reliability,
    "lists": _lists,
    "by_group": _by_group,
    "equal_recall": _equal_recall,
    "decisions": _decisions,
    "drift": _drift,
    "visits": screened.comparison,
    "comparison": screened.comparison,
    "frontier": screened.frontier,
    "channels": screened.channels,
    "overlaps": screened.overlaps,
    "never_found": screened.never_found,
    "best_mix": screened.best_mix,
    "flip_points": screened.flip_points,
    "luck": screened.luck,
    "assumption_draws": screened.assumption_draws,
}  # fmt: skip
