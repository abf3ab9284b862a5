"""The same work on every shard: in order, whoever is ready first and whoever is lost."""

import os
import sys

import pytest
from sharded_work import always_fatal, doubled, killing, refuses_three, who

from hardship_model.shards import Engine, ShardError, map_shards

TWO = Engine(processes=2)


def test_results_come_in_the_order_of_the_shards():
    assert list(map_shards(doubled, range(7), engine=TWO)) == [0, 2, 4, 6, 8, 10, 12]


def test_two_processes_are_not_this_one_and_one_is():
    assert os.getpid() not in set(map_shards(who, range(3), engine=TWO))
    assert set(map_shards(who, range(3), engine=Engine(processes=1))) == {os.getpid()}


def test_one_shard_is_not_worth_a_process_and_none_is_no_work():
    assert list(map_shards(who, [1], engine=TWO)) == [os.getpid()]
    assert list(map_shards(who, [], engine=TWO)) == []


def test_only_a_few_shards_are_asked_for_ahead_of_the_one_that_is_waited_for():
    asked = []
    shards = (asked.append(n) or n for n in range(100))

    results = map_shards(doubled, shards, engine=TWO)
    next(results)
    results.close()

    assert len(asked) == 4


def test_a_killed_process_costs_the_shards_in_hand_and_no_others(tmp_path):
    work = killing(6, folder=tmp_path)

    assert list(map_shards(work, range(12), engine=TWO)) == [2 * n for n in range(12)]
    started = {int(path.name): len(path.read_text()) for path in tmp_path.iterdir()}
    assert started[6] == 2
    assert sum(started.values()) <= 12 + 4
    assert all(started[n] == 1 for n in (0, 1, 2, 10, 11))


def test_processes_may_be_lost_again_and_again_as_long_as_shards_get_done(tmp_path):
    work = killing(1, 4, 7, 10, folder=tmp_path)

    assert list(map_shards(work, range(12), engine=TWO)) == [2 * n for n in range(12)]


def test_a_shard_that_kills_every_process_ends_the_run_and_says_why():
    with pytest.raises(ShardError, match=r"several workers.*smaller shards"):
        list(map_shards(always_fatal, range(4), engine=TWO))


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(ValueError, match="three cannot"):
        list(map_shards(refuses_three, range(5), engine=TWO))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "spark"}, "'local' and 'dask'"),
        ({"name": "dask"}, "address of a scheduler"),
        ({"scheduler": "tcp://somewhere:8786"}, "'local' has none"),
        ({"processes": 0}, "one process"),
    ],
)
def test_an_engine_that_cannot_be_is_refused(given, said):
    with pytest.raises(ShardError, match=said):
        Engine(**given)


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(ShardError, match=r"hardship-model\[dask\]"):
        next(map_shards(doubled, [1], engine=Engine(name="dask", scheduler="tcp://localhost:1")))
