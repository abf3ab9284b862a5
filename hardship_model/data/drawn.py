"""Households drawn by hand: for saying what a word means, and for testing it."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError, build
from hardship_model.months import to_month

FIRST_MONTH = to_month("2020-01")
_SIGNS = "H.?"


def panel_from_strips(text: str, *, step_months: int = 1) -> Panel:
    """The panel of these drawn lives: one line per household, its name, then a sign per period.

    `H` in hardship, `.` out of it, `?` not seen. The first sign stands for 2020-01; everything is
    written down at once; income is 50 in hardship and 150 out of it, at a line of 100. Raises
    PanelError for any other sign.
    """
    drawn = [line.split() for line in text.strip().splitlines() if line.strip()]
    if any(len(words) != 2 or set(words[1]) - set(_SIGNS) for words in drawn):
        raise PanelError(f"A drawn household is a name, a space and signs out of {_SIGNS!r}.")
    rows = [
        {"household_id": name, "month": FIRST_MONTH + step_months * k, "in_hardship": sign == "H"}
        for name, strip in drawn
        for k, sign in enumerate(strip)
        if sign != "?"
    ]
    table = pd.DataFrame(rows, columns=["household_id", "month", "in_hardship"])
    table["recorded_month"] = table["month"]
    table["poverty_line"] = 100.0
    table["income"] = np.where(table["in_hardship"], 50.0, 150.0)
    return build(table, name="drawn", step_months=step_months, currency="yuan", invented=True)
