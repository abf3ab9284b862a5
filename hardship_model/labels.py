"""Outcomes: who fell into hardship for the first time, who fell back, what cannot be said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel

ANSWERS = pd.CategoricalDtype(["no", "yes", "unknown"])
KINDS = pd.CategoricalDtype(["first_fall", "return"])
NO, YES, UNKNOWN = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about the months after `as_of`.

    `entered_within` is the screening question: does a spell of hardship begin inside the
    horizon? `in_hardship_at` is what a survey with gaps can answer: is the household in
    hardship at the end of the horizon?
    """

    ask: Literal["entered_within", "in_hardship_at"]
    horizon_months: int
    #: Months out of hardship that end a spell; a re-entry sooner continues it.
    exit_months: int = 1
    #: A spell shorter than this does not count; counted from its first month to its last.
    spell_months: int = 1
    #: 0: the household must be seen at `as_of`; 9: its last sight may be nine months old.
    seen_within_months: int = 0
    #: Periods in which the household must have been seen by `as_of`.
    min_seen: int = 1

    def __post_init__(self) -> None:
        """Refuse a question that has no meaning."""
        if self.ask not in ("entered_within", "in_hardship_at"):
            raise ValueError(f"ask is 'entered_within' or 'in_hardship_at', got {self.ask!r}.")
        for name in ("horizon_months", "exit_months", "spell_months", "min_seen"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        if self.seen_within_months < 0:
            raise ValueError(f"seen_within_months is negative: {self.seen_within_months}.")

    @property
    def months_until_known(self) -> int:
        """How long after `as_of` is a *yes* at the horizon's end established?"""
        confirm = self.spell_months - 1 if self.ask == "entered_within" else 0
        return self.horizon_months + confirm


@dataclass(frozen=True, kw_only=True)
class Task:
    """One forecast: of whom, of what, how far ahead."""

    name: str
    kind: Literal["first_fall", "return", "both"]
    question: Question
    #: Look at every so many months, counted back (to train) or on (to judge) from the origin:
    #: neighbouring months of a monthly panel tell nearly the same. 0: every period.
    every_months: int = 0

    def __post_init__(self) -> None:
        """Refuse steps backward."""
        if self.every_months < 0:
            raise ValueError(f"every_months is negative: {self.every_months}.")

    def about(self, rows: pd.DataFrame) -> np.ndarray:
        """Which of these outcomes is the task about? Shape (n,), bool."""
        return (rows["kind"] == self.kind).to_numpy() | (self.kind == "both")


def outcomes(panel: Panel, question: Question, *, as_of: Iterable[int]) -> pd.DataFrame:
    """Which households were at risk at `as_of`, and what became of them?

    At risk: seen, out of hardship for `exit_months`. `kind` is *return* when a counted spell
    was seen before `as_of`, else *first_fall*: months that were not seen before `as_of`
    cannot tell the two apart and are read as out of hardship.

    Returns
    -------
    one row per household at risk and `as_of`: `household_id, as_of, kind, answer,
    months_to_entry` (missing unless *yes*), `all_seen`. The answer is *yes* when it holds
    whatever the unseen months were like, *no* only when every month that matters was seen;
    `all_seen` says that they were, also under a *yes*. (To learn from a *yes* whose *no* would
    have been unknown is to learn that everybody falls.)

    """
    found = [_outcomes_at(panel, question, month) for month in as_of]
    if not found:
        nobody = np.empty(0, dtype=int)
        return _table(panel, nobody, 0, nobody, nobody, nobody, nobody.astype(bool))
    return pd.concat(found, ignore_index=True)


def _outcomes_at(panel: Panel, question: Question, as_of: int) -> pd.DataFrame:
    now = panel.period_of(as_of)
    at_risk, fell_before = _risk_set(panel, question, now)
    who = np.flatnonzero(at_risk)
    horizon = _periods(question.horizon_months, panel)
    if question.ask == "in_hardship_at":
        answer, lead = _state_at(panel.state[:, who], now, horizon)
        all_seen = answer != UNKNOWN
    else:
        answer, lead = _entry_within(panel.state[:, who], now, horizon, *_rule(question, panel))
        ahead = panel.state[now + 1 : now + horizon + 1, who]
        all_seen = (ahead >= 0).all(axis=0) & (len(ahead) == horizon)
    return _table(panel, who, as_of, fell_before[who], answer, lead * panel.step_months, all_seen)


def _table(
    panel: Panel,
    who: np.ndarray,
    as_of: int,
    kind: np.ndarray,
    answer: np.ndarray,
    lead: np.ndarray,
    all_seen: np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "household_id": panel.households[who],
            "as_of": np.full(len(who), as_of, dtype=np.int32),
            "kind": pd.Categorical.from_codes(kind.astype(np.int8), dtype=KINDS),
            "answer": pd.Categorical.from_codes(answer.astype(np.int8), dtype=ANSWERS),
            "months_to_entry": pd.arrays.IntegerArray(lead.astype(np.int16), answer != YES),
            "all_seen": all_seen,
        }
    )


