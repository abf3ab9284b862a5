"""Pay: what wages, benefits and pensions bring in this month."""

from collections.abc import Iterable

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CHRONIC,
    FLEXIBLE,
    FORMAL,
    FORMS,
    INDUSTRIES,
    N_EARNING,
    N_SLOTS,
    N_WORKERS,
    SERIOUS,
    UNEMPLOYED,
)
from hardship_model.data.population.luck import Luck
from hardship_model.data.population.state import State

_WORKERS = range(N_WORKERS)
_EARNING = FORMS[:N_EARNING]


def wage_level_yuan(state: State, given: Assumptions) -> np.ndarray:
    """What does a formal worker of middling skill earn a month here? Net yuan, float32 (n,)."""
    monthly = given.by_place("urban_income_mean_yuan") / 12 * given("wage_to_income_ratio")
    return monthly.take(state.place) * state.city_level


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
    kept = steady.powers(carry, 11)[apart].mean()
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
        pay = steady.exp(log - sd.take(form) ** 2 / 2) * table.take(code) * level[who]
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
