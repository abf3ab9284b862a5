"""What a model says of a survey's households from what an office would see of them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.features import Feature, declare, features
from hardship_model.features.declared import HARDSHIP
from hardship_model.models import build
from hardship_model.models.calibration import Calibrated, fit_calibrated
from hardship_model.months import to_text
from hardship_model.screening.panel_reading import RULES_OF, Reading, office_view

#: Months of `as_of` that train; and how long a household is scored after it was last seen.
_TRAINING_MONTHS, _SEEN_WITHIN = 36, 12


def scores_of_panel(
    panel: Panel, reading: Reading, *, model: str, first_month: int, last_month: int,
    world_seed: int, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """Which risk does the model give each household, for visits from first to last month?

    Asked is *in hardship in the next period?*, of everybody, in hardship now or not. The model
    learns once, on the eve, from the answers that the survey had by then, as from a file that
    missed nobody who was seen; afterwards it sees no answer. At every time its columns are those of
    `office_view`: income as the cross-check sees it (drawn with `world_seed`, as in the world), no
    amounts of income, and not who is in hardship. They come as late as the cross-check does, so
    that model and clerk go by the same periods. A household is scored up to a year after its last
    row.

    Returns
    -------
    the table `scores`: one row per household × `as_of`, from the eve of `first_month` to the
    month before `last_month`. Raises PanelError when too few answers are known by the eve.

    """
    view = office_view(panel, reading, seed=world_seed)
    declared = tuple(f for f in declare(view) if f.column != HARDSHIP.name)
    fitted = _learn(panel, view, declared, model=model, eve=first_month - 1, seed=seed)
    made = list(_scored(view, declared, fitted, first_month, last_month))
    return pd.concat(made, ignore_index=True).assign(model=model).astype({"model": "category"})


def _learn(
    panel: Panel, view: Panel, declared: tuple[Feature, ...], *, model: str, eve: int, seed: int
) -> Calibrated:
    taught = pd.DataFrame({"household_id": [], "as_of": [], "answer": []})
    known = panel.known_by(eve)
    if len(known.rows):
        months = known.months[(known.months >= eve - _TRAINING_MONTHS) & (known.months < eve)]
        taught = pd.concat([taught, *(_answers(known, int(as_of)) for as_of in months)])
    y = taught["answer"].to_numpy(dtype=int)
    if min(y.sum(), (1 - y).sum()) < 2:
        raise PanelError(
            f"By {to_text(eve)} panel {panel.name!r} has {len(y)} answers for a model to learn"
            f" from, of which {y.sum()} are yes: too few; begin to play later."
        )
    rows = taught.astype({"household_id": panel.households.dtype, "as_of": np.int32})
    # Each answer is there when the next period begins, so the line needs no embargo. Unlike the
    # backtest's it has no regions: visits go by order, and regions were seen to help little.
    return fit_calibrated(
        build(model, declared, seed=seed), features(view, declared, who=rows), y,
        as_of=rows["as_of"].to_numpy(), judged_on=np.ones(len(y), dtype=bool),
    )  # fmt: skip


def _answers(known: Panel, as_of: int) -> pd.DataFrame:
    """In hardship in the period after `as_of`? One row per household seen lately and then."""
    k = known.period_of(as_of)
    then = known.state[k + 1] if k + 1 < len(known.months) else np.full(len(known.households), -1)
    asked = _seen_lately(known, as_of) & (then >= 0)
    return pd.DataFrame(
        {"household_id": known.households[asked], "as_of": as_of, "answer": then[asked] == 1}
    )


def _seen_lately(panel: Panel, as_of: int) -> np.ndarray:
    """Of whom had a row of the last year reached the office by the end of `as_of`?"""
    lately = (panel.months > as_of - _SEEN_WITHIN) & (panel.months <= as_of)
    return panel.recorded[lately].min(axis=0, initial=as_of + 1) <= as_of


def _scored(
    view: Panel, declared: tuple[Feature, ...], fitted: Calibrated, first: int, last: int
) -> Iterator[pd.DataFrame]:
    """Scores for every month, from the last period that the cross-check has by then."""
    late = max(int(Assumptions(month=RULES_OF, scaled={})("auto_check_lag_months")), 1)
    as_of = np.arange(first - 1, last, dtype=np.int32)
    period = (as_of + 1 - late - int(view.months[0])) // view.step_months
    for k in np.unique(period[period >= 0]):
        months, end = as_of[period == k], int(view.months[0]) + int(k) * view.step_months
        who = view.households[_seen_lately(view, end)]
        asked = pd.DataFrame({"household_id": who, "as_of": np.int32(end)})
        risk = fitted.risk(features(view, declared, who=asked)) if len(who) else np.empty(0)
        yield pd.DataFrame({
            "household_id": np.tile(who, len(months)), "as_of": np.repeat(months, len(who)),
            "risk": np.tile(risk, len(months)),
        })  # fmt: skip
