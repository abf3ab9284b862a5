"""What did the rows of a window look like? Told without a single household.

A summary is small enough to be kept with a model, and says what `drift` needs to know: how each
feature and score was spread, how often it was missing, how many said yes, and how much all that
can be trusted when a household has several rows.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.privacy import SMALLEST_CELL

_TENTHS = 10
#: Decimals of a share, significant digits of a value at which bins are cut.
_OF_SHARE, _OF_CUT = 4, 3


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How rows lie over bins, and how well that is known.

    Bins are numbers up to and including each of `cuts`, the last beyond them; or one of `levels`,
    the last being all others. A bin with fewer than ten households is told as empty.
    """

    cuts: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    shares: tuple[float, ...]
    n: int
    #: As many rows of as many households would know the shares as well as these do.
    n_effective: float
    #: Over how many independent comparisons the bins are worth (Rao and Scott 1984).
    freedom: float

    def place(self, values: pd.Series) -> np.ndarray:
        """In which bin is each value? Shape (n,)."""
        if not self.levels:
            return np.searchsorted(self.cuts, values.to_numpy(dtype=float), side="left")
        known = {level: place for place, level in enumerate(self.levels)}
        return values.astype(str).map(known).fillna(len(known)).to_numpy(dtype=int)

    def of(self, values: pd.Series, household: np.ndarray) -> "Spread":
        """How other values, all known, lie over the same bins; `household` are codes from 0 on."""
        bins = (len(self.levels) or len(self.cuts)) + 1
        return replace(self, **_counted(self.place(values), household, bins=bins))


