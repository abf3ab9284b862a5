"""In the invented town no yuan comes from nowhere and none is lost."""

import numpy as np
import pytest
from invented_towns import town

from hardship_model.data.population.money import Flows
from hardship_model.data.population.simulate import lives


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_money_in_is_money_out_plus_the_change_in_savings_month_by_month(seed):
    truth = {name: grid.astype(np.float64) for name, grid in town(seed=seed).truth.items()}
    month = slice(1, None)
    # Aid granted at the end of a month is paid in the next one.
    came = (
        truth["income_yuan"][month] + truth["aid_yuan"][:-1] + np.diff(truth["debt_yuan"], axis=0)
    )
    went = truth["consumption_yuan"] + truth["rigid_yuan"] + truth["event_loss_yuan"]
    kept = np.diff(truth["savings_yuan"], axis=0) + np.diff(truth["assets_yuan"], axis=0)

    np.testing.assert_array_equal(came, went[month] + kept)


def test_all_money_is_whole_yuan_and_nobody_saves_less_than_nothing():
    truth = town().truth

    for name, grid in truth.items():
        if name.endswith("_yuan"):
            assert (grid == np.rint(grid)).all(), name
            assert (grid >= 0).all(), name


def test_the_sums_of_a_year_are_the_sums_of_its_months():
    truth = town().truth
    for total, monthly in (
        ("income12_yuan", "income_yuan"), ("rigid12_yuan", "rigid_yuan"),
        ("event_loss12_yuan", "event_loss_yuan"),
    ):  # fmt: skip
        months = truth[monthly].astype(np.float64)
        for end in (11, 40, len(months) - 1):
            np.testing.assert_array_equal(truth[total][end], months[end - 11 : end + 1].sum(axis=0))


def test_the_parts_of_spending_and_of_income_do_not_exceed_the_whole():
    truth = town().truth

    assert (truth["oop_yuan"] + truth["schooling_yuan"] <= truth["rigid_yuan"]).all()
    assert (truth["oop_yuan"] <= truth["medical_yuan"]).all()
    assert (truth["formal_wages_yuan"] + truth["other_wages_yuan"] <= truth["income_yuan"]).all()


def test_no_flow_of_any_month_since_the_beginning_is_negative():
    for _, state, flows in lives(town(n_households=300).config):
        assert isinstance(flows, Flows)
        assert all((values >= 0).all() for values in vars(flows).values())
        assert (state.savings_yuan >= 0).all()
