"""Which counts do the tables of a screening hold, and how do they add up?"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from hardship_model.privacy.suppression import Book, Place, What, pair

#: Measure → what is counted, and of what, by the names of `screening.comparison.MEASURES`; and
#: what a run counts of its visits.
COUNTED: Mapping[str, tuple[str, str]] = {
    "before": ("before", "new"), "within_1": ("within_1", "asked_1"),
    "within_3": ("within_3", "asked_3"), "within_6": ("within_6", "asked_6"),
    "ever": ("ever", "new"), "averted_by_aid": ("averted", "new"),
    "backlog_found": ("running_found", "running"), "monitored_who_fell": ("placed_fell", "placed"),
    "unseen_share": ("unseen_months", "hard_months"), "unseen_months": ("unseen_months", "spells"),
    "visits_per_find": ("visits", "found"), "visits_in_vain": ("vain", "asked"),
    "repeat_visits": ("repeats", "asked"), "false_finds": ("false_finds", "established"),
    "aid_per_hard_month": ("aid_months", "all_hard_months"),
    "aid_missed": ("missed_aid_months", "all_hard_months"),
    "lifted_by_aid": ("lifted_months", "all_hard_months"),
    "share_found": ("found", "falls"), "share_found_at_once": ("found_at_once", "falls"),
    "visits_per_fall_found": ("visits", "found"),
}  # fmt: skip
#: Sums of money → the counts of those whose money it is, where it is not the office's.
MONEY: Mapping[str, tuple[str, str]] = {
    "yuan_per_find": ("", "found"), "budget_unspent": ("", ""),
    "aid_yuan": ("aid_months", "all_hard_months"),
    "aid_yuan_missed": ("missed_aid_months", "all_hard_months"),
}  # fmt: skip
#: Here what is counted is no part of what it is held against.
_NO_PARTS = ("unseen_months", "visits_per_find", "visits_per_fall_found")
#: The same for every strategy: falls, whoever finds them.
_OF_ALL = ("new", "asked_1", "asked_3", "asked_6", "spells", "hard_months", "all_hard_months",
           "falls")  # fmt: skip
_EVER = ("before", "within_1", "within_3", "within_6")
_FOLLOWED = ("new", "asked_1", "asked_3", "asked_6")

_Row = Mapping[str, Any]
_Rows = Sequence[_Row]


def _named(row: _Row, name: str, group: Hashable = "") -> What:
    return ("" if name in _OF_ALL else str(row["strategy"]), name, group)


def comparison(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy × measure, of everybody."""
    for i, row in enumerate(rows):
        measure = str(row["measure"])
        if measure in MONEY:
            for column, name in zip(("counted", "out_of"), MONEY[measure], strict=True):
                if name:
                    yield Place(i, column, book.at(_named(row, name)))
            continue
        yield from _measured(i, row, book)


def by_group(rows: _Rows, book: Book) -> Iterator[Place]:
    """The same by groups of falls; all groups of one split make everybody."""
    for i, row in enumerate(rows):
        group = (str(row["by"]), str(row["group"]))
        yield from _measured(i, row, book, group)
        for name in COUNTED[str(row["measure"])]:
            book.gather(group[0], _named(row, name), _named(row, name, group))


def _measured(i: int, row: _Row, book: Book, group: Hashable = "") -> Iterator[Place]:
    part, whole = COUNTED[str(row["measure"])]
    counts = [_named(row, whole, group), _named(row, part, group)]
    if row["measure"] in _NO_PARTS:
        for column, what in zip(("out_of", "counted"), counts, strict=True):
            yield Place(i, column, book.note(what, value=float(row[column])))
        return
    rest = (*counts[1], whole, "rest")
    yield from pair(book, i, row, ("out_of", "counted"), [*counts, rest])
    if part in _EVER:
        book.add(_named(row, "ever", group), counts[1], (*counts[1], "later"))
    if whole in _FOLLOWED[1:]:
        before = _FOLLOWED[_FOLLOWED.index(whole) - 1]
        book.add(_named(row, before, group), counts[0], (*counts[0], "lost sight of"))


