"""A panel in parts says what the panel says: features, and the backtest's scores."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels_in_parts import ASKED, MODELS, learned_from, same_scores, whole_and_parts
from typer.testing import CliRunner

from hardship_model.cli import app
from hardship_model.data.panel import PanelError
from hardship_model.data.partitions import cut, write_partitions
from hardship_model.evaluation.backtest import score_everybody
from hardship_model.evaluation.in_parts import score_in_parts
from hardship_model.features import declare, features, write_features
from hardship_model.months import to_text
from hardship_model.shards import Engine
from strips import FIRST_MONTH

ALONE = Engine(processes=1)


def test_features_of_the_parts_are_those_of_the_panel(tmp_path):
    whole, parts = whole_and_parts(tmp_path)
    months = [FIRST_MONTH + 12, FIRST_MONTH + 29]

    n = write_features(parts, tmp_path / "features", as_of=months, engine=ALONE)

    written = [pd.read_parquet(p) for p in sorted((tmp_path / "features").glob("*.parquet"))]
    table = pd.concat(written).sort_values(["as_of", "household_id"], ignore_index=True)
    who = pd.DataFrame({
        "household_id": np.tile(whole.households, 2),
        "as_of": np.repeat(np.int32(months), len(whole.households)),
    })  # fmt: skip
    declared = declare(whole)
    expected = pd.concat([who, features(whole, declared, who=who)], axis=1)
    pd.testing.assert_frame_equal(table, expected)
    assert n == len(expected) == 2 * 400
    told = json.loads((tmp_path / "features" / "_features.json").read_text(encoding="utf-8"))
    assert [f["name"] for f in told["features"]] == [f.name for f in declared]
    assert told["as_of"] == [to_text(month) for month in months]


def test_months_are_told_once_and_in_their_order(tmp_path):
    _, parts = whole_and_parts(tmp_path)
    early, late = FIRST_MONTH + 12, FIRST_MONTH + 29

    n = write_features(parts, tmp_path / "out", as_of=[late, early, late], engine=ALONE)

    told = [pd.read_parquet(p)["as_of"] for p in sorted((tmp_path / "out").glob("*.parquet"))]
    assert n == 2 * 400
    assert all(of.is_monotonic_increasing and set(of) == {early, late} for of in told)


def test_features_by_the_command_line(tmp_path):
    _, parts = whole_and_parts(tmp_path)
    how = ["features", str(parts.folder), "--out", str(tmp_path / "out"), "--processes", "1"]

    done = CliRunner().invoke(app, [*how, "--as-of", to_text(FIRST_MONTH + 12)])

    assert done.exit_code == 0, done.output
    assert "400 rows" in done.output


def test_a_month_outside_the_panel_is_refused(tmp_path):
    _, parts = whole_and_parts(tmp_path)

    for months in ([], [FIRST_MONTH - 1], [FIRST_MONTH, FIRST_MONTH + 30]):
        with pytest.raises(PanelError, match="runs from"):
            write_features(parts, tmp_path / "features", as_of=months, engine=ALONE)


@pytest.mark.parametrize("households", [150, 400])
def test_the_backtests_scores_are_those_in_memory_to_the_bit(tmp_path, households):
    whole, parts = whole_and_parts(tmp_path, households=households)
    known = learned_from(whole)

    scored = score_in_parts(panel=parts, engine=ALONE, **known, **ASKED)

    in_memory = score_everybody(whole, models=MODELS, declared=known["declared"], seed=1, **ASKED)
    same_scores(scored, in_memory)
    assert scored.n_train == in_memory.n_train
    assert set(scored.fitted) == set(MODELS)


def test_answers_may_come_from_another_panel_cut_alike(tmp_path):
    whole, parts = whole_and_parts(tmp_path)
    known = learned_from(whole)
    truth = whole.with_rows(whole.rows.assign(in_hardship=whole.rows["income"] < 80))
    judge_by = write_partitions(cut(truth, households=150), tmp_path / "truth")

    scored = score_in_parts(panel=parts, judge_by=judge_by, engine=ALONE, **known, **ASKED)

    same_scores(scored, score_everybody(
        whole, models=MODELS, declared=known["declared"], seed=1, judge_by=truth, **ASKED
    ))  # fmt: skip
    one = replace(judge_by, parts=judge_by.parts[:1])
    with pytest.raises(PanelError, match="has 3 parts, the one to judge by 1"):
        score_in_parts(panel=parts, judge_by=one, engine=ALONE, **known, **ASKED)


def test_a_part_in_which_nobody_is_asked_is_passed_over_and_nobody_at_all_is_refused(tmp_path):
    whole, _ = whole_and_parts(tmp_path)
    known = learned_from(whole)
    hard = whole.rows["household_id"] < 150
    rows = whole.rows.assign(in_hardship=whole.rows["in_hardship"] | hard)
    parts = write_partitions(cut(whole.with_rows(rows), households=150), tmp_path / "hard")

    scored = score_in_parts(panel=parts, engine=ALONE, **known, **ASKED)
    assert scored.rows["household_id"].min() >= 150

    first = replace(parts, parts=parts.parts[:1])
    with pytest.raises(PanelError, match="nobody to judge"):
        score_in_parts(panel=first, engine=ALONE, **known, **ASKED)
