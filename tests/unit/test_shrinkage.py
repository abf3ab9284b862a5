"""Differences between groups, noise taken back."""

import numpy as np
import pytest
from scipy.stats import norm

from hardship_model.shrinkage import shrink


def test_differences_that_noise_explains_leave_little():
    left = shrink(np.array([0.1, -0.1, 0.1, -0.1]), np.full(4, 0.02))

    assert np.abs(left.difference).max() < 0.04
    assert (left.low < 0).all()
    assert (left.high > 0).all()


def test_differences_far_beyond_noise_are_left():
    raw = np.array([0.3, -0.3, 0.2, 0.0])

    left = shrink(raw, np.full(4, 1e-5))

    assert left.difference == pytest.approx(raw, abs=0.001)
    assert left.high - left.low == pytest.approx(2 * 1.96 * np.sqrt(1e-5), rel=0.01)


def test_it_is_the_mean_over_spreads_weighed_by_how_well_they_explain():
    # The same by brute force: every spread on a fine grid, one group at a time.
    raw, variance = np.array([0.5, -0.1, 0.2]), np.array([0.01, 0.04, 0.02])
    spreads = np.linspace(0, 1.5, 20_001)
    likelihood = np.prod(
        [norm.pdf(d, scale=np.sqrt(spreads**2 + v)) for d, v in zip(raw, variance, strict=True)],
        axis=0,
    )
    expected = [
        np.average(d * spreads**2 / (spreads**2 + v), weights=likelihood)
        for d, v in zip(raw, variance, strict=True)
    ]

    assert shrink(raw, variance).difference == pytest.approx(expected, abs=0.003)


def test_a_group_of_which_nothing_is_known_moves_nobody():
    some = shrink(np.array([0.3, np.nan, -0.2, 0.0]), np.array([0.01, np.nan, 0.01, 0.0]))
    others = shrink(np.array([0.3, -0.2]), np.array([0.01, 0.01]))

    assert some.difference[[0, 2]] == pytest.approx(others.difference)
    assert np.isnan(some.difference[[1, 3]]).all()


@pytest.mark.parametrize("seed", range(3))
def test_shrunk_differences_lie_nearer_to_the_truth_and_cover_it(seed):
    rng = np.random.default_rng(seed)
    variance = rng.uniform(0.0005, 0.02, (200, 12))
    truth = rng.normal(0, 0.07, (200, 12))
    raw = truth + rng.normal(size=(200, 12)) * np.sqrt(variance)

    left = shrink(raw, variance)

    assert ((left.difference - truth) ** 2).mean() < 0.8 * ((raw - truth) ** 2).mean()
    # Two parts in a hundred are lost to treating a mean over spreads as a normal curve.
    assert 0.91 < ((left.low <= truth) & (truth <= left.high)).mean() < 0.97
