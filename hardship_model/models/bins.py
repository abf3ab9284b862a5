"""One feature cut into a few bins, ordered as policy wants them, for a scorecard."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import logit

#: Cut at these shares first; neighbours are merged afterwards.
_FIRST_CUTS = np.arange(0.05, 1.0, 0.05)
#: A bin with fewer than this share of the rows is merged with a neighbour.
_LEAST_SHARE = 0.05
#: A bin's log-odds are drawn towards the mean as if it held this many average rows more.
_AVERAGE_ROWS = 20.0
#: Edges keep this many digits, so that a printed card and a computed one agree.
_DIGITS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Bins:
    """The bins of one feature: cuts of a number, or groups of a category's levels.

    Bin `i` of a number holds values from `edges[i − 1]` to below `edges[i]`. What is unknown,
    or a level that was never seen, has the last bin to itself.
    """

    #: Of a number; shape (n_bins − 1,).
    edges: np.ndarray | None
    #: Of a category: which bin holds each level.
    levels: dict[Hashable, int] | None
    #: Log-odds over the mean's, by bin, the unknown last; shape (n_bins + 1,).
    evidence: np.ndarray
    rows: np.ndarray
    events: np.ndarray

    def place(self, values: pd.Series) -> np.ndarray:
        """Which bin is each value in? int, shape (n,)."""
        unknown = len(self.evidence) - 1
        if self.levels is not None:
            return values.astype(object).map(self.levels).fillna(unknown).to_numpy(dtype=int)
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        found = np.searchsorted(np.asarray(self.edges), numbers, side="right")
        return np.where(np.isnan(numbers), unknown, found)

    def texts(self) -> list[str]:
        """What does each bin hold, in words?"""
        if self.levels is not None:
            groups = [[str(v) for v, b in self.levels.items() if b == i] for i in self._known()]
            return [*(", ".join(group) for group in groups), "unknown"]
        edges = [f"{edge:g}" for edge in np.asarray(self.edges)]
        if not edges:
            return ["any value", "unknown"]
        middle = [f"{low} to below {high}" for low, high in pairwise(edges)]
        return [f"below {edges[0]}", *middle, f"{edges[-1]} and more", "unknown"]

    def _known(self) -> range:
        return range(len(self.evidence) - 1)


def cut(values: pd.Series, y: np.ndarray, *, direction: int, most: int) -> Bins:
    """Into which bins does a feature fall, given who fell (`y`, 0 or 1)?

    At most `most` bins of known values. With a direction of 1 the evidence never falls from a
    bin to the next, with −1 it never rises; with 0 it may bend. Merged are neighbours whose
    parting tells least (log-likelihood).
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _of_levels(values, y, most=most)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(numbers)
    edges = _first_edges(numbers[known])
    place = np.searchsorted(edges, numbers[known], side="right")
    n, events = _counts(place, y[known], len(edges) + 1)
    starts = _merged(n, events, direction=direction, most=most, total=len(y))
    return _bins(
        n, events, starts, y, known, direction=direction, edges=edges[starts[1:] - 1], levels=None
    )


def _of_levels(values: pd.Series, y: np.ndarray, *, most: int) -> Bins:
    """Levels in the order of their (shrunk) share of events, neighbours merged."""
    code = values.cat.codes.to_numpy()
    known = code >= 0
    names = list(values.cat.categories)
    n, events = _counts(code[known], y[known], len(names))
    order = np.argsort(_log_odds(n, events, y.mean()), kind="stable")
    order = order[n[order] > 0]
    starts = _merged(n[order], events[order], direction=1, most=most, total=len(y))
    group = np.searchsorted(starts, np.arange(len(order)), side="right") - 1
    levels = {names[i]: int(b) for i, b in zip(order, group, strict=True)}
    return _bins(n[order], events[order], starts, y, known, direction=1, edges=None, levels=levels)


def _first_edges(numbers: np.ndarray) -> np.ndarray:
    if not len(numbers):
        return np.empty(0)
    cuts = np.quantile(numbers, _FIRST_CUTS, method="inverted_cdf")
    edges = np.unique([float(f"{value:.{_DIGITS}g}") for value in cuts])
    return edges[edges > numbers.min()]


def _counts(place: np.ndarray, y: np.ndarray, n_bins: int) -> tuple[np.ndarray, np.ndarray]:
    return np.bincount(place, minlength=n_bins), np.bincount(place, weights=y, minlength=n_bins)


def _merged(
    n: np.ndarray, events: np.ndarray, *, direction: int, most: int, total: int
) -> np.ndarray:
    """Where the merged bins start among the first ones."""
    blocks = [[i, float(a), float(b)] for i, (a, b) in enumerate(zip(n, events, strict=True))]
    while len(blocks) > 1:
        small = min(block[1] for block in blocks) < _LEAST_SHARE * total
        against = [direction * (_rate(b) - _rate(a)) < 0 for a, b in pairwise(blocks)]
        if not (small or any(against) or len(blocks) > most):
            break
        loss = [_loss(a, b) for a, b in pairwise(blocks)]
        if any(against):
            loss = [x if wrong else np.inf for x, wrong in zip(loss, against, strict=True)]
        elif small:
            least = min(range(len(blocks)), key=lambda i: blocks[i][1])
            loss = [x if i in (least - 1, least) else np.inf for i, x in enumerate(loss)]
        i = int(np.argmin(loss))
        blocks[i] = [blocks[i][0], *(blocks[i][k] + blocks[i + 1][k] for k in (1, 2))]
        del blocks[i + 1]
    return np.array([int(block[0]) for block in blocks] or [0])


def _rate(block: list[float]) -> float:
    return block[2] / block[1] if block[1] else 0.0


def _loss(a: list[float], b: list[float]) -> float:
    """How much log-likelihood is lost when two bins become one? Rounded, so that equals tie."""
    return round(_fit(a) + _fit(b) - _fit([0, a[1] + b[1], a[2] + b[2]]), 9)


def _fit(block: list[float]) -> float:
    _, n, events = block
    if not 0 < events < n:
        return 0.0
    return events * math.log(events / n) + (n - events) * math.log(1 - events / n)


def _log_odds(n: np.ndarray, events: np.ndarray, rate: float) -> np.ndarray:
    """Log-odds over those of the mean, drawn towards it."""
    share = (events + _AVERAGE_ROWS * rate) / (n + _AVERAGE_ROWS)
    share = np.clip(share, 1e-6, 1 - 1e-6)
    return logit(share) - logit(rate)


def _bins(
    n: np.ndarray, events: np.ndarray, starts: np.ndarray, y: np.ndarray, known: np.ndarray,
    *, direction: int, edges: np.ndarray | None, levels: dict[Hashable, int] | None,
) -> Bins:  # fmt: skip
    rows = np.add.reduceat(n, starts) if len(n) else np.zeros(1)
    fell = np.add.reduceat(events, starts) if len(n) else np.zeros(1)
    evidence = _log_odds(rows, fell, y.mean())
    if direction:
        # Unequal bins are drawn to the mean unequally: the order is restored.
        evidence = direction * np.maximum.accumulate(direction * evidence)
    absent = np.array([(~known).sum(), y[~known].sum()])
    return Bins(
        edges=edges,
        levels=levels,
        evidence=np.r_[evidence, _log_odds(absent[:1], absent[1:], y.mean())],
        rows=np.r_[rows, absent[:1]].astype(int),
        events=np.r_[fell, absent[1:]].astype(int),
    )
