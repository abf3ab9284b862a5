"""The months as they are written down: a page for each strategy and replicate, bound as a book."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.data.population.register import BACKSTOPPED, DEEP, MONITORED
from hardship_model.screening.aided import Relief
from hardship_model.screening.hearing import Leads
from hardship_model.screening.office import NEVER, Office, in_file
from hardship_model.screening.path import Month, Procedure, Visited
from hardship_model.screening.played import (
    AFTER,
    BEFORE,
    NOT_FOUND,
    ON_FILE,
    WATCHED_MONTHS,
    Played,
    channel_names,
    named,
)
from hardship_model.screening.strategies import IN_TURN, RANDOM, REVIEW, UNASKED, Strategy
from hardship_model.screening.world import LEAD_IN, World

#: Flags of a contact.
VISIT, FOUND, LET_IN = 1, 2, 4


@dataclass(kw_only=True, eq=False)
class Page:
    """One strategy's months in one replicate, as they are written down."""

    strategy: Strategy
    found_month: np.ndarray
    how: np.ndarray
    by: np.ndarray
    visits: np.ndarray
    false_finds: np.ndarray
    aid_months: np.ndarray
    missed_aid_months: np.ndarray
    aid_yuan: np.ndarray
    missed_aid_yuan: np.ndarray
    lifted_months: np.ndarray
    lifted_of_fall: np.ndarray
    #: None: aid does not feed back.
    relief: Relief | None
    would_be_month: np.ndarray
    would_be_count: np.ndarray
    #: [months]: the chance of each household that could be visited to be drawn at random.
    inclusion_probability: np.ndarray
    with_ledger: bool
    costs: list[tuple[int, str, float, int, float]] = field(default_factory=list)
    placed: list[np.ndarray] = field(default_factory=list)
    #: Blocks of [month, position, code of channel, `VISIT` + `FOUND` + `LET_IN`].
    contacts: list[np.ndarray] = field(default_factory=list)

    def note_falls(self, office: Office, now: Month) -> None:
        """Who falls this month, and did the office know or watch the household?

        In the first month also the spells that are running already.
        """
        falls = now.world.falls
        first = now.row == LEAD_IN
        fresh = np.flatnonzero(falls.onset <= now.number if first else falls.onset == now.number)
        who = falls.household[fresh]
        known = office.known[who]
        self._found(fresh[known], office.known_since[who[known]], ON_FILE, -1)
        watched = ~known & (office.category[who] == MONITORED)
        since, last = office.watched_since[who], office.watched_last[who]
        since = np.where(now.number - since <= WATCHED_MONTHS, since, last)
        watched &= now.number - since <= WATCHED_MONTHS
        before = np.where(falls.onset[fresh] < now.number, ON_FILE, BEFORE)
        self._found(
            fresh[watched], since[watched], before[watched], office.watched_by[who[watched]]
        )

    def _found(
        self, fall: np.ndarray, month: np.ndarray | int, how: np.ndarray | int,
        by: np.ndarray | int,
    ) -> None:  # fmt: skip
        self.found_month[fall], self.how[fall], self.by[fall] = month, how, by

    def note_leads(self, brought: Sequence[Leads], now: Month, fixed: Sequence[float]) -> None:
        """What the channels cost, what came onto the watch list, what would have come."""
        spell = now.world.spell[now.row]
        for code, (leads, yuan) in enumerate(zip(brought, fixed, strict=True)):
            channel = leads.channel
            use_yuan = leads.uses * channel.cost_yuan
            self.costs.append((now.number, channel.name, yuan, leads.uses, use_yuan))
            if self.with_ledger:
                self._contact(now, leads.new, code, 0)
            if channel.roster:
                continue
            fall = spell[leads.would_be]
            fall = fall[fall >= 0]
            self.would_be_count[code, fall] += 1
            new = fall[self.would_be_month[code, fall] == NEVER]
            self.would_be_month[code, new] = now.number

    def _contact(
        self, now: Month, who: np.ndarray, by: np.ndarray | int, flags: np.ndarray | int
    ) -> None:
        block = np.empty((4, len(who)), dtype=np.int32)
        block[0], block[1], block[2], block[3] = now.number, who, by, flags
        self.contacts.append(block)

    def note_visits(
        self, office: Office, visited: Visited, now: Month, *, inclusion_probability: float
    ) -> None:
        """What the visits found and cost; what a year leaves unspent."""
        who, hard = visited.who, now.world.hard(now.row)
        spell = now.world.spell[now.row, who]
        told = (spell >= 0) & (visited.found | visited.placed)
        new = told & (self.how[np.maximum(spell, 0)] == NOT_FOUND)
        self._found(spell[new], now.number, AFTER, visited.by[new])
        self.visits[who] += 1
        self.false_finds[who[visited.found & ~hard[who]]] += 1
        if visited.placed.any():
            at = visited.placed
            self.placed.append(np.stack([np.full(at.sum(), now.number), who[at], visited.by[at]]))
        if self.with_ledger:
            flags = VISIT + FOUND * visited.found + LET_IN * visited.let_in
            self._contact(now, who, visited.by, flags)
        self.inclusion_probability[now.row] = inclusion_probability
        self._visit_costs(office, visited, now)

    def note_aid(self, office: Office, now: Month) -> None:
        """Who is paid aid this month, beside the budget, and who in hardship is not?"""
        world, row, hard = now.world, now.row, now.world.hard(now.row)
        aided = in_file(office.category) & (office.months_in_file >= now.procedure.filing_months)
        aided &= now.alive
        who = np.flatnonzero(aided)
        paid = world.aid_yuan(row, office.category[who] - DEEP, who)
        self.aid_months[who] += 1
        self.aid_yuan[who] += paid
        if self.relief is not None:
            lifted = self.relief.lift(now, who, paid)
            self.lifted_months[lifted] += 1
            fall = world.spell[row, lifted]
            self.lifted_of_fall[fall[fall >= 0]] += 1
            hard[lifted] = False
        missed = np.flatnonzero(hard & ~aided & (office.category != BACKSTOPPED))
        self.missed_aid_months[missed] += 1
        self.missed_aid_yuan[missed] += world.aid_yuan(row, world.state[row, missed], missed)

    def _visit_costs(self, office: Office, visited: Visited, now: Month) -> None:
        yuan = now.procedure.visit_yuan
        kinds = {
            "visits": ~np.isin(visited.by, list(UNASKED)), "reviews": visited.by == REVIEW,
            "in turn": visited.by == IN_TURN, "random": visited.by == RANDOM,
        }  # fmt: skip
        for item, these in kinds.items():
            n = int(these.sum())
            self.costs.append((now.number, item, 0.0, n, n * yuan))
        months_played = now.row - LEAD_IN + 1
        if months_played % 12 == 0 or now.row == len(now.world.months) - 1:
            self.costs.append((now.number, "unspent", 0.0, 0, office.purse_yuan))


