"""What is written down somewhere about each household: the cross-check's income, the signs.

The same slips as in `data.population.records`, with the same luck: what cannot be linked there
cannot be linked here.
"""

from dataclasses import dataclass

import numpy as np

from hardship_model.data.population import Town
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import UNINSURED
from hardship_model.data.population.luck import Luck
from hardship_model.rules import STATES

#: Signs in other departments' records that may raise a lead.
SIGNS = ("medical spending in the scheme", "inpatient stays", "unemployment claim",
         "new disability", "school aid")  # fmt: skip
#: Months by which schools' lists come later than those of other departments.
_SCHOOLS_LATE = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Traces:
    """What departments know, [months, households], in the month it happens; channels add delay."""

    #: The cross-check finds the household at all, (n_households,).
    linkable: np.ndarray
    #: Income of twelve months that the cross-check sees, per head and month, over dibao.
    seen_over_dibao: np.ndarray
    #: Seen income of three months over a quarter of the twelve before; large when there was none.
    seen_change: np.ndarray
    #: Own share of medical cost inside the scheme over twelve months, yuan.
    scheme_yuan: np.ndarray
    #: Inpatient stays settled with a scheme over twelve months.
    stays: np.ndarray
    #: A member draws unemployment benefit.
    claims: np.ndarray
    #: A disability was certified in the last six months.
    newly_disabled: np.ndarray
    #: A child receives school aid.
    school_aid: np.ndarray


def traces(town: Town, rows: slice) -> Traces:
    """Which traces did the lives of these months leave?"""
    seen = _seen_income(town)
    scheme, stays = _settled(town)
    members = np.maximum(town.truth["members"][rows], 1)
    disabled = town.truth["disabled"]
    earlier = disabled[rows.start - 6 : rows.stop - 6]
    certified = ~_never(town, "record_uncertified_share", "uncertified")
    before = sum_of(seen, 12, _earlier(rows, 3))
    return Traces(
        linkable=~_never(town, "record_unlinked_share", "cannot be linked"),
        seen_over_dibao=(sum_of(seen, 12, rows) / (12 * members * dibao_of(town, rows))).astype(
            np.float32
        ),
        seen_change=(4 * sum_of(seen, 3, rows) / np.maximum(before, 1)).astype(np.float32),
        scheme_yuan=sum_of(scheme, 12, rows).astype(np.float32),
        stays=sum_of(stays, 12, rows).astype(np.int16),
        claims=town.truth["benefit_claims"][rows] > 0,
        newly_disabled=(disabled[rows] > earlier) & certified,
        school_aid=_school_aid(town, _earlier(rows, _SCHOOLS_LATE)),
    )


def _school_aid(town: Town, rows: slice) -> np.ndarray:
    """Low income half a year ago, and a child at school that is given aid for it."""
    low = town.truth["state"][_earlier(rows, 6)] <= STATES.index("low_income")
    given = _never(town, "record_school_aid_share", "school aid")
    return low & (town.truth["students"][rows] > 0) & given


def _own_roll(town: Town, decision: str) -> np.ndarray:
    """The household's number for something that never changes, as in the records."""
    luck = Luck(dice=town.config.dice(), month=town.config.first_month)
    return luck.roll(f"record: {decision}")


def _never(town: Town, name: str, decision: str) -> np.ndarray:
    given = Assumptions(month=int(town.months[-1]), scaled=town.config.scaled)
    return _own_roll(town, decision) < given(name)


def _seen_income(town: Town) -> np.ndarray:
    """Income that the cross-check sees, [all the town's months, households], yuan."""
    given = Assumptions(month=int(town.months[-1]), scaled=town.config.scaled)
    true = town.truth
    hidden = np.clip(
        given("auto_check_misses_flexible_share") + 0.3 * (_own_roll(town, "hidden") - 0.5), 0, 1
    )
    on_no_list = _never(town, "auto_check_misses_formal_share", "wages on no list")
    return (
        true["income_yuan"]
        - true["formal_wages_yuan"] * on_no_list
        - true["other_wages_yuan"] * hidden.astype(np.float32)
    )


def _settled(town: Town) -> tuple[np.ndarray, np.ndarray]:
    """Own share and stays that a scheme has settled, [all the town's months, households]."""
    insured = town.truth["insurance"] != UNINSURED
    part = np.empty(insured.shape, dtype=np.float32)
    for row, month in enumerate(town.months):
        given = Assumptions(month=int(month), scaled=town.config.scaled)
        low, high = given("record_scheme_part_low"), given("record_scheme_part_high")
        roll = Luck(dice=town.config.dice(), month=int(month)).roll("record: in scheme")
        part[row] = low + (high - low) * roll
    return town.truth["oop_yuan"] * part * insured, town.truth["inpatient_stays"] * insured


def dibao_of(town: Town, rows: slice) -> np.ndarray:
    """The local line of each household in each of the rows, yuan a month."""
    by_month = [
        Assumptions(month=int(month), scaled=town.config.scaled).by_place("urban_dibao_yuan")
        for month in town.months[rows]
    ]
    return np.stack(by_month)[:, town.fixed["place"]]


def _earlier(rows: slice, months: int) -> slice:
    return slice(rows.start - months, rows.stop - months)


def sum_of(grid: np.ndarray, months: int, rows: slice) -> np.ndarray:
    """The sum of this many months up to each of the rows, float64."""
    sums = np.cumsum(grid[rows.start - months : rows.stop], axis=0, dtype=np.float64)
    return sums[months:] - sums[:-months]
