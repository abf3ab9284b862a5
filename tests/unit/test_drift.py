"""Windows that drifted, windows that did not, and windows of which nobody can say."""

import json

import numpy as np
import pandas as pd
import pytest
from grouped_scores import grouped_scores
from scipy.stats import ncx2, norm
from sklearn.metrics import roc_auc_score

from hardship_model.retraining.drift import DriftSettings, _as_small, drift, performance
from hardship_model.retraining.summary import Summary, summarise

ROWS_EACH = 5


def window(seed, households, *, alike=0.8, moved=0.0, rare=0.1):
    """An income, and a flag, in five rows of each household that are much alike."""
    rng = np.random.default_rng(seed)
    household = np.repeat(np.arange(households), ROWS_EACH)

    def number():
        own, luck = rng.normal(size=households)[household], rng.normal(size=len(household))
        return np.sqrt(alike) * own + np.sqrt(1 - alike) * luck

    flag = (number() > norm.ppf(1 - rare)).astype(float)
    return pd.DataFrame({"income": number() + moved, "flag": flag}), household


def moved_between(before, now, **given):
    """The table of drift, by item and measure; windows are tables with their households."""
    (X, household), (Y, others) = before, now
    earlier = summarise(X, household=household)
    table = drift(earlier, summarise(Y, household=others, like=earlier), **given)
    return table.set_index(["item", "measure"])


def test_windows_that_are_alike_are_called_moved_about_as_often_as_promised():
    tables = [moved_between(window(s, 300), window(s + 5000, 200)) for s in range(120)]

    for item in ("income", "flag"):
        moved = np.mean([table.loc[(item, "distribution"), "p"] < 0.05 for table in tables])
        assert moved == pytest.approx(0.05, abs=0.045)


@pytest.mark.parametrize("households", [40, 100])
@pytest.mark.parametrize("before", [100, 5000])
def test_bins_that_are_told_as_empty_make_no_drift_of_a_small_window(before, households):
    def one_row_each(seed, n):
        rng = np.random.default_rng(seed)
        own = pd.DataFrame({"income": rng.normal(size=n)})
        own.loc[rng.random(n) < 0.15, "income"] = np.nan
        return own, np.arange(n)

    tables = [
        moved_between(one_row_each(s, before), one_row_each(s + 500, households)) for s in range(20)
    ]

    answers = [table["answer"] for table in tables]
    assert not any((answer == "drifted").any() for answer in answers)
    assert {answer["income", "distribution"] for answer in answers} == {"cannot tell"}


def test_few_falls_in_a_small_window_are_no_drift_of_the_base_rate():
    def answered(n, falls, like=None):
        nothing, answer = pd.DataFrame(index=range(n)), np.arange(n) < falls
        return summarise(nothing, household=np.arange(n), answer=answer.astype(float), like=like)

    before = answered(10_000, 70)

    assert (drift(before, answered(1000, 7, before))["answer"] == "cannot tell").all()
    assert (drift(answered(1000, 7), answered(10_000, 70))["answer"] == "cannot tell").all()


def test_rows_taken_for_households_would_cry_wolf():
    def apart(window_of):
        X, household = window_of
        return X, np.arange(len(household))

    tables = [moved_between(apart(window(s, 150)), apart(window(s + 1000, 100))) for s in range(40)]

    assert np.mean([t.loc[("income", "distribution"), "p"] < 0.05 for t in tables]) > 0.15


@pytest.mark.parametrize(
    ("households", "moved", "said"),
    [(2000, 1.0, "drifted"), (2000, 0.1, "not drifted"), (25, 0.4, "cannot tell")],
)
def test_a_drift_is_what_surely_lies_beyond_the_bound(households, moved, said):
    table = moved_between(window(1, households), window(2, households, moved=moved))

    assert table.loc[("income", "distribution"), "answer"] == said


def test_a_million_rows_make_a_trifle_certain_but_no_drift():
    table = moved_between(window(1, 200_000, alike=0), window(2, 200_000, alike=0, moved=0.02))

    income = table.loc[("income", "distribution")]
    assert income["p"] < 1e-6
    assert (income["answer"], income["high"] < 0.001) == ("not drifted", True)


def test_the_interval_holds_the_true_index_about_as_often_as_it_says():
    # Two bins about the median: of the later window a share of 0.5 + 0.15 lies above.
    true = 0.15 * np.log(0.65 / 0.5) - 0.15 * np.log(0.35 / 0.5)
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        X, Y = (pd.DataFrame({"flag": rng.random(400) < p}, dtype=float) for p in (0.5, 0.65))
        row = moved_between((X, np.arange(400)), (Y, np.arange(400))).loc["flag", "distribution"]
        held += row["low"] <= true <= row["high"]

    assert 89 <= held <= 100


