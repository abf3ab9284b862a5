"""Sentences with numbers, computed from the tables of a run."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import CHOSEN_BY
from hardship_model.figures import words
from hardship_model.figures.reading import parts, records
from hardship_model.language import listed, say
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


_FALLS = {
    "first_fall": "Of those never seen in hardship before, {share} were in it {months} months"
    " later: {counts}.",
    "return": "Of those who had left hardship, {share} were in it {months} months later: {counts}.",
}


def about_falls(transitions: pd.DataFrame) -> Iterator[str]:
    """How many fell, and how many fell back, one look later?"""
    nearest = {row["move"]: row for row in reversed(records(transitions))}
    for move, said in _FALLS.items():
        if move in nearest:
            row = nearest[move]
            share = words.percent_between(row["rate"], row["low"], row["high"])
            counts = words.out_of(row["events"], row["n"])
            yield say(said, share=share, months=row["months"], counts=counts)


def about_models(results: Results) -> Iterator[str]:
    """For each task: which model was chosen and why, and did it beat what needs no learning?"""
    judged = results.backtest[results.backtest["role"] == "judge"]
    for (task,), choice in parts(results.choice, "task"):
        [chosen] = [row for row in records(choice) if row["chosen"]]
        mine = judged[(judged["task"] == task) & (judged["model"] == chosen["model"])]
        told = [_why(task, chosen, records(choice))]
        for (origin,), table in parts(mine, "origin"):
            told += _how_it_did(origin, {row["metric"]: row for row in records(table)})
        yield say(" ").join(told)


def _why(task: str, chosen: dict[str, Any], choice: list[dict[str, Any]]) -> str:
    clerks = [row for row in choice if row["model"] in BASELINES and row is not chosen]
    clerk = min(clerks, key=lambda row: row["regret"])
    return say(
        "{task}: {model} was chosen, as least behind the best where models were chosen (by"
        " {regret}; {clerk} by {regret_of_clerk}).",
        task=words.task(task).capitalize(), model=words.model(chosen["model"]),
        regret=f"{chosen['regret']:.3f}", clerk=words.model(clerk["model"]),
        regret_of_clerk=f"{clerk['regret']:.3f}",
    )  # fmt: skip


def _how_it_did(origin: str, of: dict[str, dict[str, Any]]) -> list[str]:
    rows = [of[metric] for metric in CHOSEN_BY]
    if math.isnan(rows[0]["value"]):
        return [
            say(
                "At {origin} too few fell, or too few did not, for anything to be told.",
                origin=origin,
            )
        ]
    told = say(
        "At {origin}, where {fell} fell: {metrics}.", origin=origin,
        fell=words.fell(rows[0]),
        metrics=listed([_compared(row) for row in rows]),
    )  # fmt: skip
    return [told, _verdict(rows)]


def _compared(row: dict[str, Any]) -> str:
    metric = words.metric(row["metric"])
    if row["model"] in BASELINES:
        return say("{metric} {value}", metric=metric, value=words.value_between(row))
    low, high = words.signed(row["difference_low"]), words.signed(row["difference_high"])
    return say(
        "{metric} {value} ({difference} on {other}, {interval})", metric=metric,
        value=f"{row['value']:.3f}", difference=words.signed(row["difference"]),
        other=words.model(row["against"]), interval=words.to(low, high),
    )  # fmt: skip


def _verdict(rows: list[dict[str, Any]]) -> str:
    """What do the verdicts say together, in plain words?"""
    if rows[0]["model"] in BASELINES:
        return say(
            "It needs no learning, and no learned model was ahead of it where models were chosen."
        )
    verdicts = {row["verdict"]: words.metric(row["metric"]) for row in rows}
    if len(verdicts) > 1:
        said = listed([
            say("{verdict} in {metric}", verdict=words.verdict(verdict), metric=metric)
            for verdict, metric in verdicts.items()
        ])  # fmt: skip
        return say("{verdicts}.", verdicts=said[0].upper() + said[1:])
    return {
        "better": say("Better than what needs no learning."),
        "worse": say("Worse than what needs no learning."),
        "too close to call": say("Too close to call: not shown to beat what needs no learning."),
    }[next(iter(verdicts))]


def about_visits(results: Results) -> Iterator[str]:
    """Did visits in the order of a model find more falls than those of a clerk?"""
    if results.visits.empty:
        return
    of = {(row["strategy"], row["measure"]): row for row in records(results.visits)}
    found = {name: row for (name, measure), row in of.items() if measure == "share_found"}
    told = [n for n in found if n not in CLERKS and not math.isnan(found[n]["difference"])]
    if not told:
        yield say("Of the visits nothing can be told: they found too few falls, or missed too few.")
        return
    best = max(told, key=lambda name: found[name]["value"])
    row, clerk = found[best], found[found[best]["against"]]
    points = [100 * row[c] for c in ("difference", "difference_low", "difference_high")]
    difference, low, high = (words.signed(p, 1) for p in points)
    yield say(
        "With {visits} visits, the best order by a model ({order}) found {found}, the best that"
        " needs no model ({other}) {found_by_other}: {difference} points ({interval}), {verdict}.",
        visits=words.count(of[best, "visits_per_fall_found"]["counted"]), order=words.order(best),
        found=_found(row), other=words.order(clerk["strategy"]), found_by_other=_found(clerk),
        difference=difference, interval=words.to(low, high), verdict=words.verdict(row["verdict"]),
    )  # fmt: skip


def _found(row: dict[str, Any]) -> str:
    counts = words.out_of(row["counted"], row["out_of"])
    return say("{share} of the falls ({counts})", share=words.percent(row["value"]), counts=counts)
