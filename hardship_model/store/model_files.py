"""A model as it is kept for use: with the features it reads, its question, and where it fits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hardship_model.data.panel import Column, Panel
from hardship_model.features import Feature
from hardship_model.labels import Question, Task
from hardship_model.models.calibration import Calibrated
from hardship_model.months import to_month, to_text
from hardship_model.store.folder import StoreError
from hardship_model.store.safe_bytes import pack, unpack

_FORMAT = 1
#: Significant digits of a poverty line that is kept with a model.
_OF_LINE = 3


@dataclass(frozen=True, kw_only=True)
class Fits:
    """What a panel must be like for the model to be read on it."""

    step_months: int
    currency: str
    #: The median poverty line of the last year of training, per person and month, three digits.
    line_median: float
    #: The declared columns that the model's features read.
    columns: tuple[Column, ...]

    def absent(self, panel: Panel) -> list[str]:
        """Which of these columns does the panel lack?"""
        there = {column.name for column in panel.columns}
        return [column.name for column in self.columns if column.name not in there]


@dataclass(frozen=True, kw_only=True, eq=False)
class ServedModel:
    """A fitted model with all that is needed to use it on another panel."""

    #: As `models.build` knows it.
    name: str
    calibrated: Calibrated
    #: The features it reads, in this order.
    declared: tuple[Feature, ...]
    task: Task
    fits: Fits
    #: First `as_of` that taught it, and the month by whose end its answers were on file.
    trained_from: int
    trained_until: int
    #: How its features and scores were spread then, as JSON can say it (`Summary.as_json` of
    #: the retraining room): no single household, nothing that fewer than ten share.
    training: Mapping[str, Any]


def fits_of(panel: Panel, declared: Sequence[Feature]) -> Fits:
    """What must a panel be like for a model that learned from this one?"""
    read = {f.column for f in declared}
    rows = panel.rows
    line = rows.loc[rows["month"] > rows["month"].max() - 12, "poverty_line"]
    return Fits(
        step_months=panel.step_months,
        currency=panel.currency,
        line_median=float(f"{np.nanmedian(line.to_numpy(dtype=float)):.{_OF_LINE}g}"),
        columns=tuple(c for c in panel.columns if c.name in read),
    )


def to_bytes(served: ServedModel) -> bytes:
    """The model as one file that runs nothing when opened; two files of one model differ.

    Raises StoreError for a model that `from_bytes` would refuse.
    """
    calibrated = served.calibrated
    about = {
        "format": _FORMAT,
        "name": served.name,
        "declared": [asdict(f) for f in served.declared],
        "task": asdict(served.task),
        "fits": {**vars(served.fits), "columns": [_column(c) for c in served.fits.columns]},
        "trained_from": to_text(served.trained_from),
        "trained_until": to_text(served.trained_until),
        "training": dict(served.training),
    }
    return pack({
        "about": json.dumps(about, ensure_ascii=False, allow_nan=False),
        "model": calibrated.model,
        "line": {"intercept": calibrated.intercept, "slope": calibrated.slope},
        "region": calibrated.region,
        "shifts": dict(calibrated.shifts),
    })  # fmt: skip


def from_bytes(data: bytes) -> ServedModel:
    """The model that was kept: its risks are the same to the bit.

    Raises StoreError for a file that was changed, cut off or made to deceive, and for one that a
    later version of this package wrote.
    """
    content = unpack(data)
    try:
        about = json.loads(content["about"])
        if about["format"] != _FORMAT:
            raise StoreError(
                f"The model file has format {about['format']}; this version reads {_FORMAT}."
                " Use the version of hardship_model that wrote it."
            )
        return _served(about, content)
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, StoreError):
            raise
        raise StoreError("The model file is refused: it does not say what a model says.") from None


def _served(about: Mapping[str, Any], content: Mapping[str, Any]) -> ServedModel:
    question = Question(**about["task"].pop("question"))
    columns = tuple(Column(**c) for c in about["fits"].pop("columns"))
    return ServedModel(
        name=about["name"],
        calibrated=Calibrated(
            model=content["model"], **content["line"], region=content["region"],
            shifts=content["shifts"],
        ),
        declared=tuple(Feature(**f) for f in about["declared"]),
        task=Task(question=question, **about["task"]),
        fits=Fits(columns=columns, **about["fits"]),
        trained_from=to_month(about["trained_from"]),
        trained_until=to_month(about["trained_until"]),
        training=about["training"],
    )  # fmt: skip


def _column(column: Column) -> dict[str, Any]:
    return {**vars(column), "values_zh": dict(column.values_zh)}
