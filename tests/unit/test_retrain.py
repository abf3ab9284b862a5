"""A retraining run: one verdict, whatever happens on the way, and a store that is never half."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from extracts import CONFIG, blank_since, office, predictions
from latin import latin_left

from hardship_model import cli
from hardship_model.data.panel import PanelError
from hardship_model.months import to_month
from hardship_model.retrain_study import job, load_retrain, origins_of, retrain
from hardship_model.retrain_study.stages import MARK, BusyError, Stages
from hardship_model.store import MODEL, Store
from hardship_model.study import ConfigError, read

QUICK = CONFIG.replace('"logistic", "scorecard"', '"logistic"')


def run(config, *, out="runs", now=None, **more):
    plan = load_retrain(config, now=now)
    said = []
    done = retrain(plan, config.parent / out, config=config.read_bytes(), say=said.append, **more)
    return done, said


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """An office that has accepted a model in spring and another in summer."""
    config = office(tmp_path_factory.mktemp("office"))
    spring, _ = run(config, now="2023-03")
    summer, said = run(config, now="2023-06")
    return config, spring, summer, said


def copied(config, folder):
    """The same office with all that it has done, to be changed."""
    shutil.copytree(config.parent, folder / "copy")
    return folder / "copy" / config.name


def tables(folder):
    """Every file of a finished run by its bytes."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}


def test_what_the_gate_lets_in_is_what_the_store_serves(year):
    config, spring, summer, _ = year
    store = Store(load_retrain(config).store)

    assert (spring.version, summer.version, store.current().name) == ("0001", "0002", "0002")
    about = store.current().about
    assert (about["judged_against"], about["now"], about["override"]) == ("0001", "2023-06", "")
    assert {
        "verdict.csv",
        "data.json",
        "config.toml",
        "model_card.md",
        "versions.json",
        MODEL,
    } < set(store.current().files)
    served = store.model("0002")
    assert served.trained_until == to_month("2023-06")


def test_the_same_again_does_nothing_and_says_the_same(year):
    config, _, summer, said = year
    before = {p: p.stat().st_mtime_ns for p in (config.parent / "runs").rglob("*") if p.is_file()}

    again, now_said = run(config, now="2023-06")

    assert len(said) > 5
    assert now_said == said[:1]
    assert (again.news, again.verdict, again.version) == (False, summer.verdict, summer.version)
    after = {p: p.stat().st_mtime_ns for p in (config.parent / "runs").rglob("*") if p.is_file()}
    assert after == before
    assert [v.name for v in Store(load_retrain(config).store).versions()] == ["0001", "0002"]


def test_an_incumbent_that_knows_the_answers_is_judged_by_its_recipe(year):
    config, *_ = year
    plan = load_retrain(config, now="2023-06")
    sources = job.known_by(read(plan), plan.now)
    judging = origins_of(plan, sources.panel)[-1]
    served = Store(plan.store).model("0001")
    old = replace(served, trained_until=judging.train_until)

    again, _, how = job.judged(sources, plan, judging, recipe=served.name, serving=served)
    as_it_is, _, as_served = job.judged(sources, plan, judging, recipe=served.name, serving=old)

    assert (how, as_served) == (job.ITS_RECIPE, job.AS_SERVED)
    assert f"judged as {as_served}." == "judged as it serves."
    np.testing.assert_array_equal(again.score[job.INCUMBENT], again.score[job.CANDIDATE])
    assert (as_it_is.score[job.INCUMBENT] != again.score[job.INCUMBENT]).any()


def test_the_same_recipe_again_is_no_worse_for_anybody(year):
    checks = year[2].checks
    against = checks[checks["check"].isin(["incumbent", "groups"])]

    assert set(against["answer"]) == {"yes"}
    assert set(against["number"].dropna()) == {0.0}
    assert {"east", "west"} <= set(against["on"].str.extract(r": (\w+),")[0])


@pytest.mark.parametrize("now", ["2022-11", "2023-02", "2023-06"])
def test_every_origin_stood_where_the_next_had_not_yet_learned(year, now):
    plan = replace(load_retrain(year[0], now=now), choose_origins=2)
    panel = job.known_by(read(plan), plan.now).panel

    first, second, judging = origins_of(plan, panel)

    assert [o.role for o in (first, second, judging)] == ["choose", "choose", "judge"]
    assert judging.answers_until == plan.now
    assert (
        judging.train_until <= judging.test_from <= plan.now - plan.task.question.months_until_known
    )
    assert (first.answers_until, second.answers_until) == (second.train_until, judging.train_until)


