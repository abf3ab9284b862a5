"""Tables to be read: words for names, shares with their counts, values with their intervals."""

from collections.abc import Sequence

import pandas as pd

from hardship_model.features import Feature
from hardship_model.figures import words
from hardship_model.privacy import withhold_small_cells

_PILLARS = ("income", "expenditure", "security", "household", "place")
_DIRECTIONS = {1: "more of it never lowers the risk", -1: "more of it never raises it", 0: "free"}


def moves_table(transitions: pd.DataFrame) -> pd.DataFrame:
    """Who fell, left and fell back, one row per move and number of months.

    `so far` is the share that has moved by then, for the two hazards only (Kaplan–Meier).
    """
    rows = [
        {
            "move": words.MOVES[row.move],
            "months": row.months,
            "moved": words.out_of(row.events, row.n),
            "share": words.percent(row.rate),
            "95 % interval": words.between_percent(row.low, row.high),
            "so far": "" if pd.isna(row.cumulative) else words.percent(row.cumulative),
        }
        for row in transitions.itertuples()
    ]
    return pd.DataFrame(rows)


def models_table(backtest: pd.DataFrame, choice: pd.DataFrame) -> pd.DataFrame:
    """How well did each model rank where it was judged, and did it beat the best baseline?

    One row per task × judging origin × model; the chosen one is marked.
    """
    return _of_judged(backtest, choice, ("auroc", "average_precision"), compare=True)


def calibration_table(backtest: pd.DataFrame, choice: pd.DataFrame) -> pd.DataFrame:
    """Did the risks mean what they said? One row per task × judging origin × model."""
    metrics = ("observed_over_expected", "calibration_slope", "brier")
    return _of_judged(backtest, choice, metrics, compare=False)


def _of_judged(
    backtest: pd.DataFrame, choice: pd.DataFrame, metrics: Sequence[str], *, compare: bool
) -> pd.DataFrame:
    judged = backtest[backtest["role"] == "judge"]
    chosen = set(choice.loc[choice["chosen"], ["task", "model"]].itertuples(index=False, name=None))
    rows = []
    for (task, origin, model), table in judged.groupby(["task", "origin", "model"], sort=False):
        of = table.set_index("metric")
        mark = " (chosen)" if (task, model) in chosen else ""
        row = {"task": words.task(str(task)), "origin": origin}
        row |= {"model": words.model(str(model)) + mark}
        row |= {"fell": words.out_of(of["events"].iloc[0], of["n"].iloc[0])}
        for metric in metrics:
            row[words.METRICS[metric]] = f"{of.at[metric, 'value']:.3f}"
            row[f"{words.METRICS[metric]}, 95 %"] = words.between(
                of.at[metric, "low"], of.at[metric, "high"]
            )
            if compare:
                row[f"{words.METRICS[metric]} is"] = of.fillna({"verdict": ""}).at[
                    metric, "verdict"
                ]
        rows.append(row)
    return pd.DataFrame(rows)


def choice_table(choice: pd.DataFrame) -> pd.DataFrame:
    """Which model got each task? Regret is what it lacked to the best, at the choosing origins."""
    rows = [
        {
            "task": words.task(row.task),
            "model": words.model(row.model) + (" (chosen)" if row.chosen else ""),
            "regret": f"{row.regret:.3f}",
            "origins": row.n_origins,
        }
        for row in choice.itertuples()
    ]
    return pd.DataFrame(rows)


def lists_table(
    lists: pd.DataFrame, backtest: pd.DataFrame, *, shares: Sequence[float]
) -> pd.DataFrame:
    """What did lists of these lengths hold? One row per task × origin × length × model.

    A list on which fewer than ten fell, or fewer than ten did not, is withheld.
    """
    asked = lists[lists["share"].isin(shares)]
    known = backtest.set_index(["task", "origin", "model", "metric"])
    shown = ["precision", "recall", "fewest", "most"]
    rows = []
    for row in withhold_small_cells(asked, shown=shown).itertuples():
        of, length = (row.task, row.origin, row.model), f"at_{row.share * 100:.0f}pct"
        rows.append(
            {
                "task": words.task(row.task),
                "origin": row.origin,
                "list": f"{row.share:.0%}",
                "model": words.model(row.model),
                "fell, of places": words.out_of(row.events, row.n),
                **_rate("precision", row, known.loc[(*of, f"precision_{length}")]),
                **_rate("recall", row, known.loc[(*of, f"recall_{length}")]),
            }
        )
    return pd.DataFrame(rows)


def _rate(name: str, row: object, interval: pd.Series) -> dict[str, str]:
    value = getattr(row, name)
    between = words.between_percent(interval["low"], interval["high"])
    return {name: words.percent(value), f"{name}, 95 %": "" if pd.isna(value) else between}


def visits_table(visits: pd.DataFrame) -> pd.DataFrame:
    """What did each way of choosing visits find? One row per strategy.

    Counts are means over replicates; the verdict compares with the best way of a clerk.
    """
    tables = {str(m): rows.set_index("strategy") for m, rows in visits.groupby("measure")}
    found, at_once, effort = (tables[name] for name in words.MEASURES)
    rows = [
        {
            "visits chosen": name,
            "falls found": words.out_of(of["counted"], of["out_of"]),
            "share": words.percent(of["value"]),
            "95 % interval": words.between_percent(of["low"], of["high"]),
            "at once": words.percent(at_once.at[name, "value"]),
            "visits per fall found": f"{effort.at[name, 'value']:.1f}",
            "visits, 95 %": words.between(
                effort.at[name, "low"], effort.at[name, "high"], digits=1
            ),
            "share is": "" if pd.isna(of["verdict"]) else of["verdict"],
        }
        for name, of in found.iterrows()
    ]
    return pd.DataFrame(rows)


def features_table(declared: Sequence[Feature]) -> pd.DataFrame:
    """How many features look at each pillar, and how far back? One row per pillar."""
    table = pd.DataFrame([(f.pillar, f.window_months) for f in declared], columns=["pillar", "m"])
    counts = pd.crosstab(table["pillar"], table["m"], margins=True, margins_name="in all")
    counts = counts.reindex([*(p for p in _PILLARS if p in counts.index), "in all"])
    counts.columns = [f"{c} months back" if c != "in all" else c for c in counts.columns]
    return counts.rename_axis("pillar").reset_index()


def every_feature(declared: Sequence[Feature]) -> pd.DataFrame:
    """Each feature with its pillar, look-back and declared direction."""
    rows = [
        {
            "feature": f.name.replace("_", " "),
            "pillar": f.pillar,
            "months back": f.window_months,
            "direction": _DIRECTIONS[f.direction],
        }
        for f in declared
    ]
    return pd.DataFrame(rows)
