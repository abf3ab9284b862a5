"""The town's truth on grids: month × household."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from hardship_model.data.calibration.spells import Spells
from hardship_model.data.population.codes import PLACES
from hardship_model.months import to_month, to_text
from hardship_model.parameters import parameter, series
from hardship_model.rules import STATES, in_hardship

_NEEDED = ("household_id", "month", "place", "members", "alive", "state")


class Truth:
    """Grids of the truth table: shape (n_months, n_households), zero where nobody was seen."""

    def __init__(self, table: pd.DataFrame) -> None:
        """Take the monthly table in any order. Raises ValueError when a key column is missing."""
        missing = [column for column in _NEEDED if column not in table]
        if missing:
            raise ValueError(f"The truth table lacks the columns {missing}; it needs {_NEEDED}.")
        self.table = table
        ids, household = np.unique(table["household_id"].to_numpy(), return_inverse=True)
        months = table["month"].to_numpy()
        self.first_month, self.n_households = int(months.min()), len(ids)
        self.n_months = int(months.max()) - self.first_month + 1
        self._cell = (months - self.first_month).astype(np.int64) * len(ids) + household
        self._grids: dict[str, np.ndarray] = {}
        self._codes: dict[str, np.ndarray] = {}

    def grid(self, column: str) -> np.ndarray:
        """One column, float32, zero where the household was not seen alive."""
        if column not in self._grids:
            values = self._scatter(self.table[column].to_numpy(dtype=np.float32))
            self._grids[column] = values * self.seen
        return self._grids[column]

    def codes(self, column: str, names: Sequence[str]) -> np.ndarray:
        """A column of names or codes as codes of `names`, int8; −1 where nobody was seen."""
        if column not in self._codes:
            values = self.table[column]
            if isinstance(values.dtype, pd.CategoricalDtype):
                order = [names.index(name) for name in values.cat.categories]
                coded = np.array(order, dtype=np.int8)[values.cat.codes.to_numpy()]
            else:
                coded = values.to_numpy(dtype=np.int8)
            self._codes[column] = np.where(self.seen, self._scatter(coded), np.int8(-1))
        return self._codes[column]

    @cached_property
    def seen(self) -> np.ndarray:
        """Which households were there and alive in which month?"""
        return self._scatter(self.table["alive"].to_numpy(dtype=bool))

    @cached_property
    def place(self) -> np.ndarray:
        """The place of each household, codes of PLACES, shape (n_households,)."""
        return self.codes("place", PLACES).max(axis=0)

    @cached_property
    def dibao_yuan(self) -> np.ndarray:
        """Local dibao per person and month, shape (n_months, n_households)."""
        months = self.first_month + np.arange(self.n_months)
        by_place = [series("urban_dibao_yuan", months=months, place=place) for place in PLACES]
        return np.stack(by_place, axis=1).astype(np.float32)[:, self.place]

    @cached_property
    def spells(self) -> Spells:
        """The spells of the town, by the definitions in force in its last month."""
        last = self.first_month + self.n_months - 1
        return Spells.of(
            in_hardship(self.codes("state", STATES)) & self.seen,
            self.seen,
            exit_months=int(parameter("latent_exit_months", month=last)),
            spell_months=int(parameter("spell_months", month=last)),
        )

    def row(self, month: str) -> int:
        """Which row of a grid holds this month? Raises ValueError outside the table."""
        row = to_month(month) - self.first_month
        if not 0 <= row < self.n_months:
            last = to_text(self.first_month + self.n_months - 1)
            raise ValueError(
                f"{month} lies outside the town, which runs from {to_text(self.first_month)}"
                f" to {last}."
            )
        return row

    def rows(self, first: str, last: str) -> slice:
        """The rows from one month to another, both included."""
        return slice(self.row(first), self.row(last) + 1)

    def years(self, first: int, last: int) -> slice:
        """The rows of whole years, both included."""
        return self.rows(f"{first}-01", f"{last}-12")

    def december(self, year: int) -> int:
        """The row of a year's December."""
        return self.row(f"{year}-12")

    def _scatter(self, values: np.ndarray) -> np.ndarray:
        flat = np.zeros(self.n_months * self.n_households, dtype=values.dtype)
        flat[self._cell] = values
        return flat.reshape(self.n_months, self.n_households)
