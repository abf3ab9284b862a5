"""From a config to a run of `screen` over a panel: luck is no town, small cells stay inside."""

import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import made_up_screen
import numpy as np
import pandas as pd
import pytest
from asked_panels import READING, random_panel

from hardship_model import figures, report, screen_study
from hardship_model.data.panel import PanelError
from hardship_model.features.declared import HARDSHIP
from hardship_model.files import write_csv
from hardship_model.months import to_text
from hardship_model.privacy.suppression import Book
from hardship_model.privacy.tables import known, places
from hardship_model.schema import check
from hardship_model.screen_study import own_panel, panel_run
from hardship_model.screen_study import panel_scores as scoring
from hardship_model.screen_study.panel_run import by_luck, playable
from hardship_model.screening.panel_reading import office_view
from hardship_model.screening.panel_world import from_panel
from hardship_model.screening.played import NOT_FOUND
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.study import ConfigError
from strips import FIRST_MONTH

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
EPH = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "eph_2007_2015.parquet"
FIRST, LAST = FIRST_MONTH + 16, FIRST_MONTH + 30
MAPPING = """
name = "asked"
about = "made up"
currency = "yuan"
step_months = 3
household = "household_id"
weight = "weight"
period = { month = "month" }
income = { column = "income" }
line = { fixed = 100 }
[columns]
wage_earners = { pillar = "income", kind = "count" }
own_account = { pillar = "income", kind = "count" }
covered = { pillar = "security", kind = "flag", codes = { True = true, False = false } }
nights = { pillar = "expenditure", kind = "count" }
"""
SMALL = f"""
name = "small"
title = "A small panel"
first_month = "{to_text(FIRST)}"
last_month = "{to_text(LAST)}"
strategies = ["status_quo", "random", "district_only", "guangxi_combined", "linkage_only",
              "model_visits", "oracle", "mine"]
judge_by = "ever"
model = "logistic"
replicates = 2
factors = [1.0, 3.0]
n_draws = 30
[[strategy]]
name = "mine"
channels = ["application"]
visits_per_month = 12
budget_yuan_per_year = 30_000
[panel]
survey = "asked.toml"
path = "asked.csv"
[panel.reading]
formal = ["wage_earners"]
flexible = ["own_account"]
stays = ["nights"]
"""


def written(folder, config=SMALL):
    """A config, its mapping and its file in this folder."""
    rows = random_panel(1, n=700, periods=11).rows
    rows.assign(month=rows["month"].map(to_text)).to_csv(folder / "asked.csv", index=False)
    (folder / "asked.toml").write_text(MAPPING, encoding="utf-8")
    config = config.replace('"asked.toml"', f'"{(folder / "asked.toml").as_posix()}"')
    (folder / "small.toml").write_text(config, encoding="utf-8")
    return folder / "small.toml"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    ledgers = []
    plan = screen_study.load(written(tmp_path_factory.mktemp("panel")))
    results = screen_study.run_panel(plan, keep=ledgers.append)
    [ledger] = ledgers
    return results, ledger


# The run


def test_the_tables_are_the_same_when_they_are_made_again(small, tmp_path):
    results, _ = small
    again = screen_study.run_panel(results.study)

    assert set(screen_study.as_files(results)) == {
        "strategies", "comparison", "by_group", "luck", "frontier", "worth_in_visits",
    }  # fmt: skip
    for name, table in screen_study.as_files(results).items():
        write_csv(table, tmp_path / "one.csv")
        write_csv(screen_study.as_files(again)[name], tmp_path / "two.csv")
        assert len(table), name
        assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes(), name


def test_every_table_has_a_rule_by_which_it_leaves(small):
    tables = screen_study.as_files(small[0])

    assert [name for name in tables if not known(name)] == []
    assert {"comparison", "by_group", "luck", "frontier"} <= set(places(tables, Book()))


