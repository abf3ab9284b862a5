"""The same visits, four lessons: what an office may take for an answer."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.data.population import Town
from hardship_model.retraining.teaching import APART, Taught


def of_those_met(panel: Panel, visits: pd.DataFrame, *, weighted: bool) -> Taught:
    """Households that were visited and let the visitors in: was hardship established?

    `visits` are rows of the ledger; `as_of` is the month before. Whoever was out, refused or was
    not visited teaches nothing. `weighted`: a visit drawn at random stands for all that its draw
    might have chosen, the others for themselves. Of households in `panel` only.
    """
    met = visits[visits["let_in"].fillna(False).astype(bool)]
    met = met[_seen(panel, met["household_id"].to_numpy(), met["month"].to_numpy() - 1)]
    stands_for = 1 / met["inclusion_probability"].fillna(1.0).to_numpy()
    return Taught(
        who=_who(met["household_id"].to_numpy(), met["month"].to_numpy() - 1),
        yes=met["found"].to_numpy(), weight=stands_for if weighted else None,
    )  # fmt: skip


def of_all_that_could_be_visited(
    panel: Panel, town: Town, visits: pd.DataFrame, could_be: np.ndarray, *, months: np.ndarray
) -> Taught:
    """The same, but whoever could have been visited in these months and was not found is a no.

    `could_be` is bool [the town's months, households].
    """
    row, who = _asked(panel, town, could_be, months)
    found = visits[visits["found"].to_numpy()]
    yes = np.zeros_like(could_be)
    place = np.searchsorted(town.households, found["household_id"].to_numpy())
    yes[found["month"].to_numpy() - int(town.months[0]), place] = True
    return Taught(who=_who(town.households[who], town.months[row] - 1), yes=yes[row, who])


def of_the_truth(
    panel: Panel, town: Town, hard: np.ndarray, could_be: np.ndarray, *, months: np.ndarray
) -> Taught:
    """Whoever could have been visited, asked every `APART` months by somebody who misses nothing.

    No office has this teacher. `hard` is bool [the town's months, households].
    """
    row, who = _asked(panel, town, could_be, months[::-APART][::-1])
    return Taught(who=_who(town.households[who], town.months[row] - 1), yes=hard[row, who])


def _asked(
    panel: Panel, town: Town, could_be: np.ndarray, months: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and households of the town that could be visited, and looked up the month before."""
    rows = months - int(town.months[0])
    k, who = np.nonzero(could_be[rows])
    seen = _seen(panel, town.households[who], months[k] - 1)
    return rows[k[seen]], who[seen]


def _seen(panel: Panel, ids: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Does the panel have a row of each household in this month? Bool."""
    place = np.searchsorted(panel.households, ids)
    there = np.append(panel.households, -1)[place] == ids
    row = month - int(panel.months[0])
    never = np.iinfo(np.int32).max
    return there & (panel.recorded[row, np.where(there, place, 0)] != never)


def _who(household_id: np.ndarray, as_of: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"household_id": household_id, "as_of": as_of.astype(np.int32)})
