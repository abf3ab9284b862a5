"""Does a way of forecasting know what it could not have known? A tool that tries to find out.

No tool proves that there is no leak. This one rewrites the future and looks whether anything
moves, holds the training answers against what was on file, deals the futures out among the
households, and asks of every column whether it is too good alone. It plants a leak and a column
of noise to show what it would notice here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from hardship_model.data.panel import Panel, PanelError
from hardship_model.evaluation.backtest import Origin, Task, rows_to_judge, rows_to_train
from hardship_model.evaluation.believable import FEWEST, Judged, alone, auroc_of, chance_bound, few
from hardship_model.evaluation.rewriting import another_future, exchanged_futures
from hardship_model.features import Feature, features
from hardship_model.labels import outcomes
from hardship_model.models import build
from hardship_model.models.calibration import score_of

_NAMES_SHOWN = 5
_KEYS = ["household_id", "as_of"]
_SCORE = "(the model's score)"

See = Callable[[Panel, pd.DataFrame], pd.DataFrame]
_Row = tuple[str, bool, float, float, str]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A way of forecasting, in the three steps that can leak."""

    #: Panel and `who` (household_id, as_of) → one row per row of `who`: what a model sees. It
    #: must look at the panel that it is handed, or nothing can be tested.
    see: See
    #: An estimator that is not fitted yet.
    build: Callable[[], BaseEstimator]
    #: Panel, task and origin → the rows that train: household_id, as_of, answer (yes or no).
    rows: Callable[[Panel, Task, Origin], pd.DataFrame] = rows_to_train

    @classmethod
    def of(cls, declared: Sequence[Feature], *, model: str, seed: int = 1) -> "Pipeline":
        """The pipeline of a backtest: our rows, these features, the model of this name."""
        return cls(
            see=lambda panel, who: features(panel, declared, who=who),
            build=build(model, declared, seed=seed),
        )


def leak_check(
    panel: Panel, pipeline: Pipeline, *, task: Task, origin: Origin, seed: int = 1
) -> pd.DataFrame:
    """Does this pipeline know what it could not have known?

    Returns
    -------
    one row per check: `check`, `alarm`, the `value` that was looked at and the `bound` from
    which it alarms (both missing where too few answers were seen), and what was `said`.

    * *future rewritten*: all that was not known at three of the as-of months is rewritten;
      a column that moves looks ahead;
    * *training rows*: each answer must be the one that the task's question gave from what was
      on file at `train_until`, and none may come, go or turn when what came later is rewritten;
    * *futures exchanged*: what came later is dealt out anew among the households; a model that
      still tells who falls has looked;
    * *too good*: no column, and no score, tells the answers nearly without fault (its whole
      95 % interval over households above the bound);
    * *leak planted*, *noise planted*: the answer itself, as a column, must be noticed by
      *future rewritten* and by *too good*; a column of noise by neither.

    Clean of alarms is not clean of leaks: a column that was filled in later under an earlier
    date, and tells only some of the answers, looks like a good column. Raises PanelError when
    nobody trains or nobody is judged.

    """
    train = pipeline.rows(panel, task, origin)
    judged = Judged.at(panel, task, origin)
    if not len(train) or not len(judged.y):
        raise PanelError(
            f"Task {task.name!r} at origin {origin.name!r}: {len(train)} rows to train on and"
            f" {len(judged.y)} to judge with a known answer. Check the months of the origin."
        )
    y = (train["answer"] == "yes").to_numpy(dtype=int)
    model = pipeline.build().fit(pipeline.see(panel, train[_KEYS]), y)
    who = pd.concat([train[_KEYS], judged.who]).drop_duplicates(ignore_index=True)
    rows = [
        _future_rewritten(panel, pipeline.see, who, seed=seed),
        _training_rows(panel, pipeline, train, task, origin, seed=seed),
        _futures_exchanged(panel, pipeline, model, task, origin, seed=seed),
        _too_good(pipeline.see(panel, judged.who), model, judged),
        *_planted(panel, who, judged, task, seed=seed),
    ]
    return pd.DataFrame(rows, columns=["check", "alarm", "value", "bound", "said"])


