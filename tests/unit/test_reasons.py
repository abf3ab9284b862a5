"""Reasons: terms that add up to the score, said in both languages, and what could be done."""

import numpy as np
import pandas as pd
import pytest
from invented_panels import COLUMNS, drifting_panel
from sklearn.ensemble import RandomForestClassifier

from hardship_model.data.mapping import load_mapping
from hardship_model.data.panel import Column
from hardship_model.data.population.records import COLUMNS as TOWN_COLUMNS
from hardship_model.data.population.town import WORDS
from hardship_model.features import Feature, declare, features
from hardship_model.models import build
from hardship_model.models.calibration import score_of
from hardship_model.models.contributions import Contributions, contributions
from hardship_model.models.reasons import FOLLOW_UPS, by_pillar, follow_ups, reasons, say
from hardship_model.parameters import entries
from strips import FIRST_MONTH

SUMS = {
    "logistic": 1e-9, "monotone_logistic": 1e-9, "scorecard": 1e-9, "boosting": 1e-6,
    "mean_of_both": 1e-6, "shrunk": 1e-6, "tuned_logistic": 1e-9,
}  # fmt: skip


@pytest.fixture(scope="module")
def sample():
    panel = drifting_panel(7)
    declared = declare(panel)
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 20})
    X = features(panel, declared, who=who)
    X.loc[X.index[:60], ["spending_now", "district_now"]] = None
    return X, (panel.grid("income")[26] < 130).astype(int), declared


@pytest.fixture(scope="module")
def models(sample):
    X, y, declared = sample
    return {name: build(name, declared, seed=1)().fit(X[:300], y[:300]) for name in SUMS}


@pytest.mark.parametrize("name", SUMS)
def test_terms_and_base_add_up_to_the_score_of_households_never_seen(sample, models, name):
    X = sample[0]
    found = contributions(models[name], X)

    np.testing.assert_allclose(found.score, score_of(models[name], X), rtol=0, atol=SUMS[name])
    assert found.terms.index.equals(X.index)
    assert set(found.terms) <= set(X)


def test_explainable_boosting_adds_up_too(sample):
    pytest.importorskip("interpret", reason="needs the extra: pip install hardship-model[explain]")
    X, y, declared = sample
    few = [f for f in declared if f.stat in ("now", "count")]
    X = X[[f.name for f in few]]
    model = build("explainable", few, seed=1)().fit(X, y)

    np.testing.assert_allclose(contributions(model, X).score, score_of(model, X), rtol=0, atol=1e-9)


def test_a_logistics_term_is_weight_times_standardised_value(sample, models):
    # A second way: move one household's flag and see the score move by the term's difference.
    X, model = sample[0], models["logistic"]
    moved = X.assign(ill_now=np.float32(1.0))

    by_score = score_of(model, moved) - score_of(model, X)
    by_term = (
        contributions(model, moved).terms["ill_now"] - contributions(model, X).terms["ill_now"]
    )

    np.testing.assert_allclose(by_term, by_score, atol=1e-9)
    assert np.abs(by_score).max() > 0


def test_a_feature_that_cannot_move_the_score_adds_nothing(sample):
    X, y, declared = sample
    flat = X.assign(spending_now=np.float32(5.0))
    model = build("boosting", declared, seed=1)().fit(flat, y)

    assert (contributions(model, flat).terms["spending_now"] == 0).all()


def test_pillars_add_up_to_the_score_as_well(sample, models):
    X, _, declared = sample
    found = contributions(models["boosting"], X)

    pillars = by_pillar(found, declared)

    assert list(pillars) == ["income", "expenditure", "security", "household", "place"]
    np.testing.assert_allclose(pillars.sum(axis=1) + found.base, found.score, atol=1e-9)
    spending = [f.name for f in declared if f.pillar == "expenditure"]
    np.testing.assert_allclose(pillars["expenditure"], found.terms[spending].sum(axis=1))


def test_a_model_that_is_no_sum_is_refused(sample):
    X, y, _ = sample
    forest = RandomForestClassifier(5).fit(X[["ill_now"]], y)

    with pytest.raises(TypeError, match="no sum that can be taken apart"):
        contributions(forest, X)


def test_the_strongest_reasons_come_first_and_only_what_raises_the_score_is_one(sample, models):
    X, _, declared = sample
    found = contributions(models["shrunk"], X)

    table = reasons(found, X, declared, columns=COLUMNS, most=2)

    assert table["adds"].gt(0).all()
    column_of = {f.name: f.column for f in declared}
    for row in X.index[:20]:  # a second way: plain loops
        totals: dict[str, float] = {}
        for name, term in found.terms.loc[row].items():
            totals[column_of[name]] = totals.get(column_of[name], 0.0) + term
        best = sorted((v, k) for k, v in totals.items() if v > 0)[::-1][:2]
        assert table.loc[table["row"] == row, "column"].tolist() == [k for _, k in best]
        adds = table.loc[table["row"] == row, "adds"]
        np.testing.assert_allclose(adds, [v for v, _ in best], rtol=0, atol=1e-8)