def _periods(months: int, panel: Panel) -> int:
    """Months in whole periods of the panel, rounded up."""
    return -(-months // panel.step_months)


def _rule(question: Question, panel: Panel) -> tuple[int, int]:
    return _periods(question.exit_months, panel), _periods(question.spell_months, panel)


def _risk_set(panel: Panel, question: Question, now: int) -> tuple[np.ndarray, np.ndarray]:
    """Who is out of hardship at `now`, and of these, who had a counted spell before?"""
    state = panel.state[: now + 1]
    exit_periods, spell_periods = _rule(question, panel)
    sight = _periods(question.seen_within_months, panel)
    last_seen = _last(state >= 0)
    out_since = now - np.maximum(_last(state == 1), -1)
    window = state[max(0, now + 1 - exit_periods) :]
    if sight:
        out = (now - last_seen <= sight) & (last_seen >= 0) & (_at(state, last_seen) == 0)
        out &= out_since >= exit_periods
    else:
        out = (window == 0).all(axis=0) & (out_since >= exit_periods)
    out &= (state >= 0).sum(axis=0) >= question.min_seen
    fell_before = np.zeros(state.shape[1], dtype=bool)
    for spell in _spells(state, exit_periods):
        fell_before |= spell.ended & (spell.last - spell.first + 1 >= spell_periods)
    return out, fell_before


def _last(flags: np.ndarray) -> np.ndarray:
    """The last period in which each household's flag is up; −1 when never."""
    last = len(flags) - 1 - flags[::-1].argmax(axis=0)
    return np.where(flags.any(axis=0), last, -1)


def _at(state: np.ndarray, period: np.ndarray) -> np.ndarray:
    return np.take_along_axis(state, np.maximum(period, 0)[None], axis=0)[0]


def _state_at(state: np.ndarray, now: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    n_households = state.shape[1]
    lead = np.full(n_households, horizon)
    if now + horizon >= len(state):
        return np.full(n_households, UNKNOWN), lead
    then = state[now + horizon]
    return np.where(then < 0, UNKNOWN, then), lead


def _entry_within(
    state: np.ndarray, now: int, horizon: int, exit_periods: int, spell_periods: int
) -> tuple[np.ndarray, np.ndarray]:
    """Does a counted spell begin in periods `now + 1 … now + horizon`, and when?

    Walks forward once, keeping for each household the spell that may be beginning. It is
    confirmed when it has lasted `spell_periods`, and dropped after `exit_periods` out of
    hardship. When some of these were not seen it may still be running (`maybe`): if unseen
    periods could make it long enough, the answer is in doubt.
    """
    n_households = state.shape[1]
    entry, maybe, lead = np.full((3, n_households), -1)
    gap, seen_gap = np.zeros((2, n_households), dtype=int)
    doubt = np.zeros(n_households, dtype=bool)
    for period in range(now + 1, now + horizon + exit_periods * spell_periods + 1):
        inside = period <= now + horizon
        seen = state[period] if period < len(state) else np.full(n_households, -1, np.int8)
        hard, blind = seen == 1, seen < 0
        entry[hard & (entry < 0) & inside] = period
        gap = np.where(hard, 0, gap + 1)
        seen_gap = np.where(hard | blind, 0, seen_gap + 1)
        long_enough = (entry >= 0) & (period - entry + 1 >= spell_periods)
        maybe_long_enough = (maybe >= 0) & (period - maybe + 1 >= spell_periods)
        lead[hard & long_enough & (lead < 0)] = entry[hard & long_enough & (lead < 0)] - now
        doubt |= (blind & (long_enough | inside)) | ((hard | blind) & maybe_long_enough)
        over = (entry >= 0) & (gap >= exit_periods)
        may_run_on = over & (seen_gap < exit_periods) & (maybe < 0)
        maybe[may_run_on] = entry[may_run_on]
        maybe[seen_gap >= exit_periods] = -1
        entry[over] = -1
    return np.where(lead > 0, YES, np.where(doubt, UNKNOWN, NO)), lead


@dataclass(frozen=True, kw_only=True)
class _SpellEnds:
    """Households whose spell ends at one period: which, since when, until when."""

    period: int
    ended: np.ndarray
    first: np.ndarray
    last: np.ndarray


def _spells(state: np.ndarray, exit_periods: int) -> Iterator[_SpellEnds]:
    """Every spell once, at the period that ends it: `exit_periods` without hardship seen."""
    n_households = state.shape[1]
    first = np.full(n_households, -1)
    last = np.full(n_households, -1)
    for period, seen in enumerate(state):
        hard = seen == 1
        first[hard & (first < 0)] = period
        last[hard] = period
        ended = (first >= 0) & (period - last >= exit_periods)
        yield _SpellEnds(period=period, ended=ended, first=first.copy(), last=last.copy())
        first[ended] = -1
