"""The verdict: which targets does a town meet, with which intervals?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hardship_model.data.calibration.measures import MEASURES
from hardship_model.data.calibration.statistics import Measured
from hardship_model.data.calibration.targets import Target, targets
from hardship_model.data.calibration.truth import Truth

#: Which seed the bootstrap takes: the same town gives the same table.
_SEED = 20150101


def calibrate(
    truth: pd.DataFrame, *, against: Sequence[Target] | None = None, draws: int = 200
) -> pd.DataFrame:
    """Which targets does the town meet?

    `truth` is the town's monthly truth table, household × month, amounts in yuan;
    `consumption_yuan` leaves out what `rigid_yuan` holds. One row per target: its number and
    band, the simulated value with a 95 % interval from a bootstrap over households, the count
    `n` of its denominator, and the verdict: *met* when the value lies in the band, *missed*
    otherwise, *not measured* where the table lacks a column or has nobody to count. `reason` is
    given for what is not met.
    Takes about 1 kB of memory per household beside the grids: meant for up to 50,000.
    """
    town = Truth(truth)
    weights = _weights(town.n_households, draws)
    rows = [_judge(target, town, weights) for target in against or targets()]
    return pd.DataFrame(rows)


def tally(table: pd.DataFrame) -> pd.DataFrame:
    """How many targets are met? One row per kind and per tuned or not: met, of how many."""
    grouped = table.groupby(["kind", "tuned"])["verdict"]
    counts = grouped.agg(met=lambda v: int((v == "met").sum()), of="size")
    return counts.reset_index()


def _weights(n_households: int, draws: int) -> np.ndarray:
    """How often does each household count in each draw? The first row is the town itself."""
    drawn = np.random.default_rng(_SEED).poisson(1.0, (draws, n_households))
    return np.vstack([np.ones(n_households), drawn]).astype(np.float32)


def _judge(target: Target, town: Truth, weights: np.ndarray) -> dict[str, object]:
    measured = _measure(target, town)
    values = np.full(2, np.nan) if measured is None else measured.of(weights)
    simulated, drawn = values[0], values[1:][np.isfinite(values[1:])]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    met = target.low <= simulated <= target.high
    verdict = "not measured" if np.isnan(simulated) else "met" if met else "missed"
    return {
        "target": target.name, "kind": target.kind, "tag": target.tag, "tuned": target.tuned,
        "label": target.label, "denominator": target.denominator,
        "published": target.published, "low": target.low, "high": target.high,
        "simulated": float(simulated), "sim_low": float(low), "sim_high": float(high),
        "n": 0 if measured is None else measured.n, "verdict": verdict,
        "reason": "" if verdict == "met" else target.reason,
    }  # fmt: skip


def _measure(target: Target, town: Truth) -> Measured | None:
    """None when the truth table lacks a column that the measure reads."""
    measure, reads = MEASURES[target.measure]
    if any(column not in town.table for column in reads):
        return None
    return measure(town, **target.given)
