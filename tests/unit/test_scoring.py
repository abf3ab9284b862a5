"""A kept model on another panel: who stands first and why, and panels that it cannot read."""

import io
import json
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from kept_models import PANEL, rows, served
from typer.testing import CliRunner

from hardship_model import cli
from hardship_model.data.panel import build
from hardship_model.data.partitions import cut, write_partitions
from hardship_model.features import features
from hardship_model.labels import outcomes
from hardship_model.privacy import IdentifierError
from hardship_model.scoring import (
    Scores,
    ScoringError,
    caseworkers_list,
    distance,
    explained,
    in_words,
    join,
    score,
    write,
)
from hardship_model.store import MODEL, Store, StoreError, to_bytes

LAST = int(PANEL.months[-1])


def scored(name="boosting", panel=PANEL):
    return join([score(served(name), panel, as_of=LAST)])


def changed(**columns):
    """The panel with other columns of this content."""
    return PANEL.with_rows(PANEL.rows.assign(**columns))


def test_those_at_risk_are_ranked_by_score_and_told_their_risk():
    model, rows = served("boosting"), scored().rows
    asked = outcomes(PANEL, model.task.question, as_of=[LAST])
    X = features(PANEL, model.declared, who=asked)
    risk = dict(zip(asked["household_id"], model.calibrated.risk(X), strict=True))

    assert set(rows["household_id"]) == set(asked["household_id"])
    assert rows["risk"].tolist() == [risk[h] for h in rows["household_id"]]
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert (np.diff(rows["score"]) <= 0).all()
    assert rows["tenth"].value_counts().between(len(rows) // 10, len(rows) // 10 + 1).all()
    assert rows["tenth"].is_monotonic_increasing


def test_households_of_one_score_keep_their_order():
    listed = scored("rule_in_force").rows

    assert listed["score"].nunique() == 2
    assert listed.groupby("score")["household_id"].apply(lambda h: h.is_monotonic_increasing).all()


@pytest.mark.parametrize("name", ["boosting", "rule_in_force"])
def test_a_panel_scored_part_by_part_in_any_order_gives_the_same_list(name):
    whole = scored(name)
    backwards = reversed(list(cut(PANEL, households=70)))
    parts = join([score(served(name), p, as_of=LAST) for p in backwards])

    pd.testing.assert_frame_equal(parts.rows, whole.rows)
    pd.testing.assert_frame_equal(parts.X, whole.X)


def test_only_those_that_the_task_is_about_are_ranked():
    model = served("logistic")
    returns = replace(model, task=replace(model.task, kind="return"))
    rows = join([score(returns, PANEL, as_of=LAST)]).rows
    asked = outcomes(PANEL, model.task.question, as_of=[LAST])

    assert set(rows["household_id"]) == set(asked.loc[asked["kind"] == "return", "household_id"])
    assert 0 < len(rows) < len(asked)


def test_nobody_at_risk_is_told():
    nobody = changed(in_hardship=True)

    with pytest.raises(ScoringError, match="Nobody in the panel is at risk"):
        scored(panel=nobody)


def quarterly():
    rows = PANEL.rows[(PANEL.rows["month"] - PANEL.months[0]) % 3 == 2]
    return build(rows, name="q", step_months=3, currency="yuan", columns=PANEL.columns)


ILL, OTHERS = PANEL.columns[1], (PANEL.columns[0], PANEL.columns[2])


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        (quarterly(), "its periods are of 3 months, the model learned from periods of 1"),
        (replace(PANEL, currency="EUR"), "its amounts are in EUR, the model learned from yuan"),
        (changed(poverty_line=1200.0), "line lies at about 1200 yuan .* one at about 100"),
        (changed(poverty_line=30.0), "line lies at about 30 yuan"),
        (changed(poverty_line=np.nan), "line lies at about nan yuan"),
        (replace(PANEL, columns=OTHERS), r"lacks 1 of 3 columns \(ill\)"),
        (replace(PANEL, columns=()), r"lacks 3 of 3 columns \(spending, ill, district\)"),
        (replace(PANEL, columns=(*OTHERS, replace(ILL, kind="count"))),
         "ill is a count, the model learned from a flag"),
        (replace(PANEL, columns=(*OTHERS, replace(ILL, lag_months=2))),
         "ill comes 2 months late, the model learned from one that comes 0 months late"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_a_panel_that_does_not_fit_is_refused_with_what_came_and_what_was_wanted(panel, said):
    with pytest.raises(ScoringError, match=said):
        score(served("boosting"), panel, as_of=LAST)


def test_everything_that_does_not_fit_is_told_at_once():
    with pytest.raises(ScoringError) as told:
        score(served("boosting"), replace(quarterly(), currency="EUR", columns=()), as_of=LAST + 1)

    for said in ("lacks 3 of 3 columns", "periods are of 3", "in EUR", "is no period of it"):
        assert said in str(told.value)


@pytest.mark.parametrize(
    "panel",
    [
        changed(poverty_line=130.0),
        replace(PANEL, columns=(*OTHERS, replace(ILL, label="somebody is ill"))),
        replace(PANEL, name="another year"),
    ],
)
def test_a_line_that_rose_a_label_and_a_name_do_not_matter(panel):
    assert len(score(served("boosting"), panel, as_of=LAST).rows)


def test_a_month_that_is_no_period_is_refused():
    with pytest.raises(ScoringError, match="is no period of it; they run from"):
        score(served("boosting"), PANEL, as_of=LAST + 1)


def test_the_households_of_the_training_lie_where_they_lay():
    X = rows()[0]
    risk = served("boosting").calibrated.risk(X)
    table = distance(
        served("boosting"), Scores(as_of=LAST, rows=pd.DataFrame({"risk": risk}), X=X)
    )  # fmt: skip

    assert set(table["of"]) == {"feature", "score"}
    assert set(X) <= set(table["item"])
    assert table["value"].abs().max() < 1e-3
    assert "Of 32 features 0 have drifted since the training. The risks have not" in in_words(table)


def test_households_that_lie_elsewhere_are_told():
    dearer = changed(spending=PANEL.rows["spending"] * 4)
    table = distance(served("boosting"), scored(panel=dearer))

    assert "spending_now" in set(table.loc[table["answer"] == "drifted", "item"])
    assert "spending_" in in_words(table)


def test_of_a_handful_of_households_no_number_is_told():
    some = scored()
    few = Scores(as_of=LAST, rows=some.rows.head(3), X=some.X.head(3))

    assert "Of so few households nobody can tell" in in_words(distance(served("boosting"), few))


def test_a_model_that_does_not_say_what_it_learned_from_is_refused():
    mute = replace(served("boosting"), training={})

    with pytest.raises(ScoringError, match="does not say what the households looked like"):
        distance(mute, scored())


def test_everybody_is_told_why_and_what_to_look_into_in_the_language_asked_for():
    scores, n = scored(), len(scored().rows)
    why = explained(served("boosting"), scores)
    lists = [
        caseworkers_list(scores, why, horizon_months=6, language=language)
        for language in ("en", "zh")
    ]

    for table in lists:
        assert len(table) == n
        assert (table.iloc[: n // 10, 4] != "").all()
        assert (table.iloc[:, 4] != "").mean() > 0.5
    assert list(lists[0])[:3] == ["rank", "household", "risk within 6 months"]
    assert list(lists[1])[:3] == ["排名", "家庭代号", "6个月内风险"]
    assert "income as a multiple of the poverty line" in lists[0].iloc[0, 4]
    assert "收入与贫困线之比" in lists[1].iloc[0, 4]
    assert all(len(cell.split("; ")) <= 3 for cell in lists[0].iloc[:, 5])


def test_a_formula_that_was_planted_in_a_key_does_not_run_in_a_spreadsheet():
    keys = "=1+" + PANEL.rows["household_id"].astype(str)
    table = caseworkers_list(
        scored(panel=changed(household_id=keys)), None, horizon_months=6, language="en"
    )

    assert table["household"].str.startswith("'=1+").all()


def test_reasons_belong_to_the_household_beside_them():
    scores = scored()
    why, _ = explained(served("boosting"), scores)
    now = {f"{v:.3g}" for v in scores.X["income_over_line_now"]}
    for row in why[why["feature"] == "income_over_line_now"].itertuples():
        value = f"{scores.X['income_over_line_now'].iloc[row.row]:.3g}"
        assert value in now
        assert row.text.endswith(f": {value}")


def test_a_model_that_is_no_sum_gives_scores_without_reasons(tmp_path):
    store, version = stored(tmp_path, name="hazard")
    told = write(
        tmp_path, scored("hazard"), served=served("hazard"), store=store, version=version,
        language="en",
    )  # fmt: skip

    assert any("No reasons are given" in line for line in told)
    assert not (tmp_path / "reasons.parquet").exists()
    assert pd.read_parquet(tmp_path / "scores.parquet")["reasons"].isna().all()


def stored(tmp_path, *, name="boosting", **files):
    store = Store(str(tmp_path / "models"))
    return store, store.add({MODEL: to_bytes(served(name)), **files}, {"recipe": name})


def test_a_household_that_is_told_by_an_identifier_is_refused(tmp_path):
    phones = 13_800_138_000 + PANEL.rows["household_id"].to_numpy()
    store, version = stored(tmp_path)

    with pytest.raises(IdentifierError, match="household_id"):
        write(
            tmp_path, scored(panel=changed(household_id=phones)), served=served("boosting"),
            store=store, version=version, language="en",
        )  # fmt: skip
    assert not (tmp_path / "scores.parquet").exists()


def command(*arguments):
    return CliRunner().invoke(cli.app, [str(a) for a in arguments], catch_exceptions=True)


@pytest.fixture
def office(tmp_path):
    """A store with two versions, and a panel in parts."""
    stored(tmp_path)
    stored(tmp_path, name="logistic")
    write_partitions(cut(PANEL, households=150), tmp_path / "parts")
    return tmp_path


def scoring_command(office, **options):
    given = {"model": office / "models", "panel": office / "parts", "out": office / "out"} | options
    given["processes"] = 1
    return command("score", *(x for key, v in given.items() for x in (f"--{key}", v)))


def test_the_command_writes_a_list_scores_reasons_and_the_distance(office):
    result = scoring_command(office, language="zh")

    assert result.exit_code == 0, result.output
    out = office / "out"
    assert {p.name for p in out.iterdir()} == {
        "list.csv", "scores.parquet", "reasons.parquet", "distance.csv", "scored.json",
    }  # fmt: skip
    listed = (out / "list.csv").read_bytes()
    assert listed.startswith("\ufeff排名".encode())
    table = pd.read_csv(io.BytesIO(listed))
    scores = pd.read_parquet(out / "scores.parquet")
    assert table["家庭代号"].tolist() == scores["household_id"].tolist()
    assert set(scores["model"]) == {"logistic 0002"}
    assert json.loads((out / "scored.json").read_text(encoding="utf-8"))["version"] == "0002"
    reasons = pd.read_parquet(out / "reasons.parquet")
    assert set(reasons["household_id"]) <= set(scores["household_id"])


def test_the_same_scoring_leaves_the_same_bytes(office):
    assert scoring_command(office).exit_code == 0
    before = {p.name: p.read_bytes() for p in (office / "out").iterdir()}
    assert scoring_command(office).exit_code == 0

    assert {p.name: p.read_bytes() for p in (office / "out").iterdir()} == before


def test_one_version_may_be_asked_for(office):
    assert scoring_command(office, model=f"{office / 'models'}@0001").exit_code == 0
    scores = pd.read_parquet(office / "out" / "scores.parquet")

    assert set(scores["model"]) == {"boosting 0001"}


def test_a_file_beside_a_panel_in_parts_is_not_passed_over(office):
    result = scoring_command(office, file=office / "extract.csv")

    assert "needs no --file" in str(result.exception)
    assert not (office / "out").exists()


def test_a_refused_panel_leaves_what_was_there(office):
    assert scoring_command(office).exit_code == 0
    before = {p.name: p.read_bytes() for p in (office / "out").iterdir()}
    write_partitions([replace(PANEL, currency="EUR")], office / "euro")
    result = scoring_command(office, panel=office / "euro")

    assert isinstance(result.exception, ScoringError)
    assert {p.name: p.read_bytes() for p in (office / "out").iterdir()} == before
    assert [p.name for p in office.iterdir() if p.name.startswith(".")] == []


def test_a_tampered_model_ends_with_code_two_and_one_message(office, monkeypatch, capsys):
    with (office / "models" / "0002" / MODEL).open("ab") as file:
        file.write(b"x")
    arguments = ["score", "--model", office / "models", "--panel", office / "parts", "--out",
                 office / "out"]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["hardship-model", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "0002/model.skops is not what was written" in told
    assert "Traceback" not in told


def test_an_environment_that_differs_is_told(tmp_path):
    then = json.dumps({"lightgbm": "0.1", "python": sys.version.split()[0]}).encode()
    store, version = stored(tmp_path, **{"versions.json": then})
    told = write(
        tmp_path, scored(), served=served("boosting"), store=store, version=version, language="en",
    )  # fmt: skip

    assert told[-1] == (
        "The model was made with lightgbm 0.1: risks may differ in their last digits."
    )


def test_the_versions_of_a_store_are_listed_with_the_one_that_counts(office):
    url = office / "models"
    assert (
        command("models", "rollback", "0001", "--store", url, "--reason", "a [flood]").exit_code
        == 0
    )
    listed = command("models", "list", "--store", url)

    assert listed.exit_code == 0, listed.output
    lines = [line for line in listed.output.splitlines() if "000" in line]
    assert ["▶" in line for line in lines[:2]] == [True, False]
    assert ["boosting" in lines[0], "logistic" in lines[1]] == [True, True]
    assert "rolled back to 0001: a [flood]" in listed.output


@pytest.mark.parametrize(
    "asked", [("list",), ("show",), ("rollback", "0001", "--reason", "a flood")]
)
def test_a_store_that_is_not_there_is_not_taken_for_an_empty_one(tmp_path, asked):
    result = command("models", *asked, "--store", tmp_path / "typo")

    assert isinstance(result.exception, StoreError)  # the command line ends with 2
    assert f"There is no store at {tmp_path / 'typo'}" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_holds_no_model_yet(tmp_path):
    result = command("models", "list", "--store", tmp_path)

    assert result.exit_code == 0
    assert "holds no model yet" in " ".join(result.output.split())


def test_a_version_is_shown_with_what_it_fits_and_its_card(office):
    Store(str(office / "models")).add(
        {MODEL: to_bytes(served("scorecard")), "model_card.md": "# 模型卡\n".encode()},
        {"recipe": "scorecard", "override": "the [office] knows better"},
    )
    shown = command("models", "show", "--store", office / "models")

    assert shown.exit_code == 0, shown.output
    for said in ("0003", "scorecard", "entered_within, 6 months", "yuan", "# 模型卡",
                 "the [office] knows better"):  # fmt: skip
        assert said in shown.output
    assert "boosting" in command("models", "show", "0001", "--store", office / "models").output


@pytest.mark.parametrize(
    "what", [("show",), ("show", "0009"), ("rollback", "0009", "--reason", "x")]
)
def test_a_version_that_is_not_there_is_told(tmp_path, what):
    result = command("models", *what, "--store", tmp_path)

    assert isinstance(result.exception, ValueError)
    assert "no model yet" in str(result.exception) or "no version" in str(result.exception)
