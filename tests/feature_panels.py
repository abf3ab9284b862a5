"""Panels to try features on: drawn digit by digit, and random ones with everything amiss."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Panel, build
from hardship_model.features import Feature, declare, features
from strips import FIRST_MONTH

COLUMNS = (
    Column(name="spending", pillar="expenditure", kind="amount", direction=1, lag_months=2),
    Column(name="members", pillar="household", kind="count"),
    Column(name="hours", pillar="income", kind="count", direction=-1),
    Column(name="ill", pillar="security", kind="flag", direction=1, lag_months=1),
    Column(name="insured", pillar="security", kind="flag", direction=-1),
    Column(name="tenure", pillar="household", kind="category"),
)


def panel_of_hours(text: str, *, step_months: int = 1) -> Panel:
    """Weekly hours drawn as digits, one per period; ? nothing was seen, - hours not answered."""
    drawn = [line.split() for line in text.strip().splitlines()]
    signs = [
        (name, FIRST_MONTH + step_months * k, sign)
        for name, strip in drawn
        for k, sign in enumerate(strip)
        if sign != "?"
    ]
    rows = pd.DataFrame(signs, columns=["household_id", "month", "hours"])
    rows = rows.assign(
        hours=pd.to_numeric(rows["hours"], errors="coerce"),
        recorded_month=rows["month"], income=100.0, poverty_line=100.0, in_hardship=False,
    )  # fmt: skip
    hours = [c for c in COLUMNS if c.name == "hours"]
    return build(rows, name="drawn", step_months=step_months, currency="yuan", columns=hours)


def random_panel(seed: int, *, step_months: int = 1, n_households: int = 12) -> Panel:
    """Gaps, late records, missing values, and arrears of single columns; fewer as seed rises."""
    rng = np.random.default_rng([seed, step_months])
    n_periods = 30 // step_months + 5
    grid = np.indices((n_households, n_periods)).reshape(2, -1)
    rows = pd.DataFrame({
        "household_id": [f"household {h:03d}" for h in grid[0]],
        "month": FIRST_MONTH + grid[1] * step_months,
    })  # fmt: skip
    rows = rows.assign(
        recorded_month=rows["month"] + rng.integers(0, 9, len(rows)) * (rng.random(len(rows)) < 0.4)
    )
    rows = with_new_values(rows, rng)
    seen = rng.random(len(rows)) < 0.5 + 0.1 * seed
    return build(
        rows[seen], name=f"random {seed}", step_months=step_months, currency="yuan", columns=COLUMNS
    )


def with_new_values(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The same households, months and dates of record with everything else drawn anew."""
    n = len(rows)
    rows = rows.assign(
        income=rng.lognormal(7, 1, n),
        poverty_line=rng.uniform(500, 900, n),
        in_hardship=pd.array(rng.random(n) < 0.3, dtype="boolean"),
        spending=rng.lognormal(6, 2, n),
        members=rng.integers(1, 8, n).astype(float),
        hours=40.0 + rng.integers(-1, 2, n) * (rng.random(n) < 0.3),
        ill=rng.random(n) < 0.1,
        insured=pd.array(rng.random(n) < 0.6, dtype="boolean"),
        tenure=pd.Categorical(rng.choice(["own", "rent", "lent"], n), ["own", "rent", "lent"]),
    )
    for name in ("income", "in_hardship", "spending", "members", "insured", "tenure"):
        rows.loc[rng.random(n) < 0.2, name] = None
    return rows


def everybody(panel: Panel, months: list[int]) -> pd.DataFrame:
    """Every household at every one of these months, in an order of its own, oddly indexed."""
    n = len(panel.households)
    who = pd.DataFrame(
        {"household_id": np.tile(panel.households, len(months)), "as_of": np.repeat(months, n)}
    )
    who.index += 1000
    return who.sample(frac=1, random_state=0)


def at(panel: Panel, period: int, *, windows_months: tuple[int, ...] = (3, 6)) -> pd.DataFrame:
    """All features at one period, one row per household, indexed by its name."""
    as_of = FIRST_MONTH + period * panel.step_months
    who = pd.DataFrame({"household_id": panel.households, "as_of": as_of}, index=panel.households)
    return features(panel, declare(panel, windows_months=windows_months), who=who)


def codes(table: pd.DataFrame, declared: tuple[Feature, ...]) -> pd.DataFrame:
    """The same table with categories as numbers, missing where there is none."""
    for f in declared:
        if f.kind == "category":
            table[f.name] = table[f.name].cat.codes.replace(-1, np.nan)
    return table
