"""Which features a panel allows: each with its look-back, pillar and direction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hardship_model.data.panel import Column, Kind, Panel, PanelError, Pillar
from hardship_model.features.history import Stat

#: Look-backs in months by the panel's step. A survey that visits at quarters 0, 1, 4 and 5
#: shows one earlier visit within twelve months and all four within twenty-four.
WINDOWS_MONTHS: dict[int, tuple[int, ...]] = {1: (3, 12, 24), 3: (12, 24), 12: (24, 60)}

#: What every panel tells beyond its declared columns; money is nominal, so income is only
#: looked at against the line of its own period. Hardship is the state as it is on file.
OVER_LINE = Column(name="income_over_line", pillar="income", kind="amount", direction=-1)
HARDSHIP = Column(name="in_hardship", pillar="income", kind="flag", direction=1)
SEEN = Column(name="seen", pillar="household", kind="flag")


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One number (or category) that a model may see of a household at the end of `as_of`.

    `stat`, over the periods of the look-back in which the column's value was known:
    *now* the last value, *previous* the one before it, *mean*, *min*, *max*, *volatility* (the
    standard deviation), *trend* (last value minus mean), *slope* (rise a month by least squares;
    `declare` asks for none, but it can be asked for); of a flag also *count* (periods in
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
        for column in (OVER_LINE, HARDSHIP, SEEN, *panel.columns)
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

    if column is not SEEN:
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
        for window in windows if column is not SEEN else windows[-1:]:
            yield feature("count", window, direction=sign, kind="count")
        yield feature("since", direction=-sign, kind="count")
    if column is HARDSHIP:
        yield feature("spells", direction=sign, kind="count")
