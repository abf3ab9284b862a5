"""Features: what could have been known about a household at the end of a month."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Kind, Panel, PanelError, Pillar

Stat = Literal[
    "now", "previous", "mean", "min", "max", "trend", "volatility", "count", "since", "spells"
]

#: Look-backs in months by the panel's step. A survey that visits at quarters 0, 1, 4 and 5
#: shows one earlier visit within twelve months and all four within twenty-four.
WINDOWS_MONTHS: dict[int, tuple[int, ...]] = {1: (3, 12, 24), 3: (12, 24), 12: (24, 60)}

#: What every panel tells beyond its declared columns; money is nominal, so income is only
#: looked at against the line of its own period. Hardship is the state as it is on file.
_OVER_LINE = Column(name="income_over_line", pillar="income", kind="amount", direction=-1)
_HARDSHIP = Column(name="in_hardship", pillar="income", kind="flag", direction=1)
_SEEN = Column(name="seen", pillar="household", kind="flag")

#: Households handled at once: their history, 24 periods deep, stays in a core's cache.
_AT_ONCE = 16384


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One number (or category) that a model may see of a household at the end of `as_of`.

    `stat`, over the periods of the look-back in which the column's value was known:
    *now* the last value, *previous* the one before it, *mean*, *min*, *max*, *volatility* (the
    standard deviation), *trend* (last value minus mean); of a flag also *count* (periods in
    which it was set), *since* (months since it was last set, the look-back's length when it was
    not set) and *spells* (times it came on). Unknown when nothing was known in the look-back.
    """

    name: str
    #: A declared column of the panel, or `income_over_line`, `in_hardship`, `seen`.
    column: str
    stat: Stat
    #: Look-back: periods later than `as_of − window_months`, up to `as_of`.
    window_months: int
    pillar: Pillar
    #: +1: more of it never lowers the risk; −1: never raises it; 0: policy does not say.
    direction: Literal[-1, 0, 1]
    kind: Kind


def declare(panel: Panel, *, windows_months: Sequence[int] | None = None) -> tuple[Feature, ...]:
    """Which features does this panel allow?

    Three sources: the core (income over line, hardship on file, when the household was seen),
    then the panel's declared columns in their order. `windows_months` defaults to
    `WINDOWS_MONTHS` for the panel's step; levels, trends and months since an event look back as
    far as the longest window. Raises PanelError for windows that are no whole number of periods
    and for columns whose values are not what they are declared to be.
    """
    windows = _checked_windows(panel, windows_months)
    for column in panel.columns:
        _check_values(panel, column)
    return tuple(
        feature
        for column in (_OVER_LINE, _HARDSHIP, _SEEN, *panel.columns)
        for feature in _of_column(column, windows, step_months=panel.step_months)
    )


def _checked_windows(panel: Panel, windows_months: Sequence[int] | None) -> tuple[int, ...]:
    windows = windows_months or WINDOWS_MONTHS.get(panel.step_months, ())
    if not windows or any(w < 1 or w % panel.step_months for w in windows):
        raise PanelError(
            f"windows_months must be positive multiples of the {panel.step_months} months of one"
            f" period of panel {panel.name!r}, got {windows_months}."
        )
    return tuple(sorted(set(windows)))


def _check_values(panel: Panel, column: Column) -> None:
    values = panel.rows[column.name]
    if column.kind == "category" and not isinstance(values.dtype, pd.CategoricalDtype):
        raise PanelError(
            f"Column {column.name!r} is declared a category but has dtype {values.dtype}."
            " Make it a pandas category."
        )
    if column.kind == "flag" and not values.dropna().isin([0, 1]).all():
        raise PanelError(
            f"Column {column.name!r} is declared a flag but has values beside 0 and 1."
            " Code it as true and false, or declare it a count."
        )


