"""How often does the gate let in what it should, and keep out what it should?

`python benchmarks/gate/play.py [HALF [N OFFICES]]` invents towns, scores each household once with
models that learned in other towns, and draws offices from them: households with replacement, so
that each draw is an office of its own from a population whose truth is known. Two towns (HALF
`tune`) were for trying settings; the other two (`judge`, the default) are for the numbers that
stand in `experiments.csv`, beside this file.

The candidate that is *truly worse by 0.03* is the good model's score mixed with that of a model
that knew less, so much of it that AUROC in the population is 0.03 lower; the one that is *truly
better* is the good model against such a mixture in use.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import Origin, Scored, Task, fit_models, rows_to_judge
from hardship_model.evaluation.groupings import Grouping, group_labels
from hardship_model.evaluation.lists import on_the_list
from hardship_model.features import declare, features
from hardship_model.files import write_csv
from hardship_model.labels import Question
from hardship_model.models import BASELINES
from hardship_model.months import to_month
from hardship_model.rates import wilson
from hardship_model.retraining.gate import GateSettings, decide, gate

HERE = Path(__file__).parent
TASK = Task(
    name="fall_in_12_months", kind="both", every_months=12,
    question=Question(ask="entered_within", horizon_months=12, exit_months=6, spell_months=3),
)  # fmt: skip
ORIGIN = Origin(name="2021", train_until=to_month("2020-12"), test_from=to_month("2021-01"),
                answers_until=to_month("2022-03"))  # fmt: skip
#: Towns that teach: the good model, and one that saw few households.
TEACHERS = {"good": (40_000, 1), "few": (2_500, 3)}
TOWNS = {"tune": (11, 12), "judge": (15, 16)}
HOUSEHOLDS = 50_000
APART = 0.03
GROUPS = (
    Grouping(name="employment_form", columns=("employment_form",),
             together={"new form": ["truck", "ride_hailing", "courier", "delivery"]}),
    Grouping(name="migrant", columns=("migrant",)),
)  # fmt: skip
#: The group that is passed over, and by how much its log-odds are told too low.
HARMED, HARM = ("employment_form", "new form"), 1.0
#: The shipped settings, but for fewer draws: 400 instead of 1,000 make a gate three times as fast.
N_DRAWS = 400


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who asks to be let in, and who is in use."""

    name: str
    candidate: str
    incumbent: str
    #: What the gate should do.
    should: str
    #: Of the offices that are asked for, so many.
    part: float = 1.0


CASES = (
    Case(name="worse by 0.03: saw few", candidate="few", incumbent="good", should="refuse"),
    Case(name="worse by 0.03: income only", candidate="income", incumbent="good", should="refuse"),
    Case(name="better by 0.03: over one that saw few", candidate="good", incumbent="few",
         should="accept"),
    Case(name="better by 0.03: over income only", candidate="good", incumbent="income",
         should="accept"),
    Case(name="as good: much alike", candidate="alike", incumbent="good", should="either",
         part=0.5),
    Case(name="as good: knows other things", candidate="few", incumbent="income", should="either",
         part=0.25),
    Case(name="better, but passes over new-form workers", candidate="harms", incumbent="few",
         should="refuse"),
)  # fmt: skip


def population(half: str) -> pd.DataFrame:
    """Every household of two towns at risk in January 2021: answer, groups, each model's score."""
    models = {}
    for name, (households, seed) in TEACHERS.items():
        models |= _taught(name, households, seed)
    parts = []
    for seed in TOWNS[half]:
        panel, truth = _town(HOUSEHOLDS, seed)
        rows = rows_to_judge(truth, TASK, ORIGIN)
        rows = rows[(rows["as_of"] == ORIGIN.test_from) & (rows["answer"] != "unknown")]
        rows = rows.reset_index(drop=True)
        X = features(panel, declare(panel), who=rows)
        told = group_labels(panel, rows, by=GROUPS)
        told["fell"] = (rows["answer"] == "yes").to_numpy()
        parts.append(told.assign(**{m: one.score(X) for m, one in models.items()}))
    return pd.concat(parts, ignore_index=True)


def _town(households: int, seed: int):
    town = invent(Config(n_households=households, seed=seed, last_month=to_month("2022-06")))
    return records(town), truth_panel(town)


def _taught(name: str, households: int, seed: int) -> dict:
    panel, truth = _town(households, seed)
    about = {"task": TASK, "origin": ORIGIN, "seed": 1, "learn_from": truth}
    declared = declare(panel)
    found = {name: fit_models(panel, models=("logistic",), declared=declared, **about)
             .fitted["logistic"]}  # fmt: skip
    if name == "good":
        of_income = [feature for feature in declared if feature.pillar == "income"]
        found |= fit_models(panel, models=BASELINES, declared=of_income, **about).fitted
        found["income"] = fit_models(
            panel, models=("logistic",), declared=of_income, **about
        ).fitted["logistic"]
    return found


