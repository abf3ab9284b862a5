"""What if the assumed numbers are wrong? Flip points, and who is best over many draws of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.parameters import Entry, entries
from hardship_model.rates import wilson
from hardship_model.screening.comparison import LESS_IS_BETTER, MEASURES
from hardship_model.screening.stages import Stage
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.tallies import OF_FALLS, fall_counts
from hardship_model.screening.world import LEAD_IN, World

#: Strategies made for a world, from the parameters as that world has them.
Make = Callable[[World], Sequence[Strategy]]
#: Numbers that are moved as one: all that begin so.
TOGETHER = (
    "application_chance", "site_chance", "unit_report_chance", "hotline_chance",
    "paired_chance", "sweep_answer_chance", "visit_detects",
)  # fmt: skip
#: Numbers of the town's lives and records, which a played world can no longer change.
_OF_THE_TOWN = ("auto_check_misses_flexible_share", "auto_check_misses_formal_share",
                "region_worker_households")  # fmt: skip
_GROUPS = ("channels", "costs")
#: 95 % of the draws lie between a half and twice the number in force.
DRAW_LOG_SD = float(np.log(2) / 1.96)


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One assumed number of screening, or several that are moved by the same factor."""

    name: str
    label: str
    #: Names of the parameters.
    moved: tuple[str, ...]
    #: Their largest value in force, and its unit.
    value: float
    unit: str
    #: Factors between which they keep a meaning.
    lowest: float
    highest: float

    def factors(self, factor: float) -> Mapping[str, float]:
        """The factor for each parameter, no further than has a meaning."""
        return dict.fromkeys(self.moved, float(np.clip(factor, self.lowest, self.highest)))


def assumptions(month: int) -> tuple[Assumption, ...]:
    """Every assumption of screening: channels, visits and costs, in the order of the files."""
    groups: dict[str, list[Entry]] = {}
    for name, entry in entries().items():
        tag = entry.dated.get("all", ())[-1:]
        if entry.group not in _GROUPS or not tag or tag[0].tag != "assumed":
            continue
        if name in _OF_THE_TOWN or entry.unit == "signs":
            continue
        stem = next((stem for stem in TOGETHER if name.startswith(stem)), name)
        groups.setdefault(stem, []).append(entry)
    made = (_assumption(stem, found, month) for stem, found in groups.items())
    return tuple(one for one in made if one.value != 0 and one.lowest < one.highest)


def _assumption(stem: str, found: Sequence[Entry], month: int) -> Assumption:
    values = [
        next(v.value for v in reversed(one.dated["all"]) if v.since <= month) for one in found
    ]
    bounds = [_bounds(one, value) for one, value in zip(found, values, strict=True) if value]
    label = found[0].label if len(found) == 1 else stem.replace("_", " ") + ", all"
    return Assumption(
        name=stem, label=label, moved=tuple(one.name for one in found),
        value=max(values, key=abs), unit=found[0].unit,
        lowest=max((low for low, _ in bounds), default=1.0),
        highest=min((high for _, high in bounds), default=1.0),
    )  # fmt: skip


def _bounds(entry: Entry, value: float) -> tuple[float, float]:
    """Chances stay below one, cadences at a month or more, no delay beyond what is kept."""
    if entry.unit.startswith(("probability", "share")):
        return 0.0, 1 / value
    if entry.name.endswith("_cadence_months"):
        return 1 / value, np.inf
    if entry.unit == "months":
        return 0.0, LEAD_IN / value
    return 0.0, np.inf


def judged(stages: Sequence[Stage], make: Make, *, measure: str, seed: int) -> Mapping[str, float]:
    """The measure of each strategy over these towns; a strategy that cannot be paid finds nobody.

    `measure` is one of `comparison.MEASURES` that counts falls.
    """
    above, below = (OF_FALLS.index(name) for name in MEASURES[measure])
    sums: dict[str, np.ndarray] = {}
    for stage in stages:
        strategies = make(stage.world)
        paid = [one for one in strategies if _can_pay(one, stage.world)]
        counted = fall_counts(stage.play(paid, seed=seed)).sum(axis=1) if paid else []
        for one, counts in zip(paid, counted, strict=True):
            sums[one.name] = sums.get(one.name, 0) + counts[[above, below]]
        for one in strategies:
            sums.setdefault(one.name, np.array([0.0, 1.0]))
    return {name: float(ratio(of[0], of[1])) for name, of in sums.items()}


def _can_pay(strategy: Strategy, world: World) -> bool:
    fixed = sum(channel.fixed_yuan(world) for channel in strategy.channels)
    return strategy.budget_yuan_per_year >= fixed


def first_two(value: Mapping[str, float], *, measure: str) -> tuple[str, str]:
    """Which two strategies do best by this measure?"""
    sign = -1 if measure in LESS_IS_BETTER else 1
    first, second, *_ = sorted(value, key=lambda name: -sign * value[name])
    return first, second


