"""Groups too small to be shown, and groups whose sum with the others would give them away."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from hardship_model.evaluation.withholding import AND, fewest_households, withhold_few


def table_of(groups, *, few):
    """One row per group with twice as many rows as its place, and 100 more; `few` are small."""
    n = np.array([100.0 + 2 * i for i, _ in enumerate(groups)])
    small = [group in few for group in groups]
    return pd.DataFrame(
        {
            "task": "falls", "origin": "now", "model": "any", "column": "place",
            "metric": "recall", "group": groups, "n": n, "events": n / 2, "value": 0.5,
            "fewest": np.where(small, 3, 50),
        }
    )  # fmt: skip


def hidden(groups, *, few):
    out = withhold_few(table_of(groups, few=few), shown=["value"])
    assert out.loc[out["withheld"], ["n", "events", "value"]].isna().all(axis=None)
    assert out.loc[~out["withheld"], ["n", "events", "value"]].notna().all(axis=None)
    return set(out.loc[out["withheld"], "group"])


def test_a_group_that_is_alone_takes_the_smallest_other_with_it():
    assert hidden(["north", "south", "east"], few=["east"]) == {"east", "north"}


def test_two_that_are_withheld_hide_one_another():
    assert hidden(["north", "south", "east"], few=["east", "south"]) == {"east", "south"}


def test_nobody_small_nobody_withheld_and_everybody_alone_stays():
    assert hidden(["north", "south"], few=[]) == set()
    assert hidden(["everybody"], few=[]) == set()


def test_of_pairs_no_line_of_either_group_has_one_alone():
    pairs = [f"{a}{AND}{b}" for a, b in product("abc", "xyz")]

    gone = hidden(pairs, few=[f"b{AND}y"])

    # By its row b × x goes with it, by its column a × y, and a × x so that neither is alone.
    assert gone == {f"{a}{AND}{b}" for a, b in product("ab", "xy")}


@pytest.mark.parametrize("seed", range(5))
def test_no_withheld_pair_can_be_found_by_subtraction_along_a_line(seed):
    rng = np.random.default_rng(seed)
    pairs = [f"{a}{AND}{b}" for a, b in product("abcde", "vwxyz")]
    gone = hidden(pairs, few=rng.choice(pairs, rng.integers(1, 6), replace=False))

    for side, name in product((0, 1), "abcdevwxyz"):
        assert sum(pair.split(AND)[side] == name for pair in gone) != 1


def test_households_count_once_and_unknown_answers_are_of_neither_kind():
    answer = np.array([1.0, 1, 0, 0, 0, np.nan])
    household = np.array([7, 7, 7, 8, 9, 10])

    assert fewest_households(answer, household) == (1, 1)
    assert fewest_households(np.zeros(6), household) == (4, 0)
