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


def in_regions(seed, *, off, share=(0.4, 0.3, 0.3)):
    """Households of three regions, whose log-odds lie so much off what the column tells."""
    rng = np.random.default_rng(seed)
    place = rng.choice(3, len(MONTHS), p=share)
    X = pd.DataFrame({
        "x": rng.normal(size=len(MONTHS)),
        "region_now": pd.Categorical.from_codes(place, ["north", "south", "west"]),
    })  # fmt: skip
    odds = -1.5 + X["x"] + np.array(off)[place]
    return X, (rng.random(len(MONTHS)) < expit(odds)).astype(int)


class OfX(LogisticRegression):
    """A logistic that is blind to the region."""

    def fit(self, X, y):
        return super().fit(X[["x"]], y)

    def predict_proba(self, X):
        return super().predict_proba(X[["x"]])


def by_region(X, y):
    everybody = np.ones(len(y), dtype=bool)
    return fit_calibrated(
        lambda: OfX(C=1e6), X, y, as_of=MONTHS, judged_on=everybody, region="region_now"
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_region_that_lies_off_the_line_gets_its_own_level(seed):
    X, y = in_regions(seed, off=(0.0, 1.0, -1.0))

    found = by_region(X, y)

    risk = found.risk(X)
    for name in ("north", "south", "west"):
        here = (X["region_now"] == name).to_numpy()
        assert y[here].sum() / risk[here].sum() == pytest.approx(1, abs=0.2)
    plain = calibrated(X[["x"]], y).risk(X[["x"]])
    south = (X["region_now"] == "south").to_numpy()
    assert y[south].sum() / plain[south].sum() > 1.4


def test_regions_that_differ_by_noise_alone_are_drawn_to_the_line():
    """Over twelve seeds the shifts are well below what each region's own count would say."""
    given, own = [], []
    for seed in range(12):
        X, y = in_regions(seed, off=(0.0, 0.0, 0.0))
        found = by_region(X, y)
        given += list(found.shifts.values())
        late = MONTHS >= 8
        line = expit(found.intercept + found.slope * found.score(X))
        for name in found.shifts:
            here = late & (X["region_now"] == name).to_numpy()
            own.append((y[here] - line[here]).sum() / (line[here] * (1 - line[here])).sum())

    assert np.mean(np.square(given)) < 0.5 * np.mean(np.square(own))


def test_a_region_of_few_and_one_never_seen_have_the_line_of_all():
    X, y = in_regions(1, off=(0.0, 0.0, 3.0), share=(0.5, 0.497, 0.003))

    found = by_region(X, y)

    assert set(found.shifts) == {"north", "south"}
    elsewhere = X.assign(region_now=pd.Categorical([None] * len(X), ["north", "south", "west"]))
    line = expit(found.intercept + found.slope * found.score(X))
    np.testing.assert_allclose(found.risk(elsewhere), line)


def test_within_a_region_the_order_of_the_score_is_kept():
    X, y = in_regions(2, off=(0.0, 1.0, -1.0))

    found = by_region(X, y)

    for name in ("north", "south", "west"):
        here = X[X["region_now"] == name]
        order = np.argsort(found.score(here), kind="stable")
        assert (np.diff(found.risk(here)[order]) >= 0).all()
