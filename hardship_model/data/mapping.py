"""An extract becomes a panel, by what its mapping file says."""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.data.as_written import plain
from hardship_model.data.cells import MOST, categories, codes_of, flags, months, numbers
from hardship_model.data.database import read_query
from hardship_model.data.files import read_table
from hardship_model.data.panel import WEIGHT, Panel, PanelError, build
from hardship_model.data.partitions import cut
from hardship_model.data.query import refuse_address
from hardship_model.data.specification import (
    Line,
    Mapping,
    MappingError,
    Source,
    load_mapping,
    notice,
    parse,
)
from hardship_model.months import to_text
from hardship_model.schema import TableError, check

__all__ = [
    "Mapping",
    "MappingError",
    "load_mapping",
    "panel_of",
    "parse",
    "read_in_parts",
    "read_panel",
]

#: A median income outside these multiples of the line means that the units differ. Assumed: the
#: widest error that a wrong unit leaves (1,000 or 10,000) lies far outside, real panels inside.
LEAST_INCOME_OVER_LINE, MOST_INCOME_OVER_LINE = 0.02, 50.0
#: A single income above this multiple of the line is told. Assumed, as above: a wrong unit's width.
ABSURD_OVER_LINE = 1000.0


def read_panel(mapping: Mapping | str | Path, path: str | Path | None = None) -> Panel:
    """The panel that this file, or the database of the mapping, holds: a row per household, period.

    `mapping` may be a shipped name or the path of a TOML file. Raises MappingError or PanelError
    with one sentence on what came, what was wanted and where to read on, and DatabaseError when
    a database does not answer; none names a household, quotes a cell or tells an address.
    """
    described = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    return panel_of(described, read_extract(described, path))


def read_in_parts(mapping: Mapping, files: Sequence[Path], *, households: int) -> Iterator[Panel]:
    """The panels of several files that one mapping describes, each cut into pieces.

    Only one file is in memory. Raises MappingError when each file would get a line of its own.
    """
    if len(files) > 1 and mapping.line.share is not None:
        raise MappingError(
            f"Mapping {mapping.name!r} takes its line from the median income, which would be each"
            f" file's own over {len(files)} files. Say `fixed` or `column` under [line]."
        )
    for file in files:
        yield from cut(read_panel(mapping, file), households=households)


def read_extract(mapping: Mapping, path: str | Path | None, *, raw: bool = False) -> pd.DataFrame:
    """The cells that the mapping asks for, from its database if it names one, else from the file.

    Raises as `read_panel`. With `raw` every column comes, and nothing is refused yet.
    """
    if path is not None:
        refuse_address(path)
    if mapping.database is None and path is not None:
        return read_table(Path(path), mapping.columns_needed, mapping.file, raw=raw)
    if mapping.database is None or path is not None:
        raise MappingError(
            f"Mapping {mapping.name!r} wants a file or, under [database], a query: one of the two."
            " See docs/DATA.md."
        )
    return read_query(
        mapping.database, mapping.columns_needed, name=mapping.name, raw=raw,
        decimal=mapping.file.decimal,
    )  # fmt: skip


def panel_of(mapping: Mapping, table: pd.DataFrame) -> Panel:
    """The panel that a table in memory holds; cells may be text or numbers."""
    absent = [column for column in mapping.columns_needed if column not in table]
    if absent:
        raise MappingError(f"The table lacks the columns {', '.join(absent)}. See docs/DATA.md.")
    kept = _kept(mapping, table)
    rows = pd.DataFrame({"household_id": _household(mapping, kept), **_when(mapping, kept)})
    rows["income"] = _income(mapping, kept, rows["month"])
    rows["poverty_line"] = _poverty_line(mapping, kept, rows)
    _refuse_other_units(mapping, rows)
    rows["in_hardship"] = _in_hardship(mapping, kept, rows)
    if mapping.weight is not None:
        rows[WEIGHT] = _divisor(mapping, kept[mapping.weight])
    named = {s.meaning.name: _column(mapping, s, kept, rows) for s in mapping.columns}
    panel = build(
        pd.concat([rows, pd.DataFrame(named, index=rows.index)], axis=1),
        name=mapping.name,
        step_months=mapping.step_months,
        currency=mapping.currency,
        columns=[source.meaning for source in mapping.columns],
    )
    try:
        check("panel", panel.rows)
    except TableError as error:
        raise PanelError(f"Mapping {mapping.name!r}: {error}") from None
    return panel


