"""Which differences between groups are more than noise?"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

_Z = float(norm.ppf(0.975))
#: Spreads that are tried, from none to this many times the largest difference.
_SPREADS, _WIDEST = 60, 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Shrunk:
    """Differences after taking back what noise explains; arrays of the shape that came in."""

    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray


def shrink(difference: np.ndarray, variance: np.ndarray) -> Shrunk:
    """What is left of each group's difference once noise is allowed for?

    `difference` from everybody and its sampling variance, [..., n_groups]; NaN for a group of
    which nothing is known. The true differences of a row's groups are taken as spread about
    nought, and how widely is learned from how far the groups lie apart beyond noise (empirical
    Bayes: Efron and Morris 1975). Few groups tell little of their spread, so that every spread
    is weighed by how well it explains them, all being equally likely before (Gelman 2006).
    Intervals are 95 %.
    """
    known = ~np.isnan(difference) & (variance > 0)
    seen = np.where(known, difference, 0.0)[..., None]
    noise = np.where(known, variance, 1.0)[..., None]
    widest = _WIDEST * np.abs(seen).max(axis=-2, initial=0.0, keepdims=True)
    spread = (np.linspace(0, 1, _SPREADS) * widest) ** 2
    logs = np.where(known[..., None], -np.log(spread + noise) - seen**2 / (spread + noise), 0.0)
    likely = logs.sum(axis=-2, keepdims=True) / 2
    weight = np.exp(likely - likely.max(axis=-1, keepdims=True))
    weight = weight / weight.sum(axis=-1, keepdims=True)
    kept = spread / (spread + noise)
    mean = (weight * kept).sum(axis=-1)
    second = (weight * kept**2).sum(axis=-1)
    # Within a spread, and between spreads.
    left_open = mean * noise[..., 0] + (second - mean**2) * seen[..., 0] ** 2
    left = np.where(known, mean * difference, np.nan)
    half = _Z * np.sqrt(np.maximum(left_open, 0))
    return Shrunk(difference=left, low=left - half, high=left + half)
