"""Strategies side by side, in tables to be read."""

from typing import Any

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.language import named, say

_Row = dict[str, Any]


def comparison_table(comparison: pd.DataFrame, *measures: str) -> pd.DataFrame:
    """The strategies side by side: one row each, these measures in columns, with intervals."""
    rows = []
    for name in comparison["strategy"].unique():
        of = {r["measure"]: r for r in records(comparison[comparison["strategy"] == name])}
        said = {"strategy": words.strategy(name)}
        for measure in measures:
            title = words.strategy_measure(measure)
            said[title] = _value(of[measure], measure)
        rows.append(said)
    return pd.DataFrame(rows)


def _value(row: _Row, measure: str) -> str:
    if pd.isna(row["value"]):
        return words.withheld() if row.get("withheld") else words.none()
    if measure in ("visits_per_find", "yuan_per_find", "unseen_months", "aid_yuan"):
        return words.value_between(row, digits=1 if row["value"] < 100 else 0)
    return words.percent_between(row["value"], row["low"], row["high"])


def verdicts_table(comparison: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure with its counts; verdicts against the reference and the best clerk, if any."""
    mine = comparison[comparison["measure"] == measure]
    verdicts = {
        say("than {strategy}", strategy=words.strategy(str(mine[other].dropna().iloc[0]))): column
        for other, column in (("reference", "verdict"), ("clerk", "clerk_verdict"))
        if mine[other].notna().any()
    }
    rows = [
        {
            "strategy": words.strategy(r["strategy"]),
            "found, of": words.out_of(r["counted"], r["out_of"]),
            "share": words.percent_between(r["value"], r["low"], r["high"]),
            **{than: words.verdict(r[column]) for than, column in verdicts.items()},
        }
        for r in records(mine)
    ]
    return pd.DataFrame(rows)


def sensitivity_table(moved: pd.DataFrame) -> pd.DataFrame:
    """Both outcomes side by side, in the order of the effects on the lead; in points."""
    by_outcome = {
        outcome: rows.set_index("assumption") for outcome, rows in moved.groupby("outcome")
    }
    return pd.DataFrame(
        {
            "assumption": words.assumption(r["assumption"], label=r["label"]),
            "moved": _times(r["lowest"], r["highest"]),
            **{
                title: _points(by_outcome[outcome].loc[r["assumption"]])
                for outcome, title in (
                    ("lead", "on the lead, points"),
                    ("share", "on the share, points"),
                )
            },
        }
        for r in records(moved[moved["outcome"] == "lead"])
    )


def _points(row: "pd.Series[Any]") -> str:
    size, low, high = (100 * row[name] for name in ("size", "low", "high"))
    return say(
        "{size}, mean {mean}, spread {spread}",
        size=words.around(f"{size:.1f}", words.between(low, high, digits=1)),
        mean=words.signed(100 * row["effect"], 1), spread=f"{100 * row['spread']:.1f}",
    )  # fmt: skip


def _times(low: float, high: float) -> str:
    """Between which factors was a number moved?"""
    return f"× {words.to(f'{low:.2g}', f'{high:.2g}')}"


def flips_table(flips: pd.DataFrame) -> pd.DataFrame:
    """How far must each assumption be moved to turn the order? One row per assumption."""
    return pd.DataFrame(
        {
            "assumption": words.assumption(r["assumption"], label=r["label"]),
            "in force": say("{n} {unit}", n=f"{r['value']:g}", unit=named("units", r["unit"])),
            "tried": _times(r["tried_low"], r["tried_high"]),
            "turns below": "" if pd.isna(r["flips_down"]) else f"× {r['flips_down']:.2f}",
            "turns above": "" if pd.isna(r["flips_up"]) else f"× {r['flips_up']:.2f}",
        }
        for r in records(flips)
    )


def strategies_table(strategies: pd.DataFrame) -> pd.DataFrame:
    """What each strategy does with what, in words: one row per strategy × channel."""
    shown = strategies[["strategy", "channel", "order", "visits_per_month", "cadence_months",
                        "lag_months", "cost_yuan", "fixed_yuan_per_year"]]  # fmt: skip
    return shown.assign(
        strategy=shown["strategy"].map(words.strategy),
        channel=shown["channel"].map(words.channel),
        order=shown["order"].map(words.order),
        cost_yuan=shown["cost_yuan"].map("{:.2f}".format),
        fixed_yuan_per_year=shown["fixed_yuan_per_year"].map("{:,.0f}".format),
    ).rename(columns=lambda name: name.replace("_", " "))