def made_worse(people: pd.DataFrame) -> pd.DataFrame:
    """Scores of the cases and a risk for each: mixtures 0.03 behind, one that harms."""
    people = people.copy()
    fell, good = people["fell"].to_numpy(), people["good"].to_numpy()
    people["alike"] = 0.75 * good + 0.25 * people["income"]
    people["harms"] = good - HARM * (people[HARMED[0]] == HARMED[1])
    for name in ("few", "income"):
        people[name] = _behind(fell, good, people[name].to_numpy())
    for name in {m for case in CASES for m in (case.candidate, case.incumbent)}:
        score = people[[name]].to_numpy()
        line = LogisticRegression(C=1e6).fit(score, fell)
        people[f"risk of {name}"] = expit(line.intercept_[0] + line.coef_[0, 0] * score[:, 0])
    return people


def _behind(fell: np.ndarray, good: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The good score with so much of another that AUROC is lower by 0.03."""
    wanted = roc_auc_score(fell, good) - APART

    def too_good(part: float) -> float:
        return roc_auc_score(fell, (1 - part) * good + part * other) - wanted

    part = brentq(too_good, 0, 1, xtol=1e-4)
    return (1 - part) * good + part * other


def office(people: pd.DataFrame, case: Case, *, n: int, seed: int) -> tuple[Scored, pd.DataFrame]:
    """`n` households drawn from the population with replacement, each a household of its own."""
    drawn = people.iloc[np.random.default_rng([seed, n]).integers(0, len(people), n)]
    named = (case.candidate, case.incumbent, *BASELINES)
    rows = pd.DataFrame({"household_id": np.arange(n), "as_of": ORIGIN.test_from})
    rows["answer"] = pd.Categorical.from_codes(drawn["fell"].astype(int), ["no", "yes"])
    scored = Scored(
        task=TASK, origin=ORIGIN, rows=rows, n_train=0, train_events=0,
        score={m: drawn[m].to_numpy() for m in named},
        risk={m: drawn[f"risk of {m}"].to_numpy() if m not in BASELINES else np.full(n, 0.01)
              for m in named},
    )  # fmt: skip
    return scored, drawn[[one.name for one in GROUPS]].reset_index(drop=True)


def play(people: pd.DataFrame, *, n: int, offices: int) -> Iterator[pd.DataFrame]:
    """The gate's tables, office by office, every case in an office of its own."""
    for turn in range(offices):
        for k, case in enumerate(CASES):
            if turn % round(1 / case.part):
                continue
            seed = turn * len(CASES) + k
            scored, groups = office(people, case, n=n, seed=seed)
            checks = gate(
                scored, candidate=case.candidate, incumbent=case.incumbent, groups=groups,
                settings=GateSettings(seed=seed, n_draws=N_DRAWS),
            )  # fmt: skip
            yield checks.drop(columns="sentence").assign(
                case=case.name, n_judged=n, office=seed, falls=int(scored.answer.sum()),
                accepted=decide(checks).accepted,
            )  # fmt: skip


def told(played: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """One row per case and size: how often accepted, with Wilson's interval, and what blocked."""
    by = ["case", "n_judged"]
    rows = []
    for (name, n), some in played.groupby(by, sort=False):
        [case] = [one for one in CASES if one.name == name]
        each = some.groupby("office")
        accepted, offices = int(each["accepted"].first().sum()), some["office"].nunique()
        low, high = wilson(np.array(accepted), np.array(offices))
        auroc, group = (
            [of(people, model) for model in (case.candidate, case.incumbent)]
            for of in (_auroc, _recall_of_the_harmed)
        )
        blocked = some[some["blocks"]].groupby("check")["office"].nunique()
        rows.append(
            {"case": name, "should": case.should, "truly": auroc[0] - auroc[1],
             "harmed_truly": group[0] - group[1], "n_judged": n,
             "falls": each["falls"].first().mean(), "offices": offices, "accepted": accepted,
             "share": accepted / offices, "low": float(low), "high": float(high)}
            | {f"blocked_by_{check}": int(blocked.get(check, 0))
               for check in ("incumbent", "rule", "groups", "calibration")}
        )  # fmt: skip
    return pd.DataFrame(rows).round(4)


def _auroc(people: pd.DataFrame, model: str) -> float:
    return float(roc_auc_score(people["fell"], people[model]))


def _recall_of_the_harmed(people: pd.DataFrame, model: str) -> float:
    """Of the group's falls, the share on the first list."""
    listed = on_the_list(people[model].to_numpy(), share=GateSettings().list_shares[0])
    theirs = people["fell"] & (people[HARMED[0]] == HARMED[1])
    return float(listed[theirs].mean())


def main(half: str = "judge", n: int = 30_000, offices: int = 200) -> None:
    """Play, and write the table."""
    people = made_worse(population(half))
    print(f"{len(people):,} households, {people['fell'].sum():,} falls", flush=True)
    table = told(pd.concat(play(people, n=n, offices=offices), ignore_index=True), people)
    write_csv(table, HERE / ("experiments.csv" if half == "judge" else f"{half}.csv"))
    print(table.to_string())


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:4]))
