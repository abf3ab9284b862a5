"""Health: who falls ill, who dies, what it costs, and who pays."""

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CHRONIC,
    INSURANCES,
    SERIOUS,
    WELL,
)
from hardship_model.data.population.luck import normal, struck
from hardship_model.data.population.makeup import depart
from hardship_model.data.population.state import State

#: Households' positions, cost before reimbursement, and what was paid out of pocket, yuan.
Bills = tuple[np.ndarray, np.ndarray, np.ndarray]
CHILD, ADULT, ELDER = range(3)
AGES = ("child", "adult", "elder")
_AGE_BAND = np.digitize(np.arange(128), [18, 60]).astype(np.int8)
#: Months of an illness are counted up to this many.
_LONGEST_ILL = 120


def _by_age(given: Assumptions, stem: str) -> np.ndarray:
    """Yearly chances of child, adult and elder as monthly ones, by year of age; float32 (128,)."""
    monthly = np.array([given.monthly(f"{stem}_{age}") for age in AGES], dtype=np.float32)
    return monthly.take(_AGE_BAND)


def serious_illness_hazard(given: Assumptions) -> np.ndarray:
    """Chance a month of falling seriously ill, by age in years × health; float32 (128, 3).

    The chronically ill run a multiple of it; whoever is seriously ill already runs none.
    """
    by_age = _by_age(given, "serious_illness_per_year")
    middle = (np.arange(128) >= 45) & (np.arange(128) < 60)
    by_age = by_age * np.where(middle, given("serious_illness_middle_age_multiple"), 1)
    return np.stack(
        [by_age, by_age * given("serious_illness_chronic_multiple"), np.zeros(128)], axis=1
    ).astype(np.float32)


def fall_seriously_ill(state: State, given: Assumptions, rolls: np.ndarray) -> np.ndarray:
    """Whom does cancer, a stroke or the like strike? Flat positions in the (6, n) arrays.

    The first month's cost is drawn here; `illness_cost_yuan` lets it fade.
    """
    hazard = serious_illness_hazard(given)
    age, health, present = state.age_years.ravel(), state.health.ravel(), state.present.ravel()
    struck_now, left = struck(
        rolls,
        ceiling=float(hazard.max()),
        hazard=lambda at: hazard[age[at], health[at]] * present[at],
    )
    sd = given("serious_illness_cost_log_sd")
    total = given("serious_illness_cost_yuan") * steady.exp(sd * normal(left) - sd**2 / 2)
    who = struck_now % state.n_households
    first = total * given("serious_illness_cost_decay_per_month") * _affordable(state, given, who)
    state.ill_cost_yuan.ravel()[struck_now] = first
    state.ill_months.ravel()[struck_now] = 0
    health[struck_now] = SERIOUS
    return struck_now


def _affordable(state: State, given: Assumptions, who: np.ndarray) -> np.ndarray:
    """Families that earn more are treated at greater cost: (income ÷ usual) to a small power."""
    members = np.maximum(state.members()[who], 1)
    mean = given.by_place("urban_income_mean_yuan").take(state.place[who]) / 12
    relative = np.clip(state.usual_income_yuan[who] / (members * mean), 0.15, 4)
    return steady.exp(given("health_cost_income_elasticity") * steady.log(relative))


def course_of_illness(state: State, given: Assumptions, rolls: np.ndarray) -> None:
    """Who recovers from a serious illness (chronically ill, some disabled), who becomes chronic?

    The same rolls serve both: nobody is seriously ill and well at once.
    """
    ill = (state.health == SERIOUS).ravel()
    well = (state.health == WELL).ravel()
    months = state.ill_months.ravel()
    months += ill & (months < _LONGEST_ILL)
    may = ill & (months >= given("serious_earliest_recovery_months"))
    chance = given("serious_recovery_per_month")
    over, left = struck(rolls, ceiling=chance, hazard=lambda at: chance * may[at])
    state.health.ravel()[over] = CHRONIC
    state.disabled.ravel()[over] |= left < given("disability_after_serious_illness_share")
    by_age, age = _by_age(given, "chronic_onset_per_year"), state.age_years.ravel()
    new, left = struck(
        rolls, ceiling=float(by_age.max()), hazard=lambda at: by_age[age[at]] * well[at]
    )
    state.health.ravel()[new] = CHRONIC
    state.disabled.ravel()[new] |= left < given("disability_with_chronic_share")


def deaths(state: State, given: Assumptions, rolls: np.ndarray) -> np.ndarray:
    """Who dies this month? The households' positions, one per death."""
    by_age = _by_age(given, "deaths_per_year")
    old = (np.arange(128) >= 75) * given("death_very_old_extra_per_month")
    by_age = by_age + old.astype(np.float32)
    serious = given("death_serious_per_month")
    age, health, present = state.age_years.ravel(), state.health.ravel(), state.present.ravel()
    died, _ = struck(
        rolls,
        ceiling=float(by_age.max() + serious),
        hazard=lambda at: (by_age[age[at]] + serious * (health[at] == SERIOUS)) * present[at],
    )
    slot, who = np.divmod(died, state.n_households)
    depart(state, slot, who)
    state.health[slot, who] = WELL
    return who


