"""What to do with those who were not seen to the end: weights against censoring."""

import numpy as np


def known_at(
    months_seen: np.ndarray, fell: np.ndarray, *, horizon_months: int
) -> tuple[np.ndarray, np.ndarray]:
    """What is known at the horizon, and how much does each who is known stand for?

    `months_seen` counts the months until the fall, or until the household was last seen without
    one. The answer is 1 for a fall within the horizon, 0 for no fall by then, NaN for whoever
    was lost before. A household that is known stands for those like it who were lost: its
    weight is one over the chance of being still seen (Kaplan–Meier of being lost; a fall in the
    month of a loss comes first; inverse probability weights: Uno and others 2007, Graf and
    others 1999). Whoever is lost weighs 0. The weights go into every metric.

    Honest where being lost has nothing to do with the risk; else it moves the error, it does
    not take it away. Raises ValueError when nobody is seen to the horizon's end without a fall:
    there is nobody to stand for them.
    """
    yes = fell & (months_seen <= horizon_months)
    no = ~yes & (months_seen >= horizon_months)
    if not no.any():
        raise ValueError(
            f"Nobody was seen without a fall for the {horizon_months} months of the horizon;"
            " choose a shorter one."
        )
    months, still_seen = _chance_of_being_seen(months_seen, fell)
    until = np.minimum(months_seen, horizon_months) - 1
    chance = np.r_[1.0, still_seen][np.searchsorted(months, until, side="right")]
    answer = np.where(yes, 1.0, np.where(no, 0.0, np.nan))
    return answer, np.divide(1.0, chance, out=np.zeros(len(chance)), where=yes | no)


def _chance_of_being_seen(
    months_seen: np.ndarray, fell: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Months in which anything ended, and the chance of not being lost by the end of each."""
    months, place = np.unique(months_seen, return_inverse=True)
    falls, losses = (np.bincount(place, kind, minlength=len(months)) for kind in (fell, ~fell))
    left = len(months_seen) - np.cumsum(falls + losses) + losses
    return months, np.cumprod(1 - np.divide(losses, left, out=np.zeros(len(left)), where=left > 0))
