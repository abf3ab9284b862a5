"""What one town adds to every measure: sums by strategy and group, and in bootstrap draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hardship_model.data.population.codes import CAUSES, FORMS
from hardship_model.evaluation.uncertainty import Draws
from hardship_model.language import say
from hardship_model.screening.played import (
    AFTER,
    BEFORE,
    NOT_FOUND,
    ON_FILE,
    WATCHED_MONTHS,
    Played,
)
from hardship_model.screening.world import LEAD_IN, World

#: With this many towns or more, intervals come from the towns alone.
ENOUGH_TOWNS = 10
#: Months after the fall within which it may have been found.
WITHIN = (1, 3, 6)
#: What is counted of falls. *new* falls begin while the office plays; *running* ones had begun
#: and stood on nobody's file, or nobody saw when. `asked_h`: new, followed for h months.
#: `found`: by a visit, before the fall or after it; months are those of counted spells.
OF_FALLS = (
    "spells", "new", "before", *(f"within_{h}" for h in WITHIN), *(f"asked_{h}" for h in WITHIN),
    "ever", "running", "running_found", "found", "hard_months", "unseen_months", "averted",
)  # fmt: skip
#: What is counted of households, known to be in hardship or not. `asked`: visits other than
#: reviews; of these `vain` met no hardship, `repeats` were not the first to the household.
OF_HOUSEHOLDS = (
    "visits", "asked", "vain", "repeats", "established", "false_finds", "placed", "placed_fell",
    "aid_months", "missed_aid_months", "all_hard_months", "aid_yuan", "missed_aid_yuan",
    "due_aid_yuan", "lifted_months", "yuan", "unspent_yuan", "budget_yuan",
)  # fmt: skip
#: How many of these, the last, are the office's money and belong to no household.
_OF_THE_OFFICE = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """Sums of one town. Draw 0 is the town as it is; further draws weigh its households anew."""

    strategies: tuple[str, ...]
    #: What splits the falls, and the value; the first is everybody.
    groups: tuple[tuple[str, str], ...]
    #: float64 [1 + draws, strategies, groups, `OF_FALLS`].
    falls: np.ndarray
    #: float64 [1 + draws, strategies, `OF_HOUSEHOLDS`]. Yuan are the office's, so not drawn.
    households: np.ndarray

    def of(self, strategies: Sequence[str]) -> "Tally":
        """The same of these strategies alone."""
        kept = [self.strategies.index(name) for name in strategies]
        return replace(
            self, strategies=tuple(strategies), falls=self.falls[:, kept],
            households=self.households[:, kept],
        )  # fmt: skip


def tally(
    played: Played, *, n_draws: int, seed: int, split: bool = True,
    weight: np.ndarray | None = None,
) -> Tally:  # fmt: skip
    """What does this town add? `n_draws` of a bootstrap over its households (0: none).

    Replicates inside the town are added up. Without a ledger what is counted of single visits is
    missing; without `split` there is one group, everybody. With `weight` each household (with
    its falls) counts so many times, and yuan by the mean.
    """
    groups, member = _groups(played.world)
    if not split:
        groups, member = groups[:1], member[:1]
    who = played.world.falls.household
    weight = np.ones(played.world.n_households) if weight is None else weight
    draws = Draws(household=np.arange(len(weight)), n_draws=n_draws, seed=seed)
    falls = [
        _drawn(draws, np.einsum("fk,gf->fgk", of * weight[who, None], member), rows=who)
        for of in fall_counts(played)
    ]
    households = [_drawn(draws, of * weight[:, None]) for of in household_counts(played)]
    yuan = weight.mean() * _yuan(played)
    yuan = np.broadcast_to(yuan, (1 + n_draws, *yuan.shape))
    return Tally(
        strategies=tuple(one.name for one in played.strategies),
        groups=groups,
        falls=np.stack(falls, axis=1),
        households=np.concatenate([np.stack(households, axis=1), yuan], axis=2),
    )


def _drawn(draws: Draws, amounts: np.ndarray, *, rows: np.ndarray | None = None) -> np.ndarray:
    """What these amounts, [rows, …], add up to as they are and in each draw; [1 + draws, …].

    One strategy at a time, which needs several times less memory; all have the same draws.
    """
    piece = draws.by_household(amounts.reshape(len(amounts), -1), rows=rows)
    whole = piece.sums.sum(axis=0)[None]
    drawn = draws.totals([piece])[0] if draws.n_draws else whole[:0]
    return np.concatenate([whole, drawn]).reshape(-1, *amounts.shape[1:])


def fall_counts(played: Played) -> np.ndarray:
    """How does each fall count? float64 [strategies, falls, `OF_FALLS`], replicates added."""
    falls, world = played.world.falls, played.world
    first = int(world.months[LEAD_IN])
    new = (falls.onset >= first) & ~falls.begins_unseen
    told = played.how != NOT_FOUND
    delay = played.found_month - falls.onset
    start, stop = np.maximum(falls.onset, first), falls.last + 1
    seen_from = np.where(told, np.clip(played.found_month, start, stop), stop)
    by_visit = (played.how == AFTER) | ((played.how == BEFORE) & (played.by >= 0))
    open_before = ~new & (played.how != ON_FILE)
    followed = {h: new & world.followed(falls.household, falls.onset, h) for h in WITHIN}
    flags = {
        "spells": np.ones_like(new), "new": new, "before": new & (played.how == BEFORE),
        **{f"within_{h}": followed[h] & told & (delay <= h) for h in WITHIN},
        **{f"asked_{h}": followed[h] for h in WITHIN},
        "ever": new & told, "running": open_before, "running_found": open_before & told,
        "found": by_visit, "hard_months": stop - start, "unseen_months": seen_from - start,
        "averted": _averted(played, new),
    }  # fmt: skip
    columns = [np.broadcast_to(flags[name], told.shape).sum(axis=1) for name in OF_FALLS]
    return np.stack(columns, axis=-1).astype(float)


def _averted(played: Played, new: np.ndarray) -> np.ndarray:
    """Which new falls count no longer, since aid left too few of their months in hardship?"""
    if not played.aid_feeds_back:
        return np.full(played.how.shape, np.nan)
    world, n = played.world, len(new)
    spells = (world.spell[row][world.hard(row)] for row in world.rows)
    months = sum(np.bincount(of[of >= 0], minlength=n) for of in spells)
    return new & (months - played.lifted_of_fall < world.given(LEAD_IN)("spell_months"))


def household_counts(played: Played) -> np.ndarray:
    """What was done with each household? float64 [strategies, households, all but yuan]."""
    world = played.world
    hard = np.array([world.hard(row) for row in world.rows])
    by_visit = _of_visits(played, hard)
    placed, placed_fell = _of_placements(played)
    columns = {
        "visits": played.visits.sum(axis=1), **by_visit,
        "false_finds": played.false_finds.sum(axis=1), "placed": placed,
        "placed_fell": placed_fell, "aid_months": played.aid_months.sum(axis=1),
        "missed_aid_months": played.missed_aid_months.sum(axis=1),
        "all_hard_months": np.broadcast_to(
            hard.sum(axis=0) * len(played.replicates), placed.shape
        ),
        "aid_yuan": played.aid_yuan.sum(axis=1),
        "missed_aid_yuan": played.missed_aid_yuan.sum(axis=1),
        "due_aid_yuan": np.broadcast_to(_due(world) * len(played.replicates), placed.shape),
        "lifted_months": played.lifted_months.sum(axis=1)
        if played.aid_feeds_back else np.full(placed.shape, np.nan),
    }  # fmt: skip
    return np.stack([columns[name] for name in OF_HOUSEHOLDS[:-_OF_THE_OFFICE]], axis=-1).astype(
        float
    )


def _due(world: World) -> np.ndarray:
    """What aid was due to each household in all its months in hardship, found or not? Yuan."""
    due = np.zeros(world.n_households)
    for row in world.rows:
        who = np.flatnonzero(world.hard(row))
        due[who] += world.aid_yuan(row, world.state[row, who], who)
    return due


def _of_visits(played: Played, hard: np.ndarray) -> dict[str, np.ndarray]:
    """Per strategy and household: visits that were asked for, in vain, repeated, established."""
    if played.ledger is None:
        unknown = np.full((len(played.strategies), played.world.n_households), np.nan)
        return dict.fromkeys(("asked", "vain", "repeats", "established"), unknown)
    visits = played.ledger[played.ledger["step"] == "visit"]
    s, who = _places(visits, played)
    row = visits["month"].to_numpy() - int(played.world.months[LEAD_IN])
    asked = (visits["channel"] != "review").to_numpy()
    found = visits["found"].to_numpy()
    seen_before = visits.duplicated(["strategy", "replicate", "household_id"]).to_numpy()
    return {
        "asked": _counted(played, s, who, asked),
        "vain": _counted(played, s, who, asked & ~hard[row, who]),
        "repeats": _counted(played, s, who, asked & seen_before),
        "established": _counted(played, s, who, found),
    }


def _of_placements(played: Played) -> tuple[np.ndarray, np.ndarray]:
    """Households placed among the monitored whose next year is known, and those who then fell."""
    # Near the end only those who fell are known already: to count them alone would flatter.
    world = played.world
    confirm = int(world.given(LEAD_IN)("spell_months")) - 1
    s, who = _places(played.placements, played)
    month = played.placements["month"].to_numpy()
    kept = world.followed(who, month, WATCHED_MONTHS + confirm)
    known, s, who = played.placements[kept], s[kept], who[kept]
    fell = known["fell"].to_numpy(dtype=bool)
    return _counted(played, s, who, np.ones_like(fell)), _counted(played, s, who, fell)


def _places(rows: pd.DataFrame, played: Played) -> tuple[np.ndarray, np.ndarray]:
    """Place of each row's strategy and household."""
    order = np.argsort(played.world.households)
    ids = rows["household_id"].to_numpy()
    place = np.searchsorted(played.world.households, ids, sorter=order)
    return rows["strategy"].cat.codes.to_numpy().astype(np.int64), order[place]


