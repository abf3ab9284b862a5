"""Tables to be read: words for names, shares with their counts, values with their intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hardship_model.data.panel import Column
from hardship_model.features import Feature
from hardship_model.figures import words
from hardship_model.figures.reading import parts, records
from hardship_model.language import language, listed, named, say
from hardship_model.models import BASELINES
from hardship_model.models.reasons import say_what
from hardship_model.privacy import withhold_small_cells
from hardship_model.rates import wilson

_PILLARS = ("income", "expenditure", "security", "household", "place")
_DIRECTIONS = {1: "never lowers the risk", -1: "never raises it", 0: "free"}
_IN_ALL = "in all"


def moves_table(transitions: pd.DataFrame) -> pd.DataFrame:
    """Who fell, left and fell back? One row per move and number of months.

    `by then` is the share that has moved so far, for the two hazards only (Kaplan–Meier).
    """
    rows = [
        {
            "move": words.move(row["move"]),
            "months": row["months"],
            "moved": words.out_of(row["events"], row["n"]),
            "share": words.percent_between(row["rate"], row["low"], row["high"]),
            "by then": "" if pd.isna(row["cumulative"]) else words.percent(row["cumulative"]),
        }
        for row in records(transitions)
    ]
    return pd.DataFrame(rows)


def answers_table(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Of those at risk, how many answers are yes, no and unknown? One row per kind of fall.

    The share is that of *yes* among the known answers; it is withheld where fewer than ten said
    yes, or fewer than ten no.
    """
    counts = pd.crosstab(outcomes["kind"], outcomes["answer"], dropna=False).reset_index()
    counts["known"] = counts["yes"] + counts["no"]
    counts["rate"] = counts["yes"] / counts["known"]
    counts["low"], counts["high"] = wilson(counts["yes"].to_numpy(), counts["known"].to_numpy())
    rows = [
        {
            "kind": named("kinds", str(row["kind"])),
            "yes, of known": words.out_of(row["yes"], row["known"]),
            "share": words.percent_between(row["rate"], row["low"], row["high"]),
            "unknown": words.count(row["unknown"]),
        }
        for row in records(
            withhold_small_cells(counts, n="known", events="yes", shown=["rate", "low", "high"])
        )
        if row["known"] + row["unknown"]
    ]
    return pd.DataFrame(rows)


def models_table(backtest: pd.DataFrame, choice: pd.DataFrame) -> pd.DataFrame:
    """How well did each model rank where it was judged, and did it beat the best baseline?

    One row per task × judging origin × model; the verdicts are on paired differences.
    """
    return _of_judged(backtest, choice, ("auroc", "average_precision"), compare=True)


def calibration_table(backtest: pd.DataFrame, choice: pd.DataFrame) -> pd.DataFrame:
    """Did the risks mean what they said? One row per task × judging origin × model."""
    metrics = ("observed_over_expected", "calibration_slope", "brier")
    return _of_judged(backtest, choice, metrics, compare=False)


def _of_judged(
    backtest: pd.DataFrame, choice: pd.DataFrame, metrics: Sequence[str], *, compare: bool
) -> pd.DataFrame:
    chosen = {(row["task"], row["model"]) for row in records(choice) if row["chosen"]}
    rows = []
    for (task, origin, model), table in parts(
        backtest[backtest["role"] == "judge"], "task", "origin", "model"
    ):
        of = {row["metric"]: row for row in records(table)}
        first = of[metrics[0]]
        said = {
            "task": words.task(task),
            "judged at": origin,
            "fell": words.fell(first),
            "model": _marked(model, (task, model) in chosen),
        }
        for metric in metrics:
            name = words.metric(metric)
            said[name] = words.value_between(of[metric])
            if compare:
                said[say("{metric} is", metric=name)] = words.verdict(of[metric]["verdict"])
        rows.append(said)
    return pd.DataFrame(rows, dtype=object).fillna("")


def decisions_table(decisions: pd.DataFrame, choice: pd.DataFrame) -> pd.DataFrame:
    """Is a list worth its visits? One row per task × origin × price × way to choose whom to visit.

    Per thousand households at risk; for the chosen model, what a clerk can do, and visiting all.
    """
    chosen = {row["task"]: row["model"] for row in records(choice) if row["chosen"]}
    rows = []
    for row in records(decisions.sort_values(["task", "origin", "threshold"], key=_in_given_order)):
        if row["model"] not in (*BASELINES, "visit all", chosen.get(row["task"])):
            continue
        worth = {c: 1000 * row[c] for c in ("net_benefit", "low", "high")}
        rows.append(
            {
                "task": words.task(row["task"]),
                "judged at": row["origin"],
                "visits in vain for one found": f"{1 / row['threshold'] - 1:g}",
                "way": _marked(row["model"], row["model"] == chosen.get(row["task"])),
                "visited, of": words.out_of(row["visited"], row["n"]),
                "worth per thousand": words.value_between(
                    {**row, **worth, "value": worth["net_benefit"]}, digits=1
                ),
            }
        )
    return pd.DataFrame(rows)


