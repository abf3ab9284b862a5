"""The page of a run of `screen` over a survey: who of real households would have been found."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.report.markup import bullets, folded, paragraph, table
from hardship_model.report.screened import (
    about_the_model,
    again,
    comparison_table,
    gap_said,
    one_page,
    picture_of,
    share_said,
    strategies_said,
    verdicts_table,
    with_what,
)
from hardship_model.screen_study import PanelResults
from hardship_model.screening.comparison import CLERKS, OF_FALLS_ALONE

_QUESTION = (
    "Over households that a survey has asked, with the same money, staff and luck: which way of"
    " looking would have found the most, at what cost, and whom would each have missed?"
)


def panel_screen_page(results: PanelResults, figures_folder: Path) -> str:
    """The page as HTML, which needs no other file and no network. Same results, same bytes."""
    parts = {
        "found": ("Who was found, and when", _found(results, figures_folder)),
        "luck": ("How much of it is luck", _luck(results)),
        "cost": ("At what cost", _cost(results, figures_folder)),
        "missed": ("Who is missed", picture_of("missed", figures_folder)),
        "played": ("What was played", _played(results)),
        "strategies": ("The strategies", folded("Channels, capacities, orders, costs",
                                                table(strategies_said(results.strategies)))),
        "limits": ("What this does not show", bullets(_limits(results))),
        "again": ("How to get the same page again", again(results)),
    }  # fmt: skip
    return one_page(
        title=results.study.title, question=_QUESTION, short=panel_in_short(results), parts=parts,
        closing=f"Made by hardship_model over the panel {escape(results.data['panel'])}.",
    )  # fmt: skip


def panel_in_short(results: PanelResults) -> Iterator[str]:
    """What does this run say, in a handful of sentences?"""
    by, data = results.study.judge_by, results.data
    rows = {r["strategy"]: r for r in records(results.comparison) if r["measure"] == by}
    luck = {row["strategy"]: row for row in records(results.luck)}
    able = [name for name, row in luck.items() if not pd.isna(row["best"])]
    first = max(able, key=lambda name: rows[name]["value"])
    said = (
        f"{with_what(results.strategies)}, {words.model(first)} found the most new falls"
        f" {words.STRATEGY_MEASURES[by]}: {share_said(rows[first])}"
    )
    if first != results.study.reference:
        usual = rows[results.study.reference]
        said += f"; {words.model(usual['strategy'])} {share_said(usual)}: {gap_said(rows[first])}"
    yield said + "."
    yield from about_the_model(results)
    best = luck[first]
    yield (
        f"A replicate is luck, not a town: the same households were played"
        f" {best['replicates']} times, and {words.model(first)} was the best in"
        f" {words.percent(best['best'])} of the replicates. Another place or year was not played."
    )
    seen = data["household_months_seen"] / data["household_months"]
    yield (
        f"{words.count(data['households_played'])} households were played, seen in"
        f" {words.percent(seen)} of their months; what happened in the others is not known, and"
        " nobody was found in them."
    )


def _found(results: PanelResults, folder: Path) -> str:
    by = results.study.judge_by
    counted = results.comparison.groupby("measure")["out_of"].max()
    asked = [name for name in OF_FALLS_ALONE if counted[name] > 0]
    unasked = [words.STRATEGY_MEASURES[name] for name in OF_FALLS_ALONE if counted[name] == 0]
    cannot = (
        f"This panel cannot tell: {', '.join(unasked)}; no household was seen for so long after its"
        " fall."
    )
    return (
        paragraph(
            f"Intervals: {results.how_sure}. Counts are means over replicates, with survey weights"
            " where the panel has them."
        )
        + picture_of("found", folder)
        + table(
            verdicts_table(results.comparison, by),
            caption=f"{words.STRATEGY_MEASURES[by].capitalize()}; verdicts are on paired"
            " differences, on the same households and luck",
        )
        + folded("All shares", table(comparison_table(results.comparison, *asked)))
        + paragraph(
            "Running at the start: here also spells of which nobody saw the beginning, because the"
            " household came into the panel, or back from a gap, in hardship."
        )
        + (paragraph(cannot) if unasked else "")
    )


def _cost(results: PanelResults, folder: Path) -> str:
    effort = ("visits_per_find", "yuan_per_find", "visits_in_vain", "repeat_visits")
    missed: tuple[str, ...] = ("unseen_share", "unseen_months", "aid_missed")
    followed = results.comparison.query("measure == 'monitored_who_fell'")["out_of"].max()
    missed += ("monitored_who_fell",) if followed > 0 else ()
    return (
        table(comparison_table(results.comparison, *effort))
        + table(comparison_table(results.comparison, *missed))
        + picture_of("frontier", folder)
    )


def _luck(results: PanelResults) -> str:
    rows = [
        {
            "strategy": words.model(row["strategy"]),
            "mean of the replicates": words.percent(row["mean"]),
            "single replicates": f"{row['lowest']:.1%} to {row['highest']:.1%}",
            "best in": "" if pd.isna(row["best"]) else f"{row['best']:.0%}",
        }
        for row in records(results.luck)
    ]
    return paragraph(
        "A replicate is other luck with the same households: who is at home, who speaks up, who is"
        " drawn. It is not another town, and twenty of them are not twenty towns. Unweighted; the"
        " middle 95% of the replicates."
    ) + table(pd.DataFrame(rows), caption=words.STRATEGY_MEASURES[results.study.judge_by])


def _played(results: PanelResults) -> str:
    data = results.data
    months = f"{data['household_months_seen']:,} of {data['household_months']:,}"
    facts = {
        "panel": data["panel"],
        "months of one period": data["step_months"],
        "months played": data["months_played"],
        "households played": words.count(data["households_played"]),
        "of them in a mean month": words.count(data["households_at_once"]),
        "household-months seen": months,
        "new falls: the period before was seen, and out of hardship": words.count(
            data["new_falls"]
        ),
        "spells that began before they were seen, or played": words.count(
            data["begun_before_seen_or_played"]
        ),
        "the file at the start": ", ".join(
            f"{words.count(n)} {name.replace('_', ' ')}"
            for name, n in data["file_at_start"].items()
        ),
    }
    shown = pd.DataFrame({"what": list(facts), "how much": [str(v) for v in facts.values()]})
    left_out = bullets(results.left_out) if results.left_out else paragraph("Nothing.")
    return (
        table(shown)
        + paragraph(f"{results.scale}.")
        + paragraph("Left out, because the panel lacks a column:")
        + left_out
    )


def _limits(results: PanelResults) -> list[str]:
    step = results.data["step_months"]
    clerks = ", ".join(words.model(name) for name in CLERKS)
    return [
        "The households are real, but nobody looked for them so: channels, costs, staff and the"
        " errors of visits are those assumed for a Chinese office of 2022, and most are assumed.",
        "The panel's line of poverty stands for the line of relative hardship. Rigid spending,"
        " savings, assets and causes that the panel did not ask do not count.",
        f"A period of {step} months is measured once, and what was measured is taken to hold in"
        " each of its months: a fall may lie up to a period later than it is dated here.",
        "Spells that began before they were seen count as running, not as falls; after a gap nobody"
        " knows. Measures that need a household to be seen for months on end are answered only for"
        " those who were; of the monitored, who fell within a year is unknown for the others.",
        "The file at the start missed nobody who was seen in hardship before: better than any real"
        " file, which flatters the look-back, the automatic check and the model's teacher. Who"
        " comes into the panel later is on no list.",
        "Membership and migration were not asked: everybody may be filed and looked up, and formal"
        " work stands for organised work.",
        "Clerk and model go by the last period that had been written down, as late as the"
        " cross-check; of a household in its first period neither knows anything.",
        f"The best clerk is the best of {clerks} by the same measure over the same households,"
        " which flatters it a little.",
        "The best mix of channels, flip points and draws over the assumptions are made in invented"
        " towns only.",
    ]
