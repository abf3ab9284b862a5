"""Thresholds that find the same share of every group's falls, and their price in visits."""

import numpy as np
import pandas as pd
import pytest
from grouped_scores import grouped_scores

from hardship_model.evaluation.equal_recall import equal_recall
from hardship_model.evaluation.groups import by_group
from hardship_model.privacy import SMALLEST_CELL


def equalled(scored, groups):
    """Both tables of one list, as a run makes them."""
    shown = by_group(scored, groups.to_frame(), list_share=0.2, n_draws=2, seed=1)
    return equal_recall(scored, groups, list_share=0.2, shown_in=shown)


def moved(seed, way, **of_scores):
    scored, labels = grouped_scores(seed, n_households=5000, **of_scores)
    table = equalled(scored, labels["place"])
    table = table[(table["model"] == "fine") & (table["way"] == way)].set_index("group")
    assert not table["withheld"].any()
    return scored, labels["place"], table


@pytest.mark.parametrize("seed", range(3))
def test_with_the_same_visits_every_group_gets_the_same_recall(seed):
    _, _, table = moved(seed, "same visits", blind_in="south")

    assert table["recall"].to_numpy() == pytest.approx(table["recall"].iloc[0])
    assert table.loc["everybody", "more_visits"] == pytest.approx(0, abs=0.01)
    # The visits go where the scores say nothing, and falls elsewhere are paid for it.
    assert table.loc["south", "more_visits"] > 100
    assert table.loc["everybody", "more_found"] < 0


@pytest.mark.parametrize("seed", range(3))
def test_when_nobody_loses_the_others_keep_their_visits_and_it_costs(seed):
    _, _, table = moved(seed, "nobody loses", blind_in="south")
    groups = table.drop(index="everybody")

    assert (groups["more_visits"] > -1e-9).all()
    assert (groups["more_found"] >= -1e-9).all()
    assert groups["recall"].min() == pytest.approx(table.loc["everybody", "recall_now"])
    above = groups["recall_now"] >= table.loc["everybody", "recall_now"]
    assert groups.loc[above, "more_visits"].to_numpy() == pytest.approx(0)
    assert table.loc["everybody", "more_visits"] == pytest.approx(groups["more_visits"].sum())


@pytest.mark.parametrize("way", ["same visits", "nobody loses"])
def test_visiting_from_the_threshold_up_finds_what_is_said(way):
    scored, place, table = moved(1, way, blind_in="south")

    for group, row in table.drop(index="everybody").iterrows():
        here = (place == group).to_numpy()
        visited = here & (scored.score["fine"] >= row["threshold"])
        assert visited.sum() == pytest.approx(row["visits"], abs=1)
        assert (scored.answer[visited] == 1).sum() == pytest.approx(row["found"], abs=1)


def test_equals_are_visited_in_equal_parts():
    scored, labels = grouped_scores(1, n_households=5000)
    scored.score["fine"] = np.zeros(len(labels))  # nothing is known of anybody
    table = equalled(scored, labels["place"])
    table = table[(table["model"] == "fine") & (table["way"] == "same visits")]

    assert table["recall"].to_numpy() == pytest.approx(0.2)
    assert table["more_visits"].to_numpy() == pytest.approx(0, abs=0.01)


def test_a_place_with_few_falls_is_withheld_and_so_is_the_next():
    scored, labels = grouped_scores(1, n_households=5000)
    hamlet = labels["place"].mask(scored.rows["household_id"] < 15, "hamlet")

    table = equalled(scored, hamlet)

    hidden = set(table.loc[table["withheld"], "group"])
    assert {"hamlet", "isle"} <= hidden
    shown = table[table["group"] == "hamlet"].drop(
        columns=["task", "origin", "column", "model", "way", "group", "withheld"]
    )
    assert shown.isna().all(axis=None)


def test_a_group_in_which_nobody_fell_keeps_its_visits():
    scored, labels = grouped_scores(1, n_households=5000)
    calm = (labels["place"] == "isle").to_numpy()
    scored.rows.loc[calm, "answer"] = "no"

    table = equalled(scored, labels["place"])

    isle = table[table["group"] == "isle"]
    assert isle["more_visits"].to_numpy() == pytest.approx(0)
    assert isle["recall"].isna().all()
    assert pd.notna(table.loc[table["group"] == "everybody", "recall"]).all()


def test_where_nobody_is_visited_there_is_no_threshold():
    scored, labels = grouped_scores(1, n_households=5000)
    calm = (labels["place"] == "isle").to_numpy()
    scored.rows.loc[calm, "answer"] = "no"
    scored.score["fine"] = np.where(calm, -99, scored.score["fine"])

    table = equalled(scored, labels["place"])

    isle = table[(table["group"] == "isle") & (table["model"] == "fine")]
    assert isle["visits"].tolist() == [0, 0]
    assert isle["threshold"].isna().all()


def test_few_falls_found_are_withheld_although_many_fell():
    scored, labels = grouped_scores(1, n_households=5000)
    isle = (labels["place"] == "isle").to_numpy()
    scored.score["fine"] = np.where(isle, -99, scored.score["fine"])
    fell = np.flatnonzero(isle & (scored.answer == 1))
    scored.score["fine"][fell[:4]] = 99.0

    table = equalled(scored, labels["place"])

    assert len(fell) > 50
    assert table.loc[(table["group"] == "isle") & (table["model"] == "fine"), "withheld"].all()


@pytest.mark.parametrize("seed", range(4))
def test_few_that_would_be_found_are_withheld_and_so_is_what_would_tell_them(seed):
    scored, labels = grouped_scores(seed, n_households=1000, blind_in="south")

    table = equalled(scored, labels["place"])

    shown = table[~table["withheld"]]
    pairs = (("visits_now", "found_now"), ("visits", "found"), ("events", "found"))
    for whole, part in pairs:
        for counts in (shown[whole], shown[part], shown[whole] - shown[part]):
            assert not ((counts > 1e-6) & (counts < SMALLEST_CELL - 1e-6)).any()
    groups = table[table["group"] != "everybody"]
    alone = groups.groupby(["model", "way"])["withheld"].sum() == 1
    assert not alone.any()
