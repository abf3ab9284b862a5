"""What screening needs of a town: who lives there, what is true, and what leaves a trace.

Strategies see a world only through channels and visits. Months before the first played one are
kept because data come late; lives are the same under every strategy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from hardship_model.data.population import Town
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    CAUSES,
    COUNTIES_PER_CITY,
    FORMAL,
    N_EARNING,
    OTHER,
    PLACES,
    UNINSURED,
)
from hardship_model.data.population.register import ACCIDENTAL, DEEP, EXITED
from hardship_model.months import to_month, to_text
from hardship_model.rules import IN_HARDSHIP, LatentRule, RegisterRule
from hardship_model.screening.entitled import aid_due
from hardship_model.screening.spells import Falls, counted_spells
from hardship_model.screening.traces import Traces, dibao_of, traces

#: Months before the first played one that are kept: no channel is later than this.
LEAD_IN = 6
#: What is true of a household, as far as anybody's word depends on it: a cause of hardship, or
#: the state when there is none; a ground's code is its place here (int8).
GROUNDS = (*CAUSES[1:], "low_income", "at_risk", "ordinary")
_OF_CAUSE = np.array([OTHER - 1, *range(len(CAUSES) - 1)], dtype=np.int8)
#: Signs that a household is hard to see, as bits of `World.hidden`.
HIDDEN_BY = ("flexible", "migrant", "uninsured", "no_union")


class Register(NamedTuple):
    """The file as it is handed over to a strategy, one value per household."""

    category: np.ndarray
    months_above: np.ndarray
    months_in_file: np.ndarray
    #: Month in which an exited household left the file; 0: never, or unknown.
    exited_month: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A town in the months that are played, and `LEAD_IN` months before; row `first` begins.

    Grids have the shape [months, households].
    """

    name: str
    #: int32 (n_months,), the lead-in included.
    months: np.ndarray
    households: np.ndarray = field(repr=False)
    first_household: int
    #: Parameters multiplied by a factor, as in the town's config.
    scaled: Mapping[str, float] = field(default_factory=dict)
    #: What of channels and orders (their `reach`, `sees`, or the order itself) cannot be played
    #: here, and why.
    lacking: Mapping[Callable[..., object], str] = field(default_factory=dict)

    place: np.ndarray
    city: np.ndarray
    #: Lives in a county, not in the city itself.
    in_county: np.ndarray
    migrant: np.ndarray

    #: Codes of `rules.STATES`; alive means: lives in the town.
    state: np.ndarray
    alive: np.ndarray
    #: Codes of `GROUNDS`.
    ground: np.ndarray
    employment_form: np.ndarray
    insured: np.ndarray
    union_member: np.ndarray
    #: A member with a main earner in formal work: some basic-level union knows the household.
    organised: np.ndarray
    #: Bits of `HIDDEN_BY`.
    hidden: np.ndarray
    dibao: np.ndarray
    #: Net income of the trailing twelve months per head and month, over dibao.
    net_over_dibao: np.ndarray
    #: The same of the month alone.
    net_month_over_dibao: np.ndarray
    #: What a careful visit could measure; amounts are yuan of the trailing twelve months.
    income_yuan: np.ndarray
    rigid_yuan: np.ndarray
    event_loss_yuan: np.ndarray
    savings_yuan: np.ndarray
    members: np.ndarray
    dibao_yuan: np.ndarray
    recognised_cause: np.ndarray
    assets_pass: np.ndarray
    #: A month's aid for a household on file as deep, relative, accidental; uint16
    #: [months, 3, households]. None: not known.
    aid_due_yuan: np.ndarray | None = None

    #: What departments and the cross-check could tell.
    traces: Traces
    register: Register
    falls: Falls
    #: What brought each fall about, codes of the town's `CAUSES`.
    fall_cause: np.ndarray
    #: Which of `falls` a household lives through; −1: none. int32.
    spell: np.ndarray
    #: The file's households in hardship per worker household of the city, at the start.
    city_rate: np.ndarray

    @property
    def n_households(self) -> int:
        """How many households are there?"""
        return len(self.households)

    @property
    def n_at_once(self) -> int:
        """For how many households are an office's means meant?"""
        return self.n_households

    @property
    def rows(self) -> range:
        """The rows of the months that are played."""
        return range(LEAD_IN, len(self.months))

    def given(self, row: int) -> Assumptions:
        """The parameters of the month in this row."""
        return Assumptions(month=int(self.months[row]), scaled=self.scaled)

    def hard(self, row: int) -> np.ndarray:
        """Who is in hardship in this row? Bool (n_households,)."""
        return (self.state[row] <= IN_HARDSHIP[-1]) & self.alive[row]

    def aid_yuan(self, row: int, kind: np.ndarray, who: np.ndarray) -> np.ndarray:
        """A month's aid for each of `who`, on file as `kind` (codes of `IN_HARDSHIP`); float32."""
        if self.aid_due_yuan is None:
            return np.full(len(who), np.nan, dtype=np.float32)
        return self.aid_due_yuan[row, kind, who].astype(np.float32)

    def gone(self, row: int) -> np.ndarray:
        """Who has left for good, and with that the file? Bool (n_households,)."""
        return ~self.alive[row]

    def followed(self, who: np.ndarray, month: np.ndarray, months: int) -> np.ndarray:
        """Is it known how each of `who` fares in all of so many months after its `month`?"""
        return month + months <= self.months[-1]

    def scale(self) -> dict[str, float]:
        """Which share of each region's worker households lives here?

        Fixed costs, sites and staff of a region count for the world in this proportion.
        """
        given = self.given(LEAD_IN)
        return {
            place: float((self.place == code).sum()) / given("region_worker_households", place)
            for code, place in enumerate(PLACES)
        }


