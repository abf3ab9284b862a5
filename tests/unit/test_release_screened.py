"""What screening counted leaves only as far as nobody can work out a few falls from it."""

import tomllib
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from hardship_model.files import write_csv
from hardship_model.privacy import LOG, SMALLEST_CELL, ReleaseError, passed, release, screened
from hardship_model.privacy.attack import NARROWEST
from hardship_model.screening import catches
from hardship_model.screening.comparison import MEASURES

CHANNELS = ("application", "hotline", "sweep")
PATTERNS = np.arange(8)[:, None] >> np.arange(3) & 1 == 1


def tables_of(falls):
    """The three tables of one strategy whose eight sets of channels caught so many falls."""
    found = {"office": catches.Catches(
        strategy="office", channels=CHANNELS, patterns=PATTERNS,
        falls=np.array(falls)[None, None],
    )}  # fmt: skip
    told = catches.channels_table(found, n_draws=2, seed=1)
    return {
        "channels": told.assign(found=50.0, found_without=40.0, lost=10.0),
        "overlaps": catches.overlap_table(found),
        "never_found": catches.never_found(found, n_draws=2, seed=1),
    }  # fmt: skip


def told_of_sets(out):
    """Every number that is shown, as which sum over the eight sets makes it."""
    for row in out["channels"].to_dict("records"):
        has = PATTERNS[:, CHANNELS.index(row["channel"])]
        yield np.ones(8), row["falls"]
        yield 1.0 * has, row["caught"]
        yield 1.0 * (has & (PATTERNS.sum(axis=1) == 1)), row["alone"]
        yield 1.0 * ~PATTERNS.any(axis=1), row["never"]
        yield has / np.maximum(PATTERNS.sum(axis=1), 1), row["credit"]
        yield has - row["share"] * np.ones(8), 0 * row["share"]
    for row in out["overlaps"].to_dict("records"):
        one, other = (PATTERNS[:, CHANNELS.index(row[c])] for c in ("channel", "other"))
        yield 1.0 * one, row["caught"]
        yield 1.0 * (one & other), row["both"]
        yield (one & other) - row["share"] * one, 0 * row["share"]
    for row in out["never_found"].to_dict("records"):
        for column, which in (("caught", PATTERNS.any(axis=1)), ("f1", PATTERNS.sum(axis=1) == 1),
                              ("f2", PATTERNS.sum(axis=1) == 2),
                              ("true", ~PATTERNS.any(axis=1))):  # fmt: skip
            yield 1.0 * which, row[column]


def width(known, sum_):
    """Between which values can this sum over the eight sets lie?"""
    known = [(np.zeros(8), 0.0), *((left, right) for left, right in known if not np.isnan(right))]
    left, right = np.array([one for one, _ in known]), np.array([one for _, one in known])
    ends = []
    for sign in (1, -1):
        # What is told is rounded to six digits.
        done = milp(sign * sum_, constraints=LinearConstraint(left, right - 1e-4, right + 1e-4))
        ends.append(sign * done.fun if done.status == 0 else sign * -np.inf)
    return ends[1] - ends[0]


def asked(falls):
    """What must not be told: small cells of the tables, and small rests of them."""
    n_by = PATTERNS.sum(axis=1)
    every, never = np.ones(8), 1.0 * (n_by == 0)
    for one in PATTERNS.T:
        alone = 1.0 * (one & (n_by == 1))
        yield from (1.0 * one, alone, every - one, one - alone)
    for a, b in combinations(range(3), 2):
        both = 1.0 * (PATTERNS[:, a] & PATTERNS[:, b])
        yield from (both, PATTERNS[:, a] - both, PATTERNS[:, b] - both)
    yield from (never, 1.0 * (n_by == 1), 1.0 * (n_by == 2))


def given_away(falls, out):
    known = list(told_of_sets(out))
    small = [one for one in asked(falls) if 0 < one @ falls < SMALLEST_CELL]
    return [one for one in small if width(known, one) < NARROWEST]


@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(0, 60), min_size=8, max_size=8).filter(lambda falls: sum(falls) > 9))
def test_no_few_falls_are_worked_out_from_channels_overlaps_and_never_found(falls):
    falls = np.array(falls)
    out, _ = passed(tables_of(falls))

    assert given_away(falls, out) == []


