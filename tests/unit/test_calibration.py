from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hardship_model.data.calibration import calibrate, tally, targets
from hardship_model.data.calibration.measures import MEASURES
from hardship_model.data.calibration.spells import Spells
from hardship_model.data.calibration.statistics import fifth_of, life_table, median, ratio
from hardship_model.data.calibration.truth import Truth
from hardship_model.data.population.codes import CAUSES, FORMS, INDUSTRIES, INSURANCES, PLACES
from hardship_model.months import to_month
from hardship_model.parameters import parameter
from hardship_model.rates import wilson
from hardship_model.rules import STATES
from hardship_model.transitions import settle

CODES = {"H": 1, ".": 0, "?": -1}
START = to_month("2015-01")
N_MONTHS = 96


def grid_of(*strips):
    return np.array([[CODES[letter] for letter in strip] for strip in strips], dtype=np.int8).T


def spells_of(*strips, exit_months=6, spell_months=3):
    grid = grid_of(*strips)
    return Spells.of(grid == 1, grid >= 0, exit_months=exit_months, spell_months=spell_months)


def drawn(grid):
    letters = {code: letter for letter, code in CODES.items()}
    return ["".join(letters[code] for code in strip) for strip in grid.T]


def random_town(n_households=60, seed=0):
    """A truth table without sense but with every column, as codes."""
    draw = np.random.default_rng(seed)
    rows = n_households * N_MONTHS

    def fixed(high):
        return np.repeat(draw.integers(0, high, n_households), N_MONTHS)

    labour = draw.integers(0, 4, rows)
    died = np.repeat(draw.integers(N_MONTHS // 2, 3 * N_MONTHS, n_households), N_MONTHS)
    return pd.DataFrame({
        "household_id": np.repeat(np.arange(n_households), N_MONTHS),
        "month": np.tile(START + np.arange(N_MONTHS), n_households),
        "place": pd.Categorical.from_codes(fixed(2), list(PLACES)),
        "members": fixed(5) + 1,
        "employment_form": fixed(len(FORMS)),
        "industry": fixed(len(INDUSTRIES)),
        "insurance": fixed(len(INSURANCES)),
        "income_yuan": draw.integers(0, 9000, rows),
        "consumption_yuan": draw.integers(0, 6000, rows),
        "oop_yuan": draw.integers(0, 900, rows),
        "medical_yuan": draw.integers(900, 1800, rows),
        "rigid_yuan": draw.integers(900, 1500, rows),
        "labour_force_members": labour,
        "unemployed_members": draw.binomial(labour, 0.1),
        "inpatient_stays": draw.integers(0, 2, rows),
        "dibao": draw.random(rows) < 0.1,
        # States come in runs of four months.
        "state": np.repeat(draw.integers(0, 6, rows // 4), 4),
        "cause": draw.integers(0, len(CAUSES), rows),
        "alive": np.tile(np.arange(N_MONTHS), n_households) < died,
    })  # fmt: skip


TOWN = random_town()


def value(target_name, town=TOWN):
    (target,) = [target for target in targets() if target.name == target_name]
    return calibrate(town, against=[target], draws=2).iloc[0]


# --- The targets -----------------------------------------------------------------------------


def test_there_are_at_least_thirty_targets_and_a_third_is_never_tuned_to():
    tuned = [target.tuned for target in targets()]

    assert len(tuned) >= 30
    assert tuned.count(False) >= len(tuned) / 3


def test_only_found_numbers_are_called_published():
    for target in targets():
        assert (target.kind == "published") == (target.tag == "found")


def test_every_target_names_its_denominator_and_a_measure_and_no_measure_is_idle():
    assert all(target.denominator and target.source for target in targets())
    assert {target.measure for target in targets()} == set(MEASURES)


def test_a_band_that_does_not_hold_its_own_number_is_refused():
    with pytest.raises(ValueError, match="must lie within"):
        replace(targets()[0], low=0, high=1)


# --- Spells ----------------------------------------------------------------------------------


def test_a_gap_of_five_months_continues_a_spell_and_one_of_six_ends_it():
    spells = spells_of("......HHH.....HHH......", "......HHH......HHH......"[:23])

    assert drawn(spells.settled)[0] == "......HHHHHHHHHHH......"
    assert drawn(spells.settled)[1][6:18] == "HHH......HHH"


def test_a_spell_of_two_months_does_not_count():
    assert drawn(spells_of("......HH.......").settled) == ["..............."]


def test_what_the_edge_of_observation_cuts_off_is_unknown():
    # A spell of two months, a time out of three: nobody knows what they belong to.
    assert drawn(spells_of("......HHH...", "HH..........", "..........HH").settled) == [
        "......HHH???", "??..........", "..........??",
    ]  # fmt: skip


def test_who_was_in_hardship_at_the_start_cannot_fall_for_the_first_time():
    spells = spells_of("HH........HHH......", "..........HHH......")
    fell, at_risk = spells.first_falls(slice(None))

    assert fell.tolist() == [0, 1]
    # The first ten months, the last of which is the month before the fall.
    assert at_risk.tolist() == [0, 10]


def test_a_spell_counts_from_its_first_month_only_when_that_was_seen():
    spells = spells_of("......HHHH......", "HHHHHHHHHH......")
    exits, at_risk = spells.moves(1, first=1, last=5)

    assert exits.tolist() == [[0, 0, 0, 1, 0], [0, 0, 0, 0, 0]]
    assert at_risk.tolist() == [[1, 1, 1, 1, 0], [0, 0, 0, 0, 0]]


def test_a_return_is_counted_by_the_months_since_the_exit():
    #                 123456789
    spells = spells_of("HHH.......HHH", "...........HH"[:13])
    returns, at_risk = spells.moves(0, first=6, last=8)

    assert returns[0].tolist() == [0, 1, 0]
    assert at_risk[0].tolist() == [1, 1, 0]
    assert at_risk[1].sum() == 0  # never in hardship before


@pytest.mark.parametrize("seed", range(5))
def test_another_way_to_settle_strips_agrees(seed):
    draw = np.random.default_rng(seed)
    runs = draw.choice(np.array([0, 0, 0, 1, 1, -1], dtype=np.int8), size=(30, 40))
    grid = np.repeat(runs, draw.integers(1, 5, 30), axis=0)

    ours = Spells.of(grid == 1, grid >= 0, exit_months=6, spell_months=3).settled
    assert np.array_equal(ours, settle(grid, exit_periods=6, spell_periods=3))


@pytest.mark.parametrize("seed", range(3))
def test_exits_agree_with_counting_one_household_at_a_time(seed):
    draw = np.random.default_rng(seed)
    grid = (draw.random((60, 50)) < 0.5).repeat(2, axis=0).astype(np.int8)
    spells = Spells.of(grid == 1, grid >= 0, exit_months=1, spell_months=1)
    events, at_risk = spells.moves(1, first=1, last=120)

    for household, strip in enumerate(grid.T):
        counted, left = np.zeros(121), np.zeros(121)
        lasted = 0
        for month in range(1, len(strip)):
            begins = strip[month] == 1 and strip[month - 1] == 0
            lasted = 1 if begins else lasted + 1 if lasted and strip[month] else 0
            if lasted and month + 1 < len(strip):
                counted[lasted] += 1
                left[lasted] += strip[month + 1] == 0
        assert np.array_equal(at_risk[household], counted[1:])
        assert np.array_equal(events[household], left[1:])


# --- Statistics ------------------------------------------------------------------------------


def test_weights_stand_for_households_counted_several_times():
    draw = np.random.default_rng(3)
    values, members = draw.random(50), draw.integers(1, 5, 50).astype(float)
    times = draw.poisson(1.0, 50)
    repeated = np.repeat(np.arange(50), times)
    everybody = np.ones(50, dtype=bool)
    weights = times[None, :].astype(float)

    assert ratio(values, members, n=50).of(weights)[0] == pytest.approx(
        values[repeated].sum() / members[repeated].sum()
    )
    by_person = np.sort(np.repeat(values[repeated], members[repeated].astype(int)))
    assert median(values, members).of(weights)[0] == by_person[(len(by_person) - 1) // 2]
    inside = fifth_of(values, everybody, fifth=5, above=values, below=np.ones(50)).of(weights)[0]
    ranked = np.sort(values[repeated])
    assert inside == pytest.approx(ranked[-(len(ranked) // 5) :].mean(), rel=0.05)


def test_fifths_are_five_equal_parts():
    values = np.random.default_rng(4).permutation(100).astype(float)
    everybody, one = np.ones(100, dtype=bool), np.ones((1, 100))
    means = [
        fifth_of(values, everybody, fifth=k, above=values, below=np.ones(100)).of(one)[0]
        for k in range(1, 6)
    ]

    assert means == [9.5, 29.5, 49.5, 69.5, 89.5]


def test_a_household_that_counts_often_lies_in_the_fifth_of_its_middle():
    values, weights = np.array([1.0, 2.0, 3.0]), np.array([[1.0, 1.0, 8.0]])
    third = fifth_of(values, values > 0, fifth=3, above=values, below=np.ones(3))

    assert third.of(weights)[0] == 3.0


def test_a_life_table_multiplies_the_chances_to_stay():
    # Of 5 at risk 1 leaves, then of the 4 others 1: 4/5 × 3/4 = 3/5 stay.
    events = np.array([[1, 0], [0, 1], [0, 0], [0, 0], [0, 0]])
    at_risk = np.array([[1, 0], [1, 1], [1, 1], [1, 1], [1, 1]])

    assert life_table(events, at_risk).of(np.ones((1, 5)))[0] == pytest.approx(0.4)


def test_the_interval_of_a_share_is_about_the_textbooks():
    happens = (np.random.default_rng(5).random(4000) < 0.1).astype(int)
    town = random_town(1)
    town = pd.concat([town[town["month"] == START + 95]] * 4000, ignore_index=True)
    town["household_id"], town["alive"] = np.arange(4000), True
    town["state"] = np.where(happens, 0, 5)
    target = replace(
        next(t for t in targets() if t.name == "in_deep_hardship"),
        measure="household_size", given={"year": 2022},
    )  # fmt: skip
    town["members"] = happens
    row = calibrate(town, against=[target], draws=400).iloc[0]
    low, high = wilson(np.array(happens.sum()), np.array(4000))

    assert (row["sim_low"], row["sim_high"]) == pytest.approx((low, high), abs=0.002)
    assert row["n"] == 4000


# --- Measures, against pandas ----------------------------------------------------------------

LIVING = TOWN[TOWN["alive"]]


def test_unemployment_is_unemployed_over_labour_force_of_those_alive():
    year = LIVING[LIVING["month"].between(to_month("2019-01"), to_month("2019-12"))]
    by_hand = year["unemployed_members"].sum() / year["labour_force_members"].sum()

    row = value("unemployment_2019")
    assert row["simulated"] == pytest.approx(by_hand)
    assert row["n"] == year["labour_force_members"].sum()


def yearly(column, year):
    """Sums of a year per household that lived through it."""
    months = LIVING[LIVING["month"].between(to_month(f"{year}-01"), to_month(f"{year}-12"))]
    grouped = months.groupby("household_id")
    return grouped[column].sum()[grouped.size() == 12]


def test_below_two_dibao_counts_persons_by_the_line_of_their_place():
    income = yearly("income_yuan", 2021)
    december = LIVING[LIVING["month"] == to_month("2021-12")].set_index("household_id")
    december = december.loc[income.index]
    line = december["place"].map(
        lambda place: parameter("urban_dibao_yuan", month=to_month("2021-12"), place=place)
    )
    below = income / december["members"] < 12 * 2 * line.astype(float)
    by_hand = december["members"][below].sum() / december["members"].sum()

    assert value("below_2_dibao_2021")["simulated"] == pytest.approx(by_hand)


def test_mean_income_is_of_the_persons_of_one_place():
    income = yearly("income_yuan", 2022)
    december = TOWN[TOWN["month"] == to_month("2022-12")].set_index("household_id")
    here = december.loc[income.index].query("place == 'Qinghai'")
    by_hand = income[here.index].sum() / here["members"].sum()

    assert value("income_mean_qinghai_2022")["simulated"] == pytest.approx(by_hand)


def test_catastrophic_spending_is_over_consumption_that_is_not_food():
    oop = yearly("oop_yuan", 2018)
    consumed = yearly("consumption_yuan", 2018) + yearly("rigid_yuan", 2018)
    town = TOWN.assign(oop_yuan=TOWN["oop_yuan"] * (1 + TOWN["household_id"] % 7))
    oop = oop * (1 + oop.index % 7)
    by_hand = (oop >= 0.4 * (1 - 0.305) * consumed).mean()

    assert 0 < by_hand < 1
    assert value("catastrophic_capacity_2018", town)["simulated"] == pytest.approx(by_hand)


def test_medical_impoverishment_counts_those_whom_medical_spending_pushes_below():
    income, oop = yearly("income_yuan", 2017), yearly("oop_yuan", 2017)
    december = TOWN[TOWN["month"] == to_month("2017-12")].set_index("household_id")
    december = december.loc[income.index]
    line = december["place"].map({"Guangxi": 520, "Qinghai": 450}).astype(float)
    line = line * 24 * december["members"]
    by_hand = ((income >= line) & (income - oop < line)).mean()

    assert by_hand > 0
    assert value("medical_impoverishment_2017")["simulated"] == pytest.approx(by_hand)


def test_the_stock_in_hardship_counts_household_months():
    months = LIVING[LIVING["month"].between(to_month("2016-01"), to_month("2021-12"))]

    assert value("in_hardship")["simulated"] == pytest.approx((months["state"] < 3).mean())


def test_inpatient_stays_are_per_member_and_year():
    months = LIVING[LIVING["month"].between(to_month("2021-01"), to_month("2021-12"))]
    insured = months[months["insurance"] == INSURANCES.index("employee")]
    by_hand = 12 * insured["inpatient_stays"].sum() / insured["members"].sum()

    assert value("inpatient_rate_employee")["simulated"] == pytest.approx(by_hand)


def test_living_aid_rises_by_the_number_of_members():
    town = TOWN.assign(state=0, members=np.where(TOWN["household_id"] % 2, 2, 4))
    december = town[(town["month"] == to_month("2022-12")) & town["alive"]]
    line = december["place"].map({"Guangxi": 785, "Qinghai": 697}).astype(float)
    by_hand = (line * december["members"]).sum() / line.sum()

    assert value("living_aid_ratio", town)["simulated"] == pytest.approx(by_hand)


# --- Verdicts --------------------------------------------------------------------------------


def test_every_target_is_judged_once_with_an_interval_and_its_count():
    table = calibrate(TOWN, draws=20)
    measured = table[table["verdict"] != "not measured"]

    assert table["target"].tolist() == [target.name for target in targets()]
    assert (measured["n"] > 0).all()
    assert (measured["sim_low"] <= measured["sim_high"]).all()
    assert tally(table)["of"].sum() == len(table)
    assert tally(table)["met"].sum() == (table["verdict"] == "met").sum()


def test_a_value_on_the_edge_of_its_band_is_met_and_beyond_it_missed_with_its_reason():
    target = replace(targets()[0], reason="wages are invented")
    simulated = calibrate(TOWN, against=[target], draws=2).loc[0, "simulated"]
    on_edge = replace(target, published=simulated, low=simulated, high=simulated)
    beyond = replace(target, published=0, low=0, high=simulated - 1)

    table = calibrate(TOWN, against=[on_edge, beyond], draws=2)
    assert table["verdict"].tolist() == ["met", "missed"]
    assert table["reason"].tolist() == ["", "wages are invented"]


def test_what_the_table_does_not_tell_is_not_measured():
    assert value("oop_share_of_medical_2021")["verdict"] != "not measured"

    row = value("oop_share_of_medical_2021", TOWN.drop(columns="medical_yuan"))
    assert row["verdict"] == "not measured"
    assert row["n"] == 0


def test_the_order_of_rows_and_words_for_codes_change_nothing():
    words = {
        "employment_form": FORMS, "industry": INDUSTRIES, "insurance": INSURANCES,
        "state": STATES, "cause": CAUSES,
    }  # fmt: skip
    told = TOWN.sample(frac=1, random_state=1).assign(
        **{
            name: lambda t, n=name, w=w: pd.Categorical.from_codes(t[n], list(w))
            for name, w in words.items()
        }
    )

    pd.testing.assert_frame_equal(calibrate(told, draws=5), calibrate(TOWN, draws=5))


def test_a_month_outside_the_town_and_a_missing_key_are_refused():
    with pytest.raises(ValueError, match="2023-01 lies outside the town"):
        Truth(TOWN).row("2023-01")
    with pytest.raises(ValueError, match="alive"):
        calibrate(TOWN.drop(columns="alive"))
