"""Pictures draw what their table says, look alike, and show nobody."""

from dataclasses import replace

import made_up_results as made_up
import made_up_screen
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from hardship_model import figures, language, report
from hardship_model.data.panel import PanelError
from hardship_model.figures import style
from hardship_model.models import BASELINES, LEARNED
from hardship_model.months import to_month
from hardship_model.privacy import withhold_small_cells
from strips import FIRST_MONTH, panel_from_strips

DRAWN = """
    edda  HH..
    fria  .?H.
"""


def dots(panel):
    """Where single marks stand: one (x, y) each."""
    lines = [line for line in panel.lines if len(line.get_xdata()) == 1]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines]


def intervals(panel):
    return [tuple(line.get_xdata()) for line in panel.lines if len(line.get_xdata()) == 2]


def texts(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text()]


def notes(panel):
    """What stands at the right of a panel."""
    [right] = panel.child_axes
    return [label.get_text() for label in right.get_yticklabels()]


def test_of_many_months_only_round_ones_are_drawn():
    monthly = pd.concat(
        made_up.transitions().query("move == 'return'").head(1).assign(months=months)
        for months in range(1, 60)
    )

    [drawn] = figures.draw_moves(monthly).axes[:1]

    labels = [label.get_text() for label in drawn.get_yticklabels()]
    assert labels == [f"{months} months later" for months in range(6, 60, 6)]


def test_a_move_stands_at_its_rate_with_its_interval_and_counts():
    falls, returns, leaves = figures.draw_moves(made_up.transitions()).axes

    assert dots(falls) == [(0.050, 0), (0.060, 1)]
    assert intervals(falls) == [(0.038, 0.066), (0.045, 0.080)]
    assert notes(falls) == ["45 of 900", "42 of 700"]
    assert [label.get_text() for label in leaves.get_yticklabels()] == ["12 months later"]
    assert returns.get_title(loc="left").startswith("return")


def test_a_withheld_cell_has_no_dot_and_says_so():
    _, returns, _ = figures.draw_moves(made_up.transitions()).axes

    seen = [dot for dot in dots(returns) if not np.isnan(dot[0])]
    assert seen == [(0.300, 0)]
    assert notes(returns) == ["30 of 100", "withheld, of 60"]


def test_the_chosen_model_is_bold_and_no_other():
    figure = figures.draw_models(made_up.backtest(), made_up.choice())

    for panel, chosen in zip(figure.axes[::2], ("boosting (everybody)", "logistic"), strict=True):
        labels = panel.get_yticklabels()
        assert [t.get_text() for t in labels if t.get_fontweight() == "bold"] == [chosen]


def test_baselines_are_grey_and_learned_models_are_not():
    panel = figures.draw_models(made_up.backtest(), made_up.choice()).axes[0]

    colours = [line.get_color() for line in panel.lines if len(line.get_xdata()) == 1]
    assert colours[0] == colours[1]
    assert colours[0] not in colours[2:]


def test_every_learned_model_has_a_colour_of_its_own():
    colours = [style.colour(name) for name in LEARNED]

    assert len(set(colours)) == len(LEARNED)
    assert not set(colours) & {style.colour(name) for name in BASELINES}


def test_models_are_drawn_where_they_are_judged_not_where_they_were_chosen():
    table = made_up.backtest()
    table.loc[table["role"] == "choose", "value"] = 0.99

    drawn = figures.draw_models(table, made_up.choice())

    assert max(x for panel in drawn.axes for x, _ in dots(panel)) < 0.9


def test_who_fell_is_counted_of_those_whose_answer_is_known_and_chance_lies_there():
    table = made_up.backtest().assign(unknown=100)

    panel = figures.draw_models(table, made_up.choice()).axes[1]
    said = next(report.about_models(made_up.results(backtest=table)))

    assert panel.lines[-1].get_xdata() == [0.3, 0.3]
    assert "where 60 of 200 fell" in said