def _counted(played: Played, s: np.ndarray, who: np.ndarray, which: np.ndarray) -> np.ndarray:
    n = played.world.n_households
    flat = s[which] * n + who[which]
    return np.bincount(flat, minlength=n * len(played.strategies)).reshape(-1, n)


def _yuan(played: Played) -> np.ndarray:
    """Money for looking, in all months: spent, left over, both; float64 [strategies, 3]."""
    names = [one.name for one in played.strategies]
    costs = played.costs.assign(yuan=played.costs["fixed_yuan"] + played.costs["use_yuan"])
    left = costs["item"] == "unspent"
    spent, unspent = (
        costs[which].groupby("strategy")["yuan"].sum().loc[names].to_numpy()
        for which in (~left, left)
    )
    return np.stack([spent, unspent, spent + unspent], axis=-1)


def _groups(world: World) -> tuple[tuple[tuple[str, str], ...], np.ndarray]:
    """Everybody, and the parts that are told apart; bool [groups, falls]."""
    falls, who = world.falls, world.falls.household
    row = np.clip(falls.onset - int(world.months[0]), LEAD_IN, None)
    cause = np.minimum(world.ground[row, who], len(CAUSES) - 2)
    splits: dict[str, tuple[np.ndarray, Sequence[str]]] = {
        "kind": (
            np.where(falls.begins_unseen, 2, falls.returning),
            ("first fall", "return", "begun before it was seen"),
        ),
        "cause": (cause, CAUSES[1:]),
        "employment form": (world.employment_form[row, who], FORMS),
        "listed": ((world.register.category[who] != 0).astype(int), ("never listed", "listed")),
        "migrant": (world.migrant[who].astype(int), ("local", "migrant")),
        "insured": (world.insured[row, who].astype(int), ("uninsured", "insured")),
        "lives in": (world.in_county[who].astype(int), ("city", "county")),
    }
    names, masks = [("everybody", "")], [np.ones(len(falls), dtype=bool)]
    for by, (codes, words) in splits.items():
        names += [(by, word) for word in words]
        masks += [codes == code for code in range(len(words))]
    return tuple(names), np.array(masks)


