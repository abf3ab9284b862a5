"""A run of `screen` as a folder: its tables as files, and the results read back from them."""

import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from hardship_model.files import read_csv, write_csv, write_json
from hardship_model.screen_study.panel_config import PanelScreen, load
from hardship_model.screen_study.panel_run import PanelResults
from hardship_model.screen_study.run import ScreenResults, as_files
from hardship_model.study import MARK, ConfigError, read_json


def write_results(results: ScreenResults | PanelResults, config: Path, folder: Path) -> None:
    """Write config, tables and what they were made from into a new folder."""
    shutil.copyfile(config, folder / "config.toml")
    for name, table in as_files(results).items():
        write_csv(table, folder / f"{name}.csv")
    write_json(results.data, folder / "data.json")
    write_json(results.versions, folder / MARK)


def read_results(folder: Path) -> ScreenResults | PanelResults:
    """The results of the run of `screen` that wrote this folder.

    Raises ConfigError for a folder that `screen` did not write.
    """
    if not (folder / "comparison.csv").is_file():
        raise ConfigError(f"{folder} holds no run; give a folder that `run` or `screen` wrote.")
    study = load(folder / "config.toml")
    data, versions = read_json(folder / "data.json"), read_json(folder / MARK)
    if isinstance(study, PanelScreen):
        tables = _read(PanelResults, folder)
        return PanelResults(study=study, data=data, versions=versions, **tables)
    tables = _read(ScreenResults, folder)
    return ScreenResults(study=study, data=data, versions=versions, **tables)


def _read(kind: Any, folder: Path) -> dict[str, Any]:
    tables = [one.name for one in fields(kind) if one.type is pd.DataFrame]
    return {name: read_csv(folder / f"{name}.csv") for name in tables}
