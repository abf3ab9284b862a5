"""The town on disk: Parquet files by shards of households, whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import pandas as pd

from hardship_model.data.population.codes import TOWN_VERSION
from hardship_model.data.population.config import Config
from hardship_model.data.population.records import records
from hardship_model.data.population.town import Town, invent, parts
from hardship_model.months import to_text

Result = TypeVar("Result")


def in_shards(
    config: Config,
    work: Callable[[Town], Result],
    *,
    shard_households: int = 50_000,
    processes: int = 2,
) -> Iterator[Result]:
    """What does `work` say of each shard of the town? In the order of the shards.

    Each shard is invented, worked on and forgotten in a process of its own, so that a large
    town needs the memory of `processes` shards. `work` must be a function that can be pickled.
    """
    shards = list(parts(config, size=shard_households))
    if processes == 1 or len(shards) == 1:
        yield from (_work(shard, work) for shard in shards)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_work, work=work), shards)


def _work(config: Config, work: Callable[[Town], Result]) -> Result:
    return work(invent(config))


def write_town(
    config: Config, out: Path, *, shard_households: int = 50_000, processes: int = 2
) -> Path:
    """Write the town's truth and records below `out`, and return `out`.

    `truth/` and `records/` hold one Parquet file per shard, named by its first household, rows
    sorted by household and month; `town.json` says which town it is. The folder appears when
    all is written. Raises FileExistsError when `out` exists already.
    """
    if out.exists():
        raise FileExistsError(f"{out} exists already; give a new folder or remove it first.")
    unfinished = out.with_name(out.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in ("truth", "records"):
        (unfinished / folder).mkdir(parents=True)
    write = partial(_write_shard, folder=unfinished)
    for _ in in_shards(config, write, shard_households=shard_households, processes=processes):
        pass
    text = json.dumps(description(config), indent=2, ensure_ascii=False) + "\n"
    (unfinished / "town.json").write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, out)
    return out


def _write_shard(town: Town, folder: Path) -> None:
    name = f"{town.config.first_household:09d}.parquet"
    town.frame().to_parquet(folder / "truth" / name, index=False)
    records(town).rows.to_parquet(folder / "records" / name, index=False)


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


def read_truth(folder: Path, *, columns: list[str] | None = None) -> pd.DataFrame:
    """The truth table of a town on disk; one row per household and month."""
    return pd.read_parquet(folder / "truth", columns=columns)


def read_records(folder: Path) -> pd.DataFrame:
    """The rows of the records of a town on disk; one row per household and month."""
    return pd.read_parquet(folder / "records")
