"""What is wanted of every way: the 68 features, the households, and the sums that must agree."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Panel, build
from hardship_model.features import Feature
from hardship_model.features.history import Stat

MONTHS, FIRST_MONTH = 60, 2015 * 12
DATES = FIRST_MONTH + np.arange(27, MONTHS, 4)[:8]
WINDOWS, SLOPES, LONGEST = (3, 6, 12, 24), (12, 24), 24
AMOUNTS = ("income_over_line", *(f"amount_{i}" for i in range(1, 8)))
FLAGS = ("in_hardship", "ill", "lost_work", "school_aid")
NAMES = (
    *(f"{a}_mean_{w}" for a in AMOUNTS for w in WINDOWS),
    *(f"{f}_count_{w}" for f in FLAGS for w in WINDOWS),
    *(f"{a}_slope_{w}" for a in AMOUNTS for w in SLOPES),
    *(f"{f}_since" for f in FLAGS),
)
#: What the rivals read; the panel's own reader reads `recorded_month` besides.
READ = ["household_id", "month", "income", "poverty_line", *AMOUNTS[1:], *FLAGS]


def declared() -> tuple[Feature, ...]:
    """The 68 features, as one declares them to the library."""

    def one(column: str, stat: Stat, window: int | None = None) -> Feature:
        return Feature(
            name=f"{column}_{stat}" + (f"_{window}" if window else ""),
            column=column, stat=stat, window_months=window or LONGEST, pillar="income",
            direction=0, kind="count" if column in FLAGS else "amount",
        )  # fmt: skip

    return (
        *(one(a, "mean", w) for a in AMOUNTS for w in WINDOWS),
        *(one(f, "count", w) for f in FLAGS for w in WINDOWS),
        *(one(a, "slope", w) for a in AMOUNTS for w in SLOPES),
        *(one(f, "since") for f in FLAGS),
    )


def noise(n_households: int, *, at_once: int) -> Iterator[Panel]:
    """The panel, piece by piece: nobody in it resembles anybody."""
    columns = [
        *(Column(name=a, pillar="income", kind="amount") for a in AMOUNTS[1:]),
        *(Column(name=f, pillar="security", kind="flag") for f in FLAGS[1:]),
    ]
    for first in range(0, n_households, at_once):
        rng = np.random.default_rng([1, first])
        seen = rng.random((min(at_once, n_households - first), MONTHS)) < 6 / 7
        household, month = np.nonzero(seen)
        n = len(household)
        month = (FIRST_MONTH + month).astype(np.int32)
        amounts = rng.lognormal(7, 0.5, (8, n)).astype(np.float32)
        amounts[rng.random((8, n)) < 0.05] = np.nan
        rows = pd.DataFrame({
            "household_id": first + household, "month": month, "recorded_month": month,
            "income": amounts[0], "poverty_line": np.float32(600),
            **dict(zip(AMOUNTS[1:], amounts[1:], strict=True)),
            **{flag: rng.random(n) < 0.03 for flag in FLAGS},
        })  # fmt: skip
        yield build(
            rows, name="noise", step_months=1, currency="yuan", columns=columns, invented=True
        )


def sums(table: Mapping[str, np.ndarray] | pd.DataFrame) -> dict[str, list[float]]:
    """Of each feature: known values, their sum, the sum of their squares."""
    return {name: _sums(np.asarray(table[name])) for name in NAMES}


def _sums(values: np.ndarray) -> list[float]:
    values = values[~np.isnan(values)].astype(np.float64)
    # No np.dot: its threads, two in each of two processes, would be timed instead.
    return [len(values), float(values.sum()), float(np.square(values).sum())]


def added(parts: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """The sums of several parts or dates together."""
    return {name: np.sum([part[name] for part in parts], axis=0).tolist() for name in NAMES}


def check(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> None:
    """Raises AssertionError when two ways say different things."""
    for name in NAMES:
        (n, total, squares), (n2, total2, squares2) = ours[name], theirs[name]
        assert n == n2, (name, n, n2)
        assert abs(squares2 / squares - 1) < 1e-5, (name, squares, squares2)
        assert abs(total2 - total) < 1e-5 * np.sqrt(n * squares), (name, total, total2)
