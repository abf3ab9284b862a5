"""How households move: who falls, who leaves, who falls back, how soon, out of how many."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.rates import wilson


def transitions(
    panel: Panel, *, exit_months: int = 1, spell_months: int = 1, up_to_months: int = 60
) -> pd.DataFrame:
    """How often do households fall, leave and fall back, and how does time matter?

    Returns
    -------
    one row per `move` and `months`, with counts, rate and 95 % Wilson interval:

    * *first_fall*, *return*, *leave*: of those seen out of (in) hardship and seen again
      `months` later, how many were in (out) then. *return*: seen in hardship before;
    * *hazard_of_leaving*, *hazard_of_return*: of those whose spell (time out) has a beginning
      that was seen and has lasted `months` without a gap in sight, how many leave (return) in
      the next period; `cumulative` is one minus the product of the survivals (Kaplan–Meier).

    `exit_months` and `spell_months` mean what they mean in `labels.Question`. Unseen periods
    are left out, never read as out of hardship. Households with several moves count each
    time, so the intervals are slightly too narrow.

    """
    state = settle(
        panel.state,
        exit_periods=-(-exit_months // panel.step_months),
        spell_periods=-(-spell_months // panel.step_months),
    )
    longest = min(up_to_months // panel.step_months, len(state) - 1)
    rows = [*_moves(state, longest), *_hazards(state, longest)]
    table = pd.DataFrame(rows, columns=["move", "months", "n", "events"])
    table = table[table["n"] > 0].reset_index(drop=True)
    table["months"] *= panel.step_months
    n, events = table["n"].to_numpy(float), table["events"].to_numpy(float)
    table["rate"] = events / n
    table["low"], table["high"] = wilson(events, n)
    hazard = table["move"].str.startswith("hazard")
    staying = (1 - table["rate"]).where(hazard)
    table["cumulative"] = 1 - staying.groupby(table["move"]).cumprod()
    return table


def settle(state: np.ndarray, *, exit_periods: int, spell_periods: int) -> np.ndarray:
    """The strips with short gaps inside a spell filled and short spells taken out.

    Shape and codes are those of `Panel.state`. A short run that touches unseen periods, or
    the beginning or end of observation, becomes unseen: nobody knows what it belongs to.
    """
    filled = _drop_short_runs(state, 0, exit_periods)
    return _drop_short_runs(filled, 1, spell_periods)


def _drop_short_runs(state: np.ndarray, code: int, shortest: int) -> np.ndarray:
    """Give runs of `code` shorter than `shortest` to their neighbours on both sides."""
    since, before = _runs(state, code)
    until, after = (grid[::-1] for grid in _runs(state[::-1], code))
    short = (state == code) & (since + until - 1 < shortest)
    enclosed = (before == 1 - code) & (after == 1 - code)
    return np.where(short, np.where(enclosed, 1 - code, -1), state).astype(state.dtype)


def _runs(state: np.ndarray, code: int) -> tuple[np.ndarray, np.ndarray]:
    """How long has each run of `code` lasted, and what was seen just before it began?"""
    lasted, before = np.empty(state.shape, np.int32), np.empty_like(state)
    length = np.zeros(state.shape[1], dtype=np.int32)
    preceding = np.full(state.shape[1], -1, dtype=state.dtype)
    for period, seen in enumerate(state):
        lasted[period] = length = np.where(seen == code, length + 1, 0)
        before[period] = preceding
        preceding = np.where(seen == code, preceding, seen)
    return lasted, before


def _moves(state: np.ndarray, longest: int) -> list[tuple[str, int, int, int]]:
    """Where are those who were seen now, `months` later?"""
    before = np.zeros(state.shape, dtype=bool)
    before[1:] = np.logical_or.accumulate(state == 1, axis=0)[:-1]
    rows = []
    for periods in range(1, longest + 1):
        now, then, fell_before = state[:-periods], state[periods:], before[:-periods]
        seen = then >= 0
        for move, at_risk, target in (
            ("first_fall", (now == 0) & ~fell_before, 1),
            ("return", (now == 0) & fell_before, 1),
            ("leave", now == 1, 0),
        ):
            counted = at_risk & seen
            rows.append((move, periods, int(counted.sum()), int((then[counted] == target).sum())))
    return sorted(rows)


def _hazards(state: np.ndarray, longest: int) -> list[tuple[str, int, int, int]]:
    rows = []
    for move, code in (("hazard_of_leaving", 1), ("hazard_of_return", 0)):
        lasted = _lasted(state, code)
        now, then = lasted[:-1], state[1:]
        counted = (now > 0) & (then >= 0)
        n = np.bincount(now[counted], minlength=longest + 1)
        events = np.bincount(now[counted & (then == 1 - code)], minlength=longest + 1)
        rows += [(move, k, int(n[k]), int(events[k])) for k in range(1, longest + 1)]
    return rows


def _lasted(state: np.ndarray, code: int) -> np.ndarray:
    """For how many periods has the run of `code` lasted, if its beginning was seen? Else 0."""
    lasted = np.zeros(state.shape, dtype=np.int32)
    current = np.zeros(state.shape[1], dtype=np.int32)
    for period in range(1, len(state)):
        begins = (state[period] == code) & (state[period - 1] == 1 - code)
        goes_on = (state[period] == code) & (current > 0)
        current = np.where(begins, 1, np.where(goes_on, current + 1, 0))
        lasted[period] = current
    return lasted