@dataclass(kw_only=True, eq=False)
class Book:
    """All pages, and the arrays that they write into."""

    world: World
    strategies: tuple[Strategy, ...]
    replicates: tuple[int, ...]
    procedure: Procedure
    with_ledger: bool
    aid_feeds_back: bool

    def __post_init__(self) -> None:
        """Empty arrays, and a page for each strategy and replicate."""
        shape = (len(self.strategies), len(self.replicates))
        n, f = self.world.n_households, len(self.world.falls)
        self.of_falls: dict[str, Any] = {
            "found_month": np.full((*shape, f), NEVER, dtype=np.int32),
            "how": np.full((*shape, f), NOT_FOUND, dtype=np.int8),
            "by": np.full((*shape, f), -1, dtype=np.int8),
            "lifted_of_fall": np.zeros((*shape, f), dtype=np.int16),
        }
        kinds = {"visits": np.int16, "false_finds": np.int16, "aid_months": np.int8,
                 "missed_aid_months": np.int8, "aid_yuan": np.float32,
                 "missed_aid_yuan": np.float32, "lifted_months": np.int8}  # fmt: skip
        self.of_households: dict[str, Any] = {
            name: np.zeros((*shape, n), dtype=kind) for name, kind in kinds.items()
        }
        size = [(shape[1], len(one.channels), f) for one in self.strategies]
        self.would_be_month = tuple(np.full(one, NEVER, dtype=np.int32) for one in size)
        self.would_be_count = tuple(np.zeros(one, dtype=np.int16) for one in size)
        self.inclusion_probability = np.zeros((*shape, len(self.world.months)))
        counts = self.procedure.aid_counts_share
        self.pages = {
            (s, r): Page(
                strategy=strategy,
                **{k: v[s, r] for k, v in (self.of_falls | self.of_households).items()},
                would_be_month=self.would_be_month[s][r],
                would_be_count=self.would_be_count[s][r],
                inclusion_probability=self.inclusion_probability[s, r],
                relief=Relief(share=counts) if self.aid_feeds_back else None,
                with_ledger=self.with_ledger,
            )
            for s, strategy in enumerate(self.strategies)
            for r in range(shape[1])
        }

    def page(self, strategy: int, replicate: int) -> Page:
        """Where this strategy's months in this replicate are written."""
        return self.pages[strategy, replicate]

    def closed(self) -> Played:
        """Everything, as it stands after the last month."""
        return Played(
            world=self.world, strategies=self.strategies, replicates=self.replicates,
            procedure=self.procedure, aid_feeds_back=self.aid_feeds_back,
            **self.of_falls, **self.of_households,
            would_be_month=self.would_be_month, would_be_count=self.would_be_count,
            costs=self._costs(), placements=self._placements(),
            ledger=self._ledger() if self.with_ledger else None,
        )  # fmt: skip

    def _costs(self) -> pd.DataFrame:
        rows = [
            (self.strategies[s].name, self.replicates[r], *line)
            for (s, r), page in self.pages.items()
            for line in page.costs
        ]
        return pd.DataFrame(rows, columns=[
            "strategy", "replicate", "month", "item", "fixed_yuan", "uses", "use_yuan",
        ])  # fmt: skip

    def _gathered(self, name: str, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Strategy, replicate and the lines of all pages' blocks."""
        blocks = {key: np.concatenate([np.empty((width, 0), np.int32), *getattr(page, name)],
                                      axis=1) for key, page in self.pages.items()}  # fmt: skip
        lengths = [block.shape[1] for block in blocks.values()]
        s, r = (np.repeat([key[axis] for key in blocks], lengths) for axis in (0, 1))
        return s, r, np.concatenate(list(blocks.values()), axis=1)

    def _placements(self) -> pd.DataFrame:
        s, r, (month, who, by) = self._gathered("placed", 3)
        fell, known = _falls_within(self.world, who, month, WATCHED_MONTHS)
        return pd.DataFrame({
            "strategy": named(s, [one.name for one in self.strategies]),
            "replicate": np.array(self.replicates)[r],
            "month": month,
            "household_id": self.world.households[who],
            "channel": channel_names(self.strategies, s, by),
            "fell": pd.arrays.BooleanArray(fell, ~known),
        })  # fmt: skip

    def _ledger(self) -> pd.DataFrame:
        s, r, (month, who, by, flags) = self._gathered("contacts", 4)
        is_visit = flags & VISIT > 0
        chance = self.inclusion_probability[s, r, month - int(self.world.months[0])]
        cost = np.zeros((len(self.strategies), 128))
        for k, strategy in enumerate(self.strategies):
            cost[k, : len(strategy.channels)] = [one.cost_yuan for one in strategy.channels]
        return pd.DataFrame({
            "strategy": named(s, [one.name for one in self.strategies]),
            "replicate": np.array(self.replicates)[r],
            "month": month,
            "household_id": self.world.households[who],
            "channel": channel_names(self.strategies, s, by),
            "step": named(is_visit.astype(np.int8), ["lead", "visit"]),
            "found": flags & FOUND > 0,
            "cost_yuan": np.where(is_visit, self.procedure.visit_yuan, cost[s, by]),
            "let_in": pd.arrays.BooleanArray(flags & LET_IN > 0, ~is_visit),
            "inclusion_probability": np.where(by == RANDOM, chance, np.nan),
        })  # fmt: skip


def _falls_within(
    world: World, who: np.ndarray, month: np.ndarray, months: int
) -> tuple[np.ndarray, np.ndarray]:
    """Did these households fall in the months after `month`, and is that known? Bool arrays.

    A household in hardship already did not fall afterwards. Near the world's end a spell may be
    too short to count so far, and a survey may not have asked: unknown, unless one counts.
    """
    falls = world.falls
    key = falls.household.astype(np.int64) * 100_000 + falls.onset
    asked = who.astype(np.int64) * 100_000 + month
    place = np.searchsorted(key, asked, side="right")
    following = np.append(key, np.iinfo(np.int64).max)[place]
    fell = following - asked <= months
    confirm = int(world.given(LEAD_IN)("spell_months")) - 1
    return fell, fell | world.followed(who, month, months + confirm)