def _of_column(column: Column, windows: tuple[int, ...], *, step_months: int) -> Iterator[Feature]:
    sign = column.direction

    def feature(stat: Stat, window: int | None = None, *, direction: int, kind: Kind) -> Feature:
        return Feature(
            name=f"{column.name}_{stat}" + (f"_{window}m" if window else ""),
            column=column.name, stat=stat, window_months=window or windows[-1],
            pillar=column.pillar, direction=direction, kind=kind,  # type: ignore[arg-type]
        )  # fmt: skip

    if column is not _SEEN:
        yield feature("now", direction=sign, kind=column.kind)
    if column.kind in ("amount", "count"):
        # In a monthly panel the shortest mean says what the previous month does.
        if step_months > 1:
            yield feature("previous", direction=sign, kind=column.kind)
        for window in windows:
            yield feature("mean", window, direction=sign, kind="amount")
            if sign:
                worst: Stat = "max" if sign > 0 else "min"
                yield feature(worst, window, direction=sign, kind=column.kind)
        yield feature("trend", direction=sign, kind="amount")
        yield feature("volatility", direction=0, kind="amount")
    elif column.kind == "flag":
        for window in windows if column is not _SEEN else windows[-1:]:
            yield feature("count", window, direction=sign, kind="count")
        yield feature("since", direction=-sign, kind="count")
    if column is _HARDSHIP:
        yield feature("spells", direction=sign, kind="count")


def features(panel: Panel, declared: Sequence[Feature], *, who: pd.DataFrame) -> pd.DataFrame:
    """What could have been known about each household at the end of its `as_of`?

    A value is known when its row's `recorded_month` plus its column's `lag_months` is not after
    `as_of`; what was recorded later does not change one bit. `who` has one row per question,
    with `household_id` and `as_of` (a month); repeats are allowed.

    Returns
    -------
    one row per row of `who`, with its index, and one column per feature: float32, NaN where
    unknown; a category has the panel's categories. Raises PanelError when `who` asks for
    households, or `declared` for columns, that the panel does not have.

    """
    wanted = _by_column(panel, declared)
    lag_months = {column.name: column.lag_months for column in panel.columns}
    depth = max((f.window_months for f in declared), default=0) // panel.step_months
    views = list(_views(panel, who, depth=depth, lags={lag_months.get(c, 0) for c in wanted}))
    table = np.empty((len(declared), len(who)), dtype=np.float32)
    for column, places in wanted.items():
        grid = _grid(panel, column)
        for view in views:
            history = _History(
                values=view.known(grid, lag_months=lag_months.get(column, 0)),
                step_months=panel.step_months, age=view.age,
            )  # fmt: skip
            for i in places:
                periods = declared[i].window_months // panel.step_months
                table[i, view.rows] = STATS[declared[i].stat](history, periods)
    return _frame(panel, declared, table, who.index)


def _by_column(panel: Panel, declared: Sequence[Feature]) -> dict[str, list[int]]:
    there = {c.name for c in (_OVER_LINE, _HARDSHIP, _SEEN, *panel.columns)}
    absent = sorted({f.column for f in declared} - there)
    if absent:
        raise PanelError(
            f"Panel {panel.name!r} has no columns {absent} to build features from."
            " Declare features from this panel, or add the columns to its mapping."
        )
    wanted: dict[str, list[int]] = {}
    for i, feature in enumerate(declared):
        wanted.setdefault(feature.column, []).append(i)
    return wanted


def _grid(panel: Panel, column: str) -> np.ndarray:
    """One column, core or declared, as float32 of shape (n_periods, n_households)."""
    if column == _OVER_LINE.name:
        line = panel.grid("poverty_line")
        line[line <= 0] = np.nan
        return np.divide(panel.grid("income"), line, out=line)
    if column == _SEEN.name:
        never = np.iinfo(panel.recorded.dtype).max
        return np.where(panel.recorded < never, np.float32(1), np.float32(np.nan))
    return panel.grid(column)


def _frame(
    panel: Panel, declared: Sequence[Feature], table: np.ndarray, index: pd.Index
) -> pd.DataFrame:
    columns: dict[str, np.ndarray | pd.Categorical] = {}
    for feature, values in zip(declared, table, strict=True):
        columns[feature.name] = values
        if feature.kind == "category":
            codes = np.where(np.isnan(values), -1, values).astype(np.int32)
            seen = panel.rows[feature.column].cat
            columns[feature.name] = pd.Categorical.from_codes(
                codes, categories=seen.categories, ordered=seen.ordered
            )
    return pd.DataFrame(columns, index=index, copy=False)


