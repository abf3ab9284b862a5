"""Training on what was known, judging on what came later, choosing before judging."""

import dataclasses
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel

from hardship_model.data.panel import PanelError
from hardship_model.evaluation import lessons
from hardship_model.evaluation.backtest import (
    Origin,
    Task,
    choose,
    judge,
    rows_to_judge,
    rows_to_train,
    score_everybody,
)
from hardship_model.evaluation.lists import on_the_list
from hardship_model.features import declare
from hardship_model.labels import Question
from hardship_model.models import BASELINES
from strips import FIRST_MONTH, panel_from_strips

TASK = Task(name="falls", kind="both", question=Question(ask="entered_within", horizon_months=6))
ORIGIN = Origin(
    name="middle",
    train_until=FIRST_MONTH + 17,
    test_from=FIRST_MONTH + 18,
    answers_until=FIRST_MONTH + 29,
)
MODELS = ("rule_in_force", "income_over_line", "logistic")


@pytest.fixture(scope="module")
def panel():
    return drifting_panel(1)


@pytest.fixture(scope="module")
def scored(panel):
    return score_everybody(
        panel, task=TASK, origin=ORIGIN, models=MODELS, declared=declare(panel), seed=1
    )


def test_an_answer_trains_only_when_its_whole_horizon_was_on_file(panel):
    rows = rows_to_train(panel, TASK, ORIGIN)

    assert rows["as_of"].max() <= ORIGIN.train_until - TASK.question.months_until_known
    assert (rows["answer"] != "unknown").all()


@pytest.mark.parametrize("horizon_months", [3, 12])
def test_nobody_is_judged_by_what_came_after_the_last_answers(horizon_months):
    yearly = panel_from_strips("a  .....\nb  ..H.H", step_months=12)
    question = Question(ask="in_hardship_at", horizon_months=horizon_months)
    task = Task(name="next", kind="both", question=question)
    until = FIRST_MONTH + 3 * 12 + 6  # half a year before the last look
    origin = Origin(name="o", train_until=FIRST_MONTH, test_from=FIRST_MONTH, answers_until=until)

    rows = rows_to_judge(yearly, task, origin)

    assert rows["as_of"].max() == FIRST_MONTH + 2 * 12


def test_an_answer_that_was_written_down_too_late_does_not_train(panel):
    late = panel.rows.assign(
        recorded_month=np.where(
            panel.rows["month"] > ORIGIN.train_until - 3, ORIGIN.test_from, panel.rows["month"]
        )
    )

    rows = rows_to_train(panel.with_rows(late), TASK, ORIGIN)

    assert rows["as_of"].max() <= ORIGIN.train_until - 3 - 6


def test_months_may_be_thinned_back_from_the_origin_and_on_from_it(panel):
    thinned = dataclasses.replace(TASK, every_months=5)

    train, test = rows_to_train(panel, thinned, ORIGIN), rows_to_judge(panel, thinned, ORIGIN)

    last = ORIGIN.train_until - TASK.question.months_until_known
    assert sorted(set(last - train["as_of"])) == [0, 5, 10]
    assert sorted(set(test["as_of"] - ORIGIN.test_from)) == [0, 5]


def test_everybody_at_risk_teaches_also_those_seen_too_seldom_to_be_asked_about(panel):
    """The task asks about households seen nine times; one model learns from its kind alone."""
    seldom = dataclasses.replace(TASK, question=dataclasses.replace(TASK.question, min_seen=9))
    heard = []

    def listening(build, X, y, *, judged_on, **about):
        heard.append((len(y), int(judged_on.sum())))
        return fit(build, X, y, judged_on=judged_on, **about)

    fit = lessons.fit_calibrated
    with patch.object(lessons, "fit_calibrated", listening):
        score_everybody(
            panel, task=seldom, origin=ORIGIN, models=("logistic", "logistic_of_everybody"),
            declared=declare(panel), seed=1,
        )  # fmt: skip

    asked, everybody = (len(rows_to_train(panel, task, ORIGIN)) for task in (seldom, TASK))
    assert 0 < asked < everybody
    assert heard == [(asked, asked), (everybody, asked)]


