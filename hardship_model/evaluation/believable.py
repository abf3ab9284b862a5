"""Which AUROC is chance, which can be honest, and which is too good to be true?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import Origin, Task, rows_to_judge
from hardship_model.evaluation.metrics import Ranking, auroc
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.features import declare, features

#: From which AUROC on nothing is believed: half-way from the best column of the core to 1, but
#: never below the first, and never above the second, lest a core that leaks excuse itself.
_TOO_GOOD = (0.97, 0.995)
#: Standard errors by which an AUROC may lie above a half by chance.
_BY_CHANCE = 4.0
#: With fewer of either answer an AUROC says nothing.
FEWEST = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """The households whose answers judge a forecast, as far as these are known."""

    #: household_id, as_of.
    who: pd.DataFrame
    #: 1 fell, 0 did not.
    y: np.ndarray
    #: From which AUROC on is nothing believed?
    too_good: float

    @classmethod
    def at(cls, panel: Panel, task: Task, origin: Origin) -> "Judged":
        """Whom the task judges at this origin of this panel."""
        rows = rows_to_judge(panel, task, origin)
        rows = rows[rows["answer"] != "unknown"].reset_index(drop=True)
        y = (rows["answer"] == "yes").to_numpy(dtype=int)
        who = rows[["household_id", "as_of"]]
        return cls(who=who, y=y, too_good=_too_good(panel, who, y))

    def surely_too_good(self, column: pd.Series) -> bool:
        """Does the whole 95 % interval of its AUROC, over households, lie above the bound?"""
        ranking = Ranking.of(_as_numbers(column), self.y.astype(float))
        draws = Draws.over(self.who["household_id"].to_numpy(), n_draws=200, seed=1)
        low, high = interval(draws.distribution(lambda weights: auroc(ranking.counts(weights))))
        return max(low, 1 - high) >= self.too_good


def _too_good(panel: Panel, who: pd.DataFrame, y: np.ndarray) -> float:
    if few(y):
        return _TOO_GOOD[0]
    core = features(panel, declare(replace(panel, columns=())), who=who)
    best = max(alone(core[name], y) for name in core)
    return float(np.clip((1 + best) / 2, *_TOO_GOOD))


def few(y: np.ndarray) -> bool:
    """Are there too few of either answer for an AUROC?"""
    return bool(min(y.sum(), (1 - y).sum()) < FEWEST)


def alone(column: pd.Series, y: np.ndarray) -> float:
    """How well does one column tell the answers? AUROC, whichever way it points."""
    value = auroc_of(column, y)
    return max(value, 1 - value)


def auroc_of(column: pd.Series, y: np.ndarray) -> float:
    """The AUROC of this column for answers 0 and 1."""
    ranking = Ranking.of(_as_numbers(column), y.astype(float))
    return float(auroc(ranking.counts(np.ones((1, len(y)))))[0])


def _as_numbers(column: pd.Series) -> np.ndarray:
    """A column as numbers that can be ranked: a category's codes, the unknown below all."""
    if not pd.api.types.is_numeric_dtype(column):
        return column.astype("category").cat.codes.to_numpy(dtype=float)
    values = column.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(values), -np.inf, values)


def chance_bound(answers: Sequence[np.ndarray]) -> float:
    """Above which mean AUROC does a ranking know something of answers that were dealt out?

    Each array of answers has a household once and was dealt independently of the others. The
    variance of one AUROC is that of Mann and Whitney (1947); ties only make it smaller.
    """
    variances = [(len(y) + 1) / (12 * y.sum() * (1 - y).sum()) for y in answers]
    return 0.5 + _BY_CHANCE * float(np.sqrt(np.sum(variances))) / len(answers)
