"""Statistics that can be computed again with other weights: one weight per household."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A statistic of households, and how many observations its denominator has."""

    #: From weights (n_draws, n_households) to values (n_draws,).
    of: Callable[[np.ndarray], np.ndarray]
    n: int


def ratio(above: np.ndarray, below: np.ndarray, *, times: float = 1.0, n: int) -> Measured:
    """A ratio of sums over households; `above` and `below` have shape (n_households,)."""
    return Measured(of=lambda weights: times * _divide(weights @ above, weights @ below), n=n)


def ratio_of(above: Measured, below: Measured) -> Measured:
    """One statistic over another, weighted alike."""
    return Measured(
        of=lambda weights: _divide(above.of(weights), below.of(weights)), n=min(above.n, below.n)
    )


def difference(one: Measured, other: Measured) -> Measured:
    """One statistic minus another, weighted alike."""
    return Measured(of=lambda weights: one.of(weights) - other.of(weights), n=min(one.n, other.n))


def life_table(events: np.ndarray, at_risk: np.ndarray) -> Measured:
    """The chance that the event comes within all steps: one minus the product of survivals.

    Both have shape (n_households, n_steps) and count events and those at risk in each step.
    """

    def of(weights: np.ndarray) -> np.ndarray:
        return 1 - np.prod(1 - _divide(weights @ events, weights @ at_risk), axis=1)

    return Measured(of=of, n=int(at_risk[:, 0].sum()))


def median(values: np.ndarray, base: np.ndarray) -> Measured:
    """The median of a value per household, each counted `base` times (its members)."""
    order = np.argsort(values, kind="stable")
    ranked, counted = values[order], base[order]

    def of_one(weights: np.ndarray) -> float:
        heaped = np.cumsum(weights[order] * counted)
        middle = np.searchsorted(heaped, heaped[-1] / 2)
        return float(ranked[min(middle, len(ranked) - 1)])

    def of(weights: np.ndarray) -> np.ndarray:
        return np.array([of_one(draw) for draw in weights])

    return Measured(of=of, n=int((base > 0).sum()))


def fifth_of(
    values: np.ndarray, kept: np.ndarray, *, fifth: int, above: np.ndarray, below: np.ndarray
) -> Measured:
    """A ratio of sums within one fifth of the households `kept`, ranked by `values`."""
    order = np.flatnonzero(kept)[np.argsort(values[kept], kind="stable")]
    over, under = above[order], below[order]

    def of_one(weights: np.ndarray) -> float:
        ranked = weights[order]
        heaped = np.cumsum(ranked, dtype=np.float64)
        # A household belongs to the fifth in which the middle of its weight lies.
        edges = heaped[-1] * np.array([fifth - 1, fifth]) / 5
        inside = slice(*np.searchsorted(heaped - ranked / 2, edges, side="right"))
        return float(_divide(ranked[inside] @ over[inside], ranked[inside] @ under[inside]))

    def of(weights: np.ndarray) -> np.ndarray:
        return np.array([of_one(draw) for draw in weights])

    return Measured(of=of, n=int(kept.sum()) // 5)


def _divide(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """NaN where there is nobody to count."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