@pytest.mark.parametrize(
    ("now", "said"),
    [("2020-12", "begins in 2020-01: too late"), ("2031-03", "to 2023-06 in .* no period of it")],
)
def test_a_now_that_no_answers_reach_is_told_from_one_that_comes_too_early(year, now, said):
    plan = load_retrain(year[0], now=now)

    with pytest.raises(PanelError, match=said):
        origins_of(plan, job.known_by(read(plan), plan.now).panel)


def test_what_is_written_down_later_changes_nothing(year):
    config, *_ = year
    plan = load_retrain(config, now="2023-03")
    sources = read(plan)
    rows = sources.panel.rows
    later = rows["recorded_month"] > plan.now
    turned = rows.assign(income=rows["income"].where(~later, 7.0))
    changed = sources.panel.with_rows(turned)
    rewritten = replace(sources, panel=changed, learn_from=changed, judge_by=changed)

    assert later.any()
    assert job.described(job.known_by(rewritten, plan.now)) == job.described(
        job.known_by(sources, plan.now)
    )
    early = sources.panel.with_rows(rows.assign(income=rows["income"].where(later, 7.0)))
    other = replace(sources, panel=early, learn_from=early, judge_by=early)
    assert job.described(job.known_by(other, plan.now)) != job.described(
        job.known_by(sources, plan.now)
    )


def test_another_gate_asks_anew_and_fits_nothing_anew(year, tmp_path):
    config = copied(year[0], tmp_path)
    strict = config.with_name("strict.toml")
    strict.write_text(
        config.read_text(encoding="utf-8").replace(
            "n_draws = 100", "n_draws = 100\ncalibration_error = 0.0001"
        ),
        encoding="utf-8",
    )
    # Against the version that the same records were judged against before.
    Store(load_retrain(config).store).rollback("0001", "to judge the same again")

    done, said = run(strict, now="2023-06")

    assert not done.verdict.lets_in
    assert done.serving == "0001"
    assert [line.split(":")[0].split(",")[0] for line in said[1:]] == [
        "Calibration", "Gate", "Writing tables", "Writing the page"
    ]  # fmt: skip


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """An office whose candidate the gate kept out: a department fell silent three months ago."""
    folder = tmp_path_factory.mktemp("refused")
    config = office(folder, config=QUICK)
    blank_since(folder, "spending", "2023-03")
    return config, run(config)[0]


def test_a_department_that_fell_silent_keeps_the_candidate_out(refused):
    config, done = refused

    assert not done.verdict.lets_in
    assert any(reason.startswith("drift on feature missing") for reason in done.verdict.blocked_by)
    assert Store(load_retrain(config).store).versions() == ()
    assert pd.read_csv(done.page.with_name("verdict.csv"))["blocks"].any()


@pytest.mark.parametrize("which", ["refused", "year"])
def test_the_page_in_chinese_leaves_no_label_in_english_and_judges_nothing_anew(
    which, request, tmp_path
):
    config, *done = request.getfixturevalue(which)
    config = copied(config, tmp_path)
    plan = load_retrain(config)
    own = {"retrain", "now", "panel", "small", "office", "district", "east", "west", "spending"}
    own |= {"income", "ill", "in", "hardship", "seen", "title"}

    again, said = run(config, lang="zh")

    page = again.page.read_text(encoding="utf-8")
    assert said[1:] == ["Writing the page"]
    assert again.verdict.sentence in [one.verdict.sentence for one in done if hasattr(one, "page")]
    assert '<html lang="zh-CN">' in page
    assert latin_left(page.replace(plan.title, "")) - own == set()


def test_a_person_may_let_a_candidate_in_with_a_reason_that_is_kept(refused, tmp_path):
    config = copied(refused[0], tmp_path)
    reason = "The form was changed on purpose; spending is no longer asked."

    let_in, said = run(config, override=reason)

    assert let_in.verdict.lets_in
    assert not let_in.verdict.accepted
    assert not any(line.startswith(("Backtest", "Gate")) for line in said)
    assert Store(load_retrain(config).store).current().about["override"] == reason
    assert reason in let_in.page.read_text(encoding="utf-8")
    # Whoever starts it again, without the reason, changes nothing.
    again, _ = run(config)
    assert (again.news, again.verdict.override) == (False, reason)


