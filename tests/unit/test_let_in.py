"""Leaks let in on purpose: what they promise on paper, what is left, and who notices."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score

from hardship_model import Origin, Pipeline, Question, Task, declare, features, leak_check
from hardship_model.evaluation.backtest import rows_to_train
from hardship_model.evaluation.let_in import LEAKS, dated_by_the_event, worth
from hardship_model.models.calibration import score_of
from hardship_model.report import about_worth, alarms_table, worth_table
from strips import FIRST_MONTH

LATE = 4
FALLS = Task(
    name="falls",
    kind="both",
    every_months=2,
    question=Question(ask="entered_within", horizon_months=4),
)
ORIGIN = Origin(
    name="middle",
    train_until=FIRST_MONTH + 15,
    test_from=FIRST_MONTH + 15,
    answers_until=FIRST_MONTH + 35,
)


@pytest.fixture(scope="module")
def panel():
    """Everything is written down some months late."""
    drawn = drifting_panel(3, n_households=400, n_periods=36)
    return drawn.with_rows(drawn.rows.assign(recorded_month=drawn.rows["recorded_month"] + LATE))


@pytest.fixture(scope="module")
def pipeline(panel):
    trees = LGBMClassifier(n_estimators=30, random_state=1, n_jobs=1, verbosity=-1)
    return replace(Pipeline.of(declare(panel), model="logistic"), build=lambda: trees)


@pytest.fixture(scope="module")
def told(panel, pipeline):
    return worth(panel, pipeline, task=FALLS, origin=ORIGIN, n_draws=40)


def at(told, judged):
    return told[told["judged"] == judged].set_index("leak")["value"]


def test_without_a_leak_paper_and_day_are_the_same(told):
    honest = told[told["leak"] == "none"]

    assert honest[["n", "events", "value", "low", "high"]].drop_duplicates().shape[0] == 1
    assert honest["value"].iloc[0] > 0.6


@pytest.mark.parametrize("leak", [name for name in LEAKS if name != "none"])
def test_every_leak_promises_more_than_is_left_on_the_day(told, leak):
    honest = at(told, "on paper")["none"]

    assert at(told, "on paper")[leak] > honest
    assert at(told, "on the day")[leak] < at(told, "on paper")[leak]


def test_the_day_is_what_somebody_gets_who_never_had_the_later_rows(panel, pipeline, told):
    end = replace(ORIGIN, train_until=ORIGIN.answers_until, test_from=ORIGIN.answers_until)
    judged = rows_to_train(panel, FALLS, end)
    judged = judged[judged["as_of"] >= ORIGIN.test_from]
    then = panel.known_by(ORIGIN.train_until)
    train = rows_to_train(then, FALLS, ORIGIN)
    event = dated_by_the_event(pipeline)
    model = event.build().fit(event.see(then, train), train["answer"] == "yes")

    scores = {}
    for row in judged.drop_duplicates("as_of").itertuples():
        who = judged[judged["as_of"] == row.as_of]
        file = panel.rows[panel.rows["recorded_month"] <= row.as_of]
        at_once = file.assign(recorded_month=file["month"]).reset_index(drop=True)
        X = features(panel.with_rows(at_once), declare(panel), who=who)
        scores |= dict(zip(who.index, score_of(model, X), strict=True))
    score = judged.index.map(scores)

    assert at(told, "on the day")["dated by the event"] == pytest.approx(
        roc_auc_score(judged["answer"] == "yes", score), abs=1e-9
    )


def test_rows_that_judge_on_paper_did_not_train(told):
    counts = told.set_index(["leak", "judged"])["n"]

    share = counts["rows split by chance", "on paper"] / counts["none", "on paper"]
    assert share == pytest.approx(0.3, abs=0.03)


def test_leak_check_raises_an_alarm_at_each_and_says_what_it_is(panel, pipeline):
    found = {
        name: leak_check(panel, let_in(pipeline), task=FALLS, origin=ORIGIN).set_index("check")
        for name, let_in in LEAKS.items()
    }

    alarms = {name: set(table.index[table["alarm"]]) for name, table in found.items()}
    assert alarms.pop("none") == set()
    assert {name: sorted(seen)[0] for name, seen in alarms.items()} == {
        "dated by the event": "future rewritten",
        "mean of the whole life": "future rewritten",
        "rows split by chance": "training rows",
        "answer made of the inputs": "training rows",
    }


# What is read of it.

MADE_UP = pd.DataFrame(
    [
        ("none", "on paper", 100, 20, 0.7, 0.6, 0.8),
        ("none", "on the day", 100, 20, 0.7, 0.6, 0.8),
        ("a", "on paper", 30, 12, 0.9, 0.8, 1.0),
        ("a", "on the day", 100, 20, 0.6, 0.5, 0.7),
        ("b", "on paper", 40, np.nan, np.nan, np.nan, np.nan),
        ("b", "on the day", 100, 20, 0.5, 0.4, 0.6),
    ],
    columns=["leak", "judged", "n", "events", "value", "low", "high"],
).assign(withheld=lambda table: table["value"].isna())


def test_each_leak_is_read_with_its_counts_on_paper_and_on_the_day():
    [_, a, b] = worth_table(MADE_UP).to_dict("records")

    assert a == {
        "let in": "a",
        "fell on paper": "12 of 30",
        "AUROC on paper": "0.900 (0.800 to 1.000)",
        "fell on the day": "20 of 100",
        "AUROC on the day": "0.600 (0.500 to 0.700)",
    }
    assert (b["fell on paper"], b["AUROC on paper"]) == ("withheld, of 40", "withheld")


def test_the_sentences_compare_what_is_printed_with_what_is_left():
    first, second = about_worth(MADE_UP)

    assert first.endswith("an AUROC of 0.700 (0.600 to 0.800); 20 of 100 fell.")
    assert "printed as 0.90 to 0.90" in second
    assert second.endswith("gives 0.50 to 0.60.")


def test_what_was_not_looked_at_is_no_all_clear():
    checked = pd.DataFrame(
        [("ours", "x", False, 0.5), ("ours", "y", False, np.nan), ("yours", "x", True, 0.9)],
        columns=["pipeline", "check", "alarm", "value"],
    )

    assert alarms_table(checked).iloc[0].to_dict() == {
        "pipeline": "ours", "x": "·", "y": "not looked at",
    }  # fmt: skip
    assert alarms_table(checked)["x"].tolist() == ["·", "alarm"]
