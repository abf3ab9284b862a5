"""Who lives together: birthdays, births, marriages, children who leave, retirement, moving away."""

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CHILDREN,
    FORMAL,
    HEAD,
    N_EARNING,
    N_SLOTS,
    N_WORKERS,
    NO_INDUSTRY,
    NO_WORK,
    RETIRED,
    SPOUSE,
    UNEMPLOYED,
    UNINSURED,
    WELL,
)
from hardship_model.data.population.luck import Luck, again, normal, struck
from hardship_model.data.population.start import draw_tracks
from hardship_model.data.population.state import State, leaves_at
from hardship_model.data.population.work import draw_forms, draw_insurance


def birthdays(state: State, luck: Luck) -> np.ndarray:
    """Whose birthday is it this month? Everybody of these is a year older; shape (6, n)."""
    today = state.birth_month_of_year == np.int8(luck.month % 12)
    state.age_years += today
    np.minimum(state.age_years, 110, out=state.age_years)
    return today


def leave_school(state: State, given: Assumptions, luck: Luck, today: np.ndarray) -> None:
    """Which children finish learning on this birthday and look for work?"""
    finish = np.maximum(leaves_at(state.track), 16)
    due = today[CHILDREN] & state.present[CHILDREN] & (state.age_years[CHILDREN] == finish)
    gain = np.array([given(f"skill_of_{level}") for level in ("junior", "senior", "university")])
    for child, slot in enumerate(range(CHILDREN.start, CHILDREN.stop)):
        who = np.flatnonzero(due[child])
        roll = luck.roll("first job", slot)[who]
        learnt = gain[state.track[child, who]]
        skill = 0.5 * state.centre[HEAD, who] + learnt + 0.3 * normal(again(roll, 1))
        state.centre[slot, who] = skill
        state.permanent[slot, who] = skill - given("first_wage_discount")
        state.usual_form[slot, who] = draw_forms(roll, skill / given("skill_log_sd"), given)
        state.form[slot, who] = UNEMPLOYED
        state.industry[slot, who] = NO_INDUSTRY
        state.idle_months[slot, who] = state.benefit_months[slot, who] = 0


def retire(state: State, given: Assumptions, today: np.ndarray) -> None:
    """Who stops working for age on this birthday, and with which pension?

    Formal workers draw an employee's pension at the legal age; the others go on for five more
    years and then have the small pension of the resident scheme.
    """
    for slot, age in (
        (HEAD, given("retirement_age_head")),
        (SPOUSE, given("retirement_age_spouse")),
    ):
        years = state.age_years[slot]
        formal = (state.usual_form[slot] == FORMAL) & (state.form[slot] != NO_WORK)
        due = today[slot] & state.present[slot] & np.where(formal, years == age, years == age + 5)
        who = np.flatnonzero(due)
        level = given("pension_employee_share") * steady.exp(0.5 * state.permanent[slot, who])
        share = np.where(formal[who], level, given("pension_resident_share"))
        state.pension[slot, who] = share
        state.form[slot, who] = RETIRED
        state.industry[slot, who] = NO_INDUSTRY
        state.benefit_months[slot, who] = 0


def births(state: State, given: Assumptions, luck: Luck) -> np.ndarray:
    """In which households is a child born? Positions, one per birth."""
    chance = given.monthly("births_per_year") * given("birth_couple_multiple")
    born, left = struck(
        luck.roll("a child is born"), ceiling=chance, hazard=lambda at: np.full(len(at), chance)
    )
    age = state.age_years[SPOUSE, born]
    free = ~state.present[CHILDREN][:, born]
    possible = (
        state.alive[born]
        & state.present[SPOUSE, born]
        & (age >= 20)
        & (age <= 42)
        & free.any(axis=0)
    )
    born, left, slot = born[possible], left[possible], 2 + (~free[0, possible]).astype(int)
    state.track[slot - 2, born] = draw_tracks(left, given)
    _arrive(state, slot, born, age_years=0, month=luck.month)
    state.insurance[slot, born] = draw_insurance(
        again(left, 1), np.full(len(born), NO_WORK, dtype=np.int8), given
    )
    return born


