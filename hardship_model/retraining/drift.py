"""Do the households of a new window still look like those a model learned from, or was judged on?

Enough rows make any difference certain, and few make none: so what is asked is not whether
anything moved, but whether it moved further than a bound that matters. And a household's rows
tell much the same: `Summary` says how many independent rows they are worth.
"""

from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import chi2, norm

from hardship_model.evaluation.calibration import log_odds
from hardship_model.evaluation.drift import stability_index
from hardship_model.evaluation.metrics import Counts, Ranking, auroc, on_list, ratio
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.models.lines import fit_line
from hardship_model.privacy import SMALLEST_CELL
from hardship_model.rates import wilson
from hardship_model.retraining.summary import Item, Spread, Summary

DRIFTED, STAYED, CANNOT_TELL = "drifted", "not drifted", "cannot tell"
_Z = float(norm.ppf(0.975))
#: Halvings that find a bound of an interval.
_HALVINGS = 40
#: Fewer falls than this cannot redraw a line.
_ENOUGH_EVENTS = 30


@dataclass(frozen=True, kw_only=True)
class DriftSettings:
    """How far may a new window lie from an earlier one? Each bound is assumed, for a reason."""

    #: Of the stability index; credit scoring acts above 0.25 (found-low).
    index_bound: float = 0.25
    #: Of a share that is missing, in shares of all rows: a tenth of the households less
    #: is about what a form that was changed, or a register that was not linked, brings.
    missing_bound: float = 0.10
    #: Of the base rate, as a part of it: half as many falls again and a list of the same length
    #: is a different promise.
    base_rate_bound: float = 0.5
    #: Chance of calling anything at all a drift when nothing lies beyond its bound (Holm 1979).
    level: float = 0.05

    def __post_init__(self) -> None:
        """Refuse bounds that everything or nothing exceeds."""
        bounds = (self.index_bound, self.missing_bound, self.base_rate_bound)
        if min(bounds) <= 0 or not 0 < self.level < 1:
            raise ValueError(f"Bounds must be above 0 and the level below 1, got {self}.")


def drift(before: Summary, now: Summary, *, settings: DriftSettings | None = None) -> pd.DataFrame:
    """What has moved since the earlier window, by how much, and is that more than it may?

    `now` is `summarise(..., like=before)`. The two windows count as independent: households
    that are in both make the answer more careful, never bolder.

    Returns
    -------
    one row per feature, score (`of`, `item`) and `measure`: *distribution* (`value` is the
    stability index), *missing* and, of the answers, *base rate* (`value` is a difference of
    shares); with 95 % interval, rows `n_before` and `n`, `bound`, `p` that nothing moved at
    all, `p_beyond` that nothing moved beyond the bound (Holm's, over all rows), and `answer`:
    *drifted* (surely beyond the bound), *not drifted* (surely within), *cannot tell*.
    `largest_shift` is how far the two distributions lie apart at a bin's end.

    """
    settings = settings or DriftSettings()
    now_of = {(item.of, item.name): item for item in now.items}
    rows: list[dict[str, object]] = []
    for item in before.items:
        if (item.of, item.name) not in now_of:
            continue  # scores of another model, answers that are not there yet
        later = now_of[item.of, item.name]
        about: dict[str, object] = {"item": item.name, "of": item.of}
        rows += [about | row for row in _of_item(item, later, settings)]
    table = pd.DataFrame(rows)
    table["p_beyond"] = holm(table["p_beyond"].to_numpy())
    surely_within = (table["high"] < table["bound"]) & (table["low"] > -table["bound"])
    table["answer"] = np.select(
        [table["p_beyond"] < settings.level, surely_within], [DRIFTED, STAYED], CANNOT_TELL
    )
    return table


def _of_item(before: Item, now: Item, settings: DriftSettings) -> list[dict[str, object]]:
    if before.of == "answer":
        bound = settings.base_rate_bound * float(_as_alike(before.spread, now.spread)[0, -1])
        return [{"measure": "base rate"} | _of_share(before.spread, now.spread, bound=bound)]
    missing = _of_share(before.missing, now.missing, bound=settings.missing_bound)
    rows = [{"measure": "missing"} | missing]
    if before.spread.n or now.spread.n:  # of what was never known nothing can move
        spread = _of_spread(before.spread, now.spread, bound=settings.index_bound)
        rows.append({"measure": "distribution"} | spread)
    return rows


