"""The way out: small cells are withheld from every table that leaves."""

from collections.abc import Sequence

import pandas as pd

#: Counts from 1 to this minus one are withheld: a family could be recognised in them.
SMALLEST_CELL = 10


def withhold_small_cells(
    table: pd.DataFrame,
    *,
    n: str = "n",
    events: str = "events",
    beside: str | None = None,
    further: Sequence[str] = (),
    shown: list[str],
) -> pd.DataFrame:
    """Which of these rows may leave, and which say only that there was something?

    A row is withheld when its events, or those who had none, are between 1 and
    `SMALLEST_CELL − 1`, or when it counts fewer than that in all. Its `events`, the columns
    `shown`, and `n` where it is itself so small, become missing, and `withheld` says so; the rows
    and their order stay. `further` counts stand in the row as well: a small one withholds it
    too. `beside` is a count that the row would give away; the column is dropped.
    """
    out = table.copy()
    rest = out[n] - out[events]
    small = (out[n] < SMALLEST_CELL) | _few(out[events]) | _few(rest)
    if beside is not None:
        small |= _few(out.pop(beside))
    for count in further:
        small |= _few(out[count])
    out[[events, *shown]] = out[[events, *shown]].astype(float).mask(small)
    out[n] = out[n].mask(_few(out[n]))
    return out.assign(withheld=small)


def _few(counts: pd.Series) -> pd.Series:
    return (counts > 0) & (counts < SMALLEST_CELL)