def add_up(tallies: Sequence[Tally], *, n_draws: int, seed: int) -> Tally:
    """All towns as one; draws take towns with replacement.

    A town is a cluster: its households share money, visits and luck. With fewer than
    `ENOUGH_TOWNS` towns their own spread is known badly, so a draw also weighs the households
    inside each town anew, which makes intervals wider rather than narrower; with one town the
    households alone are drawn.
    """
    rng = np.random.default_rng([seed, len(tallies)])
    n = len(tallies)
    times = rng.multinomial(n, np.full(n, 1 / n), size=n_draws) if n > 1 else np.ones((n_draws, 1))
    weights = np.concatenate([np.ones((1, n)), times])
    return Tally(
        strategies=tallies[0].strategies,
        groups=tallies[0].groups,
        falls=sum(_weighted(w, t.falls) for w, t in zip(weights.T, tallies, strict=True)),  # type: ignore[arg-type]
        households=sum(_weighted(w, t.households) for w, t in zip(weights.T, tallies, strict=True)),  # type: ignore[arg-type]
    )


def _weighted(weights: np.ndarray, sums: np.ndarray) -> np.ndarray:
    return weights.reshape(-1, *[1] * (sums.ndim - 1)) * sums


def how_sure(n_towns: int) -> str:
    """What do the intervals rest on, in words?"""
    if n_towns == 1:
        return say("one town: draws over its households; how towns differ is not known")
    if n_towns < ENOUGH_TOWNS:
        return say(
            "draws over {towns} towns and, as these are few, over the households in each",
            towns=n_towns,
        )
    return say("draws over {towns} towns, each with its own lives and luck", towns=n_towns)
