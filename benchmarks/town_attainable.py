"""What share of what can be foretold in the invented town does each model foretell?

    python benchmarks/town_attainable.py [TASK]

Three offices, each with 20,000 households of the same province, learn from their own records up
to the end of 2020 and from what was true then; each ranks its own households in 2021 and 2022,
and what it says is held against the falls, first and repeated. The way from the rule in force to
the record ceiling is 100 %: the ceiling is what boosting, or boosting and logistic together,
reaches on the same households when it has learned from 60,000 others. Metrics are means over
the three offices, risks are judged together. Intervals are over the judged households; how the
households that teach were drawn is not in them.

Writes `benchmarks/town/TASK_shares.csv` and `TASK_calibration.csv`. Six months take
about fourteen minutes of one core, twelve months seven, with 8 GB.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from how_calibrated import calibration

from hardship_model.data.panel import Panel
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import Origin, Scored, Task, score_everybody
from hardship_model.evaluation.ceiling import from_many_records, share_of_attainable
from hardship_model.evaluation.metrics import Ranking, auroc, average_precision, on_list
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.features import declare
from hardship_model.files import write_csv
from hardship_model.labels import Question
from hardship_model.months import to_month

FOLDER = Path(__file__).resolve().parent / "town"
OFFICES, HOUSEHOLDS = 3, 20_000
PROVINCE = Config(n_households=OFFICES * HOUSEHOLDS, seed=1)
N_DRAWS, SEED = 500, 1
#: Whose risks are judged as well; slow to draw.
CALIBRATED = ("monotone_logistic", "boosting", "mean_of_both")
N_DRAWS_OF_RISKS = 200
ORIGIN = Origin(
    name="2020", train_until=to_month("2020-12"), test_from=to_month("2020-12"),
    answers_until=to_month("2022-12"),
)  # fmt: skip
TASKS = {
    f"falls_in_{months}_months": Question(
        ask="entered_within", horizon_months=months, exit_months=6, spell_months=3
    )
    for months in (6, 12)
}
RULE = "rule_in_force"
MODELS = (
    RULE, "income_over_line", "single_trigger_alerts", "scorecard", "monotone_logistic",
    "boosting", "mean_of_both", "hazard",
)  # fmt: skip
CEILINGS = ("boosting", "mean_of_both")
METRICS = {
    "AUROC": auroc,
    "average precision": average_precision,
    "recall at 10 %": lambda counts: on_list(counts, share=0.1).recall,
}


def offices(task: Task) -> Iterator[tuple[Scored, Panel]]:
    """What each office's models say of its own households, and what it had on file."""
    for office in range(OFFICES):
        own = replace(PROVINCE, n_households=HOUSEHOLDS, first_household=office * HOUSEHOLDS)
        town = invent(own)
        panel, truth = records(town), truth_panel(town)
        scored = score_everybody(
            panel, task=task, origin=ORIGIN, models=MODELS, declared=declare(panel), seed=SEED,
            learn_from=truth, judge_by=truth,
        )  # fmt: skip
        print(_taught(f"office {office + 1}", scored), flush=True)
        yield scored, panel


def _taught(who: str, scored: Scored) -> str:
    fell, unknown = np.nansum(scored.answer), np.isnan(scored.answer).sum()
    return (
        f"{scored.task.name}, {who}: learned from {scored.n_train:,} rows, {scored.train_events:,}"
        f" fell; judged {len(scored.answer):,} rows, {fell:,.0f} fell, {unknown:,} unknown"
    )


def shares(several: Sequence[Scored], ceiling: Scored) -> Iterator[dict[str, object]]:
    """One row per metric × model: its mean over offices, and how far it goes to the ceiling."""
    names = [*MODELS, *(f"{name}, ceiling" for name in CEILINGS)]
    answer, household = ceiling.answer, ceiling.rows["household_id"].to_numpy()
    places = [household // HOUSEHOLDS == office for office in range(OFFICES)]
    ranked = []
    for one, here in zip(several, places, strict=True):
        pd.testing.assert_frame_equal(one.rows, ceiling.rows[here].reset_index(drop=True))
        scores = [one.score[m] for m in MODELS] + [ceiling.score[m][here] for m in CEILINGS]
        ranked.append([Ranking.of(score, one.answer) for score in scores])

    def measured(weights: np.ndarray) -> np.ndarray:
        """Mean over offices, shape [model, metric, draw]."""
        by_office = [
            [[of(counts) for of in METRICS.values()]
             for counts in (r.counts(weights[:, here]) for r in rankings)]
            for here, rankings in zip(places, ranked, strict=True)
        ]  # fmt: skip
        return np.mean(by_office, axis=0)

    value = measured(np.ones((1, len(answer))))[:, :, 0]
    draws = Draws.over(household, n_draws=N_DRAWS, seed=SEED)
    drawn = np.concatenate([measured(w) for w in draws.chunks()], axis=2)
    rule, first = names.index(RULE), len(MODELS)
    for metric, of, many in zip(METRICS, value.T, drawn.swapaxes(0, 1), strict=True):
        best = first + int(of[first:].argmax())
        for name, one, spread in zip(names, of, many, strict=True):
            low, high = interval(spread)
            way = interval((spread - many[rule]) / (many[best] - many[rule]))
            yield {
                "task": ceiling.task.name, "rows": len(answer), "events": int(np.nansum(answer)),
                "unknown": int(np.isnan(answer).sum()), "metric": metric, "model": name,
                "value": one, "low": low, "high": high, "ceiling": names[best],
                "share": share_of_attainable(one, rule=of[rule], ceiling=of[best]),
                "share_low": way[0], "share_high": way[1],
            }  # fmt: skip


def main(name: str) -> None:
    """Play one task, print and write both tables."""
    # Each fall is asked about once.
    question = TASKS[name]
    task = Task(name=name, kind="both", every_months=question.horizon_months, question=question)
    judged = list(offices(task))
    scored = [one for one, _ in judged]
    ceiling = from_many_records(
        PROVINCE, times=1, task=task, origin=ORIGIN, models=CEILINGS, seed=SEED
    )
    print(_taught("ceiling", ceiling), flush=True)
    risks = [calibration(judged, m, n_draws=N_DRAWS_OF_RISKS, seed=SEED) for m in CALIBRATED]
    for kind, table in {
        "shares": pd.DataFrame(shares(scored, ceiling)),
        "calibration": pd.concat(risks, ignore_index=True),
    }.items():
        print(table.round(3).to_string(index=False))
        write_csv(table, FOLDER / f"{name}_{kind}.csv")


if __name__ == "__main__":
    for asked in sys.argv[1:] or TASKS:
        main(asked)
