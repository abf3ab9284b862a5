"""What one town adds to a study: invented, played in every way, counted, and let go.

Between towns only counts are kept, so a study of twenty towns needs the memory of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from hardship_model.screen_study.config import ScreenStudy
from hardship_model.screen_study.towns import strategies_for, town_of
from hardship_model.screening.catches import Catches, catches
from hardship_model.screening.mix import Mix, Offer, as_strategy, offer
from hardship_model.screening.played import Played
from hardship_model.screening.ready_made import strategies_table
from hardship_model.screening.stages import Stage
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.tallies import ENOUGH_TOWNS, Tally, tally
from hardship_model.screening.value import Variant, affordable


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One town's part of every table."""

    #: This town's share of each region's worker households, by which fixed costs were scaled, and
    #: the strategies with their means of all years.
    scale: Mapping[str, float]
    strategies: tuple[Strategy, ...]
    strategies_table: pd.DataFrame
    tally: Tally
    catches: Mapping[str, Catches]
    #: Other budgets that can be paid here, the strategy taken apart, and what came of both.
    variants: tuple[Variant, ...]
    of_variants: Tally
    offered: Offer
    #: Every contact; the replicate is the town. None when it has been put away.
    ledger: pd.DataFrame | None
    #: The town itself, where assumptions are tried.
    stage: Stage | None


def play_town(study: ScreenStudy, number: int) -> Part:
    """Invent a town and play in it all that does not depend on other towns."""
    stage = town_of(study, number)
    strategies = tuple(strategies_for(study, stage.world))
    played = stage.play(strategies, seed=study.seed, with_ledger=True)
    variants = affordable(strategies, [stage.world], study.factors)
    variants += _taken_apart(study, strategies)
    return Part(
        scale=stage.world.scale(),
        strategies=strategies,
        strategies_table=strategies_table(strategies, stage.world),
        tally=_tally(study, played, stage),
        catches=catches(played),
        variants=variants,
        of_variants=_played(study, stage, [_changed(one, strategies) for one in variants]),
        offered=offer(stage, seed=study.seed),
        ledger=played.ledger,
        stage=stage if number in study.seeds[: study.assumption_towns] else None,
    )


def _taken_apart(study: ScreenStudy, strategies: Sequence[Strategy]) -> tuple[Variant, ...]:
    """One strategy, each time without one of its channels."""
    [apart] = [one for one in strategies if one.name == study.take_apart]
    return tuple(Variant(strategy=apart.name, without=one.name) for one in apart.channels)


def _changed(variant: Variant, strategies: Sequence[Strategy]) -> Strategy:
    [strategy] = [one for one in strategies if one.name == variant.strategy]
    return variant.of(strategy)


def _played(study: ScreenStudy, stage: Stage, strategies: Sequence[Strategy]) -> Tally:
    """What these find in the town, of everybody."""
    return _tally(study, stage.play(strategies, seed=study.seed), stage, split=False)


def _tally(study: ScreenStudy, played: Played, stage: Stage, *, split: bool = True) -> Tally:
    """Draws over households only where there are too few towns to draw from."""
    n_draws = study.n_draws if study.towns < ENOUGH_TOWNS else 0
    return tally(played, n_draws=n_draws, seed=study.seed + stage.number, split=split)


def play_mixes(study: ScreenStudy, mixes: Mapping[float, Mix], number: int) -> Tally:
    """The mixes that were chosen from all towns, each with so many times the usual means.

    The town is invented anew: mixes rank by no model, and lives without scores are soon made.
    """
    stage = town_of(study, number, with_scores=False)
    strategies = strategies_for(study, stage.world)
    made = []
    for factor, mix in mixes.items():
        like = _changed(Variant(strategy=study.reference, factor=factor), strategies)
        made.append(as_strategy(mix, stage.world, like, name=f"mix × {factor:g}"))
    return _played(study, stage, made)
