"""One year of one office, measured: on the truth, and as far as the office itself could tell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.retraining.estimates import drawn_share
from hardship_model.screening.hearing import smallest
from hardship_model.screening.played import Played
from hardship_model.screening.strategies import RANDOM, REVIEW, UNASKED
from hardship_model.screening.tallies import OF_FALLS, fall_counts

#: What is measured: shares of the truth, then what the office itself could say, then its lessons.
#: *recall*: of the months of hardship of households that could be visited, those on the list.
#: *recall_by_draw* is the office's estimate of it from visits drawn at random, *recall_by_visits*
#: that from all visits. *falls_listed*: of the year's falls, those whose household was on the list
#: when the fall began; *falls_found*: those found by six months after. *visits_that_found*: of
#: visits other than reviews. *answers_yes*: of the answers that the year's model learned from.
MEASURES = (
    "recall", "falls_listed", "falls_found", "visits_that_found", "recall_by_draw",
    "recall_by_visits", "answers_yes",
)  # fmt: skip
#: Of these more is better, and offices are compared by them.
JUDGED = MEASURES[:4]


@dataclass(frozen=True, kw_only=True, eq=False)
class Year:
    """What one year of an office left behind; grids are [the world's rows, households]."""

    #: Rows of the world that are this year's months.
    rows: np.ndarray
    #: Risk as of the month before each row; NaN: no score.
    risk: np.ndarray
    hard: np.ndarray
    could_be: np.ndarray
    #: Number of answers that the model learned from, and of these the yes.
    answers: int
    yes: int


def measured(
    year: Year, played: Played, *, list_share: float, luck: np.ndarray
) -> dict[str, tuple[float, float]]:
    """What is counted, and out of what, for each of `MEASURES` but `falls_found`.

    The list holds the `list_share` ranked highest: for *recall* of those that could be visited
    that month, for *falls_listed* of all who live in the town; equals stand by `luck`.
    """
    world = played.world
    on_list, in_town = (
        _listed(year, among, list_share, luck) for among in (year.could_be, world.alive)
    )
    open_cases = year.hard[year.rows] & year.could_be[year.rows]
    falls = world.falls
    onset = falls.onset - int(world.months[0])
    new = ~falls.begins_unseen & np.isin(onset, year.rows)
    fallen = in_town[onset[new], falls.household[new]]
    visits = _visits(played, year)
    listed = on_list[visits["row"].to_numpy(), visits["who"].to_numpy()]
    found, met = (visits[name].to_numpy(dtype=bool) for name in ("found", "let_in"))
    drawn = (visits["channel"] == UNASKED[RANDOM]).to_numpy()
    chance = visits["inclusion_probability"].to_numpy()
    return {
        "recall": (float((on_list[year.rows] & open_cases).sum()), float(open_cases.sum())),
        "falls_listed": (float(fallen.sum()), float(new.sum())),
        "visits_that_found": (float(found.sum()), float(len(visits))),
        "recall_by_draw": drawn_share(
            listed[drawn], found[drawn], chance=chance[drawn], known=met[drawn]
        ),
        "recall_by_visits": (float((found & listed).sum()), float(found.sum())),
        "answers_yes": (float(year.yes), float(year.answers)),
    }


def falls_found(played: Played, *, years: list[int]) -> np.ndarray:
    """Of each year's falls that were followed for six months, how many were found by then?

    float [years, 2]: found, followed.
    """
    counts = fall_counts(played)[0]
    of_year = played.world.falls.onset // 12
    columns = [OF_FALLS.index("within_6"), OF_FALLS.index("asked_6")]
    return np.array([counts[of_year == year][:, columns].sum(axis=0) for year in years])


def _listed(year: Year, among: np.ndarray, share: float, luck: np.ndarray) -> np.ndarray:
    """Who stands on the list in each of the year's months? Bool, of the grids' shape."""
    listed = np.zeros(year.hard.shape, dtype=bool)
    for row in year.rows:
        pool = np.flatnonzero(among[row])
        places = round(share * len(pool))
        # Whoever has no score has no place, however long the list.
        first = pool[smallest(-year.risk[row, pool], places, luck=luck[pool])]
        listed[row, first] = ~np.isnan(year.risk[row, first])
    return listed


def _visits(played: Played, year: Year) -> pd.DataFrame:
    """The year's visits other than reviews, with `row` and `who` (place) of each."""
    ledger, world = played.ledger, played.world
    assert ledger is not None
    first = int(world.months[year.rows[0]])
    visits = ledger[
        (ledger["step"] == "visit") & (ledger["channel"] != UNASKED[REVIEW])
        & (ledger["month"] >= first)
    ]  # fmt: skip
    return visits.assign(
        row=visits["month"] - int(world.months[0]),
        who=np.searchsorted(world.households, visits["household_id"].to_numpy()),
    )
