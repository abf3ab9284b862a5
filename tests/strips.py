"""Households drawn as strips: H in hardship, . out of it, ? not seen."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, build

FIRST_MONTH = 2020 * 12


def panel_from_strips(text: str, *, step_months: int = 1) -> Panel:
    """A panel drawn as text: one line per household, its name, then one sign per period."""
    drawn = [line.split() for line in text.strip().splitlines() if line.strip()]
    rows = [
        {"household_id": name, "month": FIRST_MONTH + step_months * k, "in_hardship": sign == "H"}
        for name, strip in drawn
        for k, sign in enumerate(strip)
        if sign != "?"
    ]
    table = pd.DataFrame(rows)
    table["recorded_month"] = table["month"]
    table["poverty_line"] = 100.0
    table["income"] = np.where(table["in_hardship"], 50.0, 150.0)
    return build(table, name="drawn", step_months=step_months, currency="yuan", invented=True)


def answers(outcome: pd.DataFrame) -> dict[str, str]:
    """Each household's answer."""
    return dict(zip(outcome["household_id"], outcome["answer"].astype(str), strict=True))
