"""Triage: of all who wait for a visit this month, who gets one?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hardship_model.rules import STATES
from hardship_model.screening.channels import may_look_up
from hardship_model.screening.hearing import Leads, smallest
from hardship_model.screening.office import NEVER, Office
from hardship_model.screening.path import Month
from hardship_model.screening.strategies import IN_TURN, RANDOM, REVIEW, Strategy


class Chosen(NamedTuple):
    """Whom an office visits in one month."""

    who: np.ndarray
    #: Code of the channel that asked for the visit, or of `strategies.UNASKED`; int8.
    by: np.ndarray
    #: With which chance was each household that could be visited drawn at random?
    inclusion_probability: float
    #: Who could be visited, reviews aside: sought, and not resting; bool (n_households,).
    could_be: np.ndarray


def choose(
    office: Office, strategy: Strategy, now: Month, brought: Sequence[Leads],
    risk: np.ndarray | None,
) -> Chosen:  # fmt: skip
    """Who is visited this month, and who asked for it?

    Reviews come first. Of the others, visits at random are drawn before leads are looked at,
    from all who are sought and do not rest, whoever has a lead as well.
    """
    if risk is not None:
        risk = np.where(may_look_up(now.world, now.row, office), risk, np.float32(np.nan))
    luck = now.chance.shared("order among equals", now.number)
    affordable = max(office.purse_yuan, 0.0) // now.procedure.visit_yuan
    left = int(min(strategy.visits_per_month, affordable))
    due = np.flatnonzero(
        (office.review_due != NEVER) & (office.review_due <= now.number) & now.alive
    )
    most = int(strategy.most_for_reviews * left)
    reviews = due[smallest(office.review_due[due], most, luck=luck[due])]
    free = office.sought(now.alive) & (office.rest_until < now.number)
    free[reviews] = False
    could_be = free.copy()
    left -= len(reviews)
    drawn, inclusion_probability = _at_random(office, strategy, now, free, left)
    free[drawn] = False
    left -= len(drawn)
    listed, asked_by = _watch_list(office, free, brought, risk)
    first = _in_order(office, strategy, now, listed, left, risk)
    led = listed[first]
    free[led] = False
    others = np.flatnonzero(free)
    left -= len(led)
    turn = others[smallest(office.last_visit[others], left, luck=luck[others])]
    codes = [
        np.full(len(reviews), REVIEW), np.full(len(drawn), RANDOM), asked_by[first],
        np.full(len(turn), IN_TURN),
    ]  # fmt: skip
    return Chosen(
        np.concatenate([reviews, drawn, led, turn]), np.concatenate(codes).astype(np.int8),
        inclusion_probability, could_be,
    )  # fmt: skip


def _at_random(
    office: Office, strategy: Strategy, now: Month, free: np.ndarray, left: int
) -> tuple[np.ndarray, float]:
    """Who is drawn for a visit at random, all with the same chance; and with which?"""
    office.random_owed += strategy.random_share * left
    pool = np.flatnonzero(free)
    n = min(int(office.random_owed + 1e-9), left, len(pool))
    office.random_owed -= n
    if n == 0:
        return pool[:0], 0.0
    luck = now.chance.shared("drawn at random", now.number)
    return pool[smallest(luck[pool], n)], n / len(pool)


def _watch_list(
    office: Office, free: np.ndarray, brought: Sequence[Leads], risk: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Who waits for a visit, by a lead or because a roster offers the door; and by what."""
    asked_by = np.where((office.lead_since != NEVER) & free, office.lead_by, np.int8(-1))
    for code, leads in enumerate(brought):
        if len(leads.offered):
            offered = leads.offered[free[leads.offered] & (asked_by[leads.offered] < 0)]
            if risk is not None:
                offered = offered[~np.isnan(risk[offered])]
            asked_by[offered] = code
    listed = np.flatnonzero(asked_by >= 0)
    return listed, asked_by[listed]


def _in_order(
    office: Office, strategy: Strategy, now: Month, listed: np.ndarray, n: int,
    risk: np.ndarray | None,
) -> np.ndarray:  # fmt: skip
    """Which `n` places of the watch list come first in the strategy's order?"""
    if n <= 0 or not len(listed):
        return np.empty(0, dtype=np.int64)
    table = watch_list(office, strategy, now, listed, risk)
    values = np.asarray(strategy.order(table, now.number, now.chance.dice))
    if values.shape != listed.shape:
        raise ValueError(
            f"The order of strategy {strategy.name!r} gave {values.shape} numbers for a watch list"
            f" of {len(listed)}; one number per household is wanted."
        )
    luck = now.chance.shared("order among equals", now.number)
    return smallest(values, n, luck=luck[listed])


def watch_list(
    office: Office, strategy: Strategy, now: Month, listed: np.ndarray, risk: np.ndarray | None
) -> pd.DataFrame:
    """What the office knows of each household that waits: one row each, in register order.

    `number` (position), `last_visit` and `lead_since` (months; a door that a roster offers waits
    since this month), `risk` (missing ones are the mean), `seen_over_dibao` (what the cross-check
    has seen by now), `line_multiple` (the entry line), `city_rate`. For an oracle besides:
    `in_hardship`, `hardship_since`, `at_risk`.
    """
    world, row = now.world, now.row
    late = int(now.given("auto_check_lag_months"))
    seen = np.where(
        world.traces.linkable[listed], world.traces.seen_over_dibao[row - late, listed], np.nan
    )
    since = office.lead_since[listed]
    columns = {
        "number": listed,
        "last_visit": office.last_visit[listed],
        "lead_since": np.where(since == NEVER, now.number, since),
        "risk": _filled(None if risk is None else risk[listed], len(listed)),
        "seen_over_dibao": seen,
        "line_multiple": np.full(len(listed), now.given("relative_multiple")),
        "city_rate": world.city_rate[listed],
    }
    if strategy.knows_truth:
        spell = world.spell[row, listed]
        onset = np.append(world.falls.onset, NEVER)
        columns |= {
            "in_hardship": world.hard(row)[listed],
            "hardship_since": onset[spell],
            "at_risk": world.state[row, listed] == STATES.index("at_risk"),
        }
    return pd.DataFrame(columns)


def _filled(risk: np.ndarray | None, n: int) -> np.ndarray:
    if risk is None or np.isnan(risk).all():
        return np.zeros(n)
    return np.where(np.isnan(risk), np.nanmean(risk, dtype=np.float64), risk)
