"""A panel of made-up households whose income drifts, so that the past says something."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Panel, build
from strips import FIRST_MONTH

COLUMNS = (
    Column(name="spending", pillar="expenditure", kind="amount", direction=1),
    Column(name="ill", pillar="security", kind="flag", direction=1),
    Column(name="district", pillar="place", kind="category"),
)


def drifting_panel(
    seed: int, *, n_households: int = 400, n_periods: int = 30, step_months: int = 1
) -> Panel:
    """Hardship is income below the line; illness lowers income for some periods."""
    rng = np.random.default_rng(seed)
    shape = (n_periods, n_households)
    ill = rng.random(shape) < 0.03
    drift = rng.normal(0.5, 0.4, n_households) + np.cumsum(rng.normal(0, 0.08, shape), axis=0)
    for lag in range(1, 6):
        drift[lag:] -= 0.15 * ill[:-lag]
    income = 100 * np.exp(drift)
    month, household = np.indices(shape).reshape(2, -1)
    rows = pd.DataFrame(
        {
            "household_id": household,
            "month": FIRST_MONTH + step_months * month,
            "recorded_month": FIRST_MONTH + step_months * month + rng.integers(0, 3, month.size),
            "income": income.ravel(),
            "poverty_line": 100.0,
            "in_hardship": (income < 100).ravel(),
            "spending": rng.gamma(2, 20, month.size),
            "ill": ill.ravel(),
            "district": pd.Categorical(np.where(household % 3, "east", "west")),
        }
    )
    return build(
        rows, name=f"drifting {seed}", step_months=step_months, currency="yuan",
        columns=COLUMNS, invented=True,
    )  # fmt: skip
