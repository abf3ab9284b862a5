"""How should a model's score become a risk? Three ways, on invented towns, four origins each.

    python benchmarks/recalibration.py [SEED ...]

*As given* is the model's own probability. *The copy's line* is level and spread found on the last
third of the training rows, by a copy that had not seen them, and put on the model that has. *As
shipped* keeps the spread, drawn towards the model's own, and takes the level at which the model
that is kept expects as many as fell (`models.calibration`), without regions. Judged are the two
years after each origin. Writes `benchmarks/town/recalibration.csv`: for each horizon, model and way
the mean over towns and origins of |log observed ÷ expected| and of the expected calibration error
over the base rate. The shipped seeds (2 and 3) take ten minutes in two processes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from town_attainable import HOUSEHOLDS, TASKS

from hardship_model.data.panel import Panel
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import (
    Origin,
    Scored,
    Task,
    rows_to_train,
    score_everybody,
)
from hardship_model.evaluation.calibration import (
    expected_calibration_error,
    observed_over_expected,
)
from hardship_model.features import declare, features
from hardship_model.files import write_csv
from hardship_model.models import build
from hardship_model.models.calibration import score_of
from hardship_model.months import to_month
from hardship_model.shards import map_shards

OUT = Path(__file__).resolve().parent / "town" / "recalibration.csv"
MODELS = ("monotone_logistic", "boosting")
YEARS = (2017, 2018, 2019, 2020)
LEARNED_BY = 1
#: With fewer falls than this before or after, the line is drawn on the training rows themselves.
FEW = 30


def tasks() -> Iterator[Task]:
    """The two tasks, asked once per horizon, so that no answer counts twice."""
    for name, question in TASKS.items():
        yield Task(name=name, kind="both", every_months=question.horizon_months, question=question)


def risks(panel: Panel, truth: Panel, scored: Scored) -> Iterator[tuple[str, str, np.ndarray]]:
    """Each model's risks in the three ways, as the rows of `scored`."""
    declared = declare(panel)
    rows = rows_to_train(truth, scored.task, scored.origin)
    rows = rows[scored.task.about(rows)].reset_index(drop=True)
    X, y = features(panel, declared, who=rows), (rows["answer"] == "yes").to_numpy(dtype=int)
    as_of = rows["as_of"].to_numpy()
    start = np.quantile(as_of, 2 / 3, method="higher")
    late, early = as_of >= start, as_of + scored.task.question.months_until_known <= start
    for name in MODELS:
        score, kept = scored.score[name], scored.fitted[name]
        if min(y[early].sum(), y[late].sum()) < FEW:
            copy, on = kept.model, np.ones(len(y), dtype=bool)
        else:
            copy, on = build(name, declared, seed=LEARNED_BY)().fit(X[early], y[early]), late
        line = LogisticRegression(C=1e6).fit(score_of(copy, X[on])[:, None], y[on])
        yield name, "as given", expit(score)
        yield name, "the copy's line", line.predict_proba(score[:, None])[:, 1]
        yield name, "as shipped", expit(kept.intercept + kept.slope * score)


def of_town(seed: int) -> list[dict[str, object]]:
    """What came of one town."""
    return list(_of_town(seed))


def _of_town(seed: int) -> Iterator[dict[str, object]]:
    """One row per horizon × origin × model × way."""
    town = invent(Config(n_households=HOUSEHOLDS, seed=seed))
    panel, truth = records(town), truth_panel(town)
    for task in tasks():
        for year in YEARS:
            eve, last = to_month(f"{year}-12"), int(truth.months[-1])
            origin = Origin(name=str(year), train_until=eve, test_from=eve,
                            answers_until=min(eve + 24, last))  # fmt: skip
            scored = score_everybody(
                panel, task=task, origin=origin, models=MODELS, declared=declare(panel),
                seed=LEARNED_BY, learn_from=truth, judge_by=truth,
            )  # fmt: skip
            fell, once = scored.answer, np.ones((1, len(scored.answer)))
            for model, way, risk in risks(panel, truth, scored):
                off = observed_over_expected(risk, fell, once)[0]
                error = expected_calibration_error(risk, fell, once)[0] / np.nanmean(fell)
                yield {
                    "task": task.name, "model": model, "risks": way,
                    "events": int(np.nansum(fell)), "off": abs(np.log(off)), "error": error,
                }  # fmt: skip
            print(f"town {seed}, {task.name}, {year}: {np.nansum(fell):,.0f} fell", flush=True)


def main(seeds: list[int]) -> None:
    """Play every town, and write the means."""
    told = pd.DataFrame(row for rows in map_shards(of_town, seeds) for row in rows)
    groups = told.groupby(["task", "model", "risks"], sort=False)
    table = groups.agg(
        judged=("off", "size"), events=("events", "sum"), level_off=("off", "mean"),
        level_off_sd=("off", "std"), error=("error", "mean"), error_sd=("error", "std"),
    ).round(3).reset_index()  # fmt: skip
    write_csv(table, OUT)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [2, 3])
