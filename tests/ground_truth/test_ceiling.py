"""The ceiling of the invented town: nobody ranks better than the chances themselves."""

import numpy as np
import pytest

from hardship_model.data.population import Config
from hardship_model.evaluation.backtest import Origin, Task
from hardship_model.evaluation.ceiling import (
    expected_metrics,
    from_many_records,
    share_of_attainable,
    true_state_ceiling,
)
from hardship_model.labels import Question
from hardship_model.months import to_month


@pytest.mark.parametrize("seed", range(3))
def test_expected_metrics_are_the_mean_over_drawn_fates(seed):
    rng = np.random.default_rng(seed)
    chance, score = rng.beta(1, 6, 400), rng.random(400)
    score = score + 2 * chance
    drawn = []
    for _ in range(600):
        fell = rng.random(400) < chance
        above = (score[fell][:, None] > score[~fell]).mean()
        top = np.argsort(-score)[:40]
        drawn.append((above, fell[top].sum() / fell.sum()))
    expected = expected_metrics(score, chance, list_shares=(0.1,)).set_index("metric")["value"]

    assert expected["auroc"] == pytest.approx(np.mean(drawn, axis=0)[0], abs=0.01)
    assert expected["recall_at_10pct"] == pytest.approx(np.mean(drawn, axis=0)[1], abs=0.01)


def test_no_ranking_beats_the_chances_themselves():
    rng = np.random.default_rng(0)
    chance = rng.beta(1, 8, 500)
    best = expected_metrics(chance, chance, list_shares=(0.1,))["value"]

    for noise in (0.01, 0.1, 1.0):
        other = expected_metrics(chance + noise * rng.normal(size=500), chance, list_shares=(0.1,))[
            "value"
        ]
        assert (other <= best + 1e-12).all()


def test_the_town_has_a_ceiling_and_its_judged_households_teach_nobody():
    config = Config(n_households=1200, seed=5, last_month=to_month("2021-03"))
    now = to_month("2019-06")
    task = Task(
        name="falls", kind="both", every_months=12,
        question=Question(
            ask="entered_within", horizon_months=12, exit_months=6, spell_months=3
        ),
    )  # fmt: skip
    origin = Origin(name="now", train_until=now, test_from=now, answers_until=now + 14)
    taught = from_many_records(
        config, times=1, task=task, origin=origin, models=("income_over_line",), seed=1
    )

    ceiling = true_state_ceiling(
        config, as_of=now, horizon_months=12, futures=24,
        households=taught.rows["household_id"].to_numpy(), list_shares=(0.1,),
    ).set_index("metric")  # fmt: skip

    assert taught.rows["household_id"].max() < 1200
    # Twelve futures rank and twelve judge: noisy, but far from chance.
    assert 0.6 < ceiling.loc["auroc", "value"] < 0.95
    assert ceiling.loc["auroc", "n"] == len(taught.rows)


def test_the_share_of_the_way_is_said_only_where_there_is_a_way():
    assert share_of_attainable(0.8, rule=0.7, ceiling=0.9) == pytest.approx(0.5)
    assert np.isnan(share_of_attainable(0.8, rule=0.9, ceiling=0.9))
