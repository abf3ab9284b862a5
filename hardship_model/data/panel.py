"""The panel: what is written down about each household in each period, and since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import Literal

import numpy as np
import pandas as pd

from hardship_model.months import to_text

Pillar = Literal["income", "expenditure", "security", "household", "place"]
Kind = Literal["amount", "count", "flag", "category"]

#: Columns that every panel has; `schema.PANEL` gives grain, unit and allowed values of each.
KEYS = ["household_id", "month"]
CORE = [*KEYS, "recorded_month", "income", "poverty_line", "in_hardship"]
#: A column that a panel may have besides: households for which the row's stands in a survey.
WEIGHT = "weight"


class PanelError(ValueError):
    """A panel that cannot be used: what came, what was wanted, what to do. Names no household."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """What one column beyond the core means to a model."""

    name: str
    #: Policy's three pillars (income, expenditure, security), or household make-up, or place.
    pillar: Pillar
    kind: Kind
    #: +1: more of it never lowers the risk; −1: never raises it; 0: policy does not say.
    direction: Literal[-1, 0, 1] = 0
    #: Months between a row's `recorded_month` and the arrival of this column's value.
    lag_months: int = 0
    label: str = ""
    label_zh: str = ""
    #: Chinese words for the values of a category.
    values_zh: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """Household × period, sorted by household and month, one row per pair that was seen.

    `income` and `poverty_line` are in `currency` per person (or equivalent adult) and month.
    `in_hardship` is true, false or missing. A value of column `c` is known at the end of
    `as_of` when `recorded_month + c.lag_months <= as_of`; nothing else decides.
    """

    name: str
    rows: pd.DataFrame
    #: 1 for a monthly panel, 3 for a quarterly one, 12 for a yearly one.
    step_months: int
    currency: str
    #: Columns beyond the core that features may be built from.
    columns: tuple[Column, ...] = ()
    #: True when the panel's households are invented: only these may be shown one by one.
    invented: bool = False
    #: First and last month of the panel that these rows are a part of; None: these rows are all.
    span: tuple[int, int] | None = None

    def __repr__(self) -> str:
        """What is it, in one line? Never a row: these may be real households."""
        from hardship_model.privacy import SMALLEST_CELL  # slow to load, and only needed here

        n = len(self.households)
        size = f"{n:,}" if n >= SMALLEST_CELL else "fewer than ten"
        return (
            f"Panel {self.name!r}: {size} {'invented' if self.invented else 'real'} households,"
            f" {to_text(self.months[0])} to {to_text(self.months[-1])}, every {self.step_months}"
            f" months; {len(self.columns)} columns beyond the core"
        )

    def _repr_html_(self) -> str:
        """The same in a notebook, with what each column is."""
        columns = [(c.name, c.pillar, c.kind, c.label, c.label_zh) for c in self.columns]
        head = ["column", "pillar", "kind", "label", "label_zh"]
        table = pd.DataFrame(columns, columns=head).to_html(index=False, border=0, escape=True)
        return f"<p>{escape(repr(self))}</p>{table if columns else ''}"

    @cached_property
    def households(self) -> np.ndarray:
        """Every household once, in the order of the rows; shape (n_households,)."""
        return self.rows["household_id"].to_numpy()[self._starts]

    @cached_property
    def months(self) -> np.ndarray:
        """Every period from the first to the last month seen, shape (n_periods,)."""
        seen = self.rows["month"].to_numpy()
        first, last = self.span or (seen.min(), seen.max())
        return np.arange(first, last + 1, self.step_months)

    @cached_property
    def _starts(self) -> np.ndarray:
        ids = self.rows["household_id"].to_numpy()
        return np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])

    @cached_property
    def _cell(self) -> np.ndarray:
        """Where each row lies in a grid that is flattened period by period."""
        lengths = np.diff(np.r_[self._starts, len(self.rows)])
        household = np.repeat(np.arange(len(self._starts)), lengths)
        period = (self.rows["month"].to_numpy() - self.months[0]) // self.step_months
        return period.astype(np.int64) * len(self._starts) + household

    def grid(self, column: str) -> np.ndarray:
        """One column as float32, shape (n_periods, n_households); NaN where nothing was seen.

        A category becomes its code; a missing value, NaN.
        """
        return self._scatter(_as_float(self.rows[column]), np.float32(np.nan))

    @cached_property
    def state(self) -> np.ndarray:
        """In hardship (1), not (0), not seen (−1); int8, shape (n_periods, n_households)."""
        values = self.rows["in_hardship"].astype("boolean")
        coded = values.fillna(False).to_numpy(dtype=np.int8)
        coded[values.isna().to_numpy()] = -1
        return self._scatter(coded, np.int8(-1))

    @cached_property
    def recorded(self) -> np.ndarray:
        """Month in which each cell's row was written down; int32 grid, far future if never."""
        return self._scatter(
            self.rows["recorded_month"].to_numpy(dtype=np.int32), np.int32(np.iinfo(np.int32).max)
        )

    def _scatter(self, values: np.ndarray, empty: np.generic) -> np.ndarray:
        flat = np.full(len(self.months) * len(self._starts), empty, dtype=empty.dtype)
        flat[self._cell] = values
        return flat.reshape(len(self.months), len(self._starts))

    def period_of(self, month: int) -> int:
        """Which row of a grid holds this month? Raises PanelError outside or between periods."""
        period, rest = divmod(int(month) - int(self.months[0]), self.step_months)
        if rest or not 0 <= period < len(self.months):
            raise PanelError(
                f"{to_text(month)} is no period of panel {self.name!r}, which runs from"
                f" {to_text(self.months[0])} to {to_text(self.months[-1])}"
                f" in steps of {self.step_months} months."
            )
        return int(period)

    def with_rows(self, rows: pd.DataFrame) -> "Panel":
        """The same description of another set of rows."""
        return replace(self, rows=rows)

    def known_by(self, as_of: int) -> "Panel":
        """The rows that had reached the office by the end of `as_of`."""
        return self.with_rows(
            self.rows[self.rows["recorded_month"] <= as_of].reset_index(drop=True)
        )


