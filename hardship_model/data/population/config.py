"""Which town to invent: how many households, which seed, which months, whose rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hardship_model.data.population.register import StatusQuo
from hardship_model.months import to_month, to_text
from hardship_model.randomness import Dice
from hardship_model.rules import LatentRule

#: Months that must pass before the first observed one, so that no first spell is an artefact.
SHORTEST_BURN_IN = 24


@dataclass(frozen=True, kw_only=True)
class Config:
    """One invented town. The same config gives the same town, to the last yuan."""

    n_households: int
    seed: int = 1
    #: Lives begin here; nothing before `observed_from` is told.
    first_month: int = to_month("2013-01")
    observed_from: int = to_month("2015-01")
    last_month: int = to_month("2022-12")
    #: Where the lines of hardship run; None: the rule of the parameter files.
    rule: LatentRule | None = None
    #: How the office learns of households and helps.
    policy: StatusQuo = field(default_factory=StatusQuo)
    #: Parameters multiplied by a factor: *what if this assumption were wrong by so much?*
    scaled: Mapping[str, float] = field(default_factory=dict)
    #: Serial number of the first household: a shard begins later than 0.
    first_household: int = 0

    def __post_init__(self) -> None:
        """Refuse a town without households or without a past."""
        if self.n_households < 1 or self.first_household < 0:
            raise ValueError(
                f"A town has at least one household, numbered from 0; got {self.n_households}"
                f" from {self.first_household} on."
            )
        if self.seed < 0:
            raise ValueError(f"The seed of a town is a whole number, 0 or more; got {self.seed}.")
        if self.observed_from - self.first_month < SHORTEST_BURN_IN:
            raise ValueError(
                f"At least {SHORTEST_BURN_IN} months must pass before the first observed one;"
                f" {to_text(self.first_month)} to {to_text(self.observed_from)} are fewer."
            )
        if self.last_month < self.observed_from:
            raise ValueError(
                f"The last month {to_text(self.last_month)} lies before the first observed,"
                f" {to_text(self.observed_from)}."
            )

    @property
    def n_months(self) -> int:
        """How many months are told?"""
        return self.last_month - self.observed_from + 1

    def dice(self) -> Dice:
        """The luck of these households."""
        return Dice(seed=self.seed, n_households=self.n_households, first=self.first_household)
