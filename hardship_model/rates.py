"""A rate never travels without its counts, nor a headline without its interval."""

import numpy as np

#: Below it lie 97.5 % of a standard normal.
_Z = 1.959963984540054


def wilson(events: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which bounds does each rate lie? 95 % score interval (Wilson 1927).

    NaN where nobody was counted.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = events / n
        middle = (rate + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * np.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
