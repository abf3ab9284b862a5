"""To which groups does a household of the town belong, in truth?"""

import numpy as np
import pandas as pd
from invented_towns import town

from hardship_model.data.population.groups import true_groups
from hardship_model.months import to_month

LIVED = town(n_households=400)
ROWS = pd.DataFrame(
    {
        "household_id": np.tile(LIVED.households[::-1], 2),
        "as_of": np.repeat([to_month("2016-03"), to_month("2020-06")], 400).astype(np.int32),
    }
)
GROUPS = true_groups(LIVED, ROWS)


def test_words_agree_with_the_town_told_as_a_table():
    told = LIVED.frame().merge(
        ROWS.rename(columns={"as_of": "month"}), how="right", on=["household_id", "month"]
    )
    form = told["employment_form"].astype(str)
    platform = form.isin(["truck", "ride_hailing", "courier", "delivery"])
    work = form.mask(platform, "platform").where(
        form.isin(["formal", "flexible"]) | platform, "none"
    )

    assert GROUPS["work"].tolist() == work.tolist()
    assert (GROUPS["insured"] == "uninsured").tolist() == (told["insurance"] == "none").tolist()
    assert (GROUPS["migrant"] == "migrant").tolist() == told["migrant"].tolist()
    assert GROUPS["lives in"].value_counts().min() > 100


def test_whoever_was_on_a_list_once_is_never_again_on_none():
    months = LIVED.frame(columns=["registered"])
    until = [
        months[(months["household_id"] == i) & (months["month"] <= m)]["registered"]
        for i, m in ROWS.to_numpy()
    ]

    ever = [(state != "unlisted").any() for state in until]
    now = [state.iloc[-1] != "unlisted" for state in until]
    assert (GROUPS["on a list"] == "listed").tolist() == ever
    assert ever != now
