"""How every household begins: each from its own luck, so that a larger town adds, never changes."""

import numpy as np
from scipy.special import ndtr

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CHILDREN,
    CHRONIC,
    COUNTIES_PER_CITY,
    ELDERS,
    EMPLOYEE,
    FORMAL,
    FORMS,
    HEAD,
    N_CITIES,
    N_EARNING,
    N_SLOTS,
    N_WORKERS,
    NO_INDUSTRY,
    NO_WORK,
    RESIDENT,
    SERIOUS,
    SPOUSE,
    UNEMPLOYED,
)
from hardship_model.data.population.luck import Luck, normal, pick
from hardship_model.data.population.state import State, empty, leaves_at
from hardship_model.data.population.wages import wage_level_yuan
from hardship_model.data.population.work import (
    draw_forms,
    draw_industries,
    draw_insurance,
)
from hardship_model.rules import STATES

_ALL = range(N_SLOTS)


def begin(given: Assumptions, luck: Luck) -> State:
    """The town at the end of the month before the first: who lives there, and how?"""
    state = State(**empty(luck.dice.n_households))
    state.alive[:] = True
    state.latent[:] = STATES.index("ordinary")
    state.since_exit_months[:] = -1
    settle(state, given, luck)
    people(state, given, luck)
    schooling_and_health(state, given, luck)
    employ(state, given, luck)
    furnish(state, given, luck)
    return state


def settle(state: State, given: Assumptions, luck: Luck) -> None:
    """Where does each household live, and does it come from the country?"""
    state.place[:] = luck.roll("starts: place") >= given("town_share_guangxi")
    for place, n_cities in enumerate(N_CITIES):
        here = state.place == place
        size = 1.0 / np.arange(2, n_cities + 2)
        rank = pick(luck.roll("starts: city")[here], size / size.sum())
        state.city[here] = rank + sum(N_CITIES[:place])
        level = np.linspace(1.0, -1.0, n_cities) * given("city_wage_spread")
        # Larger cities pay more; centred on the mean of the place's households.
        state.city_level[here] = (1 + level - (size / size.sum()) @ level)[rank]
    inside = (luck.roll("starts: county") * COUNTIES_PER_CITY).astype(np.int16)
    state.county[:] = state.city.astype(np.int16) * COUNTIES_PER_CITY + inside
    state.migrant[:] = luck.roll("starts: migrant") < given("migrant_worker_share")


def people(state: State, given: Assumptions, luck: Luck) -> None:
    """Who lives in each household, and how old are they?"""
    age = luck.rolls("starts: age", _ALL)
    here = luck.rolls("starts: is there", _ALL)
    head = given("start_head_youngest") + given("start_head_age_range") * age[HEAD]
    grown = np.clip((head - 24) / 8, 0.35, 1.0)
    state.age_years[HEAD] = head
    state.present[HEAD] = True
    state.age_years[SPOUSE] = np.clip(head - 4 * age[SPOUSE], 20, 62)
    state.present[SPOUSE] = here[SPOUSE] < given("start_spouse_share") * grown
    first_at = 24 + 9 * age[2]
    for slot, after, share in (
        (2, 0.0, "start_first_child_share"),
        (3, 4.0, "start_second_child_share"),
    ):
        years = head - first_at - after
        at_home = steady.exp(-given("child_leaves_per_year") * np.maximum(years - 20, 0))
        state.age_years[slot] = np.clip(years, 0, 40)
        state.present[slot] = (years >= 0) & (here[slot] < given(share) * at_home)
    state.present[3] &= state.present[2] | (head > 45)
    for slot, share in ((4, "start_elder_share"), (5, "start_second_elder_share")):
        years = head + 22 + 8 * age[slot]
        state.age_years[slot] = np.clip(years, 0, 88)
        state.present[slot] = (years >= 55) & (years < 88) & (here[slot] < given(share))
    state.present[5] &= state.present[4]
    state.present[SPOUSE] &= ~state.migrant | (here[SPOUSE] < 0.8 * given("start_spouse_share"))
    state.birth_month_of_year[:] = luck.rolls("starts: birthday", _ALL) * 12


def schooling_and_health(state: State, given: Assumptions, luck: Luck) -> None:
    """How far will each child learn, and who is ill or disabled already?"""
    for child in range(2):
        state.track[child] = draw_tracks(luck.roll("starts: track", CHILDREN.start + child), given)
    old = state.age_years >= 60
    chronic = np.where(
        old, given("chronic_share_elder"), given("chronic_share_adult") * (state.age_years / 40.0)
    )
    state.health[:] = np.where(luck.rolls("starts: chronic", _ALL) < chronic, CHRONIC, 0)
    yearly = np.where(
        old, given("serious_illness_per_year_elder"), given("serious_illness_per_year_adult")
    )
    roll = luck.rolls("starts: serious", _ALL)
    ill = roll < yearly * 1.5
    state.health[ill] = SERIOUS
    state.ill_months[ill] = (roll / (yearly * 1.5))[ill] * 18
    state.ill_cost_yuan[ill] = given("serious_illness_cost_yuan") * given(
        "serious_illness_cost_decay_per_month"
    )
    disabled = np.where(old, given("disabled_share_elder"), given("disabled_share_adult"))
    state.disabled[:] = luck.rolls("starts: disabled", _ALL) < disabled


