"""A panel in parts: a folder of Parquet files, each household in exactly one of them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hardship_model.data.panel import Column, Panel, PanelError, build
from hardship_model.files import whole_file, whole_folder
from hardship_model.months import to_month, to_text

#: Beside the parts: what is true of the whole panel, and not told by its rows. (Whoever reads the
#: folder as one Parquet data set passes over names that begin so.)
MARK = "_panel.json"
_READ_ON = "See docs/SCALE.md."


@dataclass(frozen=True, kw_only=True)
class About:
    """What is true of a whole panel: all of `Panel` but its rows."""

    name: str
    step_months: int
    currency: str
    columns: tuple[Column, ...]
    invented: bool
    #: First and last month seen, of all parts.
    span: tuple[int, int]
    #: The values of each category in the order of their codes, which no part may change.
    categories: Mapping[str, tuple[str, ...]]

    def also(self, other: "About") -> "About":
        """What is true of both parts together. Raises PanelError when they are of two panels."""
        if replace(other, span=self.span, categories=self.categories) != self:
            raise PanelError(
                f"Parts of panel {self.name!r} disagree about its name, step, currency or columns."
                " Make all of them with one mapping."
            )
        if (other.span[0] - self.span[0]) % self.step_months:
            raise PanelError(
                f"Parts of panel {self.name!r} have periods of {self.step_months} months that do"
                f" not meet: one begins in {to_text(self.span[0])}, one in"
                f" {to_text(other.span[0])}. Name the periods of both by the same months."
            )
        first, last = zip(self.span, other.span, strict=True)
        categories = {
            column: tuple(dict.fromkeys([*values, *other.categories[column]]))
            for column, values in self.categories.items()
        }
        return replace(self, span=(min(first), max(last)), categories=categories)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a panel in parts; small, so that it can be sent to whoever works on it."""

    path: Path
    about: About

    def read(self) -> Panel:
        """The part as a panel of its own, in the periods and categories of the whole."""
        about = self.about
        # Workers share the cores already: threads of a reader would only get in each other's way.
        rows = pq.read_table(self.path, use_threads=False).to_pandas(split_blocks=True)
        for column, values in about.categories.items():
            rows[column] = _as_in_the_whole(rows[column], values)
        panel = build(
            rows, name=about.name, step_months=about.step_months, currency=about.currency,
            columns=about.columns, invented=about.invented,
        )  # fmt: skip
        return replace(panel, span=about.span)


def _as_in_the_whole(cells: pd.Series, values: Sequence[str]) -> pd.Series:
    cells = cells.astype("category").cat.remove_unused_categories()
    strange = len(set(cells.cat.categories) - set(values))
    if strange:
        raise PanelError(
            f"{strange} values of the category {cells.name!r} are not in {MARK}."
            " Write the panel in parts anew, all parts together."
        )
    return cells.cat.set_categories(list(values))


@dataclass(frozen=True, kw_only=True)
class Partitions:
    """A panel on disk; parts in the order of their names."""

    folder: Path
    about: About
    parts: tuple[Part, ...]

    def __iter__(self) -> Iterator[Part]:
        """The parts, one after the other, not read yet."""
        return iter(self.parts)


def open_partitions(folder: str | Path) -> Partitions:
    """A panel in parts, looked through but not read.

    Raises PanelError when the folder holds none, when a part is missing, one too many or cut
    short, when parts have different columns, and when a household is in more than one.
    """
    folder = Path(folder).resolve()
    if not (folder / MARK).is_file():
        raise PanelError(f"{folder.name!r} is no panel in parts: it has no {MARK}. {_READ_ON}")
    about, counted = _read_about(folder / MARK)
    files = {path.name: path for path in sorted(folder.glob("*.parquet"))}
    if set(files) != set(counted):
        raise PanelError(
            f"{folder.name!r}: {len(set(counted) - set(files))} parts that {MARK} names are"
            f" missing, {len(set(files) - set(counted))} are not named in it. {_READ_ON}"
        )
    _check_footers([pq.ParquetFile(path) for path in files.values()], list(counted.values()))
    _check_apart(list(files.values()))
    parts = tuple(Part(path=path, about=about) for path in files.values())
    return Partitions(folder=folder, about=about, parts=parts)


