"""A rule's card: each of its numbers is a dated public number with label, unit, tag and source."""

from dataclasses import dataclass, field, fields
from typing import Any, Self

from hardship_model.parameters import Entry, entries, parameter


def dated(name: str) -> Any:
    """A field that `Card.at` fills with the value of this public number."""
    return field(metadata={"parameter": name})


@dataclass(frozen=True, kw_only=True)
class Card:
    """A public rule whose numbers were in force in one month."""

    @classmethod
    def at(cls, month: int) -> Self:
        """Which numbers were in force in this month? Raises ParameterError where one had none.

        A variant to compare with: ``dataclasses.replace(LatentRule.at(month), savings_months=0)``.
        """
        return cls(
            **{one.name: parameter(one.metadata["parameter"], month=month) for one in fields(cls)}
        )

    @classmethod
    def entries(cls) -> dict[str, Entry]:
        """The public number behind each field, with its label, unit, tag and source."""
        return {one.name: entries()[one.metadata["parameter"]] for one in fields(cls)}


def refuse_unless(holds: bool, wanted: str, **came: float) -> None:
    """Stop with a message that says what was wanted and what came."""
    if not holds:
        given = ", ".join(f"{name}={value:g}" for name, value in came.items())
        raise ValueError(f"{wanted}; got {given}.")
