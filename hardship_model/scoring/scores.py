"""Who is at risk now, how much, and why: one panel, or one part of a panel, at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.data.partitions import Part
from hardship_model.features import features
from hardship_model.labels import outcomes
from hardship_model.models.contributions import contributions
from hardship_model.models.reasons import by_pillar, follow_ups, reasons
from hardship_model.months import to_text
from hardship_model.scoring.fit import ScoringError, refuse_misfit
from hardship_model.store import ServedModel

#: Households that are explained at once, so that a million need no more memory than these do.
_AT_ONCE = 50_000
#: Reasons, and suggestions, that a caseworker is given for a household.
MOST_TOLD = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """What a model says of the households that its task asks about, and from which features."""

    as_of: int
    #: One row per household: `household_id`, `score`, `risk`; from `join` on also `rank`, `tenth`.
    rows: pd.DataFrame = field(repr=False)
    #: The features of these rows.
    X: pd.DataFrame = field(repr=False)


def score(served: ServedModel, panel: Panel, *, as_of: int) -> Scores:
    """What does the model say of each household of its task at the end of `as_of`?

    At risk is whom the file, as it is now, shows out of hardship then; features see what was
    recorded by the end of `as_of`, as in training. Whole households of a panel may be scored
    apart. Raises ScoringError for a panel that does not fit the model.
    """
    refuse_misfit(served.fits, panel, as_of=as_of)
    asked = outcomes(panel, served.task.question, as_of=[as_of])
    asked = asked.loc[served.task.about(asked), ["household_id", "as_of"]].reset_index(drop=True)
    X = features(panel, served.declared, who=asked)
    score, risk = np.empty(0), np.empty(0)  # models do not answer where nobody is asked
    if len(X):
        score, risk = served.calibrated.score(X), served.calibrated.risk(X)
    rows = pd.DataFrame({"household_id": asked["household_id"], "score": score, "risk": risk})
    return Scores(as_of=as_of, rows=rows, X=X)


def score_part(part: Part, served: ServedModel, as_of: int) -> Scores:
    """The same of one part of a panel on disk, for `shards.map_shards`."""
    return score(served, part.read(), as_of=as_of)


def join(parts: Iterable[Scores]) -> Scores:
    """The parts of a panel as one list: `rank` 1 has the highest score, `tenth` 1 the first tenth.

    Households of one score stand in the order of their keys, however the panel was cut. Raises
    ScoringError when nobody is at risk.
    """
    all_parts = list(parts)
    rows = pd.concat([p.rows for p in all_parts], ignore_index=True)
    if rows.empty:
        raise ScoringError(
            f"Nobody in the panel is at risk at the end of {to_text(all_parts[0].as_of)}: seen,"
            " out of hardship, and of the kind that the model's task asks about."
        )
    by_key = np.argsort(rows["household_id"].to_numpy(), kind="stable")
    order = by_key[np.argsort(-rows["score"].to_numpy()[by_key], kind="stable")]
    rank = np.empty(len(rows), dtype=int)
    rank[order] = np.arange(1, len(rows) + 1)
    rows = rows.assign(rank=rank, tenth=-(-10 * rank // len(rows)))
    X = pd.concat([p.X for p in all_parts], ignore_index=True)
    return Scores(
        as_of=all_parts[0].as_of,
        rows=rows.iloc[order].reset_index(drop=True),
        X=X.iloc[order].reset_index(drop=True),
    )


def explained(served: ServedModel, scores: Scores) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Why does each household stand where it stands, and what could be done for it?

    The tables of `models.reasons.reasons` and `follow_ups`, `row` being the row of `scores`; None
    for a model whose score is no sum.
    """
    why, what = [], []
    for start in range(0, len(scores.X), _AT_ONCE):
        X = scores.X.iloc[start : start + _AT_ONCE]
        try:
            found = contributions(served.calibrated.model, X)
        except TypeError:
            return None
        columns = served.fits.columns
        why.append(reasons(found, X, served.declared, columns=columns, most=MOST_TOLD))
        what.append(follow_ups(by_pillar(found, served.declared)))
    return pd.concat(why, ignore_index=True), pd.concat(what, ignore_index=True)
