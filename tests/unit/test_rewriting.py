"""Another future, and futures exchanged: what was known stays, and only that."""

import numpy as np
import pandas as pd
import pytest
from feature_panels import random_panel

from hardship_model.evaluation.rewriting import another_future, exchanged_futures
from strips import FIRST_MONTH

CASES = [(seed, step) for seed in range(4) for step in (1, 3, 12)]


@pytest.mark.parametrize(("seed", "step_months"), CASES)
def test_what_was_known_stays_and_most_of_the_rest_does_not(seed, step_months):
    panel = random_panel(seed, step_months=step_months, n_households=40)
    after = FIRST_MONTH + 15

    other = another_future(panel, after=after, seed=seed)

    known = panel.rows[panel.rows["recorded_month"] <= after].set_index(["household_id", "month"])
    kept = other.rows.set_index(["household_id", "month"])
    for name, lag in {"income": 0, "in_hardship": 0, "spending": 2, "ill": 1}.items():
        was = known.loc[known["recorded_month"] + lag <= after, name]
        pd.testing.assert_series_equal(kept.loc[was.index, name], was)
    later = panel.rows["recorded_month"] > after
    state = kept["in_hardship"].rename("now").reset_index()
    both = panel.rows[later].merge(state, on=["household_id", "month"])
    assert (both["in_hardship"] != both["now"]).dropna().all()
    assert (panel.months == other.months).all()
    assert len(other.rows) < len(panel.rows)


@pytest.mark.parametrize(("seed", "step_months"), CASES)
def test_each_household_gets_the_whole_future_of_one_household(seed, step_months):
    panel = random_panel(seed, step_months=step_months, n_households=40)
    after = FIRST_MONTH + 15

    other = exchanged_futures(panel, after=after, seed=seed)

    def lives(rows):
        values = pd.util.hash_pandas_object(rows.drop(columns="household_id"), index=False)
        return values.groupby(rows["household_id"]).agg(tuple)

    before, now = (p.rows[p.rows["month"] <= after] for p in (panel, other))
    pd.testing.assert_series_equal(lives(now), lives(before))
    futures, dealt = (lives(p.rows[p.rows["month"] > after]) for p in (panel, other))
    assert sorted(futures) == sorted(dealt)
    assert np.mean(futures.reindex(dealt.index) == dealt) < 0.2
