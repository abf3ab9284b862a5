"""Play every strategy of a study in every town, and turn what happened into tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import interval
from hardship_model.provenance import at_a_glance, versions
from hardship_model.screen_study.config import ScreenStudy
from hardship_model.screen_study.parts import Part, play_mixes, play_town
from hardship_model.screen_study.towns import strategies_for
from hardship_model.screen_study.workers import Each, trying, workers
from hardship_model.screening.assumed import Bench
from hardship_model.screening.catches import (
    Catches,
    channels_table,
    never_found,
    of_towns,
    overlap_table,
)
from hardship_model.screening.comparison import (
    MEASURES,
    amounts,
    best_clerk,
    by_group,
    compare,
    tells,
)
from hardship_model.screening.mix import Mix, all_offers, best_mix, caught_interval
from hardship_model.screening.sensitivity import sensitivity
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.tallies import Tally, add_up
from hardship_model.screening.value import Variant, frontier, worth_in_visits
from hardship_model.screening.what_if import (
    best_over_draws,
    first_two,
    flip_points,
    shares_of_best,
)
from hardship_model.study.keys import ConfigError

#: What a strategy with a model would be without; for others, the best that a clerk can do.
_WITHOUT_MODEL = {"combined_with_model": "guangxi_combined"}


@dataclass(frozen=True, kw_only=True, eq=False)
class ScreenResults:
    """The tables of a run; each becomes a file of the run folder."""

    study: ScreenStudy
    #: `scale`: the first town's share of each region's worker households.
    data: Mapping[str, Any]
    versions: Mapping[str, str]
    strategies: pd.DataFrame
    comparison: pd.DataFrame
    by_group: pd.DataFrame
    frontier: pd.DataFrame
    worth_in_visits: pd.DataFrame
    channels: pd.DataFrame
    overlaps: pd.DataFrame
    never_found: pd.DataFrame
    best_mix: pd.DataFrame
    flip_points: pd.DataFrame
    sensitivity: pd.DataFrame
    assumption_draws: pd.DataFrame

    def __repr__(self) -> str:
        """Which tables are there?"""
        return at_a_glance(self)


def as_files(results: Any) -> Mapping[str, pd.DataFrame]:
    """Which table of a run, over towns or over a panel, becomes which CSV?"""
    there = {one.name: getattr(results, one.name) for one in fields(results)}
    return {name: table for name, table in there.items() if isinstance(table, pd.DataFrame)}


def run(
    study: ScreenStudy,
    *,
    say: Callable[[str], None] = lambda line: None,
    keep: Callable[[pd.DataFrame], None] = lambda ledger: None,
    processes: int = 1,
) -> ScreenResults:
    """Do all of it, with the same results however many processes there are.

    `say` hears one line before each longer step; `keep` is given the ledger of every town, one
    after the other, and nobody else keeps it.
    """
    with workers(processes) as each:
        parts = _parts(study, each, say=say, keep=keep)
        compared = compare(_added(study, [one.tally for one in parts]), reference=study.reference)
        _refuse_untold(study, compared)
        variants, of_variants = _variants(study, parts)
        grid = [one for one in variants if not one.without]
        at_budgets = frontier(of_variants, grid, budget_yuan=_budgets(study, parts))
        say("The best mix of channels")
        mixes = _best_mixes(study, parts, at_budgets, each)
    say("Assumptions moved one by one, then all at once")
    flips, moved, draws = _assumptions(study, parts, compared, processes)
    who_caught = {name: of_towns([one.catches[name] for one in parts]) for name in parts[0].catches}
    return ScreenResults(
        study=study,
        data={"scale": dict(parts[0].scale)},
        versions=versions(),
        strategies=parts[0].strategies_table,
        comparison=compared,
        by_group=by_group(_added(study, [one.tally for one in parts])),
        frontier=at_budgets,
        worth_in_visits=worth_of_models(of_variants, grid, parts[0].strategies),
        channels=_channels(study, who_caught, variants, of_variants),
        overlaps=overlap_table(who_caught),
        never_found=never_found(who_caught, n_draws=study.n_draws, seed=study.seed),
        best_mix=mixes,
        flip_points=flips,
        sensitivity=moved,
        assumption_draws=draws,
    )


def _refuse_untold(study: ScreenStudy, compared: pd.DataFrame) -> None:
    """Raises ConfigError when nobody fell, or was followed for as long as `judge_by` asks."""
    if study.judge_by not in tells(compared):
        raise ConfigError(
            f"These towns cannot tell judge_by = {study.judge_by!r}: in the months played nobody"
            f" fell, or was followed for so long after a fall. They can tell {tells(compared)};"
            " play more months, or larger towns."
        )


def _parts(
    study: ScreenStudy, each: Each, *, say: Callable[[str], None],
    keep: Callable[[pd.DataFrame], None],
) -> Sequence[Part]:  # fmt: skip
    """Every town's part, without its ledger."""
    parts: list[Part] = []
    played = iter(each(partial(play_town, study), study.seeds))
    for number in study.seeds:
        say(f"Town {number} of {study.towns}: {study.households:,} households")
        part = next(played)
        if part.ledger is not None:
            keep(part.ledger)
        parts.append(replace(part, ledger=None))
    return parts


