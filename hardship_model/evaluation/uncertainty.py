"""How sure are we? A bootstrap over households, with draws that all models share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

#: Draws that are held in memory at once.
_CHUNK = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """Bootstrap weights over households: each household counts Poisson(1) times in a draw.

    A household's rows stand and fall together, and every model that is judged with the same
    `Draws` is judged on the same households, so that differences are paired. (Poisson
    bootstrap: Hanley and MacGibbon 2006.)
    """

    #: Which household each row belongs to: codes 0 … n_households − 1.
    household: np.ndarray
    n_draws: int
    seed: int

    @classmethod
    def over(cls, household_id: np.ndarray, *, n_draws: int, seed: int) -> "Draws":
        """Draws for rows that belong to these households."""
        _, codes = np.unique(household_id, return_inverse=True)
        return cls(household=codes, n_draws=n_draws, seed=seed)

    def chunks(self) -> Iterator[np.ndarray]:
        """The weights of some draws at a time, float, shape [draws in chunk, n_rows]."""
        n_households = int(self.household.max(initial=-1)) + 1
        for start in range(0, self.n_draws, _CHUNK):
            rng = np.random.default_rng([self.seed, start])
            size = (min(_CHUNK, self.n_draws - start), n_households)
            yield rng.poisson(1.0, size=size)[:, self.household].astype(float)

    def distribution(self, statistic: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """What `statistic` (weights → one value a draw) is in every draw; shape [n_draws]."""
        return np.concatenate([statistic(weights) for weights in self.chunks()])


def interval(drawn: np.ndarray) -> tuple[float, float]:
    """Between which bounds do 95 % of the draws lie? NaN when fewer than half exist."""
    drawn = drawn[~np.isnan(drawn)] if np.isnan(drawn).mean() < 0.5 else drawn[:0]
    if not len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def verdict(low: float, high: float, *, margin: float = 0.0, more_is_better: bool = True) -> str:
    """Is a difference with this interval *better*, *worse* or *too close to call*?

    Better (worse) when the whole interval lies beyond `margin` on the good (bad) side.
    """
    if not more_is_better:
        low, high = -high, -low
    if low > margin:
        return "better"
    if high < -margin:
        return "worse"
    return "too close to call"
