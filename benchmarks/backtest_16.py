"""A backtest of 16 models, 20,000 households × 36 months: all of it but fitting and predicting.

The 16 models cost nothing: each gives back a feature of its own. What is timed is therefore
what a backtest adds to its models: answers and 36 features at 18 dates to train and 6 to judge,
calibration, and every metric of every model with the interval that 1,000 draws over households
give, and its paired difference. Beside it, for the intervals alone: scikit-learn's AUROC,
average precision and Brier score, resampled household by household. Few draws, multiplied.
"""

from collections.abc import Callable, Sequence
from typing import Self
from unittest.mock import patch

import numpy as np
import pandas as pd
from features_36 import FIRST_MONTH, WINDOWS_MONTHS, random_panel
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from hardship_model.data.panel import Panel
from hardship_model.evaluation import backtest
from hardship_model.evaluation.backtest import Origin, Scored, Task, judge, score_everybody
from hardship_model.features import Feature, declare
from hardship_model.labels import Question

MODELS, DRAWS = 16, 1000
TASK = Task(name="falls", kind="both", question=Question(ask="entered_within", horizon_months=6))
ORIGIN = Origin(
    name="third year", train_until=FIRST_MONTH + 23, test_from=FIRST_MONTH + 24,
    answers_until=FIRST_MONTH + 35,
)  # fmt: skip
METRICS = {
    "auroc": roc_auc_score, "average_precision": average_precision_score,
    "brier": brier_score_loss,
}  # fmt: skip
#: A way that makes so few draws, and by what its seconds are multiplied.
FEW = 2
INTERVALS = f"scikit-learn, {FEW} draws, intervals of three metrics alone"
EXTRAPOLATED = {INTERVALS: DRAWS / FEW}


class Given(ClassifierMixin, BaseEstimator):
    """A model that costs nothing: its score is one feature."""

    def __init__(self, column: str = "") -> None:
        self.column = column

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Nothing is learned."""
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, X: pd.DataFrame) -> np.ndarray:
        """The feature, 0 where it is unknown; shape (n,)."""
        return np.nan_to_num(X[self.column].to_numpy(dtype=float))


def contenders() -> dict[str, Callable[[], pd.DataFrame]]:
    """The ways, ours first."""
    panel = random_panel(seed=1)
    declared = tuple(f for f in declare(panel, windows_months=WINDOWS_MONTHS) if f.stat != "spells")
    scored = score(panel, declared)
    return {
        "labels, features, calibration, intervals": lambda: _table(score(panel, declared)),
        "of which intervals": lambda: _table(scored),
        INTERVALS: lambda: resampled(scored),
    }


def score(panel: Panel, declared: Sequence[Feature]) -> Scored:
    """Scores of 16 features, as a fresh panel would give them."""
    numbers = [f.name for f in declared if f.kind != "category"][:MODELS]
    with patch.object(backtest, "build", lambda name, declared, seed: lambda: Given(name)):
        return score_everybody(
            panel.with_rows(panel.rows), task=TASK, origin=ORIGIN, models=numbers,
            declared=declared, seed=1,
        )  # fmt: skip


def _table(scored: Scored) -> pd.DataFrame:
    table = judge(scored, list_shares=(0.1, 0.2), n_draws=DRAWS, seed=1)
    return table.pivot_table(index="model", columns="metric", values="value")


def resampled(scored: Scored) -> pd.DataFrame:
    """What most would write: draw households, gather their rows, call scikit-learn."""
    rng = np.random.default_rng(1)
    known = np.flatnonzero(~np.isnan(scored.answer))
    rows_of = pd.Series(known).groupby(scored.rows["household_id"].to_numpy()[known]).indices
    households = list(rows_of)
    for _ in range(FEW):
        drawn = rng.choice(len(households), len(households))
        rows = known[np.concatenate([rows_of[households[k]] for k in drawn])]
        _metrics(scored, rows)
    return _metrics(scored, known)


def _metrics(scored: Scored, rows: np.ndarray) -> pd.DataFrame:
    answer = scored.answer[rows]
    return pd.DataFrame({
        model: {
            name: metric(answer, (scored.risk if name == "brier" else scored.score)[model][rows])
            for name, metric in METRICS.items()
        }
        for model in scored.score
    }).T  # fmt: skip


def compare(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """Raises AssertionError when two ways say different things of the sample."""
    assert len(ours) == MODELS
    both = theirs[list(METRICS)]
    np.testing.assert_allclose(ours.loc[both.index, both.columns], both, atol=1e-9)