def drift_table(drift: pd.DataFrame) -> pd.DataFrame:
    """Did the scores move from one origin to the next? One row per task × origin × model."""
    return pd.DataFrame(
        {
            "task": words.task(row["task"]),
            "from, to": listed([row["origin_before"], row["origin"]]),
            "model": words.model(row["model"]),
            "mean risk before": words.percent(row["mean_risk_before"]),
            "now": words.percent(row["mean_risk"]),
            "stability index": f"{row['stability_index']:.3f}",
            "largest shift": f"{row['largest_shift']:.3f}",
        }
        for row in records(drift)
    )


def choice_table(choice: pd.DataFrame) -> pd.DataFrame:
    """Which model got each task? Regret is what it lacked to the best, at the choosing origins.

    On average over AUROC, average precision and origins, and *at worst* in one of these.
    """
    rows = [
        {
            "task": words.task(row["task"]),
            "model": _marked(row["model"], row["chosen"]),
            "regret": f"{row['regret']:.3f}",
            "at worst": f"{row['worst']:.3f}",
            "choosing origins": row["n_origins"],
        }
        for row in records(choice)
    ]
    return pd.DataFrame(rows)


def lists_table(
    lists: pd.DataFrame, backtest: pd.DataFrame, *, shares: Sequence[float]
) -> pd.DataFrame:
    """What did lists of these lengths hold? One row per task × origin × length × model.

    Where fewer than ten on a list fell, or fewer than ten did not, its counts are withheld.
    """
    sizes = lists[lists["share"].isin(shares)].sort_values(
        ["task", "origin", "share"], kind="stable", key=_in_given_order
    )
    intervals = {
        (row["task"], row["origin"], row["model"], row["metric"]): row for row in records(backtest)
    }
    rows = []
    for row in records(sizes):
        of = (row["task"], row["origin"], row["model"])
        said = {
            "task": words.task(row["task"]),
            "judged at": row["origin"],
            "list": f"{row['share']:.0%}",
            "model": words.model(row["model"]),
            "fell, of places": words.out_of(row["events"], row["n"]),
        }
        for name in ("precision", "recall"):
            bounds = intervals[(*of, f"{name}_at_{row['share'] * 100:.0f}pct")]
            said[name] = words.percent_between(row[name], bounds["low"], bounds["high"])
        rows.append(said)
    return pd.DataFrame(rows)


def _marked(model: str, chosen: bool) -> str:
    """A model's name, with a mark behind it when the task got this model."""
    name = words.model(model)
    return words.chosen(name) if chosen else name


def _in_given_order(column: pd.Series) -> pd.Series:
    """Sort by where a value first stands, numbers by their size."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return pd.Series(pd.factorize(column)[0], index=column.index)


def visits_table(visits: pd.DataFrame) -> pd.DataFrame:
    """What did each way of choosing visits find? One row per strategy.

    Counts are means over replicates; the verdict compares with the best way of a clerk.
    """
    of = {(row["strategy"], row["measure"]): row for row in records(visits)}
    rows = []
    for name in visits["strategy"].unique():
        found, at_once, effort = (of[name, measure] for measure in words.MEASURES)
        rows.append(
            {
                "visits": words.order(name),
                "falls found": words.out_of(found["counted"], found["out_of"]),
                "share": words.percent_between(found["value"], found["low"], found["high"]),
                "at once": words.percent(at_once["value"]),
                "visits per fall": words.value_between(effort, digits=1),
                "share is": words.verdict(found["verdict"]),
            }
        )
    return pd.DataFrame(rows, dtype=object).fillna("")


def features_table(declared: Sequence[Feature]) -> pd.DataFrame:
    """How many features look at each pillar, and how far back? One row per pillar."""
    table = pd.DataFrame([(f.pillar, f.window_months) for f in declared], columns=["pillar", "m"])
    counts = pd.crosstab(table["pillar"], table["m"], margins=True, margins_name=_IN_ALL)
    counts = counts.loc[[*(p for p in _PILLARS if p in counts.index), _IN_ALL]]
    counts.columns = pd.Index(
        [c if c == _IN_ALL else say("{months} months", months=c) for c in counts.columns]
    )
    counts.index = pd.Index([named("pillars", name) for name in counts.index])
    return counts.rename_axis("pillar").reset_index()


def every_feature(declared: Sequence[Feature], columns: Sequence[Column]) -> pd.DataFrame:
    """Each feature with its pillar, its look-back, and what policy says of more of it.

    In English by its name, else by the label of its column.
    """
    rows: list[Mapping[str, Any]] = [
        {
            "feature": _feature(f, columns),
            "pillar": named("pillars", f.pillar),
            "months back": f.window_months,
            "more of it": say(_DIRECTIONS[f.direction]),
        }
        for f in declared
    ]
    return pd.DataFrame(rows)


def _feature(feature: Feature, columns: Sequence[Column]) -> str:
    if language() == "en":
        return feature.name.replace("_", " ")
    return say_what(feature, columns=columns)[1]
