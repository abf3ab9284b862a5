"""The risk that nobody can beat: each household's future, lived many times from its true state."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hardship_model.data.population.config import Config
from hardship_model.data.population.simulate import lives, step
from hardship_model.data.population.state import State
from hardship_model.data.population.town import parts
from hardship_model.months import to_text
from hardship_model.parameters import parameter
from hardship_model.randomness import Dice
from hardship_model.rules import in_hardship

#: Households whose futures are lived together.
_TOGETHER = 20_000


def nature_risk(config: Config, *, as_of: int, horizon_months: int, futures: int) -> pd.DataFrame:
    """In which share of its possible futures does each household at risk fall into hardship?

    The town is invented again up to `as_of`; from there every household lives `futures` futures
    with fresh luck. A fall counts as in the labels: the household is alive and has been out of
    hardship for `latent_exit_months` at `as_of`, a spell begins within the horizon and lasts
    `spell_months`. A future that ends (death, departure) before the horizon is left out.

    Returns
    -------
    one row per household at risk: `household_id, as_of, risk_first_half, risk_second_half` and
    the futures that count in each, `known_first_half, known_second_half`. The halves are
    disjoint: estimate with one, evaluate with the other. A risk is missing where no future
    counts. The confirmation of a spell must lie within the town's months, else ValueError.

    """
    rule = _Rule.at(as_of, horizon_months)
    _refuse(config, rule, futures)
    found = [_of_part(part, rule, futures) for part in parts(config, size=_TOGETHER)]
    return pd.concat(found, ignore_index=True)


@dataclass(frozen=True, kw_only=True)
class _Rule:
    as_of: int
    horizon_months: int
    exit_months: int
    spell_months: int

    @classmethod
    def at(cls, as_of: int, horizon_months: int) -> "_Rule":
        return cls(
            as_of=as_of,
            horizon_months=horizon_months,
            exit_months=int(parameter("latent_exit_months", month=as_of)),
            spell_months=int(parameter("spell_months", month=as_of)),
        )

    @property
    def last_month(self) -> int:
        """The month by which the latest spell inside the horizon is confirmed or struck out."""
        return self.as_of + self.horizon_months + self.exit_months + self.spell_months - 2


def _refuse(config: Config, rule: _Rule, futures: int) -> None:
    if futures < 2 or rule.horizon_months < 1:
        raise ValueError(
            f"At least two futures and one month are needed, got {futures} futures of"
            f" {rule.horizon_months} months."
        )
    earliest = config.observed_from + rule.exit_months
    if rule.as_of < earliest or rule.last_month > config.last_month:
        raise ValueError(
            f"The town is told from {to_text(config.observed_from)} to"
            f" {to_text(config.last_month)}; as_of {to_text(rule.as_of)} needs it from"
            f" {rule.exit_months} months before to {to_text(rule.last_month)}."
        )


def _of_part(config: Config, rule: _Rule, futures: int) -> pd.DataFrame:
    state, at_risk = _until(config, rule)
    halves = [slice(0, futures // 2), slice(futures // 2, futures)]
    columns: dict[str, np.ndarray] = {}
    for name, half in zip(("first", "second"), halves, strict=True):
        fell, known = np.zeros((2, config.n_households), dtype=np.int32)
        for future in range(half.start, half.stop):
            # Replicate 0 is the past that happened.
            answer = _live_on(state.copy(), config, rule, config.dice().for_replicate(future + 1))
            fell += answer == 1
            known += answer >= 0
        with np.errstate(invalid="ignore"):
            columns[f"risk_{name}_half"] = (fell / np.where(known > 0, known, np.nan))[at_risk]
        columns[f"known_{name}_half"] = known[at_risk]
    who = np.flatnonzero(at_risk).astype(np.int32) + np.int32(config.first_household)
    return pd.DataFrame({"household_id": who, "as_of": np.int32(rule.as_of), **columns})


def _until(config: Config, rule: _Rule) -> tuple[State, np.ndarray]:
    """The state at `as_of`, and who is at risk then."""
    months_out = np.zeros(config.n_households, dtype=np.int32)
    for month, state, _ in lives(replace(config, last_month=rule.as_of)):
        if month >= config.observed_from:
            months_out = np.where(in_hardship(state.latent), 0, months_out + 1)
    return state, state.alive & (months_out >= rule.exit_months)


def _live_on(state: State, config: Config, rule: _Rule, dice: Dice) -> np.ndarray:
    """One future of every household: fell (1), did not (0), ended before anybody could tell (−1).

    Follows the spell that may be beginning: confirmed when it has lasted `spell_months`,
    struck out after `exit_months` without hardship.
    """
    n = state.n_households
    entry = np.full(n, -1)
    gap = np.zeros(n, dtype=np.int32)
    fell, lost = np.zeros((2, n), dtype=bool)
    for month in range(rule.as_of + 1, rule.last_month + 1):
        step(state, config, dice=dice, month=month)
        hard = in_hardship(state.latent) & state.alive
        if month <= rule.as_of + rule.horizon_months:
            entry[hard & (entry < 0)] = month
            lost |= ~state.alive & ~fell
        else:
            lost |= ~state.alive & (entry >= 0) & ~fell
        fell |= hard & (entry >= 0) & (month - entry + 1 >= rule.spell_months) & ~lost
        gap = np.where(hard, 0, gap + 1)
        entry[(entry >= 0) & (gap >= rule.exit_months)] = -1
    return np.where(fell, 1, np.where(lost, -1, 0))
