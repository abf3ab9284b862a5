"""What is known of a town before it is invented: enough to make strategies and to cost them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import PLACES
from hardship_model.screening.world import LEAD_IN


class Sized(Protocol):
    """A world, or what is known of one: all that a strategy's means and costs depend on."""

    @property
    def n_at_once(self) -> int:
        """For how many households are an office's means meant?"""

    def given(self, row: int) -> Assumptions:
        """The parameters of the month in this row."""

    def scale(self) -> dict[str, float]:
        """Which share of each region's worker households lives here?"""


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """An invented town of this size, as it is expected; a town's own shares differ a little."""

    n_at_once: int
    #: The first month that is played.
    month: int
    scaled: Mapping[str, float] = field(default_factory=dict)

    def given(self, row: int) -> Assumptions:
        """The parameters of the month in this row."""
        return Assumptions(month=self.month + row - LEAD_IN, scaled=self.scaled)

    def scale(self) -> dict[str, float]:
        """Which share of each region's worker households is expected to live here?"""
        given = self.given(LEAD_IN)
        guangxi = given("town_share_guangxi")
        return {
            place: self.n_at_once * share / given("region_worker_households", place)
            for place, share in zip(PLACES, (guangxi, 1 - guangxi), strict=True)
        }
