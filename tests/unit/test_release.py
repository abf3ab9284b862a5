"""Nothing small leaves, not by sums, not by differences, not by two releases together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from typer.testing import CliRunner

from hardship_model.cli import app
from hardship_model.files import harmless, write_csv
from hardship_model.privacy import (
    LOG,
    SMALLEST_CELL,
    ReleaseError,
    SingleHouseholdsError,
    passed,
    refuse_together,
    release,
    shown,
    sums_by,
)
from hardship_model.privacy.attack import NARROWEST

GROUPS = ("work", "woman")


def by_group(fell, of):
    """A table by two columns of groups and their pairs; `fell` and `of`: arrays of pairs."""
    rows = []

    def tell(column, group, n, events):
        rows.append({"task": "t", "origin": "1987", "column": column, "group": group,
                     "model": "m", "metric": "auroc", "n": float(n), "events": float(events),
                     "value": 0.7, "withheld": False})  # fmt: skip

    tell("everybody", "everybody", of.sum(), fell.sum())
    for axis, column in enumerate(GROUPS):
        for g in range(fell.shape[axis]):
            tell(column, f"g{g}", of.take(g, axis).sum(), fell.take(g, axis).sum())
    for a, b in np.ndindex(fell.shape):
        tell(" × ".join(GROUPS), f"g{a} × g{b}", of[a, b], fell[a, b])
    return pd.DataFrame(rows)


def ranges(told, shape):
    """What can each pair's `n`, `events` and rest be? By whole numbers, one after the other."""
    a, b = shape
    size = a * b
    n_of = np.hstack([np.eye(size), np.zeros((size, size))])
    at = {"events": np.roll(n_of, size, axis=1)}
    at["n"] = n_of + at["events"]  # unknown are those who stayed, and those who fell
    pairs = np.arange(size).reshape(shape)
    lines = {("everybody", "everybody"): pairs.ravel()}
    lines |= {("work", f"g{g}"): pairs[g] for g in range(a)}
    lines |= {("woman", f"g{g}"): pairs[:, g] for g in range(b)}
    lines |= {(" × ".join(GROUPS), f"g{i} × g{j}"): [pairs[i, j]] for i, j in np.ndindex(shape)}
    left, right = [np.zeros(2 * size)], [0.0]
    for row in told.to_dict("records"):
        for column in ("n", "events"):
            if not np.isnan(row[column]):
                left.append(at[column][lines[row["column"], row["group"]]].sum(axis=0))
                right.append(row[column])
    known = LinearConstraint(np.array(left), right, right)
    for (column, group), line in lines.items():
        for kind, matrix in (*at.items(), ("rest", n_of)):
            costs = matrix[line].sum(axis=0)
            ends = []
            for sign in (1, -1):
                done = milp(sign * costs, constraints=known, integrality=np.ones(2 * size))
                ends.append(sign * done.fun if done.status == 0 else sign * -np.inf)
            yield column, group, kind, ends[1] - ends[0]


def recovered(table, told, shape):
    """Small counts that lie in a narrow range after all."""
    truth = table.assign(rest=table["n"] - table["events"]).set_index(["column", "group"])
    return [
        (column, group, kind)
        for column, group, kind, width in ranges(told, shape)
        if 0 < truth.loc[(column, group), kind] < SMALLEST_CELL and width < NARROWEST
    ]


pairs = st.lists(st.integers(0, 40), min_size=6, max_size=6)


@settings(max_examples=6, deadline=None)
@given(fell=pairs, stayed=pairs)
def test_an_attack_on_a_drawn_table_recovers_no_small_count(fell, stayed):
    fell = np.array(fell).reshape(2, 3)
    of = fell + np.array(stayed).reshape(2, 3)
    table = by_group(fell, of)

    out, _ = passed({"by_group": table})

    assert recovered(table, out["by_group"], fell.shape) == []


def test_the_attack_recovers_the_one_that_is_hidden_alone():
    fell = np.array([[4, 30, 30], [30, 30, 30]])
    table = by_group(fell, fell * 3)
    alone = table.copy()
    alone.loc[alone["events"] == 4, "events"] = np.nan

    assert ("work × woman", "g0 × g0", "events") in recovered(table, alone, fell.shape)


def test_large_counts_leave_as_they_are():
    fell = np.full((2, 3), 40)
    table = by_group(fell, fell * 3)

    out, log = passed({"by_group": table})

    pd.testing.assert_frame_equal(out["by_group"], table)
    assert log.empty


def test_what_is_computed_from_a_withheld_count_goes_with_it():
    table = by_group(np.array([[4, 30, 30], [30, 30, 30]]), np.full((2, 3), 90))

    out = passed({"by_group": table})[0]["by_group"]

    assert out["withheld"].sum() >= 4
    assert out.loc[out["withheld"], "value"].isna().all()


def test_a_product_over_months_does_not_give_back_the_month_between():
    table = pd.DataFrame({
        "move": "hazard_of_return", "months": [12, 24, 36], "n": [100, 90, 80],
        "events": [20, 3, 20], "cumulative": [0.2, 0.227, 0.42], "withheld": False,
    })  # fmt: skip

    out = passed({"transitions": table})[0]["transitions"]

    assert out["cumulative"].notna().tolist() == [True, False, False]


