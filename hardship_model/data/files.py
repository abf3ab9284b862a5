"""Files as tables: CSV, Excel, Stata and Parquet, only the columns that are asked for."""

import csv
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
from pandas.io.stata import StataReader

from hardship_model.data.encodings import encoding_of
from hardship_model.data.specification import FileOptions, MappingError, notice
from hardship_model.privacy import IdentifierError, named_by, refuse_identifiers

ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".dta": "stata",
    ".parquet": "parquet",
}
#: Rows that are looked through at a time.
PART_ROWS = 200_000
#: Wide files are looked through in shorter parts.
PART_CELLS = 20_000_000
#: A workbook, or Parquet, unpacks to some ten times its size; what is made to fill the memory, to
#: 1,000.
MOST_UNPACKED, MOST_UNPACKED_BYTES = 200, 1 << 26
#: What a spreadsheet would execute: = or @ first, or a sign before a word. A minus alone is a mark.
_FORMULA = r"\s*(?:[=@＝＠]|[+＋－-]\s*(?!(?:inf|Inf|INF)$)[A-Za-z(（])"
#: No formula begins otherwise; this is faster to look for.
_MAYBE_FORMULA = r"^[\s\x{a0}\x{3000}]*[=@＝＠+＋－-]"


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
    if told := named_by(path.stem):
        raise IdentifierError(
            f"The file's own name holds what names a person ({told}). Give it another one."
        )
    if not path.is_file():
        folder = path.resolve().parent.name
        raise MappingError(
            f"No file {path.name!r} to read in {folder!r}. Is its path right? In a config it is as"
            " seen from the config."
        )
    if path.is_symlink() and path.resolve().parent != path.parent.resolve():
        raise MappingError(
            f"{path.name!r} is a link that leads out of its folder. Name the file itself."
        )
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
        table = looked_through(parts, None if raw else list(columns), repr(path.name))
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


def looked_through(
    parts: Iterator[pd.DataFrame], columns: list[str] | None, where: str
) -> pd.DataFrame:
    """The asked-for columns of all parts, when no part holds what must not come in.

    Without `columns`, all of them, not looked through for identifiers yet. `where` is what
    messages call the extract. No parts make an empty table.
    """
    kept, empty = [], 0
    for part in parts:
        filled = part.notna().any(axis=1)
        empty += int((~filled).sum())
        part = part[filled] if not filled.all() else part
        if columns is not None:  # first, so that no other message quotes a heading that tells
            refuse_identifiers(part, where=where)
        _refuse_formulas(part, where)
        kept.append(part if columns is None else part[columns])
    if empty:
        notice(f"{where}: {empty} rows without a single filled cell were left out.")
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()


def _refuse_formulas(part: pd.DataFrame, where: str) -> None:
    if pd.Index(part.columns).astype("str").str.match(_FORMULA).any():
        raise MappingError(f"A heading of {where} begins like a formula. Give it another name.")
    for name, cells in part.items():
        if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
            continue
        texts = cells if isinstance(cells.dtype, pd.StringDtype) else cells.astype("str")
        if pa.compute.any(pa.compute.match_substring_regex(pa.array(texts), _MAYBE_FORMULA)):
            n = int(texts.str.match(_FORMULA, na=False).sum())
            if n:
                raise MappingError(
                    f"{n} of {len(cells)} cells of {name!r} of {where} begin like a formula"
                    " (=, @, or a sign before a word). Store what they stand for."
                )


