"""Numbers that come out the same on every processor, to the last bit.

NumPy's and OpenBLAS's faster ways (AVX2, AVX-512, …) round `exp`, `log`, powers and long sums
differently, and one yuan more can move a household over the line. Here are the exponential
function and the logarithm from nothing but additions, multiplications and divisions, whose
rounding IEEE 754 settles; and how far a number that was fitted is to be believed.
"""

from itertools import accumulate
from typing import Any

import numpy as np

_LN2 = 0.6931471805599453
#: ln 2 in two parts: a whole number below 2^11 times the first is exact, in float32 as well.
_LN2_HIGH = 0.693359375
_LN2_LOW = -2.1219444005469058e-4
#: 1/n! down to n = 0: more terms than these do not change the last bit.
_OF_EXP = {
    size: [1 / f for f in accumulate(range(1, terms + 1), lambda a, b: a * b, initial=1)][::-1]
    for size, terms in ((4, 7), (8, 13))
}
#: 1/(2n + 1), for the logarithm.
_OF_LOG = [1 / (2 * n + 1) for n in range(13)][::-1]


def exp(x: Any) -> np.ndarray:
    """What is e to the power of `x`? In the type of `x`, float32 or float64, and its shape.

    Within about one unit of the last place for results that are normal numbers.
    """
    x = np.asarray(x)
    whole = np.rint(x * (1 / _LN2))
    # |rest| is at most half of ln 2, where a short series is enough.
    rest = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    return np.ldexp(_series(_OF_EXP[x.dtype.itemsize], rest), whole.astype(np.int32))


def log(x: Any) -> np.ndarray:
    """The natural logarithm of positive numbers, float64, in the shape of `x`; NaN stays NaN."""
    part, power = np.frexp(np.asarray(x, dtype=np.float64))
    small = part < np.sqrt(0.5)
    part, power = np.where(small, 2 * part, part), power - small
    s = (part - 1) / (part + 1)
    return power * _LN2 + 2 * s * _series(_OF_LOG, s * s)


def powers(base: float, most: int) -> np.ndarray:
    """`base` to the power of 0, 1, …, `most`; float64, shape (most + 1,)."""
    return np.cumprod(np.r_[1.0, np.full(most, base)])


def _series(factors: list[float], x: np.ndarray) -> np.ndarray:
    """Horner's sum; the factor of the highest power stands first."""
    first, *others = factors
    total = np.full_like(x, first)
    for factor in others:
        total *= x
        total += factor
    return total