def _too_few(check: str) -> _Row:
    said = f"Not looked at: fewer than {FEWEST} of those judged fell, or fewer than that did not."
    return check, False, np.nan, np.nan, said


def _future_rewritten(panel: Panel, see: See, who: pd.DataFrame, *, seed: int) -> _Row:
    moved = _moved(panel, see, who, seed=seed)
    X = see(panel, who)
    other_lives = exchanged_futures(panel, after=int(panel.months[0]) - 1, seed=seed)
    deaf = {str(name) for name in X} - _differ(X, see(other_lives, who))
    untested = len(deaf) == X.shape[1]
    if moved:
        said = (
            f"{_named(moved)} moved when what was recorded after the as-of month was rewritten:"
            " what could not have been known is looked at."
        )
    elif untested:
        said = "Nothing was tested: no column depends on the panel that `see` was handed."
    else:
        said = f"None of {X.shape[1]} columns moved when what was recorded later was rewritten."
        said += f" Not tested, since the panel does not matter: {_named(deaf)}." if deaf else ""
    return "future rewritten", bool(moved) or untested, len(moved), 1, said


def _moved(panel: Panel, see: See, who: pd.DataFrame, *, seed: int) -> set[str]:
    """Which columns change when all that was not known at three as-of months is rewritten?"""
    moved: set[str] = set()
    for month in _first_middle_last(who["as_of"]):
        then = who[who["as_of"] == month].reset_index(drop=True)
        rewritten = another_future(panel, after=month, seed=seed)
        moved |= _differ(see(panel, then), see(rewritten, then))
    return moved


