"""Whom the list misses: sentences and tables by group, and the part of the page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import chosen_model, parts, records, single_groups
from hardship_model.language import listed, say
from hardship_model.report.markup import bullets, folded, paragraph, picture, tables
from hardship_model.study import Results

_Row = dict[str, Any]
_BY = ("task", "judged at")


def about_missed(results: Results) -> Iterator[str]:
    """For each task: what share of the falls does the chosen model's list miss, of whom more?"""
    if results.by_group.empty:
        return
    share = results.study.list_shares[0]
    for (task, origin), table in parts(_of_chosen(results), "task", "origin"):
        rows = records(single_groups(table))
        everybody, groups = rows[0], rows[1:]
        where = {"task": words.task(task).capitalize(), "origin": origin}
        if everybody["withheld"] or not everybody["n"]:
            yield say(
                "{task}, at {origin}: too few fell, were found or were missed for anything to be"
                " told.",
                **where,
            )
            continue
        told = say(
            "{task}, at {origin}: the {share} ranked highest by {model} miss {missed}.", **where,
            share=f"{share:.0%}", model=words.model(everybody["model"]), missed=_missed(everybody),
        )  # fmt: skip
        yield say(" ").join([told, _gaps(groups)])


#: Is any group missed more, is any missed less?
_GAPS = {
    (True, True): "Beyond what noise explains, it misses more of {more}, and less of {less};"
    " {n} of {all} groups are withheld.",
    (True, False): "Beyond what noise explains, it misses more of {more}; {n} of {all} groups are"
    " withheld.",
    (False, True): "Beyond what noise explains, it misses less of {less}; {n} of {all} groups are"
    " withheld.",
    (False, False): "Of no group does it miss more or less than noise explains; {n} of {all} groups"
    " are withheld.",
}


def _gaps(groups: list[_Row]) -> str:
    """Which groups are missed more or less than noise explains? And of how many is nothing told?"""
    told = [row for row in groups if not row["withheld"]]
    if not told:
        return say("Of its groups nothing can be told: all {all} are withheld.", all=len(groups))
    more, less = (
        say("; ").join(_gap(row) for row in told if row["gap"] == gap)
        for gap in ("higher", "lower")
    )
    return say(
        _GAPS[bool(more), bool(less)], more=more, less=less, n=len(groups) - len(told),
        all=len(groups),
    )  # fmt: skip


def _gap(row: _Row) -> str:
    said = "{group} ({missed}, few)" if row["flagged"] else "{group} ({missed})"
    return say(said, group=words.group(row["column"], row["group"]), missed=_missed(row))


def _missed(row: _Row) -> str:
    share = words.percent_between(row["value"], row["low"], row["high"])
    return words.share_and_counts(share, words.out_of(row["events"], row["n"]))


def _of_chosen(results: Results, *, metric: str = "exclusion_error") -> pd.DataFrame:
    """The rows of each task's chosen model."""
    table = results.by_group[results.by_group["metric"] == metric]
    chosen = {task.name: chosen_model(results.choice, task.name) for task in results.study.tasks}
    return table[table["model"] == table["task"].map(chosen)]


def groups_table(results: Results) -> pd.DataFrame:
    """Of those who fell, whom did the chosen model's list miss? One row per task × group.

    Single groups only; `beyond noise` is how far from everybody once noise is taken back.
    """
    return pd.DataFrame([_line(row) for row in records(single_groups(_of_chosen(results)))])


def gaps_table(results: Results) -> pd.DataFrame:
    """Which pairs of groups does the chosen model's list miss more or less than noise explains?"""
    table = _of_chosen(results)
    pairs = table.drop(single_groups(table).index)
    gaps = pairs[pairs["gap"].isin(["higher", "lower"])]
    return pd.DataFrame([_line(row) for row in records(gaps)])


def _line(row: _Row) -> dict[str, str]:
    points = [100 * row[c] for c in ("difference", "difference_low", "difference_high")]
    compared = pd.notna(row["difference"])
    return {
        "task": words.task(row["task"]),
        "judged at": row["origin"],
        "group": words.group(row["column"], row["group"]),
        "missed, of those who fell": words.withheld()
        if row["withheld"]
        else words.out_of(row["events"], row["n"]),
        "share": "" if row["n"] == 0 else words.percent_between(
            row["value"], row["low"], row["high"]
        ),
        "beyond noise, points": words.signed_between(*points) if compared else "",
        "is": words.verdict(row["gap"]) if compared else "",
        "few": say("fewer than 30 fell") if row["flagged"] else "",
    }  # fmt: skip


def equal_table(results: Results) -> pd.DataFrame:
    """What would it cost that every group's falls are found alike? One row per task × grouping.

    For the chosen model's list, in hindsight.
    """
    table = results.equal_recall
    chosen = {task.name: chosen_model(results.choice, task.name) for task in results.study.tasks}
    mine = table[(table["model"] == table["task"].map(chosen)) & (table["group"] == "everybody")]
    rows = []
    for (task, origin, column), ways in parts(mine, "task", "origin", "column"):
        of = {row["way"]: row for row in records(ways)}
        same, more = of["same visits"], of["nobody loses"]
        rows.append(
            {
                "task": words.task(task),
                "judged at": origin,
                "groups": words.grouping(column),
                "visits, found now": _pair(same, "visits_now", "found_now"),
                "alike with the same visits: found": _change(same, "more_found"),
                "nobody below everybody: visits": _change(more, "more_visits"),
                "found": _change(more, "more_found"),
            }
        )
    return pd.DataFrame(rows)


def _pair(row: _Row, *columns: str) -> str:
    if row["withheld"]:
        return words.withheld()
    return listed([words.count(round(row[c])) for c in columns])


def _change(row: _Row, column: str) -> str:
    return words.withheld() if row["withheld"] else words.signed(row[column], 1)


def missed_part(results: Results, folder: Path) -> str:
    """The part of the page; empty for a run without groups."""
    if results.by_group.empty:
        return ""
    pairs = gaps_table(results)
    return (
        bullets(about_missed(results))
        + picture(
            folder / "exclusion.svg",
            says=say("Dots with intervals: of those who fell, the share missed, group by group"),
            caption=say(
                "Coloured: the chosen model; grey: income over line; dotted: everybody. Hollow:"
                " fewer than 30 households of the group fell. Groups that could give a family away"
                " are withheld, and the next smallest with them."
            ),
        )
        + paragraph(
            say(
                "Groups are what was on file when the list was made. The list is one for all. A"
                " small group's share swings by chance, so noise is taken back before it is held"
                " against everybody (every metric, also of pairs of groups, is in by_group.csv)."
            )
        )
        + folded(say("The numbers"), _numbers(groups_table(results), pairs))
        + folded(
            say("What equal recall would cost"),
            paragraph(
                say(
                    "Thresholds moved group by group: with today's visits so that of every group"
                    " the same share is found; or upward only, until no group lies below today's"
                    " share of everybody. In hindsight, on the falls that the thresholds were moved"
                    " for: fixed in advance they reach less. Thresholds stand in equal_recall.csv."
                )
            )
            + tables(equal_table(results), by=_BY, named="{0}, judged at {1}"),
        )
    )


def _numbers(groups: pd.DataFrame, pairs: pd.DataFrame) -> str:
    single = tables(groups, by=_BY, named="{0}, judged at {1}")
    if pairs.empty:
        return single + paragraph(
            say("No pair of groups is missed more or less than noise explains.")
        )
    return single + tables(pairs, by=_BY, named="{0}, judged at {1}: pairs of groups")
