"""Metrics by group: against fairlearn, by hand, and without calling noise a gap."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from grouped_scores import grouped_scores
from sklearn.metrics import brier_score_loss, precision_score, recall_score, roc_auc_score

from hardship_model.evaluation.backtest import judge
from hardship_model.evaluation.groups import RATES, by_group, changes
from hardship_model.evaluation.lists import on_the_list


def table_of(seed, *, blind_in="", n_draws=200, **of_scores):
    scored, labels = grouped_scores(seed, blind_in=blind_in, **of_scores)
    return by_group(scored, labels, list_share=0.2, n_draws=n_draws, seed=seed)


@pytest.fixture(scope="module")
def table():
    return table_of(1, blind_in="south")


def test_rates_by_group_agree_with_fairlearn():
    fairlearn = pytest.importorskip("fairlearn.metrics", reason="fairlearn is in the extra 'test'")
    scored, labels = grouped_scores(1)
    known = ~np.isnan(scored.answer)
    # A list whose end lies between two scores, as fairlearn knows no halves.
    listed = on_the_list(scored.score["fine"], share=0.2)
    assert set(listed) == {0.0, 1.0}

    theirs = fairlearn.MetricFrame(
        metrics={
            "precision": precision_score, "recall": recall_score,
            "exclusion_error": fairlearn.false_negative_rate,
        },
        y_true=scored.answer[known], y_pred=listed[known],
        sensitive_features=labels[known],
    ).by_group  # fmt: skip

    ours = by_group(scored, labels, list_share=0.2, n_draws=20, seed=1)
    ours = ours[(ours["model"] == "fine") & ~ours["withheld"]]
    ours = ours[ours["column"] == "place × migrant"].set_index(["group", "metric"])["value"]
    assert len(ours) > 50
    for (place, migrant), row in theirs.iterrows():
        for metric, value in row.items():
            if (f"{place} × {migrant}", metric) in ours.index:
                assert ours[f"{place} × {migrant}", metric] == pytest.approx(value, abs=1e-9)


def test_ranking_and_probabilities_of_a_group_are_those_of_its_households_alone(table):
    scored, labels = grouped_scores(1, blind_in="south")
    here = (labels["place"] == "east").to_numpy() & ~np.isnan(scored.answer)
    rows = table[(table["group"] == "east") & (table["model"] == "rough")]
    value = rows.set_index("metric")["value"]

    assert value["auroc"] == pytest.approx(
        roc_auc_score(scored.answer[here], scored.score["rough"][here]), abs=1e-9
    )
    assert value["brier"] == pytest.approx(
        brier_score_loss(scored.answer[here], scored.risk["rough"][here]), abs=1e-9
    )


def test_everybody_is_what_the_backtest_says(table):
    scored, _ = grouped_scores(1, blind_in="south")
    judged = judge(scored, list_shares=(0.2,), n_draws=20, seed=1).set_index(["model", "metric"])

    everybody = table[table["column"] == "everybody"].set_index(["model", "metric"])
    for ours, theirs in {"recall": "recall_at_20pct", "auroc": "auroc", "brier": "brier"}.items():
        for model in scored.score:
            assert everybody.loc[(model, ours), "value"] == pytest.approx(
                judged.loc[(model, theirs), "value"], abs=1e-9
            )


def test_a_rate_is_its_events_over_its_n_and_the_missed_are_the_rest(table):
    rates = table[table["metric"].isin(RATES) & ~table["withheld"]]
    assert rates["value"].to_numpy() == pytest.approx((rates["events"] / rates["n"]).to_numpy())
    assert ((rates["low"] <= rates["value"]) & (rates["value"] <= rates["high"])).all()

    of = {m: rows.set_index(["column", "group", "model"]) for m, rows in rates.groupby("metric")}
    both = (of["recall"]["value"] + of["exclusion_error"]["value"]).dropna()
    assert len(both) > 10
    assert both.to_numpy() == pytest.approx(1)


def test_groups_and_pairs_add_up_to_everybody():
    scored, labels = grouped_scores(3, n_households=6000)
    table = by_group(scored, labels, list_share=0.2, n_draws=5, seed=1)
    listed = table[(table["metric"] == "listed") & (table["model"] == "fine")]
    whole = listed.loc[listed["column"] == "everybody", ["n", "events"]].iloc[0]

    assert not listed["withheld"].any()
    for _, rows in listed.groupby("column"):
        assert rows[["n", "events"]].sum().to_numpy() == pytest.approx(whole.to_numpy())


def test_noise_is_not_called_a_gap():
    tables = [table_of(seed, n_draws=40) for seed in range(6)]
    table = pd.concat(tables, ignore_index=True)
    looked_at = table[table["gap"].isin(["higher", "lower", "too close to call"])]
    called = (looked_at["gap"] != "too close to call").groupby(looked_at["metric"])

    assert called.size().min() > 100
    assert called.mean().max() < 0.05
    assert called.mean().mean() < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_a_group_for_which_the_scores_say_nothing_is_found(seed):
    table = table_of(seed, blind_in="south")
    auroc = table[(table["model"] == "fine") & (table["metric"] == "auroc")].set_index("group")

    assert auroc.loc["south", "gap"] == "lower"
    assert auroc.loc["south", "value"] < 0.6
    assert (auroc.loc[auroc["column"] == "migrant", "gap"] == "too close to call").all()


def test_what_noise_explains_is_taken_back_more_from_a_small_group(table):
    of = table[(table["metric"] == "auroc") & (table["column"] == "place")]
    of = of[(of["model"] == "fine") & ~of["withheld"]].set_index("group")
    whole = table.query("column == 'everybody' and metric == 'auroc' and model == 'fine'")
    raw = of["value"] - whole["value"].item()
    kept = of["difference"] / raw

    assert ((kept > 0) & (kept < 1)).all()
    assert kept["north"] > kept["west"]
    assert of["shrunk"].to_numpy() == pytest.approx(
        (whole["value"].item() + of["difference"]).to_numpy()
    )


def test_twelve_misses_that_all_draws_agree_on_may_still_be_noise():
    """With a recall of an eighth, that twelve are all missed happens one time in five."""
    scored, labels = grouped_scores(1)
    rows = scored.rows.assign(fell=scored.answer == 1)
    rows = rows[rows["fell"]].drop_duplicates("household_id")
    hamlet = scored.rows["household_id"].isin(rows["household_id"].head(12))
    scored = dataclasses.replace(
        scored, score={"fine": np.where(hamlet, -99, scored.score["fine"])}
    )
    place = pd.DataFrame({"place": np.where(hamlet, "hamlet", "town")}, index=labels.index)

    table = by_group(scored, place, list_share=0.05, n_draws=40, seed=1).set_index("metric")

    recall = table[table["group"] == "hamlet"].loc["recall"]
    assert recall["value"] == 0
    assert recall["high"] > 0.05
    assert recall["gap"] == "too close to call"


def test_few_falls_are_flagged_and_fewer_are_withheld():
    scored, labels = grouped_scores(5, n_households=1200)
    fell = scored.rows.assign(place=labels["place"])[scored.answer == 1]
    households = fell.groupby("place")["household_id"].nunique()
    table = by_group(scored, labels, list_share=0.2, n_draws=20, seed=1)
    of = table[(table["metric"] == "brier") & (table["model"] == "fine")].set_index("group")

    for place in households.index:
        assert of.loc[place, "flagged"] == (households[place] < 30)
        assert of.loc[place, "withheld"] == (households[place] < 10)


def test_twelve_months_of_one_family_are_one_family():
    """Forty rows of a place are not enough when they are those of four households."""
    scored, labels = grouped_scores(2, n_months=12)
    few = scored.rows["household_id"] < 4
    labels = labels.assign(place=np.where(few, "hamlet", "town"))
    scored = dataclasses.replace(
        scored, rows=scored.rows.assign(answer=scored.rows["answer"].mask(few, "no"))
    )

    table = by_group(scored, labels[["place"]], list_share=0.2, n_draws=20, seed=1)

    hamlet = table[table["group"] == "hamlet"]
    assert hamlet["withheld"].all()
    assert (
        hamlet[["n", "events", "value", "low", "high", "shrunk", "difference"]]
        .isna()
        .all(axis=None)
    )
    # With everybody in the table, the town alone would give the hamlet away.
    assert table.loc[table["group"] == "town", "withheld"].all()
    assert not table.loc[table["group"] == "everybody", "withheld"].all()


def test_the_same_twice_gives_the_same_table():
    pd.testing.assert_frame_equal(table_of(4, n_draws=30), table_of(4, n_draws=30))


def test_a_group_whose_list_found_few_keeps_them_to_itself_in_every_rate():
    """Sixty fell and the list found four of them: recall, precision and the missed all tell it."""
    scored, labels = grouped_scores(1, n_households=5000)
    isle = (labels["place"] == "isle").to_numpy()
    fell = np.flatnonzero(isle & (scored.answer == 1))
    score = np.where(isle, -99.0, scored.score["fine"])
    score[np.r_[fell[:4], np.flatnonzero(isle & (scored.answer == 0))[:40]]] = 99.0
    scored = dataclasses.replace(scored, score={"fine": score})

    table = by_group(scored, labels[["place"]], list_share=0.2, n_draws=20, seed=1)
    of = table.set_index(["group", "metric"])["withheld"]

    assert len(fell) > 50
    assert not of["isle", "auroc"]
    assert not of["isle", "listed"]
    hidden = {metric: {g for g, m in of.index[of] if m == metric} for metric in RATES[1:]}
    assert "isle" in hidden["precision"]
    # The same other group goes with it in each, so that no two rows tell what a third withholds.
    assert len(hidden["precision"]) > 1
    assert hidden["precision"] == hidden["recall"] == hidden["exclusion_error"]


def test_what_is_withheld_of_a_groups_falls_cannot_be_found_in_its_rates():
    """Small pairs: wherever the falls of a group are withheld, so are its recall and precision."""
    scored, labels = grouped_scores(2, n_households=900)

    table = by_group(scored, labels, list_share=0.2, n_draws=5, seed=1)
    table = table[table["column"] != "everybody"]
    wide = table.pivot_table(
        index=["column", "group", "model"], columns="metric", values="withheld", aggfunc="first"
    ).astype(bool)

    assert wide["brier"].any()
    assert not wide["brier"].all()
    for rate in RATES[1:]:
        assert wide.loc[wide["brier"] | wide["listed"], rate].all()


@pytest.mark.parametrize("seed", range(3))
def test_a_group_changes_by_the_difference_of_its_two_values_drawn_towards_none(seed):
    scored, labels = grouped_scores(seed)
    both = by_group(scored, labels[["place"]], list_share=0.2, n_draws=100, seed=1)

    table = changes(
        scored, labels[["place"]], new="rough", old="fine", list_share=0.2, n_draws=100, seed=1
    )

    values = both[both["column"] == "place"].set_index(["model", "group", "metric"])["value"]
    for row in table.to_dict("records"):
        new, old = (values[m, row["group"], row["metric"]] for m in ("rough", "fine"))
        assert row["value"] == pytest.approx(new - old) or np.isnan(new)
        assert abs(row["shrunk"]) <= abs(row["value"])
        assert row["low"] < row["shrunk"] < row["high"]
    assert set(table["metric"]) == {"recall", "auroc"}
    assert table.loc[table["group"] == "north", "high"].max() < 0  # rough is worse, for sure
