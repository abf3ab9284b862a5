"""Files are written whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd


class OutputError(ValueError):
    """A place that cannot be written to: what stands there, and what to do."""


@contextmanager
def whole_folder(out: Path, *, mark: str) -> Iterator[Path]:
    """A new folder that takes the place of `out` when everything in it has been written.

    A folder that stands there is replaced only when it holds a file named `mark`, that is
    when an earlier run made it; anything else is left alone and refused with OutputError.
    """
    if out.exists() and not (out / mark).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"{out} exists and was not written by an earlier run (it has no {mark});"
            " give another --out, or move it away."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield new
        if out.exists():
            old = new.with_name(new.name + "-old")
            os.replace(out, old)
            os.replace(new, out)
            shutil.rmtree(old)
        else:
            os.replace(new, out)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A table as CSV whose bytes depend on the table alone."""
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n", encoding="utf-8")