def _first_middle_last(months: pd.Series) -> list[int]:
    every = np.unique(months)
    return np.unique(every[[0, len(every) // 2, -1]]).tolist() if len(every) else []


def _differ(before: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    """Which columns are not the same, or gone?"""
    return {str(c) for c in before if c not in after or not _same(before[c], after[c])}


def _same(before: pd.Series, after: pd.Series) -> bool:
    if len(before) != len(after):
        return False
    one, other = before.astype(object).to_numpy(), after.astype(object).to_numpy()
    return bool(((one == other) | (pd.isna(one) & pd.isna(other))).all())


def _named(names: set[str] | Sequence[str]) -> str:
    some = sorted(names)
    more = f" and {len(some) - _NAMES_SHOWN} more" if len(some) > _NAMES_SHOWN else ""
    return ("column " if len(some) == 1 else "columns ") + ", ".join(some[:_NAMES_SHOWN]) + more


def _training_rows(
    panel: Panel, pipeline: Pipeline, train: pd.DataFrame, task: Task, origin: Origin, *, seed: int
) -> _Row:
    known = panel.known_by(origin.train_until)
    late = train["as_of"] + task.question.months_until_known > origin.train_until
    asked = outcomes(
        known, task.question, as_of=np.intersect1d(known.months, train.loc[~late, "as_of"])
    )
    told = train.merge(asked, how="left", on=_KEYS, suffixes=("", "_asked"))
    at_risk = told["answer_asked"].notna()
    wrong = at_risk & (told["answer"].astype("str") != told["answer_asked"].astype("str"))
    again = pipeline.rows(another_future(panel, after=origin.train_until, seed=seed), task, origin)
    faults = {
        "have a horizon that ends after train_until": int(late.sum()),
        "are of households that were not at risk": int((~at_risk & ~late.to_numpy()).sum()),
        "have another answer than the file gave by then": int(wrong.sum()),
        "come, go or turn when what came later is rewritten": _turned(train, again),
    }
    found = [f"{count} {fault}" for fault, count in faults.items() if count]
    said = f"All {len(train)} training answers are the question's own and were on file in time."
    if found:
        said = f"Of {len(train)} training rows, {', '.join(found)}."
    return "training rows", bool(found), max(faults.values()), 1, said


def _turned(train: pd.DataFrame, again: pd.DataFrame) -> int:
    """How many households and months are not in both, with the same answer?"""
    one, other = (rows[[*_KEYS, "answer"]].astype({"answer": "str"}) for rows in (train, again))
    both = one.drop_duplicates().merge(other.drop_duplicates(), how="outer", indicator=True)
    return len(both.loc[both["_merge"] != "both", _KEYS].drop_duplicates())


def _futures_exchanged(
    panel: Panel, pipeline: Pipeline, model: BaseEstimator, task: Task, origin: Origin, *, seed: int
) -> _Row:
    values, answers = [], []
    months = rows_to_judge(panel, task, origin)["as_of"]
    for number, month in enumerate(_first_middle_last(months)):
        dealt = exchanged_futures(panel, after=month, seed=seed + number)
        rows = rows_to_judge(dealt, task, replace(origin, test_from=month))
        rows = rows[(rows["as_of"] == month) & (rows["answer"] != "unknown")]
        y = (rows["answer"] == "yes").to_numpy(dtype=int)
        if not few(y):
            X = pipeline.see(dealt, rows[_KEYS].reset_index(drop=True))
            values.append(auroc_of(pd.Series(score_of(model, X)), y))
            answers.append(y)
    if not values:
        return _too_few("futures exchanged")
    value, bound = float(np.mean(values)), chance_bound(answers)
    said = f"With the futures dealt out anew, the model reaches an AUROC of {value:.3f}: "
    said += "it looks ahead." if value >= bound else "chance, as it should be."
    return "futures exchanged", value >= bound, value, bound, said


def _too_good(X: pd.DataFrame, model: BaseEstimator, judged: Judged) -> _Row:
    if few(judged.y):
        return _too_few("too good")
    columns = {str(name): X[name] for name in X} | {_SCORE: pd.Series(score_of(model, X))}
    told = {name: alone(column, judged.y) for name, column in columns.items()}
    best = max(told, key=lambda name: told[name])
    suspects = [
        name
        for name, value in told.items()
        if value >= judged.too_good and judged.surely_too_good(columns[name])
    ]
    said = f"The model reaches an AUROC of {told[_SCORE]:.3f}, which can be honest."
    if suspects:
        said = (
            f"{_named(suspects)} alone: an AUROC of up to {told[best]:.3f} is too good to be true."
            " The answer, or something made of it, has got in."
        )
    return "too good", bool(suspects), told[best], judged.too_good, said


def _planted(
    panel: Panel, who: pd.DataFrame, judged: Judged, task: Task, *, seed: int
) -> tuple[_Row, _Row]:
    def see(panel: Panel, who: pd.DataFrame) -> pd.DataFrame:
        truth = outcomes(panel, task.question, as_of=np.unique(who["as_of"]))
        answer = who.merge(truth, how="left", on=_KEYS)["answer"]
        noise = np.random.default_rng(seed).random(len(who))
        return pd.DataFrame({"leak": (answer == "yes").to_numpy(), "noise": noise})

    if few(judged.y):
        return _too_few("leak planted"), _too_few("noise planted")
    moved, X = _moved(panel, see, who, seed=seed), see(panel, judged.who)
    return _leak(X["leak"], judged, "leak" in moved), _noise(X["noise"], judged, "noise" in moved)


def _leak(column: pd.Series, judged: Judged, moved: bool) -> _Row:
    value = alone(column, judged.y)
    blind = not (moved and judged.surely_too_good(column))
    share = 2 * judged.too_good - 1  # a column that tells a share, and guesses the rest
    said = f"The answer itself, planted as a column, reaches {value:.3f}: " + (
        "it would not have been noticed here."
        if blind
        else "noticed twice. Under an earlier date of record, a column that gives away less than"
        f" {share:.0%} of the answers would pass."
    )
    return "leak planted", blind, value, judged.too_good, said


def _noise(column: pd.Series, judged: Judged, moved: bool) -> _Row:
    value, bound = alone(column, judged.y), chance_bound([judged.y])
    noticed = moved or value >= bound
    said = f"A column of noise, planted, reaches {value:.3f}: "
    said += "a false alarm; try another seed." if noticed else "chance, as it should be."
    return "noise planted", noticed, value, bound, said
