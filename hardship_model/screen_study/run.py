"""Play every strategy of a study in every town, and turn what happened into tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import interval
from hardship_model.screen_study.config import ScreenStudy
from hardship_model.screen_study.towns import settle, strategies_for
from hardship_model.screening.assumed import (
    best_over_draws,
    first_two,
    flip_points,
    shares_of_best,
)
from hardship_model.screening.catches import (
    Catches,
    catches,
    channels_table,
    never_found,
    overlap_table,
)
from hardship_model.screening.comparison import (
    MEASURES,
    amounts,
    best_clerk,
    by_group,
    compare,
)
from hardship_model.screening.mix import Mix, as_strategy, best_mix, caught_interval, offer
from hardship_model.screening.played import Played
from hardship_model.screening.ready_made import READY_MADE, strategies_table
from hardship_model.screening.stages import Stage
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.tallies import ENOUGH_TOWNS, Tally, add_up, how_sure, tally
from hardship_model.screening.value import Variant, affordable, frontier, worth_in_visits
from hardship_model.screening.world import World

#: A strategy with a model, and what it would be without; None: the best that a clerk can do.
_WITHOUT_MODEL = {"model_visits": None, "combined_with_model": "guangxi_combined"}


@dataclass(frozen=True, kw_only=True, eq=False)
class ScreenResults:
    """The tables of a run; each becomes a file of the run folder."""

    study: ScreenStudy
    #: On what the intervals rest, and by how much fixed costs were scaled.
    how_sure: str
    scale: str
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
    assumption_draws: pd.DataFrame
    ledger: pd.DataFrame
    #: Where it was played, for whoever wants to play more.
    stages: tuple[Stage, ...]


def as_files(results: ScreenResults) -> Mapping[str, pd.DataFrame]:
    """Which table of the run becomes which CSV?"""
    names = (
        "strategies", "comparison", "by_group", "frontier", "worth_in_visits", "channels",
        "overlaps", "never_found", "best_mix", "flip_points", "assumption_draws",
    )  # fmt: skip
    return {name: getattr(results, name) for name in names}


def run(study: ScreenStudy, *, say: Callable[[str], None] = lambda line: None) -> ScreenResults:
    """Do all of it; `say` hears one line before each longer step."""
    stages = list(settle(study, say=say))
    strategies = strategies_for(study, stages[0].world)
    say(f"{len(strategies)} strategies in {study.towns} towns")
    played = [
        stage.play(strategies_for(study, stage.world), seed=study.seed, with_ledger=True)
        for stage in stages
    ]
    tallies = [_tally(study, one, stage) for one, stage in zip(played, stages, strict=True)]
    compared = compare(_added(study, tallies), reference=study.reference)
    who_caught = catches(played)
    say("Other budgets, and one channel less")
    variants, of_variants = _play_variants(study, stages, strategies)
    grid = [one for one in variants if not one.without]
    at_budgets = frontier(of_variants, grid, budget_yuan=_budgets(study, stages))
    say("The best mix of channels")
    mixes = _best_mixes(study, stages, at_budgets, reference=strategies)
    say("Assumptions moved one by one, then all at once")
    flips, draws = _assumptions(study, stages, compared, tallies)
    return ScreenResults(
        study=study,
        how_sure=how_sure(study.towns),
        scale=played[0].scale_text(),
        strategies=strategies_table(strategies, stages[0].world),
        comparison=compared,
        by_group=by_group(_added(study, tallies)),
        frontier=at_budgets,
        worth_in_visits=_worth(of_variants, grid, strategies),
        channels=_channels(study, who_caught, variants, of_variants),
        overlaps=overlap_table(who_caught),
        never_found=never_found(who_caught, n_draws=study.n_draws, seed=study.seed),
        best_mix=mixes,
        flip_points=flips,
        assumption_draws=draws,
        ledger=_ledgers([one.ledger for one in played if one.ledger is not None]),
        stages=tuple(stages),
    )


def _tally(study: ScreenStudy, played: Played, stage: Stage, *, split: bool = True) -> Tally:
    """Draws over households only where there are too few towns to draw from."""
    n_draws = study.n_draws if study.towns < ENOUGH_TOWNS else 0
    return tally(played, n_draws=n_draws, seed=study.seed + stage.number, split=split)


def _added(study: ScreenStudy, tallies: Sequence[Tally]) -> Tally:
    return add_up(tallies, n_draws=study.n_draws, seed=study.seed)


def _play_variants(
    study: ScreenStudy, stages: Sequence[Stage], strategies: Sequence[Strategy]
) -> tuple[tuple[Variant, ...], Tally]:
    """Every strategy with every multiple of its means, and one without each of its channels."""
    variants = affordable(strategies, [stage.world for stage in stages], study.factors)
    [apart] = [one for one in strategies if one.name == study.take_apart]
    less = tuple(Variant(strategy=apart.name, without=c.name) for c in apart.channels)
    tallies = []
    for stage in stages:
        by_name = {one.name: one for one in strategies_for(study, stage.world)}
        changed = [one.of(by_name[one.strategy]) for one in (*variants, *less)]
        tallies.append(_tally(study, stage.play(changed, seed=study.seed), stage, split=False))
    return (*variants, *less), _added(study, tallies)


def _years(world: World) -> float:
    return len(world.rows) / 12


def _budgets(study: ScreenStudy, stages: Sequence[Stage]) -> dict[str, float]:
    """Money of all towns and years, by strategy."""
    total = dict.fromkeys(study.strategies, 0.0)
    for stage in stages:
        for one in strategies_for(study, stage.world):
            total[one.name] += one.budget_yuan_per_year * _years(stage.world)
    return total


def _worth(
    sums: Tally, variants: Sequence[Variant], strategies: Sequence[Strategy]
) -> pd.DataFrame:
    found = amounts(sums, "found")
    at = {
        one.name: found[:, sums.strategies.index(Variant(strategy=one.name).name)]
        for one in strategies
    }
    clerk = best_clerk(at, "ever")
    pairs = [(name, other or clerk) for name, other in _WITHOUT_MODEL.items() if name in at]
    return worth_in_visits(
        sums, variants,
        pairs=[(name, other) for name, other in pairs if other in at],
        visits_per_month=strategies[0].visits_per_month,
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
    study: ScreenStudy, stages: Sequence[Stage], at_budgets: pd.DataFrame,
    *, reference: Sequence[Strategy],
) -> pd.DataFrame:  # fmt: skip
    """Promise, bound and what came of it when played: one row per multiple of the usual means."""
    offered = offer(stages, seed=study.seed)
    months = len(stages[0].world.rows)
    [usual] = [one for one in reference if one.name == study.reference]
    free = (1 - usual.most_for_reviews) * usual.visits_per_month * months * len(stages)
    budget = usual.budget_yuan_per_year * _years(stages[0].world) * len(stages)
    mixes = {f: best_mix(offered, budget_yuan=f * budget, visits=f * free) for f in study.factors}
    share = _played(study, stages, mixes)
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
    study: ScreenStudy, stages: Sequence[Stage], mixes: Mapping[float, Mix]
) -> dict[float, dict[str, float]]:
    """The mixes in the towns, with all that goes wrong there: found of open falls."""
    tallies = []
    for stage in stages:
        by_name = {one.name: one for one in strategies_for(study, stage.world)}
        made = []
        for factor, mix in mixes.items():
            like = Variant(strategy=study.reference, factor=factor).of(by_name[study.reference])
            made.append(as_strategy(mix, stage.world, like, name=f"mix × {factor:g}"))
        tallies.append(_tally(study, stage.play(made, seed=study.seed), stage, split=False))
    sums = _added(study, tallies)
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
    study: ScreenStudy, stages: Sequence[Stage], compared: pd.DataFrame, tallies: Sequence[Tally]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flip points of the first two, and who is best over draws; without who knows the truth."""
    able = [name for name in study.strategies if not READY_MADE[name].get("knows_truth")]
    there = stages[: study.assumption_towns]

    def make(world: World) -> Sequence[Strategy]:
        return [one for one in strategies_for(study, world) if one.name in able]

    of_measure = compared[compared["measure"] == study.judge_by].set_index("strategy")["value"]
    first, second = first_two(dict(of_measure[able]), measure=study.judge_by)
    flips = flip_points(
        there, make, first=first, second=second, measure=study.judge_by,
        factors=study.assumption_factors, seed=study.seed,
    )  # fmt: skip
    draws = best_over_draws(
        there, make, measure=study.judge_by, n_draws=study.assumption_draws, seed=study.seed
    )
    by_town = pd.DataFrame([_by_strategy(one, study.judge_by)[able] for one in tallies])
    best = shares_of_best(by_town, measure=study.judge_by)
    return flips, draws.assign(towns=study.towns, best_in_towns=best[able].to_numpy())


def _by_strategy(sums: Tally, measure: str) -> pd.Series:
    above, below = (amounts(sums, name)[0] for name in MEASURES[measure])
    return pd.Series(ratio(above, below), index=list(sums.strategies))


def _ledgers(ledgers: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All towns' ledgers; the replicate is the town."""
    return pd.concat(ledgers, ignore_index=True)
