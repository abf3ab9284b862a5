"""What an office's own model says of the households whose records it may look up."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.data.population import Town, records
from hardship_model.features import Feature, declare, features
from hardship_model.labels import Question, outcomes
from hardship_model.models import build
from hardship_model.models.calibration import Calibrated, fit_calibrated
from hardship_model.months import to_text

#: The model learns who entered the file within half a year.
QUESTION = Question(ask="entered_within", horizon_months=6, exit_months=6, spell_months=3)
#: Months of `as_of` that train, three months apart; and answers *no* kept for each *yes*.
_TRAINING_MONTHS, _APART, _NO_PER_YES = 36, 3, 20
#: A household counts as there when something was written down about it this lately.
_SEEN_WITHIN = 4


def scores_of(
    town: Town, *, model: str, first_month: int, last_month: int, rescore_months: int, seed: int
) -> pd.DataFrame:
    """Which risk does the model give to each household, for visits from first to last month?

    The model learns once, on the eve of `first_month`, from what had been written down by then,
    *who entered the file*: what the old ways of looking have found, not who fell. It scores anew
    every `rescore_months` months; between, scores are carried on. It sees only rows of months in
    which the office may look a household up (a union member on file, or on one of its lists),
    and of the file only the state on the eve: what was found later depends on the strategy.

    Returns
    -------
    the table `scores`: one row per household × `as_of`, months from the eve of `first_month` to
    the one before `last_month`.

    """
    panel = visible(records(town), eve=first_month - 1)
    declared = declare(panel)
    fitted, kept_no = _learn(panel, declared, model=model, eve=first_month - 1, seed=seed)
    scored = [
        _at(panel, declared, fitted, as_of=as_of, kept_no=kept_no, months=months)
        for as_of, months in _dates(first_month, last_month, rescore_months)
    ]
    table = pd.concat(scored, ignore_index=True)
    return table.assign(model=pd.Categorical([model] * len(table)))


def visible(panel: Panel, *, eve: int) -> Panel:
    """The rows that an office may look at; the file as it stood at the end of `eve`."""
    rows = panel.rows
    then = rows[rows["month"] == eve].set_index("household_id")
    later = rows["month"] > eve
    ids = rows.loc[later, "household_id"]
    registered, hard = rows["registered"].copy(), rows["in_hardship"].copy()
    registered[later] = ids.map(then["registered"].astype(str)).fillna("unlisted").to_numpy()
    hard[later] = ids.map(then["in_hardship"].astype(float)).fillna(0.0).to_numpy() > 0
    frozen = rows.assign(registered=registered, in_hardship=hard)
    allowed = frozen["union_member"].astype(bool) | (frozen["registered"] != "unlisted")
    return panel.with_rows(frozen[allowed].reset_index(drop=True))


def _dates(first: int, last: int, apart: int) -> Iterator[tuple[int, range]]:
    """When is it scored, and for which months' `as_of` does that hold?"""
    for as_of in range(first - 1, last, apart):
        yield as_of, range(as_of, min(as_of + apart, last))


def _learn(
    panel: Panel, declared: tuple[Feature, ...], *, model: str, eve: int, seed: int
) -> tuple[Calibrated, float]:
    """The model, and which share of the answers *no* it has learned from."""
    known = panel.known_by(eve)
    until = eve - QUESTION.months_until_known
    as_of = [m for m in range(until, until - _TRAINING_MONTHS, -_APART) if m >= known.months[0]]
    taught = outcomes(known, QUESTION, as_of=as_of[::-1])
    taught = taught[(taught["answer"] != "unknown") & taught["all_seen"]]
    yes = (taught["answer"] == "yes").to_numpy()
    if yes.sum() < 2 or yes.all():
        raise ValueError(
            f"Of {len(yes)} answers by {to_text(eve)} {int(yes.sum())} are yes: too few for a"
            " model to learn from; give towns more households."
        )
    share = min(1.0, _NO_PER_YES * yes.sum() / (~yes).sum())
    luck = np.random.default_rng([seed, len(yes)]).random(len(yes))
    kept = yes | (luck < share)
    taught, y = taught[kept].reset_index(drop=True), yes[kept].astype(int)
    fitted = fit_calibrated(
        build(model, declared, seed=seed), features(panel, declared, who=taught), y,
        as_of=taught["as_of"].to_numpy(), judged_on=np.ones(len(y), dtype=bool),
    )  # fmt: skip
    return fitted, share


def _at(
    panel: Panel, declared: tuple[Feature, ...], fitted: Calibrated, *, as_of: int,
    kept_no: float, months: range,
) -> pd.DataFrame:  # fmt: skip
    rows = panel.rows
    here = (rows["month"] > as_of - _SEEN_WITHIN) & (rows["recorded_month"] <= as_of)
    who = pd.DataFrame({"household_id": rows.loc[here, "household_id"].unique()})
    who = who.assign(as_of=np.int32(as_of))
    learned = fitted.risk(features(panel, declared, who=who))
    # The model has met every yes, but only a share of the noes: its odds are too high by that.
    odds = kept_no * learned / np.maximum(1 - learned, 1e-9)
    return pd.DataFrame({
        "household_id": np.tile(who["household_id"].to_numpy(), len(months)),
        "as_of": np.repeat(np.array(months, dtype=np.int32), len(who)),
        "risk": np.tile(odds / (1 + odds), len(months)),
    })  # fmt: skip
