"""Is a list worth its visits? Net benefit, and the visits that a model saves.

An office that visits from a risk of `threshold` upward says by that what a visit in vain may
cost: at 0.1, nine visits in vain for one household found. (Vickers and Elkin 2006.)
Arrays are as in `metrics`; households whose answer is unknown are left out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import Draws, interval

#: Prices that are looked at: from 49 visits in vain for one household found down to four.
THRESHOLDS = (0.02, 0.05, 0.1, 0.2)


def net_benefit(
    risk: np.ndarray, answer: np.ndarray, weights: np.ndarray, *, thresholds: Sequence[float]
) -> np.ndarray:
    """Households found per household at risk, visits in vain taken off at the threshold's price.

    Visited is whoever has a risk of at least the threshold; shape [n_draws, n_thresholds]. To
    visit nobody is worth 0. Raises ValueError for a threshold that is not between 0 and 1.
    """
    return _net(_paid(risk, answer, thresholds), answer, weights)


def net_benefit_of_visiting_all(
    answer: np.ndarray, weights: np.ndarray, *, thresholds: Sequence[float]
) -> np.ndarray:
    """What would visiting everybody be worth? Shape [n_draws, n_thresholds]."""
    return net_benefit(np.ones(len(answer)), answer, weights, thresholds=thresholds)


def net_interventions_avoided(
    risk: np.ndarray, answer: np.ndarray, weights: np.ndarray, *, thresholds: Sequence[float]
) -> np.ndarray:
    """How many visits a household does the model save, beside visiting all, and miss nobody?

    Visits saved less visits' worth of households missed; shape [n_draws, n_thresholds]. Times
    100 it is the number for a hundred households.
    """
    gain = net_benefit(risk, answer, weights, thresholds=thresholds)
    gain -= net_benefit_of_visiting_all(answer, weights, thresholds=thresholds)
    return gain / _price(thresholds)


def decision_curve(
    scored: Scored, *, thresholds: Sequence[float], n_draws: int, seed: int
) -> pd.DataFrame:
    """What is each model worth at each price of a visit in vain?

    Returns
    -------
    one row per model × threshold, and one for visiting all: `n` households with a known answer,
    `events`, `visited` of them with `found` and `missed`, `net_benefit` per household with its
    95 % interval over households, and `visits_avoided` per household (missing for visiting all).

    """
    answer, known = scored.answer, ~np.isnan(scored.answer)
    whole = np.ones((1, len(answer)))
    draws = Draws.over(scored.rows["household_id"].to_numpy(), n_draws=n_draws, seed=seed)
    counted = {"n": int(known.sum()), "events": int(np.nansum(answer))}
    rows: list[dict[str, object]] = []
    for model, risk in {**scored.risk, "visit all": np.ones(len(answer))}.items():
        value = net_benefit(risk, answer, whole, thresholds=thresholds)[0]
        avoided = net_interventions_avoided(risk, answer, whole, thresholds=thresholds)[0]
        worth = np.column_stack([_paid(risk, answer, thresholds), known])
        [totals] = draws.totals([draws.by_household(worth)])
        for k, threshold in enumerate(thresholds):
            low, high = interval(ratio(totals[:, k], totals[:, -1]))
            row = {
                "model": model, "threshold": threshold, **counted,
                "visited": int((risk[known] >= threshold).sum()),
                "found": int((answer[risk >= threshold] == 1).sum()),
                "missed": int((answer[risk < threshold] == 1).sum()),
                "net_benefit": value[k], "low": low, "high": high,
                "visits_avoided": np.nan if model == "visit all" else avoided[k],
            }  # fmt: skip
            rows.append({"task": scored.task.name, "origin": scored.origin.name, **row})
    return pd.DataFrame(rows)


def _paid(risk: np.ndarray, answer: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """1 for a household found, minus the price for a visit in vain, else 0; [n, n_thresholds]."""
    visited = risk[:, None] >= np.asarray(thresholds)
    return visited * ((answer == 1)[:, None] - (answer == 0)[:, None] * _price(thresholds))


def _net(paid: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return ratio(weights @ paid, (weights @ ~np.isnan(answer))[:, None])


def _price(thresholds: Sequence[float]) -> np.ndarray:
    at = np.asarray(thresholds, dtype=float)
    if not ((at > 0) & (at < 1)).all():
        raise ValueError(f"A threshold lies between 0 and 1, got {list(thresholds)}.")
    return at / (1 - at)