def _csv(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    encoding = encoding_of(path, options.encoding)
    header = _header(_lines(path, encoding, options.separator), columns, path)
    with warnings.catch_warnings():
        # Empty cells behind the last column, which `_header` has let pass.
        warnings.simplefilter("ignore", pd.errors.ParserWarning)
        yield from _without_headers(
            pd.read_csv(
                path, sep=options.separator, encoding=encoding, header=0, names=told_apart(header),
                index_col=False, dtype=str, keep_default_na=False, na_values=[""],
                chunksize=_rows_at_a_time(len(header)),
            ),
            header, path,
        )  # fmt: skip


def _lines(path: Path, encoding: str, separator: str) -> Iterator[list[str]]:
    with path.open(encoding=encoding, newline="") as stream:
        try:
            yield from csv.reader(stream, delimiter=separator, strict=True)
        except csv.Error:
            raise MappingError(
                f"{path.name!r}: a quotation mark opens and is not closed, or closes within a cell."
                " Two of them stand for one inside a cell."
            ) from None


def _header(lines: Iterator[list[str]], columns: list[str], path: Path) -> list[str]:
    """The header, when every row has a cell for each of its columns, and none more."""
    header = [name.strip() for name in next((line for line in lines if line), [])]
    refuse_missing(columns, header, repr(path.name))
    rows = short = long = 0
    for line in lines:
        rows += bool(line)
        short += 0 < len(line) < len(header)
        long += any(cell.strip() for cell in line[len(header) :])
    if short or long:
        raise MappingError(
            f"{path.name!r}: of {rows} rows {short} have fewer cells than the {len(header)} of the"
            f" header and {long} have more. Is a separator inside a cell? Put it in quotes."
        )
    return header


def _without_headers(
    parts: Iterator[pd.DataFrame], header: list[str], path: Path
) -> Iterator[pd.DataFrame]:
    """The parts without rows that repeat the header, as files pasted together have them."""
    repeated = 0
    for part in parts:
        like = part.iloc[:, 0].str.strip() == header[0]
        if like.any():
            like[like] = (part[like].fillna("") == header).all(axis=1)
            repeated += int(like.sum())
            part = part[~like]
        yield part
    if repeated:
        notice(f"{path.name!r}: {repeated} rows that repeat the header were left out.")


def told_apart(header: list[str]) -> list[str]:
    """Headings that nobody asked for may be empty or stand twice; they get names of their own."""
    counts = Counter(header)
    return [
        name if name and counts[name] == 1 else f"{name or 'no heading'} (column {place})"
        for place, name in enumerate(header, start=1)
    ]


def _excel(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            refuse_bomb(path, packed)
    sheet = 0 if options.sheet is None else options.sheet
    table = pd.read_excel(
        path, sheet_name=sheet, header=None, keep_default_na=False, na_values=[""]
    )
    header = ["" if pd.isna(name) else str(name).strip() for name in table.iloc[0]]
    refuse_missing(columns, header, repr(path.name))
    yield table[1:].set_axis(told_apart(header), axis=1).infer_objects()


def refuse_bomb(path: Path, packed: zipfile.ZipFile) -> None:
    """Is this zip file made to fill the memory? Then MappingError, before anything is unpacked.

    What its entries say is enough: more than an entry says is not read out of it.
    """
    _refuse_unpacked(path, sum(entry.file_size for entry in packed.infolist()))


def _refuse_unpacked(path: Path, unpacked: int) -> None:
    times = unpacked / path.stat().st_size
    if times > MOST_UNPACKED and unpacked > MOST_UNPACKED_BYTES:
        raise MappingError(
            f"{path.name!r} would unpack to {times:,.0f} times its size, as no extract does; it is"
            " not opened. Save it anew."
        )


def _stata(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    with StataReader(path, convert_categoricals=False, chunksize=PART_ROWS) as reader:
        refuse_missing(columns, list(reader.variable_labels()), repr(path.name))
        yield from reader


def _parquet(path: Path, columns: list[str], options: FileOptions) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(path) as file:
        footer, schema = file.metadata, file.schema_arrow
        refuse_missing(columns, schema.names, repr(path.name))
        _refuse_no_cells(schema, path)
        groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
        # A value that is repeated takes no room in the file, but a byte and more in the memory.
        cells = footer.num_rows * len(schema)
        _refuse_unpacked(path, max(cells, sum(group.total_byte_size for group in groups)))
        for part in file.iter_batches(batch_size=_rows_at_a_time(len(schema))):
            yield part.to_pandas(ignore_metadata=True)  # what was an index is looked at as well


def _refuse_no_cells(schema: pa.Schema, path: Path) -> None:
    """Lists, structures and bytes are no cells, and could not be looked through."""
    n = sum(not _one_cell(field.type) for field in schema)
    if n:
        raise MappingError(
            f"{n} of {len(schema)} columns of {path.name!r} hold lists, structures or bytes."
            " Store one text, number or date in each cell."
        )


def _one_cell(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        return _one_cell(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _one_cell(kind.value_type)
    bytes_ = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return not (pa.types.is_nested(kind) or any(is_one(kind) for is_one in bytes_))


def _rows_at_a_time(n_columns: int) -> int:
    return max(1, min(PART_ROWS, PART_CELLS // max(1, n_columns)))


def refuse_missing(wanted: list[str], found: list[str], where: str) -> None:
    """Raise MappingError when a wanted column is not there, or stands there twice."""
    missing = [column for column in wanted if column not in found]
    if missing:
        hint = " Is `separator` under [file] right?" if len(found) == 1 else ""
        empty = found.count("")
        if empty:
            hint = f" {empty} of them are empty: one row of headings is wanted, no merged cells."
        raise MappingError(
            f"{where} lacks {len(missing)} of the {len(wanted)} columns that the mapping"
            f" names: {', '.join(missing)}. Its header holds {len(found)} columns.{hint}"
        )
    doubled = [column for column in wanted if found.count(column) > 1]
    if doubled:
        raise MappingError(
            f"{where} has more than one column {', '.join(doubled)}. Which one is meant?"
            " Rename the others."
        )
