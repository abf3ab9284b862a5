"""What the town takes for granted in one month: the dated parameters, and changes to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hardship_model.data.population.codes import PLACES
from hardship_model.parameters import ParameterError, entries, parameter


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """The parameters of `month`, each multiplied by its factor in `scaled` when it has one.

    `scaled` answers *what if this assumption were wrong by that much*; a name that is no
    parameter raises ParameterError.
    """

    month: int
    scaled: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse to scale what nobody assumes."""
        unknown = sorted(set(self.scaled) - set(entries()))
        if unknown:
            raise ParameterError(
                f"No parameters are named {unknown}; docs/PARAMETERS.md lists all of them."
            )

    def __call__(self, name: str, place: str | None = None) -> float:
        """The value in force in this month."""
        return _value(name, self.month, place) * self.scaled.get(name, 1.0)

    def by(self, stem: str, endings: Sequence[str]) -> np.ndarray:
        """The values of `stem_ending` for each ending; float32, shape (len(endings),)."""
        return np.array([self(f"{stem}_{ending}") for ending in endings], dtype=np.float32)

    def by_place(self, name: str) -> np.ndarray:
        """The values of each place, in the order of their codes; float32."""
        return np.array([self(name, place) for place in PLACES], dtype=np.float32)

    def monthly(self, name: str) -> float:
        """A yearly chance as a monthly one: twelve months of it give the year's."""
        return 1.0 - (1.0 - self(name)) ** (1 / 12)


@cache
def _value(name: str, month: int, place: str | None) -> float:
    return parameter(name, month=month, place=place)