def test_withheld_lists_are_not_drawn():
    lists = withhold_small_cells(made_up.lists(), shown=["precision", "recall", "fewest", "most"])
    figure = figures.draw_lists(lists, made_up.choice())

    lines = [line for panel in figure.axes for line in panel.lines]
    drawn = {x for line in lines for x, y in line.get_xydata() if not np.isnan(y)}
    assert lists["withheld"].any()
    assert drawn == set(lists.loc[~lists["withheld"], "share"])


def test_each_group_is_drawn_for_the_chosen_model_and_a_clerk_and_the_withheld_are_counted():
    figure = figures.draw_exclusion(made_up.by_group(), made_up.choice())

    first = figure.axes[0]
    labels = [label.get_text() for label in first.get_yticklabels()]
    assert labels == ["everybody", "woman: no", "woman: yes"]
    assert notes(first) == ["30 of 60", "12 of 25", "24 of 35"]
    assert [x for x, _ in dots(first)] == pytest.approx(2 * [30 / 60, 12 / 25, 24 / 35])
    assert first.get_title(loc="left").endswith("2 groups withheld")
    hollow = [line for line in first.lines if line.get_markerfacecolor() == "white"]
    assert [float(line.get_xdata()[0]) for line in hollow] == pytest.approx(2 * [12 / 25])


def test_where_every_group_is_withheld_everybody_stays_and_says_so():
    table = made_up.by_group().assign(withheld=True)
    table[["n", "events", "value", "low", "high"]] = np.nan

    first = figures.draw_exclusion(table, made_up.choice()).axes[0]

    assert [label.get_text() for label in first.get_yticklabels()] == ["everybody"]
    assert notes(first) == ["withheld"]


def test_groups_withheld_from_reliability_are_counted():
    assert texts(figures.draw_reliability(made_up.reliability(), made_up.choice())).count(
        "1 of 3 groups withheld"
    ) == 2 * len(made_up.TASKS)


def test_every_order_of_visits_stands_with_its_counts():
    left, right = figures.draw_visits(made_up.visits()).axes

    assert notes(right) == ["12.5 of 120", "30 of 120", "45 of 120"]
    assert [x for x, _ in dots(left)][:3] == pytest.approx([12.5 / 120, 30 / 120, 45 / 120])


# Which months train and which are judged.


def test_nobody_is_learned_from_whose_answer_was_still_out():
    # a year's horizon: as of 1985-12 the answers of 1986-12 are in, as of 1986-12 they are not
    stairs = figures.stairs(made_up.study(), first_month=to_month("1984-12"), step_months=12)
    first = stairs[stairs["origin"] == "1986"].drop_duplicates("part").set_index("part")

    months = first[["since", "until"]].map(lambda month: f"{month // 12}-{month % 12 + 1:02d}")
    assert months.T.to_dict("list") == {
        "trains": ["1984-01", "1985-12"],
        "answers that train": ["1986-01", "1986-12"],
        "judged": ["1986-01", "1986-12"],
        "answers that judge": ["1987-01", "1987-12"],
    }


def test_the_staircase_draws_one_bar_per_part():
    stairs = figures.stairs(made_up.study(), first_month=to_month("1984-12"), step_months=12)

    figure = figures.draw_origins(stairs)

    assert sum(len(panel.patches) for panel in figure.axes) == len(stairs) == 16


# Invented households, and real ones.


