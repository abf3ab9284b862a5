"""What aid is due to a household, under the old rules and under the new ones?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.rules.card import Card, dated
from hardship_model.rules.states import HARDSHIP_STATES, STATES

#: The kinds of aid, each a column of `aid_table` with the suffix `_yuan`.
KINDS = ("living", "education", "medical", "accidental")
#: The columns that `aid_table` reads.
NEEDED = (
    "state", "members", "dibao_yuan", "students", "schooling12_yuan", "oop12_yuan",
    "event_loss12_yuan",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AidRule(Card):
    """A year's aid. Months are months of local dibao; deep, relative, accidental differ."""

    living_months_deep: float = dated("aid_living_months_deep")
    living_months_relative: float = dated("aid_living_months_relative")
    living_months_accidental: float = dated("aid_living_months_accidental")
    #: 1: living aid for each person; 0: for the household as one.
    living_per_person: float = dated("aid_living_per_person")
    #: Most schooling aid per child and year.
    education_cap_months: float = dated("aid_education_cap_months")
    medical_share_deep: float = dated("aid_medical_share_deep")
    medical_cap_deep_yuan: float = dated("aid_medical_cap_deep_yuan")
    medical_share_relative: float = dated("aid_medical_share_relative")
    medical_cap_relative_yuan: float = dated("aid_medical_cap_relative_yuan")
    accidental_share: float = dated("aid_accidental_share")
    accidental_cap_yuan: float = dated("aid_accidental_cap_yuan")
    #: 1: relative hardship may take several kinds; 0: only the largest. Deep always may,
    #: accidental never.
    stacks_relative: float = dated("aid_stacks_relative")


def aid_table(households: pd.DataFrame, *, rule: AidRule) -> pd.DataFrame:
    """How much aid of each kind is due to each household in a year?

    Takes the columns `NEEDED` (`state` as the codes of `STATES`; amounts in yuan of the trailing
    twelve months; `students` counts children in school) and gives `living_yuan`,
    `education_yuan`, `medical_yuan`, `accidental_yuan` and `total_yuan`, one row per household
    with the index of `households`. Outside hardship all are zero.
    Raises ValueError when a column is missing.
    """
    missing = [column for column in NEEDED if column not in households]
    if missing:
        raise ValueError(f"aid_table lacks the columns {missing}; it reads {list(NEEDED)}.")
    state = households["state"].to_numpy(dtype=np.int64)
    items = np.column_stack(
        [
            _living(households, state, rule),
            _education(households, state, rule),
            _medical(households, state, rule),
            _accidental(households, state, rule),
        ]
    )
    items[~_may_stack(state, rule)] = _largest_alone(items[~_may_stack(state, rule)])
    table = pd.DataFrame(items, index=households.index, columns=[f"{kind}_yuan" for kind in KINDS])
    table["total_yuan"] = items.sum(axis=1)
    return table


def aid(household: Mapping[str, float | str], *, rule: AidRule) -> pd.DataFrame:
    """What aid is due to one household, item by item, and how is it worked out?

    One row per kind of aid with `yuan` and `working`; `state` may be a name of `STATES`.
    """
    state = household["state"]
    code = STATES.index(state) if isinstance(state, str) else int(state)
    one = {**household, "state": code}
    due = aid_table(pd.DataFrame([one]), rule=rule).iloc[0]
    working = _working(one, code, rule)
    return pd.DataFrame(
        {
            "kind": KINDS,
            "yuan": [due[f"{kind}_yuan"] for kind in KINDS],
            "working": [working[kind] for kind in KINDS],
        }
    )


def compare_aid(households: pd.DataFrame, *, old: AidRule, new: AidRule) -> pd.DataFrame:
    """What do the new rules give against the old ones, for a whole town?

    One row per hardship category and one for all: households, persons, yuan a year for living
    and in total under both rules, and their ratios. The living ratio is over households that
    are paid living aid under both.
    """
    before, after = aid_table(households, rule=old), aid_table(households, rule=new)
    both = (before["living_yuan"] > 0) & (after["living_yuan"] > 0)
    kinds = {name: households["state"] == code for code, name in enumerate(HARDSHIP_STATES)}
    kinds["all"] = households["state"] < len(HARDSHIP_STATES)
    rows = [
        {
            "category": name,
            "households": int(chosen.sum()),
            "persons": int(households.loc[chosen, "members"].sum()),
            "old_living_yuan": before.loc[chosen & both, "living_yuan"].sum(),
            "new_living_yuan": after.loc[chosen & both, "living_yuan"].sum(),
            "old_total_yuan": before.loc[chosen, "total_yuan"].sum(),
            "new_total_yuan": after.loc[chosen, "total_yuan"].sum(),
        }
        for name, chosen in kinds.items()
    ]
    table = pd.DataFrame(rows)
    table["living_ratio"] = table["new_living_yuan"] / table["old_living_yuan"]
    table["total_ratio"] = table["new_total_yuan"] / table["old_total_yuan"]
    return table


