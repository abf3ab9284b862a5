"""The best mix of channels for a budget, with a bound that no other mix can pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import interval
from hardship_model.screening.catches import (
    Catches,
    count_patterns,
    draw_falls,
    of_towns,
    strata_of,
)
from hardship_model.screening.channels import all_channels
from hardship_model.screening.played import Played
from hardship_model.screening.stages import Stage
from hardship_model.screening.strategies import Strategy, first_come
from hardship_model.screening.world import LEAD_IN, World

#: Two ways of doing one thing: a mix has at most one of each.
ONE_OF = (
    ("application", "publicised_application"), ("linkage", "linkage_several"),
    ("regular_visits", "listed_review"),
)  # fmt: skip
_PLENTY_YUAN = 1e12


@dataclass(frozen=True, kw_only=True, eq=False)
class Offer:
    """What each channel would catch and cost by itself, in all years together."""

    catches: Catches
    #: Yuan of the channel (fixed and per contact), and leads, each of which wants a visit.
    yuan: np.ndarray
    leads: np.ndarray
    visit_yuan: float


def offer(stage: Stage, *, seed: int) -> Offer:
    """Play every channel that raises leads by itself, with plenty of money and no visits.

    Nobody is found, so nothing that one channel finds keeps another from speaking; a lead that
    nobody follows expires and may be raised again.
    """
    played = stage.play(_alone(stage.world), seed=seed, with_ledger=True)
    names = tuple(one.name for one in played.strategies)
    caught = np.stack([month[:, 0] > 0 for month in played.would_be_month], axis=1)
    falls = count_patterns(caught, strata_of(played.world))[None]
    patterns = (np.arange(1 << len(names))[:, None] >> np.arange(len(names))) & 1 == 1
    return Offer(
        catches=Catches(strategy="alone", channels=names, patterns=patterns, falls=falls),
        yuan=_yuan(played.costs, names),
        leads=_leads(played, names),
        visit_yuan=played.procedure.visit_yuan,
    )


def all_offers(offers: Sequence[Offer]) -> Offer:
    """What the channels offer in several towns together."""
    return Offer(
        catches=of_towns([one.catches for one in offers]),
        yuan=np.sum([one.yuan for one in offers], axis=0),
        leads=np.sum([one.leads for one in offers], axis=0),
        visit_yuan=offers[0].visit_yuan,
    )


def _alone(world: World) -> list[Strategy]:
    return [
        Strategy(
            name=channel.name, channels=(channel,), order=first_come, visits_per_month=0,
            budget_yuan_per_year=_PLENTY_YUAN, kept_for_visits=0.0, most_for_reviews=0.0,
        )
        for channel in all_channels(world.given(LEAD_IN)).values()
        if not channel.roster
    ]  # fmt: skip


def _yuan(costs: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    spent = costs[costs["item"] != "unspent"]
    yuan = (spent["fixed_yuan"] + spent["use_yuan"]).groupby(spent["strategy"]).sum()
    return yuan.loc[list(names)].to_numpy()


def _leads(played: Played, names: Sequence[str]) -> np.ndarray:
    assert played.ledger is not None
    counts = played.ledger.groupby("strategy", observed=False).size()
    return counts.reindex(list(names), fill_value=0).to_numpy()


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Channels that together catch most, and how sure it is that no others catch more."""

    channels: tuple[str, ...]
    caught: float
    #: No mix within the means catches more than this (from the optimiser's certificate).
    at_most: float
    yuan: float
    visits: float


def best_mix(offered: Offer, *, budget_yuan: float, visits: float) -> Mix:
    """Which channels catch the most falls within these means?

    A mixed-integer programme (HiGHS): choose channels, pay for them and for a visit to each of
    their leads; a fall counts once, whoever catches it. Leads that two channels share are paid
    for twice, so the mix is a little too careful.
    """
    one = offered.catches
    n, falls = len(one.channels), one.falls.sum(axis=(0, 1)).astype(float)
    kept = np.flatnonzero((falls > 0) & one.patterns.any(axis=1))
    weight, member = falls[kept], one.patterns[kept].astype(float)
    cost = offered.yuan + offered.leads * offered.visit_yuan
    rules = [
        LinearConstraint(np.hstack([-member, np.eye(len(kept))]), ub=0),
        LinearConstraint(_padded(np.stack([cost, offered.leads]), len(kept)),
                         ub=[budget_yuan, visits]),
        LinearConstraint(_padded(_pairs(one.channels), len(kept)), ub=1),
    ]  # fmt: skip
    solved = milp(
        np.concatenate([np.zeros(n), -weight]), constraints=rules, bounds=Bounds(0, 1),
        integrality=np.concatenate([np.ones(n), np.zeros(len(kept))]),
    )  # fmt: skip
    taken = solved.x[:n] > 0.5
    return Mix(
        channels=tuple(np.array(one.channels)[taken].tolist()),
        caught=float(weight @ (member @ taken > 0)),
        at_most=float(-solved.mip_dual_bound),
        yuan=float(cost @ taken),
        visits=float(offered.leads @ taken),
    )


def _padded(rows: np.ndarray, n: int) -> np.ndarray:
    return np.hstack([rows, np.zeros((len(rows), n))])


def _pairs(channels: Sequence[str]) -> np.ndarray:
    return np.array([[float(name in pair) for name in channels] for pair in ONE_OF])


def as_strategy(mix: Mix, world: World, like: Strategy, *, name: str) -> Strategy:
    """A strategy with the mix's channels and the means of `like`."""
    there = all_channels(world.given(LEAD_IN))
    return Strategy(
        name=name, channels=tuple(there[one] for one in mix.channels), order=first_come,
        visits_per_month=like.visits_per_month, budget_yuan_per_year=like.budget_yuan_per_year,
        kept_for_visits=like.kept_for_visits, most_for_reviews=like.most_for_reviews,
    )  # fmt: skip


def caught_interval(
    offered: Offer, channels: Sequence[str], *, n_draws: int, seed: int
) -> tuple[float, float]:
    """Between which shares of all falls does what these channels catch lie?"""
    one = offered.catches
    falls = draw_falls(one.falls, n_draws=n_draws, seed=seed).sum(axis=1)
    hit = one.patterns[:, [one.channels.index(name) for name in channels]].any(axis=1)
    return interval(ratio(falls[1:] @ hit, falls[1:].sum(axis=1)))
