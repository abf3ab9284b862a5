"""Households that were lost: those still seen stand for them."""

import numpy as np
import pytest

from hardship_model.evaluation.calibration import brier
from hardship_model.evaluation.censoring import known_at
from hardship_model.evaluation.metrics import Ranking, auroc


def test_metrics_under_these_weights_agree_with_scikit_survival():
    # scikit-survival is 23 MB for one number. With scikit-survival 0.28.0:
    #   y = Surv.from_arrays(fell, seen)
    #   cumulative_dynamic_auc(y, y, risk, [12])[0]            -> 0.783629119884100
    #   brier_score(y, y, (1 - risk)[:, None], [12])[1]        -> 0.219855729207726
    # (falls in even months, losses in odd ones: where both share a month, it counts the loss
    # against the fall, and we do not)
    rng = np.random.default_rng(1)
    risk = rng.uniform(0.05, 0.9, 60).round(3)
    fall = 2 * np.ceil(rng.exponential(2 / risk)).astype(int)
    lost = 2 * rng.integers(0, 20, 60) + 1
    seen, fell = np.minimum(fall, lost), fall < lost

    answer, weights = known_at(seen, fell, horizon_months=12)

    ranked = Ranking.of(risk, answer).counts(weights[None])
    assert auroc(ranked)[0] == pytest.approx(0.783629119884100, abs=1e-12)
    # Theirs is a mean over all households, ours over what the known ones stand for.
    assert brier(risk, answer, weights[None])[0] * weights.sum() / 60 == pytest.approx(
        0.219855729207726, abs=1e-12
    )


def test_one_household_stands_for_the_one_that_was_lost():
    #            fell in 2, lost in 3, fell in 5, seen to the end, and seen beyond it
    months_seen = np.array([2, 3, 5, 6, 9])
    fell = np.array([True, False, True, False, False])

    answer, weights = known_at(months_seen, fell, horizon_months=6)

    assert answer.tolist() == pytest.approx([1, np.nan, 1, 0, 0], nan_ok=True)
    # After month 3, three of four are left to stand for four.
    assert weights == pytest.approx([1, 0, 4 / 3, 4 / 3, 4 / 3])


def test_a_fall_in_the_month_of_a_loss_comes_first():
    answer, weights = known_at(
        np.array([4, 4, 8]), np.array([True, False, False]), horizon_months=6
    )

    assert answer[0] == 1
    assert weights == pytest.approx([1, 0, 2])


@pytest.mark.parametrize("seed", range(4))
def test_the_share_that_falls_is_found_although_half_are_lost(seed):
    rng = np.random.default_rng(seed)
    fall, lost = rng.geometric(0.05, 20_000), rng.geometric(0.05, 20_000)
    fell = fall <= lost
    answer, weights = known_at(np.minimum(fall, lost), fell, horizon_months=12)
    known = weights > 0

    share = np.average(answer[known], weights=weights[known])

    assert share == pytest.approx(1 - 0.95**12, abs=0.015)
    assert abs(answer[known].mean() - (1 - 0.95**12)) > 0.03  # without the weights it is off


def test_a_horizon_beyond_all_sight_is_refused():
    with pytest.raises(ValueError, match="Nobody was seen without a fall for the 12 months"):
        known_at(np.array([3, 11]), np.array([True, False]), horizon_months=12)
