"""1,000 draws over 200,000 households, everybody and 30 groups, metrics with their intervals.

Three rates at a list (share listed, precision, recall), once alone and once with AUROC beside
them, as fairlearn's `MetricFrame(n_boot=…)` offers them; it needs the extra `test`. Its draws
are few and its seconds are multiplied, since each of its draws takes as long as the one before.
Ours always brings all metrics of `by_group`; one row a household, since fairlearn draws rows.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.special import expit
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from hardship_model.evaluation.backtest import Origin, Scored, Task
from hardship_model.evaluation.groups import by_group
from hardship_model.labels import Question

HOUSEHOLDS, GROUPS, DRAWS, SHARE = 200_000, 30, 1000, 0.1
RATES = {"listed": selection_rate, "precision": precision_score, "recall": recall_score}
#: A way that makes so few draws, and by what its seconds are multiplied.
FEW = 4
EXTRAPOLATED = {
    f"fairlearn, {FEW} draws, three rates": DRAWS / FEW,
    f"fairlearn, {FEW} draws, AUROC": DRAWS / FEW,
}

Result = dict[str, pd.DataFrame]


def contenders() -> dict[str, Callable[[], Result]]:
    """The ways, ours first."""
    scored, labels = drawn_scores()
    rates, auroc = EXTRAPOLATED
    return {
        "by_group, all metrics": lambda: ours(scored, labels),
        rates: lambda: theirs(scored, labels, RATES, ranked=False),
        auroc: lambda: theirs(scored, labels, {"auroc": roc_auc_score}, ranked=True),
    }


def drawn_scores() -> tuple[Scored, pd.DataFrame]:
    """One model's scores of made-up households, 5 % of whom fall, and the group of each."""
    rng = np.random.default_rng(1)
    score = rng.normal(-3.3, 1, HOUSEHOLDS)
    fell = np.where(rng.random(HOUSEHOLDS) < expit(score), "yes", "no")
    scored = Scored(
        task=Task(name="t", kind="both", question=Question(ask="entered_within", horizon_months=6)),
        origin=Origin(name="o", train_until=1, test_from=2, answers_until=9),
        rows=pd.DataFrame({"household_id": np.arange(HOUSEHOLDS), "answer": pd.Categorical(fell)}),
        score={"model": score},
        risk={"model": expit(score)},
        n_train=1,
        train_events=1,
    )
    group = rng.integers(0, GROUPS, HOUSEHOLDS)
    return scored, pd.DataFrame({"group": [f"group {g:02}" for g in group]})


def ours(scored: Scored, labels: pd.DataFrame) -> Result:
    """Value and half the width of the interval, by group."""
    table = by_group(scored, labels, list_share=SHARE, n_draws=DRAWS, seed=1)
    table = table.assign(width=table["high"] - table["low"])
    return {
        name: table.pivot_table(index="group", columns="metric", values=name)
        for name in ("value", "width")
    }


def theirs(
    scored: Scored, labels: pd.DataFrame, metrics: dict[str, Callable], *, ranked: bool
) -> Result:
    """The same from fairlearn; so few draws have no width worth a comparison."""
    score = scored.score["model"]
    listed = score >= np.quantile(score, 1 - SHARE)
    frame = MetricFrame(
        metrics=metrics,
        y_true=(scored.answer == 1).astype(int),
        y_pred=score if ranked else listed.astype(int),
        sensitive_features=labels["group"],
        n_boot=FEW,
        ci_quantiles=[0.025, 0.975],
        random_state=1,
    )
    everybody = frame.overall.to_frame("everybody").T
    return {"value": pd.concat([everybody, frame.by_group])}


def compare(ours: Result, theirs: Result) -> None:
    """Stop unless both say the same of every group; our widths must be those of the formula."""
    value = ours["value"].loc[theirs["value"].index, theirs["value"].columns]
    np.testing.assert_allclose(value, theirs["value"], atol=1e-9)
    recall = ours["value"]["recall"]
    n = np.where(recall.index == "everybody", 1, 1 / GROUPS) * 0.055 * HOUSEHOLDS
    formula = 2 * 1.96 * np.sqrt(recall * (1 - recall) / n)
    np.testing.assert_allclose(ours["width"]["recall"], formula, rtol=0.2)
