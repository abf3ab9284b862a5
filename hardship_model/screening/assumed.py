"""Which numbers of screening are assumed, and what strategies find when they are moved."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from hardship_model.evaluation.metrics import ratio
from hardship_model.parameters import Entry, entries
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


class Trial(NamedTuple):
    """One change of the assumptions: factors by parameter, and whom it is tried on."""

    factors: Mapping[str, float]
    strategies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Bench:
    """Where assumptions are tried: the same towns, lives and luck every time."""

    stages: tuple[Stage, ...]
    make: Make
    #: One of `comparison.MEASURES` that counts falls.
    measure: str
    seed: int

    def judge(self, trials: Sequence[Trial]) -> Iterable[Mapping[str, float]]:
        """The measure of each trial's strategies over these towns, one mapping per trial.

        A strategy that cannot be paid finds nobody.
        """
        return map(self.judged, trials)

    def judged(self, trial: Trial) -> Mapping[str, float]:
        """One of them."""
        above, below = (OF_FALLS.index(name) for name in MEASURES[self.measure])
        sums: dict[str, np.ndarray] = {}
        for stage in self.stages:
            moved = stage.assuming(**trial.factors)
            strategies = [one for one in self.make(moved.world) if one.name in trial.strategies]
            paid = [one for one in strategies if _can_pay(one, moved.world)]
            counted = fall_counts(moved.play(paid, seed=self.seed)).sum(axis=1) if paid else []
            for one, counts in zip(paid, counted, strict=True):
                sums[one.name] = sums.get(one.name, 0) + counts[[above, below]]
            for one in strategies:
                sums.setdefault(one.name, np.array([0.0, 1.0]))
        return {name: float(ratio(*sums[name])) for name in trial.strategies}

    def lead(self, at: Mapping[str, float], first: str, second: str) -> float:
        """How far is the first ahead of the second?"""
        return (at[first] - at[second]) * (-1 if self.measure in LESS_IS_BETTER else 1)

    def counted(self) -> float:
        """Out of how many falls does the measure count? The same for every strategy."""
        asked = OF_FALLS.index(MEASURES[self.measure][1])
        return float(sum(
            fall_counts(stage.play(self.make(stage.world)[:1], seed=self.seed))[..., asked].sum()
            for stage in self.stages
        ))  # fmt: skip

    def assumptions(self) -> tuple[Assumption, ...]:
        """Every assumption, with what it is when play begins."""
        return assumptions(self.stages[0].world.given(LEAD_IN).month)

    def touched(self, strategies: Sequence[str]) -> Callable[[Assumption], tuple[str, ...]]:
        """Which of these strategies, or their months, can an assumption change?"""
        stage = self.stages[0]
        there = {one.name: one for one in self.make(stage.world) if one.name in strategies}
        asked = {name: _asked(stage, one, seed=self.seed) for name, one in there.items()}

        def touched(one: Assumption) -> tuple[str, ...]:
            moved = [
                {other.name: other for other in self.make(stage.assuming(**one.factors(f)).world)}
                for f in (0.5, 2.0)
            ]
            return tuple(
                name
                for name in strategies
                if asked[name] & set(one.moved) or any(at[name] != there[name] for at in moved)
            )

        return touched


class _Noted(dict[str, float]):
    """Factors that note for which parameters they were asked."""

    def __init__(self, factors: Mapping[str, float]) -> None:
        super().__init__(factors)
        self.asked: set[str] = set()

    def get(self, name: str, otherwise: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, otherwise)


def _asked(stage: Stage, strategy: Strategy, *, seed: int) -> set[str]:
    """For which parameters is the world asked while this strategy is played?"""
    noted = _Noted(stage.world.scaled)
    replace(stage, world=replace(stage.world, scaled=noted)).play([strategy], seed=seed)
    return noted.asked


def _can_pay(strategy: Strategy, world: World) -> bool:
    fixed = sum(channel.fixed_yuan(world) for channel in strategy.channels)
    return strategy.budget_yuan_per_year >= fixed
