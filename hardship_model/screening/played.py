"""What was played: the ledger of contacts, and for each fall when and how it was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hardship_model import language
from hardship_model.data.population.codes import CAUSES, FORMS
from hardship_model.screening.office import NEVER
from hardship_model.screening.path import Procedure
from hardship_model.screening.strategies import UNASKED, Strategy
from hardship_model.screening.world import LEAD_IN, World

#: How a fall came to be known; a code is its place here (int8). *before*: the household was
#: monitored, by a verification at most `WATCHED_MONTHS` before. *on file*: it counted as in
#: hardship already when the spell began (or when it was handed over). *after*: by a visit.
HOW = ("never", "before", "on file", "after")
NOT_FOUND, BEFORE, ON_FILE, AFTER = range(4)
#: Longest time between a verification and the fall that it is said to have foreseen.
WATCHED_MONTHS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Played:
    """What every strategy did and found in one world; S strategies, R replicates.

    A *fall* is one of `world.falls` (F spells that count: those running in the first month, and
    those that begin later). Arrays hold month numbers, 0 for never. Nothing here is averaged.
    """

    world: World = field(repr=False)
    strategies: tuple[Strategy, ...]
    replicates: tuple[int, ...]
    procedure: Procedure
    #: [S, R, F] int32: the verification that recorded hardship, or kept the household monitored.
    found_month: np.ndarray
    #: [S, R, F] int8, codes of `HOW`.
    how: np.ndarray
    #: [S, R, F] int8: place of the finding channel among the strategy's, or a code of
    #: `strategies.UNASKED`; for *before* the one that had the household monitored; −1: none.
    by: np.ndarray
    #: [S, R, N] int16: visits; contacts' and visits' yuan are in `costs`.
    visits: np.ndarray
    #: [S, R, N] int16: of these, visits that established hardship which was none.
    false_finds: np.ndarray
    #: [S, R, N] int8: months with aid; months in hardship without aid. Whoever is backstopped has
    #: standing aid of another kind, which is not counted, and misses none.
    aid_months: np.ndarray
    missed_aid_months: np.ndarray
    #: [S, R, N] float32: aid paid; what was due to those in hardship without any, yuan. NaN: the
    #: world does not tell what is due.
    aid_yuan: np.ndarray
    missed_aid_yuan: np.ndarray
    #: Did aid feed back into lives? Then [S, R, N] int8: months lifted out of hardship by it; and
    #: [S, R, F] int16: of these, months of each spell. Otherwise 0.
    aid_feeds_back: bool
    lifted_months: np.ndarray
    lifted_of_fall: np.ndarray
    #: Per strategy [R, channels, F] int32: first month in the spell in which the channel would
    #: have raised a lead, whatever others had found and whatever its capacity; and int16: in how
    #: many months. A roster raises none.
    would_be_month: tuple[np.ndarray, ...]
    would_be_count: tuple[np.ndarray, ...]
    #: One row per strategy × replicate × month × item (a channel's name, `visits`, `reviews`,
    #: `in turn`, `random`, and in a year's last month `unspent`): `fixed_yuan, uses, use_yuan`.
    costs: pd.DataFrame
    #: One row per household placed among the monitored by a visit: `strategy, replicate, month,
    #: household_id, channel, fell` (within twelve months; missing when that is not known yet).
    placements: pd.DataFrame = field(repr=False)
    #: The table `ledger` of `schema`, without rows for checks that raised no lead: their number
    #: and cost are in `costs`. Of a visit also `let_in`, and when it was drawn at random
    #: `inclusion_probability`. None when it was not asked for.
    ledger: pd.DataFrame | None = field(repr=False)

    def scale_text(self) -> str:
        """By which share of each region's worker households were fixed costs scaled?"""
        return scale_said(self.world.scale())

    def falls(self) -> pd.DataFrame:
        """Every fall under every strategy and replicate.

        Returns
        -------
        one row per strategy × replicate × fall: `strategy, replicate, household_id, onset,
        last_month, running_at_start, kind` (missing when the spell began before anything was
        seen)`, cause, found_month` (missing: never)`, how, channel, delay_months` (found − onset,
        negative is early; missing when either is unknown), and the household at the onset (or in
        the first month): `listed` (ever on the file handed over), `form, insured, union_member,
        migrant, in_county`.

        """
        falls, world = self.world.falls, self.world
        s, r, f = (axis.ravel() for axis in np.indices(self.found_month.shape))
        found = self.found_month.ravel()
        missing = found == NEVER
        row = np.clip(falls.onset - int(world.months[0]), LEAD_IN, None)
        who = falls.household
        table: dict[str, Any] = {
            "strategy": named(s, [one.name for one in self.strategies]),
            "replicate": np.array(self.replicates)[r],
            "household_id": world.households[who][f],
            "onset": falls.onset[f],
            "last_month": falls.last[f],
            "running_at_start": (falls.onset < world.months[LEAD_IN])[f],
            "kind": named(
                np.where(falls.begins_unseen, -1, falls.returning)[f], ["first_fall", "return"]
            ),
            "cause": named(world.fall_cause[f], CAUSES),
            "found_month": pd.arrays.IntegerArray(found.copy(), missing),
            "how": named(self.how.ravel(), list(HOW)),
            "channel": channel_names(self.strategies, s, self.by.ravel()),
            "delay_months": pd.arrays.IntegerArray(
                found - falls.onset[f], missing | falls.begins_unseen[f]
            ),
            "listed": (world.register.category[who] != 0)[f],
            "form": named(world.employment_form[row, who][f], list(FORMS)),
            "insured": world.insured[row, who][f],
            "union_member": world.union_member[row, who][f],
            "migrant": world.migrant[who][f],
            "in_county": world.in_county[who][f],
        }
        return pd.DataFrame(table)


def named(codes: np.ndarray, words: Sequence[str]) -> "pd.Categorical[Any]":
    """Codes as words."""
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(words)))


def channel_names(
    strategies: Sequence[Strategy], s: np.ndarray, by: np.ndarray
) -> "pd.Categorical[Any]":
    """The name of the channel (or of `UNASKED`) behind each code; missing for −1."""
    words = list(dict.fromkeys([c.name for one in strategies for c in one.channels]))
    words += UNASKED.values()
    place = np.full((len(strategies), 128), -1, dtype=np.int8)
    for k, strategy in enumerate(strategies):
        for code, channel in enumerate(strategy.channels):
            place[k, code] = words.index(channel.name)
        place[k, list(UNASKED)] = [words.index(word) for word in UNASKED.values()]
    codes = np.where(by < 0, -1, place[s, np.maximum(by, 0)])
    return named(codes, words)


def scale_said(shares: Mapping[str, float]) -> str:
    """By which share of each region's worker households were fixed costs scaled, in words?"""
    places = [
        language.say("{place} {share}", place=language.named("values", place), share=f"{share:.3%}")
        for place, share in shares.items()
    ]
    return language.say(
        "Fixed costs, sites and staff scaled to this town's share: {places}",
        places=language.listed(places),
    )
