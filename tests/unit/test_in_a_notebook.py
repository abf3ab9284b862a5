"""What stands under a cell that names a thing, and how a long job tells of itself."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import made_up_results as made_up
import made_up_screen
import numpy as np
import pandas as pd
import pytest
from asked_panels import READING, random_panel
from invented_panels import drifting_panel
from rich.console import Console

from hardship_model.data.population import Config, invent
from hardship_model.evaluation.backtest import Origin, Scored, Task
from hardship_model.labels import Question
from hardship_model.progress import progress
from hardship_model.scoring.scores import Scores
from hardship_model.screening.panel_world import from_panel
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from strips import FIRST_MONTH


def real_panel():
    """Households whose numbers would be told apart from anything else, said to be real."""
    panel = drifting_panel(1, n_households=30)
    named = panel.rows.assign(household_id=panel.rows["household_id"] + 717_000)
    return replace(panel, rows=named, invented=False)


def test_a_panel_tells_its_size_its_months_and_its_columns_and_no_row():
    panel = real_panel()

    assert repr(panel).startswith("Panel 'drifting 1': 30 real households, ")
    assert "<td>income</td>" not in panel._repr_html_()
    assert "<td>ill</td>" in panel._repr_html_()
    for shown in (repr(panel), str(panel), panel._repr_html_()):
        assert "7170" not in shown
        assert len(shown) < 3000
    assert "fewer than ten real" in repr(replace(panel, rows=panel.rows[:40]))


def test_a_name_in_a_mapping_cannot_write_a_page():
    panel = replace(real_panel(), name="<script>alert(1)</script>")

    assert "<script>" not in panel._repr_html_()


def test_a_town_is_told_in_one_line():
    assert repr(invent(Config(n_households=50, seed=3))).startswith(
        "Town of 50 invented households, seed 3, "
    )


@pytest.mark.parametrize("results", [made_up.results, made_up_screen.towns,
                                     made_up_screen.over_a_panel])  # fmt: skip
def test_a_run_lists_its_tables(results):
    said = repr(results())

    assert said.startswith("Results of ")
    assert "(rows)" in said
    assert len(said) < 600


def test_scores_of_single_households_are_not_shown_by_their_name():
    rows = pd.DataFrame({"household_id": [717001], "as_of": [1], "answer": ["yes"]})
    one = np.array([0.1234567])
    asked = Task(name="a", kind="both", question=Question(ask="in_hardship_at", horizon_months=1))
    origin = Origin(name="o", train_until=1, test_from=1, answers_until=2)
    scored = Scored(task=asked, origin=origin, rows=rows, score={"m": one}, risk={"m": one},
                    n_train=1, train_events=1)  # fmt: skip

    for shown in (repr(scored), repr(Scores(as_of=1, rows=rows, X=rows))):
        assert "717001" not in shown
        assert "0.1234567" not in shown


def test_what_was_played_names_no_household():
    panel = random_panel(2, n=40, periods=10)
    named = panel.rows.assign(household_id=panel.rows["household_id"] + 717_000)
    world = from_panel(replace(panel, rows=named), READING, first_month=FIRST_MONTH + 4,
                       last_month=FIRST_MONTH + 27)  # fmt: skip
    played = play(world, ready_made(world, ["status_quo", "random"], visits_per_month=15),
                  replicates=[1], seed=1, with_ledger=True)  # fmt: skip

    assert len(played.placements)
    for shown in (repr(played), repr(world)):
        assert "7170" not in shown


def test_in_a_terminal_each_step_is_printed():
    screen = Console(record=True, width=60)

    with progress(screen) as say:
        say("Town 1 of 2")

    assert "Town 1 of 2 …" in screen.export_text()


def test_in_a_notebook_one_line_is_written_over_and_says_in_the_end_that_it_is_done(monkeypatch):
    told = []
    handle = SimpleNamespace(update=lambda data, raw: told.append(data["text/plain"]))
    python = SimpleNamespace(
        get_ipython=lambda: SimpleNamespace(kernel=True),
        display=SimpleNamespace(display=lambda data, raw, display_id: handle),
    )
    monkeypatch.setitem(sys.modules, "IPython", python)

    with progress() as say:
        say("Reading")
        say("Town 1 of 2: 80 households")

    assert told[0].startswith("Reading … (")
    assert told[1].startswith("█████░░░░░ Town 1 of 2: 80 households … (")
    assert told[2].startswith("Done: 2 steps in ")