def stay_rate(given: Assumptions) -> np.ndarray:
    """Chance a month of an inpatient stay, by insurance × age band × health; float32 (3, 3, 3)."""
    yearly = given.by("inpatient_rate", ("uninsured", "resident", "employee"))
    age = given.by("stay_multiple", AGES)
    health = np.array(
        [
            given("stay_multiple_well"),
            given("stay_multiple_chronic"),
            given("stay_multiple_serious"),
        ]
    )
    return (yearly[:, None, None] / 12 * age[None, :, None] * health).astype(np.float32)


def hospital(state: State, given: Assumptions, rolls: np.ndarray) -> Bills:
    """Who is taken to hospital, and what does the stay leave to pay?

    Returns the households' positions (one per stay), the cost of each stay and what of it is
    paid out of pocket.
    Stays of the seriously ill are paid for in the course of their illness.
    """
    rate = stay_rate(given)
    age, health = state.age_years.ravel(), state.health.ravel()
    cover, present = state.insurance.ravel(), state.present.ravel()
    taken, left = struck(
        rolls,
        ceiling=float(rate.max()),
        hazard=lambda at: rate[cover[at], _AGE_BAND[age[at]], health[at]] * present[at],
    )
    who = taken % state.n_households
    mean = np.array([
        given("stay_cost_resident_yuan"), given("stay_cost_resident_yuan"),
        given("stay_cost_employee_yuan"),
    ])  # fmt: skip
    sd = given("stay_cost_log_sd")
    cost = mean[cover[taken]] * steady.exp(sd * normal(left) - sd**2 / 2)
    cost *= _affordable(state, given, who) * (health[taken] != SERIOUS)
    return who, cost, cost * own_share(given)[cover[taken]]


def own_share(given: Assumptions) -> np.ndarray:
    """Which share of an inpatient's cost is left to the patient, by insurance? (3,)."""
    paid = np.array([0.0, *given.by("reimbursed_share", INSURANCES[1:])])
    return 1 - paid


def illness_cost_yuan(state: State, given: Assumptions) -> Bills:
    """What do serious illnesses leave to pay this month?

    Returns the households' positions (one per patient), the cost and the yuan out of pocket:
    the first month's cost fading month by month, never below the upkeep of a lasting illness.
    """
    slot, who = np.nonzero((state.health == SERIOUS) & state.present)
    fading = steady.powers(1 - given("serious_illness_cost_decay_per_month"), _LONGEST_ILL)
    cost = state.ill_cost_yuan[slot, who] * fading.take(state.ill_months[slot, who])
    cost = np.maximum(cost, given("serious_upkeep_yuan"))
    outside = given("serious_illness_out_of_scope_share")
    left = outside + (1 - outside) * own_share(given)[state.insurance[slot, who]]
    return who, cost, cost * left


def everyday_cost_yuan(state: State, given: Assumptions) -> np.ndarray:
    """What do the chemist's and the doctor's bills of everyday leave to pay? Yuan, (n,)."""
    each = given("outpatient_cost_per_person_yuan")
    chronic = given("chronic_cost_per_elder_yuan")
    ailing = (state.health == CHRONIC) | (state.age_years >= 60)
    ailing &= state.present
    return state.members() * np.float32(each) + ailing.sum(axis=0, dtype=np.int8) * np.float32(
        chronic
    )


def bills(state: State, given: Assumptions, rolls: np.ndarray) -> tuple[np.ndarray, ...]:
    """What do stays, illness and everyday ailments come to this month?

    Returns three arrays (n,): whole yuan before reimbursement, out of pocket, and the number
    of stays in hospital. Everyday bills are those that no scheme pays; their cost before
    reimbursement is taken as `everyday_cost_multiple` times as high.
    """
    n = state.n_households
    taken, stay_cost, stay_left = hospital(state, given, rolls)
    patients, illness, illness_left = illness_cost_yuan(state, given)
    everyday = everyday_cost_yuan(state, given)
    who = np.concatenate([taken, patients])
    cost = np.bincount(who, weights=np.concatenate([stay_cost, illness]), minlength=n)
    left = np.bincount(who, weights=np.concatenate([stay_left, illness_left]), minlength=n)
    return (
        np.rint(cost + everyday * given("everyday_cost_multiple")).astype(np.float32),
        np.rint(left + everyday).astype(np.float32),
        np.bincount(taken, minlength=n).astype(np.int8),
    )
