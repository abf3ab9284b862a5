"""The same panel with another future, or with each household's future given to another."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import KEYS, Panel


def another_future(panel: Panel, *, after: int, seed: int) -> Panel:
    """What if all that reached the office after this month had been different?

    Every value that was not known at the end of `after` is handed to another row, the state is
    turned round, and half of the later rows are gone; each month keeps one, so that the panel's
    periods stay. A feature that only sees what was known does not notice.
    """
    rng = np.random.default_rng(seed)
    rows = panel.rows.copy()
    lags = {c.name: c.lag_months for c in panel.columns}
    for column in ["income", "poverty_line", *lags]:
        arrived = rows["recorded_month"] + lags.get(column, 0)
        late = np.flatnonzero(arrived > after)
        rows[column] = rows[column].array.take(_swapped(len(rows), late, rng))
    turned = (rows["recorded_month"] > after).to_numpy()
    state = rows["in_hardship"].astype("boolean")
    rows["in_hardship"] = state.mask(turned, ~state)
    gone = turned & (rows["month"] > after).to_numpy() & (rng.random(len(rows)) < 0.5)
    gone &= rows.duplicated("month").to_numpy()
    return panel.with_rows(rows[~gone].reset_index(drop=True))


def _swapped(n: int, places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    order = np.arange(n)
    order[places] = rng.permutation(places)
    return order


def exchanged_futures(panel: Panel, *, after: int, seed: int) -> Panel:
    """What if each household had gone on as another one did?

    All rows of months later than `after` are dealt among the households, a household's rows
    together. What was so far stays; nothing in it tells any more what comes.
    """
    order = np.random.default_rng(seed).permutation(len(panel.households))
    rows = panel.rows.copy()
    later = (rows["month"] > after).to_numpy()
    place = pd.Index(panel.households).get_indexer(pd.Index(rows["household_id"]))
    dealt = panel.households[np.where(later, order[place], place)]
    rows["household_id"] = pd.Series(dealt, index=rows.index, dtype=rows["household_id"].dtype)
    return panel.with_rows(rows.sort_values(KEYS, ignore_index=True))