def _as_alike(before: Spread, now: Spread) -> np.ndarray:
    """The shares of both windows, told as alike as they may be; shape (2, bins).

    A bin that is told as empty holds up to nine households: as many as in the other window.
    """
    told, n = np.array([before.shares, now.shares]), [[before.n_effective], [now.n_effective]]
    most = (SMALLEST_CELL - 1) / np.maximum(n, SMALLEST_CELL - 1)
    untold = np.where(told == 0, np.minimum(told[::-1], most), 0.0)
    return untold + told * (1 - untold.sum(axis=1, keepdims=True))


def _of_spread(before: Spread, now: Spread, *, bound: float) -> dict[str, object]:
    """The stability index, which under no drift is a sum of chi-squares by their design effects.

    That sum is taken as one chi-square of the same mean and variance (Satterthwaite; Rao and
    Scott 1984), off its centre by the true index: turned round, this gives the interval. It
    reaches up to what the index would be if bins told as empty were so.
    """
    if not (sum(before.shares) and sum(now.shares)):
        return _nothing_known(before, now, bound)
    told, shares = np.array([before.shares, now.shares]), _as_alike(before, now)
    there = told.sum(axis=0) > 0
    rows = np.array([[before.n], [now.n]])
    index, most = (stability_index(*(rows * one)[:, there]) for one in (shares, told))
    traces = max(there.sum() - 1, 1) / np.array([s.n_effective for s in (before, now)])
    squares = np.sqrt(traces**2 / [max(s.freedom, 1.0) for s in (before, now)]).sum() ** 2
    freedom = traces.sum() ** 2 / squares
    scale = freedom / traces.sum()
    low, high = _off_centre(index * scale, freedom)[0], _off_centre(most * scale, freedom)[1]
    steps = shares[1] - shares[0]
    apart = np.abs(steps if before.levels else np.cumsum(steps))
    return {
        "n_before": before.n, "n": now.n, "value": index, "low": low / scale, "high": high / scale,
        "largest_shift": float(apart.max()),
        "p": float(chi2.sf(index * scale, freedom)),
        "p_beyond": float(1 - _as_small(index * scale, freedom, bound * scale)), "bound": bound,
    }  # fmt: skip


def _off_centre(x: float, freedom: float) -> tuple[float, float]:
    """Between which bounds does what moves this chi-square off its centre lie? 95 %."""
    bounds = []
    for share in (0.975, 0.025):
        least, most = 0.0, x + freedom + 8 * np.sqrt(x + freedom) + 30
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            # The further off, the smaller the chance of as little as was seen.
            if _as_small(x, freedom, middle) > share:
                least = middle
            else:
                most = middle
        bounds.append(most if most > 1e-9 else 0.0)
    return bounds[0], bounds[1]


def _as_small(x: float, freedom: float, off: float) -> float:
    """How often is a chi-square so far off its centre no larger than this? (Sankaran 1959)."""
    mean, spread = freedom + off, freedom + 2 * off
    h = 1 - 2 * mean * (freedom + 3 * off) / (3 * spread**2)
    p, m = spread / mean**2, (h - 1) * (1 - 3 * h)
    middle = 1 + h * p * (h - 1 - 0.5 * (2 - h) * m * p)
    return float(norm.cdf(((x / mean) ** h - middle) / (h * (2 * p) ** 0.5 * (1 + 0.5 * m * p))))


def _of_share(before: Spread, now: Spread, *, bound: float) -> dict[str, object]:
    """A difference of two shares, from their score intervals (Newcombe 1998).

    Where a share is told as none, the interval also holds what it may be, and decides by that.
    """
    if not (sum(before.shares) and sum(now.shares)):
        return _nothing_known(before, now, bound)
    size = np.array([before.n_effective, now.n_effective])
    told, share = np.array([before.shares[-1], now.shares[-1]]), _as_alike(before, now)[:, -1]
    (low, high), (least, most) = (_newcombe(one, size) for one in (share, told))
    difference = float(share[1] - share[0])
    both = (share * size).sum() / size.sum()
    none = ratio(abs(difference), np.sqrt(both * (1 - both) * (1 / size).sum()), empty=0.0)
    error = max((difference - low if difference > 0 else high - difference) / _Z, 1e-12)
    return {
        "n_before": before.n, "n": now.n, "value": float(told[1] - told[0]),
        "low": min(low, least), "high": max(high, most),
        "largest_shift": abs(float(told[1] - told[0])), "p": float(2 * norm.sf(none)),
        "p_beyond": float(norm.sf((abs(difference) - bound) / error)), "bound": bound,
    }  # fmt: skip


