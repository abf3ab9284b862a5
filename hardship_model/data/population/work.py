"""Work: who loses it, who finds it again, in which form, and with which insurance."""

import math

import numpy as np
from scipy.special import ndtr, ndtri

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    EMPLOYEE,
    FLEXIBLE,
    FORMAL,
    FORMS,
    INDUSTRIES,
    N_EARNING,
    N_WORKERS,
    NO_INDUSTRY,
    RESIDENT,
    TRANSPORT,
    UNEMPLOYED,
    UNINSURED,
)
from hardship_model.data.population.luck import Luck, again, other_end, struck
from hardship_model.data.population.state import State

_WORKERS = range(N_WORKERS)
_EARNING = FORMS[:N_EARNING]


def draw_forms(
    rolls: np.ndarray, skill: np.ndarray, given: Assumptions, *, formal: float | None = None
) -> np.ndarray:
    """Which form of work do these people find, now? int8.

    The shares are those of the month, or `formal` and the rest in the month's proportions; the
    better skilled stand further front in the queue for formal work.
    """
    tilt = given("formal_skill_tilt")
    inner = np.clip(rolls.astype(np.float64), 1e-6, 1 - 1e-6)
    place_in_queue = ndtr(np.sqrt(1 - tilt**2) * ndtri(inner) - tilt * skill)
    shares = given.by("form_share", _EARNING).astype(np.float64)
    if formal is not None:
        shares = np.append(formal, shares[1:] / shares[1:].sum() * (1 - formal))
    bounds = np.cumsum(shares / shares.sum())[:-1]
    return np.searchsorted(bounds, place_in_queue, side="right").astype(np.int8)


def draw_industries(rolls: np.ndarray, form: np.ndarray, given: Assumptions) -> np.ndarray:
    """In which industry do these people work? int8; platform work is transport.

    Formal workers stand at the front for public posts, which no flexible worker holds.
    """
    shares = given.by("sector_share", INDUSTRIES[:-1]).astype(np.float64)
    # Platform work fills part of transport; the rest is shared out among the other forms.
    formal = shares / shares.sum()
    flexible = np.where(np.arange(len(shares)) == 0, 0, shares)
    bounds = np.stack([np.cumsum(formal), np.cumsum(flexible / flexible.sum())])[:, :-1]
    chosen = np.where(
        form == FORMAL,
        np.searchsorted(bounds[0], rolls, side="right"),
        np.searchsorted(bounds[1], rolls, side="right"),
    )
    return np.where(form > FLEXIBLE, TRANSPORT, chosen).astype(np.int8)


def insurance_shares(given: Assumptions) -> np.ndarray:
    """Of each form, how many are uninsured, in the resident, in the employee scheme? (9, 3)."""
    riders, platform = given("uninsured_share_riders"), given("uninsured_share_platform")
    others = given("uninsured_share_dependants")
    uninsured = np.array([
        given("uninsured_share_formal"), given("uninsured_share_flexible"),
        platform, platform, riders, riders, others, others, others,
    ])  # fmt: skip
    employee = np.zeros(len(FORMS))
    employee[FORMAL] = given("employee_scheme_share_formal")
    employee[FLEXIBLE] = given("employee_scheme_share_flexible")
    employee[FLEXIBLE + 1 : N_EARNING] = given("employee_scheme_share_platform")
    return np.stack([uninsured, 1 - uninsured - employee, employee], axis=1)


def draw_insurance(rolls: np.ndarray, form: np.ndarray, given: Assumptions) -> np.ndarray:
    """Which health insurance do people in these forms of work have? int8."""
    shares = insurance_shares(given).astype(np.float32)
    first = shares[:, UNINSURED].take(form)
    second = first + shares[:, RESIDENT].take(form)
    return ((rolls >= first).astype(np.int8) + (rolls >= second)).astype(np.int8)


def turns_of_work(state: State, given: Assumptions, luck: Luck) -> np.ndarray:
    """Who loses, changes or finds work this month? Flat positions of those who lose it.

    One roll per member decides; whoever loses work this month can find some from the next on.
    """
    rolls = luck.rolls("work", _WORKERS)
    seeking = (state.form == UNEMPLOYED).ravel()
    lost = lose_jobs(state, given, rolls)
    change_jobs(state, given, other_end(rolls))
    find_work(state, given, rolls, seeking)
    return lost


