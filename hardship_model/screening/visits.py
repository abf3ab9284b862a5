"""Whom to visit, on a real panel: the same number of visits, different orders.

A first comparison, without channels: the office looks at a watch list, visits as many
households as it can, and finds a household when it is in hardship in the month of the visit.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import Draws, interval, verdict
from hardship_model.randomness import Dice
from hardship_model.screening.strategies import Order

#: What a clerk could do without a model; the best of these is what a model is compared with.
CLERKS = ("at random", "in turn", "rule in force", "income over line")


def make_visits(
    watch: pd.DataFrame,
    orders: Mapping[str, Order],
    *,
    share: float,
    replicates: int,
    cost_yuan: float,
    seed: int,
) -> pd.DataFrame:
    """Who is visited when, and what does each visit find?

    Parameters
    ----------
    watch
        one row per household and month in which it stands on the list and a visit's finding is
        known: `household_id, month, in_hardship`, and the columns that the orders look at.
    orders
        name of a strategy → its order.
    share
        visits per period as a share of the mean length of the list.
    replicates
        how often each strategy is run, with other luck.
    cost_yuan
        of one visit.
    seed
        of the dice, which all strategies share.

    Returns
    -------
    the ledger: one row per visit, `strategy, replicate, month, household_id, channel, step,
    found, cost_yuan`. A household that was found is off the list. Replicates differ in luck
    (random order, and order among equals) only.

    """
    ids, number = np.unique(watch["household_id"].to_numpy(), return_inverse=True)
    watch = watch.assign(number=number)
    capacity = round(share * len(watch) / watch["month"].nunique())
    if capacity < 1:
        raise ValueError(
            f"A share of {share} of a list of {len(watch)} household-months is no visit at all."
        )
    made = []
    for strategy, order in orders.items():
        for replicate in range(replicates):
            dice = Dice(seed=seed, replicate=replicate, n_households=len(ids))
            found = _one_run(watch, order, capacity=capacity, dice=dice)
            made.append(found.assign(strategy=strategy, replicate=replicate))
    ledger = pd.concat(made, ignore_index=True)
    ledger = ledger.assign(channel="visit", step="visit", cost_yuan=cost_yuan)
    return ledger[
        ["strategy", "replicate", "month", "household_id", "channel", "step", "found", "cost_yuan"]
    ]


def _one_run(watch: pd.DataFrame, order: Order, *, capacity: int, dice: Dice) -> pd.DataFrame:
    entered = watch.groupby("number")["month"].min().to_numpy()
    last_visit = entered - 1  # on the list for a month when it is first looked at
    off_list = np.zeros(len(entered), dtype=bool)
    visits = []
    for month in np.unique(watch["month"].to_numpy()).tolist():
        rows = watch[watch["month"] == month]
        listed = rows[~off_list[rows["number"].to_numpy()]]
        listed = listed.assign(last_visit=last_visit[listed["number"].to_numpy()])
        luck = dice.roll("order among equals", month)[listed["number"].to_numpy()]
        first = np.lexsort((luck, order(listed, month, dice)))[:capacity]
        visited = listed.iloc[first]
        numbers = visited["number"].to_numpy()
        last_visit[numbers] = month
        off_list[numbers[visited["in_hardship"].to_numpy()]] = True
        visits.append(visited[["household_id", "month", "in_hardship"]])
    return pd.concat(visits, ignore_index=True).rename(columns={"in_hardship": "found"})


def compare_visits(
    ledger: pd.DataFrame, watch: pd.DataFrame, *, n_draws: int, seed: int
) -> pd.DataFrame:
    """How many falls did each order find, how early, and at how many visits a fall?

    Returns
    -------
    one row per strategy × measure, with the counts behind it (means over replicates), a 95 %
    interval from a bootstrap over households, and the paired difference to the best way of a
    clerk with its verdict:

    * `share_found`: of the households that fell while on the list, how many were found;
    * `share_found_at_once`: … in the very period in which they fell;
    * `visits_per_fall_found`.

    """
    ids = np.unique(watch["household_id"].to_numpy())
    falls = watch[watch["in_hardship"]].groupby("household_id")["month"].min()
    fell = np.isin(ids, falls.index.to_numpy()).astype(float)
    tally = {
        str(name): _tally(rows, ids, falls) for name, rows in ledger.groupby("strategy", sort=False)
    }
    draws = Draws.over(ids, n_draws=n_draws, seed=seed)
    rows: list[dict[str, object]] = []
    for measure, (above, below) in {
        "share_found": ("found", "fell"),
        "share_found_at_once": ("at_once", "fell"),
        "visits_per_fall_found": ("visits", "found"),
    }.items():
        counts = {
            name: (t[above], fell if below == "fell" else t[below]) for name, t in tally.items()
        }
        rows += _measured(measure, counts, draws)
    return pd.DataFrame(rows)


def _tally(rows: pd.DataFrame, ids: np.ndarray, falls: pd.Series) -> dict[str, np.ndarray]:
    """Per household, mean over replicates: visits, found, found in the period of the fall."""
    n = rows["replicate"].nunique()
    place = np.searchsorted(ids, rows["household_id"].to_numpy())
    found = rows["found"].to_numpy(dtype=float)
    onset = rows["household_id"].map(falls).to_numpy()
    at_once = found * (rows["month"].to_numpy() == onset)
    return {
        key: np.bincount(place, weights=value, minlength=len(ids)) / n
        for key, value in {"visits": np.ones(len(rows)), "found": found, "at_once": at_once}.items()
    }


def _measured(
    measure: str, counts: dict[str, tuple[np.ndarray, np.ndarray]], draws: Draws
) -> list[dict[str, object]]:
    fewer_is_better = measure == "visits_per_fall_found"
    sign = -1 if fewer_is_better else 1
    value = {name: above.sum() / below.sum() for name, (above, below) in counts.items()}
    drawn = draws.distribution(
        lambda w: np.column_stack([ratio(w @ above, w @ below) for above, below in counts.values()])
    )
    by_name = dict(zip(counts, drawn.T, strict=True))
    clerks = [name for name in counts if name in CLERKS]
    best = max(clerks, key=lambda name: sign * value[name])
    rows = []
    for name, (above, below) in counts.items():
        low, high = interval(by_name[name])
        row: dict[str, object] = {
            "strategy": name, "measure": measure, "counted": above.sum(), "out_of": below.sum(),
            "value": value[name], "low": low, "high": high,
        }  # fmt: skip
        if name not in CLERKS:
            d_low, d_high = interval(by_name[name] - by_name[best])
            row |= {
                "against": best,
                "difference": value[name] - value[best],
                "difference_low": d_low,
                "difference_high": d_high,
                "verdict": verdict(d_low, d_high, more_is_better=not fewer_is_better),
            }
        rows.append(row)
    return rows
