"""Which counts do the tables of a run hold, and how do they add up?

A table that is not named here does not leave: nobody has said what it would tell.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from hardship_model.privacy.suppression import Book, What

#: Tables without counts of households: what was planned, assumed, chosen, or drawn by chance.
WITHOUT_COUNTS = (
    "choice", "strategies", "worth_in_visits", "best_mix", "flip_points", "sensitivity",
    "assumption_draws", "luck",
)  # fmt: skip
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
#: Measures of screening that are shares of new falls, one within the next.
_NESTED = ("within_1", "within_3", "within_6", "ever")
_OF_NEW = (*_NESTED, "before", "averted_by_aid")
#: Here what is counted is a part of what it is held against.
_SHARES = (*_OF_NEW, "backlog_found", "monitored_who_fell", "share_found", "share_found_at_once")


class Place(NamedTuple):
    """Where a count stands: its row in the table, its column, and its number in the book."""

    row: int
    column: str
    number: int


_Row = Mapping[str, Any]
_Rows = Sequence[_Row]
_Note = Callable[[_Rows, Book], Iterator[Place]]


def known(name: str) -> bool:
    """Has somebody said what this table tells?"""
    return name in _NOTING or name in WITHOUT_COUNTS


def places(tables: Mapping[str, pd.DataFrame], book: Book) -> dict[str, list[Place]]:
    """Note every count of these tables in the book: by table, where does which stand?"""
    return {
        name: list(_NOTING[name](_rows(table), book))
        for name, table in tables.items()
        if name in _NOTING
    }


def _rows(table: pd.DataFrame) -> _Rows:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def _pair(
    book: Book, at: int, row: _Row, columns: tuple[str, str], counts: Sequence[What]
) -> Iterator[Place]:
    """A whole and a part of it, in two columns of a row; the rest stands in no table."""
    whole, part = (
        book.note(what, value=float(row[column]))
        for what, column in zip(counts[:2], columns, strict=True)
    )
    book.add(whole, part, counts[2])
    yield from (Place(at, columns[0], whole), Place(at, columns[1], part))


def _simple(*pairs: tuple[str, str], by: tuple[str, ...]) -> _Note:
    """Tables whose rows share no sums: each row has pairs of a whole and a part."""

    def note(rows: _Rows, book: Book) -> Iterator[Place]:
        for at, row in enumerate(rows):
            of = (pairs, *(str(row[c]) for c in by))
            for pair in pairs:
                yield from _pair(
                    book, at, row, pair, [(*of, pair[0]), (*of, pair[1]), (*of, pair, "rest")]
                )

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
        yield from _pair(book, i, row, ("n", "events"), counts)
        if metric == "precision":
            for sum_ in _WITHOUT_ANSWER:
                book.add(*(_judged(row, kind, at=at) for kind in sum_))


def _reliability(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        counts = [_judged(row, kind, group=("bin", row["model"], row["bin"])) for kind in _FELL]
        yield from _pair(book, i, row, ("n", "events"), counts)
        for kind, part in zip(_FELL, counts, strict=True):
            book.gather(("bins", row["model"]), _judged(row, kind), part)


def _lists(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        counts = [_judged(row, kind, at=row["share"]) for kind in _HIT_OF_SEEN]
        yield from _pair(book, i, row, ("n", "events"), counts)
        book.add(*(_judged(row, kind, at=row["share"]) for kind in _OF_METRIC["recall"]))
    for short, long in pairwise(rows):
        if all(short[c] == long[c] for c in ("task", "origin", "model")):
            for kind in _HIT_OF_SEEN:
                whole = _judged(long, kind, at=long["share"])
                book.add(whole, _judged(short, kind, at=short["share"]), (*whole, "further"))


def _by_group(rows: _Rows, book: Book) -> Iterator[Place]:
    if rows and "strategy" in rows[0]:
        yield from _screened_groups(rows, book)
        return
    at = next((round(float(r["value"]), 4) for r in rows if r["metric"] == "listed"), None)
    for i, row in enumerate(rows):
        column, group = str(row["column"]), str(row["group"])
        kinds = _OF_METRIC.get(str(row["metric"]), _FELL)
        counts = [_judged(row, kind, group=(column, group), at=at) for kind in kinds]
        yield from _pair(book, i, row, ("n", "events"), counts)
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
        yield from _pair(book, i, row, ("n", "events"), of_all)
        for columns, at in (
            (("visits_now", "found_now"), ("now", column)),
            (("visits", "found"), (column, way)),
        ):
            counts = [_judged(row, kind, group=group, at=at) for kind in _HIT_OF_SEEN]
            yield from _pair(book, i, row, columns, counts)
            book.add(of_all[1], counts[1], _judged(row, "missed", group=group, at=at))
            for kind, part in zip(_HIT_OF_SEEN, counts, strict=True):
                if group != _EVERYBODY:
                    book.gather("equal", _judged(row, kind, at=at), part)


def _drift(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        for column, origin in (("n_before", "origin_before"), ("n", "origin")):
            what = ("drift", row["task"], str(row[origin]), row["model"])
            yield Place(i, column, book.note(what, value=float(row[column])))


def _screened(row: _Row, group: Hashable = "") -> list[What]:
    """New falls are the same for every strategy; all else is counted for each."""
    strategy, measure = str(row["strategy"]), str(row["measure"])
    if measure in _OF_NEW:
        return [("new", group), (strategy, measure, group), (strategy, measure, group, "rest")]
    of = (strategy, measure, group)
    return [(*of, "out of"), of, (*of, "rest")]


def _comparison(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        counts = _screened(row)
        if row["measure"] in _SHARES:
            yield from _pair(book, i, row, ("out_of", "counted"), counts)
        else:
            for column, what in (("counted", counts[1]), ("out_of", counts[0])):
                yield Place(i, column, book.note(what, value=float(row[column])))


def _screened_groups(rows: _Rows, book: Book) -> Iterator[Place]:
    for i, row in enumerate(rows):
        counts = _screened(row, (row["by"], row["group"]))
        yield from _pair(book, i, row, ("out_of", "counted"), counts)
        for whole, part in zip(_screened(row), counts, strict=True):
            book.gather(row["by"], whole, part)


_NOTING: dict[str, _Note] = {
    "transitions": _simple(("n", "events"), by=("move", "months")),
    "origins": _simple(("n_train", "train_events"), by=("task", "origin")),
    "backtest": _backtest,
    "reliability": _reliability,
    "lists": _lists,
    "by_group": _by_group,
    "equal_recall": _equal_recall,
    "decisions": _simple(("n", "events"), ("visited", "found"), ("events", "found"),
                         by=("task", "origin", "model", "threshold")),
    "drift": _drift,
    "visits": _comparison,
    "comparison": _comparison,
    "frontier": _simple(("open", "found"), by=("strategy", "factor")),
    "channels": _simple(("falls", "caught"), ("caught", "alone"), ("falls", "never"),
                        by=("strategy", "channel")),
    "overlaps": _simple(("caught", "both"), by=("strategy", "channel", "other")),
    "never_found": _simple(("caught", "f1"), ("caught", "f2"), ("true", "caught"),
                           by=("strategy",)),
}  # fmt: skip
