"""Does a config hold the keys that are wanted, with values of the wanted kind?"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

#: How a config's values are called.
_CALLED = {str: "a text", bool: "true or false", int: "a whole number", float: "a number",
           tuple: "a list in [ ]"}  # fmt: skip


class ConfigError(ValueError):
    """A config that cannot be run: what came, what was wanted."""


def tables_of(path: Path) -> dict[str, Any]:
    """What a config file holds. Raises ConfigError with one clear message."""
    if not path.is_file():
        folder = " (it is a folder)" if path.is_dir() else ""
        raise ConfigError(f"There is no config {path}{folder}.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}.") from None


def only(table: dict[str, Any], allowed: Iterable[str], where: str) -> dict[str, Any]:
    """The table, unless it has keys that nobody knows. Raises ConfigError."""
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is a table, with a line for each key; got {table!r}.")
    if unknown := sorted(set(table) - set(allowed)):
        raise ConfigError(f"{where} does not know {unknown}; it knows {sorted(allowed)}.")
    return table


def keys_of(kind: type, table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The table, as the fields of a dataclass: lists become tuples.

    Raises ConfigError for a key that it does not know, one that it lacks, and a value of another
    kind than the field's: a text, a number, one of a few words.
    """
    of = {one.name: one for one in fields(kind)}
    given = {k: tuple(v) if isinstance(v, list) else v
             for k, v in only(dict(table), of, where).items()}  # fmt: skip
    if absent := [name for name, one in of.items() if _needed(one) and name not in given]:
        raise ConfigError(f"{where} lacks {absent}.")
    for name, value in given.items():
        _refuse_other(value, of[name].type, f"{where}: {name}")
    return given


def _needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _refuse_other(value: Any, kind: Any, name: str) -> None:
    """Stop when the value is not of this kind; of kinds that a config cannot spell, none is."""
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ConfigError(f"{name} is one of {list(get_args(kind))}; got {value!r}.")
        return
    if isinstance(kind, UnionType) or (plain := get_origin(kind) or kind) not in _CALLED:
        return
    also = int if plain is float else plain
    if not isinstance(value, (plain, also)) or (isinstance(value, bool) and plain is not bool):
        raise ConfigError(f"{name} is {_CALLED[plain]}; got {value!r}.")
    for one in value if isinstance(value, tuple) else ():
        _refuse_other(one, get_args(kind)[0], f"each of {name}")
