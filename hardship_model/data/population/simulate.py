"""One month after the other: the verbs in their order, and what is written down of each month."""

from collections.abc import Iterator

import numpy as np

from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    UNEMPLOYED,
)
from hardship_model.data.population.config import Config
from hardship_model.data.population.health import (
    course_of_illness,
    deaths,
    everyday_cost_yuan,
    fall_seriously_ill,
    hospital,
    illness_cost_yuan,
)
from hardship_model.data.population.luck import Luck
from hardship_model.data.population.makeup import (
    birthdays,
    births,
    leave_home,
    leave_school,
    main_earner,
    marriages,
    move_away,
    retire,
)
from hardship_model.data.population.money import (
    Flows,
    dibao,
    earners,
    events,
    give_along,
    other_rigid_yuan,
    remember,
    school_cost_yuan,
    spend,
)
from hardship_model.data.population.standing import assess
from hardship_model.data.population.start import begin
from hardship_model.data.population.state import State
from hardship_model.data.population.work import (
    benefits_yuan,
    change_jobs,
    find_work,
    lapse_insurance,
    lose_jobs,
    pensions_yuan,
    shift_wages,
    wages_yuan,
)
from hardship_model.randomness import Dice
from hardship_model.rules import LatentRule


def lives(config: Config) -> Iterator[tuple[int, State, Flows]]:
    """The town month after month, from the first on: the month, the state at its end, its flows.

    The state is the same object each time, changed in place.
    """
    dice = config.dice()
    state = begin(_given(config, config.first_month), Luck(dice=dice, month=config.first_month - 1))
    for month in range(config.first_month, config.last_month + 1):
        yield month, state, step(state, config, dice=dice, month=month)


def _given(config: Config, month: int) -> Assumptions:
    return Assumptions(month=month, scaled=config.scaled)


def step(state: State, config: Config, *, dice: Dice, month: int) -> Flows:
    """The town moves on by one month, in place; returns what the month brought and took."""
    given, luck = _given(config, month), Luck(dice=dice, month=month)
    leavers, share = live_together(state, given, luck)
    lost_job = work(state, given, luck)
    flows = pay(state, given, luck)
    spend(state, given, flows)
    give_along(flows, state, leavers, share)
    if month == config.first_month:
        state.usual_income_yuan[:] = flows.income
    remember(state, given, flows, month=month)
    if month - config.first_month >= 11:
        rule = config.rule or LatentRule.at(month)
        assess(state, given, rule=rule, month=month, lost_job=lost_job)
    return flows


def live_together(state: State, given: Assumptions, luck: Luck) -> tuple[np.ndarray, np.ndarray]:
    """Births, birthdays, marriages, departures; who leaves home with which share of savings."""
    today = birthdays(state, luck)
    leave_school(state, given, luck, today)
    retire(state, given, today)
    births(state, given, luck)
    marriages(state, given, luck)
    leavers, share = leave_home(state, given, luck)
    move_away(state, given, luck)
    return leavers, share


def work(state: State, given: Assumptions, luck: Luck) -> np.ndarray:
    """Jobs are found, changed and lost, wages move; flat positions of those who lost theirs."""
    find_work(state, given, luck)
    change_jobs(state, given, luck)
    lost_job = lose_jobs(state, given, luck)
    lapse_insurance(state, given, luck)
    shift_wages(state, given, luck)
    return lost_job


def pay(state: State, given: Assumptions, luck: Luck) -> Flows:
    """What comes in and what must be paid this month; consumption is decided afterwards."""
    n = state.n_households
    fall_seriously_ill(state, given, luck)
    course_of_illness(state, given, luck)
    taken, stay_cost = hospital(state, given, luck)
    patients, illness_cost = illness_cost_yuan(state, given)
    oop = everyday_cost_yuan(state, given)
    oop += np.bincount(taken, weights=stay_cost, minlength=n).astype(np.float32)
    oop += np.bincount(patients, weights=illness_cost, minlength=n).astype(np.float32)
    oop = np.rint(oop)
    wages = wages_yuan(state, given)
    schooling = school_cost_yuan(state, given)
    loss = events(state, given, luck)
    dead = deaths(state, given, luck)
    loss += np.bincount(dead, minlength=n).astype(np.float32) * np.rint(given("funeral_cost_yuan"))
    paid = dibao(state, given, luck)
    income = wages.sum(axis=0) + benefits_yuan(state, given) + pensions_yuan(state, given) + paid
    return Flows(
        income=income,
        dibao_paid=paid,
        oop=oop,
        schooling=schooling,
        rigid=oop + schooling + other_rigid_yuan(state, given, wages),
        event_loss=loss,
        consumption=np.zeros(n, dtype=np.float32),
        stays=np.bincount(taken, minlength=n).astype(np.int8),
    )


def observe(state: State, flows: Flows) -> dict[str, np.ndarray]:
    """What is true of each household at the end of this month? One array (n,) per column."""
    main = main_earner(state)
    at = np.arange(state.n_households)
    age, present = state.age_years, state.present
    unemployed = (state.form == UNEMPLOYED).sum(axis=0, dtype=np.int8)
    working = earners(state)
    return {
        "members": state.members(),
        "earners": working,
        "children": (present & (age < 18)).sum(axis=0, dtype=np.int8),
        "elders": (present & (age >= 60)).sum(axis=0, dtype=np.int8),
        "disabled": (present & state.disabled).sum(axis=0, dtype=np.int8),
        "students": state.learning().sum(axis=0, dtype=np.int8),
        "employment_form": state.form[main, at],
        "industry": state.industry[main, at],
        "union_member": state.union,
        "insurance": state.insurance[main, at],
        "income_yuan": flows.income,
        "consumption_yuan": flows.consumption,
        "oop_yuan": flows.oop,
        "schooling_yuan": flows.schooling,
        "rigid_yuan": flows.rigid,
        "event_loss_yuan": flows.event_loss,
        "savings_yuan": state.savings_yuan,
        "debt_yuan": state.debt_yuan,
        "aid_yuan": state.aid_yuan,
        "income12_yuan": state.trailing("income"),
        "rigid12_yuan": state.trailing("rigid"),
        "event_loss12_yuan": state.trailing("event_loss"),
        "unemployed_members": unemployed,
        "labour_force_members": working + unemployed,
        "inpatient_stays": flows.stays,
        "dibao": state.on_dibao,
        "state": state.latent,
        "cause": state.cause,
        "alive": state.alive,
    }
