"""What visits at random tell of everybody, on a town that was drawn by hand."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from hardship_model.retraining.estimates import drawn_share, over_towns

# Four hundred households; forty are in hardship, ten of these stand on the list of sixty.
N, DRAWS = 400, 4000
HARD = np.arange(N) < 40
LISTED = (np.arange(N) < 10) | (np.arange(N) >= 350)
TRUTH = 10 / 40


def drawn(seed, *, refuses=0.0, per_month=(8, 20)):
    """Two months of visits at random, with another number of visits in each."""
    rng = np.random.default_rng(seed)
    who = [rng.permutation(N)[:n] for n in per_month]
    chance = np.repeat(np.array(per_month) / N, per_month)
    who = np.concatenate(who)
    likely = np.broadcast_to(refuses, N)[who]
    return who, chance, rng.random(len(who)) >= likely


def estimates(**given):
    """Above and below the line in every draw, [DRAWS, 2]."""
    found = []
    for seed in range(DRAWS):
        who, chance, known = drawn(seed, **given)
        found.append(drawn_share(LISTED[who], HARD[who], chance=chance, known=known))
    return np.array(found)


def standard_error(values):
    return values.std(ddof=1) / np.sqrt(len(values))


def test_over_many_draws_both_sums_are_those_of_all_households():
    # Two months, so each household counts twice.
    counted = estimates()

    for side, truth in zip(counted.T, (2 * 10, 2 * 40), strict=True):
        assert abs(side.mean() - truth) < 3 * standard_error(side)


def test_the_share_of_many_draws_together_is_the_true_one_though_some_refuse():
    above, below = estimates(refuses=0.3).T

    residual = above - TRUTH * below
    assert abs(residual.mean()) < 3 * standard_error(residual)
    assert above.sum() / below.sum() == pytest.approx(TRUTH, abs=0.02)


def test_when_those_on_the_list_refuse_more_the_estimate_leans_and_says_too_little():
    above, below = estimates(refuses=np.where(LISTED, 0.5, 0.1)).T

    leaning = (0.5 * 10) / (0.5 * 10 + 0.9 * 30)
    assert above.sum() / below.sum() == pytest.approx(leaning, abs=0.02)


def test_who_looks_only_at_the_list_believes_that_nothing_is_missed():
    on_list = np.flatnonzero(LISTED)

    above, below = drawn_share(
        LISTED[on_list], HARD[on_list], chance=np.ones(60), known=np.ones(60, dtype=bool)
    )

    assert (above, below) == (10, 10)


def test_the_interval_over_towns_is_students_when_the_share_is_a_mean():
    values = np.array([0.2, 0.5, 0.3, 0.6, 0.1])

    found = over_towns(values[:, None], np.ones((5, 1)), np.ones(1))

    low, high = ttest_1samp(values, 0).confidence_interval()
    assert found == pytest.approx((values.mean(), low, high))


def test_two_shares_that_rise_and_fall_together_are_known_to_differ():
    rng = np.random.default_rng(1)
    towns = rng.uniform(0.2, 0.8, 6)
    out_of = np.full((6, 2), 100.0)
    counted = 100 * np.column_stack([towns + 0.05, towns])

    value, low, high = over_towns(counted, out_of, np.array([1.0, -1.0]))

    assert value == pytest.approx(0.05)
    assert high - low < 1e-9
    _, one_low, one_high = over_towns(counted, out_of, np.array([1.0, 0.0]))
    assert one_high - one_low > 0.2


def test_one_town_has_no_interval_and_an_empty_share_no_value():
    one = over_towns(np.array([[3.0]]), np.array([[10.0]]), np.ones(1))
    empty = over_towns(np.zeros((4, 1)), np.zeros((4, 1)), np.ones(1))

    assert one[0] == pytest.approx(0.3)
    assert np.isnan(one[1:]).all()
    assert np.isnan(empty).all()
