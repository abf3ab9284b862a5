"""Households drawn as strips: H in hardship, . out of it, ? not seen."""

import pandas as pd

from hardship_model.data.drawn import FIRST_MONTH, panel_from_strips

__all__ = ["FIRST_MONTH", "answers", "panel_from_strips"]


def answers(outcome: pd.DataFrame) -> dict[str, str]:
    """Each household's answer."""
    return dict(zip(outcome["household_id"], outcome["answer"].astype(str), strict=True))
