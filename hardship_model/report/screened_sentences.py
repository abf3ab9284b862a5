"""What a run of `screen` says, in sentences computed from its tables."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.language import listed, say
from hardship_model.screen_study import PanelResults, ScreenResults

_Row = dict[str, Any]


def screened_in_short(results: ScreenResults) -> Iterator[str]:
    """What does this run say, in a handful of sentences?"""
    yield from _about_the_best(results)
    yield from about_the_model(results)
    yield _about_the_bound(results)
    yield _about_the_assumptions(results)
    yield from _about_the_sensitivity(results)


def _about_the_best(results: ScreenResults) -> Iterator[str]:
    by = results.study.judge_by
    rows = {r["strategy"]: r for r in records(results.comparison) if r["measure"] == by}
    first = results.flip_points["first"].iloc[0] if len(results.flip_points) else None
    able = {n: r for n, r in rows.items() if n in set(results.assumption_draws["strategy"])}
    first = first or max(able, key=lambda name: able[name]["value"])
    of, usual = rows[first], rows[results.study.reference]
    if isinstance(of["reference"], str):
        yield say(
            "{means}, {first} found the most falls {measure}: {share}; {usual} {its_share}: {gap}.",
            **about_the_first(results, of), usual=words.strategy(results.study.reference),
            its_share=share_said(usual), gap=gap_said(of),
        )  # fmt: skip
    else:
        yield say(
            "{means}, {first} found the most falls {measure}: {share}.",
            **about_the_first(results, of),
        )


def about_the_first(results: ScreenResults | PanelResults, row: _Row) -> dict[str, str]:
    """With which means did the strategy of this row find how many, by which measure?"""
    means = results.strategies[["visits_per_month", "budget_yuan_per_year"]].drop_duplicates()
    return {
        "means": say("At equal means") if len(means) == 1 else say("Each with its own means"),
        "first": words.strategy(row["strategy"]),
        "measure": words.strategy_measure(results.study.judge_by), "share": share_said(row),
    }  # fmt: skip


def share_said(row: _Row) -> str:
    """A share with its interval and counts."""
    share = words.percent_between(row["value"], row["low"], row["high"])
    return words.share_and_counts(share, words.out_of(row["counted"], row["out_of"]))


def gap_said(row: _Row) -> str:
    """The difference to the reference in points, with interval and verdict."""
    points = [100 * row[c] for c in ("difference", "difference_low", "difference_high")]
    difference, low, high = (words.signed(p, 1) for p in points)
    return say(
        "{difference} points ({interval}), {verdict}", difference=difference,
        interval=words.to(low, high), verdict=words.verdict(row["verdict"]),
    )  # fmt: skip


def about_the_model(results: ScreenResults | PanelResults) -> Iterator[str]:
    """How many visits a month is each model worth? Nothing is said when one budget was played."""
    if results.frontier["factor"].nunique() < 2:
        return
    for row in records(results.worth_in_visits):
        yield say(
            "{strategy} with {visits} visits a month finds as many as {other} with so many more:"
            " {worth}.",
            strategy=words.strategy(row["strategy"]).capitalize(), visits=row["visits_per_month"],
            other=words.strategy(row["against"]), worth=_worth(row, results.frontier),
        )  # fmt: skip


def _worth(row: _Row, frontier: pd.DataFrame) -> str:
    """How many visits more, with an interval; beyond the budgets that were played only a bound."""
    played = frontier.loc[frontier["strategy"] == row["against"], "factor"]
    ends = [(end - 1) * row["visits_per_month"] for end in (played.min(), played.max())]
    worth, low, high = (_visits(row[c], *ends) for c in ("worth", "low", "high"))
    return worth if worth == low == high else words.around(worth, words.to(low, high))


def _visits(more: float, fewest: float, most: float) -> str:
    if math.isinf(more):
        said = "more than {n}" if more > 0 else "fewer than {n}"
        return say(said, n=words.signed(most if more > 0 else fewest, 0))
    return words.signed(more, 0)


def _about_the_bound(results: ScreenResults) -> str:
    [row] = [r for r in records(results.best_mix) if r["factor"] == 1]
    told = say(
        "With the usual means no mix of channels would catch more than {most} of {falls} falls, and"
        " all channels together, whatever they cost, {all}.",
        most=words.count(round(row["no_mix_catches_more"])), falls=words.count(row["falls"]),
        all=words.count(row["all_channels_catch"]),
    )  # fmt: skip
    if "oracle" not in results.study.strategies:
        return told
    of_oracle = say(
        "Whoever knew the truth would have found {oracle} of the open ones by visits alone.",
        oracle=words.percent(row["oracle_found_share"]),
    )
    return say(" ").join([told, of_oracle])


def _about_the_assumptions(results: ScreenResults) -> str:
    best = max(records(results.assumption_draws), key=lambda row: row["share"])
    said = say(
        "Over draws of all assumptions {strategy} is the best most often: {counts}.",
        strategy=words.strategy(best["strategy"]),
        counts=words.out_of(best["best"], best["draws"]),
    )
    return say(" ").join([said, _moved_alone(results)])


def _moved_alone(results: ScreenResults) -> str:
    flips = results.flip_points
    if flips.empty or flips["gap"].iloc[0] <= 0:
        return say("Where assumptions were moved one by one, the first two were not apart.")
    turned = int((flips[["flips_down", "flips_up"]].notna().any(axis=1)).sum())
    tried = listed([f"{factor:g}" for factor in results.study.assumption_factors])
    first, second = (words.strategy(flips[which].iloc[0]) for which in ("first", "second"))
    return say(
        "Moved alone by factors of {tried}, {turned} of {all} assumptions end the lead of {first}"
        " on {second}.",
        tried=tried, turned=turned, all=len(flips), first=first, second=second,
    )  # fmt: skip


def _about_the_sensitivity(results: ScreenResults) -> Iterator[str]:
    rows = [r for r in records(results.sensitivity) if r["outcome"] == "lead"][:3]
    if rows:
        effects = say("; ").join(
            say(
                "{assumption} ({size} points, {interval})",
                assumption=words.assumption(r["assumption"]), size=f"{100 * r['size']:.1f}",
                interval=words.between(100 * r["low"], 100 * r["high"], digits=1),
            )
            for r in rows
        )  # fmt: skip
        yield say(
            "With all assumptions uncertain at once, that lead hangs most on these, moved through"
            " their whole range: {effects}.",
            effects=effects,
        )
