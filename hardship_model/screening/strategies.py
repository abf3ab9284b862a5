"""Orders of visits: plain functions that say who comes first."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from hardship_model.randomness import Dice

#: An order gives each household on the watch list a number; the smallest is visited first.
#: The list has one row per household with `last_visit` (a month), `risk` and whatever else the
#: office knows; equal numbers are put in order by the dice.
Order = Callable[[pd.DataFrame, int, Dice], np.ndarray]


def at_random(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Anybody first."""
    return dice.roll("visited at random", month)[watch_list["number"].to_numpy()]


def in_turn(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Whoever has waited longest first."""
    return watch_list["last_visit"].to_numpy()


def by_score(column: str) -> Order:
    """The highest score first, every period anew."""

    def order(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
        return -watch_list[column].to_numpy()

    return order


def by_risk_since_visit(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Most risk gathered since the last visit first: risk times months unseen."""
    return -watch_list["risk"].to_numpy() * (month - watch_list["last_visit"].to_numpy())
