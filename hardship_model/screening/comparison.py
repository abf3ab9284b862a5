"""Which way of looking finds whom, how early, at what cost: one table, and one by group."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import interval, verdict
from hardship_model.privacy import withhold_small_cells
from hardship_model.rates import wilson
from hardship_model.screening.tallies import OF_FALLS, OF_HOUSEHOLDS, Tally

#: Measure → what is counted, out of what. The first five are shares of new falls. Aid stands
#: beside the budget; the last two are missing unless aid feeds back into lives.
MEASURES: Mapping[str, tuple[str, str]] = {
    "before": ("before", "new"),
    "within_1": ("within_1", "asked_1"),
    "within_3": ("within_3", "asked_3"),
    "within_6": ("within_6", "asked_6"),
    "ever": ("ever", "new"),
    "backlog_found": ("running_found", "running"),
    "monitored_who_fell": ("placed_fell", "placed"),
    "unseen_share": ("unseen_months", "hard_months"),
    "unseen_months": ("unseen_months", "spells"),
    "visits_per_find": ("visits", "found"),
    "yuan_per_find": ("yuan", "found"),
    "budget_unspent": ("unspent_yuan", "budget_yuan"),
    "visits_in_vain": ("vain", "asked"),
    "repeat_visits": ("repeats", "asked"),
    "false_finds": ("false_finds", "established"),
    "aid_per_hard_month": ("aid_months", "all_hard_months"),
    "aid_missed": ("missed_aid_months", "all_hard_months"),
    "aid_yuan": ("aid_yuan", "all_hard_months"),
    "aid_yuan_missed": ("missed_aid_yuan", "due_aid_yuan"),
    "lifted_by_aid": ("lifted_months", "all_hard_months"),
    "averted_by_aid": ("averted", "new"),
}
#: Those that are shares of falls, and so can be told by group.
OF_FALLS_ALONE = ("before", "within_1", "within_3", "within_6", "ever", "backlog_found")
LESS_IS_BETTER = (
    "unseen_share", "unseen_months", "visits_per_find", "yuan_per_find", "visits_in_vain",
    "false_finds", "aid_missed", "aid_yuan_missed",
)  # fmt: skip
#: Neither more nor less is better in itself.
NO_VERDICT = ("budget_unspent", "repeat_visits", "aid_per_hard_month", "aid_yuan")
#: What a clerk could do without a model; the best of these is what the others are held against.
CLERKS = ("random", "in_turn", "rule_visits", "income_visits", "district_only")


def compare(sums: Tally, *, reference: str) -> pd.DataFrame:
    """What did each strategy find, when, at what cost, and is that better than the others?

    `sums` are of all towns (`add_up`); draw 0 is the value, the others make its interval.

    Returns
    -------
    one row per strategy × measure: `counted, out_of, value, low, high`; the paired difference to
    `reference` (`difference, difference_low, difference_high, verdict`) and to the best of
    `CLERKS` by this measure (`clerk, clerk_difference, clerk_low, clerk_high, clerk_verdict`).
    Empty where a strategy would be compared with itself, or no verdict has a meaning.

    """
    if reference not in sums.strategies:
        raise ValueError(f"No strategy {reference!r} to compare with; got {sums.strategies}.")
    return pd.DataFrame(row for name in MEASURES for row in _rows(sums, name, reference))


def tells(compared: pd.DataFrame) -> list[str]:
    """Which shares of falls does this table tell: were there falls, followed for long enough?"""
    told = set(compared.loc[compared["out_of"] > 0, "measure"])
    return [measure for measure in OF_FALLS_ALONE if measure in told]


def _rows(sums: Tally, measure: str, reference: str) -> Iterator[dict[str, object]]:
    above, below = (amounts(sums, name) for name in MEASURES[measure])
    value = ratio(above, below)
    at = {name: value[:, s] for s, name in enumerate(sums.strategies)}
    clerk = best_clerk(at, measure)
    for s, name in enumerate(sums.strategies):
        low, high = _bounds(at[name], above[0, s], below[0, s], measure)
        yield {
            "strategy": name, "measure": measure, "counted": above[0, s], "out_of": below[0, s],
            "value": at[name][0], "low": low, "high": high,
            **_held_against(at, name, reference, measure, _PLAIN),
            **_held_against(at, name, clerk, measure, _CLERK),
        }  # fmt: skip


def _bounds(drawn: np.ndarray, above: float, below: float, measure: str) -> tuple[float, float]:
    """95 % interval from the draws after the first; of a share of falls Wilson's if all agree.

    Where nobody was found every draw says so, however few fell.
    """
    low, high = interval(drawn[1:])
    if low == high and measure in OF_FALLS_ALONE:
        at_least, at_most = wilson(np.array(above), np.array(below))
        return float(at_least), float(at_most)
    return low, high


def amounts(sums: Tally, name: str) -> np.ndarray:
    """What is counted under this name, of everybody; float64 [1 + draws, strategies]."""
    if name in OF_FALLS:
        return sums.falls[:, :, 0, OF_FALLS.index(name)]
    return sums.households[:, :, OF_HOUSEHOLDS.index(name)]


def best_clerk(at: Mapping[str, np.ndarray], measure: str) -> str | None:
    """Which strategy that needs no model does best by this measure? None when none was played."""
    sign = -1 if measure in LESS_IS_BETTER else 1
    there = [name for name in CLERKS if name in at and not np.isnan(at[name][0])]
    return max(there, key=lambda name: sign * at[name][0], default=None)


_PLAIN = ("reference", "difference", "difference_low", "difference_high", "verdict")
_CLERK = ("clerk", "clerk_difference", "clerk_low", "clerk_high", "clerk_verdict")


def _held_against(
    at: Mapping[str, np.ndarray], name: str, other: str | None, measure: str,
    columns: tuple[str, ...],
) -> dict[str, object]:  # fmt: skip
    if other is None or other == name:
        return dict.fromkeys(columns)
    gap = at[name] - at[other]
    low, high = interval(gap[1:])
    said = None
    if measure not in NO_VERDICT and not np.isnan(gap[0]):
        said = verdict(low, high, more_is_better=measure not in LESS_IS_BETTER)
    return dict(zip(columns, (other, gap[0], low, high, said), strict=True))


def by_group(sums: Tally) -> pd.DataFrame:
    """Whom does each strategy find, and whom does it miss?

    Returns
    -------
    one row per strategy × measure × split (`by`) × `group`: `counted, out_of, value, low, high`,
    and `withheld` where the counts are too small to be shown.

    """
    rows = []
    for measure in OF_FALLS_ALONE:
        above, below = (sums.falls[..., OF_FALLS.index(name)] for name in MEASURES[measure])
        value = ratio(above, below)
        for s, strategy in enumerate(sums.strategies):
            for g, (by, group) in enumerate(sums.groups):
                if g == 0 or below[0, s, g] == 0:
                    continue
                low, high = _bounds(value[:, s, g], above[0, s, g], below[0, s, g], measure)
                rows.append({
                    "strategy": strategy, "measure": measure, "by": by, "group": group,
                    "counted": above[0, s, g], "out_of": below[0, s, g],
                    "value": value[0, s, g], "low": low, "high": high,
                })  # fmt: skip
    return withhold_small_cells(
        pd.DataFrame(rows), n="out_of", events="counted", shown=["value", "low", "high"]
    )
