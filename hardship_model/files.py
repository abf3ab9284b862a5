"""Files are written whole or not at all."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

#: A spreadsheet takes a text that begins so for a formula, unless it is a number or a mark alone.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+＋－-](?:inf)?")


class OutputError(ValueError):
    """A place that cannot be written to: what stands there, and what to do."""


@contextmanager
def whole_folder(out: str | Path, *, mark: str) -> Iterator[Path]:
    """A new folder that takes the place of `out` when everything in it has been written.

    A folder that stands there is replaced only when it holds a file named `mark`, that is
    when an earlier run made it; anything else is left alone and refused with OutputError.
    """
    out = Path(out)
    if out.exists() and not (out / mark).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"{out} exists and was not written by an earlier run (it has no {mark});"
            " give another --out, or move it away."
        )
    missing = [folder for folder in out.parents if not folder.exists()]
    out.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield new
        if out.exists():
            old = new.with_name(new.name + "-old")
            os.replace(out, old)
            try:
                os.replace(new, out)
            except OSError:
                os.replace(old, out)
                raise
            shutil.rmtree(old)
        else:
            os.replace(new, out)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        with suppress(OSError):  # the innermost first, until one holds something
            for folder in missing:
                folder.rmdir()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A new file that takes the place of `path` when it has been written.

    Two that write the same file do not meet: each has a name of its own until it is whole.
    """
    new = path.with_name(f".{path.name}-{uuid4().hex[:8]}")
    try:
        yield new
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def parquet_in_parts(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """One Parquet file from tables of the same columns that come one after the other."""
    with ExitStack() as stack:
        writers: list[pq.ParquetWriter] = []

        def write(part: pd.DataFrame) -> None:
            rows = pa.Table.from_pandas(part, preserve_index=False)
            if not writers:
                writers.append(stack.enter_context(pq.ParquetWriter(path, rows.schema)))
            writers[0].write_table(rows)

        yield write


#: Columns of names that somebody gave, which are texts also where they look like numbers.
_NAMES = (
    "task", "origin", "origin_before", "model", "column", "group", "strategy", "against", "by",
    "reference", "clerk", "first", "second",
)  # fmt: skip


def read_csv(path: Path) -> pd.DataFrame:
    """A table that `write_csv` wrote, with the six digits that it kept; names stay texts."""
    return pd.read_csv(
        path, keep_default_na=False, na_values=[""], dtype=dict.fromkeys(_NAMES, "str")
    )


def write_json(content: Mapping[str, object], path: Path) -> None:
    """What a reader may want to see as it stands, in UTF-8 and in lines."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A table as CSV whose bytes depend on the table alone, not on the processor.

    Six digits are told; what lies below the twelfth decimal is what rounding has left of nought.
    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    amounts = table.select_dtypes("float")
    table = harmless(table.assign(**(amounts.round(12) + 0.0)))  # a nought has no sign
    with whole_file(path) as new:
        table.to_csv(new, index=False, float_format="%.6g", lineterminator="\n", encoding="utf-8")


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before texts that a spreadsheet would run as a formula.

    Those begin with =, +, -, @ (full-width too), a tab or a carriage return. Numbers stay as
    they are, minus sign and all, also where they are stored as texts; so do headings.
    """
    out = table.copy()
    for name, cells in table.items():
        if isinstance(cells.dtype, pd.CategoricalDtype):
            cells = cells.astype(object)
        if isinstance(cells.dtype, pd.StringDtype) or cells.dtype == object:
            position, distinct = pd.factorize(cells)
            runs = np.array([_runs(value) for value in distinct], dtype=bool)
            if runs.any():
                at = np.append(runs, False)[position]
                out[name] = cells.astype(object).where(~at, "'" + cells.astype(str))
    return out


def _runs(cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