@dataclass(frozen=True, kw_only=True)
class _View:
    """The look-back of one `as_of` on some households of a grid."""

    #: Row of the grid that holds `as_of`; may lie beyond the grid's end or before its start.
    period: int
    depth: int
    #: Months from the beginning of that period's month to `as_of`; 0 unless between periods.
    age: int
    households: slice | np.ndarray
    #: Where the answers go in the table.
    rows: slice | np.ndarray
    #: By lag: flat positions, in what `known` returns, of values that had not arrived.
    late: dict[int, np.ndarray]

    def known(self, grid: np.ndarray, *, lag_months: int) -> np.ndarray:
        """Which values had arrived? Shape (depth, n_households), newest first, NaN unknown."""
        values = self.newest_first(grid, np.float32(np.nan))
        values.reshape(-1)[self.late[lag_months]] = np.nan
        return values

    def newest_first(self, grid: np.ndarray, empty: np.generic) -> np.ndarray:
        """The grid's rows from `period` back; `empty` where the panel had not begun or ended."""
        periods = range(self.period, self.period - self.depth, -1)
        rows = [grid[p, self.households] if 0 <= p < len(grid) else None for p in periods]
        width = next((len(row) for row in rows if row is not None), _width(self.households))
        values = np.empty((self.depth, width), dtype=grid.dtype)
        for k, row in enumerate(rows):
            values[k] = empty if row is None else row
        return values


def _width(households: slice | np.ndarray) -> int:
    if isinstance(households, slice):
        return int(households.stop - households.start)
    return len(households)


