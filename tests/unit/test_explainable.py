"""The explainable boosting model: curves that add up, keep policy's direction, and can be drawn."""

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel

from hardship_model.features import declare, features
from hardship_model.models import explainable
from hardship_model.models.explainable import ExplainableBoosting
from strips import FIRST_MONTH


@pytest.fixture(scope="module")
def fitted():
    pytest.importorskip("interpret", reason="needs the extra: pip install hardship-model[explain]")
    panel = drifting_panel(2)
    declared = [f for f in declare(panel) if f.window_months != 12]
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    X = features(panel, declared, who=who)
    y = (panel.grid("income")[26] < 130).astype(int)
    return ExplainableBoosting(tuple(declared), outer_bags=2).fit(X, y), X, y, declared


def test_curves_add_up_to_the_score_exactly(fitted):
    model, X, _, _ = fitted
    terms, base = model.contributions(X)

    np.testing.assert_allclose(
        base + terms.sum(axis=1), model.decision_function(X), rtol=0, atol=1e-9
    )
    assert list(terms) == list(X)


def test_a_drawn_curve_says_what_the_model_adds(fitted):
    model, X, _, _ = fitted
    terms, _ = model.contributions(X)
    curve = model.curve("income_over_line_now").iloc[1:]

    place = np.searchsorted(curve["value"], X["income_over_line_now"], side="right") - 1

    np.testing.assert_allclose(curve["log_odds"].to_numpy()[place], terms["income_over_line_now"])
    levels = model.curve("district_now").set_index("value")["log_odds"]
    assert levels[X["district_now"].iloc[0]] == pytest.approx(terms["district_now"].iloc[0])


def test_curves_keep_the_declared_direction(fitted):
    model, _, _, declared = fitted
    bound = [f for f in declared if f.direction]

    assert len(bound) > 5
    for feature in bound:
        steps = np.diff(model.curve(feature.name)["log_odds"].to_numpy()[1:])
        assert (feature.direction * steps >= -1e-12).all(), feature.name


def test_a_category_in_pandas_own_text_type_and_an_unknown_value_are_understood(fitted):
    model, X, _, _ = fitted
    told = X["district_now"].astype("str")
    again = X.assign(district_now=pd.Categorical(told), income_over_line_now=np.float32(np.nan))

    assert np.isfinite(model.predict_proba(again)).all()
    np.testing.assert_array_equal(
        model.contributions(again)[0]["district_now"], model.contributions(X)[0]["district_now"]
    )


def test_the_same_data_give_the_same_bits(fitted):
    model, X, y, declared = fitted
    again = ExplainableBoosting(tuple(declared), outer_bags=2).fit(X, y)

    np.testing.assert_array_equal(again.decision_function(X), model.decision_function(X))


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(explainable, "find_spec", lambda name: None)

    with pytest.raises(ImportError, match=r"pip install hardship-model\[explain\]"):
        ExplainableBoosting().fit(pd.DataFrame({"a": [0.0, 1.0]}), np.array([0, 1]))
