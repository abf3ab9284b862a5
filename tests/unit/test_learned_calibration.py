"""From score to probability: the spread of later months, the level of the model that is kept."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from hardship_model.models.calibration import fit_calibrated, score_of
from hardship_model.models.lines import fit_line

MONTHS = np.repeat(np.arange(12), 500)


def drawn(seed, *, shift=0.0):
    """Twelve months of one telling column; in the last four `shift` more log-odds."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"x": rng.normal(size=len(MONTHS))})
    odds = -1.5 + X["x"] + shift * (MONTHS >= 8)
    return X, (rng.random(len(MONTHS)) < expit(odds)).to_numpy().astype(int)


def calibrated(X, y, *, model=LogisticRegression, **about):
    about = {"as_of": MONTHS, "judged_on": np.ones(len(y), dtype=bool)} | about
    return fit_calibrated(model, X, y, **about)


class Loud(LogisticRegression):
    """A logistic that spreads its log-odds twice as widely as it should."""

    def predict_proba(self, X):
        return expit(2 * self.decision_function(X))[:, None] * [0, 1]


class Ranker(LogisticRegression):
    """The same ranking without probabilities."""

    predict_proba = property()


@pytest.mark.parametrize("embargo", [0, 1, 4])
@pytest.mark.parametrize("model", [LogisticRegression, Loud, Ranker])
def test_the_spread_is_what_fits_later_months_on_a_copy_that_did_not_know_them(model, embargo):
    X, y = drawn(1, shift=1.0)

    found = calibrated(X, y, model=model, embargo_months=embargo)

    early, late = MONTHS + max(embargo, 1) <= 8, MONTHS >= 8
    score = score_of(model().fit(X[early], y[early]), X[late])
    pull = 100 * score.var() * (model is not Ranker)

    def cost(line):
        odds = line[0] + line[1] * score
        return np.logaddexp(0, odds).sum() - y[late] @ odds + pull * (line[1] - 1) ** 2 / 2

    assert found.slope == pytest.approx(minimize(cost, [0.0, 1.0], tol=1e-10).x[1], abs=1e-4)


@pytest.mark.parametrize("model", [LogisticRegression, Loud, Ranker])
def test_as_many_are_expected_in_the_training_as_fell(model):
    X, y = drawn(3, shift=0.7)
    judged_on = MONTHS % 3 > 0

    found = calibrated(X, y, model=model, judged_on=judged_on)

    assert found.risk(X[judged_on]).sum() == pytest.approx(y[judged_on].sum(), abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_a_model_that_is_right_keeps_its_risks_and_a_loud_one_is_quietened(seed):
    X, y = drawn(seed)

    right, loud = calibrated(X, y), calibrated(X, y, model=Loud)

    truth = expit(-1.5 + X["x"])
    for found in (right, loud):
        assert np.abs(found.risk(X) - truth).mean() < 0.05
    assert right.slope == pytest.approx(1.0, abs=0.2)
    assert loud.slope == pytest.approx(0.5, abs=0.2)


def test_a_handful_of_falls_hardly_moves_the_spread_and_thousands_do():
    """Of 20,000 rows with the same wrong spread: the fewer fall, the more the model is believed."""
    rng = np.random.default_rng(0)
    score = rng.normal(size=20_000)
    start = np.array([[0.0], [1.0]])

    def slope(rows):
        fell = (rng.random(rows) < expit(-3 + 0.3 * score[:rows])).astype(float)
        return fit_line(score[:rows], fell, np.ones((1, rows)), start, prior_events=100)[1, 0]

    assert slope(200) > 0.8
    assert slope(20_000) < 0.45


def test_what_became_known_after_the_later_months_began_teaches_the_copy_nothing():
    X, y = drawn(2)
    open_then = (MONTHS >= 5) & (MONTHS < 8)

    one, two = (
        calibrated(X, answers, embargo_months=3)
        for answers in (y, np.where(open_then & (MONTHS > 5), 1 - y, y))
    )

    assert one.slope == two.slope


@pytest.mark.parametrize("constant", [0.1, 0.3, 1 / 7])
def test_a_model_that_tells_nobody_from_anybody_gives_all_the_base_rate(constant):
    """Also where the mean of equal scores is off in its last digit, so that they seem to differ."""
    X, y = drawn(5)

    found = calibrated(X, y, model=lambda: DummyClassifier(strategy="prior"))
    other = calibrated(X, y, model=lambda: Silent(constant))

    for one in (found, other):
        np.testing.assert_allclose(one.risk(X), y.mean(), rtol=1e-4)


def test_where_nobody_fell_the_risk_is_small_and_known():
    X, _ = drawn(4)

    found = calibrated(X, np.zeros(len(X)), model=Silent)

    assert 0 < found.risk(X).max() < 1e-3


class Silent(BaseEstimator):
    """A ranking that needs no answers: by the column, or nobody before anybody."""

    def __init__(self, constant=None):
        self.constant = constant

    def fit(self, X, y):
        return self

    def decision_function(self, X):
        return X["x"].to_numpy() if self.constant is None else np.full(len(X), self.constant)


def in_regions(seed, *, off, share=(0.4, 0.3, 0.3)):
    """Households of three regions, whose log-odds lie so much off what the column tells."""
    rng = np.random.default_rng(seed)
    place = rng.choice(3, len(MONTHS), p=share)
    X = pd.DataFrame({
        "x": rng.normal(size=len(MONTHS)),
        "region_now": pd.Categorical.from_codes(place, ["north", "south", "west"]),
    })  # fmt: skip
    odds = -1.5 + X["x"] + np.array(off)[place]
    return X, (rng.random(len(MONTHS)) < expit(odds)).to_numpy().astype(int)


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
