"""The loop that numba compiles: one household after the other, each date, each column."""

import numpy as np
from numba import njit, prange

WINDOWS = (3, 6, 12, 24)


def _fill(starts, months, amounts, flags, dates, out):
    """Fill `out`, shape (features, households, dates), in the order of `wanted.NAMES`."""
    n_amounts, n_flags, n_windows = len(amounts), len(flags), len(WINDOWS)
    counts = n_amounts * n_windows
    slopes = counts + n_flags * n_windows
    since = slopes + n_amounts * 2
    for h in prange(len(starts) - 1):
        for d in range(len(dates)):
            t = dates[d]
            last = starts[h + 1]
            while last > starts[h] and months[last - 1] > t:
                last -= 1
            first = last
            while first > starts[h] and months[first - 1] > t - 24:
                first -= 1
            if first == last:
                continue
            for a in range(n_amounts):
                column, r = amounts[a], last - 1
                n, s, sx, sxx, sxv = 0.0, 0.0, 0.0, 0.0, 0.0
                for w in range(n_windows):
                    while r >= first and months[r] > t - WINDOWS[w]:
                        value = column[r]
                        if value == value:
                            x = months[r] - t + 12.0
                            n += 1.0
                            s += value
                            sx += x
                            sxx += x * x
                            sxv += x * value
                        r -= 1
                    if n > 0:
                        out[a * n_windows + w, h, d] = s / n
                    if w >= 2 and n > 1:
                        slope = (sxv - sx * s / n) / (sxx - sx * sx / n)
                        out[slopes + a * 2 + w - 2, h, d] = slope
            for f in range(n_flags):
                column, r, n, ago = flags[f], last - 1, 0, 24
                for w in range(n_windows):
                    while r >= first and months[r] > t - WINDOWS[w]:
                        if column[r]:
                            n += 1
                            ago = min(ago, t - months[r])
                        r -= 1
                    if months[last - 1] > t - WINDOWS[w]:
                        out[counts + f * n_windows + w, h, d] = n
                out[since + f, h, d] = ago


fill = njit(cache=True)(_fill)
fill_on_all_cores = njit(parallel=True)(_fill)


def _compile() -> None:
    """Nobody's household, of the types to come: compiling is over when the clock starts."""
    amounts, flags = np.ones(1, dtype=np.float32), np.zeros(1, dtype=np.uint8)
    for one in (fill, fill_on_all_cores):
        one(
            np.array([0, 1]), np.zeros(1, dtype=np.int32), (amounts,) * 8, (flags,) * 4,
            np.array([0]), np.empty((68, 1, 1), dtype=np.float32),
        )  # fmt: skip


_compile()