def _check_footers(files: list[pq.ParquetFile], counted: list[int]) -> None:
    schemas = [file.schema_arrow.remove_metadata() for file in files]
    unlike = sum(schema != schemas[0] for schema in schemas)
    if unlike:
        raise PanelError(
            f"{unlike} of {len(files)} parts have other columns or types than the first. {_READ_ON}"
        )
    short = sum(file.metadata.num_rows != n for file, n in zip(files, counted, strict=True))
    if short:
        raise PanelError(f"{short} of {len(files)} parts do not have as many rows as {MARK} says.")


def _check_apart(paths: list[Path]) -> None:
    """Refuse a household in two parts; ids are read only where the footers do not tell."""
    ranges = [_range(pq.ParquetFile(path).metadata) for path in paths]
    if all(a and b and a[1] < b[0] for a, b in pairwise(ranges)):
        return
    ids = [pa.compute.unique(pq.read_table(p, columns=["household_id"])[0]) for p in paths]
    everybody = pa.concat_arrays(ids)
    twice = len(everybody) - len(everybody.unique())
    if twice:
        raise PanelError(
            f"{twice} of {len(everybody)} households are in more than one part. {_READ_ON}"
        )


def _range(footer: pq.FileMetaData) -> tuple[Any, Any] | None:
    """First and last household of a part, where every row group keeps them."""
    place = footer.schema.names.index("household_id")
    groups = [footer.row_group(i).column(place).statistics for i in range(footer.num_row_groups)]
    if not groups or not all(g is not None and g.has_min_max for g in groups):
        return None
    return min(g.min for g in groups), max(g.max for g in groups)


def write_part(panel: Panel, path: Path) -> tuple[About, int]:
    """Write one part, whole or not at all; what it is about, and its rows, for `write_about`."""
    with whole_file(path) as new:
        panel.rows.to_parquet(new, index=False)
    of_category = [c.name for c in panel.columns if c.kind == "category"]
    about = About(
        name=panel.name, step_months=panel.step_months, currency=panel.currency,
        columns=panel.columns, invented=panel.invented,
        span=(int(panel.months[0]), int(panel.months[-1])),
        categories={c: tuple(map(str, panel.rows[c].cat.categories)) for c in of_category},
    )  # fmt: skip
    return about, len(panel.rows)


def write_about(folder: Path, parts: Mapping[str, tuple[About, int]]) -> None:
    """Write `_panel.json` beside the parts, by file name; raises PanelError when they disagree."""
    about = reduce(About.also, (about for about, _ in parts.values()))
    told = asdict(about) | {
        "span": [to_text(month) for month in about.span],
        "parts": {name: n for name, (_, n) in sorted(parts.items())},
    }
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    (folder / MARK).write_text(text, encoding="utf-8", newline="\n")


def _read_about(path: Path) -> tuple[About, dict[str, int]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        counted = dict(sorted(told.pop("parts").items()))
        told["columns"] = tuple(Column(**column) for column in told["columns"])
        told["span"] = tuple(to_month(month) for month in told["span"])
        told["categories"] = {name: tuple(words) for name, words in told["categories"].items()}
        return About(**told), counted
    except (KeyError, TypeError, AttributeError, ValueError):
        raise PanelError(f"{MARK} does not say what it should. {_READ_ON}") from None


def write_partitions(panels: Iterable[Panel], out: str | Path) -> Partitions:
    """Write a panel in parts, one file per panel that comes, and open it.

    The panels may come one after the other (`cut`, or one per county), so that only one is in
    memory. The folder appears when all is written. Raises PanelError when they disagree or
    share a household.
    """
    with whole_folder(out, mark=MARK) as folder:
        names = (f"part-{i:05d}.parquet" for i in range(100_000))
        parts = {n: write_part(p, folder / n) for p, n in zip(panels, names, strict=False)}
        write_about(folder, parts)
        open_partitions(folder)
    return open_partitions(out)


def cut(panel: Panel, *, households: int) -> Iterator[Panel]:
    """The panel in pieces of at most so many households, in its order."""
    starts = np.r_[np.flatnonzero(_begins(panel))[::households], len(panel.rows)]
    for start, stop in pairwise(starts):
        rows = panel.rows.iloc[start:stop].reset_index(drop=True)
        yield replace(panel, rows=rows, span=(int(panel.months[0]), int(panel.months[-1])))


def _begins(panel: Panel) -> np.ndarray:
    ids = panel.rows["household_id"]
    return (ids != ids.shift()).to_numpy()
