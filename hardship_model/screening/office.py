"""The office at work under one strategy: its own file, its watch list, its purse."""

from dataclasses import dataclass

import numpy as np

from hardship_model.data.population.register import (
    ACCIDENTAL,
    BACKSTOPPED,
    DEEP,
    MONITORED,
    UNLISTED,
)
from hardship_model.screening.world import LEAD_IN, World

#: In place of a month: never.
NEVER = 0


@dataclass(kw_only=True, eq=False)
class Office:
    """What one office knows and has; arrays (n_households,), changed in place by the months."""

    # The file
    category: np.ndarray
    months_above: np.ndarray
    months_in_file: np.ndarray
    #: Month in which the household left the file.
    exited_month: np.ndarray
    #: Hardship was established and still stands: in the file, backstopped, or found but not to be
    #: filed (no member, no signature). Nobody seeks what is known.
    known: np.ndarray
    #: Month of the verification that established it.
    known_since: np.ndarray
    #: The category under which it is, or was last, sought.
    sought_as: np.ndarray
    #: First and latest verification of the present stay among the monitored.
    watched_since: np.ndarray
    watched_last: np.ndarray
    #: Channel whose lead led to the placement among the monitored; −1: handed over so.
    watched_by: np.ndarray
    #: Month in which the next review is due.
    review_due: np.ndarray

    # The watch list
    #: Month in which the first lead not yet followed arrived, and the channel it came by.
    lead_since: np.ndarray
    lead_by: np.ndarray
    last_visit: np.ndarray
    #: Leads about the household are not followed up to this month.
    rest_until: np.ndarray

    #: Money of this year that is not spent, yuan.
    purse_yuan: float = 0.0
    #: Visits at random that are owed from earlier months, in parts of one.
    random_owed: float = 0.0

    def sought(self, alive: np.ndarray) -> np.ndarray:
        """Whom may the office still find? Everybody who lives here and is not known."""
        return alive & ~self.known


def in_file(category: np.ndarray) -> np.ndarray:
    """Is the household registered as in hardship?"""
    return (category >= DEEP) & (category <= ACCIDENTAL)


def handed_over(
    world: World, rolls: np.ndarray, *, review_months: int, file_review_months: int
) -> Office:
    """The office on the eve of the first month: the town's file, and nobody visited for a year.

    Reviews fall due evenly: `rolls` (n_households,) decides in which month each does first.
    """
    n, month = world.n_households, int(world.months[LEAD_IN])
    file = world.register
    known = in_file(file.category) | (file.category == BACKSTOPPED)
    watched = file.category == MONITORED
    eve = np.int32(month - 1)
    due = np.where(watched, (rolls * review_months).astype(np.int32) + month, NEVER)
    filed = in_file(file.category)
    due = np.where(filed, (rolls * file_review_months).astype(np.int32) + month, due)
    unsought = np.where(known, UNLISTED, file.category)
    return Office(
        category=file.category.copy(),
        months_above=file.months_above.copy(),
        months_in_file=file.months_in_file.copy(),
        exited_month=file.exited_month.copy(),
        known=known,
        known_since=np.where(known, eve, NEVER).astype(np.int32),
        sought_as=unsought.astype(np.int8),
        watched_since=np.where(watched, eve, NEVER).astype(np.int32),
        watched_last=np.where(watched, eve, NEVER).astype(np.int32),
        watched_by=np.full(n, -1, dtype=np.int8),
        review_due=due.astype(np.int32),
        lead_since=np.full(n, NEVER, dtype=np.int32),
        lead_by=np.full(n, -1, dtype=np.int8),
        last_visit=np.full(n, month - 13, dtype=np.int32),
        rest_until=np.full(n, NEVER, dtype=np.int32),
    )
