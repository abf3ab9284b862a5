"""The town on disk: Parquet files by shards of households, whole or not at all."""

from functools import partial
from pathlib import Path

import pandas as pd

from hardship_model.data.partitions import About, write_about, write_part
from hardship_model.data.population.codes import TOWN_VERSION
from hardship_model.data.population.config import Config
from hardship_model.data.population.records import records
from hardship_model.data.population.town import invent, parts
from hardship_model.files import whole_file, whole_folder, write_json
from hardship_model.months import to_text
from hardship_model.shards import LOCAL, Engine, map_shards

#: Which town it is.
_MARK = "town.json"


def write_town(
    config: Config, out: str | Path, *, shard_households: int = 50_000, engine: Engine = LOCAL
) -> Path:
    """Write the town's truth and records below `out`, and return `out`.

    `truth/` and `records/` hold one Parquet file per shard, named by its first household, rows
    sorted by household and month, each invented, written and forgotten by a worker of `engine`;
    `records/` is a panel in parts (`data.partitions`). `town.json` says which town it is. The
    folder appears when all is written. Raises FileExistsError when `out` exists already.
    """
    out = Path(out)
    if out.exists():
        raise FileExistsError(f"{out} exists already; give a new folder or remove it first.")
    with whole_folder(out, mark=_MARK) as folder:
        for name in ("truth", "records"):
            (folder / name).mkdir()
        write = partial(_write_shard, folder=folder.resolve())
        shards = parts(config, size=shard_households)
        write_about(folder / "records", dict(map_shards(write, shards, engine=engine)))
        write_json(description(config), folder / _MARK)
    return out


def _write_shard(config: Config, folder: Path) -> tuple[str, tuple[About, int]]:
    town = invent(config)
    name = f"{config.first_household:09d}.parquet"
    with whole_file(folder / "truth" / name) as new:
        town.frame().to_parquet(new, index=False)
    return name, write_part(records(town), folder / "records" / name)


def description(config: Config) -> dict[str, object]:
    """Which town is it? Enough to invent it again."""
    return {
        "invented": True,
        "town_version": TOWN_VERSION,
        "households": config.n_households,
        "seed": config.seed,
        "first_month": to_text(config.first_month),
        "observed_from": to_text(config.observed_from),
        "last_month": to_text(config.last_month),
        "rule": "parameter files" if config.rule is None else vars(config.rule),
        "policy": vars(config.policy),
        "scaled": dict(config.scaled),
    }


def read_truth(folder: str | Path, *, columns: list[str] | None = None) -> pd.DataFrame:
    """The truth table of a town on disk; one row per household and month."""
    return pd.read_parquet(Path(folder) / "truth", columns=columns)


def read_records(folder: str | Path) -> pd.DataFrame:
    """The rows of the records of a town on disk; one row per household and month."""
    return pd.read_parquet(Path(folder) / "records")
