"""Probabilities under weights, against scikit-learn; what the Brier score is made of."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from hardship_model.evaluation.calibration import (
    brier,
    brier_parts,
    calibration_intercept,
    calibration_slope,
    expected_calibration_error,
    observed_over_expected,
    recalibrated,
)


@pytest.mark.parametrize("seed", range(3))
def test_calibration_agrees_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.02, 0.6, 2000)
    answer = (rng.random(2000) < expit(0.3 + 0.7 * logit(risk))).astype(float)
    w = rng.integers(0, 3, (1, 2000)).astype(float)
    fitted = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(
        logit(risk)[:, None], answer, sample_weight=w[0]
    )

    assert calibration_slope(risk, answer, w)[0] == pytest.approx(fitted.coef_[0, 0], abs=1e-9)
    assert brier(risk, answer, w)[0] == pytest.approx(
        brier_score_loss(answer, risk, sample_weight=w[0]), abs=1e-12
    )
    assert observed_over_expected(risk, answer, w)[0] == pytest.approx(
        np.average(answer, weights=w[0]) / np.average(risk, weights=w[0]), abs=1e-9
    )


def test_expected_calibration_error_is_the_mean_gap_over_bins():
    # Two bins: expected .1 and .5, observed 1/2 and 1/2.
    risk, answer = np.array([0.1, 0.1, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 0.0])

    error = expected_calibration_error(risk, answer, np.ones((1, 4)), bins=2)

    assert error[0] == pytest.approx((2 * 0.4 + 2 * 0.0) / 4)


@pytest.mark.parametrize("seed", range(3))
def test_its_tenths_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.02, 0.6, 1000)
    answer = (rng.random(1000) < risk**1.3).astype(float)

    fell, told = calibration_curve(answer, risk, n_bins=10, strategy="quantile")

    error = expected_calibration_error(risk, answer, np.ones((1, 1000)))
    assert error[0] == pytest.approx(np.abs(fell - told).mean(), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_of_the_brier_score_agree_with_scikit_learn_and_add_up(seed):
    rng = np.random.default_rng(seed)
    risk = rng.integers(1, 60, 900) / 60
    answer = (rng.random(900) < risk**2).astype(float)
    weights = rng.integers(0, 4, (2, 900)).astype(float)

    calibration, refinement = brier_parts(risk, answer, weights)

    for w, c, r in zip(weights, calibration, refinement, strict=True):
        best = IsotonicRegression().fit(risk, answer, sample_weight=w).predict(risk)
        assert r == pytest.approx(brier_score_loss(answer, best, sample_weight=w), abs=1e-9)
        assert c + r == pytest.approx(brier_score_loss(answer, risk, sample_weight=w), abs=1e-9)
        assert c > 0


def test_risks_that_say_only_the_base_rate_lose_nothing_by_their_level():
    answer = np.array([1.0, 0, 0, 0, np.nan])

    calibration, refinement = brier_parts(np.full(5, 0.25), answer, np.ones((1, 5)))

    assert calibration[0] == pytest.approx(0)
    assert refinement[0] == pytest.approx(0.25 * 0.75)


def test_what_the_risks_should_have_been_rises_with_them():
    # .2 and .3 are out of order (1, then 0): together they should have been a half.
    risk, answer = np.array([0.3, 0.1, 0.2, 0.9]), np.array([0.0, 0.0, 1.0, np.nan])

    best = recalibrated(risk, answer, np.ones(4))

    assert best == pytest.approx([0.5, 0.0, 0.5, np.nan], nan_ok=True)


@pytest.mark.parametrize("seed", range(3))
def test_the_intercept_makes_as_many_expected_as_fell(seed):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.02, 0.4, 1000)
    answer = (rng.random(1000) < expit(logit(risk) + 0.7)).astype(float)
    w = rng.integers(0, 3, (2, 1000)).astype(float)

    said = calibration_intercept(risk, answer, w)

    def too_many(level, weight):
        return weight @ (expit(logit(risk) + level) - answer)

    # A second way to find where as many are expected as fell.
    found = [brentq(too_many, -9, 9, args=(weight,), xtol=1e-13) for weight in w]
    assert said == pytest.approx(found, abs=1e-9)
    assert np.isnan(calibration_intercept(risk, np.ones(1000), w)).all()
