"""What each channel would catch by itself, and with whom it shares: before money and capacity.

A fall is *caught* by a channel that would raise a lead while the spell lasts, whoever knows the
household already. Rosters (doors, model-ranked visits) raise no leads and do not count here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hardship_model.data.population.codes import FORMAL
from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import interval
from hardship_model.screening.played import Played
from hardship_model.screening.tallies import ENOUGH_TOWNS
from hardship_model.screening.world import LEAD_IN, World

#: How falls are told apart when the never found are estimated.
STRATA = ("listed", "formal", "insured")
#: Columns of the tables, which are there also when no strategy has two channels that raise leads.
_CHANNELS = ["strategy", "channel", "falls", "caught", "share", "low", "high", "alone", "credit",
             "credit_low", "credit_high", "never"]  # fmt: skip
_OVERLAPS = ["strategy", "channel", "other", "caught", "both", "share"]
_NEVER = ["strategy", "channels", "caught", "f1", "f2", "estimated", "low", "high", "true",
          "covered"]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Catches:
    """Which channels of one strategy caught how many falls; towns, replicates added."""

    strategy: str
    channels: tuple[str, ...]
    #: bool [patterns, channels]: every combination of channels, the first catches nothing.
    patterns: np.ndarray
    #: [towns, strata, patterns]: falls.
    falls: np.ndarray


def catches(played: Played) -> Mapping[str, Catches]:
    """For each strategy with two or more channels that raise leads: who caught what in a town."""
    found = {}
    for s, strategy in enumerate(played.strategies):
        speak = [c for c, channel in enumerate(strategy.channels) if not channel.roster]
        if len(speak) < 2:
            continue
        found[strategy.name] = Catches(
            strategy=strategy.name,
            channels=tuple(strategy.channels[c].name for c in speak),
            patterns=_every_pattern(len(speak)),
            falls=count_patterns(
                played.would_be_month[s][:, speak] > 0, strata_of(played.world)
            )[None],
        )  # fmt: skip
    return found


def of_towns(found: Sequence[Catches]) -> Catches:
    """The same strategy in several towns as one."""
    return replace(found[0], falls=np.concatenate([one.falls for one in found]))


def count_patterns(caught: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """How many falls has each stratum × pattern? `caught` is bool [replicates, channels, falls]."""
    n = caught.shape[1]
    code = (caught * (1 << np.arange(n))[:, None]).sum(axis=1)
    flat = strata * (1 << n) + code
    shape = (1 << len(STRATA), 1 << n)
    return np.bincount(flat.ravel(), minlength=shape[0] * shape[1]).reshape(shape)


def _every_pattern(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, None] >> np.arange(n)) & 1 == 1


def strata_of(world: World) -> np.ndarray:
    """The stratum of each fall, bits of `STRATA`; int64 (n_falls,)."""
    who = world.falls.household
    row = np.clip(world.falls.onset - int(world.months[0]), LEAD_IN, None)
    signs = (
        world.register.category[who] != 0, world.employment_form[row, who] == FORMAL,
        world.insured[row, who],
    )  # fmt: skip
    return (np.stack(signs).T * (1 << np.arange(len(STRATA)))).sum(axis=1)


def equal_split(patterns: np.ndarray) -> np.ndarray:
    """How much of a fall with this pattern belongs to each channel? [patterns, channels].

    Each catcher gets the same part. This is the channel's Shapley value in the game *how many
    falls does this set of channels cover?*, since a fall is one to share among those who cover
    it and nought to everybody else.
    """
    return ratio(patterns, patterns.sum(axis=1, keepdims=True), empty=0.0)


def draw_falls(falls: np.ndarray, *, n_draws: int, seed: int) -> np.ndarray:
    """Counts of all towns together; draw 0 as they are. [1 + draws, strata, patterns].

    Draws take towns with replacement, and weigh falls anew inside them when towns are few.
    """
    n = len(falls)
    rng = np.random.default_rng([seed, n])
    flat = falls.reshape(n, -1)
    # Of all combinations of channels few catch anybody; nothing needs to be drawn for the others.
    there = np.flatnonzero(flat.any(axis=0))
    counts = flat[:, there]
    drawn = np.zeros((1 + n_draws, flat.shape[1]))
    drawn[0, there] = counts.sum(axis=0)
    for k in range(1, 1 + n_draws):
        kept = counts[rng.integers(0, n, size=n)].sum(axis=0) if n > 1 else counts[0]
        drawn[k, there] = kept if n >= ENOUGH_TOWNS else rng.poisson(kept)
    return drawn.reshape(1 + n_draws, *falls.shape[1:])


def channels_table(found: Mapping[str, Catches], *, n_draws: int, seed: int) -> pd.DataFrame:
    """What would each channel catch, what would it alone, and what is its fair part?

    Returns
    -------
    one row per strategy × channel: `falls` (spells in the months played), `caught` with `share,
    low, high`; `alone` (by no other channel); `credit` (falls, split equally among the catchers)
    with `credit_low, credit_high`; `never` (falls that no channel of the strategy catches).

    """
    rows = []
    for one in found.values():
        drawn = draw_falls(one.falls, n_draws=n_draws, seed=seed).sum(axis=1)
        every = drawn.sum(axis=1)
        single = one.patterns.sum(axis=1) == 1
        credit = drawn @ equal_split(one.patterns)
        caught = drawn @ one.patterns
        for c, name in enumerate(one.channels):
            low, high = interval(ratio(caught[1:, c], every[1:]))
            credit_low, credit_high = interval(credit[1:, c])
            rows.append({
                "strategy": one.strategy, "channel": name, "falls": every[0],
                "caught": caught[0, c], "share": caught[0, c] / every[0], "low": low, "high": high,
                "alone": drawn[0] @ (single & one.patterns[:, c]), "credit": credit[0, c],
                "credit_low": credit_low, "credit_high": credit_high, "never": drawn[0, 0],
            })  # fmt: skip
    return pd.DataFrame(rows, columns=_CHANNELS)


def overlap_table(found: Mapping[str, Catches]) -> pd.DataFrame:
    """Of what one channel catches, how much does another catch as well?

    One row per strategy × channel × other channel: `caught`, `both`, `share` (both of caught).
    """
    rows = []
    for one in found.values():
        falls = one.falls.sum(axis=(0, 1))
        both = (one.patterns.T * falls) @ one.patterns
        for a, name in enumerate(one.channels):
            for b, other in enumerate(one.channels):
                if a != b:
                    rows.append({
                        "strategy": one.strategy, "channel": name, "other": other,
                        "caught": both[a, a], "both": both[a, b],
                        "share": float(ratio(both[a, b], both[a, a])),
                    })  # fmt: skip
    return pd.DataFrame(rows, columns=_OVERLAPS)


def never_found(found: Mapping[str, Catches], *, n_draws: int, seed: int) -> pd.DataFrame:
    """How many falls does no channel catch, as far as the overlap can tell, and in truth?

    By Chao (1987) with the channels as lists: ((t − 1)/t) f1 (f1 − 1) / (2 (f2 + 1)) in each
    stratum, where f1 and f2 are falls caught by exactly one and two of t channels. A lower bound
    as long as every channel could see everybody in the stratum and whom one misses others are
    likelier to miss. Where channels look at different people (a list here, organised units
    there) few falls are caught twice, and it says too much; `covered` above 1 shows it.

    Returns
    -------
    one row per strategy: `caught` (by any channel), `f1, f2, estimated` with `low, high`, `true`,
    and `covered` (estimated of true).

    """
    rows = []
    for one in found.values():
        drawn = draw_falls(one.falls, n_draws=n_draws, seed=seed)
        bound = chao(drawn, one.patterns)
        low, high = interval(bound[1:])
        n_by = one.patterns.sum(axis=1)
        falls = drawn[0].sum(axis=0)
        rows.append({
            "strategy": one.strategy, "channels": len(one.channels), "caught": falls[1:].sum(),
            "f1": falls[n_by == 1].sum(), "f2": falls[n_by == 2].sum(), "estimated": bound[0],
            "low": low, "high": high, "true": falls[0],
            "covered": float(ratio(bound[0], falls[0])),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=_NEVER)


def chao(falls: np.ndarray, patterns: np.ndarray) -> np.ndarray:
    """Chao's number of those caught by none; `falls` is [..., strata, patterns]."""
    t, n_by = patterns.shape[1], patterns.sum(axis=1)
    once, twice = (falls[..., n_by == k].sum(axis=-1) for k in (1, 2))
    bound = (t - 1) / t * once * np.maximum(once - 1, 0) / (2 * (twice + 1))
    return bound.sum(axis=-1)
