"""The household's purse: what comes in, what must be paid, what is eaten, saved or borrowed.

Month by month: income + aid + change in debt = living + rigid spending + event loss
+ change in savings + change in assets. All amounts are whole yuan: the sum holds exactly.
"""

from dataclasses import dataclass

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import CHILDREN, N_EARNING, N_WORKERS
from hardship_model.data.population.luck import Luck, normal, struck
from hardship_model.data.population.state import (
    SENIOR_FROM,
    TRAILING,
    UNIVERSITY_FROM,
    State,
)


@dataclass(kw_only=True)
class Flows:
    """What one month brought to and took from each household; whole yuan, float32 (n,)."""

    income: np.ndarray
    #: Of the income, wages of formal and of all other work.
    formal_wages: np.ndarray
    other_wages: np.ndarray
    dibao_paid: np.ndarray
    #: Medical cost before reimbursement, and what was paid out of pocket.
    medical: np.ndarray
    oop: np.ndarray
    schooling: np.ndarray
    rigid: np.ndarray
    event_loss: np.ndarray
    #: Food, housing and everything else that could be cut; gifts to children who leave.
    living: np.ndarray
    #: Stays in hospital, a count.
    stays: np.ndarray
    #: Members who draw unemployment benefit, a count.
    claims: np.ndarray


def school_cost_yuan(state: State, given: Assumptions) -> np.ndarray:
    """What does schooling cost this month? Whole yuan, (n,)."""
    age = state.age_years[CHILDREN]
    by_age = np.full(128, given("school_cost_compulsory_yuan"))
    by_age[SENIOR_FROM:] = given("school_cost_senior_yuan")
    by_age[UNIVERSITY_FROM:] = given("school_cost_university_yuan")
    each = (by_age / 12).astype(np.float32).take(age) * state.learning()
    return np.rint(each.sum(axis=0))


def other_rigid_yuan(state: State, given: Assumptions, wages: np.ndarray) -> np.ndarray:
    """What do the care of the disabled and the cost of going to work come to? Whole yuan, (n,)."""
    cared_for = (state.disabled & state.present).sum(axis=0, dtype=np.int8)
    care = cared_for * np.float32(given("disability_care_yuan") * given("care_paid_share"))
    return np.rint(care + wages * np.float32(given("employment_cost_share")))


def events(state: State, given: Assumptions, luck: Luck) -> np.ndarray:
    """Which accidents, fires and thefts strike, and what do they cost? Whole yuan, (n,)."""
    loss = np.zeros(state.n_households, dtype=np.float32)
    chance = given.monthly("event_per_year")
    who, left = struck(
        luck.roll("an accident happens"), ceiling=chance, hazard=lambda at: np.full(len(at), chance)
    )
    sd = given("event_loss_log_sd")
    loss[who] = np.rint(given("event_loss_median_yuan") * steady.exp(sd * normal(left)))
    return loss


def dibao(state: State, given: Assumptions, luck: Luck) -> np.ndarray:
    """Who enters or leaves dibao, and what does it pay this month? Whole yuan, (n,)."""
    line = given.by_place("urban_dibao_yuan").take(state.place)
    need = line * state.members()
    own = (state.trailing("income") - state.trailing("dibao_paid")) / 12
    poor = (own < need) & (state.homes < 2) & ~state.owns_business
    # Few migrants can apply where they work.
    chance = np.where(
        state.migrant, given("dibao_entry_per_month_migrant"), given("dibao_entry_per_month")
    )
    enters = poor & (luck.roll("enters dibao") < chance)
    over = own >= need * np.float32(given("dibao_leave_multiple"))
    leaves = over & (luck.roll("leaves dibao") < given("dibao_review_per_month"))
    state.on_dibao |= enters
    state.on_dibao &= ~leaves
    gap = np.maximum(need - own, need * np.float32(given("dibao_smallest_share")))
    return np.rint(gap * (state.on_dibao & state.alive))


def spend(state: State, given: Assumptions, flows: Flows) -> None:
    """What does the household eat and use, and do savings or debt make up the difference?

    It lives at a bare floor plus a share of what it is used to earn; a household short of cash
    cuts down towards the floor, then draws on savings, then borrows. Savings beyond its target
    go bit by bit into assets that no short month can touch: a flat, a shop, a fixed deposit.
    """
    line = given.by_place("urban_dibao_yuan").take(state.place)
    floor = line * state.members() * np.float32(given("consumption_floor_dibao_multiple"))
    must = flows.rigid + flows.event_loss
    cash = flows.income + state.aid_yuan - must
    usual = np.maximum(state.usual_income_yuan - state.trailing("rigid") / 12 - floor, 0)
    wish = floor + usual * np.float32(given("consumption_share"))
    can = np.maximum(
        cash + state.savings_yuan * np.float32(given("savings_drawn_per_month")), floor
    )
    flows.living = np.rint(np.minimum(wish, can))
    left = state.savings_yuan + cash - flows.living
    borrowed = np.maximum(-left, 0)
    left += borrowed
    repaid = np.maximum(left - 2 * wish, 0) * np.float32(given("debt_repaid_of_spare"))
    repaid = np.rint(np.minimum(repaid, state.debt_yuan))
    state.debt_yuan += borrowed - repaid
    left -= repaid
    spare = np.maximum(left - wish * np.float32(given("savings_target_months")), 0)
    invested = np.rint(spare * np.float32(given("invested_of_spare")))
    state.assets_yuan += invested
    state.savings_yuan = left - invested


def give_along(flows: Flows, state: State, who: np.ndarray, share: np.ndarray) -> None:
    """A child who leaves home takes a share of the savings along; it counts as living."""
    gift = np.rint(state.savings_yuan[who] * share.astype(np.float32))
    np.subtract.at(state.savings_yuan, who, gift)
    np.add.at(flows.living, who, gift)


def remember(state: State, given: Assumptions, flows: Flows, *, month: int) -> None:
    """The month takes the place of the same month a year ago in the trailing sums."""
    turn = month % 12
    for position, name in enumerate(TRAILING):
        flow, oldest = getattr(flows, name), state.ring[position, turn]
        state.sums[position] += flow
        state.sums[position] -= oldest
        oldest[:] = flow
    weight = np.float32(1 / given("usual_income_months"))
    state.usual_income_yuan += weight * (flows.income - state.usual_income_yuan)


def recent_income_yuan(state: State, *, month: int) -> np.ndarray:
    """Income of the last three months, this one included; float32 (n,)."""
    ring = state.ring[TRAILING.index("income")]
    return ring[month % 12] + ring[(month - 1) % 12] + ring[(month - 2) % 12]


def earners(state: State) -> np.ndarray:
    """How many members earn? int8 (n,)."""
    return (state.form[:N_WORKERS] < N_EARNING).sum(axis=0, dtype=np.int8)
