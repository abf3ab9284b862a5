"""Screening: 2 strategies over 24 months of 10,000 invented households, one replicate.

The ledgers are compared contact by contact. The plain way is `tests/plain_office.py`, which
follows one household at a time; its months cost more or less the same for each household, while
ours cost less for each the more there are. Run this file by itself for the large case and
the best mix.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hardship_model.data.population import Config, invent
from hardship_model.screening.mix import best_mix, caught_interval, offer
from hardship_model.screening.path import Procedure
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.stages import Stage
from hardship_model.screening.world import LEAD_IN, World, from_town

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from plain_office import PlainOffice

HOUSEHOLDS = 10_000
#: For the comparison; following one household at a time takes long enough with these.
TWO = ("guangxi_combined", "random")
NAMES = ("status_quo", "guangxi_online", "guangxi_offline", "guangxi_combined",
         "qinghai_look_back", "linkage_only", "random", "income_visits")  # fmt: skip
SEED = 1

Contacts = list[tuple[int, int, str, str, bool, float]]


def contenders() -> dict[str, Callable[[], dict[str, Contacts]]]:
    """The two ways, each from a world to the contacts of every strategy."""
    world = from_town(invent(Config(n_households=HOUSEHOLDS, seed=SEED)))
    return {
        "hardship_model.screening": lambda: _ours(world),
        "one household at a time": lambda: _plain(world),
    }


def compare(ours: dict[str, Contacts], theirs: dict[str, Contacts]) -> None:
    """Raises AssertionError when two ways write down different contacts."""
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert sorted(ours[name]) == sorted(theirs[name]), name


def _ours(world: World) -> dict[str, Contacts]:
    ledger = play(world, ready_made(world, TWO), replicates=[0], seed=SEED).ledger
    assert ledger is not None
    words = ledger.astype({"strategy": str, "channel": str, "step": str})
    kept = ["month", "household_id", "channel", "step", "found", "cost_yuan"]
    return {
        str(name): list(map(tuple, rows[kept].to_numpy().tolist()))
        for name, rows in words.groupby("strategy")
    }


def _plain(world: World, names: Sequence[str] = TWO) -> dict[str, Contacts]:
    procedure = world.given(LEAD_IN).card(Procedure)
    return {
        strategy.name: [
            contact[:6]
            for contact in PlainOffice(world, strategy, SEED, 0, procedure).play().contacts
        ]
        for strategy in ready_made(world, names)
    }


def large(n_households: int = 100_000, replicates: int = 20) -> None:
    """How long do 8 strategies × 24 months × 20 replicates take? Outcomes without the ledger."""
    world = from_town(invent(Config(n_households=n_households, seed=SEED)))
    start, busy = time.perf_counter(), time.process_time()
    play(world, ready_made(world, NAMES), replicates=range(replicates), seed=SEED,
         with_ledger=False)  # fmt: skip
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(
        f"{n_households:,} households × {len(world.rows)} months × {len(NAMES)} strategies ×"
        f" {replicates} replicates: {seconds:.1f} s, of one core {busy:.1f} s"
    )


def plain_part(n_households: int = 2000, times: int = 50 * 20) -> None:
    """How long would one household at a time take for `large`? A part of it, multiplied."""
    world = from_town(invent(Config(n_households=n_households, seed=SEED)))
    busy = time.process_time()
    _plain(world, NAMES)
    busy = time.process_time() - busy
    print(
        f"One household at a time, the same strategies on {n_households:,} households once: of one"
        f" core {busy:.1f} s; {times:,} times that is {times * busy:,.0f} s"
    )


def mix(n_households: int = 200_000) -> None:
    """How long does the best mix of channels take, from the world to its interval?"""
    stage = Stage(world=from_town(invent(Config(n_households=n_households, seed=SEED))), number=1)
    start, busy = time.perf_counter(), time.process_time()
    offered = offer(stage, seed=SEED)
    given = stage.world.given(LEAD_IN)
    years = len(stage.world.rows) / 12
    best = best_mix(
        offered, budget_yuan=years * given("office_budget_yuan") * n_households,
        visits=12 * years * given("office_visits_per_1000") * n_households / 1000,
    )  # fmt: skip
    low, high = caught_interval(offered, best.channels, n_draws=400, seed=SEED)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    falls = offered.catches.falls.sum()
    print(
        f"The best mix of {len(offered.catches.channels)} channels at {n_households:,} households,"
        f" {', '.join(best.channels)}, catches {best.caught:.0f} of {falls} falls"
        f" ({low:.1%} to {high:.1%}; none more than {best.at_most:.0f}): {seconds:.1f} s, of one"
        f" core {busy:.1f} s"
    )


if __name__ == "__main__":
    large()
    plain_part()
    mix()
