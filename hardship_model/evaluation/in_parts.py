"""The backtest's scoring over a panel in parts: models fitted once, households scored anywhere."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from hardship_model.data.panel import PanelError
from hardship_model.data.partitions import Part, Partitions
from hardship_model.evaluation.backtest import (
    Learned,
    Origin,
    Scored,
    Task,
    refuse_nobody,
    rows_to_judge,
    scored_by,
)
from hardship_model.features import Feature
from hardship_model.shards import LOCAL, Engine, map_shards


def score_in_parts(
    learned: Learned,
    panel: Partitions,
    *,
    task: Task,
    origin: Origin,
    declared: Sequence[Feature],
    judge_by: Partitions | None = None,
    engine: Engine = LOCAL,
) -> Scored:
    """What do fitted models say of everybody judged at this origin, part by part?

    `learned` is what `backtest.fit_models` made of a panel in memory: the whole, or some of the
    parts. The answers that judge come from `judge_by`, cut as `panel` is, or from `panel`.

    Returns
    -------
    what `backtest.score_everybody` says of the same households: rows by `as_of`, and of one
    `as_of` in the order of the parts. Raises PanelError when nobody is to be judged, and when
    the two panels are cut differently.

    """
    judges = (judge_by or panel).parts
    if len(judges) != len(panel.parts):
        raise PanelError(
            f"The panel has {len(panel.parts)} parts, the one to judge by {len(judges)};"
            " both must be cut at the same households."
        )
    of_part = partial(_of_part, learned=learned, task=task, origin=origin, declared=declared)
    pairs = zip(panel.parts, judges, strict=True)
    parts = [one for one in map_shards(of_part, pairs, engine=engine) if one is not None]
    rows = pd.concat([one.rows for one in parts] or [pd.DataFrame()], ignore_index=True)
    refuse_nobody(rows, task, origin)
    order = np.argsort(rows["as_of"].to_numpy(), kind="stable")
    return replace(
        parts[0],
        rows=rows.iloc[order].reset_index(drop=True),
        score={m: np.concatenate([one.score[m] for one in parts])[order] for m in learned.fitted},
        risk={m: np.concatenate([one.risk[m] for one in parts])[order] for m in learned.fitted},
        fitted=learned.fitted,
    )


def _of_part(
    pair: tuple[Part, Part],
    learned: Learned,
    task: Task,
    origin: Origin,
    declared: Sequence[Feature],
) -> Scored | None:
    """One part's scores, without the models, which everybody has; None where nobody is asked."""
    part, judge = pair
    panel = part.read()
    rows = rows_to_judge(panel if judge == part else judge.read(), task, origin)
    if rows.empty:
        return None
    scored = scored_by(learned, panel, rows, task=task, origin=origin, declared=declared)
    return replace(scored, fitted={})
