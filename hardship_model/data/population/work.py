"""Work: who loses it, who finds it again, in which form, and what it pays."""

from collections.abc import Iterable

import numpy as np
from scipy.special import ndtr, ndtri

from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CHRONIC,
    EMPLOYEE,
    FLEXIBLE,
    FORMAL,
    FORMS,
    INDUSTRIES,
    N_EARNING,
    N_SLOTS,
    N_WORKERS,
    NO_INDUSTRY,
    RESIDENT,
    SERIOUS,
    TRANSPORT,
    UNEMPLOYED,
    UNINSURED,
)
from hardship_model.data.population.luck import Luck, again, other_end, struck
from hardship_model.data.population.state import State

_WORKERS = range(N_WORKERS)
_EARNING = FORMS[:N_EARNING]


def wage_level_yuan(state: State, given: Assumptions) -> np.ndarray:
    """What does a formal worker of middling skill earn a month here? Net yuan, float32 (n,)."""
    monthly = given.by_place("urban_income_mean_yuan") / 12 * given("wage_to_income_ratio")
    return monthly.take(state.place) * state.city_level


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
    fading = (first * 0.5 ** (np.arange(128) / half_life)).astype(np.float32)
    fading /= np.float32(np.sqrt(given("job_loss_shock_multiple")))
    found, left = struck(rolls, ceiling=first, hazard=lambda at: fading[idle[at]] * seeking[at])
    was = state.usual_form.ravel()[found]
    take_up(state, given, found, left, was=was)
    kept = np.where(
        (was == FORMAL) & ~state.migrant[found % state.n_households],
        given("wage_after_displacement_formal"), given("wage_after_displacement_flexible"),
    )  # fmt: skip
    state.permanent.ravel()[found] += np.log(kept).astype(np.float32)


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


def shift_wages(state: State, given: Assumptions, luck: Luck) -> None:
    """How do permanent and transitory wages move this month?"""
    keep = np.float32(given("permanent_income_persistence") ** (1 / 12))
    sd = np.float32(np.sqrt(given("permanent_income_variance") / 12))
    carry = np.float32(given("transitory_persistence_per_month"))
    fresh = np.float32(np.sqrt(1 - carry**2))
    for slot in _WORKERS:
        # value = centre + keep × (value − centre) + shock, written to reuse memory
        apart = state.permanent[slot]
        apart -= state.centre[slot]
        apart *= keep
        apart += state.centre[slot]
        lasting, fleeting = luck.two_normals("wage", slot)
        apart += sd * lasting
        passing = state.transitory[slot]
        passing *= carry
        passing += fresh * fleeting


def transitory_sd(given: Assumptions) -> np.ndarray:
    """How large is the transitory shock of a month, by form? float32 (9,), log points.

    From the variance of a year's mean: a mean of twelve months of a persistent shock keeps
    only part of one month's variance. `transitory_true_share` leaves out what surveys
    measure wrongly.
    """
    carry = given("transitory_persistence_per_month")
    apart = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    kept = (carry**apart).mean()
    sd = np.zeros(len(FORMS), dtype=np.float32)
    true = given("transitory_true_share")
    sd[FORMAL] = np.sqrt(given("transitory_income_variance_formal") * true / kept)
    sd[FLEXIBLE:N_EARNING] = np.sqrt(given("transitory_income_variance_flexible") * true / kept)
    return sd


def ability(given: Assumptions) -> np.ndarray:
    """Which part of the wage does a person earn, by form × health × disability? (9, 3, 2)."""
    part = np.ones((len(FORMS), 3, 2), dtype=np.float32)
    part[:, CHRONIC] *= given("wage_part_chronic")
    part[:, SERIOUS] *= given("wage_part_serious_other")
    part[FORMAL, SERIOUS] = given("wage_part_serious_formal")
    part[:, :, 1] *= given("wage_part_disabled")
    part[N_EARNING:] = 0
    return part


def sector_part(given: Assumptions) -> np.ndarray:
    """Which part of the wage does this month's state of the industry leave? (9, 9), form first.

    Employers carry some of what formal workers would lose; the others lose all of it.
    """
    multiple = given.by("sector_income_multiple", INDUSTRIES[:-1])
    part = np.tile(np.append(multiple, 0), (len(FORMS), 1)).astype(np.float32)
    part[FORMAL, :-1] = 1 - (1 - multiple) * given("sector_loss_passed_formal")
    return part


def wages_yuan(state: State, given: Assumptions) -> np.ndarray:
    """What does each member earn this month? Net whole yuan, float32 (4, n)."""
    form_pay = np.zeros(len(FORMS), dtype=np.float32)
    form_pay[:N_EARNING] = given.by("wage_of_form", _EARNING)
    sector = sector_part(given)
    sd = transitory_sd(given)
    # One look-up table for everything that depends on small codes alone.
    table = (
        form_pay[:, None, None] * ability(given).reshape(len(FORMS), 6, 1) * sector[:, None]
    ).ravel()
    level = wage_level_yuan(state, given)
    wages = np.zeros((N_WORKERS, state.n_households), dtype=np.float32)
    for slot in _WORKERS:
        who = np.flatnonzero(state.form[slot] < N_EARNING)
        form = state.form[slot, who].astype(np.int16)
        code = (form * 3 + state.health[slot, who]) * 2 + state.disabled[slot, who]
        code = code * len(INDUSTRIES) + state.industry[slot, who]
        log = state.permanent[slot, who] + sd.take(form) * state.transitory[slot, who]
        pay = np.exp(log - sd.take(form) ** 2 / 2) * table.take(code) * level[who]
        wages[slot, who] = np.rint(pay)
    return wages


def benefits_yuan(state: State, given: Assumptions) -> tuple[np.ndarray, np.ndarray]:
    """How many members draw unemployment benefit this month, and how much? Whole yuan, (n,)."""
    monthly = given("unemployment_benefit_dibao_multiple") * given.by_place("urban_dibao_yuan")
    drawing = (state.benefit_months > 0) & (state.form == UNEMPLOYED)
    state.benefit_months -= drawing
    claims = drawing.sum(axis=0, dtype=np.int8)
    return claims, np.rint(claims * monthly.take(state.place))


def pensions_yuan(state: State, given: Assumptions) -> np.ndarray:
    """What do the household's pensions pay this month? Whole yuan, (n,)."""
    shares = sum_of(state.pension[slot] for slot in range(N_SLOTS))
    return np.rint(shares * wage_level_yuan(state, given))


def sum_of(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """The sum of a few arrays, in their own type."""
    first, *others = arrays
    total = first.copy()
    for other in others:
        total += other
    return total
