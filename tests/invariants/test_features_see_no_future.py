"""Nothing recorded after `as_of` moves one bit of a feature; and neither does company."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from feature_panels import everybody, random_panel, with_new_values

from hardship_model.data.panel import KEYS, Column, Panel, build
from hardship_model.features import declare, engine, features
from strips import FIRST_MONTH

SEEDS = range(5)
STEPS = [1, 3, 12]
EPH = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "eph_2007_2015.parquet"


def bits(panel, declared, who):
    """The features' bytes, column by column; a category by its code."""
    table = features(panel, declared, who=who)
    return {
        name: (x.cat.codes if x.dtype == "category" else x).to_numpy().tobytes()
        for name, x in table.items()
    }


def known_households(panel, as_of):
    """A row per household of which anything at all was on file by then."""
    known = panel.rows.loc[panel.rows["recorded_month"] <= as_of, "household_id"].unique()
    return pd.DataFrame({"household_id": known, "as_of": as_of})


def rewritten(panel: Panel, as_of: int, rng: np.random.Generator) -> Panel:
    """Everything that arrives after `as_of` changed, a third of it deleted, and as much added."""
    rows = panel.rows
    later = rows[rows["recorded_month"] > as_of]
    later = later[rng.random(len(later)) > 1 / 3]
    kept = rows[rows["recorded_month"] <= as_of].copy()
    for column in panel.columns:
        due = kept["recorded_month"] + column.lag_months > as_of
        kept.loc[due, column.name] = with_new_values(kept[due], rng)[column.name]
    # Rows for cells that were empty: in the past but found out late, in the future, before the
    # panel began, after it ended, and of households that nobody had heard of.
    n = 3 * len(rows) // 2
    span = np.arange(panel.months[0] - 36, panel.months[-1] + 60, panel.step_months)
    month = rng.choice(span, n)
    names = np.append(panel.households, ["a stranger", "zoe"])
    added = pd.DataFrame({
        "household_id": rng.choice(names, n), "month": month,
        "recorded_month": np.maximum(month, as_of + 1) + rng.integers(0, 5, n),
    })  # fmt: skip
    changed = with_new_values(pd.concat([later, added], ignore_index=True), rng)
    everything = pd.concat([kept, changed], ignore_index=True).drop_duplicates(KEYS)
    everything["tenure"] = everything["tenure"].astype(rows["tenure"].dtype)
    return build(
        everything, name="rewritten", step_months=panel.step_months, currency=panel.currency,
        columns=panel.columns,
    )  # fmt: skip


@pytest.mark.parametrize("step_months", STEPS)
@pytest.mark.parametrize("seed", SEEDS)
def test_rewriting_all_that_is_recorded_later_moves_no_bit(seed, step_months):
    panel = random_panel(seed, step_months=step_months)
    rng = np.random.default_rng(seed)
    declared = declare(panel)
    for as_of in FIRST_MONTH + np.array([5, 12, 24, 30]):
        who = known_households(panel, int(as_of))
        other = rewritten(panel, int(as_of), rng)
        assert bits(other, declared, who) == bits(panel, declared, who)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_recorded_in_the_month_itself_does_move_features(seed):
    panel = random_panel(seed)
    as_of = FIRST_MONTH + 24
    who = known_households(panel, as_of - 1)

    other = rewritten(panel, as_of - 1, np.random.default_rng(seed))

    who["as_of"] = as_of
    declared = declare(panel)
    assert bits(other, declared, who) != bits(panel, declared, who)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_panel_as_it_was_known_gives_the_same_features(seed):
    panel = random_panel(seed)
    as_of = FIRST_MONTH + 20
    who = known_households(panel, as_of)
    declared = declare(panel)

    assert bits(panel.known_by(as_of), declared, who) == bits(panel, declared, who)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_household_asked_for_alone_is_told_the_same_as_in_company(seed):
    panel = random_panel(seed, n_households=40)
    declared = declare(panel)
    who = everybody(panel, [FIRST_MONTH + 11, FIRST_MONTH + 25])

    together = features(panel, declared, who=who)

    for k in (0, 7, 41):
        alone = features(panel, declared, who=who.iloc[[k]])
        pd.testing.assert_frame_equal(alone, together.iloc[[k]], check_exact=True)


