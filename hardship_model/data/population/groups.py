"""Who is who in the town, in truth: the groups by which one asks whom a way of looking misses."""

import numpy as np
import pandas as pd

from hardship_model.data.population.codes import (
    COUNTIES_PER_CITY,
    FLEXIBLE,
    FORMAL,
    N_EARNING,
    UNINSURED,
)
from hardship_model.data.population.town import Town
from hardship_model.parameters import parameter


def true_groups(town: Town, rows: pd.DataFrame) -> pd.DataFrame:
    """To which groups did each row's household belong, in truth, at its `as_of`?

    `rows` has `household_id` and `as_of`. One column of words per grouping, with the index of
    `rows`: work of the main earner, whether the office has ever had the household on one of its
    lists, migration, insurance, and whether it lives in a county or in the city itself.
    """
    order = np.argsort(town.households)
    ids = rows["household_id"].to_numpy()
    who = order[np.searchsorted(town.households, ids, sorter=order)]
    row = rows["as_of"].to_numpy() - int(town.months[0])
    form, insurance = (town.truth[name][row, who] for name in ("employment_form", "insurance"))
    listed = np.logical_or.accumulate(town.truth["registered"] != 0)[row, who]
    districts = parameter("districts_of_a_city", month=int(town.months[0]))
    in_county = town.fixed["county"][who] % COUNTIES_PER_CITY >= districts
    return pd.DataFrame(
        {
            "work": np.select(
                [form == FORMAL, form == FLEXIBLE, form < N_EARNING],
                ["formal", "flexible", "platform"],
                default="none",
            ),
            "on a list": np.where(listed, "listed", "never listed"),
            "migrant": np.where(town.fixed["migrant"][who], "migrant", "local"),
            "insured": np.where(insurance == UNINSURED, "uninsured", "insured"),
            "lives in": np.where(in_county, "county", "city"),
        },
        index=rows.index,
    )
