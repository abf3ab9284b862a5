"""Files as tables: CSV, Excel, Stata and Parquet, only the columns that are asked for."""

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from pandas.io.stata import StataReader

from hardship_model.data.specification import FileOptions, MappingError
from hardship_model.privacy import IdentifierError, refuse_identifiers

ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".dta": "stata",
    ".parquet": "parquet",
}
BLOCK_BYTES = 1 << 22
#: Rows that are looked through at a time.
PART_ROWS = 200_000


def read_table(
    path: Path, columns: Sequence[str], options: FileOptions, *, raw: bool = False
) -> pd.DataFrame:
    """The asked-for columns of a file, one row per row of the file, cells as they stand.

    A CSV's cells stay text, so that a code such as 007 survives. Every column is looked through
    for identifiers, also those that nobody asked for. Raises IdentifierError when one is found, and
    MappingError for a file that is not there, cannot be read, is empty, or lacks a column; the
    message quotes no cell (a file without a header would otherwise show its first household).
    `raw` is for `anonymise` alone: every column, nothing refused yet.
    """
    if not path.is_file():
        raise MappingError(f"No file {path.name!r} to read in {path.parent.name!r}.")
    kind = options.format or ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise MappingError(
            f"The ending of {path.name!r} tells no format; known: {', '.join(ENDINGS)}."
            " Or say `format` under [file] in the mapping."
        )
    if path.stat().st_size == 0:
        raise MappingError(f"{path.name!r} is empty; a header and one row are needed.")
    read = {"csv": _csv, "excel": _excel, "stata": _stata, "parquet": _parquet}[kind]
    try:
        parts = read(path, list(columns), options)
        table = _looked_through(parts, list(columns), path) if not raw else pd.concat(parts)
    except (MappingError, IdentifierError):
        raise
    except ImportError:
        raise MappingError(
            f"Reading {path.name!r} needs a package that is not installed:"
            " pip install hardship-model[surveys]."
        ) from None
    except Exception as error:  # each format has its own kinds of failure
        raise MappingError(
            f"{path.name!r} cannot be read as {kind} ({type(error).__name__})."
            " Check `format`, `separator` and `encoding` under [file] in the mapping."
        ) from None
    if table.empty:
        raise MappingError(f"{path.name!r} has a header but no rows; at least one is needed.")
    return table


def _looked_through(parts: Iterator[pd.DataFrame], columns: list[str], path: Path) -> pd.DataFrame:
    """The asked-for columns of all parts, when no part holds what must not come in."""
    kept = []
    for part in parts:
        refuse_identifiers(part, where=repr(path.name))
        kept.append(part[columns])
    return pd.concat(kept, ignore_index=True) if len(kept) > 1 else kept[0]


def encoding_of(path: Path) -> str:
    """In which encoding is this text written? UTF-8 (with or without BOM), else GB18030."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise MappingError(
        f"{path.name!r} is neither UTF-8 nor GB18030. Say `encoding` under [file] in the mapping."
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    encoding = options.encoding or encoding_of(path)
    first = pd.read_csv(path, nrows=0, sep=options.separator, encoding=encoding)
    header = list(first.columns.str.strip())
    _refuse_missing(columns, header, path)
    return iter(
        pd.read_csv(
            path, sep=options.separator, encoding=encoding, header=0, names=header,
            index_col=False, dtype=str, keep_default_na=False, na_values=[""],
            chunksize=PART_ROWS,
        )
    )  # fmt: skip


def _excel(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    sheet = 0 if options.sheet is None else options.sheet
    table = pd.read_excel(path, sheet_name=sheet, keep_default_na=False, na_values=[""])
    table.columns = table.columns.astype(str).str.strip()
    _refuse_missing(columns, list(table.columns), path)
    yield table


def _stata(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    with StataReader(path, convert_categoricals=False, chunksize=PART_ROWS) as reader:
        _refuse_missing(columns, list(reader.variable_labels()), path)
        yield from reader


def _parquet(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(path) as file:
        _refuse_missing(columns, file.schema_arrow.names, path)
        for part in file.iter_batches(batch_size=PART_ROWS):
            yield part.to_pandas()


def _refuse_missing(wanted: list[str], found: list[str], path: Path) -> None:
    missing = [column for column in wanted if column not in found]
    if missing:
        hint = " Is `separator` under [file] right?" if len(found) == 1 else ""
        raise MappingError(
            f"{path.name!r} lacks {len(missing)} of the {len(wanted)} columns that the mapping"
            f" names: {', '.join(missing)}. Its header holds {len(found)} columns.{hint}"
        )