def test_the_ledger_keeps_its_contract_and_its_replicates_are_luck(small):
    results, ledger = small
    check("ledger", ledger)

    assert sorted(ledger["replicate"].unique()) == [1, 2]
    assert results.data["households_played"] >= ledger["household_id"].nunique()


def test_what_the_panel_cannot_tell_is_left_out_and_named(small):
    results, _ = small
    played = results.strategies.groupby("strategy")["channel"].agg(set)

    assert "linkage" not in played["guangxi_combined"]
    assert {"unit_reports", "auto_check"} <= played["guangxi_combined"]
    assert not {"linkage_only", "district_only"} & set(played.index)
    said = " ".join(f"{name}: {why}" for name, why in results.data["left_out"])
    assert "guangxi_combined: linkage wants a column for `insured`" in said
    assert "district_only: visits by district want a column for `district`" in said
    assert not {"insured", "migrant", "lives in"} & set(results.by_group["by"])
    assert {"employment form", "kind"} <= set(results.by_group["by"])


def test_a_strategy_of_ones_own_is_played_with_its_means(small):
    of = small[0].strategies.set_index("strategy").loc["mine"]

    assert (of["visits_per_month"], of["budget_yuan_per_year"]) == (12, 30_000)


def test_counts_are_means_over_replicates_and_weighed_falls_are_those_of_the_world(small):
    results, ledger = small
    visits = results.frontier.query("factor == 1").set_index("strategy")["visits"]
    made = ledger[ledger["step"] == "visit"].groupby("strategy", observed=True).size() / 2

    assert visits["random"] == pytest.approx(made["random"], rel=0.1)
    ever = results.comparison.query("measure == 'ever'")
    assert (ever["out_of"] == ever["out_of"].iloc[0]).all()
    assert ever["out_of"].iloc[0] == pytest.approx(results.data["new_falls"], rel=0.1)
    assert ever["out_of"].iloc[0] != results.data["new_falls"]


def test_who_knows_the_truth_is_best_and_never_counts_as_best_by_luck(small):
    ever = small[0].comparison.query("measure == 'ever'").set_index("strategy")["value"]
    luck = small[0].luck.set_index("strategy")

    # The strategy of one's own has three times the visits of the others.
    assert ever.drop("mine").idxmax() == "oracle"
    assert np.isnan(luck.loc["oracle", "best"])
    assert luck["best"].sum() == pytest.approx(1)
    # One measure: whoever is first in the comparison is first here.
    assert luck["mean"].tolist() == pytest.approx(ever[luck.index].tolist())
    assert (luck["lowest"] <= luck["mean"]).all()
    assert (luck["mean"] <= luck["highest"]).all()


def test_luck_is_told_replicate_by_replicate(small):
    plan = replace(small[0].study, replicates=4)
    world = from_panel(random_panel(2), READING, first_month=FIRST_MONTH + 4,
                       last_month=FIRST_MONTH + 21)  # fmt: skip
    strategies = ready_made(world, ["status_quo", "random"], visits_per_month=15)
    played = play(world, strategies, replicates=[1, 2, 3, 4], seed=1)
    new = (world.falls.onset > FIRST_MONTH + 3) & ~world.falls.begins_unseen

    told = by_luck(played, measure="ever", weight=world.weight).set_index("strategy")

    weight = world.weight[world.falls.household[new]]
    shares = np.average(played.how[:, :, new] != NOT_FOUND, axis=2, weights=weight)
    assert len(set(weight)) > 1
    assert told["mean"].tolist() == pytest.approx(shares.mean(axis=1).tolist())
    better = (shares[0] > shares[1]) + 0.5 * (shares[0] == shares[1])
    assert told["best"].tolist() == pytest.approx([better.mean(), 1 - better.mean()])
    assert plan.replicates == len(shares[0])