def feature(column, stat, kind="amount", window=12):
    return Feature(
        name=f"{column}_{stat}", column=column, stat=stat, window_months=window, pillar="income",
        direction=0, kind=kind,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "value", "text", "text_zh"),
    [
        (feature("income_over_line", "now"), 0.8,
         "income as a multiple of the poverty line: 0.8", "收入与贫困线之比：当前为0.8"),
        (feature("rent", "mean"), 1234.5,
         "rent a month: 1,234 on average over 12 months", "月租金：近12个月平均1,234"),
        (feature("rent", "trend", window=24), -20.0,
         "rent a month: -20 against the mean of 24 months", "月租金：较近24个月均值变动-20"),
        (feature("ill", "now", kind="flag"), 1.0,
         "somebody is ill: yes", "somebody is ill：当前为是"),
        (feature("ill", "count", kind="count"), 3.0,
         "somebody is ill: in 3 records of 12 months", "somebody is ill：近12个月有3次"),
        (feature("district", "now", kind="category"), "east",
         "district: east", "district：当前为east"),
        (feature("rent", "min"), np.nan, "rent a month: unknown", "月租金：未知"),
    ],
)  # fmt: skip
def test_values_are_said_in_both_languages(asked, value, text, text_zh):
    labels = {
        "income_over_line": ("income as a multiple of the poverty line", "收入与贫困线之比"),
        "rent": ("rent a month", "月租金"), "ill": ("somebody is ill", "somebody is ill"),
    }  # fmt: skip

    assert say(asked, value, labels=labels) == (text, text_zh)


def test_the_value_of_a_category_is_said_in_its_chinese_word():
    asked = feature("form", "now", kind="category")
    said = {"labels": {"form": ("form of work", "就业形式")}}

    told = say(asked, "ride_hailing", **said, values_zh={"form": {"ride_hailing": "网约车司机"}})

    assert told == ("form of work: ride hailing", "就业形式：当前为网约车司机")
    assert say(asked, "odd_jobs", **said)[1] == "就业形式：当前为odd_jobs"


def test_every_column_of_the_town_and_the_surveys_is_called_something_in_both_languages():
    surveys = [one.meaning for name in ("eph", "rwm5yr") for one in load_mapping(name).columns]
    for column in (*TOWN_COLUMNS, *surveys):
        assert column.label, column.name
        assert any("\u4e00" <= letter <= "\u9fff" for letter in column.label_zh), column.name


def test_every_value_of_the_towns_categories_has_its_chinese_word():
    of_words = {c.name: c for c in TOWN_COLUMNS if c.kind == "category"}

    assert of_words
    for name, column in of_words.items():
        assert set(column.values_zh) == set(WORDS[name]), name


def test_a_column_without_a_chinese_label_lends_its_english_one(sample, models):
    X, _, declared = sample
    named = [Column(name="spending", pillar="expenditure", kind="amount", label="bills to pay")]

    table = reasons(
        contributions(models["boosting"], X), X, declared, columns=named, most=len(declared)
    )

    of_spending = table[table["column"] == "spending"]
    assert of_spending["text"].str.startswith("bills to pay: ").all()
    assert of_spending["text_zh"].str.startswith("bills to pay：").all()


def test_follow_ups_are_those_of_the_pillars_that_raise_the_score():
    pillars = pd.DataFrame(
        {"income": [0.2, -1.0], "expenditure": [0.5, -0.1], "security": [-0.3, -0.2],
         "household": [0.1, -0.1], "place": [0.0, 0.3]},
        index=["edda", "fria"],
    )  # fmt: skip

    told = follow_ups(pillars)

    assert told.groupby("row")["name"].agg(list).to_dict() == {
        "edda": ["medical_aid", "schooling_aid", "living_aid", "employment_service", "visit"],
        "fria": ["visit"],
    }


def test_every_follow_up_rests_on_a_public_number_and_every_pillar_has_one():
    assert {f.rests_on for f in FOLLOW_UPS} <= set(entries())
    assert {f.pillar for f in FOLLOW_UPS} == {
        "income", "expenditure", "security", "household", "place",
    }  # fmt: skip


def test_terms_can_be_weighed():
    one = Contributions(terms=pd.DataFrame({"a": [1.0, -2.0]}), base=3.0)

    np.testing.assert_array_equal(one.times(0.5).score, [2.0, 0.5])
