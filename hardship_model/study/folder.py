"""A run as a folder: its tables as files, and the results read back from them.

The page of a run is always made from what was read back, so that whoever has the folder gets the
same page from it.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from hardship_model.features import Feature
from hardship_model.files import read_csv, write_csv, write_json
from hardship_model.study.config import load_study
from hardship_model.study.keys import ConfigError
from hardship_model.study.run import TABLES, Results, as_files

#: By this file a folder is known as one that `run` or `screen` wrote.
MARK = "versions.json"


def write_results(results: Results, config: Path, folder: Path) -> None:
    """Write config, tables, predictions and what they were made from into a new folder."""
    shutil.copyfile(config, folder / "config.toml")
    for name, table in as_files(results).items():
        write_csv(table, folder / f"{name}.csv")
    results.scores.to_parquet(folder / "scores.parquet", index=False)
    if not results.ledger.empty:
        results.ledger.to_parquet(folder / "ledger.parquet", index=False)
    features = [asdict(one) for one in results.declared]
    write_json(results.data | {"features": features}, folder / "data.json")
    write_json(results.versions, folder / MARK)


def read_results(folder: Path) -> Results:
    """The results of the run that wrote this folder; rows of households are left where they are.

    Raises ConfigError for a folder that `run` did not write.
    """
    if not (folder / "backtest.csv").is_file():
        raise ConfigError(f"{folder} holds no run; give a folder that `run` or `screen` wrote.")
    study = load_study(folder / "config.toml")
    data = read_json(folder / "data.json")
    return Results(
        study=study,
        declared=tuple(Feature(**one) for one in data["features"]),
        data=data,
        versions=read_json(folder / MARK),
        scores=pd.DataFrame(),
        ledger=pd.DataFrame(),
        **{name: _table(folder / f"{name}.csv") for name in TABLES},
    )


def _table(path: Path) -> pd.DataFrame:
    return read_csv(path) if path.is_file() else pd.DataFrame()


def read_json(path: Path) -> dict[str, Any]:
    """A file of the folder; raises ConfigError where an earlier version did not write it."""
    if not path.is_file():
        raise ConfigError(f"{path} is missing: an earlier version wrote this folder; run it again.")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
