"""Two real surveys: their counts, their lines, and the home folder that stays empty."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hardship_model.data import surveys
from hardship_model.data.mapping import load_mapping, panel_of
from hardship_model.data.panel import PanelError

EPH = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "eph_2007_2015.parquet"


def fell(panel, *, periods, returns, as_of=None):
    """Not poor now, and seen `periods` later: how many, and how many of them poor then?

    A second way beside `labels`: one column per period, and plain comparisons.
    """
    rows = panel.rows[panel.rows["in_hardship"].notna()]
    wide = rows.pivot_table(index="household_id", columns="month", values="in_hardship")
    wide = wide.reindex(columns=panel.months)
    asked = total = 0
    for now in range(len(panel.months) - periods):
        if as_of is not None and panel.months[now] // 12 not in as_of:
            continue
        then = wide.iloc[:, now + periods]
        who = (wide.iloc[:, now] == 0) & then.notna()
        if returns:
            who &= (wide.iloc[:, :now] == 1).any(axis=1)
        asked += int(who.sum())
        total += int(then[who].sum())
    return asked, total


@pytest.fixture(scope="module")
def german():
    return surveys.rwm5yr()


def test_german_households_are_all_there(german):
    assert len(german.rows) == 19_609
    assert len(german.households) == 6_127
    assert german.step_months == 12
    assert german.rows["in_hardship"].isna().sum() == 4


def test_the_german_line_is_anchored(german):
    real = german.rows[german.rows["month"] // 12 <= 1986]["income"]

    assert german.rows["poverty_line"].unique().tolist() == [pytest.approx(0.6 * real.median())]
    assert german.rows["poverty_line"].iloc[0] == pytest.approx(1795.17, abs=0.01)


def test_counts_of_german_falls(german):
    train, test = range(1984, 1987), [1987]

    assert fell(german, periods=1, returns=True, as_of=train) == (321, 45)
    assert fell(german, periods=1, returns=True, as_of=test) == (291, 55)
    assert fell(german, periods=1, returns=False, as_of=train) == (7_497, 329)
    assert fell(german, periods=1, returns=False, as_of=test) == (2_933, 128)


def test_an_equivalent_adult_scale_gives_the_counts_published_with_the_reference_models():
    # 1 for the first adult, 0.5 for a spouse, 0.3 for children: 390 / 395 returns (54 of them
    # poor again), 7,422 / 2,982 households that were not poor (115 of them fell)
    table = surveys.rwm5yr_table()
    scale = 1 + 0.5 * table["married"].astype(int) + 0.3 * table["kids"].astype(int)
    described = load_mapping("rwm5yr")
    per_adult = replace(described, income=replace(described.income, divide_by=("adults",)))

    panel = panel_of(per_adult, table.assign(adults=scale))

    assert fell(panel, periods=1, returns=True, as_of=range(1984, 1987))[0] == 390
    assert fell(panel, periods=1, returns=True, as_of=[1987]) == (395, 54)
    assert fell(panel, periods=1, returns=False, as_of=range(1984, 1987))[0] == 7_422
    assert fell(panel, periods=1, returns=False, as_of=[1987]) == (2_982, 115)


def test_reading_german_households_leaves_the_home_folder_empty(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    folders = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME"), str(home))
    told = "from hardship_model.data.surveys import rwm5yr; print(len(rwm5yr().rows))"

    done = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, **folders, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.strip() == "19609"
    assert list(home.iterdir()) == []


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(surveys, "find_spec", lambda name: None)

    with pytest.raises(PanelError, match=r"pip install hardship-model\[surveys\]"):
        surveys.rwm5yr()


def test_both_mappings_declare_no_money_in_nominal_units():
    for name in ("eph", "rwm5yr"):
        for source in load_mapping(name).columns:
            if "inc_" in source.column or source.column in ("ITF", "IPCF", "hhninc"):
                assert "poverty_line" in source.divide_by, source.meaning.name


@pytest.fixture(scope="module")
def argentine():
    if not EPH.is_file():
        pytest.skip("needs ../shared/data/eph_2007_2015.parquet, which is not part of the clone")
    with pytest.warns(UserWarning, match="moves with each period's median"):
        return surveys.eph(EPH)


def test_argentine_quarters_are_all_there(argentine):
    assert len(argentine.rows) == 473_866
    assert len(argentine.households) == 167_399
    assert len(argentine.months) == 31
    assert argentine.rows["in_hardship"].isna().sum() == 0


def test_the_argentine_line_is_each_quarters_own(argentine):
    by_quarter = argentine.rows.groupby("month")

    ratio = by_quarter["poverty_line"].first() / by_quarter["income"].median()

    assert ratio.to_numpy() == pytest.approx(0.6)


@pytest.fixture(scope="module")
def by_visit(argentine):
    """Poor (1), not (0) or not seen, one row per dwelling's head, one column per visit."""
    first = pd.read_parquet(EPH, columns=["hid", "t", "visit"])
    first = (first["t"] - first["visit"]).groupby(first["hid"]).first().astype(int)
    rows = argentine.rows
    quarter = (rows["month"] + 1) // 3  # 4 × year + quarter
    start = rows["household_id"].map(first)
    drawn = rows.assign(visit=quarter - start, poor=rows["in_hardship"].astype(float))
    wide = drawn.pivot_table(index="household_id", columns="visit", values="poor")
    return wide.assign(start=first.reindex(wide.index))


def split(who, as_of, horizon):
    """Training rows have their target by 2012Q4; test rows are asked from 2013Q1 on."""
    train = who & (as_of + horizon <= 4 * 2012 + 4)
    return int(train.sum()), int((who & (as_of >= 4 * 2013 + 1)).sum())


def test_counts_of_argentine_falls_and_returns(by_visit):
    was_poor = (by_visit[[0, 1]] == 1).any(axis=1)
    seen = by_visit[[0, 1]].notna().any(axis=1)
    out_at_4 = (by_visit[4] == 0) & by_visit[5].notna()
    left_by_1 = (by_visit[0] == 1) & (by_visit[1] == 0) & by_visit[4].notna()

    assert split(out_at_4 & was_poor, by_visit["start"] + 4, 1) == (6_029, 2_686)
    assert split(out_at_4 & seen & ~was_poor, by_visit["start"] + 4, 1) == (27_889, 12_308)
    assert split(left_by_1, by_visit["start"] + 1, 3) == (3_993, 1_222)


def test_argentine_money_stands_in_lines(argentine):
    parts = argentine.rows[["labour_over_line", "other_over_line"]].sum(axis=1)
    whole = argentine.rows["income"] / argentine.rows["poverty_line"]

    assert (parts - whole).abs().median() < 1e-4
