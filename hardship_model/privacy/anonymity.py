"""How well do households hide among each other? k-anonymity, l-diversity, risk; coarser values."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

_OTHER = "other"


class Hiding(NamedTuple):
    """How far a table's people can be told apart by what others may know of them."""

    #: People in the smallest group that shares all quasi-identifiers (Sweeney 2002).
    k: int
    #: Least number of distinct sensitive values within such a group (Machanavajjhala 2007).
    l_diversity: int
    #: People who are alone with their values, of all.
    alone: int
    people: int
    #: Highest and mean chance that somebody who knows a person's values picks the right row
    #: (prosecutor risk: one over the group's size).
    highest_risk: float
    mean_risk: float


def hiding(table: pd.DataFrame, quasi: Sequence[str], sensitive: str) -> Hiding:
    """How well do the rows hide? One row per person; quasi-identifiers missing are a value."""
    if table.empty:
        raise ValueError("No row to hide among: the table is empty.")
    group = table.groupby(list(quasi), dropna=False, observed=True, sort=False).ngroup()
    size = group.map(group.value_counts())
    distinct = table[sensitive].groupby(group).nunique(dropna=False)
    return Hiding(
        k=int(size.min()),
        l_diversity=int(distinct.min()),
        alone=int((size == 1).sum()),
        people=len(table),
        highest_risk=float(1 / size.min()),
        mean_risk=float((1 / size).mean()),
    )


def banded(values: pd.Series, edges: Sequence[float]) -> pd.Series:
    """Numbers as bands such as 30–44; below the first edge and from the last on are open."""
    edges = list(edges)
    inner = [f"{low:g}–{high - 1:g}" for low, high in pairwise(edges)]
    names = [f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and over"]
    return pd.cut(values.astype(float), [-np.inf, *edges, np.inf], right=False, labels=names)


def top_coded(values: pd.Series, share: float) -> tuple[pd.Series, float]:
    """Amounts above the quantile `1 − share` become the mean of those above; and where that lies.

    The sum stays; who is the richest is no longer seen.
    """
    numbers = values.astype(float)
    line = float(numbers.quantile(1 - share))
    above = numbers > line
    return numbers.mask(above, float(np.round(numbers[above].mean()))), line


def merged(values: pd.Series, people: pd.Series, *, least: int) -> pd.Series:
    """Categories of fewer than `least` people become *other*; when that is small too, missing."""
    count = people.groupby(values, observed=True).nunique()
    text = values.astype(object).where(~values.isin(count.index[count < least]), _OTHER)
    few = 0 < people[text == _OTHER].nunique() < least
    return text.mask(text == _OTHER) if few else text


def suppressed(
    table: pd.DataFrame, quasi: Sequence[str], *, within: Sequence[str], least: int
) -> tuple[pd.DataFrame, dict[str, int], int]:
    """Until nobody stands in a group of fewer than `least`, quasi-identifiers are made missing.

    Column after column, the one with most values first; groups are those that share `within` (the
    period) and all of `quasi`. A row that has lost all and still stands with too few is dropped.
    What comes back: the table, how many cells each column lost, and how many rows were dropped.
    """
    out, lost = table.copy(), dict.fromkeys(quasi, 0)
    for column in sorted(quasi, key=lambda name: -table[name].nunique()):
        small = _size(out, [*within, *quasi]) < least
        lost[column] = int((small & out[column].notna()).sum())
        out[column] = out[column].astype(object).mask(small)
    dropped = _size(out, [*within, *quasi]) < least
    return out[~dropped].reset_index(drop=True), lost, int(dropped.sum())


def _size(table: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    group = table.groupby(list(keys), dropna=False, observed=True, sort=False).ngroup()
    return group.map(group.value_counts())