def test_a_hazard_learns_also_from_those_lost_to_sight_and_is_calibrated_on_settled_answers(panel):
    """A third of the households is lost half-way through the training."""
    lost = (panel.rows["household_id"] % 3 == 0) & (panel.rows["month"] > FIRST_MONTH + 8)
    thinned = panel.with_rows(panel.rows[~lost].reset_index(drop=True))
    heard = {}

    def listening(build, X, y, *, judged_on, months, **about):
        heard["followed" if months is not None else "answers"] = len(y), int(judged_on.sum())
        return fit(build, X, y, judged_on=judged_on, months=months, **about)

    fit = lessons.fit_calibrated
    with patch.object(lessons, "fit_calibrated", listening):
        scored = score_everybody(
            thinned, task=TASK, origin=ORIGIN, models=("logistic", "hazard"),
            declared=declare(thinned, windows_months=[6]), seed=1,
        )  # fmt: skip

    settled = len(rows_to_train(thinned, TASK, ORIGIN))
    assert heard["answers"] == (settled, settled)
    assert heard["followed"][0] > heard["followed"][1]
    assert heard["followed"][1] == pytest.approx(settled, rel=0.05)
    assert np.corrcoef(scored.score["hazard"], scored.score["logistic"])[0, 1] > 0.9


def test_judged_rows_lie_after_the_training(scored):
    assert scored.rows["as_of"].min() >= ORIGIN.test_from
    assert scored.rows["as_of"].max() + 6 <= ORIGIN.answers_until


def test_training_answers_cannot_be_moved_by_what_came_after_the_origin(panel):
    """Hardship of later months turned round: no training row notices."""
    later = panel.rows["recorded_month"] > ORIGIN.train_until
    turned = panel.rows.assign(in_hardship=panel.rows["in_hardship"] ^ later)

    pd.testing.assert_frame_equal(
        rows_to_train(panel, TASK, ORIGIN), rows_to_train(panel.with_rows(turned), TASK, ORIGIN)
    )


def test_every_rate_has_its_counts_and_interval_and_every_model_its_verdict(scored):
    table = judge(scored, list_shares=(0.1,), n_draws=60, seed=1)
    ranking = table[table["metric"].isin(["auroc", "precision_at_10pct"])]

    assert (table.loc[table["metric"] == "auroc", "n"] == len(scored.rows)).all()
    shares = table[table["metric"].isin(["precision_at_10pct", "recall_at_10pct"])]
    assert (shares["events"] / shares["n"]).to_numpy() == pytest.approx(shares["value"])
    assert ((ranking["low"] <= ranking["value"]) & (ranking["value"] <= ranking["high"])).all()
    learned = ranking[ranking["model"] == "logistic"]
    assert learned["verdict"].isin(["better", "worse", "too close to call"]).all()
    assert (learned["against"] != "logistic").all()
    assert set(table["model"]) == set(MODELS)


def test_where_no_model_is_learned_the_table_has_the_same_columns(scored):
    alone = dataclasses.replace(
        scored,
        score={name: scored.score[name] for name in BASELINES},
        risk={name: scored.risk[name] for name in BASELINES},
    )
    both = [judge(one, list_shares=(0.1,), n_draws=20, seed=1) for one in (scored, alone)]

    assert list(both[0].columns) == list(both[1].columns)
    assert both[1]["against"].isna().all()
    assert set(both[1]["model"]) == set(BASELINES)


def test_a_twin_of_the_baseline_is_too_close_to_call(scored):
    twin = dataclasses.replace(
        scored,
        score=scored.score | {"twin": scored.score["income_over_line"]},
        risk=scored.risk | {"twin": scored.risk["income_over_line"]},
    )

    table = judge(twin, list_shares=(0.1,), n_draws=60, seed=1)

    row = table.query("model == 'twin' and metric == 'auroc'").iloc[0]
    assert row["difference"] == row["difference_low"] == row["difference_high"] == 0
    assert row["verdict"] == "too close to call"


def test_a_clerk_of_whose_list_no_answer_is_known_is_not_the_best_one(scored):
    n_listed = len(on_the_list(scored.score["rule_in_force"], share=0.1).nonzero()[0])
    rows, last = scored.rows.copy(), np.arange(len(scored.rows))[-n_listed:]
    rows.loc[rows.index[last], "answer"] = "unknown"
    first = np.isin(np.arange(len(rows)), last).astype(float)
    blind = dataclasses.replace(scored, rows=rows, score=scored.score | {"rule_in_force": first})

    table = judge(blind, list_shares=(0.1,), n_draws=20, seed=1)

    precision = table[table["metric"] == "precision_at_10pct"].set_index("model")
    assert np.isnan(precision.loc["rule_in_force", "value"])
    assert set(precision["against"].dropna()) == {"income_over_line"}


