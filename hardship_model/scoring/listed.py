"""The list that a caseworker opens: whom to visit first, why, and what to look into."""

from typing import Literal

import numpy as np
import pandas as pd

from hardship_model.files import harmless
from hardship_model.scoring.scores import MOST_TOLD, Scores

Language = Literal["en", "zh"]
_HEADINGS = {
    "en": ("rank", "household", "risk within {h} months", "tenth of the list",
           "why this household", "what could be looked into"),
    "zh": ("排名", "家庭代号", "{h}个月内风险", "名单位次（十分位）", "主要原因", "建议跟进"),
}  # fmt: skip
_BETWEEN: dict[Language, str] = {"en": "; ", "zh": "；"}


def caseworkers_list(
    scores: Scores,
    explained: tuple[pd.DataFrame, pd.DataFrame] | None,
    *,
    horizon_months: int,
    language: Language,
) -> pd.DataFrame:
    """Whom does the model put first, and why?

    One row per household, the first on the list first, headings and reasons in `language`; up
    to three reasons and suggestions, the strongest first. Whether a household has a right to an
    aid, its rule decides.
    """
    why, what = explained or (None, None)
    rows, column = scores.rows, "_zh" if language == "zh" else ""
    table = [
        rows["rank"], rows["household_id"], rows["risk"].round(4), rows["tenth"],
        together(why, f"text{column}", len(rows), _BETWEEN[language]),
        together(what, f"label{column}", len(rows), _BETWEEN[language]),
    ]  # fmt: skip
    headings = [h.format(h=horizon_months) for h in _HEADINGS[language]]
    return harmless(pd.DataFrame(dict(zip(headings, table, strict=True))))


def together(table: pd.DataFrame | None, column: str, n: int, between: str) -> pd.Series:
    """The first texts of each row in one cell, in their order; empty without any. Shape (n,)."""
    if table is None or table.empty:
        return pd.Series([""] * n, dtype="str")
    first = table.groupby("row").head(MOST_TOLD)
    joined = first.groupby("row")[column].agg(between.join)
    return joined.reindex(np.arange(n), fill_value="").reset_index(drop=True)
