"""Going through a table, row by row or part by part, to draw it or to say it."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from hardship_model.evaluation.withholding import AND


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each by its columns' names."""
    return table.to_dict("records")  # type: ignore[return-value]


def parts(table: pd.DataFrame, *by: str) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """The parts of a table that share these names, in the order in which they first stand."""
    for names, part in table.groupby(list(by), sort=False):
        yield tuple(str(name) for name in names), part


def chosen_model(choice: pd.DataFrame, task: str) -> str:
    """Which model did this task get? Empty where nothing was chosen."""
    chosen = choice.loc[choice["chosen"].astype(bool) & (choice["task"] == task), "model"]
    return str(chosen.item()) if len(chosen) else ""


def single_groups(by_group: pd.DataFrame) -> pd.DataFrame:
    """The rows of everybody and of single groups, without those of pairs."""
    return by_group[~by_group["column"].str.contains(AND, regex=False)]
