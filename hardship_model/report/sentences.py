"""Sentences with numbers, computed from the tables of a run."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import CHOSEN_BY
from hardship_model.figures import words
from hardship_model.figures.reading import parts, records
from hardship_model.models import BASELINES
from hardship_model.months import to_text
from hardship_model.privacy import SMALLEST_CELL
from hardship_model.report.missed import about_missed
from hardship_model.screening.visits import CLERKS
from hardship_model.study import Results


def in_short(results: Results) -> list[str]:
    """What does this run say, in a handful of sentences?"""
    return [
        *about_falls(results.transitions),
        *about_models(results),
        *about_missed(results),
        *about_visits(results),
    ]


def about_panel(panel: Panel, *, written_for: str = "rwm5yr") -> str:
    """Whose households are these, and were a notebook's texts written for them?"""
    n = len(panel.households)
    said = (
        f"Panel `{panel.name}`: {f'{n:,}' if n >= SMALLEST_CELL else 'fewer than ten'} households,"
        f" {to_text(panel.months[0])} to {to_text(panel.months[-1])}, every {panel.step_months}"
        " months."
    )
    if panel.name == written_for:
        return said
    return (
        f"{said} **The texts under the figures were written for `{written_for}`**: they say how to"
        " read a figure, not what yours shows. What is true and was not written down, nobody can"
        " know of these households; what needs it is shown in an invented town."
    )


def about_falls(transitions: pd.DataFrame) -> Iterator[str]:
    """How many fell, and how many fell back, one look later?"""
    nearest = {row["move"]: row for row in reversed(records(transitions))}
    for move, who in {
        "first_fall": "Of those never seen in hardship before",
        "return": "Of those who had left hardship",
    }.items():
        if move in nearest:
            row = nearest[move]
            share = words.percent_between(row["rate"], row["low"], row["high"])
            counts = words.out_of(row["events"], row["n"])
            yield f"{who}, {share} were in it {row['months']} months later: {counts}."


def about_models(results: Results) -> Iterator[str]:
    """For each task: which model was chosen and why, and did it beat what needs no learning?"""
    judged = results.backtest[results.backtest["role"] == "judge"]
    for (task,), choice in parts(results.choice, "task"):
        [chosen] = [row for row in records(choice) if row["chosen"]]
        sentence = f"{words.task(task).capitalize()}: {_why(chosen, records(choice))}."
        mine = judged[(judged["task"] == task) & (judged["model"] == chosen["model"])]
        for (origin,), table in parts(mine, "origin"):
            sentence += f" {_how_it_did(origin, {row['metric']: row for row in records(table)})}."
        yield sentence


def _why(chosen: dict[str, Any], choice: list[dict[str, Any]]) -> str:
    clerks = [row for row in choice if row["model"] in BASELINES and row is not chosen]
    clerk = min(clerks, key=lambda row: row["regret"])
    return (
        f"{words.model(chosen['model'])} was chosen, as least behind the best where models were"
        f" chosen (by {chosen['regret']:.3f}; {words.model(clerk['model'])} by"
        f" {clerk['regret']:.3f})"
    )


def _how_it_did(origin: str, of: dict[str, dict[str, Any]]) -> str:
    rows = [of[metric] for metric in CHOSEN_BY]
    if math.isnan(rows[0]["value"]):
        return f"At {origin} too few fell, or too few did not, for anything to be told"
    return (
        f"At {origin}, where {words.out_of(rows[0]['events'], rows[0]['n'])} fell:"
        f" {', '.join(map(_compared, rows))}. {_verdict(rows)}"
    )


def _compared(row: dict[str, Any]) -> str:
    name = words.METRICS[row["metric"]]
    if row["model"] in BASELINES:
        return f"{name} {words.value_between(row)}"
    low, high = words.signed(row["difference_low"]), words.signed(row["difference_high"])
    return (
        f"{name} {row['value']:.3f} ({words.signed(row['difference'])} on"
        f" {words.model(row['against'])}, {low} to {high})"
    )


def _verdict(rows: list[dict[str, Any]]) -> str:
    """What do the verdicts say together, in plain words?"""
    if rows[0]["model"] in BASELINES:
        return "It needs no learning, and no learned model was ahead of it where models were chosen"
    verdicts = {row["verdict"]: words.METRICS[row["metric"]] for row in rows}
    if len(verdicts) > 1:
        said = ", ".join(f"{verdict} in {metric}" for verdict, metric in verdicts.items())
        return said[0].upper() + said[1:]
    return {
        "better": "Better than what needs no learning",
        "worse": "Worse than what needs no learning",
        "too close to call": "Too close to call: not shown to beat what needs no learning",
    }[next(iter(verdicts))]


def about_visits(results: Results) -> Iterator[str]:
    """Did visits in the order of a model find more falls than those of a clerk?"""
    if results.visits.empty:
        return
    of = {(row["strategy"], row["measure"]): row for row in records(results.visits)}
    found = {name: row for (name, measure), row in of.items() if measure == "share_found"}
    told = [n for n in found if n not in CLERKS and not math.isnan(found[n]["difference"])]
    if not told:
        yield "Of the visits nothing can be told: they found too few falls, or missed too few."
        return
    best = max(told, key=lambda name: found[name]["value"])
    row, clerk = found[best], found[found[best]["against"]]
    points = [100 * row[c] for c in ("difference", "difference_low", "difference_high")]
    difference, low, high = (words.signed(p, 1) for p in points)
    yield (
        f"With {words.count(of[best, 'visits_per_fall_found']['counted'])} visits, the best order"
        f" by a model ({best}) found {_found(row)}, the best that needs no model"
        f" ({clerk['strategy']}) {_found(clerk)}: {difference} points ({low} to {high}),"
        f" {row['verdict']}."
    )


def _found(row: dict[str, Any]) -> str:
    counts = words.out_of(row["counted"], row["out_of"])
    return f"{words.percent(row['value'])} of the falls ({counts})"