@pytest.mark.parametrize("off", [0.5, 5.0, 50.0])
@pytest.mark.parametrize("freedom", [3.0, 9.0])
@pytest.mark.parametrize("share", [0.025, 0.5, 0.975])
def test_the_chi_square_off_its_centre_is_that_of_scipy(off, freedom, share):
    assert _as_small(ncx2.ppf(share, freedom, off), freedom, off) == pytest.approx(share, abs=0.007)


def test_values_that_are_missing_more_often_are_a_drift_of_their_own():
    X, household = window(1, 800)
    Y = window(2, 800)[0]
    Y.loc[household % 3 == 0, "income"] = np.nan

    table = moved_between((X, household), (Y, household))

    assert table.loc[("income", "missing"), "answer"] == "drifted"
    assert table.loc[("income", "missing"), "value"] == pytest.approx(1 / 3, abs=0.001)
    assert table.loc[("income", "distribution"), "answer"] == "not drifted"


def test_a_flag_that_was_never_set_and_a_level_that_nobody_had_are_seen():
    households = np.arange(600)
    X = pd.DataFrame({"flag": np.zeros(600), "work": pd.Categorical(["formal"] * 600)})
    work = pd.Categorical(["formal"] * 300 + ["courier"] * 300)
    Y = pd.DataFrame({"flag": np.repeat([0.0, 1.0], 300), "work": work})

    table = moved_between((X, households), (Y, households))

    assert table.loc[("flag", "distribution"), "answer"] == "drifted"
    assert table.loc[("work", "distribution"), "answer"] == "drifted"
    same = moved_between((X, households), (X, households))
    assert (same["answer"] == "not drifted").all()


def test_twice_as_many_falls_are_a_drift_of_the_base_rate():
    X, household = window(1, 2000)
    rng = np.random.default_rng(3)
    answer = (rng.random(len(X)) < 0.05).astype(float)
    answer[:50] = np.nan
    before = summarise(X, household=household, answer=answer)
    doubled = (rng.random(len(X)) < 0.10).astype(float)

    table = drift(before, summarise(X, household=household, answer=doubled, like=before))

    [row] = table[table["measure"] == "base rate"].to_dict("records")
    assert row["answer"] == "drifted"
    assert row["value"] == pytest.approx(doubled.mean() - np.nanmean(answer), abs=1e-4)
    assert row["n_before"] == len(X) - 50


def test_of_many_features_one_that_differs_by_luck_is_none():
    bound = DriftSettings(index_bound=1e-6, missing_bound=1e-6)
    rng = np.random.default_rng(0)
    X, Y = (pd.DataFrame(rng.normal(size=(500, 60))).add_prefix("f") for _ in range(2))

    table = moved_between((X, np.arange(500)), (Y, np.arange(500)), settings=bound)

    spread = table.xs("distribution", level="measure")
    assert (spread["p"] < 0.05).sum() >= 1
    assert (spread["answer"] != "drifted").all()


def test_a_summary_is_kept_as_numbers_that_belong_to_nobody():
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"yuan": rng.gamma(2, 1234.567, 400), "flag": np.arange(400) < 4}, dtype=float)
    kept = summarise(X, household=np.arange(400), scores={"model": rng.random(400)})

    again = Summary.from_json(json.loads(json.dumps(kept.as_json())))

    assert again == kept
    yuan, flag, _ = kept.items
    assert len(yuan.spread.cuts) == 9
    assert all(cut == float(f"{cut:.2e}") for cut in yuan.spread.cuts)
    assert flag.spread.shares == (1.0, 0.0)  # of four households nothing is told


def test_a_window_without_a_feature_is_refused():
    X, household = window(1, 50)
    before = summarise(X, household=household)

    with pytest.raises(ValueError, match=r"1 features .* \['flag'\]"):
        summarise(X[["income"]], household=household, like=before)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("aged", [1.0, 0.6])
def test_what_is_expected_is_near_what_matures_even_of_risks_that_have_aged(seed, aged):
    scored, _ = grouped_scores(seed, n_households=6000, n_months=2)
    answer, early = scored.answer, (scored.rows["as_of"] == 0).to_numpy()
    risk = aged * scored.risk["fine"]

    table = performance(
        score=scored.score["fine"], risk=risk, answer=np.where(early, answer, np.nan),
        household=scored.rows["household_id"].to_numpy(), list_shares=(0.1,), n_draws=200, seed=1,
    ).set_index(["part", "metric"])["value"]  # fmt: skip

    known = ~np.isnan(answer)
    later, first = known & ~early, known & early
    in_time = roc_auc_score(answer[later], risk[later])
    assert table["known", "auroc"] == pytest.approx(roc_auc_score(answer[first], risk[first]))
    assert table["expected", "auroc"] == pytest.approx(in_time, abs=0.02)
    top = risk >= np.quantile(risk[~early], 0.9)
    precision = answer[later & top].mean()
    assert table["expected", "precision_at_10pct"] == pytest.approx(precision, abs=0.08)
