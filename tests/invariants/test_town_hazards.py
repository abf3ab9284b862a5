"""What the parameters declare is what befalls the town, within sampling error, over seeds."""

import numpy as np
import pytest

from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import FORMAL, N_EARNING, SERIOUS, UNEMPLOYED
from hardship_model.data.population.health import (
    deaths,
    fall_seriously_ill,
    hospital,
    serious_illness_hazard,
)
from hardship_model.data.population.luck import Luck, normal, other_end, pick, struck
from hardship_model.data.population.makeup import births, leave_home, move_away
from hardship_model.data.population.money import events
from hardship_model.data.population.start import begin
from hardship_model.data.population.state import leaves_at
from hardship_model.data.population.work import find_work, job_loss_by_industry, lose_jobs
from hardship_model.months import to_month
from hardship_model.randomness import Dice

MONTH = to_month("2018-03")
SEEDS = range(6)
N = 20_000


def fresh(seed):
    """A town at its beginning, with the assumptions and the luck of a month."""
    given = Assumptions(month=MONTH, scaled={})
    luck = Luck(dice=Dice(seed=seed, n_households=N), month=MONTH)
    return begin(given, luck), given, luck


def assert_within_sampling_error(events_by_seed, expected_by_seed):
    """Counts of rare events are Poisson: all seeds at once at most 3.5 deviations away."""
    seen, expected = np.sum(events_by_seed), np.sum(expected_by_seed)
    assert expected > 50
    assert abs(seen - expected) < 3.5 * np.sqrt(expected), (seen, expected)


def over_seeds(count):
    pairs = [count(*fresh(seed)) for seed in SEEDS]
    assert_within_sampling_error(*zip(*pairs, strict=True))


def test_jobs_are_lost_at_the_declared_rates():
    def count(state, given, luck):
        working = (state.form == FORMAL).sum()
        expected = (
            (state.form == FORMAL) * job_loss_by_industry(given)[state.industry]
        ).sum() * given("job_loss_per_month_formal")
        was_formal = state.form == FORMAL
        lost = lose_jobs(state, given, luck.rolls("work", range(4)))
        assert working > 1000
        return was_formal.ravel()[lost].sum(), expected

    over_seeds(count)


def test_the_unemployed_find_work_at_the_declared_rate():
    def count(state, given, luck):
        state.idle_months[:] = 0
        seeking = state.form == UNEMPLOYED
        expected = (
            seeking.sum()
            * given("job_finding_per_month")
            * 0.5 ** (1 / given("job_finding_half_life_months"))
        )
        find_work(state, given, luck.rolls("work", range(4)), seeking.ravel())
        return (seeking & (state.form < N_EARNING)).sum(), expected

    over_seeds(count)


def test_serious_illness_strikes_at_the_declared_rates():
    def count(state, given, luck):
        hazard = serious_illness_hazard(given)[state.age_years, state.health] * state.present
        return len(fall_seriously_ill(state, given, luck.rolls("life", range(6)))), hazard.sum()

    over_seeds(count)


def test_whoever_is_struck_is_present_and_then_seriously_ill():
    state, given, luck = fresh(1)
    well_before = (state.health != SERIOUS).ravel() & state.present.ravel()
    struck_now = fall_seriously_ill(state, given, luck.rolls("life", range(6)))

    assert well_before[struck_now].all()
    assert (state.health.ravel()[struck_now] == SERIOUS).all()


def test_people_die_leave_home_and_move_away_at_the_declared_rates():
    def die(state, given, luck):
        age = state.age_years
        by_age = np.where(
            age < 18, given.monthly("deaths_per_year_child"), given.monthly("deaths_per_year_adult")
        )
        by_age = np.where(age >= 60, given.monthly("deaths_per_year_elder"), by_age)
        by_age = by_age + (age >= 75) * given("death_very_old_extra_per_month")
        by_age = by_age + (state.health == SERIOUS) * given("death_serious_per_month")
        expected = (by_age * state.present).sum()
        return len(deaths(state, given, luck.rolls("life", range(6)))), expected

    def leave(state, given, luck):
        children, age = state.present[2:4], state.age_years[2:4]
        grown = children & (age >= np.maximum(leaves_at(state.track), 18))
        expected = grown.sum() * given.monthly("child_leaves_per_year")
        return len(leave_home(state, given, luck)[0]), expected

    def move(state, given, luck):
        rate = np.where(
            state.migrant, given.monthly("moves_away_per_year_migrant"),
            given.monthly("moves_away_per_year_local"),
        )  # fmt: skip
        move_away(state, given, luck)
        return (~state.alive).sum(), rate.sum()

    for count in (die, leave, move):
        over_seeds(count)


