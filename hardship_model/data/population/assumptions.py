"""What the town takes for granted in one month: the dated parameters, and changes to them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TypeVar

import numpy as np

from hardship_model.data.population.codes import PLACES
from hardship_model.parameters import ParameterError, entries, parameter
from hardship_model.rules import Card

AnyCard = TypeVar("AnyCard", bound=Card)


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

    def card(self, kind: type[AnyCard]) -> AnyCard:
        """A rule's card with the numbers of this month."""
        return kind(**{one.name: self(one.metadata["parameter"]) for one in fields(kind)})

    def monthly(self, name: str) -> float:
        """A yearly chance as a monthly one: twelve months of it give the year's."""
        return 1.0 - (1.0 - self(name)) ** (1 / 12)


def _value(name: str, month: int, place: str | None) -> float:
    """As `parameter`, asked anew only when the value changes."""
    changes = _changes(name, place)
    position = bisect_right(changes, month)
    # Before the first value `parameter` is asked with the month itself, and refuses it.
    return _value_since(name, changes[position - 1] if position else month, place)


@cache
def _changes(name: str, place: str | None) -> tuple[int, ...]:
    return tuple(value.since for value in entries()[name].at(place)) if name in entries() else ()


@cache
def _value_since(name: str, month: int, place: str | None) -> float:
    return parameter(name, month=month, place=place)
