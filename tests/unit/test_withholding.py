"""Groups too small to be shown, and groups whose sum with the others would give them away."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from hardship_model.evaluation.withholding import (
    AND,
    fewest_households,
    withhold_few,
    withhold_few_found,
    withhold_few_on_lists,
)


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


def list_rows(hits, *, model, places=40, fell=60, against=None):
    """The rows of one model: its list, and a ranking of 300."""
    counts = {
        "auroc": (300, fell), "precision_at_10pct": (places, hits), "recall_at_10pct": (fell, hits),
        "lift_at_10pct": (places, hits), "precision_at_50pct": (150, 0.75 * fell),
        "recall_at_50pct": (fell, 0.75 * fell),
    }  # fmt: skip
    return pd.DataFrame(
        {"task": "falls", "origin": "now", "model": model, "metric": metric, "n": n,
         "events": float(events), "value": events / n, "low": 0.1, "high": 0.9,
         "against": against, "difference": 0.0, "difference_low": 0.0, "difference_high": 0.0,
         "verdict": "better"}
        for metric, (n, events) in counts.items()
    )  # fmt: skip


def test_a_list_with_few_hits_says_nothing_of_them_in_any_of_its_shares():
    out = withhold_few_on_lists(list_rows(7, model="clerk")).set_index("metric")

    assert set(out.index[out["withheld"]]) == {
        "precision_at_10pct", "recall_at_10pct", "lift_at_10pct",
    }  # fmt: skip
    assert (
        out.loc[out["withheld"], ["n", "events", "value", "low", "difference"]]
        .isna()
        .all(axis=None)
    )
    assert out.loc[~out["withheld"], ["n", "events", "value"]].notna().all(axis=None)


def test_a_list_that_missed_few_or_was_in_vain_for_few_is_withheld_as_a_whole():
    missed_four = withhold_few_on_lists(list_rows(36, model="clerk", places=90, fell=40))
    four_in_vain = withhold_few_on_lists(list_rows(36, model="clerk", places=40))

    for out in (missed_four, four_in_vain):
        assert out.loc[out["metric"].str.endswith("10pct"), "withheld"].all()


def test_a_difference_is_withheld_with_either_side_of_it():
    table = pd.concat(
        [list_rows(7, model="clerk"), list_rows(15, model="learned", against="clerk")],
        ignore_index=True,
    )

    out = withhold_few_on_lists(table).set_index(["model", "metric"])

    row = out.loc[("learned", "recall_at_10pct")]
    assert row["value"] == 0.25
    assert pd.isna(row["difference"])
    assert pd.isna(row["verdict"])
    assert out.loc[("learned", "auroc"), "verdict"] == "better"


def test_where_few_fell_nothing_is_told_and_nobody_can_count_them():
    out = withhold_few_on_lists(list_rows(5, model="clerk", fell=6)).set_index("metric")

    assert out["withheld"].all()
    assert out["events"].isna().all()
    assert out["n"].dropna().to_dict() == {"auroc": 300}


def visit_rows(found, *, strategy, fell=120, against=None):
    return pd.DataFrame(
        {"strategy": strategy, "measure": measure, "counted": counted, "out_of": out_of,
         "value": counted / out_of, "low": 0.1, "high": 0.9, "against": against,
         "difference": 0.1, "difference_low": 0.0, "difference_high": 0.2, "verdict": "better"}
        for measure, counted, out_of in (
            ("share_found", found, fell), ("share_found_at_once", found - 1, fell),
            ("visits_per_fall_found", 240.0, found),
        )
    )  # fmt: skip


@pytest.mark.parametrize("few", [6.5, 113.0])
def test_an_order_that_found_few_or_missed_few_is_withheld_with_every_difference_from_it(few):
    table = pd.concat(
        [visit_rows(few, strategy="in turn"), visit_rows(50.0, strategy="risk", against="in turn")],
        ignore_index=True,
    )

    out = withhold_few_found(table).set_index(["strategy", "measure"])

    assert out.loc["in turn", ["counted", "value", "low", "high"]].isna().all(axis=None)
    assert out.loc[("in turn", "share_found"), "out_of"] == 120
    assert pd.isna(out.loc[("in turn", "visits_per_fall_found"), "out_of"])
    assert out.loc["risk", ["counted", "value", "out_of"]].notna().all(axis=None)
    assert out.loc["risk", ["difference", "difference_low", "verdict"]].isna().all(axis=None)
