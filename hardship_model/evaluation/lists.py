"""A list a month: who is on it, how long before the fall, how much of it is new each month.

Arrays are as in `metrics`: weights [n_draws, n], answers [n_draws].
"""

from collections.abc import Mapping
from itertools import permutations

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio


def on_the_list(score: np.ndarray, *, share: float, as_of: np.ndarray | None = None) -> np.ndarray:
    """How surely is each household on the list of its month? Shape (n,), between 0 and 1.

    On it are the `share` of each month's households that are ranked highest, or of all of them
    when no months are given. 1 above the last place, 0 below; where the list ends among equal
    scores, each of the equals gets the same part of the places that are left.
    """
    month = np.zeros(len(score), dtype=int) if as_of is None else as_of
    order = np.lexsort((-score, month))
    new_month = np.r_[True, month[order][1:] != month[order][:-1]]
    new_group = new_month | np.r_[True, score[order][1:] != score[order][:-1]]
    start_of_month = np.flatnonzero(new_month)
    start_of_group = np.flatnonzero(new_group)
    of_month = np.searchsorted(start_of_month, start_of_group, side="right") - 1
    places = share * np.diff(np.r_[start_of_month, len(score)])[of_month]
    in_group = np.diff(np.r_[start_of_group, len(score)])
    taken = start_of_group - start_of_month[of_month]
    sure = np.empty(len(score))
    sure[order] = np.repeat(np.clip((places - taken) / in_group, 0, 1), in_group)
    return sure


def same_doors(listed: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Of the places on one list, how many go to households that another list has as well?

    `listed` says of each way to rank how surely each row is on its list (`on_the_list`; places
    among equals are dealt apart in each).

    Returns
    -------
    one row per two lists, both ways round: `one`, `other`, places `n` of the one, of them also on
    the other `events`, and their `share`.

    """
    rows = [
        {"one": a, "other": b, "n": listed[a].sum(), "events": listed[a] @ listed[b]}
        for a, b in permutations(listed, 2)
    ]
    table = pd.DataFrame(rows, columns=["one", "other", "n", "events"])
    return table.assign(share=ratio(table["events"].to_numpy(), table["n"].to_numpy()))


def lead_time(months_to_entry: np.ndarray, listed: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How many months before the fall were those on the list who fell? Mean; shape [n_draws].

    `months_to_entry` is NaN for whoever did not fall within the horizon, or is not known to;
    `listed` says how surely each row is on the list. NaN in a draw without a hit.
    """
    hit = listed * ~np.isnan(months_to_entry)
    return ratio(weights @ (hit * np.nan_to_num(months_to_entry)), weights @ hit)


def list_churn(rows: pd.DataFrame, listed: np.ndarray, *, step_months: int = 1) -> pd.DataFrame:
    """How much of each month's list is new, although the household was at risk the month before?

    `rows` has `household_id` and `as_of`; `listed` says how surely each row is on the list of
    its month (`on_the_list`; places among equals are dealt anew each month).

    Returns
    -------
    one row per month that follows another: `as_of`, places on the list `n` of households that
    were at risk at both, of which `events` were not on the list `step_months` before, `churn`.

    """
    now = rows[["household_id", "as_of"]].assign(listed=listed)
    before = now.assign(as_of=now["as_of"] + step_months)
    both = now.merge(before, on=["household_id", "as_of"], suffixes=("", "_before"))
    both["new"] = both["listed"] * (1 - both["listed_before"])
    table = both.groupby("as_of", as_index=False).agg(n=("listed", "sum"), events=("new", "sum"))
    return table.assign(churn=ratio(table["events"].to_numpy(), table["n"].to_numpy()))
