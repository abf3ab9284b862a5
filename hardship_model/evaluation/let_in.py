"""Leaks let in on purpose: what each promises on paper, and what is left of it on the day."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import Origin, Task, rows_to_train
from hardship_model.evaluation.leaks import Pipeline
from hardship_model.evaluation.metrics import Ranking, auroc
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.features import declare, features
from hardship_model.models.by_hand import RuleInForce
from hardship_model.models.calibration import score_of

_KEYS = ["household_id", "as_of"]


def none(pipeline: Pipeline) -> Pipeline:
    """What if nothing were let in?"""
    return pipeline


def dated_by_the_event(pipeline: Pipeline) -> Pipeline:
    """What if each row were taken as known in the month that it tells of?"""

    def see(panel: Panel, who: pd.DataFrame) -> pd.DataFrame:
        at_once = panel.rows.assign(recorded_month=panel.rows["month"])
        return pipeline.see(panel.with_rows(at_once), who)

    return replace(pipeline, see=see)


def mean_of_the_whole_life(pipeline: Pipeline) -> Pipeline:
    """What if a column held each household's share of months in hardship, over all the table?"""

    def see(panel: Panel, who: pd.DataFrame) -> pd.DataFrame:
        share = panel.rows.groupby("household_id")["in_hardship"].mean().astype(float)
        whole = share.reindex(who["household_id"]).to_numpy()
        return pipeline.see(panel, who).assign(in_hardship_whole_life=whole)

    return replace(pipeline, see=see)


def split_by_chance(pipeline: Pipeline) -> Pipeline:
    """What if seven in ten of the rows to judge were drawn by chance, and trained as well?"""

    def rows(panel: Panel, task: Task, origin: Origin) -> pd.DataFrame:
        every = rows_to_train(panel, task, _at_the_end(origin))
        drawn = np.random.default_rng(1).random(len(every)) < 0.7
        return every[drawn | (every["as_of"] < origin.test_from)].reset_index(drop=True)

    return replace(pipeline, rows=rows)


def answer_made_of_inputs(pipeline: Pipeline) -> Pipeline:
    """What if *fell* meant: is near the line now, by the income that the model is shown?"""

    def rows(panel: Panel, task: Task, origin: Origin) -> pd.DataFrame:
        found = pipeline.rows(panel, task, origin)
        X = features(panel, declare(replace(panel, columns=())), who=found)
        near = RuleInForce().decision_function(X) == 1
        return found.assign(answer=np.where(near, "yes", "no"))

    return replace(pipeline, rows=rows)


#: Ways to go wrong, by name; the first is none.
LEAKS: Mapping[str, Callable[[Pipeline], Pipeline]] = MappingProxyType(
    {
        "none": none,
        "dated by the event": dated_by_the_event,
        "mean of the whole life": mean_of_the_whole_life,
        "rows split by chance": split_by_chance,
        "answer made of the inputs": answer_made_of_inputs,
    }
)


def worth(
    panel: Panel, pipeline: Pipeline, *, task: Task, origin: Origin, n_draws: int = 200
) -> pd.DataFrame:
    """What would be printed if each of `LEAKS` were let in, and what would the office have got?

    *On paper* the pipeline works on the table as it lies today, and is judged by its own
    answers on rows that did not train. *On the day* the same code is run again on what was on
    file: at `train_until` to train, at each as-of month to rank; then falls judge. Rows are
    judged whose answer was on file, whole, at `answers_until`.

    Returns
    -------
    one row per leak × `judged` (on paper, on the day): `n`, `events`, and AUROC as `value`
    with its 95 % interval over households, `low` and `high`.

    """
    rows = []
    for name, let_in in LEAKS.items():
        for judged, forecast in (("on paper", _on_paper), ("on the day", _on_the_day)):
            said = forecast(panel, let_in(pipeline), task, origin)
            rows.append({"leak": name, "judged": judged, **said.measured(n_draws)})
    return pd.DataFrame(rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Forecast:
    household_id: np.ndarray
    score: np.ndarray
    y: np.ndarray

    def measured(self, n_draws: int) -> dict[str, float]:
        ranking = Ranking.of(self.score, self.y.astype(float))
        draws = Draws.over(self.household_id, n_draws=n_draws, seed=1)
        low, high = interval(draws.distribution(lambda weights: auroc(ranking.counts(weights))))
        value = float(auroc(ranking.counts(np.ones((1, len(self.y)))))[0])
        counts = {"n": len(self.y), "events": int(self.y.sum())}
        return counts | {"value": value, "low": low, "high": high}


def _at_the_end(origin: Origin) -> Origin:
    """The origin moved to where all answers are in: what trains there has a whole answer."""
    end = origin.answers_until
    return replace(origin, train_until=end, test_from=end)


def _judged(rows: pd.DataFrame, task: Task, origin: Origin) -> pd.DataFrame:
    asked = task.about(rows) & (rows["as_of"] >= origin.test_from).to_numpy()
    return rows[asked].reset_index(drop=True)


def _on_paper(panel: Panel, pipeline: Pipeline, task: Task, origin: Origin) -> _Forecast:
    train = pipeline.rows(panel, task, origin)
    every = _judged(pipeline.rows(panel, task, _at_the_end(origin)), task, origin)
    trained = every[_KEYS].merge(train[_KEYS], how="left", indicator=True)["_merge"] == "both"
    who = every[~trained.to_numpy()].reset_index(drop=True)
    X = pipeline.see(panel, train[_KEYS])
    model = pipeline.build().fit(X, _fell(train))
    score = score_of(model, pipeline.see(panel, who[_KEYS]))
    return _Forecast(household_id=who["household_id"].to_numpy(), score=score, y=_fell(who))


def _on_the_day(panel: Panel, pipeline: Pipeline, task: Task, origin: Origin) -> _Forecast:
    then = panel.known_by(origin.train_until)
    train = pipeline.rows(then, task, origin)
    model = pipeline.build().fit(pipeline.see(then, train[_KEYS]), _fell(train))
    every = _judged(rows_to_train(panel, task, _at_the_end(origin)), task, origin)
    ranked = [
        (who, score_of(model, pipeline.see(file, who[_KEYS])))
        for file, who in _month_by_month(panel, every)
    ]
    score = np.concatenate([score for _, score in ranked])
    who = pd.concat([who for who, _ in ranked], ignore_index=True)
    return _Forecast(household_id=who["household_id"].to_numpy(), score=score, y=_fell(who))


def _month_by_month(panel: Panel, rows: pd.DataFrame) -> Iterator[tuple[Panel, pd.DataFrame]]:
    """The file of each day, and who of these rows was on it: nobody else can be ranked."""
    for month in np.unique(rows["as_of"]).tolist():
        file = panel.known_by(month)
        there = (rows["as_of"] == month) & rows["household_id"].isin(file.households)
        yield file, rows[there].reset_index(drop=True)


def _fell(rows: pd.DataFrame) -> np.ndarray:
    return (rows["answer"] == "yes").to_numpy(dtype=int)