def _kept(mapping: Mapping, table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose columns hold the codes that [keep] allows."""
    wanted = np.ones(len(table), dtype=bool)
    for column, allowed in mapping.keep.items():
        position, texts = codes_of(table[column])
        wanted &= np.isin(position, [i for i, text in enumerate(texts) if text in allowed])
    if not wanted.any():
        raise MappingError(
            f"[keep] of mapping {mapping.name!r} leaves none of {len(table)} rows."
            " Check its codes against the file."
        )
    return table[wanted].reset_index(drop=True)


def _household(mapping: Mapping, table: pd.DataFrame) -> pd.Series:
    """The household's key: whole numbers where they are, else text (007 and 7 stay apart)."""
    ids = table[mapping.household]
    if not pd.api.types.is_numeric_dtype(ids):
        ids = _plain(ids)
    empty = int((ids.isna() | (ids == "")).sum())
    if empty:
        raise MappingError(
            f"{empty} of {len(ids)} rows have no household in {mapping.household!r}."
            " Every row needs its household's pseudonym."
        )
    if pd.api.types.is_numeric_dtype(ids):
        exact = ids.abs() < MOST
        if not bool((exact & (ids % 1 == 0)).all()):
            raise MappingError(
                f"{mapping.household!r} holds numbers that are not whole, or so long that a"
                " spreadsheet may have rounded them. Store the pseudonyms as text."
            )
        return ids.astype("int64")
    if bool(ids.str.fullmatch(r"0|[1-9][0-9]{0,17}").all()):
        return ids.astype("int64")
    return ids


def _plain(ids: pd.Series) -> pd.Series:
    """Keys as text without full-width characters, which would make two households of one."""
    texts = ids.astype("str").str.strip()
    folded = texts.map(plain, na_action="ignore")
    n = int((folded != texts).sum() - texts.isna().sum())
    if n > 0:
        notice(f"{n} of {len(ids)} rows of {ids.name!r} read without full-width characters.")
    return folded


def _when(mapping: Mapping, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """The period's last month, and the month in which the row was written down."""
    happened = _last_month(mapping, table)
    recorded = happened + np.int32(mapping.recorded_lag_months)
    if mapping.period.recorded is not None:
        recorded = months(table[mapping.period.recorded])
    return {"month": happened, "recorded_month": recorded}


def _last_month(mapping: Mapping, table: pd.DataFrame) -> np.ndarray:
    when = mapping.period
    if when.month is not None:
        return months(table[when.month])
    year = _whole(table[str(when.year)], least=1900, most=2100)
    if when.quarter is None:
        return (year * 12 + 11).astype(np.int32)
    quarter = _whole(table[when.quarter], least=1, most=4)
    return (year * 12 + 3 * quarter - 1).astype(np.int32)


def _whole(cells: pd.Series, *, least: int, most: int) -> np.ndarray:
    values = numbers(cells)
    wrong = int((~((values >= least) & (values <= most) & (values == np.floor(values)))).sum())
    if wrong:
        raise MappingError(
            f"{wrong} of {len(values)} rows have no whole number from {least} to {most}"
            f" in {cells.name!r}. Check [period] in the mapping."
        )
    return values.astype(np.int64)


def _income(mapping: Mapping, table: pd.DataFrame, month: pd.Series) -> np.ndarray:
    amount = mapping.income
    values = _numbers(mapping, table[amount.column], amount.missing, amount.factor)
    for name in amount.divide_by:
        values = values / _divisor(mapping, table[name])
    return values / _prices(mapping, month) if mapping.deflator else values


def _prices(mapping: Mapping, month: pd.Series) -> np.ndarray:
    years = (month // 12).map(dict(mapping.deflator))
    unknown = int(years.isna().sum())
    if unknown:
        raise MappingError(
            f"[deflator] of mapping {mapping.name!r} lacks the years of {unknown} of"
            f" {len(years)} rows. Add them under `index`."
        )
    return years.to_numpy(dtype=np.float64)


def _poverty_line(mapping: Mapping, table: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    line = mapping.line
    if line.column is not None:
        return _divisor(mapping, table[line.column], line.factor)
    if line.fixed is not None:
        return np.full(len(rows), float(line.fixed))
    if line.of == "base period median":
        return np.full(len(rows), float(line.share or 0) * _base_median(line, rows))
    warnings.warn(
        f"Mapping {mapping.name!r}: the poverty line moves with each period's median, so a"
        " household can cross it without any change of its own; heaped incomes cross it in"
        " crowds. An anchored line has no such artefacts.",
        stacklevel=4,
    )
    medians = rows.groupby("month")["income"].transform("median")
    return medians.to_numpy(dtype=np.float64) * float(line.share or 0)


def _base_median(line: Line, rows: pd.DataFrame) -> float:
    first, last = line.from_month or 0, line.to_month or 0
    inside = rows["month"].between(first, last)
    base = rows.loc[inside, "income"].dropna()
    if base.empty:
        raise MappingError(
            f"No income lies in the base period of the line, {to_text(first)} to {to_text(last)}."
        )
    return float(base.median())


def _refuse_other_units(mapping: Mapping, rows: pd.DataFrame) -> None:
    """Are incomes and line in one unit? A median income far from the line says no."""
    ratio = (rows["income"] / rows["poverty_line"]).median()
    if np.isnan(ratio):
        raise MappingError(f"Mapping {mapping.name!r}: no row has both an income and a line.")
    if not LEAST_INCOME_OVER_LINE <= ratio <= MOST_INCOME_OVER_LINE:
        raise MappingError(
            f"Mapping {mapping.name!r}: the median of {len(rows)} incomes is {ratio:.4g} times"
            " the poverty line. Are both in one unit, per person and month? Check `factor`."
        )
    below = int((rows["income"] < 0).sum())
    above = int((rows["income"] > ABSURD_OVER_LINE * rows["poverty_line"]).sum())
    if below or above:
        notice(
            f"Mapping {mapping.name!r}: {below} of {len(rows)} incomes are negative and {above}"
            f" more than {ABSURD_OVER_LINE:,.0f} times the line. They are kept as they stand;"
            " declare codes for `missing`."
        )


def _in_hardship(mapping: Mapping, table: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Income below the line, or what the file says; missing where that is missing."""
    if mapping.hardship is not None:
        return _column(mapping, mapping.hardship, table, rows)
    below = (rows["income"] < rows["poverty_line"]).astype("boolean")
    return below.mask(rows["income"].isna() | rows["poverty_line"].isna())


def _column(mapping: Mapping, source: Source, table: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """One further column: a category, a flag (boolean), or a number (float32)."""
    cells = table[source.column]
    missing = (*source.missing, *mapping.file.missing)
    if source.meaning.kind == "category":
        return categories(cells, dict(source.codes), missing)
    if source.meaning.kind == "flag":
        return flags(cells, dict(source.codes), missing)
    values = _numbers(mapping, cells, source.missing, source.factor)
    for name in source.divide_by:
        own = name in rows.columns
        values = values / (rows[name].to_numpy() if own else _divisor(mapping, table[name]))
    if source.meaning.kind == "count":
        _refuse_below(values, cells, least=0.0)
    return pd.Series(values.astype(np.float32), index=rows.index)


def _divisor(mapping: Mapping, cells: pd.Series, factor: float = 1.0) -> np.ndarray:
    values = _numbers(mapping, cells, (), factor)
    _refuse_below(values, cells, least=np.nextafter(0.0, 1.0))
    return values


def _refuse_below(values: np.ndarray, cells: pd.Series, *, least: float) -> None:
    wrong = int((values < least).sum())
    if wrong:
        wanted = "0 or more" if least == 0 else "more than 0"
        raise MappingError(
            f"{wrong} of {len(values)} rows of {cells.name!r} are below what can be:"
            f" {wanted} was wanted. Declare codes for `missing`, or correct the file."
        )


def _numbers(
    mapping: Mapping, cells: pd.Series, missing: tuple[str, ...], factor: float = 1.0
) -> np.ndarray:
    every = (*missing, *mapping.file.missing)
    return numbers(cells, missing=every, decimal=mapping.file.decimal, factor=factor) * factor
