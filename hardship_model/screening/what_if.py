"""What if the assumed numbers are wrong? Flip points, and who is best over many draws of them."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hardship_model.rates import wilson
from hardship_model.screening.assumed import Assumption, Bench, Trial
from hardship_model.screening.comparison import LESS_IS_BETTER

#: 95 % of the draws lie between a half and twice the number in force.
DRAW_LOG_SD = math.log(2) / 1.96
#: Columns of the flip points, which are there also when no assumption changes anything.
_FLIPS = ["assumption", "label", "parameters", "value", "unit", "first", "second", "falls", "gap",
          "tried_low", "tried_high", "gap_low", "gap_high", "flips_down", "flips_up"]  # fmt: skip


def first_two(value: Mapping[str, float], *, measure: str) -> tuple[str, str]:
    """Which two strategies do best by this measure?"""
    sign = -1 if measure in LESS_IS_BETTER else 1
    first, second, *_ = sorted(value, key=lambda name: -sign * value[name])
    return first, second


def flip_points(bench: Bench, *, first: str, second: str, factors: Sequence[float]) -> pd.DataFrame:
    """How far must each assumption move before the second strategy does better than the first?

    Every assumption is moved by each of `factors`, alone, on the same lives and luck; between
    them the gap is read off a straight line over the logarithm of the factor. A strategy that an
    assumption cannot touch is not played again.

    Returns
    -------
    one row per assumption that the strategies use: `assumption, label, parameters` (how many are
    moved), `value, unit, first, second, falls` (out of how many the measure counts), `gap`
    (first − second, as things stand), `tried_low, tried_high` with `gap_low, gap_high`, and
    `flips_down, flips_up`: the factor nearest to 1, below and above, at which the first is no
    longer ahead; missing when it stays ahead within what was tried, or is not ahead here.

    """
    [here] = bench.judge([Trial({}, (first, second))])
    touched = bench.touched((first, second))
    moves = [
        (one, factor, Trial(one.factors(factor), names))
        for one in bench.assumptions()
        if (names := touched(one))
        for factor in sorted({float(np.clip(f, one.lowest, one.highest)) for f in factors} - {1.0})
    ]
    now = bench.lead(here, first, second)
    gaps: dict[Assumption, dict[float, float]] = {}
    for (one, factor, _), at in zip(moves, bench.judge([m[-1] for m in moves]), strict=True):
        gaps.setdefault(one, {1.0: now})[factor] = bench.lead({**here, **at}, first, second)
    falls = bench.counted()
    rows = [
        {**_named(one), "first": first, "second": second, "falls": falls, "gap": now,
         **_turned(by_factor)}
        for one, by_factor in gaps.items()
        if len(set(by_factor.values())) > 1
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_FLIPS)


def _named(one: Assumption) -> dict[str, object]:
    return {"assumption": one.name, "label": one.label, "parameters": len(one.moved),
            "value": one.value, "unit": one.unit}  # fmt: skip


def _turned(gaps: Mapping[float, float]) -> dict[str, float]:
    tried = sorted(gaps)
    down, up = turns(np.array(tried), np.array([gaps[factor] for factor in tried]))
    return {"tried_low": tried[0], "tried_high": tried[-1], "gap_low": gaps[tried[0]],
            "gap_high": gaps[tried[-1]], "flips_down": down, "flips_up": up}  # fmt: skip


def turns(factors: np.ndarray, gaps: np.ndarray) -> tuple[float, float]:
    """The factors nearest to 1, below and above, at which the gap is no longer more than nought.

    NaN where it stays above, or is not above to begin with.
    """
    here = int(np.flatnonzero(factors == 1)[0])
    downward = _first_turn(np.log(factors[here::-1]), gaps[here::-1])
    return downward, _first_turn(np.log(factors[here:]), gaps[here:])


def _first_turn(log_factors: np.ndarray, gaps: np.ndarray) -> float:
    turned = np.flatnonzero(gaps <= 0)
    if not len(turned) or turned[0] == 0:
        return float("nan")
    after = int(turned[0])
    before = after - 1
    part = gaps[before] / (gaps[before] - gaps[after])
    return math.exp(log_factors[before] + part * (log_factors[after] - log_factors[before]))


def best_over_draws(bench: Bench, *, strategies: Sequence[str], n_draws: int) -> pd.DataFrame:
    """In which share of draws over the assumptions is each strategy the best?

    A draw multiplies every assumption by a lognormal number of its own (`DRAW_LOG_SD`), within
    its meaning, and plays all strategies in all these towns. Ties count in parts.

    Returns
    -------
    one row per strategy: `draws, best, share, low, high` (the interval of a share of so many
    draws), and the measure over the draws: `median, lowest, highest` (the middle 90 %), of so
    many `falls`.

    """
    rng = np.random.default_rng([bench.seed, n_draws])
    trials = []
    for _ in range(n_draws):
        moved: dict[str, float] = {}
        for one in bench.assumptions():
            moved |= one.factors(math.exp(DRAW_LOG_SD * rng.standard_normal()))
        trials.append(Trial(moved, tuple(strategies)))
    table = pd.DataFrame(list(bench.judge(trials)))
    measure = bench.measure
    best = shares_of_best(table, measure=measure)
    low, high = wilson(best.to_numpy() * n_draws, np.full(len(best), n_draws))
    return pd.DataFrame({
        "strategy": table.columns, "draws": n_draws, "best": best.to_numpy() * n_draws,
        "share": best.to_numpy(), "low": low, "high": high,
        **{name: table.quantile(q).to_numpy() for name, q in _QUANTILES.items()},
        "falls": bench.counted(),
    })  # fmt: skip


_QUANTILES = {"median": 0.5, "lowest": 0.05, "highest": 0.95}


def shares_of_best(values: pd.DataFrame, *, measure: str) -> pd.Series:
    """In which share of the rows is each column best? Equal ones share the row."""
    signed = -values if measure in LESS_IS_BETTER else values
    best = signed.eq(signed.max(axis=1), axis=0)
    return best.div(best.sum(axis=1), axis=0).mean()
