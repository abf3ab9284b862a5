"""Dated public numbers: which value was in force in a month, and how do we know it?"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.months import to_month, to_text

#: How a number came to us, the least certain first.
TAGS = ("assumed", "derived", "remembered", "found-low", "found")
#: Places that a number may be given for. A number under "all" holds in each of them.
PLACES = ("national", "Guangxi", "Qinghai")
#: Written in place of a value from the month on in which a rule is no longer in force.
ENDED = "ended"


class ParameterError(ValueError):
    """A public number that cannot be given: what was asked, what there is."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value and the month since which it holds; NaN when the rule ended then."""

    since: int
    value: float
    tag: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One public number through time, place by place."""

    name: str
    group: str
    label: str
    label_zh: str
    unit: str
    note: str
    #: Values by place ("all" alone, or named places), each in order of time.
    dated: Mapping[str, tuple[Value, ...]]

    def at(self, place: str | None) -> tuple[Value, ...]:
        """The values for a place. Raises ParameterError where none is given."""
        if place is not None and place not in PLACES:
            raise ParameterError(f"{self.name!r}: unknown place {place!r}; known are {PLACES}.")
        if "all" in self.dated:
            return self.dated["all"]
        if place is None or place not in self.dated:
            raise ParameterError(
                f"{self.name!r} is given by place, got {place!r}; give one of {list(self.dated)}."
            )
        return self.dated[place]


def parameter(name: str, *, month: int, place: str | None = None) -> float:
    """Which value of a public number was in force in this month?

    Raises ParameterError for an unknown name or place, for a month before the first value,
    and for a month in which the rule had ended.

    >>> parameter("urban_dibao_yuan", month=to_month("2022-06"), place="Qinghai")
    697.0
    """
    return float(series(name, months=[month], place=place)[0])


def series(
    name: str, *, months: Sequence[int] | np.ndarray, place: str | None = None
) -> np.ndarray:
    """Which values were in force in these months? float64, one per month; raises as `parameter`."""
    values = _entry(name).at(place)
    since = np.array([value.since for value in values])
    asked = np.asarray(months, dtype=np.int64)
    position = np.searchsorted(since, asked, side="right") - 1
    if (position < 0).any():
        raise ParameterError(
            f"{name!r} has no value for {to_text(asked.min())}; the first holds since"
            f" {to_text(since[0])}."
        )
    found = np.array([value.value for value in values])[position]
    if np.isnan(found).any():
        gap = int(asked[np.isnan(found)].min())
        raise ParameterError(
            f"{name!r} has no value for {to_text(gap)}: it ended in"
            f" {to_text(since[position[asked == gap][0]])}."
        )
    return found


def describe() -> pd.DataFrame:
    """What does every public number say, since when, and how do we know?

    One row per number × place × month since which a value holds; `value` is missing from the
    month on in which the number ended.
    """
    rows = [
        {
            "name": entry.name, "group": entry.group, "label": entry.label,
            "label_zh": entry.label_zh, "unit": entry.unit, "tag": value.tag,
            "source": value.source, "note": entry.note, "place": place,
            "since": to_text(value.since), "value": value.value,
        }
        for entry in entries().values()
        for place, values in entry.dated.items()
        for value in values
    ]  # fmt: skip
    return pd.DataFrame(rows)


@cache
def entries() -> Mapping[str, Entry]:
    """Every number by its name, in the order of the files and of their lines."""
    read: dict[str, Entry] = {}
    folder = files("hardship_model.parameters")
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.endswith(".toml"):
            group = path.name.removesuffix(".toml")
            for entry in read_group(path.read_text(encoding="utf-8"), group=group):
                if entry.name in read:
                    raise ParameterError(
                        f"{entry.name!r} stands in {read[entry.name].group}.toml and in"
                        f" {group}.toml; each name may stand once."
                    )
                read[entry.name] = entry
    return read


def read_group(text: str, *, group: str) -> tuple[Entry, ...]:
    """Which numbers does a file's text declare? Raises ParameterError when one is incomplete."""
    return tuple(_read(name, group, raw) for name, raw in tomllib.loads(text).items())


def _read(name: str, group: str, raw: dict[str, Any]) -> Entry:
    wanted = {"label", "label_zh", "unit", "tag", "source", "values"}
    missing, unknown = sorted(wanted - raw.keys()), sorted(raw.keys() - wanted - {"note"})
    if missing or unknown:
        raise ParameterError(
            f"{name!r} in {group}.toml lacks {missing} and has the unknown {unknown};"
            f" an entry has {sorted(wanted)} and may have ['note']."
        )
    strange = sorted(set(raw["values"]) - {*PLACES, "all"})
    if strange or ("all" in raw["values"] and len(raw["values"]) > 1):
        raise ParameterError(
            f"{name!r} in {group}.toml gives values for {sorted(raw['values'])};"
            f" give them for 'all' alone or for some of {PLACES}."
        )
    return Entry(
        name=name, group=group, label=raw["label"], label_zh=raw["label_zh"], unit=raw["unit"],
        note=raw.get("note", ""),
        dated={
            place: tuple(sorted(
                (_value(name, since, one, raw) for since, one in by_month.items()),
                key=lambda value: value.since,
            ))
            for place, by_month in raw["values"].items()
        },
    )  # fmt: skip


def _value(name: str, since: str, one: Any, raw: dict[str, Any]) -> Value:
    """A plain number takes the entry's tag and source; a table may name its own."""
    own = one if isinstance(one, dict) else {"value": one}
    tag, number = own.get("tag", raw["tag"]), own.get("value")
    if tag not in TAGS:
        raise ParameterError(f"{name!r} has the tag {tag!r}; known are {TAGS}.")
    if number != ENDED and (isinstance(number, bool) or not isinstance(number, int | float)):
        raise ParameterError(f"{name!r} since {since} is {number!r}; a number or 'ended' is due.")
    return Value(
        since=to_month(since),
        value=float("nan") if number == ENDED else float(number),
        tag=tag,
        source=own.get("source", raw["source"]),
    )


def _entry(name: str) -> Entry:
    try:
        return entries()[name]
    except KeyError:
        raise ParameterError(
            f"There is no public number named {name!r}; docs/PARAMETERS.md lists all of them."
        ) from None
