"""The tables of a run that never was: two tasks, four models, numbers made up."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from hardship_model.features import Feature
from hardship_model.privacy import withhold_small_cells
from hardship_model.study import Results, Study, load_study, mapping_said

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
MODELS = ("rule_in_force", "income_over_line", "logistic", "boosting_of_everybody")
TASKS = ("return_next_year", "poor_next_year")
CHOSEN = {"return_next_year": "boosting_of_everybody", "poor_next_year": "logistic"}
METRICS = ("auroc", "average_precision", "observed_over_expected", "calibration_slope", "brier")
#: A pseudonym that must never come out.
SECRET = "family-4711"


def study() -> Study:
    return replace(load_study(CONFIGS / "rwm5yr.toml"), models=MODELS)


def transitions() -> pd.DataFrame:
    rows = [
        ("first_fall", 12, 900, 45, 0.050, 0.038, 0.066, None),
        ("first_fall", 24, 700, 42, 0.060, 0.045, 0.080, None),
        ("return", 12, 100, 30, 0.300, 0.219, 0.396, None),
        ("return", 24, 60, 4, 0.067, 0.026, 0.159, None),
        ("leave", 12, 200, 80, 0.400, 0.335, 0.469, None),
        ("hazard_of_return", 12, 50, 20, 0.400, 0.276, 0.538, 0.400),
        ("hazard_of_return", 24, 20, 3, 0.150, 0.052, 0.360, 0.490),
    ]
    columns = ["move", "months", "n", "events", "rate", "low", "high", "cumulative"]
    table = pd.DataFrame(rows, columns=columns).astype({"cumulative": float})
    return withhold_small_cells(table, shown=["rate", "low", "high", "cumulative"])


def origins() -> pd.DataFrame:
    rows = [
        (task, origin, role, f"{int(origin) - 1}-12", f"{origin}-12", f"{int(origin) + 1}-12",
         n_train, None if n_train < 300 else 45.0, n_train < 300)
        for task in TASKS
        for origin, role, n_train in (("1986", "choose", 250), ("1987", "judge", 550))
    ]  # fmt: skip
    columns = ["task", "origin", "role", "train_until", "test_from", "answers_until", "n_train"]
    return pd.DataFrame(rows, columns=[*columns, "train_events", "withheld"])


def backtest(**verdicts: str) -> pd.DataFrame:
    """One row per task × origin × model × metric; `verdicts` of AUROC and average precision."""
    said = {"auroc": "better", "average_precision": "too close to call"} | verdicts
    rows = []
    for task in TASKS:
        for origin, role in (("1986", "choose"), ("1987", "judge")):
            for place, model in enumerate(MODELS):
                sizes = [f"{m}_at_{s}pct" for s in (10, 20) for m in ("precision", "recall")]
                for metric in (*METRICS, *sizes):
                    value = 0.5 + 0.05 * place
                    row = {
                        "task": task, "origin": origin, "role": role, "model": model,
                        "metric": metric, "n": 300, "events": 60, "unknown": 0, "value": value,
                        "low": value - 0.04, "high": value + 0.04,
                    }  # fmt: skip
                    if model not in MODELS[:2] and metric in said:
                        row |= {
                            "against": "income_over_line", "difference": value - 0.55,
                            "difference_low": value - 0.58, "difference_high": value - 0.53,
                            "verdict": said[metric],
                        }  # fmt: skip
                    rows.append(row)
    return pd.DataFrame(rows)


def choice(chosen: dict[str, str] = CHOSEN) -> pd.DataFrame:
    rows = [
        (task, model, 0.0 if model == chosen[task] else 0.02 + 0.01 * place, 1)
        for task in TASKS
        for place, model in enumerate(MODELS)
    ]
    table = pd.DataFrame(rows, columns=["task", "model", "regret", "n_origins"])
    return table.assign(
        worst=table["regret"] + 0.01, chosen=table["regret"] == 0, why="least behind the best"
    )


def reliability() -> pd.DataFrame:
    rows = [
        (task, "1987", model, place, 100, 4 + 15 * place, 0.05 + 0.2 * place)
        for task in TASKS
        for model in MODELS
        for place in range(3)
    ]
    columns = ["task", "origin", "model", "bin", "n", "events", "expected"]
    table = pd.DataFrame(rows, columns=columns)
    rate = table["events"] / table["n"]
    table = table.assign(observed=rate, low=rate - 0.02, high=rate + 0.05)
    return withhold_small_cells(table, shown=["expected", "observed", "low", "high"])


def lists() -> pd.DataFrame:
    rows = [
        (task, "1987", model, share, 300 * share, 150 * share, 0.5, 2.5 * share,
         100 * share, 200 * share)
        for task in TASKS
        for model in MODELS
        for share in (0.02, 0.1, 0.2)
    ]  # fmt: skip
    columns = ["task", "origin", "model", "share", "n", "events", "precision", "recall", "fewest"]
    return pd.DataFrame(rows, columns=[*columns, "most"])


def decisions() -> pd.DataFrame:
    rows = [
        {"task": task, "origin": "1987", "model": model, "threshold": threshold, "n": 300,
         "events": 60, "visited": visited, "found": found, "missed": 60 - found,
         "net_benefit": 0.05 + 0.01 * place, "low": 0.04, "high": 0.08, "visits_avoided": 0.2}
        for task in TASKS
        for place, model in enumerate((*MODELS, "visit all"))
        for threshold, visited, found in ((0.1, 80, 30), (0.2, 20, 7))
    ]  # fmt: skip
    return withhold_small_cells(
        pd.DataFrame(rows), n="visited", events="found", beside="missed",
        shown=["net_benefit", "low", "high", "visits_avoided"],
    )  # fmt: skip


def drift() -> pd.DataFrame:
    return pd.DataFrame(
        {"task": task, "origin_before": "1986", "origin": "1987", "model": model, "n_before": 250,
         "n": 300, "mean_risk_before": 0.2, "mean_risk": 0.25, "expected": 75.0,
         "stability_index": 0.0321, "largest_shift": 0.12}
        for task in TASKS
        for model in MODELS
    )  # fmt: skip


def by_group() -> pd.DataFrame:
    """Of one grouping, *woman*, and its pair with *work*: yes is missed more; of *no* few fell."""
    groups = [
        ("everybody", "everybody", 60, 30, "", False, False),
        ("woman", "no", 25, 12, "too close to call", True, False),
        ("woman", "yes", 35, 24, "higher", False, False),
        ("work", "none of these", 0, 0, "", True, False),
        ("work", "out of work", None, None, "higher", True, True),
        ("work", "self employed", None, None, "too close to call", True, True),
        ("woman × work", "yes × none of these", 33, 23, "higher", False, False),
    ]
    rows = []
    for task in TASKS:
        for model in dict.fromkeys([*MODELS[:2], CHOSEN[task]]):
            for metric in ("recall", "exclusion_error"):
                for column, group, n, missed, gap, flagged, withheld in groups:
                    events = n - missed if n and metric == "recall" else missed
                    value = events / n if n else None
                    row = {
                        "task": task, "origin": "1987", "column": column, "group": group,
                        "model": model, "metric": metric, "n": n, "events": events,
                        "value": value, "low": n and value - 0.1, "high": n and value + 0.1,
                        "shrunk": n and value, "gap": gap, "flagged": flagged,
                        "withheld": withheld,
                    }  # fmt: skip
                    compared = n and column != "everybody"
                    row |= dict.fromkeys(
                        ("difference", "difference_low", "difference_high"),
                        value - 0.5 if compared else None,
                    )
                    rows.append(row)
    numbers = ["n", "events", "value", "low", "high", "shrunk"]
    differences = ["difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows).astype(dict.fromkeys([*numbers, *differences], float))


def equal_recall() -> pd.DataFrame:
    rows = [
        {"task": task, "origin": "1987", "column": "woman", "model": model, "way": way,
         "group": group, "n": 300.0, "events": 60.0, "visits_now": 30.0, "found_now": 30.0,
         "recall_now": 0.5, "threshold": 0.25, "visits": 30.0 + more, "found": 30.0 + more / 5,
         "recall": 0.5, "more_visits": more, "more_found": more / 5, "withheld": False}
        for task in TASKS
        for model in dict.fromkeys([*MODELS[:2], CHOSEN[task]])
        for way, more in (("same visits", 0.0), ("nobody loses", 12.0))
        for group in ("everybody", "no", "yes")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def visits() -> pd.DataFrame:
    rows = []
    for strategy, found in (("at random", 12.5), ("income over line", 30.0), ("risk", 45.0)):
        for measure, counted, out_of in (
            ("share_found", found, 120.0),
            ("share_found_at_once", found - 6, 120.0),
            ("visits_per_fall_found", 240.0, found),
        ):
            value = counted / out_of
            row = {"strategy": strategy, "measure": measure, "counted": counted, "out_of": out_of}
            row |= {"value": value, "low": 0.9 * value, "high": 1.1 * value}
            if strategy == "risk":
                row |= {
                    "against": "income over line", "difference": 0.125, "difference_low": 0.05,
                    "difference_high": 0.2, "verdict": "better",
                }  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def results(**changed: object) -> Results:
    """The whole run, with some tables changed."""
    survey = changed.get("study", study()).survey  # type: ignore[attr-defined]
    rows = pd.DataFrame({"household_id": [SECRET], "as_of": [23855], "risk": [0.25]})
    tables: dict[str, object] = {
        "study": study(),
        "data": {
            "panel": "made up", "currency": "DM of 1985", "step_months": 12, "rows": 5000,
            "households": 1500, "first_month": "1984-12", "last_month": "1988-12",
            "rows_with_known_state": 4900, "rows_in_hardship": 490, "rows_written_down_late": 25,
            "columns": [
                {"name": "income_kind", "label": "kind of income", "label_zh": "收入类型",
                 "values_zh": {}, "pillar": "income",
                 "kind": "category", "lag_months": 1, "known": 4000},
                {"name": "ill", "label": "", "label_zh": "", "values_zh": {},
                 "pillar": "security", "kind": "flag", "lag_months": 0, "known": 5000},
                *(
                    {"name": name, "label": label, "label_zh": label_zh, "values_zh": {},
                     "pillar": "household", "kind": "flag", "lag_months": 0, "known": 5000}
                    for name, label, label_zh in (
                        ("woman", "is a woman", "女性"), ("out_of_work", "no work", "失业或无业"),
                        ("self_employed", "self-employed", "自雇"),
                    )
                ),
            ],
            "years": [
                {"year": 1984, "n": 1000, "events": 90.0, "withheld": False},
                {"year": 1985, "n": 40, "events": float("nan"), "withheld": True},
            ],
            "fingerprint": "0123abcd", "mapping": mapping_said(survey), "predictions": "4567cdef",
        },
        "versions": {"python": "3.11", "numpy": "2.0"},
        "declared": (
            Feature(name="income_now", column="income", stat="now", window_months=60,
                    pillar="income", direction=-1, kind="amount"),
            Feature(name="ill_count_24m", column="ill", stat="count", window_months=24,
                    pillar="security", direction=1, kind="count"),
        ),
        "transitions": transitions(),
        "origins": origins(),
        "backtest": backtest(),
        "choice": choice(),
        "reliability": reliability(),
        "lists": lists(),
        "decisions": decisions(),
        "drift": drift(),
        "scores": rows,
        "by_group": by_group(),
        "equal_recall": equal_recall(),
        "visits": visits(),
        "ledger": rows,
    }  # fmt: skip
    return Results(**(tables | changed))  # type: ignore[arg-type]
