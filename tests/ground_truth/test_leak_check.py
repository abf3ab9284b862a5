"""The leak check finds what was planted, says where, and leaves clean pipelines alone."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from invented_panels import COLUMNS, drifting_panel
from invented_towns import town
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hardship_model import Origin, Pipeline, Question, Task, declare, features, leak_check, outcomes
from hardship_model.data import surveys
from hardship_model.data.panel import Column, PanelError
from hardship_model.data.population import records, truth_panel
from hardship_model.evaluation.backtest import rows_to_judge, rows_to_train
from hardship_model.models.hazard import DiscreteHazard, logistic_hazard
from hardship_model.months import to_month
from strips import FIRST_MONTH

FALLS = Task(name="falls", kind="both", question=Question(ask="entered_within", horizon_months=6))
HONEST = [f for f in declare(drifting_panel(1)) if f.stat in ("now", "mean")]
CHECKS = {
    "future rewritten", "training rows", "futures exchanged", "too good", "leak planted",
    "noise planted",
}  # fmt: skip


def middle(step_months=1):
    """Of thirty periods, eighteen lie behind and twelve ahead."""
    return Origin(
        name="middle",
        train_until=FIRST_MONTH + 17 * step_months,
        test_from=FIRST_MONTH + 18 * step_months,
        answers_until=FIRST_MONTH + 29 * step_months,
    )


ORIGIN = middle()


def scaled_logistic():
    return make_pipeline(StandardScaler(), LogisticRegression())


def numbers_seen(panel, who):
    """What a plain user would hand to scikit-learn: our numbers, the unknown as nought."""
    return features(panel, [f for f in HONEST if f.kind != "category"], who=who).fillna(0.0)


def asked_by_hand(panel, who):
    """The last income that was written down in time, found with pandas alone."""
    rows = panel.rows[["household_id", "recorded_month", "month", "income", "ill"]]
    met = who.reset_index().merge(rows, on="household_id")
    known = met[(met["recorded_month"] <= met["as_of"]) & (met["month"] <= met["as_of"])]
    last = known.sort_values("month").groupby("index")[["income", "ill"]].last()
    return last.reindex(who.index).astype(float).fillna(0.0)


def at_month(panel, who, *, months_later, column):
    rows = panel.rows[["household_id", "month", column]]
    asked = who.assign(month=who["as_of"] + months_later)
    return asked.merge(rows, how="left", on=["household_id", "month"])[column].to_numpy(float)


def alarms(panel, pipeline, *, task=FALLS, origin=ORIGIN):
    table = leak_check(panel, pipeline, task=task, origin=origin)
    assert set(table["check"]) == CHECKS
    return table[table["alarm"]].set_index("check")["said"]


# --- Clean ------------------------------------------------------------------------------------


@cache
def panel_of(name):
    """Germany, an invented town's truth and file, and drawn panels by their step in months."""
    if name == "Germany":
        return surveys.rwm5yr()
    if name in ("truth", "file"):
        return {"truth": truth_panel, "file": records}[name](town(n_households=1500))
    return drifting_panel(11, step_months=name)


ORIGINS = {
    "Germany": ("1987-12", "1987-12", "1988-12"),
    "truth": ("2018-12", "2019-01", "2020-12"),
    "file": ("2018-12", "2019-01", "2020-12"),
}


def origin_of(name):
    if name not in ORIGINS:
        return middle(name)
    train_until, test_from, answers_until = map(to_month, ORIGINS[name])
    return Origin(
        name="then", train_until=train_until, test_from=test_from, answers_until=answers_until
    )


def task(ask, months, *, kind="both", every_months=0, **rules):
    question = Question(ask=ask, horizon_months=months, **rules)
    return Task(name="asked", kind=kind, question=question, every_months=every_months)


def library(model):
    return lambda panel: Pipeline.of(declare(panel), model=model)


def by_user(see, build):
    return lambda panel: Pipeline(see=see, build=build)


def hazard(panel):
    declared = declare(panel)
    yearly = DiscreteHazard(logistic_hazard(declared), horizon_months=36, step_months=12)
    return replace(Pipeline.of(declared, model="logistic"), build=lambda: yearly)


def forest():
    return RandomForestClassifier(20, max_depth=6, random_state=1)


