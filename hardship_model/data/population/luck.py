"""One month's luck: the house's dice, asked for one household or for one of its members."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from hardship_model.randomness import Dice

_STEPS = 4096
#: The normal quantiles of the middles of 4,096 equal cells: a look-up is ten times faster than
#: `Dice.normal`, and nobody's life depends on a shock beyond 3.7 standard deviations.
_NORMAL = ndtri((np.arange(_STEPS) + 0.5) / _STEPS).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Luck:
    """What chance holds in `month` for the households of `dice`."""

    dice: Dice
    month: int

    def roll(self, decision: str, slot: int | None = None) -> np.ndarray:
        """Uniform numbers in [0, 1) of a household, or of its member in `slot`; (n,) float32."""
        name = decision if slot is None else f"{decision}, member {slot}"
        return self.dice.roll(name, self.month)

    def rolls(self, decision: str, slots: Sequence[int]) -> np.ndarray:
        """The rolls of several members, shape (len(slots), n_households)."""
        return np.stack([self.roll(decision, slot) for slot in slots])

    def normals(self, decision: str, slots: Sequence[int]) -> np.ndarray:
        """Standard normal numbers of several members, shape (len(slots), n_households)."""
        return normal(self.rolls(decision, slots))

    def two_normals(self, decision: str, slot: int) -> tuple[np.ndarray, np.ndarray]:
        """Two independent standard normal numbers of a member from one roll, each (n,)."""
        whole = (self.roll(decision, slot) * np.float32(_STEPS * _STEPS)).astype(np.int32)
        return _NORMAL.take(whole >> 12), _NORMAL.take(whole & (_STEPS - 1))


def normal(rolls: np.ndarray) -> np.ndarray:
    """Which standard normal numbers do these uniform ones stand for? float32, same shape."""
    return _NORMAL.take((rolls * np.float32(_STEPS)).astype(np.int16))


def struck(
    rolls: np.ndarray, *, ceiling: float, hazard: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Whom does it strike, and what is left of their luck?

    `hazard` is asked only about candidates, those whose roll lies under the `ceiling` that no
    hazard exceeds: rare events then cost next to nothing.

    Returns
    -------
    flat positions in `rolls`, and for each a fresh uniform number in [0, 1): given that a roll
    lies under the hazard, roll ÷ hazard is uniform again. It decides the event's details.

    """
    candidates = np.flatnonzero(rolls.ravel() < np.float32(ceiling))
    roll = rolls.ravel()[candidates]
    chance = hazard(candidates).astype(np.float32)
    hit = roll < chance
    return candidates[hit], roll[hit] / chance[hit]


def other_end(rolls: np.ndarray) -> np.ndarray:
    """The same rolls seen from 1: a second rare event that never falls together with the first.

    Both have the chances that they would have with rolls of their own, and a change of one's
    hazard does not move the other, as long as the two hazards together stay below 1.
    """
    return np.float32(1) - rolls


def pick(rolls: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Which option does each roll choose? int8 codes; `shares` along the last axis sum to 1."""
    bounds = np.cumsum(np.asarray(shares, dtype=np.float64), axis=-1)[..., :-1]
    return (rolls[..., None] >= bounds).sum(axis=-1).astype(np.int8)


def again(rolls: np.ndarray, turn: int) -> np.ndarray:
    """A further uniform number from the same luck: the digits that were not looked at so far.

    Multiplying by a large odd number and keeping the fraction moves low digits to the front;
    float32 rolls hold 24 binary digits, so one or two turns are all that a roll can give.
    """
    wide = rolls.astype(np.float64) * (97.0 if turn == 1 else 9973.0)
    return (wide - np.floor(wide)).astype(np.float32)
