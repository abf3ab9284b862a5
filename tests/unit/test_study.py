"""From a config to a run folder: the same bytes twice, and one clear message for a bad config."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hardship_model import cli, privacy, report
from hardship_model.data import surveys
from hardship_model.data.panel import PanelError
from hardship_model.models import BASELINES
from hardship_model.months import to_text
from hardship_model.privacy import SMALLEST_CELL
from hardship_model.privacy.attack import given_back
from hardship_model.privacy.suppression import Book
from hardship_model.privacy.tables import places
from hardship_model.study import ConfigError, load_study, of_panel, run, write_results

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
SMALL = (
    (CONFIGS / "rwm5yr.toml")
    .read_text(encoding="utf-8")
    .replace("[panel]", "n_draws = 30\n\n[panel]", 1)
    .replace('models = ["logistic", ', 'models = ["logistic"] # ')
    .replace("share = 0.1", 'share = 0.1\nmodel = "logistic"\nreplicates = 2')
)
QUARTERS = """
name = "office"
about = "one row per household and quarter"
currency = "yuan"
step_months = 3
household = "h"
period = { month = "m" }
income = { column = "i" }
line = { fixed = 620 }
[columns]
ill = { pillar = "security", kind = "flag" }
town = { pillar = "place", kind = "category" }
"""


def hardship_model(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "hardship_model.cli", *map(str, arguments)],
        capture_output=True, text=True, cwd=cwd, check=False, encoding="utf-8",
    )  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    try:
        surveys.rwm5yr_table()
    except PanelError as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("study")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    for name in ("one", "two"):
        done = hardship_model("run", "small.toml", "--out", name, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


TABLES = (
    "transitions", "origins", "backtest", "choice", "reliability", "lists", "decisions", "drift",
    "by_group", "equal_recall", "visits",
)  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_the_same_config_twice_gives_the_same_bytes(runs, name):
    one, two = ((runs / run / f"{name}.csv").read_bytes() for run in ("one", "two"))
    assert one == two
    assert one


#: Counts of households, or of falls, in whatever table they stand.
COUNTS = (
    "n", "n_train", "n_before", "events", "train_events", "unknown", "visited", "visits_now",
    "visits", "found_now", "found", "fewest", "most", "counted", "out_of",
)  # fmt: skip
#: Of these, some make the others.
WITH_A_REST = (
    ("n", "events"), ("visited", "found"), ("visits", "found"), ("visits_now", "found_now"),
    ("events", "found"), ("events", "found_now"),
)  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_no_table_of_a_run_shows_a_small_count_or_leaves_one_over(runs, name):
    table = pd.read_csv(runs / "one" / f"{name}.csv")
    if name == "visits":  # the other measures count months and money
        table = table[table["measure"] == "share_found"]
    shown = {column: table[column] for column in COUNTS if column in table}
    for whole, part in WITH_A_REST:
        if {whole, part} <= set(table):
            shown[f"{whole} but {part}"] = table[whole] - table[part]

    for what, counts in shown.items():
        few = (counts > 1e-6) & (counts < SMALLEST_CELL - 1e-6)
        assert not few.any(), (what, int(few.sum()))


def test_the_same_config_twice_gives_the_same_predictions_page_and_figures(runs):
    one, two = (
        json.loads((runs / run / "data.json").read_text(encoding="utf-8")) for run in ("one", "two")
    )
    assert one["predictions"] == two["predictions"]
    assert one["fingerprint"] == two["fingerprint"]
    pages = [path.relative_to(runs / "one") for path in sorted((runs / "one").rglob("*.svg"))]
    assert pages
    for page in [*pages, *map(Path, ("report.html", "model_card.md", "data_sheet.md"))]:
        assert (runs / "one" / page).read_bytes() == (runs / "two" / page).read_bytes()


def test_the_pages_of_a_run_come_again_from_its_folder_to_the_byte(runs):
    texts = report.in_language(runs / "one", "en")

    assert set(texts) == {"report.html", "model_card.md", "data_sheet.md"}
    for name, text in texts.items():
        assert (runs / "one" / name).read_text(encoding="utf-8") == text


def test_the_command_writes_the_chinese_page_beside_the_english_one_or_where_it_is_told(runs):
    done = hardship_model("report", "two", "--lang", "zh", cwd=runs)
    cli.write_report(runs / "two", lang="zh", out=runs / "page.html")

    assert done.returncode == 0, done.stderr
    page = (runs / "two" / "report.zh.html").read_bytes()
    assert page == (runs / "page.html").read_bytes()
    assert "德国家庭" in page.decode("utf-8")
    assert (runs / "two" / "model_card.zh.md").is_file()


def test_a_study_without_a_learned_model_says_what_a_clerk_can_do_alone(runs):
    by_hand = SMALL.replace('models = ["logistic"] # ', "models = [] # ").split("[visits]")[0]
    (runs / "by_hand.toml").write_text(by_hand, encoding="utf-8")
    (runs / "by_hand").mkdir()

    plan = load_study(runs / "by_hand.toml")
    write_results(run(plan), runs / "by_hand.toml", runs / "by_hand")
    pages = report.in_language(runs / "by_hand", "zh", strict=True)

    assert set(plan.models) == set(BASELINES)
    assert "logistic" not in pages["report.zh.html"]


def test_a_run_folder_is_replaced_but_nothing_else_is(runs):
    (runs / "mine").mkdir()
    (runs / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")

    refused = hardship_model("run", "small.toml", "--out", "mine", cwd=runs)

    assert refused.returncode == 2
    assert "was not written by an earlier run" in " ".join(refused.stderr.split())
    assert (runs / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert sorted(p.name for p in runs.iterdir() if p.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (("kind = ", "sort = "), "[[tasks]] does not know ['sort']; it knows ['ask', "),
        (
            ('kind = "return"', 'kind = "returns"'),
            "kind is one of ['first_fall', 'return', 'both']",
        ),
        (('ask = "in_hardship_at"', 'ask = "falls"'), "ask is one of ['entered_within', 'in_ha"),
        (("horizon_months = 12", "horizon_months = 0"), "at least 1"),
        (("horizon_months = 12", 'horizon_months = "12"'), "horizon_months is a whole number; got"),
        (('name = "return_next_year"', ""), "[[tasks]] lacks ['name']"),
        (("train_until", "train_till"), "[[origins]] does not know ['train_till']"),
        (('role = "choose"', 'role = "chose"'), "role is one of ['choose', 'judge']; got 'chose'"),
        (('role = "choose"', ""), 'one with role = "choose" are needed'),
        (("lag_months = 12", "lag = 12"), "[visits] does not know ['lag']"),
        (("lag_months = 12", 'lag_months = "12"'), "[visits]: lag_months is a whole number"),
        (("seen_within_months = 12", "seen_within_months = -1"), "seen_within_months 0 or more"),
        (('kind = "return"', 'kind = "return"\nevery_months = -3'), "every_months is negative"),
        (("share = 0.1", "share = 10"), "share lies above 0 and at most at 1"),
        (('model = "logistic"', 'model = "logistik"'), "There is no model 'logistik'"),
        (('survey = "rwm5yr"', ""), "[panel] lacks survey"),
        (('title = "German households, 1984–1988"', ""), "the config lacks ['title']"),
        (('models = ["logistic"]', 'models = "logistic"'), "models is a list in [ ]; got 'log"),
        (("n_draws = 30", "n_draws = true"), "n_draws is a whole number; got True"),
        (("n_draws = 30", 'list_shares = ["10%"]'), "each of the config: list_shares is a number"),
        (("n_draws = 30", "n_draws = 0"), "n_draws is 1 or more"),
        (("n_draws = 30", "list_shares = []"), "list_shares are whole per cents"),
        (("n_draws = 30", "list_shares = [0.1, 10]"), "list_shares are whole per cents"),
        (("n_draws = 30", "list_shares = [0.12, 0.124]"), "list_shares are whole per cents"),
        (("n_draws = 30", "list_shares = [0.1, 0.1]"), "none twice"),
        (('name = "poor_next_year"', 'name = "return_next_year"'), "[[tasks]] have a name twice"),
        (('name = "1987"', 'name = "1986"'), "[[origins]] have a name twice"),
        (('train_until = "1986-12"', 'train_until = "1986"'), "A month is written like"),
        (('train_until = "1986-12"', 'train_until = "1988-12"'), "must not lie after test_from"),
        (('models = ["logistic"]', 'models = ["oracle"]'), "There is no model 'oracle'"),
        (("[panel]", "[panel]\ncolour = 1"), "does not know"),
        (("[[tasks]]", "[[chores]]"), "the config does not know ['chores']"),
        (("n_draws = 30", "draws = 30"), "does not know ['draws']"),
        (('name = "rwm5yr"', "name ="), "is no TOML"),
    ],
)
def test_a_bad_config_gets_one_clear_message(tmp_path, spoil, said):
    path = tmp_path / "bad.toml"
    assert spoil[0] in SMALL
    path.write_text(SMALL.replace(*spoil), encoding="utf-8")

    with pytest.raises(ConfigError) as told:
        load_study(path)

    assert said in str(told.value)


def test_a_list_of_any_share_that_a_config_asks_for_stands_in_the_tables(runs):
    asked = (0.25, 0.03)
    told = run(replace(load_study(runs / "small.toml"), list_shares=asked, groups=(), visits=None))

    shown = report.lists_table(told.lists, told.backtest, shares=asked)
    assert set(shown["list"]) == {"3%", "25%"}


def test_a_config_saved_by_an_editor_that_marks_its_files_is_read_and_a_folder_is_not(tmp_path):
    (tmp_path / "marked.toml").write_text(SMALL, encoding="utf-8-sig")

    assert load_study(tmp_path / "marked.toml") == load_study_of(SMALL, tmp_path)
    with pytest.raises(ConfigError, match=r"\(it is a folder\)"):
        load_study(tmp_path)


def load_study_of(text, folder):
    (folder / "plain.toml").write_text(text, encoding="utf-8")
    return load_study(folder / "plain.toml")


def test_a_config_that_is_not_there_is_said_so(tmp_path):
    done = hardship_model("run", "nowhere.toml", cwd=tmp_path)

    assert done.returncode == 2
    assert "There is no config nowhere.toml" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_attack_on_what_is_released_of_a_run_recovers_nothing(runs):
    tables = {p.stem: pd.read_csv(p) for p in sorted((runs / "one").glob("*.csv"))}
    out, _ = privacy.passed(tables)
    book = Book()
    where = places(tables, book)
    truth = book.counts()
    shown = np.zeros(len(truth.value), dtype=bool)
    for name, counted in where.items():
        for place in counted:
            shown[place.number] |= pd.notna(out[name][place.column].iloc[place.row])

    assert set(where) > {"backtest", "by_group", "lists", "reliability", "transitions"}
    assert truth.protected.sum() > 100
    assert given_back(replace(truth, shown=truth.shown)).any()
    assert not given_back(replace(truth, shown=shown)).any()


# --- the same questions of another panel ------------------------------------------------------


def test_another_panel_is_judged_as_late_as_its_answers_allow(tmp_path):
    plan = load_study(CONFIGS / "rwm5yr.toml")
    months = [f"{2015 + n // 4}-{3 * (n % 4) + 3:02d}" for n in range(18)]  # 2015-03 to 2019-06
    lines = [f"{h},{m},{600 + 10 * h},east,{h % 2}" for h in range(4) for m in months]
    (tmp_path / "o.csv").write_text("\n".join(["h,m,i,town,ill", *lines]), encoding="utf-8")
    (tmp_path / "o.toml").write_text(QUARTERS, encoding="utf-8")

    other = of_panel(plan, str(tmp_path / "o.toml"), tmp_path / "o.csv")

    assert other.tasks == plan.tasks
    assert [(o.role, o.name, to_text(o.answers_until)) for o in other.origins] == [
        ("choose", "2017-06", "2018-06"),
        ("judge", "2018-06", "2019-06"),
    ]
    assert to_text(other.visits.origin.test_from) == "2016-03"
    assert other.visits.share == plan.visits.share
    assert [group.name for group in other.groups] == ["ill", "town"]

    told_later = QUARTERS.replace("step_months = 3", "step_months = 3\nrecorded_lag_months = 1")
    (tmp_path / "o.toml").write_text(told_later, encoding="utf-8")
    later = of_panel(plan, str(tmp_path / "o.toml"), tmp_path / "o.csv")
    assert to_text(later.visits.origin.train_until) == "2016-06"  # a year, and what comes late


def test_what_happens_between_two_looks_of_a_panel_is_not_asked(tmp_path):
    plan = load_study(CONFIGS / "rwm5yr.toml")
    months = [f"{2015 + n // 4}-{3 * (n % 4) + 3:02d}" for n in range(18)]
    lines = [f"{h},{m},{600 + 10 * h},east,{h % 2}" for h in range(4) for m in months]
    (tmp_path / "o.csv").write_text("\n".join(["h,m,i,town,ill", *lines]), encoding="utf-8")
    (tmp_path / "o.toml").write_text(QUARTERS, encoding="utf-8")
    other = of_panel(plan, str(tmp_path / "o.toml"), tmp_path / "o.csv")
    [task, *_] = other.tasks
    sooner = replace(task, question=replace(task.question, horizon_months=4))
    late = replace(other.visits, lag_months=4)

    with pytest.raises(PanelError, match=r"'return_next_year' asks 4 months ahead.*every 3"):
        run(replace(other, tasks=(sooner,), groups=()))
    with pytest.raises(PanelError, match=r"\[visits\] asks 4 months ahead.*every 3"):
        run(replace(other, visits=late, groups=()))


def test_its_own_panel_leaves_a_study_as_it_is_and_a_short_one_is_refused(tmp_path):
    plan = load_study(CONFIGS / "rwm5yr.toml")
    assert of_panel(plan, "rwm5yr") is plan

    rows = "h,m,i,town,ill\n1,2015-03,600,east,1\n1,2015-06,600,east,1\n"
    (tmp_path / "o.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "o.toml").write_text(QUARTERS, encoding="utf-8")
    with pytest.raises(PanelError, match="wants 36 months and more"):
        of_panel(plan, str(tmp_path / "o.toml"), tmp_path / "o.csv")