def build(
    rows: pd.DataFrame,
    *,
    name: str,
    step_months: int,
    currency: str,
    columns: Sequence[Column] = (),
    invented: bool = False,
) -> Panel:
    """A checked panel from rows in any order. Raises PanelError; leaves `rows` untouched."""
    missing = [c for c in [*CORE, *(c.name for c in columns)] if c not in rows.columns]
    if missing:
        raise PanelError(f"Panel {name!r} lacks the columns {missing}. See docs/DATA.md.")
    if rows.empty:
        raise PanelError(f"Panel {name!r} has no rows; at least one household-month is needed.")
    weight = [WEIGHT] if WEIGHT in rows.columns else []
    named = [*CORE, *weight, *(c.name for c in columns)]
    kept, doubled = _sorted_once(rows[named])
    if doubled:
        raise PanelError(
            f"{doubled} of {len(kept)} rows of panel {name!r} repeat a household and month;"
            " each pair may stand once. See docs/DATA.md."
        )
    off_step = int(((kept["month"] - kept["month"].min()) % step_months != 0).sum())
    if off_step:
        raise PanelError(
            f"{off_step} of {len(kept)} rows of panel {name!r} lie between its periods of"
            f" {step_months} months. Check `step_months` in the mapping."
        )
    early = int((kept["recorded_month"] < kept["month"]).sum())
    if early:
        raise PanelError(
            f"{early} of {len(kept)} rows of panel {name!r} were written down before they happened."
        )
    return Panel(
        name=name, rows=kept, step_months=step_months, currency=currency,
        columns=tuple(columns), invented=invented,
    )  # fmt: skip


def _sorted_once(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows by household and month, and how many repeat another's; a sorted file is left so."""
    if not rows[KEYS].isna().any(axis=None):
        household, month = (rows[key].to_numpy() for key in KEYS)
        later = (household[1:] == household[:-1]) & (month[1:] > month[:-1])
        if (later | (household[1:] > household[:-1])).all():
            return rows.reset_index(drop=True), 0
    kept = rows.sort_values(KEYS, ignore_index=True)
    return kept, int(kept.duplicated(KEYS).sum())


def _as_float(values: pd.Series) -> np.ndarray:
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy().astype(np.float32)
        codes[codes < 0] = np.nan
        return codes
    if isinstance(values.dtype, np.dtype):
        return values.to_numpy(dtype=np.float32)
    return values.to_numpy(dtype=np.float32, na_value=np.nan)
