"""The town as it was: every household, every observed month, nothing hidden."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.data.population.codes import (
    CAUSES,
    CITIES,
    FORMS,
    INDUSTRIES,
    INSURANCES,
    PLACES,
)
from hardship_model.data.population.config import Config
from hardship_model.data.population.simulate import lives, observe
from hardship_model.months import to_text
from hardship_model.rules import REGISTERED, STATES

#: Households that are simulated together: few enough for the processor's nearest memory.
_TOGETHER = 20_000
#: Codes that stand for words.
WORDS = {
    "place": PLACES,
    "city": CITIES,
    "employment_form": FORMS,
    "industry": INDUSTRIES,
    "insurance": INSURANCES,
    "state": STATES,
    "registered": REGISTERED,
    "cause": CAUSES,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Town:
    """What is true of every household in every observed month.

    `truth` holds one grid per column, shape (n_months, n_households), money in whole yuan;
    `fixed` one array (n_households,) for what never changes. `WORDS` names the codes.
    """

    config: Config
    #: Observed months, int32 (n_months,).
    months: np.ndarray
    #: Serial numbers, int32 (n_households,).
    households: np.ndarray
    fixed: dict[str, np.ndarray]
    truth: dict[str, np.ndarray]

    def __repr__(self) -> str:
        """Which town is it, in one line?"""
        return (
            f"Town of {len(self.households):,} invented households, seed {self.config.seed},"
            f" {to_text(self.months[0])} to {to_text(self.months[-1])}; {len(self.truth)} grids of"
            " what is true"
        )

    def frame(self, *, columns: list[str] | None = None) -> pd.DataFrame:
        """The truth as a table: one row per household and month, in that order.

        Rows of households that have left the town stay, with `alive` false.
        """
        n_months = len(self.months)
        table: dict[str, Any] = {
            "household_id": np.repeat(self.households, n_months),
            "month": np.tile(self.months, len(self.households)),
        }
        for name, values in self.fixed.items():
            if columns is None or name in columns:
                table[name] = named(name, np.repeat(values, n_months))
        for name, grid in self.truth.items():
            if columns is None or name in columns:
                table[name] = named(name, grid.T.ravel())
        return pd.DataFrame(table)


def named(name: str, values: np.ndarray) -> "np.ndarray | pd.Categorical[Any]":
    """Codes become categories; −1 stands for nothing on file."""
    if name not in WORDS:
        return values
    return pd.Categorical.from_codes(values, dtype=pd.CategoricalDtype(list(WORDS[name])))


def invent(config: Config) -> Town:
    """The whole town in memory: about 70 bytes per household and month."""
    grids: dict[str, np.ndarray] = {}
    fixed: dict[str, np.ndarray] = {}
    for part in parts(config, size=_TOGETHER):
        begin = part.first_household - config.first_household
        inside = slice(begin, begin + part.n_households)
        for month, state, flows in lives(part):
            if month < config.observed_from:
                continue
            for name, values in observe(state, flows).items():
                if name not in grids:
                    shape = (config.n_months, config.n_households)
                    grids[name] = np.empty(shape, dtype=values.dtype)
                grids[name][month - config.observed_from, inside] = values
        for name in ("place", "city", "county", "migrant", "homes", "owns_business"):
            values = getattr(state, name)
            if name not in fixed:
                fixed[name] = np.empty(config.n_households, dtype=values.dtype)
            fixed[name][inside] = values
    first = config.first_household
    return Town(
        config=config,
        months=np.arange(config.observed_from, config.last_month + 1, dtype=np.int32),
        households=np.arange(first, first + config.n_households, dtype=np.int32),
        fixed=fixed,
        truth=grids,
    )


def parts(config: Config, *, size: int) -> Iterator[Config]:
    """The same town in shards of at most `size` households, each a town of its own."""
    last = config.first_household + config.n_households
    for first in range(config.first_household, last, size):
        yield replace(config, first_household=first, n_households=min(size, last - first))
