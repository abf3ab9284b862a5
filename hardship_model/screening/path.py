"""The path of a case: who leaves the file, who falls, and what a verification visit leads to."""

from dataclasses import dataclass

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.luck import normal
from hardship_model.data.population.register import (
    BACKSTOPPED,
    EXITED,
    MONITORED,
    REMOVED,
)
from hardship_model.rules import (
    STATES,
    Card,
    LatentRule,
    RegisterRule,
    registered_exit,
    registration,
)
from hardship_model.rules.card import dated
from hardship_model.screening.luck import Chance
from hardship_model.screening.office import NEVER, Office, in_file
from hardship_model.screening.world import GROUNDS, World


@dataclass(frozen=True, kw_only=True)
class Procedure(Card):
    """How visits go and what follows; the same for every strategy."""

    contact_share: float = dated("visit_contact_share")
    contact_migrant_multiple: float = dated("visit_contact_migrant_multiple")
    refused_share: float = dated("visit_refused_share")
    #: Chance that a visit notices hardship, by its cause.
    detects_illness: float = dated("visit_detects_illness")
    detects_job_loss: float = dated("visit_detects_job_loss")
    detects_schooling: float = dated("visit_detects_schooling")
    detects_other: float = dated("visit_detects_other")
    income_log_sd: float = dated("visit_income_log_sd")
    signed_share: float = dated("authorisation_signed_share")
    #: Months after a visit in which leads about the household are not followed.
    rest_months: float = dated("rest_months")
    lead_expires_months: float = dated("lead_expires_months")
    #: Months between two reviews of a monitored, and of a registered household.
    review_months: float = dated("monitoring_review_months")
    file_review_months: float = dated("file_review_months")
    #: Months from a verification to the first aid.
    filing_months: float = dated("filing_months")
    visit_yuan: float = dated("visit_cost_yuan")
    #: Share of aid that counts as income, where a run lets aid feed back into lives.
    aid_counts_share: float = dated("aid_counts_share")
    removed_per_year: float = dated("register_removed_per_year")
    backstopped_per_year: float = dated("register_backstopped_per_year")
    backstop_earliest_months: float = dated("backstop_earliest_months")

    def detects(self) -> np.ndarray:
        """Chance that a visit sees what is the case, by `GROUNDS`; float32."""
        hardship = [getattr(self, f"detects_{ground}") for ground in GROUNDS[:4]]
        return np.array(hardship + [1.0] * (len(GROUNDS) - 4), dtype=np.float32)

    @staticmethod
    def monthly(per_year: float) -> float:
        """A yearly chance as a monthly one."""
        return 1.0 - (1.0 - per_year) ** (1 / 12)


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month of a world in one replicate: what all strategies share."""

    world: World
    row: int
    chance: Chance
    procedure: Procedure
    given: Assumptions

    @property
    def number(self) -> int:
        """The month as a number."""
        return int(self.world.months[self.row])

    @property
    def alive(self) -> np.ndarray:
        """Who lives in the town?"""
        return self.world.alive[self.row]


def let_go(office: Office, now: Month) -> None:
    """Who leaves the file this month, by its exit line, struck off, or backstopped?

    For a household of which nothing is known this month the file stands still.
    """
    world, p = now.world, now.procedure
    told = now.alive | world.gone(now.row)
    who = np.flatnonzero(in_file(office.category) & told)
    office.months_in_file[who] += 1
    step = registered_exit(
        category=office.category[who],
        net_over_dibao=world.net_month_over_dibao[now.row, who],
        months_above=office.months_above[who],
        months_in_file=office.months_in_file[who],
        rule=now.given.card(RegisterRule),
    )
    office.category[who], office.months_above[who] = step.category, step.months_above
    left = who[step.left]
    office.exited_month[left] = now.number
    _forget(office, left, EXITED)
    still = who[~step.left]
    roll = now.chance.shared("leaves the file otherwise", now.number)[still]
    gone = world.gone(now.row)[still] | (roll < p.monthly(p.removed_per_year))
    _forget(office, still[gone], REMOVED)
    long = office.months_in_file[still] >= p.backstop_earliest_months
    backed = ~gone & world.dibao[now.row, still] & long
    backed &= roll > 1 - p.monthly(p.backstopped_per_year)
    office.category[still[backed]] = BACKSTOPPED
    office.review_due[still[backed]] = NEVER


def _forget(office: Office, who: np.ndarray, category: int) -> None:
    """These are out of the file, and sought again."""
    office.category[who] = office.sought_as[who] = category
    office.known[who] = False
    office.review_due[who] = NEVER


@dataclass(frozen=True, kw_only=True)
class Visited:
    """What one month's visits were, one value per visit."""

    who: np.ndarray
    #: Code of the channel, or of `strategies.UNASKED`.
    by: np.ndarray
    #: Hardship was established that was not known before.
    found: np.ndarray
    #: The household was placed among the monitored, where it was not before.
    placed: np.ndarray
    #: Somebody was at home and let the visitors in: what else the office knows of the visit.
    let_in: np.ndarray
    #: The visitors met the household and saw what was the case.
    seen: np.ndarray


