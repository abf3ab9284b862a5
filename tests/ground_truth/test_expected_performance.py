"""What a model expects of itself before answers mature, against what matured: in the town."""

import numpy as np
import pytest

from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import Origin, Task, score_everybody
from hardship_model.features import declare
from hardship_model.labels import Question
from hardship_model.months import to_month
from hardship_model.retraining.drift import performance

TASK = Task(
    name="falls", kind="both", every_months=6,
    question=Question(ask="entered_within", horizon_months=12, exit_months=6, spell_months=3),
)  # fmt: skip
ORIGIN = Origin(name="2021", train_until=to_month("2020-12"), test_from=to_month("2021-01"),
                answers_until=to_month("2022-12"))  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_expected_of_the_summer_is_near_what_matures_once_winters_answers_are_known(seed):
    town = invent(Config(n_households=20_000, seed=seed))
    panel, truth = records(town), truth_panel(town)
    scored = score_everybody(
        panel, task=TASK, origin=ORIGIN, models=("logistic",), declared=declare(panel), seed=1,
        learn_from=truth, judge_by=truth,
    )  # fmt: skip
    summer = (scored.rows["as_of"] > ORIGIN.test_from).to_numpy()
    given = {
        "score": scored.score["logistic"], "risk": scored.risk["logistic"],
        "household": scored.rows["household_id"].to_numpy(),
    }  # fmt: skip
    about = {"list_shares": (0.2,), "n_draws": 200, "seed": 1}

    told = performance(answer=np.where(summer, np.nan, scored.answer), **given, **about)
    later = {name: values[summer] for name, values in given.items()}
    came_true = performance(answer=scored.answer[summer], **later, **about)

    expected = told[told["part"] == "expected"].set_index("metric")
    matured = came_true[came_true["part"] == "known"].set_index("metric")
    print(expected, matured, sep="\n")
    for metric in ("auroc", "recall_at_20pct", "precision_at_20pct"):
        # Both scatter: their intervals must meet.
        assert expected["low"][metric] < matured["high"][metric]
        assert expected["high"][metric] > matured["low"][metric]
    assert expected["events"]["auroc"] == pytest.approx(matured["events"]["auroc"], rel=0.35)
