"""Groups that are too small to be shown, and groups that would give them away."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hardship_model.privacy import SMALLEST_CELL, withhold_small_cells

#: Between the names of two groups that are looked at together.
AND = " × "
#: Shares of one list, which tell its hits between them.
OF_A_LIST = ("precision", "recall", "lift")
_LINE = ("task", "origin", "model", "column", "metric")


def withhold_few(
    table: pd.DataFrame, *, shown: list[str], telling_all: Sequence[str] = ()
) -> pd.DataFrame:
    """Which rows may leave, and which say only that there was something?

    `table` has one row per task × origin × model × column × metric × group, as
    `groups.by_group` makes it. A row is withheld when its `n` or `events` are small
    (`privacy.withhold_small_cells`) or when `fewest`, counted in households, is. Where only one
    group of several is withheld, the next smallest is withheld with it, since what everybody
    is together would give it away; of pairs, likewise along each of the two groups. A group's
    metrics `telling_all` are withheld together and with each of its others, whose counts they
    repeat. Of a withheld row `n`, `events` and the columns `shown` are missing; `fewest` is
    dropped.
    """
    group = [table[c] for c in (*_LINE[:-1], "group")]
    size = table["n"].groupby(group).transform("max")
    small = withhold_small_cells(table, shown=[])["withheld"] | (table["fewest"] < SMALLEST_CELL)
    small &= table["n"] > 0  # that nobody fell gives nobody away
    all_told = table["metric"].isin(telling_all)
    withheld = covered(table, small & ~all_told, size)
    told = (small | withheld).groupby(group).transform("any") & all_told
    withheld = covered(table, withheld | told, size)
    out = table.drop(columns="fewest")
    hidden = ["n", "events", *shown]
    out[hidden] = out[hidden].mask(withheld)
    return out.assign(withheld=withheld)


def covered(table: pd.DataFrame, withheld: pd.Series, size: pd.Series) -> pd.Series:
    """The same rows, and with each that is alone in its line the smallest of the others.

    What everybody is together, or either group of a pair, would give a single one away.
    """
    pair = table["group"].str.split(AND, n=1, expand=True).reindex(columns=[0, 1])
    single = pair[1].isna()
    # A single group lies in one line, that of its column; a pair in two.
    lines = [pair[0].mask(single, ""), pair[1].mask(single, pair[0])]
    place = [table[c] for c in _LINE]
    while True:
        before = withheld.copy()
        for line in lines:
            key = [*place, line]
            alone = withheld & (withheld.groupby(key).transform("sum") == 1)
            in_line = alone.groupby(key).transform("any") & ~withheld
            smallest = size.where(in_line).groupby(key).transform("min")
            first = in_line & (size == smallest)
            withheld = withheld | (first & ~first.groupby([*key, first]).cumcount().astype(bool))
        if withheld.equals(before):
            return withheld


def withhold_few_on_lists(backtest: pd.DataFrame) -> pd.DataFrame:
    """Which numbers of a backtest may leave? The table of `backtest.judge`, origins together.

    A row is withheld by its counts (`privacy.withhold_small_cells`). Precision, recall and lift
    of one list are withheld together, since its hits could be worked out from any of them; and a
    difference is withheld with either side of it.
    """
    small = withhold_small_cells(backtest, shown=[])["withheld"]
    place = [backtest[c] for c in ("task", "origin", "model")]
    on_list = backtest["metric"].str.extract(f"(?:{'|'.join(OF_A_LIST)})_(at_.*)")[0]
    withheld = small | small.groupby([*place, on_list]).transform("any").fillna(False).astype(bool)
    gone = set(zip(*(c[withheld] for c in [*place, backtest["metric"]]), strict=True))
    other = zip(*(backtest[c] for c in ("task", "origin", "against", "metric")), strict=True)
    against = pd.Series([row in gone for row in other], index=backtest.index)
    out = _mask_differences(backtest, withheld | against)
    numbers = ["events", "value", "low", "high"]
    out[numbers] = out[numbers].mask(withheld)
    # How many were ranked is no secret; what a share of a list divides by may be those who fell.
    out["n"] = out["n"].mask(withheld & on_list.notna())
    return out.assign(withheld=withheld)


def withhold_few_found(visits: pd.DataFrame) -> pd.DataFrame:
    """Which orders of visits may say what they found? The table of `visits.compare_visits`.

    An order that found few of the falls, or missed few, is withheld in all its measures, and so
    is every difference from it.
    """
    share = visits[visits["measure"] == "share_found"]
    small = withhold_small_cells(share, n="out_of", events="counted", shown=[])
    few = set(small.loc[small["withheld"], "strategy"])
    withheld = visits["strategy"].isin(few)
    out = _mask_differences(visits, withheld | visits["against"].isin(few))
    numbers = ["counted", "value", "low", "high"]
    out[numbers] = out[numbers].astype(float).mask(withheld)
    # Of visits per fall this is what was found.
    found = withheld & (visits["measure"] == "visits_per_fall_found")
    out["out_of"] = out["out_of"].astype(float).mask(found)
    return out.assign(withheld=withheld)


def _mask_differences(table: pd.DataFrame, which: pd.Series) -> pd.DataFrame:
    out = table.copy()
    differences = ["difference", "difference_low", "difference_high"]
    out[differences] = out[differences].mask(which)
    out["verdict"] = out["verdict"].mask(which)
    return out


def fewest_households(answer: np.ndarray, household: np.ndarray) -> tuple[int, int]:
    """The fewest of: households, those that fell, those that did not; and those that fell.

    A household counts once however many rows it has. A kind that nobody is of has no fewest:
    that nobody fell gives nobody away.
    """
    fallen, others = (len(np.unique(household[answer == is_yes])) for is_yes in (1, 0))
    return min([n for n in (len(np.unique(household)), fallen, others) if n], default=0), fallen