def from_town(
    town: Town, *, first_month: int = to_month("2021-01"), last_month: int = to_month("2022-12")
) -> World:
    """The world of an invented town; every strategy begins with the file of the month before.

    Raises ValueError when the town is too short: the cross-check looks 24 months back.
    """
    before = first_month - LEAD_IN
    start, stop = before - int(town.months[0]), last_month - int(town.months[0]) + 1
    if start < 24 or stop > len(town.months) or last_month < first_month:
        raise ValueError(
            f"The months {to_text(first_month)} to {to_text(last_month)} do not lie"
            f" {24 + LEAD_IN} months or more inside the town's, {to_text(town.months[0])} to"
            f" {to_text(town.months[-1])}; choose others or invent a longer town."
        )
    rows = slice(start, stop)
    months = town.months[rows]
    falls = _falls(town, first_month, last_month)
    register = _register(town, start + LEAD_IN)
    filed = (register.category >= DEEP) & (register.category <= ACCIDENTAL)
    city = town.fixed["city"]
    given = Assumptions(month=first_month, scaled=town.config.scaled)
    return World(
        name=f"invented town, seed {town.config.seed}",
        months=months,
        households=town.households,
        first_household=town.config.first_household,
        scaled=town.config.scaled,
        place=town.fixed["place"],
        city=city,
        in_county=town.fixed["county"] % COUNTIES_PER_CITY >= given("districts_of_a_city"),
        migrant=town.fixed["migrant"],
        register=register,
        falls=falls,
        fall_cause=town.truth["cause"][falls.onset - int(town.months[0]), falls.household],
        spell=falls.grid(months, len(town.households)),
        city_rate=(np.bincount(city, weights=filed) / np.maximum(np.bincount(city), 1))[city],
        traces=traces(town, rows),
        **_grids(town, rows),
    )


