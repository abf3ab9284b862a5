"""A small panel in memory and in parts, and a question to ask of it."""

import numpy as np
import pandas as pd
from invented_panels import drifting_panel

from hardship_model.data.partitions import cut, write_partitions
from hardship_model.evaluation.backtest import Origin, Task, fit_models
from hardship_model.features import declare
from hardship_model.labels import Question
from strips import FIRST_MONTH

ASKED = {
    "task": Task(
        name="falls", kind="both", every_months=4,
        question=Question(ask="entered_within", horizon_months=6),
    ),
    "origin": Origin(
        name="middle", train_until=FIRST_MONTH + 17, test_from=FIRST_MONTH + 18,
        answers_until=FIRST_MONTH + 29,
    ),
}  # fmt: skip
MODELS = ("rule_in_force", "logistic", "boosting")


def whole_and_parts(tmp_path, *, households=150):
    """A panel whose last households came late, and the same in parts."""
    whole = drifting_panel(1)
    late = whole.rows["month"] > FIRST_MONTH + 9
    rows = whole.rows[(whole.rows["household_id"] < 300) | late].reset_index(drop=True)
    whole = whole.with_rows(rows)
    return whole, write_partitions(cut(whole, households=households), tmp_path / "parts")


def learned_from(whole):
    """Three models, and what they see."""
    declared = declare(whole)
    return {
        "learned": fit_models(whole, models=MODELS, declared=declared, seed=1, **ASKED),
        "declared": declared,
    }


def same_scores(one, other):
    """Are these two the same, to the bit?"""
    pd.testing.assert_frame_equal(one.rows, other.rows)
    for name in one.score:
        assert np.array_equal(one.score[name], other.score[name])
        assert np.array_equal(one.risk[name], other.risk[name])


def contents(folder):
    """What stands in each file of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder): path.read_bytes() for path in files}