def draw_tracks(rolls: np.ndarray, given: Assumptions) -> np.ndarray:
    """Where will these children stop learning? int8 codes LEAVES_…"""
    junior, senior = given("leaves_after_junior_share"), given("leaves_after_senior_share")
    return pick(rolls, np.array([junior, senior, 1 - junior - senior]))


def employ(state: State, given: Assumptions, luck: Luck) -> None:
    """Who works, in which form and industry, how well paid, and who draws a pension?"""
    workers = range(N_WORKERS)
    shared = normal(luck.roll("starts: household skill"))
    own = luck.normals("starts: skill", workers)
    together = given("skill_shared_share")
    skill = np.sqrt(together) * shared + np.sqrt(1 - together) * own
    state.centre[:] = skill * given("skill_log_sd") - given("migrant_wage_gap") * state.migrant
    spread = np.sqrt(
        given("permanent_income_variance") / (1 - given("permanent_income_persistence") ** 2)
    )
    state.permanent[:] = state.centre + spread * luck.normals("starts: permanent", workers)
    state.transitory[:] = luck.normals("starts: transitory", workers)
    state.usual_form[:] = draw_forms(luck.rolls("starts: form", workers), skill, given)
    state.industry[:] = draw_industries(
        luck.rolls("starts: industry", workers), state.usual_form, given
    )
    idle = luck.rolls("starts: without work", workers)
    state.form[:] = np.where(idle < given("urban_unemployment_rate"), UNEMPLOYED, state.usual_form)
    state.idle_months[:] = np.where(state.form == UNEMPLOYED, idle * 12 / 0.06, 0)
    at_home = luck.roll("starts: at home") >= given("spouse_works_share")
    state.form[SPOUSE, at_home] = NO_WORK
    _leave_out(state, given)
    _insure(state, given, luck)
    _grant_pensions(state, given, luck, skill)
    formal = (state.form == FORMAL).any(axis=0)
    platform = ((state.form > 1) & (state.form < N_EARNING)).any(axis=0)
    share = np.where(formal, given("union_share_formal"), given("union_share_flexible"))
    share = np.where(platform & ~formal, given("union_share_platform"), share)
    state.union[:] = luck.roll("starts: union") < share


def _leave_out(state: State, given: Assumptions) -> None:
    """Children at school, absent and disabled members do not work; the old are retired later."""
    child_age = state.age_years[CHILDREN]
    young = (child_age < 16) | (child_age < leaves_at(state.track))
    state.form[CHILDREN][young] = NO_WORK
    state.form[~state.present[:N_WORKERS]] = NO_WORK
    none = state.form == NO_WORK
    state.industry[none] = NO_INDUSTRY


def _insure(state: State, given: Assumptions, luck: Luck) -> None:
    forms = np.full(state.present.shape, FORMS.index("none"), dtype=np.int8)
    forms[:N_WORKERS] = state.form
    state.insurance[:] = draw_insurance(luck.rolls("starts: insurance", _ALL), forms, given)


def _grant_pensions(state: State, given: Assumptions, luck: Luck, skill: np.ndarray) -> None:
    """Elders draw an employee's pension or the small one of the resident scheme."""
    from_work = given("elder_employee_pension_share") * np.where(state.migrant, 0.35, 1.0)
    rolls = luck.rolls("starts: pension", range(ELDERS.start, ELDERS.stop))
    # The children of better paid parents are better paid themselves.
    rank = ndtr(0.6 * skill[HEAD] + 0.8 * normal(rolls))
    employee = rank > 1 - from_work
    level = given("pension_employee_share") * steady.exp(0.2 * skill[HEAD])
    pension = np.where(employee, level, given("pension_resident_share"))
    drawing = state.present[ELDERS] & (state.age_years[ELDERS] >= 58)
    state.pension[ELDERS] = np.where(drawing, pension, 0)
    state.insurance[ELDERS] = np.where(
        employee, EMPLOYEE, np.minimum(state.insurance[ELDERS], RESIDENT)
    )


def furnish(state: State, given: Assumptions, luck: Luck) -> None:
    """What does each household own and owe? Whole yuan."""
    standing = state.permanent[HEAD] - given("skill_log_sd") ** 2 / 2
    rank = ndtr(1.2 * standing + 0.8 * normal(luck.roll("starts: homes")))
    renting = np.where(state.migrant, given("renter_share_migrant"), given("renter_share_local"))
    two = np.where(state.migrant, 0.4, 1.0) * given("two_homes_share")
    state.homes[:] = 1 + (rank > 1 - two) - (rank < renting)
    state.owns_business[:] = luck.roll("starts: business") < given("owns_business_share")
    level = wage_level_yuan(state, given) * steady.exp(standing)
    months = given("start_savings_months") * steady.exp(
        given("start_savings_log_sd") * normal(luck.roll("starts: savings"))
    )
    state.savings_yuan[:] = np.rint(np.minimum(level * months, 3e6))
    owes = luck.roll("starts: debt")
    indebted = owes < given("start_indebted_share")
    state.debt_yuan[:] = np.rint(indebted * level * 8 * owes / given("start_indebted_share"))