def hardship_model(*arguments, cwd, **more):
    """A process of its own, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "hardship_model.cli", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, encoding="utf-8",
        **more,
    )  # fmt: skip


@pytest.fixture
def command(monkeypatch, capsys):
    """What the command line ends with, and what it says."""

    def start(*words):
        monkeypatch.setattr(sys, "argv", ["hardship-model", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, " ".join(capsys.readouterr().err.split())

    return start


def test_two_runs_at_once_do_not_spoil_a_store(year, command, tmp_path):
    config, *_ = year
    store = Store(load_retrain(config).store)

    with store.lock():
        code, said = command("retrain", config, "--out", tmp_path / "second")
    at_work = Stages(folder=tmp_path / "one" / "stages", made_by={}, say=print).alone()
    with at_work, pytest.raises(BusyError, match="Another run is at work"):
        run(config, out=tmp_path / "one")

    assert code == 2
    assert "is being written to by" in said
    assert len(store.versions()) == 2


def test_the_exit_code_is_the_verdict(year, refused, command):
    config, no = year[0], refused[0]

    code, said = command("retrain", config, "--now", "2023-03", "--out", config.parent / "runs")
    assert code == 0
    assert "Nothing to do: these records and this config were judged before." in said
    assert "In the store as version 0001; version 0002 counts." in said

    code, said = command("retrain", no, "--out", no.parent / "runs")
    assert code == 3
    assert "The store stays without a model." in said

    code, said = command("retrain", no.with_name("nowhere.toml"))
    assert code == 2
    assert "There is no config" in said


def test_of_a_retraining_the_commands_for_other_runs_say_what_it_is(year, command):
    folder = year[0].parent / "runs" / "2023-06"

    for words, wanted in (
        (("report", folder, "--lang", "zh"), "start `retrain` again, with `--lang`"),
        (("release", folder, "--out", folder.parent / "out"), "nothing can be released"),
    ):
        code, said = command(*words)
        assert code == 2
        assert "holds a retraining" in said
        assert wanted in said


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
def test_a_run_that_is_killed_three_times_ends_as_one_that_was_not(tmp_path):
    for name in ("calm", "killed"):
        (tmp_path / name).mkdir()
        office(tmp_path / name, config=QUICK)
    calm, _ = run(tmp_path / "calm" / "retrain.toml")

    for there in ("runs/stages/backtest-*", "runs/stages/model-*", "models/0001"):
        victim = hardship_model("retrain", "retrain.toml", "--out", "runs", cwd=tmp_path / "killed")
        while victim.poll() is None and not [*(tmp_path / "killed").glob(there)]:
            time.sleep(0.002)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        Store(str(tmp_path / "killed" / "models")).versions()
    resumed, said = run(tmp_path / "killed" / "retrain.toml")

    assert not any(line.startswith(("Backtest", "Fitting")) for line in said)
    assert (resumed.verdict, resumed.version) == (calm.verdict, calm.version)
    assert tables(resumed.page.parent) == tables(calm.page.parent)
    left = [p.name for p in (tmp_path / "killed").rglob(".*") if p.name != ".lock"]
    assert left == []
    one, other = (predictions(tmp_path / name / "retrain.toml") for name in ("calm", "killed"))
    assert one.tobytes() == other.tobytes()


def test_a_stage_is_made_once_for_the_same_inputs_and_never_half(tmp_path):
    stages = Stages(folder=tmp_path, made_by={"python": "3"}, say=lambda line: None)
    made = []

    def make(folder):
        made.append(folder)
        (folder / "table.csv").write_text("1", encoding="utf-8")
        if len(made) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stages.stage("fit", {"seed": 1}, make, doing="Fitting")
    assert [*tmp_path.iterdir()] == []
    one = stages.stage("fit", {"seed": 1}, make, doing="Fitting")
    same = stages.stage("fit", {"seed": 1}, make, doing="Fitting")
    other = stages.stage("fit", {"seed": 2}, make, doing="Fitting")
    newer = replace(stages, made_by={"python": "4"}).stage("fit", {"seed": 1}, make, doing="")

    assert (one.made_now, same.made_now, len(made)) == (True, False, 4)
    assert one.folder == same.folder
    assert len({one.folder, other.folder, newer.folder}) == 3
    assert json.loads((one.folder / MARK).read_text(encoding="utf-8"))["inputs"] == {"seed": 1}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (('now = "2023-06"', ""), "it lacks ['now']"),
        (('now = "2023-06"', 'now = "2023"'), "A month is written like"),
        (('now = "2023-06"', "now = 2023-06-30"), "A month is written like"),
        (("judge_months = 6", "judge_months = 0"), "judge_months is a whole number"),
        (('["logistic", "scorecard"]', '["rule_in_force"]'), "learns nothing"),
        (('["logistic", "scorecard"]', '["oracle"]'), "There is no model 'oracle'"),
        (('["logistic", "scorecard"]', "[]"), "names no candidate"),
        (("n_draws = 100", "draws = 100"), "[gate] does not know ['draws']"),
        (("n_draws = 100", "auroc_margin = 0"), "Margins must be above 0"),
        (("n_draws = 100", "list_shares = [0.125]"), "list_shares are whole per cents"),
        (("n_draws = 100", "list_shares = []"), "list_shares"),
        (("n_draws = 100", "n_draws = 0"), "n_draws is 1 or more"),
        (("n_draws = 100", "seed = -1"), "seed 0 or more"),
        (("n_draws = 100", "calibration_slope = [0.75]"), "two bounds, the lower first"),
        (("n_draws = 100", "calibration_slope = [1.33, 0.75]"), "two bounds, the lower first"),
        (("judge_months = 6", "seed = -1"), "seed is a whole number, 0 or more"),
        (('store = "models"', 'store = ""'), "`store` is empty"),
        (("judge_months = 6", "judge_month = 6"), "does not know ['judge_month']"),
        (("[task]", "[chore]"), "lacks"),
    ],
)
def test_a_bad_config_gets_one_clear_message(tmp_path, spoil, said):
    path = tmp_path / "bad.toml"
    assert spoil[0] in CONFIG
    path.write_text(CONFIG.replace(*spoil), encoding="utf-8")

    with pytest.raises(ConfigError) as told:
        load_retrain(path)

    assert said in str(told.value)


def test_another_question_wants_another_store(year, tmp_path):
    config = copied(year[0], tmp_path)
    other = config.with_name("other.toml")
    text = config.read_text(encoding="utf-8")
    other.write_text(text.replace("horizon_months = 3", "horizon_months = 2"), encoding="utf-8")

    with pytest.raises(ConfigError, match="answers another question"):
        run(other, out="other", now="2023-06")


@pytest.mark.parametrize("n", [1, 9])
def test_a_month_of_which_next_to_nothing_is_known_yet_is_waited_for(tmp_path, n):
    config = office(tmp_path)
    extract = config.with_name("extract.parquet")
    table = pd.read_parquet(extract)
    newest = (table["month"] == "2023-06") & (table["recorded"] == "2023-06")
    few = table[newest & (table["poor"] == "no")].head(n)
    table[table["month"] < "2023-06"].pipe(lambda t: pd.concat([t, few])).to_parquet(extract)

    with pytest.raises(PanelError, match=r"Fewer than 10 households .* at risk in 2023-06"):
        run(config)


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        (
            ('ill = { pillar = "security"', 'sick = { column = "ill", pillar = "security"'),
            "lacks ill",
        ),
        (("spending = ", "# spending = "), "lacks spending"),
        (('"yuan"', '"euro"'), "not of periods of 1 months in yuan"),
    ],
)
def test_a_panel_that_the_model_in_use_cannot_read_is_told_which_model(
    year, tmp_path, mapped, said
):
    config = copied(year[0], tmp_path)
    mapping = config.with_name("office.toml")
    text = mapping.read_text(encoding="utf-8")
    assert mapped[0] in text
    mapping.write_text(text.replace(*mapped), encoding="utf-8")

    with pytest.raises(ConfigError, match=f"Version 0002 .* cannot be judged .* {said}"):
        run(config, out="other", now="2023-06")


def test_a_fault_of_the_program_is_not_taken_for_a_refusal(monkeypatch, command):
    def broken():
        raise RuntimeError("secret cell")

    monkeypatch.setattr(cli, "app", broken)
    code, said = command("retrain")

    assert code == 70
    assert "A fault of the program" in said
    assert "secret" not in said
