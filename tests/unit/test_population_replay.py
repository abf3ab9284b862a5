"""Replay: the risk of each household, from its true state, by fresh luck."""

import numpy as np
import pytest
from invented_towns import town

from hardship_model.data.population import nature_risk
from hardship_model.data.population.simulate import lives, step
from hardship_model.months import to_month

AS_OF = to_month("2018-06")


def risks(**changed):
    given = {"as_of": AS_OF, "horizon_months": 6, "futures": 20} | changed
    return nature_risk(town(n_households=600).config, **given)


def test_only_households_six_months_out_of_hardship_are_at_risk():
    invented = town(n_households=600)
    now = AS_OF - invented.config.observed_from
    out = (invented.truth["state"][now - 5 : now + 1] > 2).all(axis=0)
    alive = invented.truth["alive"][now]

    found = risks()["household_id"].to_numpy()

    np.testing.assert_array_equal(found, np.flatnonzero(out & alive))


def test_risks_are_shares_of_the_futures_that_count_and_the_halves_differ():
    table = risks()
    for half in ("first", "second"):
        assert table[f"risk_{half}_half"].dropna().between(0, 1).all()
        assert table[f"known_{half}_half"].between(0, 10).all()
        assert (table[f"known_{half}_half"] >= 8).mean() > 0.9
    both = table.dropna()
    assert (both["risk_first_half"] != both["risk_second_half"]).any()
    # Some households are in real danger: luck alone would not agree so well.
    assert np.corrcoef(both["risk_first_half"], both["risk_second_half"])[0, 1] > 0.3


def test_a_longer_horizon_never_lowers_a_risk_seen_with_the_same_luck():
    short, long = risks(horizon_months=3), risks(horizon_months=12)
    same = (short["known_first_half"] == 10) & (long["known_first_half"] == 10)

    assert (long["risk_first_half"] >= short["risk_first_half"])[same].all()
    assert (long["risk_first_half"] > short["risk_first_half"]).any()


def test_the_luck_of_the_past_leads_to_the_past_that_happened():
    """Continuing from a copy of the state with the same dice repeats the town to the last yuan."""
    config = town(n_households=600).config
    copied = None
    for month, state, flows in lives(config):
        if copied is not None and month <= AS_OF + 6:
            again = step(copied, config, dice=config.dice(), month=month)
            for name, values in vars(flows).items():
                np.testing.assert_array_equal(values, getattr(again, name), err_msg=name)
        if month == AS_OF:
            copied = state.copy()


def test_a_month_that_leaves_no_room_to_confirm_a_spell_is_refused():
    with pytest.raises(ValueError, match="needs it from"):
        risks(as_of=to_month("2020-06"), horizon_months=6)
