"""A panel of made-up households that come and go, asked for work, cover and income."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Panel, build
from hardship_model.screening.panel_reading import Reading
from strips import FIRST_MONTH

COLUMNS = (
    Column(name="wage_earners", pillar="income", kind="count"),
    Column(name="own_account", pillar="income", kind="count"),
    Column(name="looking", pillar="income", kind="count"),
    Column(name="earnings", pillar="income", kind="amount"),
    Column(name="covered", pillar="security", kind="flag"),
    Column(name="nights", pillar="expenditure", kind="count"),
    Column(name="benefit", pillar="security", kind="flag"),
    Column(name="quarter", pillar="place", kind="category"),
)
READING = Reading(
    formal=("wage_earners",), flexible=("own_account",), unemployed=("looking",),
    insured=("covered",), stays=("nights",), claims=("benefit",), district=("quarter",),
    labour_over_line=("earnings",),
)  # fmt: skip


def random_panel(
    seed: int, *, n: int = 300, periods: int = 8, step_months: int = 3, own_word: bool = False
) -> Panel:
    """Households that come and go, with work, cover and income; a third of the cells unseen."""
    rng = np.random.default_rng(seed)
    household, period = np.indices((n, periods)).reshape(2, -1)
    size = household.size
    drift = rng.normal(0.4, 0.5, n)[household] + rng.normal(0, 0.35, size)
    income = 100 * np.exp(drift)
    hard = income < 100
    rows = pd.DataFrame({
        "household_id": household, "month": FIRST_MONTH + step_months * period,
        "recorded_month": FIRST_MONTH + step_months * period, "income": income,
        "poverty_line": 100.0,
        "in_hardship": hard ^ (rng.random(size) < 0.2) if own_word else hard,
        "wage_earners": rng.integers(0, 2, size), "own_account": rng.integers(0, 2, size),
        "looking": rng.random(size) < 0.1, "earnings": 0.6 * income / 100,
        "covered": rng.random(size) < 0.7, "nights": rng.integers(0, 5, size),
        "benefit": rng.random(size) < 0.05,
        "quarter": pd.Categorical(np.where(household % 3, "east", "west")),
        "weight": 1.0 + household % 4,
    })  # fmt: skip
    rows = rows[rng.random(size) < 0.67].astype({"looking": int})
    return build(rows, name=f"made up {seed}", step_months=step_months, currency="yuan",
                 columns=COLUMNS, invented=True)  # fmt: skip
