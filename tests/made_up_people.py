"""Identity numbers of nobody."""

import pandas as pd

WEIGHTS = [2**i % 11 for i in range(17, 0, -1)]


def identity_number(dice):
    """A number as GB 11643-1999 makes it: the check is the weighted sum's complement modulo 11."""
    day = pd.Timestamp("1950-01-01") + pd.Timedelta(days=int(dice.integers(20_000)))
    body = f"{dice.choice([110105, 450102, 630104])}{day:%Y%m%d}{dice.integers(100, 1000)}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "0123456789X"[(12 - total) % 11]
