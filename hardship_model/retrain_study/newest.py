"""The newest records: do they look like what a candidate was judged on, and what serves them?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Origin, Scored, fit_models, rows_to_train
from hardship_model.features import declare, features
from hardship_model.labels import outcomes
from hardship_model.retrain_study.config import Retrain
from hardship_model.retrain_study.job import CANDIDATE
from hardship_model.retraining.drift import drift, performance
from hardship_model.retraining.summary import Summary, summarise
from hardship_model.store import ServedModel, fits_of
from hardship_model.study import Sources


def moved(sources: Sources, plan: Retrain, scored: Scored, now: pd.DataFrame) -> pd.DataFrame:
    """Has the data drifted beyond what the candidate was judged on? A table of `drift.drift`.

    Features and risks of everybody now are held against those of the households judged, whom the
    candidate had not learned from either; the share that fell among these against that among the
    households learned from. (Answers to what is asked now will only be known later.)
    """
    declared = declare(sources.panel)
    delay = plan.now - int(sources.panel.months[-1])
    listed = _on_file(sources, plan, scored.rows, delay=delay)

    def seen(rows: pd.DataFrame, risk: np.ndarray, like: Summary | None = None) -> Summary:
        return summarise(
            features(sources.panel, declared, who=rows), household=rows["household_id"].to_numpy(),
            scores={CANDIDATE: risk}, like=like,
        )  # fmt: skip

    judged_on = seen(scored.rows[listed], scored.risk[CANDIDATE][listed])
    newest = seen(now, now["risk"].to_numpy(), like=judged_on)
    taught = _lessons(sources, plan, scored.origin)
    learned_from = _answers(taught, (taught["answer"] == "yes").to_numpy(dtype=float))
    came_true = _answers(scored.rows, scored.answer, like=learned_from)
    moved_since = drift(judged_on, newest), drift(learned_from, came_true)
    return pd.concat(moved_since, ignore_index=True)


def _lessons(sources: Sources, plan: Retrain, origin: Origin) -> pd.DataFrame:
    """The households of the task whose answers were known at the origin, one row per `as_of`."""
    rows = rows_to_train(sources.learn_from, plan.task, origin)
    return rows[plan.task.about(rows)].reset_index(drop=True)


def _answers(rows: pd.DataFrame, answer: np.ndarray, like: Summary | None = None) -> Summary:
    nothing, household = pd.DataFrame(index=rows.index), rows["household_id"].to_numpy()
    return summarise(nothing, household=household, answer=answer, like=like)


def _on_file(sources: Sources, plan: Retrain, rows: pd.DataFrame, *, delay: int) -> np.ndarray:
    """Which of these were known to be at risk `delay` months after their `as_of`? Shape (n,).

    Of everybody now, only those are known whose row of the last period came in time; of the
    households judged, all whose row has come since. Compared are those that came in time.
    """
    in_time = np.zeros(len(rows), dtype=bool)
    for month in rows["as_of"].unique():
        known = sources.judge_by.known_by(month + delay)
        if month in known.months:
            at_risk = outcomes(known, plan.task.question, as_of=[int(month)])["household_id"]
            in_time |= ((rows["as_of"] == month) & rows["household_id"].isin(at_risk)).to_numpy()
    return in_time


def holds_up(plan: Retrain, scored: Scored, now: pd.DataFrame) -> pd.DataFrame:
    """How good is the candidate where answers are known, and how good may it be now?

    A table of `drift.performance`: *known* of the households judged, *expected* of everybody now.
    """
    gate, n_now = plan.gate, len(now)
    return performance(
        score=np.r_[scored.score[CANDIDATE], now["score"]],
        risk=np.r_[scored.risk[CANDIDATE], now["risk"]],
        answer=np.r_[scored.answer, np.full(n_now, np.nan)],
        household=np.r_[scored.rows["household_id"], now["household_id"]],
        list_shares=gate.list_shares, n_draws=gate.n_draws, seed=gate.seed,
    )  # fmt: skip


def to_serve(sources: Sources, plan: Retrain, scored: Scored, *, recipe: str) -> ServedModel:
    """The recipe, fitted on every answer that is known now, with what its data looked like.

    Its features are told of the households that it learned from, its risks of the households
    judged, as the candidate gave them: of what a model has learned from it is too sure.
    """
    declared = declare(sources.panel)
    here = Origin(
        name="now", train_until=plan.now, test_from=plan.now, answers_until=plan.now, role="judge"
    )
    learned = fit_models(
        sources.panel, task=plan.task, origin=here, models=[recipe], declared=declared,
        seed=plan.seed, learn_from=sources.learn_from,
    )  # fmt: skip
    rows = _lessons(sources, plan, here)
    taught = summarise(
        features(sources.panel, declared, who=rows), household=rows["household_id"].to_numpy(),
        answer=(rows["answer"] == "yes").to_numpy(dtype=float),
    )  # fmt: skip
    risks = summarise(
        pd.DataFrame(index=scored.rows.index), household=scored.rows["household_id"].to_numpy(),
        scores={recipe: scored.risk[CANDIDATE]},
    )  # fmt: skip
    return ServedModel(
        name=recipe,
        calibrated=learned.fitted[recipe],
        declared=declared,
        task=plan.task,
        fits=fits_of(sources.panel, declared),
        trained_from=int(rows["as_of"].min()),
        trained_until=plan.now,
        training=replace(taught, items=(*taught.items, *risks.items)).as_json(),
    )
