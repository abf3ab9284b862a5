"""The exponential function and the logarithm that no processor rounds its own way."""

import math

import numpy as np
import pytest

from hardship_model import steady


@pytest.mark.parametrize("size", [np.float32, np.float64])
def test_exp_lies_within_two_units_of_the_last_place(size):
    x = np.random.default_rng(1).uniform(-80, 80, 5000).astype(size)
    found = steady.exp(x)
    assert found.dtype == size
    true = np.array([math.exp(v) for v in x.astype(float)])
    assert (np.abs(found - true) <= 2 * np.spacing(true.astype(size))).all()


def test_log_lies_within_the_last_digits_of_the_libraries():
    x = 10 ** np.random.default_rng(2).uniform(-12, 12, 5000)
    np.testing.assert_allclose(steady.log(x), [math.log(v) for v in x], rtol=3e-16, atol=2e-16)


def test_what_is_exact_is_exact_and_the_unknown_stays_unknown():
    assert steady.exp(0.0) == 1.0
    assert steady.log(1.0) == 0.0
    assert steady.exp(-1000.0) == 0.0
    assert np.isnan(steady.log(np.nan))


def test_more_is_never_less():
    x = np.linspace(-3, 3, 200_001, dtype=np.float32)
    assert (np.diff(steady.exp(x)) >= 0).all()
    assert (np.diff(steady.log(np.linspace(1e-3, 1e6, 200_001))) > 0).all()


def test_powers_are_products():
    assert steady.powers(0.5, 3).tolist() == [1.0, 0.5, 0.25, 0.125]