def test_choosing_looks_at_choosing_origins_only(scored):
    judged = judge(scored, list_shares=(0.1,), n_draws=20, seed=1)
    chosen_on = judged.assign(role="choose", origin="early")
    # At the judging origin the logistic is made to look perfect: the choice must not notice.
    flattered = judged.assign(value=judged["value"].where(judged["model"] != "logistic", 1.0))
    worst = chosen_on.assign(value=chosen_on["value"].where(chosen_on["model"] != "logistic", 0.1))

    picked = choose(pd.concat([flattered, worst]))

    assert not picked.loc[picked["model"] == "logistic", "chosen"].item()
    assert picked["chosen"].sum() == 1
    with pytest.raises(ValueError, match='role = "choose"'):
        choose(judged)


def measured(*rows: tuple[str, str, str, list[float]]) -> pd.DataFrame:
    """Task, origin, metric, and what models a, b, c reach there, at choosing origins."""
    return pd.DataFrame(
        [
            (task, origin, "choose", metric, model, value)
            for task, origin, metric, values in rows
            for model, value in zip("abc", values, strict=False)
        ],
        columns=["task", "origin", "role", "metric", "model", "value"],
    )


def test_the_choice_is_the_least_mean_regret_and_says_why():
    """Behind the best by hand: a .00 .00 .04 .02, so .015; b .02 .02 .00 .00, so .010; c .19."""
    table = measured(
        ("old", "early", "auroc", [0.80, 0.78, 0.50]),
        ("old", "early", "average_precision", [0.32, 0.30, 0.20]),
        ("old", "late", "auroc", [0.70, 0.74, 0.60]),
        ("new", "late", "auroc", [0.60, 0.60]),
        ("old", "late", "average_precision", [0.38, 0.40, 0.20]),
    )

    choice = choose(table).set_index(["task", "model"])

    assert choice["chosen"].to_dict() == {
        ("old", "a"): False, ("old", "b"): True, ("old", "c"): False,
        ("new", "a"): True, ("new", "b"): False,
    }  # fmt: skip
    assert choice.loc[("old", "b"), ["regret", "worst"]].tolist() == pytest.approx([0.01, 0.02])
    assert choice["why"].to_dict() == {
        ("old", "a"): "by 0.005 further behind than the chosen one",
        ("old", "b"): (
            "least behind the best at 2 choosing origins: by 0.010 on average, by 0.020 at worst;"
            " the next by 0.015"
        ),
        ("old", "c"): "by 0.180 further behind than the chosen one",
        ("new", "a"): (
            "least behind the best at 1 choosing origin: by 0.000 on average, by 0.000 at worst;"
            " the next by 0.000"
        ),
        ("new", "b"): "as near as the chosen one, which is named earlier",
    }


def test_a_choosing_origin_where_nobody_fell_decides_nothing():
    nobody = ("falls", "early", "auroc", [np.nan, np.nan])

    choice = choose(measured(nobody, ("falls", "late", "auroc", [0.6, 0.7]))).set_index("model")

    assert choice["n_origins"].tolist() == [1, 1]
    assert choice.loc["b", "chosen"]
    with pytest.raises(ValueError, match="Task falls: at no origin with role"):
        choose(measured(nobody))


def test_an_origin_whose_answers_nobody_knows_yet_is_refused_before_anything_is_fitted(panel):
    last = int(panel.months[-1])
    late = dataclasses.replace(ORIGIN, test_from=last, answers_until=last + 12)

    with pytest.raises(PanelError, match=r"rows, all without an answer; at least one row"):
        score_everybody(
            panel, task=TASK, origin=late, models=MODELS, declared=declare(panel), seed=1
        )


def test_an_origin_that_would_judge_its_own_training_is_refused():
    with pytest.raises(ValueError, match="must not lie after test_from"):
        Origin(name="mixed", train_until=10, test_from=9, answers_until=12)


def test_an_origin_without_answers_says_what_it_found(panel):
    early = dataclasses.replace(ORIGIN, train_until=FIRST_MONTH + 2, test_from=FIRST_MONTH + 3)
    with pytest.raises(PanelError, match="rows to train on"):
        score_everybody(panel, task=TASK, origin=early, models=MODELS, declared=(), seed=1)
