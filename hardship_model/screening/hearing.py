"""Channels at work: who is contacted, what it costs, and which leads reach the watch list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hardship_model.screening.channels import Channel, Heard
from hardship_model.screening.luck import Chance
from hardship_model.screening.office import NEVER, Office
from hardship_model.screening.path import Month
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.world import LEAD_IN, World


class Ears:
    """What every channel hears in every month of one replicate, worked out once for all offices."""

    def __init__(self, world: World, chance: Chance) -> None:
        self._world, self._chance = world, chance
        self._heard: dict[tuple[Channel, int], Heard] = {}

    def heard(self, channel: Channel, row: int) -> Heard:
        """What reaches the desk in this row: what was to be heard `lag_months` before."""
        when = row - channel.lag_months
        if (channel, when) not in self._heard:
            # A month that no channel can ask for again is dropped.
            for old in [key for key in self._heard if key[1] < when - LEAD_IN]:
                del self._heard[old]
            self._heard[channel, when] = channel.sees(self._world, when, channel, self._chance)
        return self._heard[channel, when]


@dataclass(frozen=True, kw_only=True)
class Leads:
    """What one channel brought to one office in one month."""

    channel: Channel
    #: Contacts that were paid for.
    uses: int
    #: Positions of households that came onto the watch list by it.
    new: np.ndarray
    #: Positions that it would have raised a lead about, known or not, whatever its capacity.
    would_be: np.ndarray
    #: Positions that a roster offers; empty for other channels.
    offered: np.ndarray


def listen(office: Office, strategy: Strategy, now: Month, ears: Ears) -> list[Leads]:
    """Every channel of the strategy has its month, in order, as far as its money goes."""
    expired = now.number - office.lead_since >= now.procedure.lead_expires_months
    office.lead_since[expired] = NEVER
    sought = office.sought(now.alive)
    purse = max(office.purse_yuan, 0.0)
    all_visits_yuan = strategy.visits_per_month * now.procedure.visit_yuan
    money = purse - min(strategy.kept_for_visits * purse, all_visits_yuan)
    brought = []
    for code, channel in enumerate(strategy.channels):
        leads = _one(office, channel, code, now, ears, sought=sought, money=money)
        money -= leads.uses * channel.cost_yuan
        office.purse_yuan -= leads.uses * channel.cost_yuan
        brought.append(leads)
    return brought


_NOBODY = np.empty(0, dtype=np.int64)


def _one(
    office: Office, channel: Channel, code: int, now: Month, ears: Ears, *,
    sought: np.ndarray, money: float,
) -> Leads:  # fmt: skip
    if channel.capacity_per_month == 0:
        return Leads(channel=channel, uses=0, new=_NOBODY, would_be=_NOBODY, offered=_NOBODY)
    reach = channel.reach(now.world, now.row, office) & now.alive
    heard = ears.heard(channel, now.row)
    wanted, served = _contacts(office, channel, now, heard, reach=reach & sought)
    can = channel.capacity_per_month
    if channel.cost_yuan > 0:
        can = min(can, money // channel.cost_yuan)
    uses = int(min(can, wanted))
    would_be = heard.lead[reach[heard.lead]]
    followed = would_be[sought[would_be]]
    if uses < wanted:
        followed = followed[_first(channel, now, served(), uses)[followed]]
    if channel.roster:
        free = followed[office.rest_until[followed] < now.number]
        return Leads(channel=channel, uses=uses, new=_NOBODY, would_be=_NOBODY, offered=free)
    waits = (office.lead_since[followed] != NEVER) | (office.rest_until[followed] >= now.number)
    new = followed[~waits]
    office.lead_since[new], office.lead_by[new] = now.number, code
    return Leads(channel=channel, uses=uses, new=new, would_be=would_be, offered=_NOBODY)


def _contacts(
    office: Office, channel: Channel, now: Month, heard: Heard, *, reach: np.ndarray
) -> tuple[int, Callable[[], np.ndarray]]:
    """With how many households has the channel to do, and with which (when it must choose)?"""
    if channel.serves is not None:
        served = channel.serves(now.world, now.row, office) & now.alive
        return int(served.sum()), lambda: np.flatnonzero(served)
    if heard.contact is None:
        return int(reach.sum()), lambda: np.flatnonzero(reach)
    inside = heard.contact[reach[heard.contact]]
    return len(inside), lambda: inside


def _first(channel: Channel, now: Month, who: np.ndarray, n: int) -> np.ndarray:
    """Whom of these does the channel serve when it cannot serve all? The luckiest `n`; bool."""
    first = np.zeros(now.world.n_households, dtype=bool)
    luck = now.chance.shared(f"served: {channel.name}", now.number)[who]
    first[who[smallest(luck, n)]] = True
    return first


def smallest(values: np.ndarray, n: int, *, luck: np.ndarray | None = None) -> np.ndarray:
    """Positions of the `n` smallest values, ascending; equal ones by `luck`, then as they stand.

    A value that is missing is larger than any other.
    """
    if n <= 0:
        return _NOBODY
    if n >= len(values):
        return np.arange(len(values))
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.inf, values)
    edge = _nth(values, n)
    within = np.flatnonzero(values < edge)
    tied = np.flatnonzero(values == edge)
    missing = n - len(within)
    chosen = tied[:missing] if luck is None else tied[smallest(luck[tied], missing)]
    return np.sort(np.concatenate([within, chosen]))


def _nth(values: np.ndarray, n: int) -> Any:
    """The n-th smallest of these values."""
    if values.dtype.kind == "i":
        least, most = int(values.min()), int(values.max())
        # Months are few, and counting them is ten times faster than sorting out households.
        if most - least < len(values):
            return least + np.searchsorted(np.bincount(values - least).cumsum(), n)
    return np.partition(values, n - 1)[n - 1]
