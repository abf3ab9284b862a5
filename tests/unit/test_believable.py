"""What chance can do is what dealing does; what cannot be ranked by numbers is ranked anyhow."""

import numpy as np
import pandas as pd
import pytest

from hardship_model.evaluation.believable import Judged, alone, auroc_of, chance_bound, few


def answers(n, events):
    return np.r_[np.ones(events, dtype=int), np.zeros(n - events, dtype=int)]


@pytest.mark.parametrize(("n", "events"), [(40, 10), (200, 12), (300, 150)])
def test_the_bound_lies_four_standard_deviations_of_dealt_answers_above_a_half(n, events):
    rng = np.random.default_rng(n)
    score, y = pd.Series(rng.random(n)), answers(n, events)
    values = [auroc_of(score, rng.permutation(y)) for _ in range(2000)]

    assert np.mean(values) == pytest.approx(0.5, abs=0.01)
    assert chance_bound([y]) == pytest.approx(0.5 + 4 * np.std(values), rel=0.02)
    of_three = np.reshape(values[:1998], (-1, 3)).mean(axis=1)
    assert chance_bound([y, y, y]) == pytest.approx(0.5 + 4 * np.std(of_three), rel=0.02)


def test_a_column_is_ranked_whichever_way_it_points_and_whatever_it_is_made_of():
    y = answers(6, 3)
    columns = {
        "falling": pd.Series([1.0, 2, 3, 4, 5, 6]),
        "only known of those who fell": pd.Series([7.0, 7, 7, np.nan, np.nan, np.nan]),
        "words": pd.Series(["a", "a", "b", "c", "d", "d"]),
        "a category": pd.Series(pd.Categorical([None, None, None, "x", "y", "x"])),
        "flags": pd.Series([True, True, True, False, False, False]),
        "flags not all known": pd.array([True, True, True, None, False, None], dtype="boolean"),
    }

    assert {name: alone(pd.Series(column), y) for name, column in columns.items()} == dict.fromkeys(
        columns, 1.0
    )


def test_too_good_wants_the_whole_interval_over_households_above_the_bound():
    y = answers(400, 12)
    who = pd.DataFrame({"household_id": np.arange(400), "as_of": 0})
    judged = Judged(who=who, y=y, too_good=0.97)
    third = np.arange(400) % 3 == 0
    nearly = pd.Series(np.where(np.arange(400) == 0, 0.5, y + 0.6 * (third & (y == 0))))

    assert alone(nearly, y) > 0.97
    assert not judged.surely_too_good(nearly)
    assert judged.surely_too_good(pd.Series(y))
    assert judged.surely_too_good(pd.Series(1 - y))


def test_few_counts_the_rarer_answer():
    assert few(answers(100, 9))
    assert few(answers(100, 91))
    assert not few(answers(100, 10))
