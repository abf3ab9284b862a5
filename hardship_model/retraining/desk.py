"""Where an office works: its town, and what it has in its drawers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.data.population import Config, Town, invent, records
from hardship_model.features import Feature, declare
from hardship_model.months import to_month
from hardship_model.retraining.teaching import OfficeModel, Taught, visible
from hardship_model.rules import IN_HARDSHIP
from hardship_model.screening.office import Office
from hardship_model.screening.path import Month
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.triage import Chosen
from hardship_model.screening.world import World, from_town


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """A town, and what every office in it begins with."""

    town: Town
    panel: Panel
    declared: tuple[Feature, ...]
    #: By year: the world from the first year to the end of this one.
    worlds: dict[int, World]

    @classmethod
    def of(cls, config: Config, *, years: range) -> "Place":
        """Invent the town, write down what its office sees, and make a world for each year."""
        town = invent(config)
        worlds = {
            year: from_town(
                town, first_month=to_month(f"{years[0]}-01"), last_month=to_month(f"{year}-12")
            )
            for year in years
        }
        panel = records(town)
        return cls(town=town, panel=panel, declared=declare(panel), worlds=worlds)

    @property
    def seed(self) -> int:
        """Of the town's lives, and of the luck of visits in it."""
        return self.town.config.seed

    @cached_property
    def hard(self) -> np.ndarray:
        """Who is in hardship? Bool [the town's months, households]."""
        return (self.town.truth["state"] <= IN_HARDSHIP[-1]) & self.town.truth["alive"]

    def of_world(self, grid: np.ndarray) -> np.ndarray:
        """The rows of a grid of the town that are rows of the worlds."""
        world = max(self.worlds.values(), key=lambda one: len(one.months))
        return grid[int(world.months[0]) - int(self.town.months[0]) :]


@dataclass(kw_only=True, eq=False)
class Desk:
    """What one office has so far; grids are [the town's months, households]."""

    place: Place
    #: The file: before the first year the town's own, then as the office's visits made it.
    file: np.ndarray
    could_be: np.ndarray
    #: Risk as of the month before.
    risk: np.ndarray
    visits: pd.DataFrame | None = None
    model: OfficeModel | None = None
    #: What the old file taught, and what the present model has learned from.
    old: Taught | None = None
    taught: Taught | None = None

    @classmethod
    def at(cls, place: Place) -> "Desk":
        """On the eve of the first year."""
        file = place.town.truth["registered"].copy()
        return cls(
            place=place, file=file, could_be=np.zeros(file.shape, dtype=bool),
            risk=np.full(file.shape, np.nan, dtype=np.float32),
        )  # fmt: skip

    def look_on(self, strategy: Strategy, now: Month, office: Office, chosen: Chosen) -> None:
        """Keep the file of each month, and who could have been visited."""
        row = now.number - int(self.place.town.months[0])
        self.file[row], self.could_be[row] = office.category, chosen.could_be

    def papers(self, eve: int) -> Panel:
        """What the office may look at, with its own file as it stood at the end of `eve`."""
        of_panel = np.searchsorted(self.place.town.households, self.place.panel.households)
        return visible(self.place.panel, eve=eve, file=self.file[:, of_panel])
