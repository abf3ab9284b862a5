"""Towns to play in, and the strategies of a study as each town's size wants them."""

from collections.abc import Iterator, Sequence

import pandas as pd

from hardship_model.data.population import Config, Town, invent
from hardship_model.screen_study.config import ScreenStudy
from hardship_model.screen_study.scores import scores_of
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import risk_grids
from hardship_model.screening.stages import Stage
from hardship_model.screening.strategies import Strategy, refuse_unpaid
from hardship_model.screening.world import World, from_town


def settle(study: ScreenStudy) -> Iterator[Stage]:
    """Every town of the study, one after the other."""
    return (town_of(study, number) for number in study.seeds)


def town_of(study: ScreenStudy, number: int, *, with_scores: bool = True) -> Stage:
    """Invent one town, and let its office's model score whom it may look up.

    `with_scores=False` leaves the scores out, which takes several times less work.
    """
    town = invent(Config(n_households=study.households, seed=number, last_month=study.last_month))
    world = from_town(town, first_month=study.first_month, last_month=study.last_month)
    strategies = strategies_for(study, world)
    for one in strategies:
        refuse_unpaid(one, world)
    wanted = with_scores and any(one.model for one in strategies)
    risks = risk_grids(world, _scored(study, town)) if wanted else None
    return Stage(world=world, number=number, risks=risks, aid_feeds_back=study.aid_feeds_back)


def _scored(study: ScreenStudy, town: Town) -> pd.DataFrame:
    return scores_of(
        town, model=study.model, first_month=study.first_month, last_month=study.last_month,
        rescore_months=study.rescore_months, seed=town.config.seed,
    )  # fmt: skip


def strategies_for(study: ScreenStudy, world: World) -> Sequence[Strategy]:
    """The study's strategies, with the usual means of an office of this size."""
    return ready_made(world, study.strategies, own=study.strategy, model=study.model)
