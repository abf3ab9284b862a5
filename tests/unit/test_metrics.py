"""Metrics under weights, against scikit-learn, and lists that end among equal scores."""

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

from hardship_model.evaluation.metrics import Ranking, auroc, average_precision, on_list

ONES = np.ones((1, 5))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [3, 10_000])
def test_ranking_metrics_agree_with_scikit_learn_with_ties_and_weights(seed, levels):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, levels, 400) / levels
    answer = (rng.random(400) < 0.2 + 0.3 * score).astype(float)
    weights = rng.integers(0, 4, (3, 400)).astype(float)
    counts = Ranking.of(score, answer).counts(weights)

    for w, a, p in zip(weights, auroc(counts), average_precision(counts), strict=True):
        assert a == pytest.approx(roc_auc_score(answer, score, sample_weight=w), abs=1e-9)
        assert p == pytest.approx(average_precision_score(answer, score, sample_weight=w), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_precision_and_recall_of_a_list_agree_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    score, answer = rng.random(400), (rng.random(400) < 0.3).astype(float)
    listed = score > np.sort(score)[-61]

    top = on_list(Ranking.of(score, answer).counts(np.ones((1, 400))), share=60 / 400)

    assert listed.sum() == 60
    assert top.precision[0] == pytest.approx(precision_score(answer, listed), abs=1e-9)
    assert top.recall[0] == pytest.approx(recall_score(answer, listed), abs=1e-9)


def test_the_unknown_keep_their_place_and_count_neither_way():
    answer = np.array([1.0, np.nan, 0.0, 1.0, 0.0])
    ranking = Ranking.of(np.array([0.9, 0.8, 0.7, 0.6, 0.5]), answer)

    top = on_list(ranking.counts(ONES), share=0.6)

    assert top.precision[0] == pytest.approx(1 / 2)  # three visits: yes, unknown, no
    assert top.recall[0] == pytest.approx(1 / 2)


def test_a_list_that_ends_among_equal_scores_is_bounded():
    answer = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    ranking = Ranking.of(np.array([0.9, 0.5, 0.5, 0.5, 0.1]), answer)

    top = on_list(ranking.counts(ONES), share=0.4)

    # One place is left for three equal households, one of whom fell.
    assert top.yes[0] == pytest.approx(1 + 1 / 3)
    assert (top.worst_yes[0], top.best_yes[0]) == pytest.approx((1, 2))


@pytest.mark.parametrize("seed", range(3))
def test_expected_hits_are_the_mean_over_orders_among_equal_scores(seed):
    rng = np.random.default_rng(seed)
    score, answer = rng.integers(0, 4, 40) / 4, (rng.random(40) < 0.4).astype(float)
    drawn = []
    for _ in range(4000):
        order = np.lexsort((rng.random(40), -score))
        drawn.append(answer[order][:12].sum())
    top = on_list(Ranking.of(score, answer).counts(np.ones((1, 40))), share=0.3)

    assert top.yes[0] == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / 4000**0.5 + 1e-9)
    assert top.worst_yes[0] <= min(drawn)
    assert top.best_yes[0] >= max(drawn)


def test_lift_is_how_many_times_as_many_fell_on_the_list():
    # Two of the first four fell, the fifth is unknown; of all seven known, three fell.
    answer = np.array([1.0, 0.0, 1.0, 0.0, np.nan, 0.0, 0.0, 1.0])
    ranking = Ranking.of(np.arange(8, 0, -1.0), answer)

    top = on_list(ranking.counts(np.ones((1, 8))), share=5 / 8)

    assert top.lift[0] == pytest.approx((2 / 4) / (3 / 7))


def test_a_missing_score_is_refused_without_naming_anybody():
    with pytest.raises(ValueError, match=r"1 of 2 scores are missing"):
        Ranking.of(np.array([0.5, np.nan]), np.array([1.0, 0.0]))