def test_the_attack_works_out_what_only_one_of_the_three_tables_withholds():
    falls = np.array([90, 30, 30, 4, 30, 30, 30, 30])  # application and hotline alone: 4
    tables = tables_of(falls)
    few = tables["overlaps"]["both"] - 30 < SMALLEST_CELL
    tables["overlaps"].loc[few, ["both", "share"]] = np.nan
    falls_of_two = 1.0 * (PATTERNS.sum(axis=1) == 2)

    assert width(list(told_of_sets(tables)), falls_of_two) < NARROWEST


def test_what_two_channels_both_catch_is_withheld_in_both_rows_with_its_share():
    falls = np.array([90, 30, 30, 2, 30, 30, 30, 1])  # application and hotline: 3

    out = passed(tables_of(falls))[0]["overlaps"]

    names = zip(out["channel"], out["other"], strict=True)
    pair = out[[{*two} == {"application", "hotline"} for two in names]]
    assert len(pair) == 2
    assert pair[["both", "share"]].isna().all(axis=None)


def compared(found, *, of=100.0, reference="office"):
    """Shares of falls of some strategies, each held against the first."""
    rows = []
    for name, count in found.items():
        row = {"strategy": name, "measure": "within_6", "counted": float(count), "out_of": of,
               "value": count / of, "low": 0.0, "high": 1.0}  # fmt: skip
        against = name != reference
        row |= {"reference": reference if against else None,
                "difference": (count - found[reference]) / of if against else None}  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def test_a_difference_from_a_withheld_strategy_goes_with_it():
    out, log = passed({"comparison": compared({"office": 4, "sweep": 40, "sites": 50})})

    table = out["comparison"].set_index("strategy")
    assert table["value"].notna().to_dict() == {"office": False, "sweep": True, "sites": True}
    assert table["difference"].isna().all()
    assert "held against a row that is withheld" in log["reason"].to_list()


def test_a_difference_from_a_strategy_that_the_run_withheld_goes_as_well():
    table = compared({"office": 4, "sweep": 40})
    table = table.assign(withheld=[True, False])
    table.loc[0, ["counted", "value"]] = np.nan

    assert passed({"comparison": table})[0]["comparison"]["difference"].isna().all()


def test_a_lucky_replicate_that_found_few_is_withheld_and_who_was_best_is_told():
    luck = pd.DataFrame({
        "strategy": ["office", "sweep"], "measure": "within_6", "replicates": 20,
        "out_of": 100.0, "mean": [0.15, 0.4], "lowest": [0.05, 0.3], "highest": [0.2, 0.5],
        "best": [0.0, 1.0],
    })  # fmt: skip

    out = passed({"luck": luck})[0]["luck"]

    assert out["lowest"].isna().to_list() == [True, False]
    assert out["best"].notna().all()


def test_measures_are_counted_under_the_names_that_screening_gives_them():
    named = {**screened.COUNTED, **screened.MONEY}

    assert {name: screened.COUNTED[name] for name in MEASURES if name in screened.COUNTED} == {
        name: MEASURES[name] for name in MEASURES if name not in screened.MONEY
    }
    assert set(MEASURES) <= set(named)


def test_a_table_of_another_version_is_refused_in_one_message():
    with pytest.raises(ValueError, match=r"luck\.csv has not the columns"):
        passed({"luck": pd.DataFrame({"strategy": ["office"], "mean": [0.5]})})


CONFIG = """
name = "screen"  # for our eyes only
[panel]
survey = "/srv/wang/mappings/office.toml"
path = '../families of Hexi/extract.csv'
[panel.reading]
formal = ["formal"]
[[strategy]]
name = "a/b"
change = { hotline = { cost_yuan = 5 } }
"""


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    write_csv(compared({"office": 40, "sweep": 50}), folder / "comparison.csv")
    (folder / "versions.json").write_text("{}", encoding="utf-8")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    return folder


def test_of_a_config_leave_no_comments_and_of_paths_the_files_names(run, tmp_path):
    release(run, tmp_path / "out")

    text = (tmp_path / "out" / "config.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        "name": "screen",
        "panel": {"survey": "office.toml", "path": "extract.csv",
                  "reading": {"formal": ["formal"]}},
        "strategy": [{"name": "a/b", "change": {"hotline": {"cost_yuan": 5}}}],
    }  # fmt: skip
    assert "our eyes" not in text


def test_a_second_release_of_a_screening_is_held_against_the_first(run, tmp_path):
    release(run, tmp_path / "out")
    before = (tmp_path / "out" / LOG).read_bytes()
    write_csv(compared({"office": 43, "sweep": 50}, of=103.0), run / "comparison.csv")

    with pytest.raises(ReleaseError, match="together give back"):
        release(run, tmp_path / "out")

    assert (tmp_path / "out" / LOG).read_bytes() == before
