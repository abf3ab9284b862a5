"""The targets, as they were written down before anybody tuned."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from hardship_model.parameters import TAGS


@dataclass(frozen=True, kw_only=True)
class Target:
    """One number that the town should reach, and the band that counts as reaching it."""

    name: str
    label: str
    #: Of whom, or of what, the number is a share or a mean.
    denominator: str
    #: The function in `measures` that measures it, and what to give it.
    measure: str
    given: Mapping[str, Any] = field(default_factory=dict)
    #: The number that the band was drawn around.
    published: float
    low: float
    high: float
    #: How the number came to us, as in the parameters.
    tag: str
    #: False: nobody may tune to it.
    tuned: bool
    source: str
    #: Why it is missed, if it is.
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a band that does not hold its own number, and an unknown tag."""
        if not self.low <= self.published <= self.high or self.tag not in TAGS:
            raise ValueError(
                f"Target {self.name!r}: {self.published} must lie within"
                f" {self.low} to {self.high}, and its tag {self.tag!r} in {TAGS}."
            )

    @property
    def kind(self) -> Literal["published", "plausibility"]:
        """Published, when the number was found in a source; otherwise plausibility."""
        return "published" if self.tag == "found" else "plausibility"


@cache
def targets() -> tuple[Target, ...]:
    """Every target, in the order of the file."""
    text = files("hardship_model.data.calibration").joinpath("targets.toml").read_text("utf-8")
    return tuple(
        Target(name=name, given=raw.pop("with", {}), **raw)
        for name, raw in tomllib.loads(text).items()
    )
