"""The page of a run of `screen` over a survey: who of real households would have been found."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from hardship_model.data.population.codes import PLACES
from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.language import listed, named, say
from hardship_model.report.frame import one_page
from hardship_model.report.markup import bullets, folded, paragraph, table
from hardship_model.report.screened import again, picture, strategies_part
from hardship_model.report.screened_sentences import (
    about_the_first,
    about_the_model,
    gap_said,
    share_said,
)
from hardship_model.report.screened_tables import comparison_table, verdicts_table
from hardship_model.screen_study import PanelResults
from hardship_model.screening.comparison import CLERKS, OF_FALLS_ALONE

_QUESTION = (
    "Over households that a survey has asked, with the same money, staff and luck: which way of"
    " looking would have found the most, at what cost, and whom would each have missed?"
)
#: On what the intervals rest.
_HOW_SURE = (
    "Intervals: draws over households, of the mean over {replicates} replicates; a replicate is"
    " luck, not a town, so how places and years differ is not in them, nor that the survey drew its"
    " households in clusters; one office's single luck scatters more. Counts are means over"
    " replicates, with survey weights where the panel has them."
)
#: Whose office is played over a panel.
_PLACE = PLACES[0]


def panel_screen_page(results: PanelResults, figures_folder: Path) -> str:
    """The page as HTML, which needs no other file and no network. Same results, same bytes."""
    parts = {
        "found": (say("Who was found, and when"), _found(results, figures_folder)),
        "luck": (say("How much of it is luck"), _luck(results)),
        "cost": (say("At what cost"), _cost(results, figures_folder)),
        "missed": (say("Who is missed"), picture("missed", figures_folder)),
        "played": (say("What was played"), _played(results)),
        "strategies": (say("The strategies"), strategies_part(results)),
        "limits": (say("What this does not show"), bullets(_limits(results))),
        "again": (say("How to get the same page again"), again(results)),
    }
    return one_page(
        title=words.title(results.study), question=say(_QUESTION),
        short=panel_in_short(results), parts=parts,
        closing=say("Made by hardship_model over the panel {panel}.", panel=results.data["panel"]),
    )  # fmt: skip


def panel_in_short(results: PanelResults) -> Iterator[str]:
    """What does this run say, in a handful of sentences?"""
    by, data = results.study.judge_by, results.data
    rows = {r["strategy"]: r for r in records(results.comparison) if r["measure"] == by}
    luck = {row["strategy"]: row for row in records(results.luck)}
    able = [name for name, row in luck.items() if not pd.isna(row["best"])]
    first = max(able, key=lambda name: rows[name]["value"])
    usual, of = rows[results.study.reference], rows[first]
    told = about_the_first(results, of)
    if first == results.study.reference:
        yield say("{means}, {first} found the most new falls {measure}: {share}.", **told)
    else:
        yield say(
            "{means}, {first} found the most new falls {measure}: {share}; {usual} {its_share}:"
            " {gap}.",
            **told, usual=words.strategy(usual["strategy"]), its_share=share_said(usual),
            gap=gap_said(of),
        )  # fmt: skip
    yield from about_the_model(results)
    best = luck[first]
    yield say(
        "A replicate is luck, not a town: the same households were played {times} times, and"
        " {first} was the best in {share} of the replicates. Another place or year was not played.",
        times=best["replicates"], first=words.strategy(first), share=words.percent(best["best"]),
    )  # fmt: skip
    if data["step_months"] == 1 and results.study.exit_months == results.study.spell_months == 1:
        yield say(
            "The panel is monthly, and one month in hardship counts as a fall here, one month out"
            " of it as its end, so blips count too: exit_months = 6 and spell_months = 3 is what"
            " the rule's practice suggests."
        )
    seen = data["household_months_seen"] / data["household_months"]
    yield say(
        "{n} households were played, seen in {share} of their months; what happened in the others"
        " is not known, and nobody was found in them.",
        n=words.count(data["households_played"]), share=words.percent(seen),
    )  # fmt: skip


def _found(results: PanelResults, folder: Path) -> str:
    by = results.study.judge_by
    counted = results.comparison.groupby("measure")["out_of"].max()
    asked = [name for name in OF_FALLS_ALONE if counted[name] > 0]
    unasked = [words.strategy_measure(name) for name in OF_FALLS_ALONE if counted[name] == 0]
    cannot = say(
        "This panel cannot tell: {measures}; no household was seen for so long after its fall.",
        measures=listed(unasked),
    )
    return (
        paragraph(say(_HOW_SURE, replicates=results.study.replicates))
        + picture("found", folder)
        + table(
            verdicts_table(results.comparison, by),
            caption=say(
                "{measure}; verdicts are on paired differences, on the same households and luck",
                measure=words.strategy_measure(by).capitalize(),
            ),
        )
        + folded(say("All shares"), table(comparison_table(results.comparison, *asked)))
        + paragraph(
            say(
                "Running at the start: here also spells of which nobody saw the beginning, because"
                " the household came into the panel, or back from a gap, in hardship."
            )
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
        + picture("frontier", folder)
    )


def _luck(results: PanelResults) -> str:
    rows = [
        {
            "strategy": words.strategy(row["strategy"]),
            "mean of the replicates": words.percent(row["mean"]),
            "single replicates": words.to(f"{row['lowest']:.1%}", f"{row['highest']:.1%}"),
            "best in": "" if pd.isna(row["best"]) else f"{row['best']:.0%}",
        }
        for row in records(results.luck)
    ]
    return paragraph(
        say(
            "A replicate is other luck with the same households: who is at home, who speaks up, who"
            " is drawn. It is not another town, and twenty of them are not twenty towns."
            " Weighted as the counts are; the middle 95% of the replicates."
        )
    ) + table(pd.DataFrame(rows), caption=words.strategy_measure(results.study.judge_by))


def _played(results: PanelResults) -> str:
    data = results.data
    seen, all_months = data["household_months_seen"], data["household_months"]
    facts = [
        (say("panel"), data["panel"]),
        (say("months of one period"), data["step_months"]),
        (say("months played"), data["months_played"]),
        (say("households played"), words.count(data["households_played"])),
        (say("of them in a mean month"), words.count(data["households_at_once"])),
        (say("household-months seen"), words.out_of(seen, all_months)),
        (say("new falls: the period before was seen, and out of hardship"),
         words.count(data["new_falls"])),
        (say("spells that began before they were seen, or played"),
         words.count(data["begun_before_seen_or_played"])),
        (say("the file at the start"),
         listed([say("{n} {state}", n=words.count(n), state=named("states", name))
                 for name, n in data["file_at_start"].items()])),
    ]  # fmt: skip
    return (
        table(pd.DataFrame(facts, columns=["what", "how much"]).astype(str))
        + paragraph(
            say(
                "Fixed costs, sites and staff are those of an office in {place} with {n} worker"
                " households, {share} of that region's.",
                place=named("values", _PLACE), n=words.count(data["households_at_once"]),
                share=f"{data['scale'][_PLACE]:.3%}",
            )
        )
        + paragraph(say("Left out, because the panel lacks a column:"))
        + _left_out(results)
    )  # fmt: skip


def _left_out(results: PanelResults) -> str:
    said = [
        say("{strategy}: {why}", strategy=words.strategy(name), why=say(why))
        for name, why in results.data["left_out"]
    ]
    return bullets(said) if said else paragraph(say("Nothing."))


_LIMITS = (
    "The households are real, but nobody looked for them so: channels, costs, staff and the errors"
    " of visits are those assumed for a Chinese office of 2022, and most are assumed.",
    "The panel's line of poverty stands for the line of relative hardship. Rigid spending, savings,"
    " assets and causes that the panel did not ask do not count.",
    "A period of {step} months is measured once, and what was measured is taken to hold in each of"
    " its months: a fall may lie up to a period later than it is dated here.",
    "Spells that began before they were seen count as running, not as falls; after a gap nobody"
    " knows. Measures that need a household to be seen for months on end are answered only for"
    " those who were; of the monitored, who fell within a year is unknown for the others.",
    "The file at the start missed nobody who was seen in hardship before: better than any real"
    " file, which flatters the look-back, the automatic check and the model's teacher. Who comes"
    " into the panel later is on no list.",
    "Membership and migration were not asked: everybody may be filed and looked up, and formal work"
    " stands for organised work.",
    "Clerk and model go by the last period that had been written down, as late as the cross-check;"
    " of a household in its first period neither knows anything.",
    "The best clerk is the best of {clerks} by the same measure over the same households, which"
    " flatters it a little.",
    "The best mix of channels, flip points and draws over the assumptions are made in invented"
    " towns only.",
)


def _limits(results: PanelResults) -> list[str]:
    clerks = listed([words.strategy(name) for name in CLERKS])
    return [say(one, step=results.data["step_months"], clerks=clerks) for one in _LIMITS]