def _views(panel: Panel, who: pd.DataFrame, *, depth: int, lags: set[int]) -> Iterator[_View]:
    """One view per `as_of` and handful of households that were asked for."""
    place = _places(panel, who)
    months = who["as_of"].to_numpy()
    order = np.argsort(months, kind="stable")
    values, starts = np.unique(months[order], return_index=True)
    for as_of, rows in zip(values, np.split(order, starts[1:]), strict=True):
        for first in range(0, len(rows), _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            yield _view(panel, int(as_of), place[some], some, depth=depth, lags=lags)


def _view(
    panel: Panel,
    as_of: int,
    households: np.ndarray,
    rows: np.ndarray,
    *,
    depth: int,
    lags: set[int],
) -> _View:
    period, age = divmod(as_of - int(panel.months[0]), panel.step_months)
    late: dict[int, np.ndarray] = {}
    view = _View(
        period=period, depth=depth, age=age, late=late,
        households=_slice_if_possible(households), rows=_slice_if_possible(rows),
    )  # fmt: skip
    never = panel.recorded.dtype.type(np.iinfo(panel.recorded.dtype).max)
    recorded = view.newest_first(panel.recorded, never)
    for lag in lags:
        late[lag] = np.flatnonzero((recorded > as_of - lag) & (recorded != never))
    return view


def _slice_if_possible(places: np.ndarray) -> slice | np.ndarray:
    first, last = int(places[0]), int(places[-1])
    if last - first + 1 == len(places) and (np.diff(places) == 1).all():
        return slice(first, last + 1)
    return places


def _places(panel: Panel, who: pd.DataFrame) -> np.ndarray:
    """Where does each row's household stand in the panel's grids?"""
    place = pd.Index(panel.households).get_indexer(pd.Index(who["household_id"]))
    unknown = len(np.unique(who["household_id"].to_numpy()[place < 0]))
    if unknown:
        raise PanelError(
            f"Features are asked for {unknown} households that panel {panel.name!r} does not"
            " have. Ask only for households with rows in the panel."
        )
    return place


@dataclass(frozen=True, kw_only=True)
class _History:
    """What was known of one column: shape (depth, n_households), newest first, NaN unknown.

    Answers are of shape (n_households,). Totals run over the rows one by one, so that a
    household's numbers do not depend on who else is asked for.
    """

    values: np.ndarray
    step_months: int
    #: Months by which `as_of` lies after the month of the newest period.
    age: int

    def known(self, periods: int) -> np.ndarray:
        """In how many of the newest `periods` was a value known?"""
        unknown = np.isnan(self.values[:periods]).view(np.uint8)
        return periods - np.add.reduce(unknown, axis=0, dtype=np.uint8).astype(np.float32)

    @cached_property
    def newest(self) -> tuple[np.ndarray, np.ndarray]:
        """The last known value and how many periods back it stands (depth when unknown)."""
        return self._next_known(np.full(self.values.shape[1], -1, dtype=np.int16))

    @cached_property
    def deviation(self) -> np.ndarray:
        """Known values minus the last of them, 0 where unknown: small sums lose few digits."""
        away = self.values - self.newest[0]
        # fmax and fmin pass over NaN, several times faster than a mask does.
        return np.fmax(away, np.float32(0)) + np.fmin(away, np.float32(0))

    def now(self, periods: int) -> np.ndarray:
        return self.newest[0]

    def previous(self, periods: int) -> np.ndarray:
        return self._next_known(self.newest[1])[0]

    def mean(self, periods: int) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return self.newest[0] + _total(self.deviation[:periods]) / self.known(periods)

    def min(self, periods: int) -> np.ndarray:
        return np.fmin.reduce(self.values[:periods], axis=0)

    def max(self, periods: int) -> np.ndarray:
        return np.fmax.reduce(self.values[:periods], axis=0)

    def trend(self, periods: int) -> np.ndarray:
        return self.newest[0] - self.mean(periods)

    def volatility(self, periods: int) -> np.ndarray:
        """Standard deviation with n − 1 below the line; unknown below two known values."""
        away, n = self.deviation[:periods], self.known(periods)
        with np.errstate(invalid="ignore", divide="ignore"):
            squares = _total(np.square(away)) - np.square(_total(away)) / n
            return np.sqrt(np.maximum(squares, np.float32(0)) / (n - 1))

    def count(self, periods: int) -> np.ndarray:
        times = _total(np.fmax(self.values[:periods], np.float32(0)))
        times[self.known(periods) == 0] = np.nan
        return times

    def since(self, periods: int) -> np.ndarray:
        """Months since the flag was last set; the whole look-back when it was not."""
        weights = np.arange(periods, 0, -1, dtype=np.float32)[:, None]
        newest = np.fmax.reduce(self.values[:periods] * weights, axis=0)
        months = (periods - newest) * np.float32(self.step_months)
        return np.where(newest > 0, months + np.float32(self.age), months)

    def spells(self, periods: int) -> np.ndarray:
        """How often did the flag come on? Unknown periods neither end nor begin a spell."""
        state = np.full(self.values.shape[1], np.nan, dtype=np.float32)
        times = np.zeros_like(state)
        for row in self.values[periods - 1 :: -1]:
            times += (row == 1) & (state != 1)
            np.copyto(state, row, where=~np.isnan(row))
        times[np.isnan(state)] = np.nan
        return times

    def _next_known(self, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The newest known value further back than `after`, and its place."""
        depth, width = self.values.shape
        value = np.full(width, np.nan, dtype=np.float32)
        place = np.full(width, depth, dtype=np.int16)
        left = np.arange(width)
        for k, row in enumerate(self.values):
            here = row[left]
            found = ~np.isnan(here) & (after[left] < k)
            value[left[found]] = here[found]
            place[left[found]] = k
            left = left[~found]
            if not left.size:
                break
        return value, place


def _total(rows: np.ndarray) -> np.ndarray:
    total = np.zeros(rows.shape[1], dtype=np.float32)
    for row in rows:
        total += row
    return total


STATS: dict[Stat, Callable[[_History, int], np.ndarray]] = {
    "now": _History.now,
    "previous": _History.previous,
    "mean": _History.mean,
    "min": _History.min,
    "max": _History.max,
    "trend": _History.trend,
    "volatility": _History.volatility,
    "count": _History.count,
    "since": _History.since,
    "spells": _History.spells,
}
