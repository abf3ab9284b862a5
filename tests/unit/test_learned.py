"""The logistic that keeps directions: the best of those allowed."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hardship_model.models.signed import SignedLogistic


def drawn(seed, n=2000):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=["income", "debts", "age", "noise"])
    X["debts"] += 0.5 * X["income"]
    odds = -1 - X["income"] + 0.7 * X["debts"] + 0.3 * X["age"]
    return X, (rng.random(n) < expit(odds)).astype(int)


@pytest.mark.parametrize("C", [0.01, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_with_signs_that_the_data_have_anyway_it_is_scikit_learns(seed, C):
    X, y = drawn(seed)

    ours = SignedLogistic({"income": -1, "debts": 1}, C=C).fit(X, y)

    theirs = LogisticRegression(C=C, tol=1e-10, solver="newton-cholesky").fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_a_weight_that_would_point_the_other_way_is_zero_and_the_rest_the_best_without_it(seed):
    X, y = drawn(seed)

    ours = SignedLogistic({"income": -1, "debts": -1}).fit(X, y)

    rest = LogisticRegression(tol=1e-10, solver="newton-cholesky").fit(X.drop(columns="debts"), y)
    assert ours.coef_[0, 1] == 0
    np.testing.assert_allclose(np.delete(ours.coef_[0], 1), rest.coef_[0], atol=1e-4)


def test_it_names_what_it_was_fitted_on_and_scikit_learn_knows_it():
    X, y = drawn(0)
    model = SignedLogistic({"income": -1}).fit(X, y)

    assert model.feature_names_in_.tolist() == list(X)
    assert model.get_params() == {"directions": {"income": -1}, "C": 1.0}
