"""Is the default choice better than what plain users run? EPH 2007–2015, three tasks.

    python benchmarks/eph_plain_users.py            choose at 2011 and 2012, then judge at 2013
    python benchmarks/eph_plain_users.py choosing   stop before anything of 2013 is looked at

Plain users take a model as it comes, on the households that the task is about: scikit-learn's
logistic regression and histogram gradient boosting, and LightGBM. They give it either the
declared columns as last seen, or all features that this package makes of them. Ours is what
`choose` picks among the models of `configs/eph.toml`, at the origins meant for choosing. All are
trained and judged on the same rows; differences are paired over households. Takes about a
quarter of an hour on one core. Needs the file of `configs/eph.toml`, which is not part of the
repository.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from how_calibrated import calibration
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from hardship_model.data.panel import Panel
from hardship_model.evaluation.backtest import (
    Scored,
    choose,
    judge,
    rows_to_train,
    score_everybody,
)
from hardship_model.evaluation.metrics import Ranking, auroc, average_precision, on_list
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.features import Feature, declare, features
from hardship_model.models import BASELINES
from hardship_model.study import Study, load_study, read

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "eph.toml"
METRICS = {
    "AUROC": auroc,
    "average precision": average_precision,
    "precision at 10 %": lambda counts: on_list(counts, share=0.1).precision,
    "recall at 20 %": lambda counts: on_list(counts, share=0.2).recall,
}


def plain_logistic() -> BaseEstimator:
    """Means for the unknown, standardised; one column per level of a category."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, LogisticRegression(max_iter=1000))


PLAIN: dict[str, Callable[[], BaseEstimator]] = {
    "logistic": plain_logistic,
    "histogram boosting": lambda: HistGradientBoostingClassifier(random_state=0),
    "LightGBM": lambda: LGBMClassifier(n_jobs=1, random_state=0, verbosity=-1),
}


def by_plain_users(panel: Panel, scored: Scored, declared: Sequence[Feature]) -> Scored:
    """The same rows with the scores of plain users beside ours."""
    train = rows_to_train(panel, scored.task, scored.origin)
    train = train[scored.task.about(train)].reset_index(drop=True)
    y = (train["answer"] == "yes").to_numpy(dtype=int)
    X, X_test = (features(panel, declared, who=rows) for rows in (train, scored.rows))
    # Histogram boosting fails on a column that is empty in training.
    told = [f for f in declared if X[f.name].notna().any()]
    kinds = {"columns as last seen": [f for f in told if f.stat == "now"], "all features": told}
    theirs = {}
    for kind, given in kinds.items():
        names = [f.name for f in given]
        for name, build in PLAIN.items():
            fitted = build().fit(X[names], y)
            theirs[f"plain {name}, {kind}"] = fitted.predict_proba(X_test[names])[:, 1]
    return replace(scored, score=scored.score | theirs, risk=scored.risk | theirs)


def compared(scored: Scored, ours: str, *, n_draws: int, seed: int) -> Iterator[dict[str, object]]:
    """One row per metric × model: value, and our value less that, each with its interval."""
    draws = Draws.over(scored.rows["household_id"].to_numpy(), n_draws=n_draws, seed=seed)
    ranked = {name: Ranking.of(score, scored.answer) for name, score in scored.score.items()}
    whole = np.ones((1, len(scored.rows)))
    for metric, of in METRICS.items():
        value = {name: float(of(r.counts(whole))[0]) for name, r in ranked.items()}
        drawn = {
            name: draws.distribution(lambda w, r=r, of=of: of(r.counts(w)))
            for name, r in ranked.items()
        }
        for name in ranked:
            low, high = interval(drawn[name])
            d_low, d_high = interval(drawn[ours] - drawn[name])
            yield {
                "task": scored.task.name, "origin": scored.origin.name, "n": len(scored.rows),
                "events": int(scored.answer.sum()), "metric": metric, "model": name,
                "ours": ours, "value": value[name], "low": low, "high": high,
                "difference": value[ours] - value[name], "difference_low": d_low,
                "difference_high": d_high,
            }  # fmt: skip


def chosen_models(study: Study, panel: Panel) -> dict[str, str]:
    """Which model gets each task? Only the choosing origins are looked at; prints why."""
    declared = declare(panel)
    tables = []
    for origin in (o for o in study.origins if o.role == "choose"):
        for task in study.tasks:
            scored = score_everybody(panel, task=task, origin=origin, models=study.models,
                                     declared=declared, seed=study.seed)  # fmt: skip
            tables.append(judge(scored, list_shares=(0.1,), n_draws=2, seed=study.seed))
            print(f"{task.name} at {origin.name}: {len(scored.rows)} rows", flush=True)
    table = pd.concat(tables)
    shown = table[table["metric"].isin(["auroc", "average_precision"])].pivot_table(
        index=["task", "model"], columns=["metric", "origin"], values="value", sort=False
    )
    choice = choose(table)
    print(shown.round(3).to_string(), choice.round(4).to_string(index=False), sep="\n\n")
    return choice[choice["chosen"]].set_index("task")["model"].to_dict()


def judged(study: Study, panel: Panel, chosen: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """At the judging origin: the chosen models beside the plain users', and their calibration."""
    declared = declare(panel)
    rows: list[dict[str, object]] = []
    risks = []
    for origin in (o for o in study.origins if o.role == "judge"):
        for task in study.tasks:
            ours = chosen[task.name]
            scored = score_everybody(
                panel, task=task, origin=origin, models=dict.fromkeys([*BASELINES, ours]),
                declared=declared, seed=study.seed,
            )  # fmt: skip
            both = by_plain_users(panel, scored, declared)
            rows += compared(both, ours, n_draws=study.n_draws, seed=study.seed)
            risks.append(
                calibration([(scored, panel)], ours, n_draws=study.n_draws, seed=study.seed)
            )
    return pd.DataFrame(rows), pd.concat(risks)


def main(asked: list[str]) -> None:
    """Choose, and judge unless told to stop."""
    study = load_study(CONFIG)
    panel = read(study).panel
    chosen = chosen_models(study, panel)
    if asked != ["choosing"]:
        for table in judged(study, panel, chosen):
            print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main(sys.argv[1:])
