"""Whom does the list of a run miss, and what would it cost to miss no group more than another?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.equal_recall import equal_recall
from hardship_model.evaluation.groupings import Grouping, group_labels
from hardship_model.evaluation.groups import by_group
from hardship_model.models import BASELINES


@dataclass(frozen=True, kw_only=True, eq=False)
class Missed:
    """The two tables by group of a run; small cells are withheld."""

    by_group: pd.DataFrame
    equal_recall: pd.DataFrame


def missed(
    judged: Sequence[Scored],
    panel: Panel,
    choice: pd.DataFrame,
    *,
    by: Sequence[Grouping],
    list_share: float,
    n_draws: int,
    seed: int,
) -> Missed:
    """At each judging origin, for the chosen model and what a clerk can do: who is missed?

    Groups are what `panel` had on file (`groupings.group_labels`); `choice` as of
    `backtest.choose`. The rows are those of `groups.by_group` and `equal_recall.equal_recall`.
    Both are empty when there is nothing to group by.
    """
    tables, moved = [], []
    for scored in judged if by else ():
        chosen = choice.loc[choice["chosen"] & (choice["task"] == scored.task.name), "model"].item()
        models = dict.fromkeys([*(m for m in BASELINES if m in scored.score), chosen])
        some = replace(scored, score={m: scored.score[m] for m in models},
                       risk={m: scored.risk[m] for m in models})  # fmt: skip
        labels = group_labels(panel, scored.rows, by=by)
        table = by_group(some, labels, list_share=list_share, n_draws=n_draws, seed=seed)
        tables.append(table)
        moved += [
            equal_recall(some, labels[column], list_share=list_share, shown_in=table)
            for column in labels
        ]
    return Missed(by_group=_stacked(tables), equal_recall=_stacked(moved))


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
