"""The town on disk: whole or not at all, the same however it is cut."""

import json

import pandas as pd
import pytest
from invented_towns import town

from hardship_model.data.population import in_shards, read_records, read_truth, records, write_town


def share_in_hardship(invented):
    return float((invented.truth["state"] <= 2).mean()), len(invented.households)


def test_a_written_town_reads_back_as_it_was_invented(tmp_path):
    invented = town(n_households=300)
    out = write_town(invented.config, tmp_path / "town", shard_households=128, processes=1)

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
        write_town(town(n_households=300).config, tmp_path / "town", processes=1)

    assert not (tmp_path / "town").exists()


def test_shards_are_worked_on_in_their_order_in_other_processes():
    config = town(n_households=300).config
    alone = list(in_shards(config, share_in_hardship, shard_households=100, processes=1))

    assert [n for _, n in alone] == [100, 100, 100]


def test_asked_columns_alone_are_in_the_frame():
    frame = town(n_households=300).frame(columns=["state", "place"])

    assert list(frame.columns) == ["household_id", "month", "place", "state"]
    assert frame["state"].cat.categories[0] == "deep"
    assert frame["month"].is_monotonic_increasing is False
    assert frame["household_id"].is_monotonic_increasing