def flip_points(
    stages: Sequence[Stage], make: Make, *, first: str, second: str, measure: str,
    factors: Sequence[float], seed: int,
) -> pd.DataFrame:  # fmt: skip
    """How far must each assumption move before the second strategy does better than the first?

    Every assumption is moved by each of `factors`, alone, on the same lives and luck; between
    them the gap is read off a straight line over the logarithm of the factor.

    Returns
    -------
    one row per assumption that the strategies use: `assumption, label, parameters` (how many are
    moved), `value, unit, first, second, falls` (out of how many the measure counts), `gap`
    (first − second, as things stand), `tried_low, tried_high` with `gap_low, gap_high`, and
    `flips_down, flips_up`: the factor nearest to 1, below and above, at which the first is no
    longer ahead; missing when it stays ahead within what was tried, or is not ahead here.

    """

    def only_two(world: World) -> Sequence[Strategy]:
        return [one for one in make(world) if one.name in (first, second)]

    def gap(moved: Mapping[str, float]) -> float:
        at = judged([s.assuming(**moved) for s in stages], only_two, measure=measure, seed=seed)
        return (at[first] - at[second]) * (-1 if measure in LESS_IS_BETTER else 1)

    asked = OF_FALLS.index(MEASURES[measure][1])
    falls = sum(
        fall_counts(s.play(only_two(s.world)[:1], seed=seed))[..., asked].sum() for s in stages
    )
    now = gap({})
    used = _used(stages[0], only_two, seed=seed)
    rows = []
    for one in assumptions(stages[0].world.given(LEAD_IN).month):
        if not used(one):
            continue
        tried = sorted({float(np.clip(f, one.lowest, one.highest)) for f in factors} | {1.0})
        gaps = np.array([now if f == 1 else gap(one.factors(f)) for f in tried])
        if np.ptp(gaps) == 0:
            continue
        down, up = turns(np.array(tried), gaps)
        rows.append({
            "assumption": one.name, "label": one.label, "parameters": len(one.moved),
            "value": one.value, "unit": one.unit, "first": first, "second": second,
            "falls": falls, "gap": now,
            "tried_low": tried[0], "tried_high": tried[-1], "gap_low": gaps[0],
            "gap_high": gaps[-1], "flips_down": down, "flips_up": up,
        })  # fmt: skip
    return pd.DataFrame(rows)


class _Noted(dict[str, float]):
    """Factors that note for which parameters they were asked."""

    def __init__(self, factors: Mapping[str, float]) -> None:
        super().__init__(factors)
        self.asked: set[str] = set()

    def get(self, name: str, otherwise: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, otherwise)


def _used(stage: Stage, make: Make, *, seed: int) -> Callable[[Assumption], bool]:
    """Can an assumption change these strategies, or the months in which they are played?"""
    strategies = tuple(make(stage.world))
    noted = _Noted(stage.world.scaled)
    replace(stage, world=replace(stage.world, scaled=noted)).play(strategies, seed=seed)

    def used(one: Assumption) -> bool:
        for factor in (0.5, 2.0):
            if tuple(make(stage.assuming(**one.factors(factor)).world)) != strategies:
                return True
        return bool(noted.asked & set(one.moved))

    return used


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
    return float(np.exp(log_factors[before] + part * (log_factors[after] - log_factors[before])))


def best_over_draws(
    stages: Sequence[Stage], make: Make, *, measure: str, n_draws: int, seed: int
) -> pd.DataFrame:
    """In which share of draws over the assumptions is each strategy the best?

    A draw multiplies every assumption by a lognormal number of its own (`DRAW_LOG_SD`), within
    its meaning, and plays all strategies in all these towns. Ties count in parts.

    Returns
    -------
    one row per strategy: `draws, best, share, low, high` (the interval of a share of so many
    draws), and the measure over the draws: `median, lowest, highest` (the middle 90 %).

    """
    rng = np.random.default_rng([seed, n_draws])
    every = assumptions(stages[0].world.given(LEAD_IN).month)
    values = []
    for _ in range(n_draws):
        moved: dict[str, float] = {}
        for one in every:
            moved |= one.factors(float(np.exp(DRAW_LOG_SD * rng.standard_normal())))
        there = [stage.assuming(**moved) for stage in stages]
        values.append(judged(there, make, measure=measure, seed=seed))
    table = pd.DataFrame(values)
    best = shares_of_best(table, measure=measure)
    low, high = wilson(best.to_numpy() * n_draws, np.full(len(best), n_draws))
    return pd.DataFrame({
        "strategy": table.columns, "draws": n_draws, "best": best.to_numpy() * n_draws,
        "share": best.to_numpy(), "low": low, "high": high,
        **{name: table.quantile(q).to_numpy() for name, q in _QUANTILES.items()},
    })  # fmt: skip


_QUANTILES = {"median": 0.5, "lowest": 0.05, "highest": 0.95}


def shares_of_best(values: pd.DataFrame, *, measure: str) -> pd.Series:
    """In which share of the rows is each column best? Equal ones share the row."""
    signed = -values if measure in LESS_IS_BETTER else values
    best = signed.eq(signed.max(axis=1), axis=0)
    return best.div(best.sum(axis=1), axis=0).mean()
