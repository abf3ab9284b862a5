"""A line from score to probability, drawn on later months than the score was learned on."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from hardship_model.models.calibration import fit_calibrated

MONTHS = np.repeat(np.arange(12), 500)


def drawn(seed, *, shift=0.0):
    """Twelve months of one telling column; in the last four `shift` more log-odds."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"x": rng.normal(size=len(MONTHS))})
    odds = -1.5 + X["x"] + shift * (MONTHS >= 8)
    return X, (rng.random(len(MONTHS)) < expit(odds)).astype(int)


def calibrated(X, y, **about):
    about = {"as_of": MONTHS, "judged_on": np.ones(len(y), dtype=bool)} | about
    return fit_calibrated(lambda: LogisticRegression(C=1e6), X, y, **about)


@pytest.mark.parametrize("embargo", [0, 1, 4])
def test_the_line_is_that_of_later_months_on_the_score_of_a_copy_that_did_not_know_them(embargo):
    X, y = drawn(1, shift=1.0)

    found = calibrated(X, y, embargo_months=embargo)

    early, late = MONTHS + max(embargo, 1) <= 8, MONTHS >= 8
    copy = LogisticRegression(C=1e6).fit(X[early], y[early])
    score = logit(copy.predict_proba(X[late])[:, 1])
    line = LogisticRegression(C=1e6).fit(score[:, None], y[late])
    assert found.intercept == pytest.approx(line.intercept_[0])
    assert found.slope == pytest.approx(line.coef_[0, 0])


def test_what_became_known_after_the_later_months_began_teaches_the_copy_nothing():
    X, y = drawn(2)
    open_then = (MONTHS >= 5) & (MONTHS < 8)

    one, two = (
        calibrated(X, answers, embargo_months=3)
        for answers in (y, np.where(open_then & (MONTHS > 5), 1 - y, y))
    )

    assert (one.intercept, one.slope) == (two.intercept, two.slope)
