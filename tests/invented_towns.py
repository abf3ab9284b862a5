"""Small towns for tests, invented once per session and config."""

from functools import cache

from hardship_model.data.population import Config, Town, invent
from hardship_model.data.population.register import StatusQuo
from hardship_model.months import to_month


@cache
def town(
    *,
    n_households: int = 1500,
    seed: int = 1,
    first_household: int = 0,
    last_month: str = "2020-12",
    report_multiple: float = 1.0,
    pays_aid: bool = True,
) -> Town:
    """An invented town; six observed years unless asked otherwise."""
    return invent(config(
        n_households=n_households, seed=seed, first_household=first_household,
        last_month=to_month(last_month),
        policy=StatusQuo(report_multiple=report_multiple, pays_aid=pays_aid),
    ))  # fmt: skip


def config(**given: object) -> Config:
    """A config with these fields."""
    return Config(**given)  # type: ignore[arg-type]