def test_rows_that_tell_of_a_few_families_are_withheld(small):
    results, _ = small
    table = results.comparison
    hidden = table[table["withheld"]]

    assert len(hidden)
    said = ["counted", "value", "low", "high", "difference", "verdict"]
    assert hidden[said].isna().all(axis=None)
    rows = table[~table["withheld"] & (table["measure"] == "ever")]
    # Weighed counts may lie a little below ten where ten families stand behind them.
    assert (rows["counted"] > 5).all()
    assert results.by_group["withheld"].any()
    assert results.frontier.loc[results.frontier["withheld"], "found"].isna().all()


def test_more_means_find_no_less(small):
    at = small[0].frontier.pivot_table(index="strategy", columns="factor", values="share")

    assert (at[3.0] >= at[1.0] - 0.02)[at.notna().all(axis=1)].all()


def test_the_page_stands_alone_and_says_what_a_replicate_is(small, tmp_path):
    results, _ = small
    table = results.comparison.copy()
    table.loc[table["measure"] == "within_6", ["counted", "out_of"]] = 0
    table.loc[table["measure"] == "within_6", ["value", "low", "high"]] = np.nan
    results = replace(results, comparison=table)
    figures.write_all(results, tmp_path / "figures")

    page = report.panel_screen_page(results, tmp_path / "figures")

    assert page == report.panel_screen_page(results, tmp_path / "figures")
    assert page.count("<svg") == 3
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "A replicate is luck, not a town" in page
    assert "linkage wants a column" in page
    assert "Each with its own means" in page
    assert "an office in Guangxi with" in page
    assert "<td>withheld" in page.replace(' class="number"', "")
    assert "This panel cannot tell: within six months" in page
    shown = {
        p.get_title("left").split("\n")[0] for p in figures.draw_found(results.comparison).axes
    }
    assert "within six months" not in shown
    assert "found at any time" in shown


def test_a_reference_that_cannot_be_played_is_refused(small):
    world = from_panel(random_panel(2), replace(READING, insured=()), first_month=FIRST_MONTH + 4,
                       last_month=FIRST_MONTH + 9)  # fmt: skip
    plan = replace(small[0].study, strategies=("linkage_only", "random"), strategy=(),
                   reference="linkage_only")  # fmt: skip

    with pytest.raises(ValueError, match="column for `insured`"):
        playable(plan, world)


# Scores


@cache
def scored(change="", late_months=0):
    panel = random_panel(3, n=500, periods=11)
    rows, middle = panel.rows, FIRST + 8
    rows = rows.assign(recorded_month=rows["month"] + late_months)
    if change == "later":
        late = rows["recorded_month"] > middle
        rows = rows.assign(income=rows["income"].mask(late, 1.0), nights=rows["nights"] + 9 * late)
    if change == "answers":
        late = rows["recorded_month"] >= FIRST
        rows = rows.assign(in_hardship=rows["in_hardship"] ^ late)
    return scoring.scores_of_panel(
        panel.with_rows(rows), READING, model="logistic", first_month=FIRST, last_month=LAST,
        world_seed=1, seed=1,
    ), middle  # fmt: skip


def test_scores_keep_their_contract_and_every_month_has_some():
    table, _ = scored()

    check("scores", table)
    assert sorted(table["as_of"].unique()) == list(range(FIRST - 1, LAST))
    assert table["risk"].between(0, 1).all()


def test_what_is_written_down_after_a_month_changes_no_score_up_to_it():
    (ours, middle), (theirs, _) = scored(), scored("later")
    until = ours["as_of"] <= middle

    pd.testing.assert_frame_equal(ours[until], theirs[theirs["as_of"] <= middle])
    assert not ours[~until]["risk"].equals(theirs[theirs["as_of"] > middle]["risk"])


@pytest.mark.parametrize("late_months", [0, 4])
def test_no_answer_that_comes_after_the_eve_is_ever_seen(late_months):
    ours, theirs = (scored(change, late_months)[0] for change in ("", "answers"))

    pd.testing.assert_frame_equal(ours, theirs)