def _added(study: ScreenStudy, tallies: Sequence[Tally]) -> Tally:
    return add_up(tallies, n_draws=study.n_draws, seed=study.seed)


def _variants(study: ScreenStudy, parts: Sequence[Part]) -> tuple[tuple[Variant, ...], Tally]:
    """Every strategy with every multiple of its means that all towns can pay, and taken apart."""
    variants = tuple(
        one for one in parts[0].variants if all(one in part.variants for part in parts)
    )
    names = [one.name for one in variants]
    return variants, _added(study, [part.of_variants.of(names) for part in parts])


def _years(study: ScreenStudy) -> float:
    return (study.last_month - study.first_month + 1) / 12


def _budgets(study: ScreenStudy, parts: Sequence[Part]) -> dict[str, float]:
    """Money of all towns and years, by strategy."""
    total = dict.fromkeys(study.strategies, 0.0)
    for part in parts:
        for one in part.strategies:
            total[one.name] += one.budget_yuan_per_year * _years(study)
    return total


def worth_of_models(
    sums: Tally, variants: Sequence[Variant], strategies: Sequence[Strategy]
) -> pd.DataFrame:
    """Of each strategy with a model: how many visits a month is the model worth?"""
    found = amounts(sums, "found")
    at = {
        one.name: found[:, sums.strategies.index(Variant(strategy=one.name).name)]
        for one in strategies
    }
    clerk = best_clerk(at, "ever")
    pairs = [(s.name, _WITHOUT_MODEL.get(s.name) or clerk or "") for s in strategies if s.model]
    # Only between equal means is it the model that makes the difference.
    usual = strategies[0].visits_per_month, strategies[0].budget_yuan_per_year
    equal = {s.name for s in strategies if (s.visits_per_month, s.budget_yuan_per_year) == usual}
    return worth_in_visits(
        sums, variants,
        pairs=[(name, other) for name, other in pairs if name in equal and other in equal],
        visits_per_month=usual[0],
    )  # fmt: skip


def _channels(
    study: ScreenStudy, found: Mapping[str, Catches], variants: Sequence[Variant], sums: Tally
) -> pd.DataFrame:
    """Each channel's catch; for the strategy taken apart, what is found without the channel."""
    table = channels_table(found, n_draws=study.n_draws, seed=study.seed)
    at = dict(zip(sums.strategies, amounts(sums, "found").T, strict=True))
    whole = at[Variant(strategy=study.take_apart).name]
    rows = []
    for one in variants:
        if one.without:
            lost = whole - at[one.name]
            low, high = interval(lost[1:])
            rows.append({
                "strategy": one.strategy, "channel": one.without, "found": whole[0],
                "found_without": at[one.name][0], "lost": lost[0], "lost_low": low,
                "lost_high": high,
            })  # fmt: skip
    return table.merge(pd.DataFrame(rows), how="left", on=["strategy", "channel"])


