"""A list a month: who is on it, for how long before the fall, and how much of it is new."""

import numpy as np
import pandas as pd
import pytest

from hardship_model.evaluation.lists import lead_time, list_churn, on_the_list, same_doors
from hardship_model.evaluation.metrics import Ranking, on_list


def test_the_list_of_a_month_is_cut_within_the_month():
    score = np.array([0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.6, 0.5])
    month = np.array([1, 1, 1, 1, 2, 2, 2, 2])

    assert on_the_list(score, share=0.5, as_of=month).tolist() == [1, 0, 0, 1, 0, 1, 1, 0]
    assert on_the_list(score, share=0.5).tolist() == [1, 0, 0, 1, 0, 1, 1, 0]
    assert on_the_list(score, share=0.25, as_of=month).tolist() == [1, 0, 0, 0, 0, 1, 0, 0]
    assert on_the_list(score, share=0.25).tolist() == [1, 0, 0, 1, 0, 0, 0, 0]


def test_equals_get_the_same_part_of_the_places_that_are_left():
    assert on_the_list(np.array([1.0, 3, 1, 1, 0]), share=0.4).tolist() == pytest.approx(
        [1 / 3, 1, 1 / 3, 1 / 3, 0]
    )


@pytest.mark.parametrize("seed", range(5))
def test_one_list_of_everybody_holds_what_the_metric_says(seed):
    rng = np.random.default_rng(seed)
    score, answer = rng.integers(0, 9, 200) / 9, (rng.random(200) < 0.3).astype(float)

    listed = on_the_list(score, share=0.17)

    assert listed.sum() == pytest.approx(0.17 * 200)
    top = on_list(Ranking.of(score, answer).counts(np.ones((1, 200))), share=0.17)
    assert listed @ answer == pytest.approx(top.yes[0])


def test_lead_time_is_the_mean_over_those_on_the_list_who_fell():
    #              anna fell in 2, bo did not, cem fell in 5, dan fell in 1 unlisted
    months_to_entry = np.array([2.0, np.nan, 5.0, 1.0])
    listed = np.array([1.0, 1.0, 0.5, 0.0])
    weights = np.array([[1.0, 1, 1, 1], [1, 1, 2, 1], [0, 1, 0, 1]])

    lead = lead_time(months_to_entry, listed, weights)

    assert lead[:2] == pytest.approx([(2 + 0.5 * 5) / 1.5, (2 + 2 * 0.5 * 5) / 2])
    assert np.isnan(lead[2])  # nobody on the list fell


def test_churn_counts_the_new_among_those_who_could_have_been_on_the_list_before():
    rows = pd.DataFrame(
        [("anna", 3), ("bo", 3), ("cem", 3), ("anna", 4), ("bo", 4), ("dan", 4)],
        columns=["household_id", "as_of"],
    )
    # Bo is new on the list; dan was not at risk before; cem has gone.
    listed = np.array([1.0, 0, 1, 1, 1, 1])

    churn = list_churn(rows, listed)

    assert churn.to_dict("records") == [{"as_of": 4, "n": 2, "events": 1, "churn": 0.5}]


@pytest.mark.parametrize("seed", range(3))
def test_a_list_that_never_changes_has_no_churn_and_one_dealt_anew_has_the_rest(seed):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {"household_id": np.tile(np.arange(500), 3), "as_of": np.repeat([0, 3, 6], 500)}
    )
    steady = np.tile(rng.random(500), 3)
    months = rows["as_of"].to_numpy()

    def churn(score):
        listed = on_the_list(score, share=0.2, as_of=months)
        return list_churn(rows, listed, step_months=3)["churn"].to_list()

    assert churn(steady) == [0, 0]
    assert churn(np.zeros(1500)) == pytest.approx([0.8, 0.8])
    assert churn(rng.random(1500)) == pytest.approx([0.8, 0.8], abs=0.12)


def test_two_lists_share_the_doors_that_are_on_both():
    #                 anna bo cem dan eve
    listed = {
        "rule": np.array([1.0, 1, 0, 0, 0]),
        "model": np.array([0, 1.0, 1, 1, 0]),
        "chance": np.full(5, 0.4),
    }

    table = same_doors(listed).set_index(["one", "other"])

    assert table.loc[("rule", "model"), ["n", "events", "share"]].tolist() == [2, 1, 0.5]
    assert table.loc[("model", "rule"), "share"] == pytest.approx(1 / 3)
    # whoever deals the places by chance meets everybody alike
    assert table.loc[("rule", "chance"), "share"] == pytest.approx(0.4)
    assert len(table) == 6
