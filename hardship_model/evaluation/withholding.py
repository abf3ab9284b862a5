"""Groups that are too small to be shown, and groups that would give them away."""

import numpy as np
import pandas as pd

from hardship_model.privacy import SMALLEST_CELL, withhold_small_cells

#: Between the names of two groups that are looked at together.
AND = " × "


def withhold_few(table: pd.DataFrame, *, shown: list[str]) -> pd.DataFrame:
    """Which rows may leave, and which say only that there was something?

    `table` has one row per task × origin × model × column × metric × group, as
    `groups.by_group` makes it. A row is withheld when its `n` or `events` are small
    (`privacy.withhold_small_cells`) or when `fewest`, counted in households, is. Where only one
    group of several is withheld, the next smallest is withheld with it, since what everybody
    is together would give it away; of pairs, likewise along each of the two groups. Of a
    withheld row `n`, `events` and the columns `shown` are missing; `fewest` is dropped.
    """
    small = withhold_small_cells(table, shown=[])["withheld"]
    withheld = _covered(table, small | (table["fewest"] < SMALLEST_CELL))
    out = table.drop(columns="fewest")
    hidden = ["n", "events", *shown]
    out[hidden] = out[hidden].mask(withheld)
    return out.assign(withheld=withheld)


def _covered(table: pd.DataFrame, withheld: pd.Series) -> pd.Series:
    """The same rows, and with each that is alone in its line the smallest of the others."""
    pair = table["group"].str.split(AND, n=1, expand=True).reindex(columns=[0, 1])
    single = pair[1].isna()
    # A single group lies in one line, that of its column; a pair in two.
    lines = [pair[0].mask(single, ""), pair[1].mask(single, pair[0])]
    place = [table[c] for c in ("task", "origin", "model", "column", "metric")]
    while True:
        before = withheld.copy()
        for line in lines:
            key = [*place, line]
            alone = withheld & (withheld.groupby(key).transform("sum") == 1)
            in_line = alone.groupby(key).transform("any") & ~withheld
            smallest = table["n"].where(in_line).groupby(key).transform("min")
            first = in_line & (table["n"] == smallest)
            withheld = withheld | (first & ~first.groupby([*key, first]).cumcount().astype(bool))
        if withheld.equals(before):
            return withheld


def fewest_households(answer: np.ndarray, household: np.ndarray) -> tuple[int, int]:
    """The fewest of: households, those that fell, those that did not; and those that fell.

    A household counts once however many rows it has. A kind that nobody is of has no fewest:
    that nobody fell gives nobody away.
    """
    fallen, others = (len(np.unique(household[answer == is_yes])) for is_yes in (1, 0))
    return min([n for n in (len(np.unique(household)), fallen, others) if n], default=0), fallen