def _best_mixes(
    study: ScreenStudy, parts: Sequence[Part], at_budgets: pd.DataFrame, each: Each
) -> pd.DataFrame:
    """Promise, bound and what came of it when played: one row per multiple of the usual means."""
    offered = all_offers([one.offered for one in parts])
    months = study.last_month - study.first_month + 1
    [usual] = [one for one in parts[0].strategies if one.name == study.reference]
    free = (1 - usual.most_for_reviews) * usual.visits_per_month * months * study.towns
    budget = usual.budget_yuan_per_year * _years(study) * study.towns
    mixes = {f: best_mix(offered, budget_yuan=f * budget, visits=f * free) for f in study.factors}
    share = _played(study, mixes, each)
    falls = offered.catches.falls.sum()
    oracle = at_budgets[at_budgets["strategy"] == "oracle"].set_index("factor")["share"]
    rows = []
    for factor, mix in mixes.items():
        caught_low, caught_high = caught_interval(
            offered, mix.channels, n_draws=study.n_draws, seed=study.seed
        )
        rows.append({
            "factor": factor, "budget_yuan": factor * budget, "channels": " + ".join(mix.channels),
            "falls": falls, "caught": mix.caught, "caught_share": mix.caught / falls,
            "caught_low": caught_low, "caught_high": caught_high,
            "no_mix_catches_more": mix.at_most,
            "all_channels_catch": falls - offered.catches.falls[:, :, 0].sum(),
            "planned_yuan": mix.yuan, "planned_visits": mix.visits, **share[factor],
            "oracle_found_share": oracle.get(factor, np.nan),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _played(
    study: ScreenStudy, mixes: Mapping[float, Mix], each: Each
) -> dict[float, dict[str, float]]:
    """The mixes in the towns, with all that goes wrong there: found of open falls."""
    sums = _added(study, list(each(partial(play_mixes, study, mixes), study.seeds)))
    found, new, running = (amounts(sums, name) for name in ("found", "new", "running"))
    share = ratio(found, new + running)
    bounds = {factor: interval(share[1:, s]) for s, factor in enumerate(mixes)}
    return {
        factor: {"found": found[0, s], "open": new[0, s] + running[0, s],
                 "found_share": share[0, s], "found_low": bounds[factor][0],
                 "found_high": bounds[factor][1]}
        for s, factor in enumerate(mixes)
    }  # fmt: skip


def _assumptions(
    study: ScreenStudy, parts: Sequence[Part], compared: pd.DataFrame, processes: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Flip points and sensitivity of the first two, and who is best over draws of all.

    Without who knows the truth.
    """
    able = [one.name for one in parts[0].strategies if not one.knows_truth]
    of_measure = compared[compared["measure"] == study.judge_by].set_index("strategy")["value"]
    first, second = first_two(dict(of_measure[able]), measure=study.judge_by)
    bench = Bench(
        stages=tuple(one.stage for one in parts if one.stage is not None),
        make=partial(strategies_for, study), measure=study.judge_by, seed=study.seed,
    )  # fmt: skip
    with trying(bench, processes) as shared:
        flips = flip_points(shared, first=first, second=second, factors=study.assumption_factors)
        moved = sensitivity(
            shared, first=first, second=second, n_trajectories=study.trajectories,
            n_draws=study.n_draws,
        )  # fmt: skip
        draws = best_over_draws(shared, strategies=able, n_draws=study.assumption_draws)
    by_town = pd.DataFrame([_by_strategy(one.tally, study.judge_by)[able] for one in parts])
    best = shares_of_best(by_town, measure=study.judge_by)
    return flips, moved, draws.assign(towns=study.towns, best_in_towns=best[able].to_numpy())


def _by_strategy(sums: Tally, measure: str) -> pd.Series:
    above, below = (amounts(sums, name)[0] for name in MEASURES[measure])
    return pd.Series(ratio(above, below), index=list(sums.strategies))
