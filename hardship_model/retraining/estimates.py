"""What visits at random tell of everybody, and how sure a number is that several towns gave."""

import numpy as np
from scipy.stats import t as student

from hardship_model.evaluation.metrics import ratio


def drawn_share(
    yes: np.ndarray, of: np.ndarray, *, chance: np.ndarray, known: np.ndarray
) -> tuple[float, float]:
    """Of all households like `of`, how many are like `yes`? Estimated above and below the line.

    Arrays have one value per household drawn at random, flags but for `chance`: the chance with
    which its draw included it. Each stands for 1 / `chance` households; the share is one sum
    divided by the other (Hájek 1971). Whoever was not met or refused (`known` false) is left
    out of both: unknown, not a no. That leans when those who refuse fall more than others.
    """
    weight = known / chance
    return float((weight * of * yes).sum()), float((weight * of).sum())


def over_towns(
    counted: np.ndarray, out_of: np.ndarray, weights: np.ndarray
) -> tuple[float, float, float]:
    """What is this combination of shares, and between which bounds does it lie?

    `counted` and `out_of` are [towns, shares]; each share is the sum over towns of the one by that
    of the other, and `weights` add the shares up: 1 for a share, 1 and −1 for a difference, which
    is then paired town by town. The interval is Student's, 95 %, over the towns' residuals of
    the linearised shares (Cochran 1977, ch. 6); NaN with fewer than two towns, or an empty share.
    """
    n = len(counted)
    shares = ratio(counted.sum(axis=0), out_of.sum(axis=0))
    used = weights != 0
    value = float(shares[used] @ weights[used])
    if n < 2 or np.isnan(value):
        return value, np.nan, np.nan
    residual = (counted - out_of * shares)[:, used] / out_of.mean(axis=0)[used]
    error = (residual @ weights[used]).std(ddof=1) / np.sqrt(n)
    half = float(student.ppf(0.975, n - 1) * error)
    return value, value - half, value + half
