"""Elementary effects, where the answer is known in closed form, and in a small town."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest
from screening_worlds import world

from hardship_model.screening.assumed import Bench, Trial
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.sensitivity import LEVELS, sensitivity
from hardship_model.screening.stages import Stage

PAIR = {"first": "income_visits", "second": "random"}
#: Moved by `by_hand`, and what they are there.
STRAIGHT, TOGETHER, BESIDE, IDLE = (
    "visit_contact_share", "office_budget_yuan", "office_visits_per_1000", "rest_months"
)  # fmt: skip


@cache
def stage():
    return Stage(world=world(last_month="2021-09"), number=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class ByHand(Bench):
    """Instead of a town: 3 × the first number, and 2 × the second × the third; in logarithms to
    the base 2, which run from −1 to 1. The second strategy finds nothing, but for the last number.
    """

    asked: list[Trial] = field(default_factory=list)

    def assumptions(self):
        return tuple(
            one for one in super().assumptions() if one.name in (STRAIGHT, TOGETHER, BESIDE, IDLE)
        )

    def touched(self, strategies):
        return lambda one: ("random",) if one.name == IDLE else ("income_visits",)

    def judge(self, trials):
        self.asked.extend(trials)
        return map(self._told, trials)

    def _told(self, trial):
        log = {name: np.log2(factor) for name, factor in trial.factors.items()}
        both = {
            "income_visits": 3 * log[STRAIGHT] + 2 * log[TOGETHER] * log[BESIDE],
            "random": -log[IDLE],
        }
        return {name: both[name] for name in trial.strategies}


def by_hand(n_trajectories):
    bench = ByHand(
        stages=(stage(),), make=ready_made, measure="ever", seed=1
    )  # fmt: skip
    table = sensitivity(bench, **PAIR, n_trajectories=n_trajectories, n_draws=50)
    return bench, {o: rows.set_index("assumption") for o, rows in table.groupby("outcome")}


def test_what_acts_alone_and_straight_has_one_effect_whatever_the_others_are():
    _, found = by_hand(3)
    straight = found["lead"].loc[STRAIGHT]
    # A share of 0.85 or so cannot be doubled: its range ends at one.
    through = 3 * (np.log2(straight["highest"]) - np.log2(straight["lowest"]))

    assert straight["effect"] == pytest.approx(through)
    assert straight[["size", "low", "high"]].to_list() == pytest.approx([through] * 3)
    assert straight["spread"] == pytest.approx(0)


def test_what_acts_only_with_another_has_effects_that_depend_on_where_the_other_stands():
    _, found = by_hand(400)
    share = found["share"]
    # The other stands at −1, −1/3, 1/3 or 1 of its logarithm; the range is 2 of them.
    effects = 2 * 2 * np.array([-1, -1 / 3, 1 / 3, 1])

    for one in (TOGETHER, BESIDE):
        assert share.loc[one, "size"] == pytest.approx(np.abs(effects).mean(), abs=0.15)
        assert share.loc[one, "effect"] == pytest.approx(0, abs=0.4)
        assert share.loc[one, "spread"] == pytest.approx(effects.std(), abs=0.15)
        assert share.loc[one, "low"] < np.abs(effects).mean() < share.loc[one, "high"]


def test_only_the_strategy_that_a_step_can_touch_is_played_again_and_the_other_keeps_its_own():
    bench, found = by_hand(5)
    again = [trial.strategies for trial in bench.asked]

    assert len(again) == 5 * (4 + 1)
    assert sum(len(names) for names in again) == 5 * (4 + 2)
    # The last number moves the second strategy down, and the lead up.
    assert found["lead"].loc[IDLE, "effect"] == pytest.approx(2)
    assert found["share"].loc[IDLE, "size"] == pytest.approx(0)


def test_a_step_moves_one_number_by_two_thirds_of_its_range_and_stays_within_it():
    bench, found = by_hand(4)
    table = found["lead"]
    at = np.array([[np.log(t.factors[name]) for name in table.index] for t in bench.asked])
    low, high = np.log(table["lowest"].to_numpy()), np.log(table["highest"].to_numpy())
    steps = np.abs(np.diff((at - low) / (high - low), axis=0))
    steps = np.delete(steps, np.arange(4, len(steps), 5), axis=0)

    assert ((at >= low - 1e-9) & (at <= high + 1e-9)).all()
    assert ((steps > 1e-9).sum(axis=1) == 1).all()
    assert steps.max(axis=1) == pytest.approx(LEVELS / (2 * (LEVELS - 1)))


def test_in_a_town_money_matters_and_what_nobody_asks_for_is_not_moved():
    bench = Bench(
        stages=(stage(),), make=lambda where: ready_made(where, list(PAIR.values())),
        measure="ever", seed=1,
    )  # fmt: skip

    table = sensitivity(bench, **PAIR, n_trajectories=2, n_draws=20)

    share = table[table["outcome"] == "share"].set_index("assumption")
    assert {"office_budget_yuan", "visit_cost_yuan", "visit_detects"} <= set(share.index)
    assert "sweep_cost_yuan" not in share.index
    assert share["size"].max() > 0
    assert (share["size"] >= share["effect"].abs() - 1e-12).all()