def _newcombe(share: np.ndarray, size: np.ndarray) -> tuple[float, float]:
    (low_0, low_1), (high_0, high_1) = wilson(share * size, size)
    difference = share[1] - share[0]
    low = difference - np.hypot(share[1] - low_1, high_0 - share[0])
    high = difference + np.hypot(high_1 - share[1], share[0] - low_0)
    return float(low), float(high)


def _nothing_known(before: Spread, now: Spread, bound: float) -> dict[str, object]:
    gone = dict.fromkeys(("value", "low", "high", "largest_shift", "p"), float("nan"))
    return {"n_before": before.n, "n": now.n, **gone, "p_beyond": 1.0, "bound": bound}


def holm(p: np.ndarray) -> np.ndarray:
    """Chances that allow for how many were looked at, each in its place (Holm 1979).

    >>> holm(np.array([0.01, 0.2, 0.02])).tolist()
    [0.03, 0.2, 0.04]
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    out = np.empty(len(p))
    out[order] = adjusted
    return out


def performance(
    *, score: np.ndarray, risk: np.ndarray, answer: np.ndarray, household: np.ndarray,
    list_shares: tuple[float, ...], n_draws: int, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """How good is a model where answers are known, and how good may it be where they are not?

    Where the answer (1, 0, NaN: not yet) is known, it counts. Elsewhere a household counts as
    fallen by its risk and as not fallen by the rest: what the metrics would be on average. Before
    that the risks are moved along the line through the known answers (of 30 falls or more), since
    their level is the first thing to age. Assumed is that what holds where answers are known
    holds for the others: should who falls have changed since, nothing here can see it.

    Returns
    -------
    one row per `part` (*known*, *expected*) × metric (AUROC; recall and precision on a list of
    the part's own households): rows `n`, `events` (of *expected*: how many are expected), `value`
    with 95 % interval over households. What matures scatters about the expected as well.

    """
    known, x = ~np.isnan(answer), log_odds(risk)
    everybody = np.ones((1, len(score)))
    draws = Draws.over(household, n_draws=n_draws, seed=seed)
    rows = []
    for part, here in (("known", known), ("expected", ~known)):
        if here.any():
            ranking = Ranking.of(score[here], answer[here])
            value, *drawn = (
                _metrics(ranking, w[:, here], _chance(x, answer, known, w)[:, here], list_shares)
                for w in chain([everybody], draws.chunks())
            )
            events = float(_chance(x, answer, known, everybody)[:, here].sum())
            for metric in value:
                low, high = interval(np.concatenate([one[metric] for one in drawn]))
                rows.append(
                    {"part": part, "metric": metric, "n": int(here.sum()), "events": events,
                     "value": float(value[metric][0]), "low": low, "high": high}
                )  # fmt: skip
    return pd.DataFrame(rows)


def _chance(
    x: np.ndarray, answer: np.ndarray, known: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """How surely did each household fall, in each draw? The answer, or the risk on today's line."""
    intercept, slope = np.zeros(len(weights)), np.ones(len(weights))
    if np.nansum(answer) >= _ENOUGH_EVENTS and np.nansum(1 - answer) >= _ENOUGH_EVENTS:
        start = np.array([intercept, slope])
        line = fit_line(x[known], answer[known], weights[:, known], start)
        intercept, slope = np.nan_to_num(line[0]), np.fmax(line[1], 0.0)
    return np.where(known, answer, expit(intercept[:, None] + slope[:, None] * x))


def _metrics(
    ranking: Ranking, weights: np.ndarray, fell: np.ndarray, list_shares: tuple[float, ...]
) -> dict[str, np.ndarray]:
    """Metrics of households that fell by a chance; arrays [draws, n], the answers [draws]."""
    w, p = weights[:, ranking.order], fell[:, ranking.order]
    yes, no, length = (
        np.cumsum(amount, axis=1)[:, ranking.last] for amount in (w * p, w * (1 - p), w)
    )
    counts = Counts(yes=yes, no=no, length=length)
    table = {"auroc": auroc(counts)}
    for share in list_shares:
        at = f"at_{share:.0%}".replace("%", "pct")
        held = on_list(counts, share=share)
        table |= {f"recall_{at}": held.recall, f"precision_{at}": held.precision}
    return table
