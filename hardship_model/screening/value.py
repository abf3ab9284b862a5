"""What is money worth, and what is a better model? Found falls against budget and visits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.uncertainty import interval
from hardship_model.screening.comparison import amounts
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.tallies import Tally
from hardship_model.screening.world import World

_WORTH = ("strategy", "against", "visits_per_month", "worth", "low", "high", "said")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A strategy with other means, or with a channel less."""

    strategy: str
    #: Budget and visits, as multiples of the strategy's own.
    factor: float = 1.0
    without: str = ""

    @property
    def name(self) -> str:
        """Under which name is it played?"""
        return f"{self.strategy} × {self.factor:g}" + f" without {self.without}" * bool(
            self.without
        )

    def of(self, strategy: Strategy) -> Strategy:
        """The strategy so changed."""
        return replace(
            strategy,
            name=self.name,
            budget_yuan_per_year=strategy.budget_yuan_per_year * self.factor,
            visits_per_month=visits_of(strategy.visits_per_month, self.factor),
            channels=tuple(c for c in strategy.channels if c.name != self.without),
        )


def visits_of(visits_per_month: float, factor: float) -> int:
    """How many whole visits a month is this multiple of them?"""
    return round(visits_per_month * factor)


def affordable(
    strategies: Sequence[Strategy], worlds: Sequence[World], factors: Sequence[float]
) -> tuple[Variant, ...]:
    """Every strategy with every multiple of its means that pays for its fixed costs everywhere."""
    return tuple(
        Variant(strategy=one.name, factor=factor)
        for one in strategies
        for factor in factors
        if all(
            factor * one.budget_yuan_per_year >= sum(c.fixed_yuan(world) for c in one.channels)
            for world in worlds
        )
    )


def frontier(
    sums: Tally, variants: Sequence[Variant], *, budget_yuan: Mapping[str, float]
) -> pd.DataFrame:
    """How many falls does each strategy find with how much money?

    Budget and visits grow together. `budget_yuan`: all towns' money of all years, by strategy.

    Returns
    -------
    one row per strategy × factor: `factor, budget_yuan, spent_yuan, visits`; `found` (falls
    found by the strategy, of `open` falls: those that began in these months or ran unfiled at
    the start) with `share, low, high`; from the factor before, `further_per_10000_yuan` (falls
    found more for 10,000 yuan more of budget) with `further_low, further_high`.

    """
    of = _found_and_open(sums, variants)
    rows = []
    before: dict[str, tuple[np.ndarray, float]] = {}
    for one in sorted(variants, key=lambda v: (_place(variants, v.strategy), v.factor)):
        found, open_falls, spent, visits = of[one.name]
        budget = budget_yuan[one.strategy] * one.factor
        low, high = interval(ratio(found[1:], open_falls[1:]))
        row = {
            "strategy": one.strategy, "factor": one.factor, "budget_yuan": budget,
            "spent_yuan": spent[0], "visits": visits[0], "found": found[0],
            "open": open_falls[0], "share": found[0] / open_falls[0], "low": low, "high": high,
        }  # fmt: skip
        if one.strategy in before:
            fewer, less = before[one.strategy]
            gain = 10_000 * (found - fewer) / (budget - less)
            more_low, more_high = interval(gain[1:])
            row |= {"further_per_10000_yuan": gain[0], "further_low": more_low,
                    "further_high": more_high}  # fmt: skip
        before[one.strategy] = found, budget
        rows.append(row)
    return pd.DataFrame(rows)


def _place(variants: Sequence[Variant], strategy: str) -> int:
    return next(i for i, one in enumerate(variants) if one.strategy == strategy)


def _found_and_open(sums: Tally, variants: Sequence[Variant]) -> dict[str, Sequence[np.ndarray]]:
    columns = [amounts(sums, name) for name in ("found", "new", "running", "yuan", "visits")]
    found, new, running, yuan, visits = columns
    return {
        one.name: tuple(column[:, s] for column in (found, new + running, yuan, visits))
        for one in variants
        for s in [sums.strategies.index(one.name)]
    }


def worth_in_visits(
    sums: Tally,
    variants: Sequence[Variant],
    *,
    pairs: Sequence[tuple[str, str]],
    visits_per_month: float,
) -> pd.DataFrame:
    """How many more visits a month would a strategy need to find as much as another does?

    For each pair (with a model, without): the N at which the second with V + N visits, and money
    in proportion, finds what the first finds with V. Between the multiples that were played,
    finds are read off straight lines; beyond them the answer is *more than* or *fewer than*.

    Returns
    -------
    one row per pair: `strategy, against, visits_per_month` (V), `worth, low, high` (visits a
    month, infinite beyond the grid), and `said`; no row, but the columns, when there is no pair.

    """
    return pd.DataFrame(_worths(sums, variants, pairs, visits_per_month), columns=list(_WORTH))


def _worths(
    sums: Tally, variants: Sequence[Variant], pairs: Sequence[tuple[str, str]], visits: float
) -> Iterator[dict[str, object]]:
    found = amounts(sums, "found")
    for name, other in pairs:
        target = found[:, sums.strategies.index(Variant(strategy=name).name)]
        grid = sorted((v.factor, v.name) for v in variants if v.strategy == other)
        played = np.array([float(visits_of(visits, factor)) for factor, _ in grid])
        curve = found[:, [sums.strategies.index(named) for _, named in grid]]
        worth = np.array([
            equal_at(played, line, aim) for line, aim in zip(curve, target, strict=True)
        ]) - visits  # fmt: skip
        low, high = np.quantile(worth[1:], [0.025, 0.975], method="nearest")
        ends = played[[0, -1]] - visits
        yield {
            "strategy": name, "against": other, "visits_per_month": visits, "worth": worth[0],
            "low": low, "high": high, "said": say(worth[0], low, high, ends=ends),
        }  # fmt: skip


def equal_at(sizes: np.ndarray, found: np.ndarray, aim: float) -> float:
    """How large must the means be for this rising line to reach `aim`? Infinite beyond either end.

    What luck lets fall on the way up is held level.
    """
    level = np.maximum.accumulate(found)
    if aim > level[-1]:
        return np.inf
    if aim < level[0]:
        return -np.inf
    after = int(np.searchsorted(level, aim))
    if after == 0:
        return float(sizes[0])
    part = (aim - level[after - 1]) / (level[after] - level[after - 1])
    return float(sizes[after - 1] + part * (sizes[after] - sizes[after - 1]))


def say(worth: float, low: float, high: float, *, ends: np.ndarray) -> str:
    """The worth in words, with its interval."""
    return f"{_words(worth, ends)} ({_words(low, ends)} to {_words(high, ends)})"


def _words(visits: float, ends: np.ndarray) -> str:
    if np.isinf(visits):
        beyond = f"more than {ends[1]:+.0f}" if visits > 0 else f"fewer than {ends[0]:+.0f}"
        return beyond.replace("-", "−")
    return f"{visits:+.0f}".replace("-", "−")
