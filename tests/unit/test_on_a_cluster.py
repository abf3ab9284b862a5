"""On a Dask cluster of two processes everything is as on one machine, also when one is killed."""

import pytest
from kept_models import PANEL, served
from panels_in_parts import (
    ASKED,
    MODELS,
    contents,
    learned_from,
    same_scores,
    whole_and_parts,
)
from sharded_work import always_fatal, doubled, killing, refuses_three
from typer.testing import CliRunner

from hardship_model.cli import app
from hardship_model.data.partitions import cut, write_partitions
from hardship_model.data.population import Config, write_town
from hardship_model.evaluation.backtest import score_everybody
from hardship_model.evaluation.in_parts import score_in_parts
from hardship_model.features import write_features
from hardship_model.months import to_month
from hardship_model.shards import Engine, ShardError, map_shards
from hardship_model.store import MODEL, Store, to_bytes
from strips import FIRST_MONTH

distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")


@pytest.fixture(scope="module")
def engine():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield Engine(name="dask", scheduler=cluster.scheduler_address)


def test_results_come_in_the_order_of_the_shards(engine):
    assert list(map_shards(doubled, range(9), engine=engine)) == [2 * n for n in range(9)]


def test_a_killed_worker_costs_a_shard_and_not_the_run(engine, tmp_path):
    work = killing(4, folder=tmp_path)

    assert list(map_shards(work, range(9), engine=engine)) == [2 * n for n in range(9)]
    started = {int(path.name): len(path.read_text()) for path in tmp_path.iterdir()}
    assert started[4] == 2
    assert started[0] == started[8] == 1


def test_what_the_work_raises_is_raised_here(engine):
    with pytest.raises(ValueError, match="three cannot"):
        list(map_shards(refuses_three, range(5), engine=engine))


def test_a_shard_that_kills_every_worker_ends_the_run_and_says_why(engine):
    with pytest.raises(ShardError, match=r"several workers.*smaller shards"):
        list(map_shards(always_fatal, range(4), engine=engine))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("hardship_model.shards._PATIENCE", 1)

    with pytest.raises(ShardError, match=r"No Dask scheduler answers at tcp://127"):
        list(map_shards(doubled, [1], engine=Engine(name="dask", scheduler="tcp://127.0.0.1:9")))


def test_a_town_is_the_same_to_the_byte(engine, tmp_path):
    config = Config(n_households=60, last_month=to_month("2015-03"))
    out = {
        name: write_town(config, tmp_path / name, shard_households=40, engine=who)
        for name, who in (("here", Engine(processes=1)), ("there", engine))
    }

    assert len(contents(out["here"])) == 2 + 2 + 2
    assert contents(out["there"]) == contents(out["here"])


def test_features_are_the_same_to_the_byte(engine, tmp_path):
    _, parts = whole_and_parts(tmp_path)
    for name, workers in (("here", Engine(processes=1)), ("there", engine)):
        write_features(parts, tmp_path / name, as_of=[FIRST_MONTH + 12], engine=workers)

    assert len(contents(tmp_path / "here")) == 4
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_the_backtests_scores_are_those_in_memory_to_the_bit(engine, tmp_path):
    whole, parts = whole_and_parts(tmp_path)
    known = learned_from(whole)

    scored = score_in_parts(panel=parts, engine=engine, **known, **ASKED)

    in_memory = score_everybody(whole, models=MODELS, declared=known["declared"], seed=1, **ASKED)
    same_scores(scored, in_memory)


def test_a_kept_model_gives_the_same_list_to_the_byte(engine, tmp_path):
    parts = write_partitions(cut(PANEL, households=60), tmp_path / "parts")
    store = Store(str(tmp_path / "models"))
    store.add({MODEL: to_bytes(served("boosting"))}, {"recipe": "boosting"})
    how = ["score", "--model", store.url, "--panel", str(parts.folder), "--out"]
    dask = ["--engine", "dask", "--scheduler", engine.scheduler]

    for name, more in (("here", ["--processes", "1"]), ("there", dask)):
        done = CliRunner().invoke(app, [*how, str(tmp_path / name), *more])
        assert done.exit_code == 0, done.output

    assert len(contents(tmp_path / "here")) >= 5
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