def _arrive(
    state: State,
    slot: np.ndarray | int,
    who: np.ndarray,
    *,
    age_years: np.ndarray | int,
    month: int,
) -> None:
    """A person moves into a free slot, with nothing of whoever held it before."""
    state.present[slot, who] = True
    state.age_years[slot, who] = age_years
    state.birth_month_of_year[slot, who] = month % 12
    state.health[slot, who] = WELL
    state.disabled[slot, who] = False
    state.ill_months[slot, who] = 0
    state.pension[slot, who] = 0
    state.form[slot, who] = NO_WORK
    state.industry[slot, who] = NO_INDUSTRY
    state.idle_months[slot, who] = state.benefit_months[slot, who] = 0


def marriages(state: State, given: Assumptions, luck: Luck) -> None:
    """Which single heads marry? The spouse moves in, with work of their own."""
    chance = given.monthly("marriage_per_year_single")
    wed, left = struck(
        luck.roll("marries"), ceiling=chance, hazard=lambda at: np.full(len(at), chance)
    )
    single = state.alive[wed] & state.present[HEAD, wed] & ~state.present[SPOUSE, wed]
    single &= state.age_years[HEAD, wed] < 45
    wed, left = wed[single], left[single]
    _arrive(state, SPOUSE, wed, age_years=state.age_years[HEAD, wed] - 2, month=luck.month)
    skill = 0.6 * state.centre[HEAD, wed] + given("skill_log_sd") * 0.7 * normal(again(left, 1))
    state.centre[SPOUSE, wed] = state.permanent[SPOUSE, wed] = skill
    form = draw_forms(left, skill / given("skill_log_sd"), given)
    state.usual_form[SPOUSE, wed] = form
    works = again(left, 2) < given("spouse_works_share")
    # Whoever moves in for work begins by looking for it.
    state.form[SPOUSE, wed] = np.where(works, UNEMPLOYED, NO_WORK)
    state.insurance[SPOUSE, wed] = draw_insurance(again(left, 2), form, given)


def leave_home(state: State, given: Assumptions, luck: Luck) -> tuple[np.ndarray, np.ndarray]:
    """Which grown children begin a household of their own, elsewhere?

    Returns the households' positions and the share of savings that each child takes along.
    """
    chance = given.monthly("child_leaves_per_year")
    slots = range(CHILDREN.start, CHILDREN.stop)
    gone, _ = struck(
        luck.rolls("leaves home", slots), ceiling=chance,
        hazard=lambda at: np.full(len(at), chance),
    )  # fmt: skip
    child, who = np.divmod(gone, state.n_households)
    age = state.age_years[2 + child, who]
    grown = state.present[2 + child, who] & (
        age >= np.maximum(leaves_at(state.track[child, who]), 18)
    )
    depart(state, 2 + child[grown], who[grown])
    return who[grown], np.full(int(grown.sum()), given("leaving_gift_share"))


def depart(state: State, slot: np.ndarray, who: np.ndarray) -> None:
    """These members are no longer there: neither work nor pension remains."""
    state.present[slot, who] = False
    state.pension[slot, who] = 0
    state.insurance[slot, who] = UNINSURED
    working = slot < N_WORKERS
    state.form[slot[working], who[working]] = NO_WORK
    state.industry[slot[working], who[working]] = NO_INDUSTRY
    state.benefit_months[slot[working], who[working]] = 0


def move_away(state: State, given: Assumptions, luck: Luck) -> None:
    """Which households leave the town for good, or have no grown member left?"""
    local = given.monthly("moves_away_per_year_local")
    migrant = given.monthly("moves_away_per_year_migrant")
    gone, _ = struck(
        luck.roll("moves away"),
        ceiling=max(local, migrant),
        hazard=lambda at: np.where(state.migrant[at], migrant, local),
    )
    state.alive[gone] = False
    grown = np.zeros(state.n_households, dtype=bool)
    for slot in range(N_SLOTS):
        grown |= state.present[slot] & (state.age_years[slot] >= 18)
    state.alive &= grown


def main_earner(state: State) -> np.ndarray:
    """Which slot's work is the household's? The first in the labour force, else the head; (n,)."""
    slot = np.zeros(state.n_households, dtype=np.int8)
    for later in range(N_WORKERS - 1, -1, -1):
        slot[state.form[later] <= N_EARNING] = later
    return slot
