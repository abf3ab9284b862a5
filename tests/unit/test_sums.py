"""Metrics as sums over rows: exact in the sample, close to the true bootstrap in a draw."""

import numpy as np
import pytest
from scipy.special import expit, logit

from hardship_model.evaluation.calibration import (
    brier,
    brier_parts,
    calibration_intercept,
    calibration_slope,
    expected_calibration_error,
    observed_over_expected,
)
from hardship_model.evaluation.metrics import Ranking, auroc, average_precision, on_list
from hardship_model.evaluation.sums import as_sums
from hardship_model.evaluation.uncertainty import Draws

EXACT_IN_EVERY_DRAW = ("brier", "observed_over_expected", "expected_calibration_error")


def one_by_one(score, risk, answer, weights):
    """Every metric by its own definition."""
    counts = Ranking.of(score, answer).counts(weights)
    top = on_list(counts, share=0.1)
    calibration, refinement = brier_parts(risk, answer, weights)
    probabilities = (
        brier, observed_over_expected, calibration_intercept, calibration_slope,
        expected_calibration_error,
    )  # fmt: skip
    return {
        "auroc": auroc(counts),
        "average_precision": average_precision(counts),
        "precision_at_10pct": top.precision,
        "recall_at_10pct": top.recall,
        "lift_at_10pct": top.lift,
        "brier_calibration": calibration,
        "brier_refinement": refinement,
    } | {metric.__name__: metric(risk, answer, weights) for metric in probabilities}


def drawn_sample(seed, *, n, levels):
    """Three rows a household; few levels make equal scores; one answer in twenty is unknown."""
    rng = np.random.default_rng(seed)
    household = rng.integers(0, n // 3, n)
    log_odds = -2 + rng.normal(size=n // 3)[household] + rng.normal(0, 0.5, n)
    risk = np.ceil(expit(log_odds) * levels) / levels * 0.98
    answer = (rng.random(n) < expit(0.2 + 0.8 * logit(risk))).astype(float)
    answer[rng.random(n) < 0.05] = np.nan
    return household, risk, answer


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("levels", [5, 10**9])
@pytest.mark.parametrize("weighted", [False, True])
def test_in_the_sample_every_metric_is_what_its_definition_says(seed, levels, weighted):
    _, risk, answer = drawn_sample(seed, n=500, levels=levels)
    weights = np.random.default_rng(seed).integers(1, 4, 500).astype(float) ** weighted

    amounts, formula = as_sums(
        score=risk, risk=risk, answer=answer, weights=weights, list_shares=(0.1,)
    )

    said = formula.metrics(amounts.sum(axis=0)[None])
    defined = one_by_one(risk, risk, answer, weights[None])
    assert set(said) == set(defined)
    # Tenths are cut on the sample, whatever it weighs, and slopes are found by steps.
    for name in said:
        assert said[name][0] == pytest.approx(defined[name][0], abs=1e-9), name


@pytest.mark.parametrize("levels", [5, 10**9])
def test_in_draws_it_stays_close_to_the_bootstrap_that_ranks_and_fits_anew(levels):
    household, risk, answer = drawn_sample(7, n=3000, levels=levels)
    draws = Draws.over(household, n_draws=200, seed=1)

    amounts, formula = as_sums(score=risk, risk=risk, answer=answer, list_shares=(0.1,))
    [totals] = draws.totals([draws.by_household(amounts)])
    linear = formula.metrics(totals)

    anew = [one_by_one(risk, risk, answer, weights) for weights in draws.chunks()]
    for name in linear:
        exact = np.concatenate([some[name] for some in anew])
        if name in EXACT_IN_EVERY_DRAW:
            assert linear[name] == pytest.approx(exact, abs=1e-9)
        assert np.corrcoef(linear[name], exact)[0, 1] > 0.9, name
        assert linear[name].std() == pytest.approx(exact.std(), rel=0.1), name


def test_a_sample_where_nobody_fell_says_nothing_of_its_ranking():
    amounts, formula = as_sums(
        score=np.arange(5.0), risk=np.full(5, 0.1), answer=np.zeros(5), list_shares=(0.2,)
    )

    said = formula.metrics(amounts.sum(axis=0)[None])

    unknown = ("auroc", "average_precision", "recall_at_20pct", "calibration_intercept")
    assert all(np.isnan(said[name][0]) for name in unknown)
    assert said["precision_at_20pct"][0] == 0
    assert said["observed_over_expected"][0] == 0
