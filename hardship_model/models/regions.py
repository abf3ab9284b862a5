"""By how much do the risks of a region lie off the line of all?"""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from hardship_model.features import Feature
from hardship_model.shrinkage import shrink

#: Fewer that fell, or were spared, than this say nothing of a region's own level.
_ENOUGH = 10
_NEWTON_STEPS, _LONGEST_STEP = 25, 0.5


def region_of(declared: Sequence[Feature]) -> str | None:
    """Which feature tells in which region a household lives? None where the panel does not say.

    The first declared category of the pillar *place*: a panel names the larger region first.
    """
    places = (f.name for f in declared if f.pillar == "place" and f.kind == "category")
    return next(places, None)


def shifts(
    odds: np.ndarray, y: np.ndarray, region: pd.Series, weight: np.ndarray
) -> dict[Hashable, float]:
    """By how much do a region's log-odds lie off these, once noise is taken back?

    `odds`, `y` (1 fell, 0 did not) and `weight` of shape (n,), `region` a category. By region
    with enough households that fell and that did not: its own intercept with `odds` as the
    offset (Newton), drawn towards 0 by what noise explains (`shrinkage.shrink`).
    """
    names, place = list(region.cat.categories), region.cat.codes.to_numpy()
    known = place >= 0

    def by_region(amount: np.ndarray) -> np.ndarray:
        return np.bincount(place[known], weights=amount[known], minlength=len(names))

    enough = np.minimum(by_region(y), by_region(1.0 - y)) >= _ENOUGH
    off, variance = np.where(enough, 0.0, np.nan), np.full(len(names), np.nan)
    for _ in range(_NEWTON_STEPS):
        p = expit(odds + np.where(known, off[place], 0.0))
        told = by_region(weight * p * (1 - p))
        variance[enough] = by_region(weight**2 * p * (1 - p))[enough] / told[enough] ** 2
        step = by_region(weight * (y - p))[enough] / told[enough]
        off[enough] += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    left = shrink(off, variance).difference
    return {name: float(left[i]) for i, name in enumerate(names) if enough[i]}