def test_an_invented_life_is_drawn_sign_by_sign():
    panel = panel_from_strips(DRAWN)

    figure = figures.draw_strips(panel, ["fria", "edda"], as_of=FIRST_MONTH + 1)

    [axes] = figure.axes
    assert [text.get_text() for text in axes.texts] == ["?", "H", "H", "H"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["fria", "edda"]
    assert [line.get_xdata()[0] for line in axes.lines] == [2]


def test_a_real_life_is_never_drawn():
    real = replace(panel_from_strips(DRAWN), invented=False)

    with pytest.raises(PanelError, match="holds real households"):
        figures.draw_strips(real, ["edda"])


def test_an_unknown_household_is_refused_without_its_name():
    with pytest.raises(PanelError, match="1 of the 2 households") as told:
        figures.draw_strips(panel_from_strips(DRAWN), ["edda", "gerd"])

    assert "gerd" not in str(told.value)


def late_life():
    # month          0  1  2  3  4
    # written down   0  3  2  4  7
    panel = panel_from_strips("edda  ..H..", step_months=1)
    later = np.array([0, 2, 0, 1, 3])
    return panel.with_rows(panel.rows.assign(recorded_month=panel.rows["month"] + later))


def test_a_row_is_drawn_as_known_late_or_still_to_come():
    [axes] = figures.draw_two_dates(late_life(), "edda", as_of=FIRST_MONTH + 3).axes

    known, late, to_come = axes.lines[2:]
    assert [x - FIRST_MONTH for x in known.get_xdata()] == [0, 1, 2]
    assert [(x - FIRST_MONTH, y - FIRST_MONTH) for x, y in late.get_xydata()] == [(3, 4)]
    assert [x - FIRST_MONTH for x in to_come.get_xdata()] == [4]
    assert axes.lines[1].get_ydata()[0] == FIRST_MONTH + 3.5


def test_two_dates_of_a_real_household_are_never_drawn():
    with pytest.raises(PanelError, match="holds real households"):
        figures.draw_two_dates(replace(late_life(), invented=False), "edda", as_of=FIRST_MONTH)


def test_a_leak_stands_on_one_line_with_what_it_promises_and_what_is_left():
    table = pd.DataFrame({
        "leak": ["none", "none", "split", "split"],
        "judged": ["on paper", "on the day"] * 2,
        "n": [100, 100, 30, 100], "events": [20, 20, 10, 20],
        "value": [0.7, 0.7, 0.9, 0.6], "low": [0.6, 0.6, 0.8, 0.5], "high": [0.8, 0.8, 1.0, 0.7],
    })  # fmt: skip

    [axes] = figures.draw_worth(table).axes

    assert dots(axes) == [(0.7, -0.15), (0.7, 0.15), (0.9, 0.85), (0.6, 1.15)]
    assert notes(axes) == ["20 of 100", "20 of 100"]
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert [float(line.get_xdata()[0]) for line in hollow] == [0.7, 0.9]


# Files.


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "figures"
    figures.write_all(made_up.results(), folder)
    return folder


def test_every_picture_comes_as_svg_and_png(written):
    names = {"moves", "hazards", "origins", "models", "reliability", "lists", "exclusion", "visits"}

    assert {path.name for path in written.iterdir()} == {
        f"{name}.{ending}" for name in names for ending in ("svg", "png")
    }


@pytest.mark.parametrize("name", ["origins", "reliability"])
def test_the_same_tables_give_the_same_bytes(written, name, tmp_path):
    figures.save(figures.draw_all(made_up.results())[name], tmp_path / name)

    for path in tmp_path.iterdir():
        assert path.read_bytes() == (written / path.name).read_bytes()


def test_an_svg_keeps_its_text_as_text_and_says_no_date(written):
    drawn = (written / "moves.svg").read_text(encoding="utf-8")

    assert ">45 of 900<" in drawn
    assert "<dc:date>" not in drawn


def test_what_a_run_does_not_have_is_not_drawn():
    moved = made_up.transitions()
    without = made_up.results(
        transitions=moved[~moved["move"].str.startswith("hazard")], visits=pd.DataFrame()
    )

    assert {"hazards", "visits"} & set(figures.draw_all(without)) == set()


def test_the_readers_own_settings_stay_as_they_are():
    with mpl.rc_context({"font.size": 23.0}):
        before = dict(mpl.rcParams)
        drawn = figures.draw_moves(made_up.transitions())

        assert dict(mpl.rcParams) == before
    assert isinstance(drawn, Figure)
    assert max(text.get_fontsize() for text in drawn.findobj(mpl.text.Text)) < 15


def test_where_nothing_was_chosen_every_list_is_drawn_in_a_colour_of_its_own():
    table = made_up.by_group()
    table["model"] = table["model"].replace("logistic", "learned from the file")

    first = figures.draw_exclusion(table).axes[0]

    drawn = [line.get_color() for line in first.lines if len(line.get_xdata()) == 1]
    models = table.loc[table["task"] == table["task"].iloc[0], "model"].unique()
    assert len(drawn) == 3 * len(models)
    learned = len(models) - sum(name in BASELINES for name in models)
    assert len(set(drawn) - {style.GREY}) == learned > 0


def test_equal_recall_goes_from_what_is_found_now_to_what_is_found_then():
    table = pd.DataFrame({
        "model": "boosting", "way": ["same visits"] * 2, "group": ["everybody", "isle"],
        "events": [50.0, np.nan], "found_now": [20.0, np.nan], "recall_now": [0.4, np.nan],
        "recall": [0.45, np.nan], "more_visits": [7.0, np.nan], "withheld": [False, True],
    })  # fmt: skip

    left, right = figures.draw_equal_recall(table, model="boosting").axes

    then, now = (line.get_xdata()[0] for line in left.lines)
    assert (now, then) == (0.4, 0.45)
    assert [line.get_xdata()[0] for line in right.lines] == [7.0, 0.0]
    assert notes(right) == ["20 of 50", "withheld"]


def test_no_name_is_cut_off_where_panels_are_put_for_writing(tmp_path):
    for spoken in ("en", "zh"):
        with language.speaking(spoken):
            drawn = figures.draw_screened(made_up_screen.towns())
            for name in ("flips", "sensitivity", "found"):
                figures.save(drawn[name], tmp_path / name, formats=())
                width = drawn[name].bbox.width
                for label in [y for axes in drawn[name].axes for y in axes.get_yticklabels()]:
                    box = label.get_window_extent()
                    assert -1 < box.x0 <= box.x1 < width, (spoken, name, label.get_text())


def test_a_frontier_says_of_how_many_and_names_the_others_only_where_there_are_some():
    frontier = made_up_screen.frontier()
    two = frontier[frontier["strategy"].isin(["status_quo", "income_visits"])]

    assert "the others" in texts(figures.draw_frontier(frontier))
    alone = figures.draw_frontier(two)
    assert "the others" not in texts(alone)
    assert alone.axes[0].get_ylabel() == "found, of 1,000 open falls"
    assert list(alone.axes[0].get_xticks()) == [0.5, 1.0, 2.0]


def test_a_count_that_could_name_a_family_does_not_stand_beside_its_group():
    found = made_up_screen.by_group()
    small = found.assign(out_of=found["out_of"].mask(found["group"] == found["group"].iloc[0], 3.0))

    first = figures.draw_missed(small, strategies=["status_quo"], measure="ever").axes[0]

    assert notes(first)[0] == "withheld"
    assert "3" not in notes(first)


def of_offices():
    rows = [
        {"year": year, "office": office, "measure": measure, "counted": 20.0, "out_of": n,
         "value": value, "low": value - 0.02, "high": value + 0.02}
        for year, n in [(2017, 100.0), (2018, 120.0)]
        for office, value in [("truth", 0.3), ("visits", 0.2)]
        for measure in ("recall", "falls_found", "answers_yes")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_an_office_has_a_line_over_the_years_and_the_picture_says_of_how_many():
    recall, found = figures.draw_retrained(of_offices()).axes

    assert [line.get_ydata().tolist() for line in recall.lines] == [[0.3, 0.3], [0.2, 0.2]]
    assert recall.get_xlabel() == "in each year of 100 to 120"
    assert found.get_title(loc="left") == "found by six months after the fall"


def test_a_gap_stands_in_points_beside_its_growth():
    drift = pd.DataFrame([
        {"office": "visits", "against": "truth", "measure": measure, "gap": -0.1,
         "gap_low": -0.15, "gap_high": -0.05, "per_year": 0.01, "per_year_low": -0.02,
         "per_year_high": 0.04}
        for measure in ("recall", "falls_found")
    ])  # fmt: skip

    gap, growth = figures.draw_drift(drift).axes[:2]

    assert [x for x, _ in dots(gap)] == pytest.approx([-10])
    assert [x for x, _ in dots(growth)] == pytest.approx([1])
    assert [label.get_text() for label in gap.get_yticklabels()] == ["visits\nagainst the truth"]


def checks_of_the_gate():
    columns = ["check", "on", "answer", "number", "low", "high", "at_least", "at_most", "blocks"]
    rows = [
        ("incumbent", "AUROC", "yes", 0.03, 0.01, 0.05, -0.01, np.nan, False),
        ("incumbent", "recall at 10%", "cannot tell", 0.01, -0.08, 0.10, -0.05, np.nan, True),
        (
            "groups",
            "place: isle, AUROC",
            "cannot tell",
            np.nan,
            np.nan,
            np.nan,
            -0.05,
            np.nan,
            False,
        ),
        ("calibration", "slope", "no", 1.6, 1.4, 1.8, 0.75, 1.33, True),
        ("drift", "feature distribution, furthest: a", "no", 0.5, 0.4, 0.6, np.nan, 0.25, True),
    ]
    return pd.DataFrame(rows, columns=columns).assign(n=200.0, events=30.0)


def bounds(panel):
    return {float(segment[0][0]) for lines in panel.collections for segment in lines.get_segments()}


def test_every_check_stands_with_its_interval_its_bound_and_its_answer():
    incumbent, groups, calibration, drifted = figures.draw_gate(checks_of_the_gate()).axes

    assert dots(incumbent) == [(0.03, 0), (0.01, 1)]
    assert (0.01, 0.05) in intervals(incumbent)
    assert notes(incumbent) == ["yes", "cannot tell: blocks"]
    assert "judged: 30 of 200 fell" in texts(incumbent.figure)
    assert bounds(incumbent) == {-0.01, -0.05}
    assert bounds(calibration) == {0.75, 1.33}
    assert np.isnan(dots(groups)[0][0])  # withheld: its answer stands, no number does
    assert dots(drifted) == [(pytest.approx(2.0), 0)]  # twice its bound


def test_no_heading_of_the_gate_lies_under_its_legend_and_every_line_has_room(tmp_path):
    for spoken in ("en", "zh"):
        with language.speaking(spoken):
            figure = figures.draw_gate(checks_of_the_gate())
            figures.save(figure, tmp_path / "gate", formats=())
            legend = figure.legends[0].get_window_extent()
            texts_of = [*figure.texts, *(t for axes in figure.axes for t in axes.texts)]
            for text in filter(lambda t: t.get_text(), texts_of):
                assert not legend.overlaps(text.get_window_extent()), (spoken, text.get_text())
            for axes in figure.axes:
                letter = axes.get_yticklabels()[0].get_window_extent().height
                assert axes.bbox.height > 1.2 * letter * len(axes.get_yticklabels())


def test_what_moved_furthest_stands_on_top_and_what_is_not_known_nowhere():
    table = pd.DataFrame(
        {
            "item": ["a", "b", "c", "boosting"], "of": ["feature"] * 3 + ["score"],
            "measure": ["distribution"] * 3 + ["missing"], "value": [0.01, 0.4, np.nan, -0.05],
            "low": [0.0, 0.3, np.nan, -0.06], "high": [0.02, 0.5, np.nan, -0.04], "bound": 0.25,
            "answer": ["not drifted", "drifted", "cannot tell", "not drifted"],
        }
    )  # fmt: skip

    spread, missing = figures.draw_shifts(table, most=2).axes

    assert [t.get_text() for t in spread.get_yticklabels()] == ["b", "a"]
    assert notes(spread) == ["drifted", "not drifted"]
    assert [t.get_text() for t in missing.get_yticklabels()] == ["risks of boosting"]