def lose_jobs(state: State, given: Assumptions, rolls: np.ndarray) -> np.ndarray:
    """Who loses work this month? Flat positions in the (4, n) arrays."""
    per_form = np.zeros(len(FORMS), dtype=np.float32)
    per_form[FORMAL] = given("job_loss_per_month_formal")
    per_form[FLEXIBLE] = given("job_loss_per_month_flexible")
    per_form[FLEXIBLE + 1 : N_EARNING] = given("job_loss_per_month_platform")
    industry = job_loss_by_industry(given)
    form, branch = state.form.ravel(), state.industry.ravel()
    lost, left = struck(
        rolls,
        ceiling=float(per_form.max() * industry.max()),
        hazard=lambda at: per_form[form[at]] * industry[branch[at]],
    )
    insured = (form[lost] == FORMAL) & (left < given("unemployment_insured_share"))
    state.benefit_months.ravel()[lost] = insured * np.int8(given("unemployment_benefit_months"))
    state.usual_form.ravel()[lost] = form[lost]
    state.form.ravel()[lost] = UNEMPLOYED
    state.idle_months.ravel()[lost] = 0
    return lost


def job_loss_by_industry(given: Assumptions) -> np.ndarray:
    """By how much does each industry raise the chance of losing work this month? float32 (9,).

    The month's general multiple, more where earnings fell more.
    """
    fallen = 1 - given.by("sector_income_multiple", INDUSTRIES[:-1])
    multiple = given("job_loss_shock_multiple") * (1 + given("job_loss_sector_tilt") * fallen)
    return np.append(multiple, 0).astype(np.float32)


def find_work(state: State, given: Assumptions, rolls: np.ndarray, seeking: np.ndarray) -> None:
    """Who of those `seeking` finds work again, in which form, and at what loss of wage?"""
    idle = state.idle_months.ravel()
    idle += seeking & (idle < 120)
    first, half_life = given("job_finding_per_month"), given("job_finding_half_life_months")
    fading = (first * steady.exp(-math.log(2) / half_life * np.arange(128))).astype(np.float32)
    fading /= np.float32(np.sqrt(given("job_loss_shock_multiple")))
    found, left = struck(rolls, ceiling=first, hazard=lambda at: fading[idle[at]] * seeking[at])
    was = state.usual_form.ravel()[found]
    take_up(state, given, found, left, was=was)
    kept = np.where(
        (was == FORMAL) & ~state.migrant[found % state.n_households],
        given("wage_after_displacement_formal"), given("wage_after_displacement_flexible"),
    )  # fmt: skip
    state.permanent.ravel()[found] += steady.log(kept).astype(np.float32)


def change_jobs(state: State, given: Assumptions, rolls: np.ndarray) -> None:
    """Who moves from one form of work to another without a break?"""
    per_form = np.zeros(len(FORMS), dtype=np.float32)
    per_form[FORMAL] = given.monthly("form_change_per_year_formal")
    per_form[FLEXIBLE:N_EARNING] = given.monthly("form_change_per_year_other")
    form = state.form.ravel()
    moved, left = struck(
        rolls,
        ceiling=float(per_form.max()),
        hazard=lambda at: per_form[form[at]],
    )
    take_up(state, given, moved, left, was=form[moved])


def take_up(
    state: State, given: Assumptions, who: np.ndarray, rolls: np.ndarray, *, was: np.ndarray
) -> None:
    """Those at the flat positions `who` begin a job: which, and with which insurance?

    Whoever worked formally, or has never worked, mostly finds formal work; others seldom do.
    """
    skill = (state.centre.ravel()[who] / given("skill_log_sd")).astype(np.float64)
    branch = state.industry.ravel()[who]
    new = np.where(
        was == FORMAL,
        draw_forms(rolls, skill, given, formal=given("formal_again_share")),
        draw_forms(rolls, skill, given, formal=given("formal_from_other_share")),
    ).astype(np.int8)
    elsewhere = (new != was) | (branch == NO_INDUSTRY)
    drawn = draw_industries(again(rolls, 2), new, given)
    state.industry.ravel()[who] = np.where(elsewhere, drawn, branch)
    state.form.ravel()[who] = state.usual_form.ravel()[who] = new
    state.benefit_months.ravel()[who] = state.idle_months.ravel()[who] = 0
    state.insurance.ravel()[who] = draw_insurance(again(rolls, 1), new, given)


def lapse_insurance(state: State, given: Assumptions, luck: Luck) -> None:
    """Whose employee insurance ends with the job? The resident scheme takes part of them."""
    lost = (state.form == UNEMPLOYED) & (state.idle_months == given("insurance_lapse_months"))
    lost &= state.insurance[:N_WORKERS] == EMPLOYEE
    slot, who = np.nonzero(lost)
    stays_out = luck.roll("stays uninsured")[who] < given("uninsured_after_loss_share")
    state.insurance[slot, who] = np.where(stays_out, UNINSURED, RESIDENT)
