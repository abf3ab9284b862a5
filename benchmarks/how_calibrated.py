"""How far are risks from what happened: as the model gave them, on a line, with regions moved."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.calibration import (
    calibration_slope,
    expected_calibration_error,
    observed_over_expected,
)
from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.features import declare, features
from hardship_model.models.regions import region_of

#: Worlds in which every risk is true, to see what error luck alone makes.
_WORLDS = 200


def three_ways(scored: Scored, model: str) -> dict[str, np.ndarray]:
    """A model's risks as it gave them, recalibrated on later months, and by region as well."""
    fitted, score = scored.fitted[model], scored.score[model]
    return {
        "as given": expit(score),
        "line": expit(fitted.intercept + fitted.slope * score),
        "line and regions": scored.risk[model],
    }


def calibration(
    judged: Sequence[tuple[Scored, Panel]], model: str, *, n_draws: int, seed: int
) -> pd.DataFrame:
    """One row per way × measure: value, 95 % interval over households, and what luck would give.

    `judged` are one office's scores and panel, or those of several, judged together. The two
    errors are shares of the base rate; *between regions* is the same error with the regions in
    the place of tenths of the risk.
    """
    answers = [scored.answer for scored, _ in judged]
    known = ~np.isnan(np.concatenate(answers))
    answer = np.concatenate(answers)[known]
    place = pd.get_dummies(
        pd.concat([_region(*one) for one in judged], ignore_index=True)
    ).to_numpy()[known]
    household = np.concatenate([scored.rows["household_id"].to_numpy() for scored, _ in judged])
    draws = Draws.over(household[known], n_draws=n_draws, seed=seed)
    ways = [three_ways(scored, model) for scored, _ in judged]
    rows: list[dict[str, object]] = []
    for way in ways[0]:
        risk = np.concatenate([one[way] for one in ways])
        worlds = np.random.default_rng(seed).random((_WORLDS, len(answer))) < risk[known]
        by_luck = [dict(_measures(risk[known], w.astype(float), place, _once(w))) for w in worlds]
        found = dict(_measures(risk[known], answer, place, _once(answer)))
        chunks = [dict(_measures(risk[known], answer, place, w)) for w in draws.chunks()]
        for measure, value in found.items():
            low, high = interval(np.concatenate([c[measure] for c in chunks]))
            rows.append({
                "task": judged[0][0].task.name, "model": model, "n": len(answer),
                "events": int(answer.sum()), "risks": way, "measure": measure,
                "value": float(value[0]), "low": low, "high": high,
                "by luck": float(np.mean([lucky[measure][0] for lucky in by_luck])),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _region(scored: Scored, panel: Panel) -> pd.Series:
    """In which region does each household judged live? Shape (n,)."""
    declared = declare(panel)
    region = [feature for feature in declared if feature.name == region_of(declared)]
    return features(panel, region, who=scored.rows).iloc[:, 0].astype(object)


def _once(answer: np.ndarray) -> np.ndarray:
    return np.ones((1, len(answer)))


def _measures(
    risk: np.ndarray, answer: np.ndarray, place: np.ndarray, weights: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    base = ratio(weights @ answer, weights.sum(axis=1))
    yield "observed ÷ expected", observed_over_expected(risk, answer, weights)
    yield "slope", calibration_slope(risk, answer, weights)
    error = expected_calibration_error(risk, answer, weights)
    yield "error ÷ base rate", ratio(error, base)
    between = np.abs(weights @ ((answer - risk)[:, None] * place)).sum(axis=1)
    yield "between regions ÷ base rate", ratio(between, weights @ answer)
