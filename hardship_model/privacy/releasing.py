"""From a run folder to what may leave the office, and a log of what may not."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.files import whole_folder, write_csv
from hardship_model.privacy.attack import Counts, given_back
from hardship_model.privacy.passing import BY_THE_RUN, LOG_COLUMNS, logged, passed
from hardship_model.privacy.small_cells import SMALLEST_CELL
from hardship_model.privacy.suppression import Book, What
from hardship_model.privacy.tables import places

#: By this file a folder is known as a release.
LOG = "withheld.csv"
#: Earlier releases of the same study lie here, the first in `1`.
EARLIER = "earlier"
#: Figures and pages, and the tables that they repeat.
_DRAWN_FROM = {
    "moves": ("transitions",), "hazards": ("transitions",), "origins": ("origins",),
    "models": ("backtest", "choice"), "reliability": ("reliability", "choice"),
    "lists": ("lists", "choice"), "exclusion": ("by_group", "choice"), "visits": ("visits",),
    "found": ("comparison",), "frontier": ("frontier",), "missed": ("by_group",),
    "channels": ("channels",), "overlaps": ("overlaps",), "flips": ("flip_points",),
    "sensitivity": ("sensitivity",), "draws": ("assumption_draws",),
}  # fmt: skip
_CONFIG, _AS_IT_IS = "config.toml", "versions.json"
#: In a config these name a file, or may: what stands before its name tells of the office's disk.
_PATHS = ("path", "survey")
#: Counts that differ by less are the same, but for rounding.
_LITTLE = 1e-3


class ReleaseError(ValueError):
    """What must not be released: why, and what to do."""


def refuse_together(now: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame]) -> None:
    """Stop when two releases of a study together give back what one of them withheld.

    Counts that only grew are taken to have grown by further households: then the growth adds up
    as the counts do, and growth of fewer than `SMALLEST_CELL` tells of these few. Raises
    ReleaseError with how many counts that concerns.
    """
    book = Book()
    for book.release, tables in (("old", before), ("new", now)):
        places(tables, book)
    alone = book.counts()
    old, new = book.noted("old"), book.noted("new")
    grown = {what: new[what] - value for what, value in old.items() if what in new}
    # Where something shrank, households left or were judged anew, and no sum tells of them.
    shrunk = {_scope(what) for what, by in grown.items() if by < -_LITTLE}
    for what in grown:
        if _scope(what) not in shrunk:
            book.compare(what, "old", "new")
    few = sum(_LITTLE < -by < SMALLEST_CELL for by in grown.values())
    linked = book.counts()
    # What hides the small ones may be told by one release alone, and is not small itself.
    linked.protected[_all_given_back(alone)] = False
    told = few + len(_all_given_back(linked))
    if told:
        raise ReleaseError(
            f"this release and an earlier one together give back {told} counts of fewer than"
            f" {SMALLEST_CELL} households, or counts that one of them withheld. Release again"
            " when more has been counted, or release only what was not released before."
        )


def _all_given_back(counts: Counts) -> np.ndarray:
    """The numbers of all protected counts that an attack gives back, step after step."""
    left = counts.protected.copy()
    while (told := given_back(replace(counts, protected=left))).any():
        left &= ~told
    return np.flatnonzero(counts.protected & ~left)


def _scope(what: What) -> What:
    """Counts of one scope are of the same households, and on the same list."""
    return (*what[:2], *what[3:4])


def release(
    run: Path, out: Path, *, say: Callable[[str], None] = lambda line: None
) -> pd.DataFrame:
    """Write what may leave of a run folder, whole or not at all; the log of what may not.

    Tables (CSV) leave as `passed` lets them; figures and pages only when the tables that they
    repeat lost nothing, since nobody can take a number out of a picture. Files about single
    households, and all that nobody has named, stay. Earlier releases in `out` are kept in it, and
    each is held against the new one (`refuse_together`). `say` hears each longer step, and
    never a number. Raises ReleaseError.
    """
    tables = _read(run)
    if not tables or not (run / "versions.json").is_file():
        raise ReleaseError(f"{run} is no run folder; give one that `run` or `screen` wrote.")
    if "verdict" in tables:
        raise ReleaseError(f"{run} holds a retraining, of which nothing can be released.")
    let_out, log = passed(tables, say=say)
    before = _earlier(out)
    for number, one in enumerate(before, 1):
        say(f"Held against release {number} of {len(before)}")
        refuse_together(let_out, _read(one))
    with whole_folder(out, mark=LOG) as folder:
        for name, table in let_out.items():
            write_csv(table, folder / f"{name}.csv")
        for number, one in enumerate(before, 1):
            (folder / EARLIER).mkdir(exist_ok=True)
            shutil.copytree(one, folder / EARLIER / str(number), ignore=_not_tables)
        log = pd.concat(
            [log, _copied(run, folder, lossy=set(log.loc[log["reason"] != BY_THE_RUN, "table"]))],
            ignore_index=True,
        )
        write_csv(log, folder / LOG)
    return log


def _read(folder: Path) -> dict[str, pd.DataFrame]:
    return {
        path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""])
        for path in sorted(folder.glob("*.csv"))
        if path.name != LOG
    }


def _earlier(out: Path) -> list[Path]:
    """Earlier releases, the oldest first; the last one stands in `out` itself."""
    if not (out / LOG).is_file():
        return []
    numbered = sorted((out / EARLIER).glob("*"), key=lambda path: int(path.name))
    return [*numbered, out]


def _not_tables(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".csv")}


def _copied(run: Path, folder: Path, *, lossy: set[str]) -> pd.DataFrame:
    """Copy the files that passed as they are; the log of all other files."""
    log = []
    for path in sorted(p for p in run.rglob("*") if p.is_file()):
        name = path.relative_to(run).as_posix()
        if path.suffix == ".csv" and path.parent == run:
            continue
        reason = _why_not(path, name, lossy)
        if reason:
            log.append(logged(name, 0, 0, 0, "*", reason))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name == _CONFIG:
                (folder / name).write_text(_without_paths(path), encoding="utf-8")
            else:
                shutil.copyfile(path, folder / name)
    return pd.DataFrame(log, columns=LOG_COLUMNS)


def _why_not(path: Path, name: str, lossy: set[str]) -> str:
    if path.suffix == ".parquet":
        return "rows of single households"
    if name in (_CONFIG, _AS_IT_IS):
        return ""
    repeats: tuple[str, ...] | None = None
    if name.startswith("figures/") and path.suffix in (".png", ".svg"):
        repeats = _DRAWN_FROM.get(path.stem)
    elif name == "report.html":
        repeats = tuple(lossy)
    if repeats is None:
        return "not a known file"
    lost = sorted(lossy.intersection(repeats))
    return f"repeats what was withheld of {', '.join(lost)}" if lost else ""


def _without_paths(config: Path) -> str:
    """The config as it was read, without comments, and of each path the file's name alone."""
    try:
        return "".join(_as_toml(tomllib.loads(config.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ReleaseError(f"{config} is no TOML: it was not written by a run.") from None


def _as_toml(table: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[str]:
    """Lines of this table: first what is no table itself."""
    inner = {key: value for key, value in table.items() if _is_table(value)}
    for key, value in table.items():
        if key not in inner:
            if key in _PATHS and isinstance(value, str):
                value = re.split(r"[/\\]", value)[-1]
            yield f"{_quoted(key)} = {json.dumps(value, ensure_ascii=False)}\n"
    for key, value in inner.items():
        name = ".".join(_quoted(part) for part in (*place, key))
        for one in value if isinstance(value, list) else [value]:
            yield f"\n[[{name}]]\n" if isinstance(value, list) else f"\n[{name}]\n"
            yield from _as_toml(one, (*place, key))


def _is_table(value: object) -> bool:
    """A table, or a list of tables."""
    return isinstance(value[0] if isinstance(value, list) and value else value, dict)


def _quoted(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else json.dumps(key, ensure_ascii=False)
