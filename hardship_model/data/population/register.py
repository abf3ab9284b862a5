"""The file as the office kept it: who is reported, checked, filed, helped, and let go.

The *status quo*: households come to notice by reports and applications at declared rates, a
verification a little later measures them with some error, and `rules` says what follows. A
later room may replace the reports by strategies; the verification and the exits stay.
"""

from dataclasses import dataclass

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import CAUSES, FORMS, N_EARNING
from hardship_model.data.population.luck import Luck, again, normal
from hardship_model.data.population.makeup import main_earner
from hardship_model.data.population.money import Flows
from hardship_model.data.population.standing import (
    passes_assets_test,
    recognised_cause,
)
from hardship_model.data.population.state import State
from hardship_model.rules import (
    HARDSHIP_STATES,
    REGISTERED,
    STATES,
    LatentRule,
    RegisterRule,
    in_hardship,
    registered_exit,
    registration,
)

(
    UNLISTED, LOW_INCOME, MONITORED, DEEP, RELATIVE, ACCIDENTAL, EXITED, BACKSTOPPED, REMOVED,
) = range(len(REGISTERED))  # fmt: skip
NEVER = np.int16(-1)


@dataclass(frozen=True, kw_only=True)
class StatusQuo:
    """How the office learns of households, lets them go, and helps."""

    #: All rates of reporting and application, multiplied; 0: nobody ever comes to notice.
    report_multiple: float = 1.0
    #: Exit at the line that was found in sources (1 × dibao) instead of the entry line.
    exit_as_found: bool = False
    #: Aid is paid to the households in the file.
    pays_aid: bool = True

    def rule(self, given: Assumptions) -> RegisterRule:
        """The register's rule in a month."""
        return (
            RegisterRule.as_found(given.month) if self.exit_as_found else given.card(RegisterRule)
        )


def in_file(category: np.ndarray) -> np.ndarray:
    """Is the household registered as in hardship?"""
    return (category >= DEEP) & (category <= ACCIDENTAL)


def keep_register(
    state: State,
    given: Assumptions,
    luck: Luck,
    flows: Flows,
    *,
    policy: StatusQuo,
    latent: LatentRule,
) -> None:
    """One month of office work, in place: exits, removals, leads, verifications, aid."""
    rule = policy.rule(given)
    let_go(state, given, luck, flows, rule=rule)
    verify(state, given, luck, latent=latent, rule=rule)
    report(state, given, luck, multiple=policy.report_multiple)
    aid = given("aid_paid_per_household_yuan") / 12 * policy.pays_aid
    state.aid_yuan = np.rint(in_file(state.category) * np.float32(aid)) * state.alive


def let_go(
    state: State, given: Assumptions, luck: Luck, flows: Flows, *, rule: RegisterRule
) -> None:
    """Who leaves the file this month, by its exit line, as backstopped, or removed?"""
    filed = in_file(state.category)
    state.filed_months += filed
    state.since_exit_months += state.since_exit_months != NEVER
    line = given.by_place("urban_dibao_yuan").take(state.place) * np.maximum(state.members(), 1)
    step = registered_exit(
        category=state.category,
        net_over_dibao=(flows.income - flows.rigid) / line,
        months_above=state.months_above,
        months_in_file=state.filed_months,
        rule=rule,
    )
    state.category, state.months_above = step.category, step.months_above
    state.since_exit_months[step.left] = 0
    roll = luck.roll("leaves the file otherwise")
    still = in_file(state.category)
    gone = still & (~state.alive | (roll < given.monthly("register_removed_per_year")))
    long = state.filed_months >= given("backstop_earliest_months")
    backed = still & ~gone & state.on_dibao & long
    backed &= roll > 1 - given.monthly("register_backstopped_per_year")
    state.category[gone] = REMOVED
    state.category[backed] = BACKSTOPPED


def report_hazard(state: State, given: Assumptions) -> np.ndarray:
    """How likely is each household to come to notice this month? float32 (n,).

    Households in hardship are reported by their unit or apply: the sick more than those
    without work, formal workers and members more than the others. Households of low income
    and at risk apply now and then. Whoever is in the file needs no report.
    """
    by_state = np.array(
        [given(f"report_per_month_{'hardship' if s in HARDSHIP_STATES else s}") for s in STATES]
    )
    by_cause = np.array([given(f"report_multiple_{cause}") for cause in CAUSES])
    by_form = np.array([given(f"report_multiple_{_group(form)}") for form in range(len(FORMS))])
    main = main_earner(state)
    form = state.form[main, np.arange(state.n_households)]
    hazard = by_state.astype(np.float32)[state.latent] * by_form.astype(np.float32)[form]
    hazard *= np.where(in_hardship(state.latent), by_cause.astype(np.float32)[state.cause], 1)
    hazard *= np.where(state.union, 1, np.float32(given("report_multiple_no_member")))
    watched = np.where(state.category == EXITED, given("report_multiple_exited"), 1.0)
    free = state.alive & (state.due_months == 0) & (state.category <= EXITED)
    free &= ~in_file(state.category)
    return (hazard * watched * free).astype(np.float32)


def _group(form: int) -> str:
    if form == 0:
        return "formal"
    if form == 1:
        return "flexible"
    return "platform" if form < N_EARNING else "not_working"


def report(state: State, given: Assumptions, luck: Luck, *, multiple: float) -> None:
    """Which households come to notice this month? Their verification falls due later."""
    roll = luck.roll("comes to notice")
    noticed = roll < report_hazard(state, given) * np.float32(multiple)
    reviewed = luck.roll("is reviewed")
    listed = state.category == LOW_INCOME
    watched = state.category == MONITORED
    due = listed & (reviewed < given.monthly("low_income_list_reviewed_per_year"))
    due |= watched & (reviewed < 1 / given("monitoring_review_months"))
    due &= state.alive & (state.due_months == 0)
    state.due_months[noticed | due] = np.int8(given("verification_months"))


def verify(
    state: State, given: Assumptions, luck: Luck, *, latent: LatentRule, rule: RegisterRule
) -> None:
    """Which verifications are made this month, and to which category do they lead?

    The visitors measure income with an error; the household signs the authorisation or not.
    An exited household that is not filed again stays exited.
    """
    who = np.flatnonzero(state.due_months == 1)
    state.due_months -= state.due_months > 0
    roll = luck.roll("visit")[who]
    error = given("visit_income_log_sd") * normal(roll)
    category = registration(
        income_yuan=state.trailing("income")[who] * steady.exp(error),
        rigid_yuan=state.trailing("rigid")[who],
        event_loss_yuan=state.trailing("event_loss")[who],
        members=state.members()[who],
        dibao_yuan=given.by_place("urban_dibao_yuan").take(state.place[who]),
        assets_pass=passes_assets_test(state, luck.month)[who],
        recognised_cause=recognised_cause(state, given)[who],
        at_risk_sign=state.latent[who] == STATES.index("at_risk"),
        savings_yuan=state.savings_yuan[who],
        in_spell=in_file(state.category[who]) | state.was_in_hardship[who],
        union_member=state.union[who],
        authorisation_signed=again(roll, 2) < given("authorisation_signed_share"),
        latent=latent,
        rule=rule,
    )
    before = state.category[who]
    category = np.where((before == EXITED) & ~in_file(category), before, category)
    state.category[who] = category
    state.filed_months[who] = 0
    state.months_above[who] = 0