@dataclass(frozen=True, kw_only=True)
class Item:
    """One feature, score, or the answers: how often it was missing, how the rest is spread."""

    name: str
    #: *feature*, *score* or *answer*.
    of: str
    spread: Spread
    #: Two bins: known, missing.
    missing: Spread


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the rows of a window looked like; nothing in it belongs to one household."""

    n: int
    n_households: int
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain numbers, texts and lists, to be kept in a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Summary":
        """The summary that `as_json` gave. Raises KeyError or TypeError for anything else."""
        items = (
            Item(name=i["name"], of=i["of"], spread=_spread(i["spread"]),
                 missing=_spread(i["missing"]))
            for i in kept["items"]
        )  # fmt: skip
        return cls(n=kept["n"], n_households=kept["n_households"], items=tuple(items))


def summarise(
    X: pd.DataFrame, *, household: np.ndarray, scores: Mapping[str, np.ndarray] | None = None,
    answer: np.ndarray | None = None, like: Summary | None = None,
) -> Summary:  # fmt: skip
    """How are features, scores and answers spread in these rows?

    `X` are `features`, `scores` risks by the name of their model, `answer` 1, 0 or NaN (not
    known), `household` whose row it is: all of one length. Numbers are cut where the tenths of
    this window end, at values rounded to three digits; `like` cuts them where an earlier window
    was cut, so that `drift` can compare the two. Raises ValueError when a feature of `like` is
    not there.
    """
    _, codes = np.unique(household, return_inverse=True)
    columns = [("feature", str(name), X[name]) for name in X]
    columns += [("score", name, pd.Series(one)) for name, one in (scores or {}).items()]
    if answer is not None:
        columns.append(("answer", "answer", pd.Series(answer)))
    found = {(of, name): values.reset_index(drop=True) for of, name, values in columns}
    if like is None:
        items = [_item(of, name, values, codes, None) for (of, name), values in found.items()]
    else:
        wanted = [one for one in like.items if one.of == "feature" or (one.of, one.name) in found]
        if absent := [one.name for one in wanted if (one.of, one.name) not in found]:
            raise ValueError(
                f"{len(absent)} features of the earlier window are not among these: {absent[:5]}."
                " Compare windows of one panel, with the same declared features."
            )
        items = [_item(w.of, w.name, found[w.of, w.name], codes, w.spread) for w in wanted]
    n_households = int(codes.max(initial=-1)) + 1
    return Summary(n=len(codes), n_households=n_households, items=tuple(items))


def _item(
    of: str, name: str, values: pd.Series, household: np.ndarray, like: Spread | None
) -> Item:
    known = values.notna().to_numpy()
    missing = Spread(cuts=(0.5,), **_counted((~known).astype(int), household, bins=2))
    there = values[known]
    _, codes = np.unique(household[known], return_inverse=True)
    bins = like or _bins(of, there, int(codes.max(initial=-1)) + 1)
    return Item(name=name, of=of, spread=bins.of(there, codes), missing=missing)


def _spread(kept: Mapping[str, Any]) -> Spread:
    lists = {name: tuple(kept[name]) for name in ("cuts", "levels", "shares")}
    return Spread(**{**kept, **lists})


def _bins(of: str, values: pd.Series, n_households: int) -> Spread:
    """Bins for these values, as yet without anything in them."""
    empty = Spread(shares=(), n=0, n_effective=0.0, freedom=0.0)
    if of == "answer":
        return replace(empty, cuts=(0.5,))
    if isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object:
        often = values.astype(str).value_counts()
        return replace(empty, levels=tuple(sorted(often.index[often >= SMALLEST_CELL])) or ("",))
    return replace(empty, cuts=_cuts(values.to_numpy(dtype=float), n_households))


def _cuts(values: np.ndarray, n_households: int) -> tuple[float, ...]:
    """Where the tenths end; a value that many share keeps a bin of its own.

    Each distinct value belongs to the tenth in which the middle of its rows lies. A bin ends
    at its last value, or just before the next one's first where more rows share that.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2:
        return tuple(c for v in distinct for c in (float(np.nextafter(v, -np.inf)), float(v)))
    bins = min(_TENTHS, max(n_households // SMALLEST_CELL, 2))
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    tenth = np.floor(bins * middle)
    ends = _far_apart(np.flatnonzero(np.diff(tenth)), np.cumsum(counts), bins=bins)
    return tuple(sorted({
        float(np.nextafter(_rounded(distinct[i + 1], up=False), -np.inf))
        if counts[i + 1] > counts[i] else _rounded(distinct[i], up=True)
        for i in ends
    }))  # fmt: skip


def _far_apart(ends: np.ndarray, rows: np.ndarray, *, bins: int) -> np.ndarray:
    """The ends of bins without those that leave less than half a bin; one is always left.

    `rows` are how many there are up to each distinct value.
    """
    while len(ends) > 1:
        sizes = np.diff(np.r_[0, rows[ends], rows[-1]])
        smallest = int(np.argmin(sizes))
        if sizes[smallest] >= rows[-1] / (2 * bins):
            break
        ends = np.delete(ends, min(smallest, len(ends) - 1))
    return ends


def _rounded(value: float, *, up: bool) -> float:
    """The next number of three digits that is not below (not above) this one."""
    if value == 0 or not math.isfinite(value):
        return float(value)
    step = 10.0 ** (math.floor(math.log10(abs(value))) - _OF_CUT + 1)
    near = float(f"{value:.{_OF_CUT - 1}e}")
    if up and near < value:
        near += step
    elif not up and near > value:
        near -= step
    return float(f"{near:.{_OF_CUT - 1}e}")


def _counted(place: np.ndarray, household: np.ndarray, *, bins: int) -> dict[str, Any]:
    """Shares of the bins, and what households that stand in them with several rows are worth.

    The design effects of the bins are what the eigenvalues of their covariance, summed by
    household, are to those of as many independent rows; their mean says how many rows there
    really are, their spread how many comparisons (Rao and Scott 1981, 1984).
    """
    n, n_households = len(place), int(household.max(initial=-1)) + 1
    of_household = np.bincount(household * bins + place, minlength=n_households * bins)
    counts = of_household.reshape(n_households, bins)
    rows = counts.sum(axis=1)
    share = ratio(counts.sum(axis=0), n, empty=0.0)
    there = share > 0
    off = (counts[:, there] - rows[:, None] * share[there]) / np.sqrt(share[there])
    design = off.T @ off / max(n, 1)
    total, squares = float(np.trace(design)), float((design**2).sum())
    few = (counts > 0).sum(axis=0) < SMALLEST_CELL
    told = np.round(share * ~few / max((share * ~few).sum(), 1e-9), _OF_SHARE)
    if there.sum() < 2 or total <= 0:
        # Of bins that nobody changes, households know what they know: each counts once.
        n_effective, freedom = n / max((rows**2).sum() / max(n, 1), 1.0), 1.0
    else:
        n_effective, freedom = n * (there.sum() - 1) / total, total**2 / squares
    return {
        "shares": tuple(float(s) for s in told), "n": n,
        "n_effective": round(float(n_effective), 1), "freedom": round(float(freedom), 2),
    }  # fmt: skip
