"""Where each household stands this month: its latent state, and what brought it there."""

import numpy as np

from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CHILDREN,
    CHRONIC,
    ILLNESS,
    JOB_LOSS,
    OTHER,
    SCHOOLING,
    UNEMPLOYED,
    UNINSURED,
)
from hardship_model.data.population.money import recent_income_yuan
from hardship_model.data.population.state import SENIOR_FROM, State
from hardship_model.rules import (
    AtRiskRule,
    LatentRule,
    assets_test,
    at_risk_signs,
    in_hardship,
    latent_state,
)


def assess(
    state: State, given: Assumptions, *, rule: LatentRule, month: int, lost_job: np.ndarray
) -> None:
    """In which latent state is each household, and why did its spell begin?

    `rules.latent_state` decides. The cause is found once, when a spell begins, and kept until
    the next begins.
    """
    was = in_hardship(state.latent)
    now = latent_state(
        income_yuan=state.trailing("income"),
        rigid_yuan=state.trailing("rigid"),
        event_loss_yuan=state.trailing("event_loss"),
        members=state.members(),
        dibao_yuan=given.by_place("urban_dibao_yuan").take(state.place),
        assets_pass=passes_assets_test(state, month),
        recognised_cause=recognised_cause(state, given),
        at_risk_sign=risk_signs(state, given, month=month, lost_job=lost_job),
        savings_yuan=state.savings_yuan,
        was_in_hardship=was,
        rule=rule,
    )
    begins = np.flatnonzero(in_hardship(now) & ~was)
    state.cause[begins] = causes(state, given, begins)
    state.was_in_hardship, state.latent = was, now


def passes_assets_test(state: State, month: int) -> np.ndarray:
    """Which households own too little to be shut out? Nobody's child is at an elite school."""
    return assets_test(
        homes=state.homes,
        owns_firm=state.owns_business,
        elite_school=np.zeros(state.n_households, dtype=bool),
        month=month,
    )


def recognised_cause(state: State, given: Assumptions) -> np.ndarray:
    """Who has a cause that the rules name: illness, disability, schooling, lost work, an event?"""
    oop = state.trailing("oop") >= state.trailing("income") * np.float32(
        given("recognised_oop_share")
    )
    ailing = ((state.health > CHRONIC) | state.disabled) & state.present
    beyond = state.learning() & (state.age_years[CHILDREN] >= SENIOR_FROM)
    workless = state.form == UNEMPLOYED
    return (
        oop
        | ailing.any(axis=0)
        | beyond.any(axis=0)
        | workless.any(axis=0)
        | (state.trailing("event_loss") > 0)
    )


def risk_signs(state: State, given: Assumptions, *, month: int, lost_job: np.ndarray) -> np.ndarray:
    """Which households show a sign of risk? The year before is read from nine of its months."""
    recent = recent_income_yuan(state, month=month)
    earner_lost_job = np.zeros(state.n_households, dtype=bool)
    earner_lost_job[lost_job % state.n_households] = True
    uncovered = (state.form == UNEMPLOYED) & (state.insurance[:4] == UNINSURED)
    gap = np.where(uncovered, state.idle_months, 0).max(axis=0)
    return at_risk_signs(
        income3_yuan=recent,
        prior12_yuan=(state.trailing("income") - recent) * np.float32(12 / 9),
        oop12_yuan=state.trailing("oop"),
        income12_yuan=state.trailing("income"),
        earner_lost_job=earner_lost_job,
        insurance_gap_months=gap,
        new_severe_disability=np.zeros(state.n_households, dtype=bool),
        rule=given.card(AtRiskRule),
    )


def causes(state: State, given: Assumptions, who: np.ndarray) -> np.ndarray:
    """What brought these households into hardship? int8 codes of CAUSES, one per household.

    The largest of: medical cost and the income that a sick or disabled earner no longer
    brings; income lost otherwise; schooling; anything else (events, a low wage from the
    start). Something below `cause_smallest_share` of usual income is no cause.
    """
    usual = 12 * state.usual_income_yuan[who]
    lost = np.maximum(usual - state.trailing("income")[who], 0)
    workers = slice(0, 4)
    sick = (state.health[workers][:, who] > CHRONIC) | state.disabled[workers][:, who]
    ailing = (sick & state.present[workers][:, who]).any(axis=0)
    amounts = np.stack([
        state.trailing("oop")[who] + lost * ailing,
        lost * ~ailing,
        state.trailing("schooling")[who],
        np.maximum(state.trailing("event_loss")[who], usual * given("cause_smallest_share")),
    ])  # fmt: skip
    codes = np.array([ILLNESS, JOB_LOSS, SCHOOLING, OTHER], dtype=np.int8)
    return codes[amounts.argmax(axis=0)]
