"""The town at the end of one month: everything that the next month may depend on."""

from dataclasses import dataclass, fields

import numpy as np

from hardship_model.data.population.codes import (
    CHILDREN,
    LEAVES_JUNIOR,
    LEAVES_SENIOR,
    LEAVES_UNIVERSITY,
    N_SLOTS,
    N_WORKERS,
)

#: The sums over twelve months that rules and causes ask for.
TRAILING = ("income", "dibao_paid", "rigid", "event_loss", "oop", "schooling")
#: One row per school year of age: which ages learn at all, and where.
COMPULSORY_FROM, SENIOR_FROM, UNIVERSITY_FROM, UNIVERSITY_TO = 6, 15, 18, 22


@dataclass(kw_only=True)
class State:
    """Arrays over households (n,), over members (6, n) or over those who may work (4, n).

    The verbs change it in place, month by month; `copy` lets a future begin from it.
    """

    # Where and what the household is
    place: np.ndarray
    city: np.ndarray
    county: np.ndarray
    migrant: np.ndarray
    union: np.ndarray
    homes: np.ndarray
    owns_business: np.ndarray
    alive: np.ndarray
    #: Wages of the household's city against the place's mean.
    city_level: np.ndarray

    # Members
    present: np.ndarray
    age_years: np.ndarray
    birth_month_of_year: np.ndarray
    #: Where a child will stop learning (codes LEAVES_…).
    track: np.ndarray
    health: np.ndarray
    #: Months since a serious illness began.
    ill_months: np.ndarray
    #: What the serious illness costs in its first month, before reimbursement, yuan.
    ill_cost_yuan: np.ndarray
    disabled: np.ndarray
    insurance: np.ndarray
    #: Monthly pension as a share of the place's wage level.
    pension: np.ndarray

    # Work of those who may work
    form: np.ndarray
    #: The form of the last job (of the wanted one, for a first job).
    usual_form: np.ndarray
    industry: np.ndarray
    #: Months without work.
    idle_months: np.ndarray
    #: Months of unemployment benefit still due.
    benefit_months: np.ndarray
    #: Permanent log wage, and the centre that it returns to.
    permanent: np.ndarray
    centre: np.ndarray
    #: Transitory shock in standard deviations.
    transitory: np.ndarray

    # Money, whole yuan
    savings_yuan: np.ndarray
    debt_yuan: np.ndarray
    #: What cannot be spent in a short month.
    assets_yuan: np.ndarray
    #: Rings of the last twelve months, shape (len(TRAILING), 12, n), and their sums.
    ring: np.ndarray
    sums: np.ndarray
    #: Slow mean of monthly income: what the household is used to.
    usual_income_yuan: np.ndarray
    on_dibao: np.ndarray
    #: Latent state of the month before (codes of rules.STATES), and why the spell began.
    latent: np.ndarray
    cause: np.ndarray
    #: In hardship in the month before the one that `latent` tells of.
    was_in_hardship: np.ndarray

    # The file (see register.py): codes of rules.REGISTERED, and the clocks of the office
    category: np.ndarray
    #: Months until a lead is verified; 0: none is pending.
    due_months: np.ndarray
    #: Consecutive months above the exit line.
    months_above: np.ndarray
    filed_months: np.ndarray
    #: −1: never left the file.
    since_exit_months: np.ndarray
    aid_yuan: np.ndarray

    @property
    def n_households(self) -> int:
        """How many households live (or once lived) here?"""
        return len(self.place)

    def copy(self) -> "State":
        """The same town, so that one future does not disturb another."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})

    def trailing(self, what: str) -> np.ndarray:
        """The sum of the last twelve months, whole yuan, float32."""
        return self.sums[TRAILING.index(what)]

    def members(self) -> np.ndarray:
        """How many live in each household? int8."""
        return self.present.sum(axis=0, dtype=np.int8)

    def learning(self) -> np.ndarray:
        """Which children are at school or university? Shape (2, n)."""
        age = self.age_years[CHILDREN]
        return self.present[CHILDREN] & (age >= COMPULSORY_FROM) & (age < leaves_at(self.track))


_LEAVES_AT = np.empty(3, dtype=np.int8)
_LEAVES_AT[[LEAVES_JUNIOR, LEAVES_SENIOR, LEAVES_UNIVERSITY]] = (
    SENIOR_FROM, UNIVERSITY_FROM, UNIVERSITY_TO,
)  # fmt: skip


def leaves_at(track: np.ndarray) -> np.ndarray:
    """At which age does a child on this track stop learning?"""
    return _LEAVES_AT.take(track)


def empty(n_households: int) -> dict[str, np.ndarray]:
    """Arrays of the right shape and type for nobody in particular, all zero."""
    per_household = {
        np.int8: "place city homes latent cause category due_months",
        np.int16: "county months_above filed_months since_exit_months",
        bool: "migrant union owns_business alive on_dibao was_in_hardship",
        np.float32: "city_level savings_yuan debt_yuan assets_yuan usual_income_yuan aid_yuan",
    }
    per_member = {
        np.int8: "age_years birth_month_of_year health ill_months insurance",
        bool: "present disabled",
        np.float32: "ill_cost_yuan pension",
    }
    per_worker = {
        np.int8: "form usual_form industry idle_months benefit_months",
        np.float32: "permanent centre transitory",
    }
    arrays = {
        name: np.zeros(shape, dtype=kind)
        for shape, kinds in (
            ((n_households,), per_household),
            ((N_SLOTS, n_households), per_member),
            ((N_WORKERS, n_households), per_worker),
        )
        for kind, names in kinds.items()
        for name in names.split()
    }
    arrays["track"] = np.zeros((2, n_households), dtype=np.int8)
    arrays["ring"] = np.zeros((len(TRAILING), 12, n_households), dtype=np.float32)
    arrays["sums"] = np.zeros((len(TRAILING), n_households), dtype=np.float32)
    return arrays