@pytest.mark.parametrize("promptly", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_however_few_are_handled_at_once_everybody_is_told_the_same(seed, promptly, monkeypatch):
    panel = random_panel(seed, n_households=40)
    if promptly:
        panel = panel.with_rows(panel.rows.assign(recorded_month=panel.rows["month"]))
    declared = declare(panel)
    # The first look-back reaches before the panel; the others share its months.
    who = everybody(panel, [FIRST_MONTH + 11, FIRST_MONTH + 30, FIRST_MONTH + 33])
    together = features(panel, declared, who=who)

    monkeypatch.setattr(engine, "_AT_ONCE", 7)
    pieces = [features(panel, declared, who=some) for _, some in who.groupby("as_of")]

    pd.testing.assert_frame_equal(pd.concat(pieces).loc[who.index], together, check_exact=True)


@pytest.mark.parametrize("step_months", STEPS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_last_value_on_the_risky_side_moves_no_feature_to_the_safe_side(seed, step_months):
    panel = random_panel(seed, step_months=step_months)
    as_of = int(panel.months[-1]) + 12  # everything has arrived
    who = known_households(panel, as_of)
    declared = declare(panel)
    before = features(panel, declared, who=who)

    after = features(with_riskier_end(panel), declared, who=who)

    for f in declared:
        if f.direction:
            moved = f.direction * (after[f.name] - before[f.name])
            assert (moved.dropna() >= -1e-4 * before[f.name].abs().max()).all(), f.name
            if f.stat == "now":
                assert (moved > 0).any(), f.name


def with_riskier_end(panel: Panel) -> Panel:
    """Each household's last row with half the income, twice the spending, and every misfortune."""
    rows = panel.rows.copy()
    last = ~rows.duplicated("household_id", keep="last")
    rows.loc[last, "income"] /= 2
    rows.loc[last, "in_hardship"] = rows.loc[last, "in_hardship"] | True
    for column in panel.columns:
        if column.kind == "flag":
            rows.loc[last & rows[column.name].notna(), column.name] = column.direction > 0
        elif column.direction:
            rows.loc[last, column.name] *= 2.0**column.direction
    return panel.with_rows(rows)


@pytest.mark.skipif(not EPH.exists(), reason="needs ../shared/data/eph_2007_2015.parquet")
def test_on_a_real_survey_the_future_is_not_seen_either():
    rows = pd.read_parquet(EPH, columns=["hid", "t", "eqinc", "hours", "V14"])
    rows = rows[rows["hid"] % 10 == 0]
    line = 0.6 * rows["eqinc"].groupby(rows["t"]).transform("median")
    rows = pd.DataFrame({
        "household_id": rows["hid"], "month": 3 * rows["t"], "recorded_month": 3 * rows["t"] + 4,
        "income": rows["eqinc"], "poverty_line": line, "in_hardship": rows["eqinc"] < line,
        "hours": rows["hours"], "loans": rows["V14"].map({1: 1.0, 2: 0.0}),
    })  # fmt: skip
    columns = (
        Column(name="hours", pillar="income", kind="count", direction=-1),
        Column(name="loans", pillar="expenditure", kind="flag", direction=1),
    )
    panel = build(rows, name="eph", step_months=3, currency="pesos", columns=columns)
    declared = declare(panel)
    as_of = 3 * (4 * 2012 + 2)
    later = panel.rows["recorded_month"] > as_of
    worse = panel.rows.copy()
    worse.loc[later, "income"] = 0.0
    worse.loc[later, "loans"] = 1.0
    who = known_households(panel, as_of)

    assert 0 < later.sum() < len(rows)
    assert bits(panel.with_rows(worse), declared, who) == bits(panel, declared, who)
    assert bits(panel.with_rows(panel.rows[~later]), declared, who) == bits(panel, declared, who)
