"""The town on disk: whole or not at all, the same however it is cut."""

import json

import pandas as pd
import pytest
from invented_towns import town

from hardship_model.data.partitions import open_partitions
from hardship_model.data.population import Config, read_records, read_truth, records, write_town
from hardship_model.shards import Engine

ALONE = Engine(processes=1)


def test_a_written_town_reads_back_as_it_was_invented(tmp_path):
    invented = town(n_households=300)
    out = write_town(invented.config, tmp_path / "town", shard_households=128, engine=ALONE)

    assert sorted(path.name for path in (out / "truth").iterdir()) == [
        "000000000.parquet", "000000128.parquet", "000000256.parquet",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(read_truth(out), invented.frame())
    pd.testing.assert_frame_equal(read_records(out), records(invented).rows)
    said = json.loads((out / "town.json").read_text(encoding="utf-8"))
    assert (said["households"], said["seed"], said["invented"]) == (300, 1, True)


def test_a_folder_that_exists_is_not_touched(tmp_path):
    (tmp_path / "town").mkdir()

    with pytest.raises(FileExistsError, match="new folder"):
        write_town(town(n_households=300).config, tmp_path / "town")


def test_a_write_that_fails_leaves_no_town_behind(tmp_path, monkeypatch):
    def full_disk(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_town(town(n_households=300).config, tmp_path / "town", engine=ALONE)

    assert not list(tmp_path.iterdir())


def test_a_seed_below_nought_is_refused():
    with pytest.raises(ValueError, match="seed of a town is a whole number, 0 or more; got -1"):
        Config(n_households=300, seed=-1)


def test_the_records_are_a_panel_in_parts(tmp_path):
    invented = town(n_households=300)
    out = write_town(invented.config, tmp_path / "town", shard_households=128, engine=ALONE)
    whole = records(invented)

    opened = open_partitions(out / "records")
    parts = [part.read() for part in opened]

    assert len(parts) == 3
    pd.testing.assert_frame_equal(pd.concat([p.rows for p in parts], ignore_index=True), whole.rows)
    assert all((part.months == whole.months).all() for part in parts)
    assert (opened.about.name, opened.about.columns) == (whole.name, whole.columns)


def test_asked_columns_alone_are_in_the_frame():
    frame = town(n_households=300).frame(columns=["state", "place"])

    assert list(frame.columns) == ["household_id", "month", "place", "state"]
    assert frame["state"].cat.categories[0] == "deep"
    assert frame["month"].is_monotonic_increasing is False
    assert frame["household_id"].is_monotonic_increasing
