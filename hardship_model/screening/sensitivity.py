"""Which assumptions matter when all of them are uncertain at once? Elementary effects.

Flip points move one number while all others stand still. Here every number may stand anywhere
within its bounds while one of them is moved, so that what only matters together is seen as well.
Sampling and summing up are SALib's; what is played, and in which towns, is ours.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from SALib.analyze import morris as effects
from SALib.sample import morris as trajectories

from hardship_model import steady
from hardship_model.screening.assumed import Assumption, Bench, Trial

#: Levels between the bounds; a step goes two thirds of the way from one bound to the other.
LEVELS = 4
#: Factors between which an assumption is moved, as far as it keeps a meaning: as in 95 % of the
#: draws of `what_if`.
RANGE = (0.5, 2.0)
#: What is asked about the first two strategies.
OUTCOMES = ("lead", "share")


def sensitivity(
    bench: Bench, *, first: str, second: str, n_trajectories: int, n_draws: int
) -> pd.DataFrame:
    """How much do the lead of the first strategy, and its share of falls, hang on each number?

    Morris (1991), with the mean of absolute effects of Campolongo et al. (2007): each trajectory
    begins with all assumptions anywhere within `RANGE`, even in the logarithm, and moves them
    one after the other, in a random order, on the same lives and luck. An effect is the change
    of the outcome for a move through the whole range.

    A trajectory costs one play more than there are assumptions. Shares of the variance (Sobol's
    indices) cost as much several hundred times over, before they say more than their intervals.

    Returns
    -------
    one row per outcome × assumption that the strategies use, the most important first:
    `outcome` (`lead`: first − second by the bench's measure; `share`: the measure of the first),
    `first, second, assumption, label, parameters, value, unit, lowest, highest` (factors tried),
    `effect` (the mean), `size` (the mean of absolute effects) with `low, high` (95 %, from
    `n_draws` resamples of the trajectories), `spread` (the standard deviation of the effects:
    large beside `size` where the effect depends on the other numbers), `trajectories`.

    """
    pair = (first, second)
    touched = bench.touched(pair)
    used = {one: names for one in bench.assumptions() if (names := touched(one))}
    if not used:
        return pd.DataFrame()
    problem = _problem(list(used))
    sample = trajectories.sample(problem, n_trajectories, num_levels=LEVELS, seed=bench.seed)
    at = list(_along(bench, sample, used, pair))
    told = {"lead": [bench.lead(one, first, second) for one in at],
            "share": [one[first] for one in at]}  # fmt: skip
    tables = []
    for outcome in OUTCOMES:
        found = effects.analyze(
            problem, sample, np.array(told[outcome]), num_levels=LEVELS, num_resamples=n_draws,
            seed=bench.seed,
        )  # fmt: skip
        table = pd.DataFrame({
            "outcome": outcome, "first": first, "second": second,
            **_who(list(used), problem), "effect": found["mu"], "size": found["mu_star"],
            "low": np.maximum(found["mu_star"] - found["mu_star_conf"], 0),
            "high": found["mu_star"] + found["mu_star_conf"], "spread": found["sigma"],
            "trajectories": n_trajectories,
        })  # fmt: skip
        tables.append(table.sort_values("size", ascending=False, kind="stable"))
    return pd.concat(tables, ignore_index=True)


def _problem(used: Sequence[Assumption]) -> dict[str, Any]:
    """In SALib's words; bounds are logarithms of factors."""
    bounds = steady.log([np.clip(RANGE, one.lowest, one.highest) for one in used])
    return {
        "num_vars": len(used), "names": [one.name for one in used], "bounds": bounds.tolist(),
    }  # fmt: skip


def _who(used: Sequence[Assumption], problem: dict[str, Any]) -> dict[str, object]:
    lowest, highest = steady.exp(problem["bounds"]).T
    return {
        "assumption": [one.name for one in used], "label": [one.label for one in used],
        "parameters": [len(one.moved) for one in used], "value": [one.value for one in used],
        "unit": [one.unit for one in used], "lowest": lowest, "highest": highest,
    }  # fmt: skip


def _along(
    bench: Bench, sample: np.ndarray, used: dict[Assumption, tuple[str, ...]],
    pair: tuple[str, ...],
) -> Iterator[dict[str, float]]:  # fmt: skip
    """The measure of both strategies at each point; whoever a step cannot touch keeps its own."""
    names = list(used.values())
    trials = []
    for k, point in enumerate(steady.exp(sample)):
        factors: dict[str, float] = {}
        for one, factor in zip(used, point, strict=True):
            factors |= one.factors(float(factor))
        begins = k % (len(used) + 1) == 0
        moved = None if begins else int(np.argmax(sample[k] != sample[k - 1]))
        trials.append(Trial(factors, pair if moved is None else names[moved]))
    here: dict[str, float] = {}
    for judged in bench.judge(trials):
        here = {**here, **judged}
        yield here
