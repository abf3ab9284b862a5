"""One month after the other: the verbs in their order, and what is written down of each month."""

from collections.abc import Iterator

import numpy as np

from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    FORMAL,
    N_SLOTS,
    UNEMPLOYED,
)
from hardship_model.data.population.config import Config
from hardship_model.data.population.health import (
    bills,
    course_of_illness,
    deaths,
    fall_seriously_ill,
)
from hardship_model.data.population.luck import Luck, other_end
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
from hardship_model.data.population.register import keep_register
from hardship_model.data.population.standing import assess
from hardship_model.data.population.start import begin
from hardship_model.data.population.state import State
from hardship_model.data.population.wages import (
    benefits_yuan,
    pensions_yuan,
    shift_wages,
    wages_yuan,
)
from hardship_model.data.population.work import lapse_insurance, turns_of_work
from hardship_model.randomness import Dice
from hardship_model.rules import LatentRule

_MEMBERS = range(N_SLOTS)


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
        rule = config.rule or given.card(LatentRule)
        assess(state, given, rule=rule, month=month, lost_job=lost_job)
        keep_register(state, given, luck, flows, policy=config.policy, latent=rule)
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
    """Jobs are lost, changed and found, wages move; flat positions of those who lost theirs."""
    lost_job = turns_of_work(state, given, luck)
    lapse_insurance(state, given, luck)
    shift_wages(state, given, luck)
    return lost_job


def pay(state: State, given: Assumptions, luck: Luck) -> Flows:
    """What comes in and what must be paid this month; living is decided afterwards."""
    life, ailment = luck.rolls("life", _MEMBERS), luck.rolls("ailment", _MEMBERS)
    dead = deaths(state, given, life)
    fall_seriously_ill(state, given, other_end(life))
    course_of_illness(state, given, other_end(ailment))
    medical, oop, stays = bills(state, given, ailment)
    wages = wages_yuan(state, given)
    formal_wages = (wages * (state.form == FORMAL)).sum(axis=0)
    all_wages = wages.sum(axis=0)
    schooling = school_cost_yuan(state, given)
    dibao_paid = dibao(state, given, luck)
    claims, benefits = benefits_yuan(state, given)
    return Flows(
        income=all_wages + benefits + pensions_yuan(state, given) + dibao_paid,
        formal_wages=formal_wages,
        other_wages=all_wages - formal_wages,
        dibao_paid=dibao_paid,
        medical=medical,
        oop=oop,
        schooling=schooling,
        rigid=oop + schooling + other_rigid_yuan(state, given, all_wages),
        event_loss=events(state, given, luck) + bury(state, given, dead),
        living=np.zeros(state.n_households, dtype=np.float32),
        stays=stays,
        claims=claims,
    )


def bury(state: State, given: Assumptions, dead: np.ndarray) -> np.ndarray:
    """What do this month's funerals cost? Whole yuan, (n,); `dead` names a household per death."""
    funerals = np.bincount(dead, minlength=state.n_households)
    return (funerals * np.rint(given("funeral_cost_yuan"))).astype(np.float32)


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
        "formal_wages_yuan": flows.formal_wages,
        "other_wages_yuan": flows.other_wages,
        "consumption_yuan": flows.living,
        "medical_yuan": flows.medical,
        "oop_yuan": flows.oop,
        "schooling_yuan": flows.schooling,
        "rigid_yuan": flows.rigid,
        "event_loss_yuan": flows.event_loss,
        "savings_yuan": state.savings_yuan,
        "debt_yuan": state.debt_yuan,
        "assets_yuan": state.assets_yuan,
        "aid_yuan": state.aid_yuan,
        "income12_yuan": state.trailing("income"),
        "rigid12_yuan": state.trailing("rigid"),
        "event_loss12_yuan": state.trailing("event_loss"),
        "unemployed_members": unemployed,
        "labour_force_members": working + unemployed,
        "benefit_claims": flows.claims,
        "inpatient_stays": flows.stays,
        "dibao": state.on_dibao,
        "state": state.latent,
        "cause": state.cause,
        "registered": state.category,
        "alive": state.alive,
    }