def _column(households: pd.DataFrame, name: str) -> np.ndarray:
    return households[name].to_numpy(dtype=np.float64)


def _by_state(state: np.ndarray, deep: float, relative: float, accidental: float) -> np.ndarray:
    """The value of each household's category; 0 outside hardship."""
    return np.array([deep, relative, accidental, 0.0, 0.0, 0.0])[state]


def _living(households: pd.DataFrame, state: np.ndarray, rule: AidRule) -> np.ndarray:
    months = _by_state(
        state, rule.living_months_deep, rule.living_months_relative, rule.living_months_accidental
    )
    persons = _column(households, "members") if rule.living_per_person else 1.0
    return months * _column(households, "dibao_yuan") * persons


def _education(households: pd.DataFrame, state: np.ndarray, rule: AidRule) -> np.ndarray:
    cap = (
        rule.education_cap_months
        * _column(households, "dibao_yuan")
        * _column(households, "students")
    )
    spent = _column(households, "schooling12_yuan")
    return _by_state(state, 1.0, 1.0, 0.0) * np.minimum(spent, cap)


def _medical(households: pd.DataFrame, state: np.ndarray, rule: AidRule) -> np.ndarray:
    share = _by_state(state, rule.medical_share_deep, rule.medical_share_relative, 0.0)
    cap = _by_state(state, rule.medical_cap_deep_yuan, rule.medical_cap_relative_yuan, 0.0)
    return np.minimum(share * _column(households, "oop12_yuan"), cap)


def _accidental(households: pd.DataFrame, state: np.ndarray, rule: AidRule) -> np.ndarray:
    due = rule.accidental_share * _column(households, "event_loss12_yuan")
    return _by_state(state, 0.0, 0.0, 1.0) * np.minimum(due, rule.accidental_cap_yuan)


def _may_stack(state: np.ndarray, rule: AidRule) -> np.ndarray:
    return _by_state(state, 1.0, rule.stacks_relative, 0.0) > 0


def _largest_alone(items: np.ndarray) -> np.ndarray:
    """The largest item of each row, the others zero; the first of equals."""
    kept = np.zeros_like(items)
    rows = np.arange(len(items))
    largest = items.argmax(axis=1)
    kept[rows, largest] = items[rows, largest]
    return kept


def _working(one: Mapping[str, float | str], code: int, rule: AidRule) -> dict[str, str]:
    """How each item is worked out, in a caseworker's words."""
    if code >= len(HARDSHIP_STATES):
        return dict.fromkeys(KINDS, "no hardship, no aid")
    months = (
        rule.living_months_deep, rule.living_months_relative, rule.living_months_accidental
    )[code]  # fmt: skip
    whom = f"{one['members']} persons" if rule.living_per_person else "1 household"
    share = (rule.medical_share_deep, rule.medical_share_relative, 0.0)[code]
    cap = (rule.medical_cap_deep_yuan, rule.medical_cap_relative_yuan, 0.0)[code]
    alone = (
        "" if _may_stack(np.array([code]), rule)[0] else " (only the largest of the items is paid)"
    )
    return {
        "living": f"{months:g} months × {one['dibao_yuan']} yuan × {whom}{alone}",
        "education": (
            f"spending of {one['schooling12_yuan']} yuan, at most {rule.education_cap_months:g}"
            f" months × {one['dibao_yuan']} yuan × {one['students']} students{alone}"
        ),
        "medical": f"{share:.0%} of {one['oop12_yuan']} yuan, at most {cap:,.0f} yuan{alone}",
        "accidental": (
            f"{rule.accidental_share:.0%} of {one['event_loss12_yuan']} yuan, at most"
            f" {rule.accidental_cap_yuan:,.0f} yuan{alone}"
            if STATES[code] == "accidental"
            else "only in accidental hardship"
        ),
    }