def test_children_are_born_to_couples_at_the_declared_rate():
    def count(state, given, luck):
        age = state.age_years[1]
        couple = state.present[1] & (age >= 20) & (age <= 42) & ~state.present[2:4].all(axis=0)
        chance = given.monthly("births_per_year") * given("birth_couple_multiple")
        return len(births(state, given, luck)), couple.sum() * chance

    over_seeds(count)


def test_accidents_and_stays_in_hospital_come_at_the_declared_rates():
    def accident(state, given, luck):
        return (events(state, given, luck) > 0).sum(), N * given.monthly("event_per_year")

    def stay(state, given, luck):
        # Well adults of the resident scheme alone, so that one rate holds for all.
        state.present[:] = False
        state.present[0], state.age_years[0] = True, 40
        state.health[0], state.insurance[0] = 0, 1
        rate = given("inpatient_rate_resident") / 12
        rate *= given("stay_multiple_adult") * given("stay_multiple_well")
        return len(hospital(state, given, luck.rolls("ailment", range(6)))[0]), N * rate

    over_seeds(accident)
    over_seeds(stay)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_of_a_roll_is_uniform_and_says_nothing_of_whom_it_struck(seed):
    rolls = Dice(seed=seed, n_households=400_000).roll("anything", MONTH)
    who, left = struck(rolls, ceiling=0.05, hazard=lambda at: np.where(at % 2 == 0, 0.05, 0.01))
    deciles = np.bincount((left * 10).astype(int), minlength=10)

    assert len(deciles) == 10
    expected = len(left) / 10
    assert ((deciles - expected) ** 2 / expected).sum() < 33  # chi-squared, 9 df, p = 0.0001
    even, odd = (who % 2 == 0).sum(), (who % 2 == 1).sum()
    assert abs(even - 10_000) < 400
    assert abs(odd - 2_000) < 180


def test_the_table_of_normal_numbers_has_their_moments():
    numbers = normal(Dice(seed=3, n_households=400_000).roll("anything", MONTH))

    assert abs(numbers.mean()) < 0.006
    assert abs(numbers.std() - 1) < 0.005


def test_a_pick_follows_its_shares_in_their_order():
    rolls = np.array([0.0, 0.19, 0.2, 0.69, 0.7, 0.99])

    assert pick(rolls, np.array([0.2, 0.5, 0.3])).tolist() == [0, 0, 1, 1, 2, 2]


def test_two_numbers_from_one_roll_are_both_normal_and_tell_nothing_of_each_other():
    luck = Luck(dice=Dice(seed=4, n_households=400_000), month=MONTH)
    one, other = luck.two_normals("anything", 0)

    for numbers in (one, other):
        assert abs(numbers.mean()) < 0.006
        assert abs(numbers.std() - 1) < 0.005
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.006


def test_events_at_both_ends_of_a_roll_have_their_own_chances_and_never_meet():
    rolls = Dice(seed=5, n_households=400_000).roll("anything", MONTH)
    low, _ = struck(rolls, ceiling=0.02, hazard=lambda at: np.full(len(at), 0.02))
    high, left = struck(other_end(rolls), ceiling=0.05, hazard=lambda at: np.full(len(at), 0.05))

    assert abs(len(low) - 8_000) < 320
    assert abs(len(high) - 20_000) < 500
    assert not set(low) & set(high)
    assert abs(left.mean() - 0.5) < 0.01


def test_twelve_months_of_a_hazard_give_the_declared_chance_of_a_year():
    given = Assumptions(month=MONTH, scaled={})
    well = serious_illness_hazard(given)[:, 0]

    for age, name in ((10, "child"), (30, "adult"), (70, "elder")):
        yearly = 1 - (1 - float(well[age])) ** 12
        assert yearly == pytest.approx(given(f"serious_illness_per_year_{name}"), rel=1e-4)
