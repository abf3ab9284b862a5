"""From a config to a run folder of `screen`: scores without foresight, same bytes, one message."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_towns import config, town

from hardship_model import figures, report, screen_study
from hardship_model.data.panel import PanelError
from hardship_model.data.population import invent, records
from hardship_model.files import write_csv
from hardship_model.months import to_month
from hardship_model.privacy.suppression import Book
from hardship_model.privacy.tables import WITHOUT_COUNTS, known, places
from hardship_model.schema import check
from hardship_model.screen_study import scores as scoring
from hardship_model.screening.declared import read_strategies
from hardship_model.screening.prospect import Prospect
from hardship_model.screening.ready_made import READY_MADE, ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.world import from_town
from hardship_model.study import ConfigError

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
SMALL = """
name = "small"
title = "A small one"
households = 600
towns = 2
last_month = "2021-12"
strategies = ["status_quo", "random", "income_visits", "model_visits", "oracle"]
take_apart = "status_quo"
model = "logistic"
factors = [0.5, 1.0]
assumption_factors = [2.0]
assumption_draws = 2
trajectories = 2
n_draws = 20
"""
FIRST, LAST = to_month("2021-01"), to_month("2022-12")
EVE = FIRST - 1
NO_MODEL = [name for name, spec in READY_MADE.items() if not spec.get("model")]


@cache
def lived():
    return town(n_households=1500, seed=1, last_month="2022-12")


@cache
def scored():
    """What is scored of the town as it is: ask before anything is put in its place."""
    return _scored(lived())


def _scored(of, *, model="logistic"):
    return screen_study.scores_of(
        of, model=model, first_month=FIRST, last_month=LAST, rescore_months=6, seed=1
    )


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("screen") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return screen_study.load_screen_study(path)


@pytest.fixture(scope="module")
def small(plan):
    return screen_study.run(plan)


@pytest.fixture(scope="module")
def ledgers(plan):
    kept = []
    again = screen_study.run(plan, keep=kept.append, processes=2)
    return again, pd.concat(kept, ignore_index=True)


def test_every_table_has_a_rule_by_which_it_leaves(small):
    tables = screen_study.as_files(small)

    assert [name for name in tables if not known(name)] == []
    assert set(tables) - set(WITHOUT_COUNTS) == set(places(tables, Book()))


# Scores


def test_every_month_that_is_played_has_scores_and_they_keep_their_contract():
    table = check("scores", scored())

    assert sorted(table["as_of"].unique()) == list(range(EVE, LAST))
    assert table["risk"].between(0, 1).all()


def test_scores_are_new_twice_a_year_and_carried_on_between():
    at = {
        as_of: rows.set_index("household_id")["risk"] for as_of, rows in scored().groupby("as_of")
    }

    assert at[EVE].equals(at[EVE + 5])
    later = at[EVE + 6].reindex(at[EVE].index)
    assert (later != at[EVE]).mean() > 0.5


def test_what_happens_after_a_month_changes_no_score_of_that_month(monkeypatch):
    before, panel = scored(), records(lived())
    rows = panel.rows.copy()
    late = rows["recorded_month"] > EVE + 6
    rows.loc[late, ["income", "formal_wages_yuan", "scheme_medical_yuan"]] = 12_345.0
    monkeypatch.setattr(scoring, "records", lambda of: panel.with_rows(rows))

    other = _scored(lived())

    until = before["as_of"] <= EVE + 11
    pd.testing.assert_frame_equal(before[until], other[other["as_of"] <= EVE + 11])


def test_a_row_that_was_written_down_later_changes_no_earlier_score(monkeypatch):
    before, panel = scored(), records(lived())
    now = EVE + 6
    straggling = (panel.rows["month"] <= now) & (panel.rows["recorded_month"] > now)
    rows = panel.rows[~straggling].reset_index(drop=True)
    monkeypatch.setattr(scoring, "records", lambda of: panel.with_rows(rows))

    other = _scored(lived())

    until = before["as_of"] <= EVE + 11
    assert straggling.sum() > 100
    pd.testing.assert_frame_equal(before[until], other[other["as_of"] <= EVE + 11])


def test_whoever_may_not_be_looked_up_is_neither_learned_from_nor_scored(monkeypatch):
    before, panel = scored(), records(lived())
    seen = screen_study.scores.visible(panel, eve=EVE).rows
    keys = ["household_id", "month"]
    allowed = pd.MultiIndex.from_frame(panel.rows[keys]).isin(pd.MultiIndex.from_frame(seen[keys]))
    assert 0.2 < allowed.mean() < 0.9
    rows = panel.rows[allowed].reset_index(drop=True)
    monkeypatch.setattr(scoring, "records", lambda of: panel.with_rows(rows))

    pd.testing.assert_frame_equal(before, _scored(lived()))


def test_what_the_old_ways_find_later_is_not_seen_in_the_file():
    frozen = screen_study.scores.visible(records(lived()), eve=EVE).rows
    later = frozen[frozen["month"] >= EVE].groupby("household_id")

    for column in ("in_hardship", "registered"):
        told = later[column]
        assert (told.first() == told.last()).all()


def test_a_score_of_a_household_that_may_not_be_looked_up_moves_no_visit():
    world = from_town(lived())
    everybody = scored()
    looked_up = world.union_member.any(axis=0) | (world.register.category != 0)
    extra = pd.DataFrame({
        "household_id": np.repeat(world.households[~looked_up], LAST - EVE),
        "as_of": np.tile(np.arange(EVE, LAST), (~looked_up).sum()),
        "model": "logistic", "risk": 1.0,
    })  # fmt: skip
    more = pd.concat([everybody.astype({"model": str}), extra]).drop_duplicates(
        ["household_id", "as_of"], keep="last"
    )
    [strategy] = ready_made(world, ["model_visits"], model="logistic")

    ledgers = [
        play(world, [strategy], replicates=[1], seed=1, scores=table).ledger
        for table in (everybody, more)
    ]

    visited = ledgers[0].loc[ledgers[0]["channel"] == "model_visits", "household_id"]
    assert visited.nunique() > 30
    pd.testing.assert_frame_equal(*ledgers)


@pytest.mark.parametrize(("n", "seed", "model"), [(30, 3, "logistic"), (80, 4, "boosting")])
def test_a_town_in_which_too_few_entered_the_file_is_refused(n, seed, model):
    tiny = invent(config(n_households=n, seed=seed, last_month=LAST))

    with pytest.raises(PanelError, match="too few for a model to learn from; give towns more"):
        _scored(tiny, model=model)


# The run


def test_every_table_has_rows_and_two_processes_make_the_same_as_one(small, ledgers, tmp_path):
    again, _ = ledgers

    for name, table in screen_study.as_files(small).items():
        write_csv(table, tmp_path / "one.csv")
        write_csv(screen_study.as_files(again)[name], tmp_path / "two.csv")
        assert len(table), name
        assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes(), name


def test_the_ledger_keeps_its_contract_and_its_replicates_are_towns(ledgers):
    _, ledger = ledgers
    check("ledger", ledger)

    assert sorted(ledger["replicate"].unique()) == [1, 2]


def test_the_oracle_is_not_beaten_within_a_month(small):
    table = small.comparison.query("measure == 'within_1'")

    assert table.set_index("strategy")["value"].idxmax() == "oracle"


def test_what_was_played_at_the_usual_means_is_the_same_in_both_tables(small):
    at_one = small.frontier.query("factor == 1").set_index("strategy")["visits"]
    visits = small.comparison.query("measure == 'visits_per_find'").set_index("strategy")

    assert at_one.to_dict() == visits["counted"].to_dict()


def test_no_mix_was_promised_more_than_its_bound(small):
    assert (small.best_mix["caught"] <= small.best_mix["no_mix_catches_more"] + 1e-6).all()
    assert (small.best_mix["caught"] <= small.best_mix["all_channels_catch"]).all()


def test_without_a_channel_of_the_strategy_taken_apart_is_played_too(small):
    apart = small.channels.query("strategy == 'status_quo'")

    assert apart["found_without"].notna().all()
    assert (apart["found"] - apart["found_without"] == apart["lost"]).all()


def test_the_page_stands_alone_says_what_was_found_and_is_the_same_twice(small, tmp_path):
    figures.write_all(small, tmp_path / "figures")

    page = report.screen_page(small, tmp_path / "figures")

    assert page == report.screen_page(small, tmp_path / "figures")
    assert page.count("<svg") == 8
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "income visits" in page
    assert "invented" in page


def test_the_pictures_draw_what_the_tables_say(small):
    drawn = figures.draw_frontier(small.frontier).axes[0]
    share = small.frontier.query("strategy == 'income_visits'")["share"]

    assert any(np.allclose(line.get_ydata(), share) for line in drawn.lines
               if len(line.get_ydata()) == len(share))  # fmt: skip
    labels = [t.get_text() for t in figures.draw_draws(small.assumption_draws).axes[0]
              .get_yticklabels()]  # fmt: skip
    assert "income visits" in labels
    assert "oracle" not in labels


# The config


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (("towns = 2", "towns = 0"), "towns is a whole number"),
        (("towns = 2", "town = 2"), "does not know ['town']"),
        (('"random"', '"chance"'), "['chance']"),
        (('"random"', '"status_quo"'), "a name twice"),
        (("[0.5, 1.0]", "[0.5]"), "hold 1"),
        (("[0.5, 1.0]", "[1, 1.0]"), "factors have a factor twice"),
        (("[2.0]", "[-2.0]"), "above 0"),
        (("[2.0]", "[1.0]"), "assumption_factors move nothing"),
        (("assumption_draws = 2", "assumption_draws = 0"), "assumption_draws is a whole number, 1"),
        (("n_draws = 20", "assumption_towns = 3"), "assumption_towns are some of the towns"),
        (("trajectories = 2", "trajectories = 1"), "trajectories is a whole number, 2 or more"),
        (('"logistic"', '"oracle"'), "model is 'oracle'"),
        (("n_draws = 20", 'judge_by = "yuan_per_find"'), "judge_by"),
        (("n_draws = 20", 'first_month = "2021"'), "A month is written like"),
        (('take_apart = "status_quo"', 'take_apart = "linkage_only"'), "take_apart"),
        (('title = "A small one"', "title ="), "is no TOML"),
    ],
)
def test_a_bad_config_gets_one_clear_message(tmp_path, spoil, said):
    path = tmp_path / "bad.toml"
    assert spoil[0] in SMALL
    path.write_text(SMALL.replace(*spoil), encoding="utf-8")

    with pytest.raises(ConfigError) as told:
        screen_study.load_screen_study(path)

    assert said in str(told.value)


OWN = """
[[strategy]]
name = "few_good_leads"
channels = ["application", "linkage_several", "model_visits"]
order = "by_risk_since_visit"
model = true
visits_per_month = 4
[strategy.change.application]
capacity_per_month = 5
"""


def with_own(tmp_path, *spoil):
    text = SMALL.replace('"oracle"]', '"oracle", "few_good_leads"]') + OWN
    for old, new in spoil:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return screen_study.load_screen_study(path)


def test_a_strategy_of_ones_own_stands_beside_the_ready_made_ones(tmp_path):
    plan, where = with_own(tmp_path), from_town(lived())
    made = screen_study.strategies_for(plan, where)
    [written] = read_strategies(OWN.replace("true", '"logistic"'), where)

    assert [one.name for one in made] == [*plan.strategies[:5], "few_good_leads"]
    assert made[-1] == written
    assert made[:-1] == ready_made(where, plan.strategies[:5], model="logistic")


POOR = """
name = "poor"
title = "Two poor offices"
households = 600
towns = 1
last_month = "2021-09"
strategies = ["calls", "stalls"]
reference = "calls"
take_apart = "calls"
judge_by = "ever"
factors = [1.0]
assumption_factors = [2.0]
assumption_draws = 1
trajectories = 2
n_draws = 20
[[strategy]]
name = "calls"
channels = ["application"]
visits_per_month = 0
budget_yuan_per_year = 0
[[strategy]]
name = "stalls"
channels = ["sites"]
"""


def test_strategies_of_one_channel_with_no_money_and_no_clerk_beside_them_get_their_page(tmp_path):
    (tmp_path / "poor.toml").write_text(POOR, encoding="utf-8")
    results = screen_study.run(screen_study.load_screen_study(tmp_path / "poor.toml"))
    screen_study.write_results(results, tmp_path / "poor.toml", tmp_path)

    page = report.in_language(tmp_path, "en")["report.html"]

    assert "No strategy here has two channels that raise leads." in page
    assert list(report.screened_tables.verdicts_table(results.comparison, "ever")) == [
        "strategy", "found, of", "share", "than calls",
    ]  # fmt: skip
    assert results.best_mix["channels"].tolist() == [""]


def test_months_too_few_for_the_measure_that_judges_are_refused_and_what_they_tell_is_said(plan):
    short = replace(plan, last_month=plan.first_month + 5, households=300, towns=1)

    with pytest.raises(ConfigError, match=r"cannot tell judge_by = 'within_6'.*can tell \["):
        screen_study.run(short)


def test_without_a_list_of_strategies_all_ready_made_ones_and_ones_own_are_played(tmp_path):
    line = next(line for line in SMALL.splitlines() if line.startswith("strategies"))
    plan = with_own(tmp_path, (line.replace('"oracle"]', '"oracle", "few_good_leads"]'), ""))

    assert plan.strategies == (*READY_MADE, "few_good_leads")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (("visits_per_month = 4", "visits_per_month = -4"), "visits_per_month is a whole number"),
        (('"linkage_several"', '"telepathy"'), "no channel is called ['telepathy']"),
        (("visits_per_month = 4", "budget_yuan_per_year = 50"), "yuan a year before anybody"),
        (("capacity_per_month = 5", "capacity_per_month = -5"), "capacity_per_month must be 0"),
        (("model = true", 'model = "boosting"'), "ranks by 'boosting', but scores are of 'log"),
        (("model = true", ""), "name one with `model`"),
        (('name = "few_good_leads"', 'name = "random"'), "['random'] are there already"),
        (('"oracle", "few_good_leads"]', '"oracle"]'), "which strategies does not name"),
        (("[[strategy]]", "[strategy]"), "strategy is a list of tables"),
        (('name = "few_good_leads"', ""), "a name of its own"),
    ],
)
def test_a_bad_strategy_of_ones_own_is_refused_before_a_town_is_invented(tmp_path, spoil, said):
    with pytest.raises(ConfigError) as told:
        with_own(tmp_path, spoil)

    assert said in str(told.value)


def test_what_is_expected_of_a_town_is_what_is_found_in_it():
    where = from_town(lived())
    expected = Prospect(n_at_once=where.n_households, month=FIRST)
    ours, theirs = ready_made(expected, NO_MODEL), ready_made(where, NO_MODEL)

    assert ours == theirs
    for one in ours:
        assert one.fixed_yuan(expected) == pytest.approx(one.fixed_yuan(where), rel=0.1)


@pytest.mark.parametrize("name", ["screen", "own_strategy"])
def test_the_shipped_configs_are_good_ones(name):
    plan = screen_study.load_screen_study(CONFIGS / f"{name}.toml")

    assert replace(plan, towns=20).seeds == range(1, 21)
