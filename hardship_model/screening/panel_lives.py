"""The lives that a survey saw, period by period, spread over the months of a world."""

from typing import Any

import numpy as np

from hardship_model.data.panel import Panel
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import (
    FLEXIBLE,
    FORMAL,
    ILLNESS,
    JOB_LOSS,
    NO_WORK,
    OTHER,
)
from hardship_model.rules import STATES, LatentRule, latent_state
from hardship_model.screening.panel_reading import RULES_OF
from hardship_model.screening.traces import Traces
from hardship_model.screening.world import GROUNDS, HIDDEN_BY

_ORDINARY = STATES.index("ordinary")
#: Months for which departments go by a value that no later one has replaced.
_KEPT = 12


class SurveyRules(Assumptions):
    """Rules without hysteresis: a survey's hardship ends at the line where it begins."""

    def __call__(self, name: str, place: str | None = None) -> float:
        """The value in force."""
        return super().__call__("relative_multiple" if name == "exit_multiple" else name, place)


class Lives:
    """What is true of a survey's households: grids [periods, households], dibao = 1.

    `told` is a panel whose rows carry the columns of `panel_reading.read`.
    """

    def __init__(self, told: Panel, months: np.ndarray) -> None:
        given = SurveyRules(month=RULES_OF, scaled={})
        self._told, self._months, self._step = told, months, told.step_months
        #: Income over the line becomes income over dibao by this.
        self._line = np.float32(given("relative_multiple"))
        self.seen, self.hard = told.state >= 0, told.state == 1
        self._form = _filled(told.grid("form"), NO_WORK, np.int8)
        self._unemployed, self._stays = told.grid("unemployed") > 0, told.grid("stays")
        over_line, one = told.grid("over_line"), np.float32(1)
        over_line = np.where(np.isnan(over_line), np.where(self.hard, one, 2 * one), over_line)
        # By the panel's own word out of hardship below the line: as if just not below it.
        net = self._line * np.where(self.hard, over_line, np.maximum(over_line, one))
        self.net = np.where(self.seen, net, np.float32(np.nan))
        #: By its own word in hardship above the line: as if by an event.
        self._loss = np.where(self.hard & (over_line >= 1), 12 * net, np.float32(0))
        self.state = np.where(self.seen, self._states(given), np.int8(_ORDINARY))
        ill = np.nan_to_num(self._stays) > 0
        self._cause = np.where(ill, ILLNESS, np.where(self._unemployed, JOB_LOSS, OTHER))

    def _states(self, given: SurveyRules) -> np.ndarray:
        lost_work = np.zeros_like(self.hard)
        lost_work[1:] = self._unemployed[1:] & ~self._unemployed[:-1] & self.seen[:-1]
        return latent_state(
            income_yuan=12 * self.net, rigid_yuan=np.zeros_like(self.net),
            event_loss_yuan=self._loss, members=np.ones(1, np.int8),
            dibao_yuan=np.ones(1, np.float32),
            assets_pass=np.True_, recognised_cause=np.True_, at_risk_sign=lost_work,
            savings_yuan=np.zeros_like(self.net), was_in_hardship=np.False_,
            rule=given.card(LatentRule),
        )  # fmt: skip

    def _by_month(self, grid: np.ndarray, empty: Any) -> np.ndarray:
        """What holds in each month of the world: its own period's value, or `empty`."""
        period = -(-(self._months - int(self._told.months[0])) // self._step)
        inside = (period >= 0) & (period < len(grid))
        spread = grid[np.clip(period, 0, len(grid) - 1)]
        return np.where(inside[:, None], spread, np.asarray(empty, dtype=grid.dtype))

    def grids(self) -> dict[str, Any]:
        """The grids of a `World`, [months, households]."""
        form, state = self._by_month(self._form, NO_WORK), self._by_month(self.state, _ORDINARY)
        insured = self._by_month(self._told.grid("insured") > 0, False)
        net = self._by_month(self.net, np.nan)
        cause, hard = self._by_month(self._cause, OTHER), self._by_month(self.hard, False)
        flexible, uninsured = (np.int8(1 << HIDDEN_BY.index(s)) for s in ("flexible", "uninsured"))

        def everywhere(value: Any) -> np.ndarray:
            return np.broadcast_to(value, form.shape)

        return {
            "state": state, "alive": self._by_month(self.seen, False), "employment_form": form,
            "ground": np.where(hard, cause - 1, len(GROUNDS) - len(STATES) + state).astype(np.int8),
            "insured": insured, "union_member": everywhere(np.True_), "organised": form == FORMAL,
            "hidden": flexible * (form == FLEXIBLE) + uninsured * ~insured,
            "dibao": everywhere(np.False_), "net_over_dibao": net, "net_month_over_dibao": net,
            "income_yuan": 12 * net, "rigid_yuan": everywhere(np.float32(0)),
            "event_loss_yuan": self._by_month(self._loss, 0),
            "savings_yuan": everywhere(np.float32(0)), "members": everywhere(np.int8(1)),
            "dibao_yuan": everywhere(np.float32(1)), "recognised_cause": everywhere(np.True_),
        }  # fmt: skip

    def _written_down(self, grid: np.ndarray, empty: Any) -> np.ndarray:
        """What departments have by the end of each month: the last value written down by then.

        A value is kept for `_KEPT` months after the end of its period.
        """
        told = np.full((len(self._months), grid.shape[1]), empty, dtype=grid.dtype)
        for row, month in enumerate(self._months.tolist()):
            ended = self._told.months
            for k in np.flatnonzero((ended <= month) & (ended > month - _KEPT)):
                there = self._told.recorded[k] <= month
                told[row, there] = grid[k, there]
        return told

    def traces(self) -> Traces:
        """What departments would have of each period, from when it was written down."""
        seen = self._line * self._told.grid("seen_over_line")
        earlier = _mean_before(seen, lately := max(3 // self._step, 1), max(12 // self._step, 1))
        change = _mean_before(seen, 0, lately) / np.where(earlier > 0, earlier, np.nan)
        stays = sum(
            np.nan_to_num(_earlier(self._stays, k)) for k in range(max(12 // self._step, 1))
        )
        shape = (len(self._months), len(self._told.households))
        return Traces(
            linkable=(self._told.grid("linkable") > 0).max(axis=0),
            seen_over_dibao=self._written_down(seen, np.nan),
            # Large where nothing was seen before: nobody can have lost it.
            seen_change=np.nan_to_num(self._written_down(change, np.nan), nan=1e9),
            scheme_yuan=np.broadcast_to(np.float32(0), shape),
            stays=self._written_down(np.asarray(stays), 0).astype(np.int16),
            claims=self._written_down(self._told.grid("claims") > 0, False),
            newly_disabled=np.broadcast_to(np.False_, shape),
            school_aid=np.broadcast_to(np.False_, shape),
        )

    def district(self) -> np.ndarray:
        """Each household's district when it was last seen, 1 and up; 0: unknown. int64."""
        code = _filled(self._told.grid("district"), -1, np.int64)
        last = len(code) - 1 - self.seen[::-1].argmax(axis=0)
        return code[last, np.arange(code.shape[1])] + 1

    def cause_at(self, month: np.ndarray, who: np.ndarray) -> np.ndarray:
        """The cause of hardship of these households in these months, codes of `CAUSES`."""
        return self._cause[-(-(month - int(self._told.months[0])) // self._step), who]


def _filled(grid: np.ndarray, empty: Any, kind: Any) -> np.ndarray:
    return np.where(np.isnan(grid), empty, grid).astype(kind)


def _earlier(grid: np.ndarray, periods: int) -> np.ndarray:
    """The grid as it was so many periods before; NaN before its beginning."""
    before = np.full((min(periods, len(grid)), grid.shape[1]), np.nan, dtype=grid.dtype)
    return np.concatenate([before, grid[: len(grid) - len(before)]])


def _mean_before(grid: np.ndarray, first: int, periods: int) -> np.ndarray:
    """The mean over so many periods, the latest of them `first` periods before each; NaN: none."""
    shifted = [_earlier(grid, first + k) for k in range(periods)]
    n = sum((~np.isnan(one)).astype(np.float32) for one in shifted)
    total = sum(np.nan_to_num(one) for one in shifted)
    return np.divide(total, n, out=np.full_like(grid, np.nan), where=np.asarray(n) > 0)