YEAR = task("in_hardship_at", 12)
RETURN = task("in_hardship_at", 12, kind="return")
SPELLS = task("entered_within", 12, every_months=12, exit_months=6, spell_months=3)
LATER = task("in_hardship_at", 9, seen_within_months=3)
CLEAN = {
    "the rule in force": ("Germany", YEAR, library("rule_in_force")),
    "a logistic": ("Germany", YEAR, library("logistic")),
    "boosting": ("Germany", RETURN, library("boosting")),
    "boosting on the truth": ("truth", SPELLS, library("boosting")),
    "a logistic a month ahead": (
        "truth", task("entered_within", 1, every_months=3), library("logistic"),
    ),
    "income over line on the file": ("file", SPELLS, library("income_over_line")),
    "the mean of both, with late sights": (3, LATER, library("mean_of_both")),
    "a hazard of years": (12, task("entered_within", 36), hazard),
    "a shrunk model of returns": (1, replace(FALLS, kind="return"), library("shrunk")),
    "a scorecard": (1, FALLS, library("scorecard")),
    "a forest on our numbers": (1, FALLS, by_user(numbers_seen, forest)),
    "a logistic by hand": (1, FALLS, by_user(asked_by_hand, scaled_logistic)),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_pipeline_raises_no_alarm(name):
    of, asked, make = CLEAN[name]
    panel = panel_of(of)

    table = leak_check(panel, make(panel), task=asked, origin=origin_of(of))

    assert table.loc[table["alarm"], ["check", "said"]].to_dict("records") == []
    looked_at = table.set_index("check")["value"].notna()
    assert looked_at[["future rewritten", "training rows"]].all()
    assert looked_at.all() or of == "file"  # where few fall on file


# --- Leaking ----------------------------------------------------------------------------------


def test_rows_taken_as_known_before_they_were_written_down():
    def see(panel, who):
        at_once = panel.with_rows(panel.rows.assign(recorded_month=panel.rows["month"]))
        return numbers_seen(at_once, who)

    found = alarms(drifting_panel(1), Pipeline(see=see, build=scaled_logistic))

    assert "income_over_line_mean_12m" in found["future rewritten"]


def test_a_month_that_was_still_to_come():
    def see(panel, who):
        ahead = at_month(panel, who, months_later=3, column="income")
        return numbers_seen(panel, who).assign(soon=np.nan_to_num(ahead))

    found = alarms(drifting_panel(1), Pipeline(see=see, build=scaled_logistic))

    assert found["future rewritten"].startswith("column soon moved")
    assert "looks ahead" in found["futures exchanged"]


def test_a_mean_over_all_months_of_the_panel():
    def see(panel, who):
        ever = panel.rows.groupby("household_id")["in_hardship"].mean()
        return numbers_seen(panel, who).assign(ever=who["household_id"].map(ever).to_numpy())

    found = alarms(drifting_panel(1), Pipeline(see=see, build=scaled_logistic))

    assert found["future rewritten"].startswith("column ever moved")


def answers_of(panel):
    """Each row's answer, for whoever was at risk then, as an office might wrongly have it."""
    rows = outcomes(panel, FALLS.question, as_of=panel.months)
    told = panel.rows[["household_id", "month"]].merge(
        rows, how="left", left_on=["household_id", "month"], right_on=["household_id", "as_of"]
    )
    return (told["answer"] == "yes").to_numpy()


@pytest.mark.parametrize("wrong", [0.0, 0.01])
def test_the_answer_copied_into_a_column(wrong):
    panel = drifting_panel(1)
    copied = answers_of(panel) ^ (np.random.default_rng(1).random(len(panel.rows)) < wrong)
    panel = replace(
        panel.with_rows(panel.rows.assign(revised=copied, recorded_month=panel.rows["month"])),
        columns=(*COLUMNS, Column(name="revised", pillar="security", kind="flag")),
    )

    found = alarms(panel, Pipeline.of(declare(panel), model="logistic"))

    assert list(found.index) == ["too good"]
    assert "revised_now" in found["too good"]


def test_a_file_number_that_was_given_when_the_answer_was_known():
    """Levels of a category: who fell has a number from the cabinet of those who fell."""
    panel = drifting_panel(1)
    rng = np.random.default_rng(1)
    cabinet = np.where(answers_of(panel), rng.integers(0, 4, len(panel.rows)), rng.integers(4, 30))
    panel = replace(
        panel.with_rows(
            panel.rows.assign(
                cabinet=pd.Categorical.from_codes(
                    rng.permutation(30)[cabinet], [f"cabinet {k}" for k in range(30)]
                ),
                recorded_month=panel.rows["month"],
            )
        ),
        columns=(*COLUMNS, Column(name="cabinet", pillar="security", kind="category")),
    )

    found = alarms(panel, Pipeline.of(declare(panel), model="boosting"))

    assert found["too good"].startswith("column (the model's score) alone")


def test_file_numbers_in_the_order_of_what_became_of_the_household():
    panel, at_the_end = drifting_panel(1), replace(ORIGIN, test_from=FIRST_MONTH + 23)
    judged = rows_to_judge(panel, FALLS, at_the_end)
    fell = judged["household_id"][judged["answer"] == "yes"]

    def see(panel, who):
        number = who["household_id"] + 1000 * who["household_id"].isin(fell)
        return numbers_seen(panel, who).assign(number=number.to_numpy())

    pipeline = Pipeline(see=see, build=scaled_logistic)
    said = leak_check(panel, pipeline, task=FALLS, origin=at_the_end).set_index("check")["said"]

    assert said["too good"].startswith("column number alone")
    assert said["future rewritten"].endswith("the panel does not matter: column number.")


def test_an_answer_made_of_months_that_were_known():
    def rows(panel, task, origin):
        honest = rows_to_train(panel, task, origin)
        known = panel.known_by(origin.train_until)
        before = np.any(
            [at_month(known, honest, months_later=-k, column="in_hardship") == 1 for k in (1, 2)],
            axis=0,
        )
        return honest.assign(answer=honest["answer"].astype("str").mask(before, "yes"))

    found = alarms(drifting_panel(1), Pipeline(see=numbers_seen, build=scaled_logistic, rows=rows))

    assert "have another answer than the file gave by then" in found["training rows"]


def test_households_that_were_not_at_risk():
    def rows(panel, task, origin):
        honest = rows_to_train(panel, task, origin)
        month = honest["as_of"].iloc[0]
        now = panel.rows[(panel.rows["month"] == month) & panel.rows["in_hardship"]]
        poor = pd.DataFrame({"household_id": now["household_id"], "as_of": month, "answer": "yes"})
        return pd.concat([honest.astype({"answer": "str"}), poor], ignore_index=True)

    found = alarms(drifting_panel(1), Pipeline(see=numbers_seen, build=scaled_logistic, rows=rows))

    assert "of households that were not at risk" in found["training rows"]


def test_training_rows_from_after_the_origin():
    def rows(panel, task, origin):
        return rows_to_train(panel, task, replace(origin, train_until=origin.train_until + 4,
                                                  test_from=origin.test_from + 4))  # fmt: skip

    found = alarms(drifting_panel(1), Pipeline(see=numbers_seen, build=scaled_logistic, rows=rows))

    assert "a horizon that ends after train_until" in found["training rows"]
    assert "not at risk" not in found["training rows"]


def test_answers_that_were_written_down_after_the_origin():
    """The months are old enough, but nobody looked when their answers reached the office."""

    def rows(panel, task, origin):
        until = origin.train_until - task.question.months_until_known
        found = outcomes(panel, task.question, as_of=panel.months[panel.months <= until])
        return found[found["answer"] != "unknown"].reset_index(drop=True)

    found = alarms(drifting_panel(1), Pipeline(see=numbers_seen, build=scaled_logistic, rows=rows))

    assert "train_until" not in found["training rows"]
    assert "have another answer than the file gave by then" in found["training rows"]
    assert "come, go or turn" in found["training rows"]


def test_rows_split_by_chance_whenever_they_were():
    def rows(panel, task, origin):
        found = outcomes(panel, task.question, as_of=panel.months)
        found = found[found["answer"] != "unknown"]
        return found.sample(frac=0.8, random_state=1).reset_index(drop=True)

    found = alarms(drifting_panel(1), Pipeline(see=numbers_seen, build=forest, rows=rows))

    assert "a horizon that ends after train_until" in found["training rows"]
    assert "not at risk" not in found["training rows"]


def test_training_households_chosen_by_who_was_still_there_at_the_end():
    panel = drifting_panel(1)
    gone = (panel.rows["household_id"] % 5 == 0) & (panel.rows["month"] > ORIGIN.train_until)
    panel = panel.with_rows(panel.rows[~gone].reset_index(drop=True))

    def rows(panel, task, origin):
        honest = rows_to_train(panel, task, origin)
        stayed = panel.rows.loc[panel.rows["month"] == panel.months[-1], "household_id"]
        return honest[honest["household_id"].isin(stayed)].reset_index(drop=True)

    found = alarms(panel, Pipeline(see=numbers_seen, build=scaled_logistic, rows=rows))

    assert "come, go or turn" in found["training rows"]


# --- What it says when it cannot say ----------------------------------------------------------


def test_an_origin_that_judges_nobody_is_refused():
    panel = drifting_panel(1)
    late = replace(ORIGIN, answers_until=ORIGIN.test_from)
    with pytest.raises(PanelError, match="0 to judge with a known answer"):
        leak_check(panel, Pipeline.of(HONEST, model="logistic"), task=FALLS, origin=late)


def test_too_few_answers_are_said_and_raise_no_alarm():
    panel = drifting_panel(1, n_households=25)
    rare = replace(FALLS, kind="return")
    table = leak_check(
        panel, Pipeline(see=numbers_seen, build=scaled_logistic), task=rare, origin=ORIGIN
    )

    looked = table[table["said"].str.startswith("Not looked at")]
    assert set(looked["check"]) == CHECKS - {"future rewritten", "training rows"}
    assert not looked["alarm"].any()


def test_a_pipeline_that_does_not_look_at_the_panel_it_is_handed_cannot_be_tested():
    panel = drifting_panel(1)
    made_before = lambda _, who: numbers_seen(panel, who)  # noqa: E731

    found = alarms(panel, Pipeline(see=made_before, build=scaled_logistic))

    assert found["future rewritten"].startswith("Nothing was tested")
