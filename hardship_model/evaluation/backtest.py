"""Would it have worked then? Train on what was known, judge on what came later."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.evaluation.lessons import Lessons
from hardship_model.evaluation.sums import as_sums
from hardship_model.evaluation.uncertainty import Draws, interval, verdict
from hardship_model.features import Feature, features
from hardship_model.labels import Task, outcomes
from hardship_model.models import BASELINES, FOLLOWING, OF_EVERYBODY, build
from hardship_model.models.calibration import Calibrated
from hardship_model.models.hazard import follow_up
from hardship_model.models.regions import region_of
from hardship_model.months import to_text

#: Of these, less is better.
LESS_IS_BETTER = ("brier", "brier_calibration", "brier_refinement", "expected_calibration_error")
#: Of these, the distance from one (from nought) counts, so they get no verdict.
ONE_IS_BEST = ("observed_over_expected", "calibration_slope")
NOUGHT_IS_BEST = ("calibration_intercept",)
#: A model is chosen by these two, on the origins meant for choosing.
CHOSEN_BY = ("auroc", "average_precision")
#: What `judge` says of a model and metric; where no model is learned nothing is compared.
_COMPARED = (
    "model", "metric", "value", "low", "high", "against", "difference", "difference_low",
    "difference_high", "verdict",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A point in time: what lay before it trains, what came after it judges."""

    name: str
    #: Answers must have been known by the end of this month to train.
    train_until: int
    #: First and last `as_of` that may be judged; answers are looked at up to `answers_until`.
    test_from: int
    answers_until: int
    #: *choose*: the model is chosen here; *judge*: it is judged here, and nothing is chosen.
    role: Literal["choose", "judge"] = "judge"

    def __post_init__(self) -> None:
        """Refuse an origin that would judge on what it was trained on."""
        if not self.train_until <= self.test_from <= self.answers_until:
            raise ValueError(
                f"Origin {self.name!r}: train_until ({to_text(self.train_until)}) must not lie"
                f" after test_from ({to_text(self.test_from)}), nor this after answers_until"
                f" ({to_text(self.answers_until)})."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """Models fitted at one origin, by name, and how much there was to learn from."""

    fitted: Mapping[str, Calibrated]
    n_train: int
    train_events: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """Every model's scores for the households judged at one task and origin."""

    task: Task
    origin: Origin
    #: household_id, as_of, kind, answer of the rows judged, one row each.
    rows: pd.DataFrame = field(repr=False)
    #: Ranking score and calibrated risk of each model, in the order of `rows`.
    score: dict[str, np.ndarray] = field(repr=False)
    risk: dict[str, np.ndarray] = field(repr=False)
    n_train: int
    train_events: int
    #: The models that gave them, by name.
    fitted: Mapping[str, Calibrated] = field(default_factory=dict)

    @property
    def answer(self) -> np.ndarray:
        """1 for yes, 0 for no, NaN for unknown, in the order of `rows`."""
        return self.rows["answer"].map({"no": 0.0, "yes": 1.0, "unknown": np.nan}).to_numpy(float)


def score_everybody(
    panel: Panel,
    *,
    task: Task,
    origin: Origin,
    models: Sequence[str],
    declared: Sequence[Feature],
    seed: int,
    learn_from: Panel | None = None,
    judge_by: Panel | None = None,
) -> Scored:
    """What would each model have said at this origin, trained on what was known by then?

    Features come from `panel`, which holds what was on file. The answers that train come from
    `learn_from`, those that judge from `judge_by`, both from `panel` unless told otherwise (in
    the invented town the truth is known). Answers train only when they were on file at
    `train_until`. Raises PanelError when nobody is left to train on or to judge.
    """
    test = rows_to_judge(judge_by or panel, task, origin)
    refuse_nobody(test, task, origin)
    learned = fit_models(
        panel, task=task, origin=origin, models=models, declared=declared, seed=seed,
        learn_from=learn_from,
    )  # fmt: skip
    return scored_by(learned, panel, test, task=task, origin=origin, declared=declared)


def refuse_nobody(rows: pd.DataFrame, task: Task, origin: Origin) -> None:
    """Raises PanelError when there is nobody to judge, or nobody whose answer is known."""
    if rows.empty or (rows["answer"] == "unknown").all():
        asked = f"{len(rows)} rows, all without an answer" if len(rows) else "nobody to judge"
        raise PanelError(
            f"Task {task.name!r} at origin {origin.name!r}: {asked}; at least one row whose answer"
            " is known is needed. Check the months of the origin in the config."
        )


def scored_by(
    learned: Learned,
    panel: Panel,
    rows: pd.DataFrame,
    *,
    task: Task,
    origin: Origin,
    declared: Sequence[Feature],
) -> Scored:
    """What do fitted models say of these rows of `rows_to_judge`, from what `panel` has on file?"""
    X = features(panel, declared, who=rows)
    return Scored(
        task=task,
        origin=origin,
        rows=rows,
        score={name: model.score(X) for name, model in learned.fitted.items()},
        risk={name: model.risk(X) for name, model in learned.fitted.items()},
        n_train=learned.n_train,
        train_events=learned.train_events,
        fitted=learned.fitted,
    )


def fit_models(
    panel: Panel,
    *,
    task: Task,
    origin: Origin,
    models: Sequence[str],
    declared: Sequence[Feature],
    seed: int,
    learn_from: Panel | None = None,
) -> Learned:
    """What do these models make of the answers that were on file at the origin's `train_until`?

    Arguments are those of `score_everybody`; of the origin only `train_until` counts. Raises
    PanelError when the answers are all of one kind, or there are none.
    """
    teacher = learn_from or panel
    answers = Lessons.of_answers(panel, declared, *_everybody_to_learn_from(teacher, task, origin))
    asked = answers.y[answers.own]
    if len(np.unique(asked)) < 2:
        raise PanelError(
            f"Task {task.name!r} at origin {origin.name!r}: {len(asked)} rows to train on with"
            f" {int(asked.sum())} events; both kinds of answer are needed. Check the months of the"
            " origin in the config."
        )
    lessons = dict.fromkeys(models, answers)
    if following := [name for name in models if name in FOLLOWING]:
        known, months = _known_to_train(teacher, task, origin)
        rows = follow_up(known, task.question, as_of=months)
        followed = Lessons.of_follow_ups(panel, declared, rows, task.about(rows))
        lessons |= dict.fromkeys(following, followed)
    fitted = {
        name: lessons[name].teach(
            build(name, declared, seed=seed), everybody=name.endswith(OF_EVERYBODY),
            embargo_months=task.question.months_until_known, region=region_of(declared),
        )
        for name in models
    }  # fmt: skip
    return Learned(fitted=fitted, n_train=len(asked), train_events=int(asked.sum()))


def _everybody_to_learn_from(
    panel: Panel, task: Task, origin: Origin
) -> tuple[pd.DataFrame, np.ndarray]:
    """Everybody at risk who can teach something, and which of them the task is about.

    The task may ask only about households that were seen several times; those that were seen
    less often are at risk as well, and can be learned from.
    """
    asked = rows_to_train(panel, task, origin)
    if task.question.min_seen == 1:
        return asked, task.about(asked)
    seen_once = replace(task, question=replace(task.question, min_seen=1))
    rows = rows_to_train(panel, seen_once, origin)
    key = ["household_id", "as_of"]
    often = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(asked[key]))
    return rows, task.about(rows) & often