def test_scores_come_as_late_as_the_cross_check_and_last_for_a_year():
    panel, (table, _) = random_panel(3, n=500, periods=11), scored()
    # Two months after the end of a period; the scores of a period hold for the next three.
    ends = [FIRST_MONTH + 3 * k for k in range(11)]
    by_month = dict(list(table.groupby("as_of")))
    for as_of, rows in by_month.items():
        end = max(e for e in ends if e <= as_of + 1 - 2)
        seen = panel.rows[panel.rows["month"].between(end - 11, end)]["household_id"].unique()
        assert set(rows["household_id"]) == set(seen)
    for end in ends[5:9]:
        risk = [by_month[m]["risk"].to_numpy() for m in range(end + 1, end + 4) if m in by_month]
        assert all(np.array_equal(one, risk[0]) for one in risk)


def test_a_model_learns_neither_from_amounts_of_income_nor_from_who_is_in_hardship(monkeypatch):
    asked = []
    monkeypatch.setattr(scoring, "features", lambda view, declared, who: asked.append(declared))
    view = office_view(random_panel(3), READING, seed=1)
    monkeypatch.setattr(scoring, "fit_calibrated", lambda *_, **__: None)
    monkeypatch.setattr(scoring, "_scored", lambda *_: iter([pd.DataFrame({"risk": [0.5]})]))
    scoring.scores_of_panel(random_panel(3), READING, model="logistic", first_month=FIRST,
                         last_month=LAST, world_seed=1, seed=1)  # fmt: skip

    columns = {feature.column for feature in asked[0]}
    assert HARDSHIP.name not in columns
    assert "earnings" not in columns
    assert {"income_over_line", "nights"} <= columns
    assert "earnings" not in {c.name for c in view.columns}


def test_a_panel_that_was_not_seen_before_the_first_month_teaches_no_model():
    with pytest.raises(ValueError, match="begin to play later"):
        scoring.scores_of_panel(random_panel(3), READING, model="logistic",
                             first_month=FIRST_MONTH - 2, last_month=FIRST_MONTH + 3,
                             world_seed=1, seed=1)  # fmt: skip


# The config


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (("replicates = 2", "replicates = 0"), "replicates is a whole number"),
        (("replicates = 2", "towns = 3"), "does not know ['towns']"),
        (('path = "asked.csv"', 'file = "asked.csv"'), "does not know ['file']"),
        (('formal = ["wage_earners"]', 'formal = "wage_earners"'), "list of columns"),
        (('formal = ["wage_earners"]', 'unions = ["wage_earners"]'), "unions"),
        (('"random"', '"chance"'), "['chance']"),
        (("[1.0, 3.0]", "[3.0]"), "hold 1"),
        (('"ever"', '"yuan_per_find"'), "judge_by"),
        (('"logistic"', '"oracle"'), "model is 'oracle'"),
        (('survey = "asked.toml"', ""), "survey"),
        (("first_month", "# first_month"), "first_month"),
    ],
)
def test_a_bad_config_gets_one_clear_message(tmp_path, spoil, said):
    assert spoil[0] in SMALL
    path = tmp_path / "bad.toml"
    path.write_text(SMALL.replace(*spoil), encoding="utf-8")

    with pytest.raises(ConfigError) as told:
        screen_study.load(path)

    assert said in str(told.value)


def test_shipped_configs_are_good_ones_and_a_config_of_towns_is_still_one():
    assert screen_study.load(CONFIGS / "screen_rwm5yr.toml").replicates == 20
    assert screen_study.load(CONFIGS / "screen_eph.toml").survey == "eph"
    assert isinstance(screen_study.load(CONFIGS / "screen.toml"), screen_study.ScreenStudy)


