"""Fitted models of every kind, as the store keeps them."""

from functools import cache

import numpy as np
import pandas as pd
from invented_panels import drifting_panel

from hardship_model.features import declare, features
from hardship_model.labels import Question, Task
from hardship_model.models import FOLLOWING, build
from hardship_model.models.calibration import fit_calibrated
from hardship_model.retraining.summary import summarise
from hardship_model.store import ServedModel, fits_of
from strips import FIRST_MONTH

PANEL = drifting_panel(7)
DECLARED = declare(PANEL)
TASK = Task(
    name="falls", kind="both", question=Question(ask="entered_within", horizon_months=6),
    every_months=3,
)  # fmt: skip


@cache
def rows():
    """Features of everybody at two months, some unknown, and who was near the line then."""
    months = (14, 20)
    who = pd.concat(
        [pd.DataFrame({"household_id": PANEL.households, "as_of": FIRST_MONTH + m}) for m in months]
    ).reset_index(drop=True)
    X = features(PANEL, DECLARED, who=who)
    X.loc[X.index[:60], ["spending_now", "district_now"]] = None
    y = np.concatenate([PANEL.grid("income")[m + 6] < 130 for m in months]).astype(int)
    return X, y, who["as_of"].to_numpy()


@cache
def served(name):
    """This model of the registry, fitted on those rows, by region."""
    X, y, as_of = rows()
    followed = {"months": np.where(y, 3, 6)} if name in FOLLOWING else {}
    calibrated = fit_calibrated(
        build(name, DECLARED, seed=1), X, y, as_of=as_of, judged_on=np.ones(len(y), dtype=bool),
        region="district_now", **followed,
    )  # fmt: skip
    spread = summarise(
        X, household=np.tile(PANEL.households, 2), scores={name: calibrated.risk(X)}
    )  # fmt: skip
    return ServedModel(
        name=name, calibrated=calibrated, declared=DECLARED, task=TASK,
        fits=fits_of(PANEL, DECLARED), trained_from=FIRST_MONTH + 14,
        trained_until=FIRST_MONTH + 26, training=spread.as_json(),
    )  # fmt: skip