def rows_to_train(panel: Panel, task: Task, origin: Origin) -> pd.DataFrame:
    """Which answers of `labels.outcomes` were on file, whole, at the origin's `train_until`?"""
    known, months = _known_to_train(panel, task, origin)
    rows = outcomes(known, task.question, as_of=months)
    kept = (rows["answer"] != "unknown") & rows["all_seen"]
    return rows[kept].reset_index(drop=True)


def _known_to_train(panel: Panel, task: Task, origin: Origin) -> tuple[Panel, np.ndarray]:
    """What was on file at `train_until`, and the `as_of` whose answers can be in it."""
    known = panel.known_by(origin.train_until)
    until = origin.train_until - task.question.months_until_known
    return known, known.months[known.months <= until][:: -_stride(task, panel)][::-1]


def _stride(task: Task, panel: Panel) -> int:
    return max(task.every_months // panel.step_months, 1)


def rows_to_judge(panel: Panel, task: Task, origin: Origin) -> pd.DataFrame:
    """Whom does the task ask about from the origin's `test_from`, and what became of them?"""
    # The period in which `answers_until` lies tells only at its end.
    part = (origin.answers_until - int(panel.months[0])) % panel.step_months
    until = origin.answers_until - part - task.question.months_until_known
    months = panel.months[(panel.months >= origin.test_from) & (panel.months <= until)]
    rows = outcomes(panel, task.question, as_of=months[:: _stride(task, panel)])
    kept = task.about(rows)
    if task.question.ask == "in_hardship_at":
        # A survey that did not visit at the horizon has no answer by design: nobody's failure.
        kept &= (rows["answer"] != "unknown").to_numpy()
    return rows[kept].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """Every metric of every model, model by model: in the sample, and in draws that all share."""

    value: dict[str, dict[str, float]]
    #: Each of shape [n_draws].
    drawn: dict[str, dict[str, np.ndarray]]
    #: Of each share of a list: what it divides by, and what it divides.
    on_lists: dict[str, dict[str, tuple[float, float]]]


def measured(
    scored: Scored, *, list_shares: tuple[float, ...], n_draws: int, seed: int
) -> Measured:
    """How good was each model here, and how good in draws over households?"""
    draws = Draws.over(scored.rows["household_id"].to_numpy(), n_draws=n_draws, seed=seed)
    formulas, pieces = [], []
    for name, score in scored.score.items():
        amounts, formula = as_sums(
            score=score, risk=scored.risk[name], answer=scored.answer, list_shares=list_shares
        )
        formulas.append(formula)
        pieces.append(draws.by_household(amounts))
    whole = [p.sums.sum(axis=0) for p in pieces]
    together = list(zip(scored.score, formulas, whole, draws.totals(pieces), strict=True))
    return Measured(
        value={
            m: {name: float(v[0]) for name, v in f.metrics(total[None]).items()}
            for m, f, total, _ in together
        },
        drawn={m: f.metrics(totals) for m, f, _, totals in together},
        on_lists={m: f.counts_on_lists(total) for m, f, total, _ in together},
    )


def judge(
    scored: Scored, *, list_shares: tuple[float, ...], n_draws: int, seed: int
) -> pd.DataFrame:
    """How good was each model here, how sure is that, and is it better than a clerk?

    Returns
    -------
    one row per model × metric: counts (`n`, `events`, `unknown`; of a share of a list, what it
    divides), `value` with its 95 % interval over households, and the paired `difference` to the
    best baseline of that metric with interval and verdict. Small counts are still in it
    (`withholding.withhold_few_on_lists`).

    """
    answer = scored.answer
    found = measured(scored, list_shares=list_shares, n_draws=n_draws, seed=seed)
    rows: list[dict[str, object]] = []
    for metric in next(iter(found.value.values())):
        of_metric = {m: of[metric] for m, of in found.value.items()}
        rows += _compared(metric, of_metric, {m: of[metric] for m, of in found.drawn.items()})
    # Sums of many rows end differently on different processors, beyond these decimals.
    table = pd.DataFrame(rows, columns=list(_COMPARED)).round(12)
    table.insert(0, "task", scored.task.name)
    table.insert(1, "origin", scored.origin.name)
    table.insert(2, "role", scored.origin.role)
    everybody = len(answer), float(np.nansum(answer))
    counts = [
        found.on_lists[model].get(metric, everybody)
        for model, metric in zip(table["model"], table["metric"], strict=True)
    ]
    table.insert(5, "n", [float(n) for n, _ in counts])
    table.insert(6, "events", [events for _, events in counts])
    table.insert(7, "unknown", int(np.isnan(answer).sum()))
    return table


def _compared(
    metric: str, value: dict[str, float], drawn: dict[str, np.ndarray]
) -> Iterator[dict[str, object]]:
    sign = -1 if metric in LESS_IS_BETTER else 1
    baselines = [name for name in BASELINES if name in value]
    # Of a list on which no answer is known, nothing is known: it is nobody's best.
    known = {name: np.nan_to_num(sign * value[name], nan=-np.inf) for name in baselines}
    best = max(known, key=lambda name: known[name]) if known else None
    for name in value:
        low, high = interval(drawn[name])
        row = {"model": name, "metric": metric, "value": value[name], "low": low, "high": high}
        if best and name not in baselines and metric not in (*ONE_IS_BEST, *NOUGHT_IS_BEST):
            d_low, d_high = interval(drawn[name] - drawn[best])
            row |= {
                "against": best,
                "difference": value[name] - value[best],
                "difference_low": d_low,
                "difference_high": d_high,
                "verdict": verdict(d_low, d_high, more_is_better=sign > 0),
            }
        yield row


def choose(table: pd.DataFrame) -> pd.DataFrame:
    """Which model does each task get, and why?

    Only origins with the role *choose* are looked at. A model's regret is how far it stays
    behind the best model there, averaged over origins and over AUROC and average precision;
    the smallest mean regret is chosen, the earlier name on a tie.

    Returns
    -------
    one row per task × model: mean `regret`, the `worst` at one origin and metric, `n_origins`,
    `chosen`, and `why`, in words. Raises ValueError when a task has no such origin with both
    kinds of answer.

    """
    looked_at = table[(table["role"] == "choose") & table["metric"].isin(CHOSEN_BY)]
    looked_at = looked_at.dropna(subset="value")
    if left := sorted(set(table["task"]) - set(looked_at["task"])):
        raise ValueError(
            f'Task {", ".join(left)}: at no origin with role = "choose" are there both households'
            " that fell and households that did not; models are chosen by such an origin, so move"
            " its months or widen them."
        )
    place = ["task", "origin", "metric"]
    best = looked_at.groupby(place)["value"].transform("max")
    regret = (
        looked_at.assign(regret=best - looked_at["value"])
        .groupby(["task", "model"], sort=False)
        .agg(regret=("regret", "mean"), worst=("regret", "max"), n_origins=("origin", "nunique"))
        .reset_index()
    )
    regret["chosen"] = regret.index.isin(regret.groupby("task")["regret"].idxmin())
    # Words are put back by the row's index.
    regret["why"] = pd.concat([_why(rows) for _, rows in regret.groupby("task")])
    return regret


def _why(of_task: pd.DataFrame) -> pd.Series:
    """Why was this model chosen for a task, and why was each other not? Index as `of_task`."""
    [chosen], others = of_task[of_task["chosen"]].to_dict("records"), of_task[~of_task["chosen"]]
    n = chosen["n_origins"]
    further = of_task["regret"] - chosen["regret"]
    why = further.map(lambda by: f"by {by:.3f} further behind than the chosen one")
    why[further == 0] = "as near as the chosen one, which is named earlier"
    next_by = f"; the next by {others['regret'].min():.3f}" if len(others) else ""
    why[of_task["chosen"]] = (
        f"least behind the best at {n} choosing origin{'' if n == 1 else 's'}:"
        f" by {chosen['regret']:.3f} on average, by {chosen['worst']:.3f} at worst{next_by}"
    )
    return why