def visit(office: Office, now: Month, who: np.ndarray, by: np.ndarray) -> Visited:
    """What do the visits of this month lead to? Changes the office's file and watch list.

    Nobody at home: the lead stands, a review is tried again next month. Refused, or hardship
    not noticed: the file stays as it is, and the household rests. Otherwise the measured
    values decide, by `rules.registration`.
    """
    home, let_in, seen = _meets(now, who)
    found, placed = np.zeros((2, len(who)), dtype=bool)
    found[seen], placed[seen] = _verify(office, now, who[seen])
    office.watched_by[who[placed]] = by[placed]
    office.last_visit[who] = now.number
    met = who[home]
    office.rest_until[met] = now.number + int(now.procedure.rest_months)
    office.lead_since[met], office.lead_by[met] = NEVER, -1
    _set_reviews(office, now, met)
    missed = who[~home & (office.review_due[who] != NEVER)]
    office.review_due[missed] = np.maximum(office.review_due[missed], now.number + 1)
    return Visited(who=who, by=by, found=found, placed=placed, let_in=let_in, seen=seen)


def _meets(now: Month, who: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who is at home, who lets the visitors in, and whose case do they see as it is?"""
    p, chance, month = now.procedure, now.chance, now.number
    likely = np.where(
        now.world.migrant[who], p.contact_share * p.contact_migrant_multiple, p.contact_share
    )
    home = chance.shared("is at home", month)[who] < likely
    willing = chance.shared("lets the visitors in", month)[who] >= p.refused_share
    notices = p.detects().take(now.world.ground[now.row, who])
    noticed = chance.shared("hardship is noticed", month)[who] < notices
    return home, home & willing, home & willing & noticed


def _verify(office: Office, now: Month, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The file after the visitors have measured; who was found, who was placed among monitored."""
    before, was_known = office.category[who], office.known[who]
    filed_before = in_file(before)
    signed = now.chance.shared("signs", now.number)[who] < now.procedure.signed_share
    member = now.world.union_member[now.row, who]
    established = in_file(_measured(office, now, who, fileable=np.ones(len(who), dtype=bool)))
    category = _measured(office, now, who, fileable=member & signed)
    # Only the exit line ends a registration: a review confirms it or changes its kind.
    established |= filed_before
    category = np.where(filed_before & ~in_file(category), before, category)
    once_filed = (office.exited_month[who] != NEVER) & ~established
    category = np.where(once_filed & (category != MONITORED), np.int8(EXITED), category)

    office.category[who] = category
    office.known[who] = established
    found = established & ~was_known
    office.known_since[who[found]] = now.number
    fresh = in_file(category) & ~filed_before
    office.months_in_file[who[fresh]] = office.months_above[who[fresh]] = 0
    office.sought_as[who[~established]] = category[~established]
    watched = category == MONITORED
    placed = watched & (before != MONITORED)
    office.watched_since[who[placed]] = now.number
    office.watched_last[who[watched]] = now.number
    return found, placed


def _measured(office: Office, now: Month, who: np.ndarray, *, fileable: np.ndarray) -> np.ndarray:
    """To which category do the measured values lead?"""
    world, row = now.world, now.row
    error = normal(now.chance.shared("income measured", now.number)[who])
    return registration(
        income_yuan=world.income_yuan[row, who]
        * steady.exp(np.float32(now.procedure.income_log_sd) * error),
        rigid_yuan=world.rigid_yuan[row, who],
        event_loss_yuan=world.event_loss_yuan[row, who],
        members=np.maximum(world.members[row, who], 1),
        dibao_yuan=world.dibao_yuan[row, who],
        assets_pass=world.assets_pass[who],
        recognised_cause=world.recognised_cause[row, who],
        at_risk_sign=world.state[row, who] == STATES.index("at_risk"),
        savings_yuan=world.savings_yuan[row, who],
        in_spell=office.known[who] | world.hard(row - 1)[who],
        union_member=fileable,
        authorisation_signed=fileable,
        latent=now.given.card(LatentRule),
        rule=now.given.card(RegisterRule),
    )


def _set_reviews(office: Office, now: Month, who: np.ndarray) -> None:
    """When is each of these due again? The monitored soon, what is known after a year."""
    p = now.procedure
    watched = office.category[who] == MONITORED
    kept = office.known[who] & (office.category[who] != BACKSTOPPED)
    due = np.where(watched, now.number + int(p.review_months), NEVER)
    office.review_due[who] = np.where(kept, now.number + int(p.file_review_months), due)
