"""Features: what could have been known about each household at the end of a month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.features.declared import HARDSHIP, OVER_LINE, SEEN, Feature
from hardship_model.features.history import STATS, History

#: At most so many households are handled at once, so that a million need no more working memory
#: than these do. A quarter of them take half as long again, twice as many about as long.
_AT_ONCE = 16_384

#: What `Panel.recorded` says of a cell for which nothing was ever written down.
_NEVER = np.iinfo(np.int32).max


def features(panel: Panel, declared: Sequence[Feature], *, who: pd.DataFrame) -> pd.DataFrame:
    """What could have been known about each household at the end of its `as_of`?

    A value is known when its row's `recorded_month` plus its column's `lag_months` is not after
    `as_of`; what was recorded later does not change one bit. `who` has one row per question,
    with `household_id` and `as_of` (a month); repeats are allowed.

    Returns
    -------
    one row per row of `who`, with its index, and one column per feature: float32, NaN where
    unknown; a category has the panel's categories. Raises PanelError when `who` asks for
    households, or `declared` for columns, that the panel does not have, and for a row without
    a month.

    """
    wanted = _by_column(panel, declared)
    lag_months = {column.name: column.lag_months for column in panel.columns}
    depth = max((f.window_months for f in declared), default=0) // panel.step_months
    views = list(_views(panel, who, depth=depth, lags={lag_months.get(c, 0) for c in wanted}))
    table = np.empty((len(declared), len(who)), dtype=np.float32)
    for column, places in wanted.items():
        grid = _grid(panel, column)
        for view in views:
            history = History(
                values=view.known(grid, lag_months=lag_months.get(column, 0)),
                step_months=panel.step_months, age=view.age,
            )  # fmt: skip
            for i in places:
                periods = declared[i].window_months // panel.step_months
                table[i, view.rows] = STATS[declared[i].stat](history, periods)
    return _frame(panel, declared, table, who.index)


def _by_column(panel: Panel, declared: Sequence[Feature]) -> dict[str, list[int]]:
    there = {c.name for c in (OVER_LINE, HARDSHIP, SEEN, *panel.columns)}
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
    if column == OVER_LINE.name:
        line = panel.grid("poverty_line")
        line[line <= 0] = np.nan
        return np.divide(panel.grid("income"), line, out=line)
    if column == SEEN.name:
        return np.where(panel.recorded < _NEVER, np.float32(1), np.float32(np.nan))
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
    """What one `as_of` may see of some households."""

    #: Row of the grid that holds `as_of`; may lie beyond the grid's end or before its start.
    period: int
    #: Months from that period's month to `as_of`; 0 unless `as_of` lies between periods.
    age: int
    #: Where the households stand in the grid, and their answers in the table.
    households: slice | np.ndarray
    rows: slice | np.ndarray
    #: (depth, n_households) of the look-back.
    shape: tuple[int, int]
    #: By lag: places in the look-back, counted row by row, of values that had not arrived.
    late: dict[int, np.ndarray]

    def known(self, grid: np.ndarray, *, lag_months: int) -> np.ndarray:
        """Which values had arrived? Of `shape`, newest period first, NaN where unknown."""
        values = _look_back(grid, self.period, self.households, self.shape, empty=np.nan)
        late = self.late[lag_months]
        if late.size:
            values = values.copy()
            values.reshape(-1)[late] = np.nan
        return values


def _look_back(
    grid: np.ndarray,
    period: int,
    households: slice | np.ndarray,
    shape: tuple[int, int],
    *,
    empty: float,
) -> np.ndarray:
    """The grid's rows from `period` backwards; `empty` before it begins and after it ends."""
    oldest = period - shape[0] + 1
    if oldest >= 0 and period < len(grid):
        return grid[oldest : period + 1, households][::-1]
    values = np.empty(shape, dtype=grid.dtype)
    for k, row in enumerate(values):
        row[:] = grid[period - k, households] if 0 <= period - k < len(grid) else empty
    return values


def _views(panel: Panel, who: pd.DataFrame, *, depth: int, lags: set[int]) -> Iterator[_View]:
    """One view per `as_of` and handful of households that were asked for."""
    place, months = _places(panel, who), _months(who)
    for as_of in np.unique(months):
        rows = np.flatnonzero(months == as_of)
        for some in np.array_split(rows, -(-len(rows) // _AT_ONCE)):
            yield _view(panel, int(as_of), place[some], some, depth=depth, lags=lags)


def _view(
    panel: Panel, as_of: int, place: np.ndarray, rows: np.ndarray, *, depth: int, lags: set[int]
) -> _View:
    period, age = divmod(as_of - int(panel.months[0]), panel.step_months)
    households, shape = _slice_if_possible(place), (depth, len(place))
    recorded = _look_back(panel.recorded, period, households, shape, empty=_NEVER)
    # A cell that was never written down is empty already.
    late = {lag: np.flatnonzero((recorded > as_of - lag) & (recorded != _NEVER)) for lag in lags}
    return _View(
        period=period, age=age, households=households, rows=_slice_if_possible(rows),
        shape=shape, late=late,
    )  # fmt: skip


def _slice_if_possible(places: np.ndarray) -> slice | np.ndarray:
    first, last = int(places[0]), int(places[-1])
    if last - first + 1 == len(places) and (np.diff(places) == 1).all():
        return slice(first, last + 1)
    return places


def _months(who: pd.DataFrame) -> np.ndarray:
    """At which month's end is each row asked about?"""
    if absent := int(who["as_of"].isna().sum()):
        raise PanelError(
            f"Features are asked for at no month in {absent} of {len(who)} rows."
            " Give each its `as_of`."
        )
    return who["as_of"].to_numpy()


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
