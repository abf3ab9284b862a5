"""Intervals from households, not rows; and verdicts."""

import numpy as np
import pytest

from hardship_model.evaluation.uncertainty import Draws, interval, verdict


def test_the_rows_of_a_household_stand_and_fall_together():
    draws = Draws.over(np.array(["b", "a", "b", "c"]), n_draws=60, seed=3)

    weights = np.concatenate(list(draws.chunks()))

    assert weights.shape == (60, 4)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 0] != weights[:, 1]).any()


def test_a_doubled_sample_is_not_a_larger_one():
    rng = np.random.default_rng(0)
    values = rng.random(300)
    once = Draws.over(np.arange(300), n_draws=500, seed=1)
    twice = Draws.over(np.tile(np.arange(300), 2), n_draws=500, seed=1)

    def mean_of(x):
        return lambda w: (w * x).sum(axis=1) / w.sum(axis=1)

    narrow = interval(once.distribution(mean_of(values)))
    assert interval(twice.distribution(mean_of(np.tile(values, 2)))) == pytest.approx(narrow)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for seed in range(200):
        sample = np.random.default_rng(seed).random(200)
        draws = Draws.over(np.arange(200), n_draws=300, seed=seed)
        low, high = interval(draws.distribution(lambda w: (w * sample).sum(1) / w.sum(1)))  # noqa: B023
        covered += low <= 0.5 <= high

    assert 180 <= covered <= 200


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.02, 0.05, "better"), (-0.01, 0.05, "too close to call"), (-0.05, -0.02, "worse")],
)
def test_a_verdict_needs_the_whole_interval(low, high, said):
    assert verdict(low, high) == said
    assert verdict(-high, -low, more_is_better=False) == said


def test_a_gain_below_the_margin_is_too_close_to_call():
    assert verdict(0.005, 0.03, margin=0.01) == "too close to call"
