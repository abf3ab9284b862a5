"""Offices that learn from their own visits: what each may know, and when."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hardship_model.data.panel import Panel
from hardship_model.months import to_month
from hardship_model.retraining import under_screening as experiment_of
from hardship_model.retraining.apart import by_year, drift
from hardship_model.retraining.desk import Desk, Place
from hardship_model.retraining.lessons import of_all_that_could_be_visited, of_those_met
from hardship_model.retraining.measured import JUDGED, MEASURES
from hardship_model.retraining.teaching import Taught
from hardship_model.retraining.under_screening import (
    OFFICES,
    Experiment,
    Lessons,
    retrain_under_screening,
)

SMALL = Experiment(
    households=900, towns=2, model="logistic", last_year=2019, random_share=0.5,
    offices=tuple(
        one for one in OFFICES
        if one.name in ("truth", "visits", "visits_weighted", "visits_or_no", "income_visits")
    ),
)  # fmt: skip
SHORTER = replace(SMALL, towns=1, last_year=2018)


@cache
def sums(experiment):
    return retrain_under_screening(experiment)


def of(measure, office, *, experiment=SMALL):
    """Counted and out of, [towns, years, 2]."""
    known = sums(experiment)
    return known.counted[:, list(known.offices).index(office), :, MEASURES.index(measure)]


def test_all_offices_begin_with_the_same_model():
    first = [of("recall", one)[:, 0] for one in ("truth", "visits", "visits_or_no")]

    assert (first[0] == first[1]).all()
    assert (first[0] == first[2]).all()
    assert not (of("recall", "truth")[:, 2] == of("recall", "visits")[:, 2]).all()


def test_what_comes_later_changes_no_year_before_it():
    # What was played before is played again each year and has to come out as it did.
    for measure in ("recall", "visits_that_found", "recall_by_draw", "answers_yes"):
        for office in SMALL.offices:
            before = of(measure, office.name, experiment=SHORTER)
            assert (before == of(measure, office.name)[:1, :2]).all(), (measure, office.name)


def test_only_who_draws_at_random_can_tell_what_the_list_misses():
    draws = {one.name: of("recall_by_draw", one.name)[..., 1].sum() for one in SMALL.offices}

    assert draws.pop("visits_weighted") > 0
    assert not any(draws.values())


def test_the_falls_are_the_same_for_every_office_and_the_clerk_learns_nothing():
    falls = [of("falls_listed", one.name)[..., 1] for one in SMALL.offices]

    assert all((falls[0] == other).all() for other in falls)
    assert of("answers_yes", "income_visits").sum() == 0
    assert of("answers_yes", "visits")[..., 0].min() >= 1


# Lessons, on four households that were drawn


def papers():
    """Of households 1 to 4 all but the last may be looked up."""
    months = np.arange(100, 106)
    rows = pd.DataFrame({
        "household_id": np.repeat([1, 2, 3], 6), "month": np.tile(months, 3),
        "recorded_month": np.tile(months, 3), "income": 1.0, "poverty_line": 1.0,
        "in_hardship": False,
    })  # fmt: skip
    return Panel(name="drawn", rows=rows, step_months=1, currency="CNY")


VISITS = pd.DataFrame({
    "household_id": [1, 2, 3, 4], "month": [103, 103, 104, 104],
    "channel": ["model_visits", "random", "random", "random"], "step": "visit",
    "found": [False, True, False, True],
    "let_in": pd.array([True, True, False, True], dtype="boolean"),
    "inclusion_probability": [np.nan, 0.1, 0.1, 0.1],
})  # fmt: skip


def test_who_refused_is_unknown_and_who_may_not_be_looked_up_teaches_nothing():
    taught = of_those_met(papers(), VISITS, weighted=False)

    assert taught.who.to_numpy().tolist() == [[1, 102], [2, 102]]
    assert taught.yes.tolist() == [False, True]
    assert taught.weight is None


def test_a_visit_at_random_stands_for_all_that_its_draw_might_have_chosen():
    assert of_those_met(papers(), VISITS, weighted=True).weight.tolist() == [1, 10]


def test_taken_as_no_are_all_that_could_be_visited_and_were_not_found():
    town = type("Drawn", (), {"months": np.arange(100, 106), "households": np.arange(1, 5)})
    could_be = np.zeros((6, 4), dtype=bool)
    could_be[3] = [True, True, True, True]
    could_be[4] = [False, False, True, True]

    taught = of_all_that_could_be_visited(
        papers(), town, VISITS, could_be, months=np.array([103, 104])
    )

    answers = taught.who.assign(yes=taught.yes).to_numpy().tolist()
    assert answers == [[1, 102, False], [2, 102, True], [3, 102, False], [3, 103, False]]


def test_noes_that_are_left_out_are_made_up_for_by_weights_or_by_the_share_kept():
    n = 3000
    who = pd.DataFrame({"household_id": np.arange(n), "as_of": np.full(n, 7)})
    all_of_it = Taught(who=who, yes=np.arange(n) < 10)

    plain = all_of_it.some_of_the_noes(seed=1)
    weighed = replace(all_of_it, weight=np.full(n, 3.0)).some_of_the_noes(seed=1)

    assert plain.yes.sum() == weighed.yes.sum() == 10
    kept = (~plain.yes).sum()
    assert kept / plain.kept_no == pytest.approx(n - 10, rel=0.2)
    assert weighed.weight[~weighed.yes].sum() == pytest.approx(3 * kept / plain.kept_no)
    assert weighed.weight[weighed.yes].tolist() == [3.0] * 10
    assert plain.and_also(Taught(who=who, yes=np.arange(n) < 0)).kept_no == pytest.approx(
        (kept + n) / (kept / plain.kept_no + n)
    )


# Tables


def test_each_year_has_a_row_for_each_office_and_measure_with_paired_differences():
    table = by_year(sums(SMALL))

    assert len(table) == 3 * len(SMALL.offices) * len(MEASURES)
    compared = table.dropna(subset="against")
    assert set(compared["measure"]) == set(JUDGED)
    assert set(compared["office"]) == {one.name for one in SMALL.offices} - {"truth"}
    at = table.set_index(["office", "measure", "year"])["value"]
    row = compared[compared["office"] == "visits_weighted"].iloc[1]
    place = row["measure"], row["year"]
    assert row["difference"] == pytest.approx(at["visits_weighted", *place] - at["visits", *place])


def test_drift_is_the_slope_of_the_gap_and_leaves_the_common_first_year_out():
    known = sums(SMALL)
    table = drift(known).set_index(["office", "measure"])
    at = by_year(known).set_index(["office", "measure", "year"])["value"].sort_index()
    gap = at["visits", "recall"] - at["truth", "recall"]

    row = table.loc[("visits", "recall")]

    assert row["per_year"] == pytest.approx(gap[2019] - gap[2018])
    assert row["gap"] == pytest.approx((gap[2018] + gap[2019]) / 2)
    assert drift(sums(SHORTER)).empty
    assert set(by_year(sums(SHORTER))["difference_verdict"].dropna()) == {"too few towns"}


def test_an_experiment_that_cannot_be_run_says_so():
    lonely = (Lessons(name="visits", learns_from="visits"),)
    for given, message in [
        ({"offices": lonely}, "truth"),
        ({"offices": OFFICES + OFFICES[:1]}, "twice"),
        ({"random_share": 0.0}, "between 0 and 1"),
        ({"last_year": 2016}, "one year"),
        ({"order": "by_name"}, "by_risk"),
        ({"model": "scorecard"}, "cannot weigh"),
    ]:
        with pytest.raises(ValueError, match=message):
            Experiment(**{"households": 10, "towns": 1, **given})


def test_files_before_the_first_year_are_the_towns_own_and_later_ones_the_offices():
    shorter = replace(SMALL, households=400, last_year=2017)
    place = Place.of(experiment_of._config(shorter, 1), years=shorter.years)
    desk = Desk.at(place)
    clerk = Lessons(name="clerk", learns_from="nothing")
    eve = to_month("2017-01") - 1
    old = place.town.truth["registered"]

    experiment_of._learn(clerk, desk, desk.papers(eve), SMALL, eve)
    experiment_of._rank(clerk, desk, desk.papers(eve), SMALL, eve)
    experiment_of._play(clerk, desk, SMALL, 2017)

    split = eve + 1 - int(place.town.months[0])
    assert (desk.file[:split] == old[:split]).all()
    assert (desk.file[split:] != old[split:]).any()
    assert not desk.could_be[:split].any()
    assert desk.could_be[split:].any(axis=1).all()