def test_german_households_are_screened_as_the_config_says():
    plan = screen_study.load(CONFIGS / "screen_rwm5yr.toml")
    names = ("status_quo", "model_visits", "oracle")
    few = replace(plan, strategies=names, replicates=1, factors=(1.0,), n_draws=20)

    results = screen_study.run_panel(few)

    assert results.data["new_falls"] == 332
    found = results.comparison.query("measure == 'ever'").set_index("strategy")
    assert found["out_of"].tolist() == [332] * 3
    assert found["value"].idxmax() == "oracle"
    assert {"first fall", "return"} <= set(results.by_group["group"])


@pytest.mark.long
@pytest.mark.skipif(not EPH.exists(), reason="needs ../shared/data/eph_2007_2015.parquet")
def test_argentine_households_can_be_played_in_short_windows_only():
    plan = screen_study.load(CONFIGS / "screen_eph.toml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = screen_study.run_panel(
            replace(plan, strategies=("status_quo", "rule_visits", "random"), replicates=1,
                    factors=(1.0,), n_draws=20)
        )  # fmt: skip

    out_of = results.comparison.groupby("measure")["out_of"].max()
    assert out_of["within_1"] > 5000
    assert out_of["within_3"] == out_of["within_6"] == out_of["monitored_who_fell"] == 0
    assert results.left_out == ()


@pytest.mark.parametrize(("step", "spell", "said"), [(1, 1, True), (1, 3, False), (3, 1, False)])
def test_of_a_monthly_panel_it_is_said_that_blips_count(step, spell, said):
    made = made_up_screen.over_a_panel()
    results = replace(made, data={**made.data, "step_months": step},
                      study=replace(made.study, spell_months=spell))  # fmt: skip

    told = " ".join(report.panel_in_short(results))

    assert ("exit_months = 6 and spell_months = 3" in told) is said


def shipped():
    return screen_study.load(CONFIGS / "screen_rwm5yr.toml")


def test_another_panel_is_played_in_its_last_whole_periods_and_never_in_its_first_year(monkeypatch):
    # 14 quarters, 42 months: 30 are left for the study's 36
    panel = random_panel(1, periods=14)
    monkeypatch.setattr(own_panel, "read_survey", lambda survey, path: panel)

    study = screen_study.of_panel(shipped(), "mine.toml", "mine.csv", {"stays": ["nights"]})

    assert study.last_month == int(panel.months[-1])
    assert study.first_month == study.last_month - 29
    assert study.first_month == int(panel.months[0]) - 2 + 12
    assert study.reading.stays == ("nights",)
    assert not study.reading.flexible
    assert (study.survey, study.name) == ("mine.toml", "made up 1")


def test_the_studys_own_panel_keeps_it_and_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(own_panel, "read_survey", lambda survey, path: random_panel(1, periods=7))

    assert screen_study.of_panel(shipped(), "rwm5yr") == shipped()
    with pytest.raises(PanelError, match="visits want two years and more"):
        screen_study.of_panel(shipped(), "mine.toml")
    with pytest.raises(ConfigError, match=r"reading does not know \['hospital'\]"):
        screen_study.of_panel(shipped(), "mine.toml", None, {"hospital": ["nights"]})


def test_where_one_budget_was_played_nothing_is_said_of_other_ones(small):
    run, _ = small
    alone = replace(run, frontier=run.frontier[run.frontier["factor"] == 1])

    assert any("finds as many as" in said for said in report.panel_in_short(run))
    assert not any("finds as many as" in said for said in report.panel_in_short(alone))


def test_a_measure_that_nobody_was_seen_for_long_enough_for_is_refused_in_words(small, monkeypatch):
    def compare(*given, **named):
        table = usual(*given, **named)
        return table.assign(out_of=table["out_of"].mask(table["measure"] == "ever", 0.0))

    usual = panel_run.compare
    monkeypatch.setattr(panel_run, "compare", compare)
    plan = replace(small[0].study, strategies=("status_quo", "random"), strategy=(), replicates=1)

    with pytest.raises(PanelError, match=r"cannot tell judge_by = 'ever'.*It can tell \['before'"):
        screen_study.run_panel(plan)