def _grids(town: Town, rows: slice) -> dict[str, Any]:
    true = {name: grid[rows] for name, grid in town.truth.items()}
    state, form, member = true["state"], true["employment_form"], true["union_member"]
    uninsured = true["insurance"] == UNINSURED
    flexible = (form != FORMAL) & (form < N_EARNING)
    signs = (flexible, town.fixed["migrant"], uninsured, ~member)
    dibao = dibao_of(town, rows)
    line = dibao * np.maximum(true["members"], 1)
    hard = state <= IN_HARDSHIP[-1]
    return {
        "state": state,
        "alive": true["alive"],
        "ground": np.where(hard, _OF_CAUSE[true["cause"]], state + np.int8(1)),
        "employment_form": form,
        "insured": ~uninsured,
        "union_member": member,
        "organised": member & (form == FORMAL),
        "hidden": sum(np.int8(1 << bit) * sign for bit, sign in enumerate(signs)),
        "dibao": true["dibao"],
        "net_over_dibao": (true["income12_yuan"] - true["rigid12_yuan"]) / (12 * line),
        "net_month_over_dibao": (true["income_yuan"] - true["rigid_yuan"]) / line,
        "income_yuan": true["income12_yuan"],
        "rigid_yuan": true["rigid12_yuan"],
        "event_loss_yuan": true["event_loss12_yuan"],
        "savings_yuan": true["savings_yuan"],
        "members": true["members"],
        "dibao_yuan": dibao,
        "recognised_cause": _recognised(town, rows),
        "assets_pass": (town.fixed["homes"] < 2) & ~town.fixed["owns_business"],
        "aid_due_yuan": aid_due(town, rows, dibao),
    }


def _recognised(town: Town, rows: slice) -> np.ndarray:
    """Who has a cause that the rules name, as far as the truth that is kept can tell?

    Whoever is in hardship. Of the others: disability, schooling, lost work, an event, spending
    out of pocket of `recognised_oop_share` of a year's income; but nobody who would be in
    hardship if there were a cause, because then there is none.
    """
    true = {name: grid[rows] for name, grid in town.truth.items()}
    given = Assumptions(month=int(town.months[rows][-1]), scaled=town.config.scaled)
    oop = np.cumsum(town.truth["oop_yuan"], axis=0, dtype=np.float64)
    oop12 = oop[rows] - oop[rows.start - 12 : rows.stop - 12]
    sign = (
        (true["disabled"] > 0)
        | (true["students"] > 0)
        | (true["unemployed_members"] > 0)
        | (true["event_loss12_yuan"] > 0)
        | (oop12 >= given("recognised_oop_share") * true["income12_yuan"])
    )
    rule = town.config.rule or given.card(LatentRule)
    line = dibao_of(town, rows) * np.maximum(true["members"], 1)
    poor = true["income12_yuan"] - true["rigid12_yuan"] < rule.relative_multiple * 12 * line
    if rule.savings_months:
        poor &= true["savings_yuan"] < np.float32(rule.savings_months) * line
    return (true["state"] <= IN_HARDSHIP[-1]) | (sign & ~poor)


def _falls(town: Town, first_month: int, last_month: int) -> Falls:
    given = Assumptions(month=first_month, scaled=town.config.scaled)
    hard = (town.truth["state"] <= IN_HARDSHIP[-1]) & town.truth["alive"]
    every = counted_spells(
        hard, town.months, exit_months=int(given("latent_exit_months")),
        spell_months=int(given("spell_months")),
    )  # fmt: skip
    return every.touching(first_month, last_month)


def _register(town: Town, row: int) -> Register:
    """The town's own file at the end of the month before `row`, and how long things have stood."""
    filed = town.truth["registered"][:row]
    category = filed[-1].copy()
    rule = RegisterRule.at(int(town.months[row]))
    in_file = (filed >= DEEP) & (filed <= ACCIDENTAL)
    line = np.where(category == DEEP, rule.deep_exit_multiple, rule.relative_exit_multiple)
    lately = slice(row - int(rule.exit_months) + 1, row)
    above = _run((_net_of_month(town, lately) >= line) & in_file[lately])
    months_in_file = _run(in_file)
    since = np.where(category == EXITED, town.months[row] - _run(filed == EXITED), 0)
    return Register(
        category, above * (category != ACCIDENTAL), months_in_file, since.astype(np.int32)
    )


def _net_of_month(town: Town, rows: slice) -> np.ndarray:
    line = dibao_of(town, rows) * np.maximum(town.truth["members"][rows], 1)
    return (town.truth["income_yuan"][rows] - town.truth["rigid_yuan"][rows]) / line


def _run(flags: np.ndarray) -> np.ndarray:
    """How many rows up to the last has each household's flag been up without a break? int16."""
    return (flags[::-1].cumprod(axis=0).sum(axis=0)).astype(np.int16)
