"""Intervals from households, not rows; and verdicts."""

import numpy as np
import pytest
from scipy.stats import poisson

from hardship_model.evaluation.uncertainty import Draws, interval, intervals, verdict


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


@pytest.mark.parametrize("n_households", [3, 5000])
def test_totals_are_what_the_draws_themselves_add_up_to(n_households):
    rng = np.random.default_rng(n_households)
    household = rng.integers(0, n_households, 6000)
    amounts, some = rng.normal(size=(6000, 4)), np.flatnonzero(rng.random(6000) < 0.1)
    draws = Draws.over(household, n_draws=70, seed=2)

    everybody, few = draws.totals(
        [draws.by_household(amounts), draws.by_household(amounts[some], some)]
    )

    one_by_one = np.concatenate(list(draws.chunks()))
    assert everybody == pytest.approx(one_by_one @ amounts, abs=1e-9)
    assert few == pytest.approx(one_by_one[:, some] @ amounts[some], abs=1e-9)


def test_a_household_counts_once_on_average_with_a_variance_of_one():
    weights = np.concatenate(list(Draws.over(np.arange(9000), n_draws=60, seed=4).chunks()))
    times, counts = np.unique(weights, return_counts=True)

    assert counts / weights.size == pytest.approx(poisson.pmf(times, 1), abs=0.002)
    assert abs(np.corrcoef(weights[:, 0], weights[:, 4100])[0, 1]) < 0.5  # blocks differ
    assert abs(np.corrcoef(weights[5], weights[55])[0, 1]) < 0.05  # and so do draws


def test_many_intervals_at_once_are_those_one_by_one():
    drawn = np.random.default_rng(0).normal(size=(3, 4, 100))
    drawn[0, 1, :30], drawn[2, 3, :70] = np.nan, np.nan

    low, high = intervals(drawn)

    for place in np.ndindex(3, 4):
        assert (low[place], high[place]) == pytest.approx(interval(drawn[place]), nan_ok=True)
    assert np.isnan(low).sum() == 1