def frontier(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy × factor; at the usual means it tells what the comparison tells."""
    for i, row in enumerate(rows):
        usual = float(row["factor"]) == 1
        factor = "" if usual else f"factor {row['factor']}"
        counts = [_named(row, name, factor) for name in ("open", "found", "not found")]
        yield from pair(book, i, row, ("open", "found"), counts)
        visits = book.note(_named(row, "visits", factor), value=float(row["visits"]))
        yield Place(i, "visits", visits)
        if usual:
            book.add(counts[0], _named(row, "new"), _named(row, "running"))


def _pattern(row: _Row, *channels: str) -> What:
    """Falls that these channels of the strategy catch, and no others."""
    return (str(row["strategy"]), "caught by just", frozenset(channels))


def _by_so_many(row: _Row, n: int) -> What:
    return (str(row["strategy"]), "caught by so many", n)


def channels(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy × channel. Each fall is caught by one set of its channels, or by none.

    What any channel, any two, or so many channels catch are sums over these sets, and so is a
    channel's credit, with weights.
    """
    of: dict[str, list[str]] = {}
    for row in rows:
        of.setdefault(str(row["strategy"]), []).append(str(row["channel"]))
    for i, row in enumerate(rows):
        name, strategy = str(row["channel"]), str(row["strategy"])
        falls, caught = _named(row, "spells"), (strategy, "caught", name)
        for columns, counts in (
            (("falls", "caught"), (falls, caught, (strategy, "missed", name))),
            (("caught", "alone"), (caught, _pattern(row, name), (strategy, "shared", name))),
            (("falls", "never"), (falls, _pattern(row), (strategy, "caught by any"))),
        ):
            yield from pair(book, i, row, columns, counts)
        credit = (strategy, "credit", name)
        yield Place(i, "credit", book.note(credit, value=float(row["credit"])))
        without = {"found": _named(row, "found"), "found_without": (strategy, "without", name)}
        for column, what in without.items():
            yield Place(i, column, book.note(what, value=float(row[column])))
        sets = [one for one in _sets(of[strategy]) if name in one]
        book.add(caught, *(_pattern(row, *one) for one in sets))
        book.add(credit, *(_pattern(row, *one) for one in sets),
                 times=[1 / len(one) for one in sets])  # fmt: skip
    for strategy, names in of.items():
        _patterns({"strategy": strategy}, names, book)


def _sets(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [one for n in range(1, len(names) + 1) for one in combinations(names, n)]


def _patterns(row: _Row, names: Sequence[str], book: Book) -> None:
    """How what several channels of a strategy catch adds up."""
    sets = _sets(names)
    for two in combinations(names, 2):
        book.add(_both(row, *two), *(_pattern(row, *one) for one in sets if {*two} <= {*one}))
    for n in range(1, len(names) + 1):
        book.add(_by_so_many(row, n), *(_pattern(row, *one) for one in sets if len(one) == n))
    any_ = (str(row["strategy"]), "caught by any")
    book.add(any_, *(_by_so_many(row, n) for n in range(1, len(names) + 1)))


def _both(row: _Row, one: str, other: str) -> What:
    return (str(row["strategy"]), "both", frozenset((one, other)))


def overlaps(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy × channel × other channel; what both catch stands in two rows."""
    for i, row in enumerate(rows):
        one, other = str(row["channel"]), str(row["other"])
        strategy = str(row["strategy"])
        counts = [(strategy, "caught", one), _both(row, one, other), (strategy, one, "not", other)]
        yield from pair(book, i, row, ("caught", "both"), counts)


def never_found(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy: caught by any, by just one, by just two, by none."""
    for i, row in enumerate(rows):
        whats = {"caught": (str(row["strategy"]), "caught by any"), "f1": _by_so_many(row, 1),
                 "f2": _by_so_many(row, 2), "true": _pattern(row)}  # fmt: skip
        for column, what in whats.items():
            yield Place(i, column, book.note(what, value=float(row[column])))


def best_mix(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per factor: what the mix would catch of all falls, and found of the open ones."""
    for i, row in enumerate(rows):
        mix = (f"mix of factor {row['factor']}",)
        falls = ("", "spells", "")
        for columns in (("falls", "caught"), ("falls", "no_mix_catches_more"),
                        ("falls", "all_channels_catch"), ("open", "found")):  # fmt: skip
            whole, part = (falls if c == "falls" else (*mix, c) for c in columns)
            yield from pair(book, i, row, columns, [whole, part, (*mix, columns, "rest")])
        book.add((*mix, "all_channels_catch"), (*mix, "caught"), (*mix, "other channels"))
        visits = book.note((*mix, "visits"), value=float(row["planned_visits"]))
        yield Place(i, "planned_visits", visits)


def luck(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy: shares in replicates, each of which counts some of `out_of`."""
    for i, row in enumerate(rows):
        # The mean may stand in the comparison as well.
        part, whole = COUNTED[str(row["measure"])]
        counts = {"mean": _named(row, part), "lowest": _named(row, part, "lowest"),
                  "highest": _named(row, part, "highest")}  # fmt: skip
        yield from _shares(i, row, book, "out_of", _named(row, whole), counts)


def assumption_draws(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per strategy: shares of falls under other assumptions."""
    for i, row in enumerate(rows):
        columns = ("median", "lowest", "highest")
        counts = {column: _named(row, "judged", column) for column in columns}
        yield from _shares(i, row, book, "falls", ("", "judged", ""), counts)


def _shares(
    i: int, row: _Row, book: Book, of: str, whole: What, counts: Mapping[str, What]
) -> Iterator[Place]:
    """Each share times what it is a share of is a count."""
    n = float(row[of])
    total = book.note(whole, value=n)
    yield Place(i, of, total)
    for column, what in counts.items():
        part = book.note(what, value=float(row[column]) * n)
        book.add(total, part, (*what, "rest of judged"))
        yield Place(i, column, part)


def flip_points(rows: _Rows, book: Book) -> Iterator[Place]:
    """One row per assumption; all count of the same falls."""
    for i, row in enumerate(rows):
        yield Place(i, "falls", book.note(("", "judged", ""), value=float(row["falls"])))