def test_a_table_that_nobody_has_named_stays():
    out, log = passed({"notes": pd.DataFrame({"n": [100]})})

    assert out == {}
    assert log["reason"].tolist() == ["not a known table"]


FIRST = by_group(np.array([[4, 30, 30], [30, 30, 30]]), np.full((2, 3), 90))


def released(table):
    return passed({"by_group": table})[0]


def test_the_same_release_again_tells_nothing_new():
    refuse_together(released(FIRST), released(FIRST))


def test_a_count_withheld_once_is_not_shown_to_whoever_has_the_other_release():
    as_it_is = {"by_group": FIRST}  # as if the threshold had been lowered

    with pytest.raises(ReleaseError, match="together give back"):
        refuse_together(as_it_is, released(FIRST))


def test_growth_by_a_few_households_is_refused():
    before = by_group(np.full((2, 3), 40), np.full((2, 3), 90))
    fell = np.full((2, 3), 40)
    fell[0, 0] += 3
    now = by_group(fell, np.full((2, 3), 90) + (fell - 40))

    with pytest.raises(ReleaseError):
        refuse_together(released(now), released(before))


def test_growth_by_many_households_is_released():
    before = by_group(np.full((2, 3), 40), np.full((2, 3), 90))
    now = by_group(np.full((2, 3), 60), np.full((2, 3), 140))

    refuse_together(released(now), released(before))


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    (folder / "figures").mkdir(parents=True)
    write_csv(FIRST, folder / "by_group.csv")
    write_csv(pd.DataFrame({"model": ["=1+1", "logistic"], "regret": [-0.1, 0]}),
              folder / "choice.csv")  # fmt: skip
    (folder / "config.toml").write_text("seed = 1", encoding="utf-8")
    for name in ("versions.json", "report.html", "scores.parquet",
                 "ledger.parquet", "figures/exclusion.png", "figures/origins.png"):  # fmt: skip
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def test_a_release_holds_tables_and_pictures_that_passed_and_never_households(run, tmp_path):
    log = release(run, tmp_path / "out")

    left = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")}
    assert left == {"by_group.csv", "choice.csv", "versions.json", "config.toml",
                    "figures/origins.png", LOG}  # fmt: skip
    assert {"scores.parquet", "ledger.parquet", "report.html"} <= set(log["table"])
    assert "4.0" not in (tmp_path / "out" / LOG).read_text(encoding="utf-8")


def test_a_release_that_is_refused_leaves_the_last_one_as_it_was(run, tmp_path):
    release(run, tmp_path / "out")
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*.csv")}
    more = FIRST.assign(n=FIRST["n"] + 3)
    write_csv(more, run / "by_group.csv")

    with pytest.raises(ReleaseError):
        release(run, tmp_path / "out")

    assert {p: p.read_bytes() for p in (tmp_path / "out").rglob("*.csv")} == before


def test_earlier_releases_stay_and_are_held_against_the_new_one(run, tmp_path):
    for _ in range(3):
        release(run, tmp_path / "out")

    earlier = sorted(p.parent.name for p in (tmp_path / "out").rglob("earlier/*/by_group.csv"))
    assert earlier == ["1", "2"]


def test_the_command_writes_a_release(run, tmp_path):
    done = CliRunner().invoke(app, ["release", str(run), "--out", str(tmp_path / "out")])

    assert done.exit_code == 0
    assert (tmp_path / "out" / LOG).is_file()


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="no run folder"):
        release(tmp_path, tmp_path / "out")


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_and_numbers_stay():
    table = pd.DataFrame({"group": ["=1+1", "@a", "a", None], "value": [-1.0, 2, 3, 4]})

    out = harmless(table)

    assert out["group"].tolist()[:3] == ["'=1+1", "'@a", "a"]
    assert out["value"].tolist() == [-1.0, 2, 3, 4]


def test_a_table_of_single_households_is_not_shown():
    with pytest.raises(SingleHouseholdsError):
        shown(pd.DataFrame({"household_id": [1], "income": [2]}))


def test_percentiles_keep_two_digits_and_extremes_are_left_out():
    told = shown(pd.DataFrame({"income": np.arange(1234, 2345)}).describe())

    assert "max" not in told.index
    assert told.loc["50%", "income"] == 1800


def test_small_rows_keep_their_names_only():
    told = shown(pd.DataFrame({"group": ["a", "b"], "n": [5, 50], "rate": [0.2, 0.3]}))

    assert told["group"].tolist() == ["a", "b"]
    assert told["rate"].isna().tolist() == [True, False]
    assert told["n"].dropna().astype(str).tolist() == ["50"]


def test_a_sum_that_one_household_makes_is_withheld_and_does_not_stand_alone():
    amounts = pd.DataFrame({
        "county": ["one"] * 20 + ["even"] * 20 + ["large"] * 20,
        "aid": [10_000, 500, *[1] * 18, *[100] * 20, *[1000] * 20],
    })  # fmt: skip

    told = sums_by(amounts, amount="aid", by=["county"]).set_index("county")

    assert told["withheld"].to_dict() == {"one": True, "even": True, "large": False}
    assert told.loc["large", "sum"] == 20_000
