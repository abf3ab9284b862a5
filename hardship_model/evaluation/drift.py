"""Do the scores of a model drift from one origin to the next?"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Scored

_TENTHS = 10
#: A tenth that is empty counts as if half a household were in it.
_HALF = 0.5


def score_drift(scored: Sequence[Scored]) -> pd.DataFrame:
    """How differently does a model, trained anew at each origin, see those whom it scores?

    `scored` are one task's origins, in their order in time.

    Returns
    -------
    one row per model and origin that follows another: `n_before` and `n` rows scored,
    `mean_risk_before` and `mean_risk`, `expected` events now, `stability_index` of the risks
    over the tenths of the earlier origin (0 is the same; credit scoring looks closer above 0.1
    and acts above 0.25: found-low), and `largest_shift`, the furthest that the two
    distributions are apart (Kolmogorov–Smirnov). Raises ValueError when tasks are mixed.

    """
    tasks = {s.task.name for s in scored}
    if len(tasks) > 1:
        raise ValueError(f"Score drift is looked at task by task, got {sorted(tasks)}.")
    rows = []
    for before, now in pairwise(scored):
        for model in now.risk:
            old, new = np.sort(before.risk[model]), np.sort(now.risk[model])
            row = {
                "task": now.task.name, "origin_before": before.origin.name,
                "origin": now.origin.name, "model": model, "n_before": len(old), "n": len(new),
                "mean_risk_before": old.mean(), "mean_risk": new.mean(), "expected": new.sum(),
                "stability_index": _of_tenths(old, new),
                "largest_shift": _largest_shift(old, new),
            }  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def stability_index(before: np.ndarray, now: np.ndarray) -> float:
    """How far do two samples lie apart over the same bins? `before` and `now` count each bin."""
    share_before, share_now = (np.maximum(c, _HALF) / c.sum() for c in (before, now))
    return float(((share_now - share_before) * np.log(share_now / share_before)).sum())


def _of_tenths(old: np.ndarray, new: np.ndarray) -> float:
    edges = np.unique(np.quantile(old, np.linspace(0, 1, _TENTHS + 1)[1:-1]))
    before, now = (
        np.bincount(np.searchsorted(edges, risk, side="right"), minlength=len(edges) + 1)
        for risk in (old, new)
    )
    return stability_index(before, now)


def _largest_shift(old: np.ndarray, new: np.ndarray) -> float:
    every = np.r_[old, new]
    share_old, share_new = (
        np.searchsorted(risk, every, side="right") / len(risk) for risk in (old, new)
    )
    return float(np.abs(share_old - share_new).max())
