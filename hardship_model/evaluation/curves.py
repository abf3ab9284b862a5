"""The tables behind two pictures: reliability, and what lists of every size hold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.metrics import Ranking, on_list
from hardship_model.rates import wilson

LIST_SHARES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


def reliability(scored: Scored, *, bins: int = 10) -> pd.DataFrame:
    """Of those to whom a model gave about this risk, how many did fall?

    One row per model and tenth of its risks (fewer where many risks are equal): `n`, `events`,
    mean risk `expected`, share `observed` with its 95 % Wilson interval. Unknown answers are
    left out.
    """
    answer = scored.answer
    known = ~np.isnan(answer)
    tables = []
    for model, risk in scored.risk.items():
        edges = np.unique(np.quantile(risk[known], np.linspace(0, 1, bins + 1)[1:-1]))
        place = np.searchsorted(edges, risk[known], side="right")
        rows = pd.DataFrame({"bin": place, "risk": risk[known], "yes": answer[known]})
        table = rows.groupby("bin").agg(
            n=("yes", "size"), events=("yes", "sum"), expected=("risk", "mean")
        )
        table["observed"] = table["events"] / table["n"]
        table["low"], table["high"] = wilson(table["events"].to_numpy(), table["n"].to_numpy())
        tables.append(table.reset_index().assign(model=model))
    out = pd.concat(tables, ignore_index=True).astype({"events": int})
    return _named(scored, out[["model", *out.columns.drop("model")]])


def by_list_size(scored: Scored, *, also: Sequence[float] = ()) -> pd.DataFrame:
    """What do lists of each size hold, and what could luck among equal scores do?

    One row per model and share (of `LIST_SHARES` and those that are wanted `also`): places `n`,
    hits `events` (expected among equals), `missed` (all who fell elsewhere), `precision` and
    `recall`, with the `fewest` and `most` hits that an order among equals could give.
    """
    answer = scored.answer
    whole = np.ones((1, len(answer)))
    rows = []
    for model, score in scored.score.items():
        counts = Ranking.of(score, answer).counts(whole)
        for share in sorted({*LIST_SHARES, *also}):
            top = on_list(counts, share=share)
            rows.append(
                (
                    *(model, share, share * len(answer), top.yes[0]),
                    top.all_yes[0] - top.yes[0],
                    *(top.precision[0], top.recall[0], top.worst_yes[0], top.best_yes[0]),
                )
            )
    columns = ["model", "share", "n", "events", "missed", "precision", "recall", "fewest", "most"]
    return _named(scored, pd.DataFrame(rows, columns=columns))


def _named(scored: Scored, table: pd.DataFrame) -> pd.DataFrame:
    table.insert(0, "task", scored.task.name)
    table.insert(1, "origin", scored.origin.name)
    return table
