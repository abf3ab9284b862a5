"""Each household of the invented town has its own luck, and nothing else moves its life."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_towns import config, town

from hardship_model.data.population import Config, invent, records
from hardship_model.data.population.town import parts


def assert_same_lives(one, other, *, households):
    for name, grid in one.truth.items():
        np.testing.assert_array_equal(
            grid[:, households], other.truth[name][:, households], err_msg=name
        )
    for name, values in one.fixed.items():
        np.testing.assert_array_equal(values[households], other.fixed[name][households])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_town(seed):
    one = town(seed=seed)
    again = invent(one.config)

    assert_same_lives(one, again, households=slice(None))
    pd.testing.assert_frame_equal(records(one).rows, records(again).rows)


def test_another_seed_gives_another_town():
    assert (town(seed=1).truth["income_yuan"] != town(seed=2).truth["income_yuan"]).mean() > 0.9


@pytest.mark.parametrize("n_households", [1, 7, 640])
def test_a_smaller_town_is_the_beginning_of_a_larger_one(n_households):
    whole = town()
    smaller = invent(replace(whole.config, n_households=n_households))

    assert_same_lives(whole, smaller, households=slice(0, n_households))


def test_shards_together_are_the_whole_town():
    # 1,500 households in shards of 611: 0–610, 611–1221, 1222–1499
    whole = town()
    shards = [invent(part) for part in parts(whole.config, size=611)]

    assert [len(shard.households) for shard in shards] == [611, 611, 278]
    for name, grid in whole.truth.items():
        np.testing.assert_array_equal(
            grid, np.concatenate([shard.truth[name] for shard in shards], axis=1), err_msg=name
        )
    rows = pd.concat([records(shard).rows for shard in shards], ignore_index=True)
    pd.testing.assert_frame_equal(rows, records(whole).rows)


def test_two_policies_share_all_luck_that_the_policy_does_not_touch():
    reported, unseen = town(), town(report_multiple=0.0)

    assert (unseen.truth["registered"] == 0).all()
    assert (reported.truth["registered"] > 0).any()
    # Aid reaches savings and debt, and through them the state; never work, health or family.
    touched = {
        "registered", "aid_yuan", "savings_yuan", "debt_yuan", "assets_yuan", "consumption_yuan",
        "state", "cause",
    }  # fmt: skip
    for name in reported.truth.keys() - touched:
        np.testing.assert_array_equal(reported.truth[name], unseen.truth[name], err_msg=name)


def test_without_aid_the_file_leaves_no_mark_on_the_truth():
    unaided, unseen = town(pays_aid=False), town(pays_aid=False, report_multiple=0.0)

    for name in unaided.truth.keys() - {"registered"}:
        np.testing.assert_array_equal(unaided.truth[name], unseen.truth[name], err_msg=name)


def test_lives_before_the_policies_part_are_equal_and_after_they_differ():
    aided, unaided = town(), town(pays_aid=False)
    first_aid = (aided.truth["aid_yuan"] > 0).argmax(axis=0)
    helped = np.flatnonzero((aided.truth["aid_yuan"] > 0).any(axis=0) & (first_aid > 0))

    assert len(helped) > 10
    saved = aided.truth["savings_yuan"] - aided.truth["debt_yuan"] + aided.truth["assets_yuan"]
    else_saved = (
        unaided.truth["savings_yuan"] - unaided.truth["debt_yuan"] + unaided.truth["assets_yuan"]
    )
    for household in helped:
        # Aid granted at the end of a month is money of the next one.
        until = first_aid[household] + 1
        np.testing.assert_array_equal(saved[:until, household], else_saved[:until, household])
    assert (saved[-1, helped] > else_saved[-1, helped]).mean() > 0.5


def test_a_town_without_a_past_is_refused():
    with pytest.raises(ValueError, match="At least 24 months"):
        config(n_households=5, first_month=Config(n_households=1).observed_from - 23)
