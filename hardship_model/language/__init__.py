"""In which language is it said? English sentences stand in the code, others in a catalogue.

A sentence is a whole English template with named places, `say("{found} of {all}", …)`. The
catalogue of a language, one TOML file beside this module, gives the template that stands for it,
grouped by the room that says it. Names out of the tables (models, strategies, columns …) have a
table of their own under `names`, by kind; what a panel or config brought itself is given to
`speaking`. What has no entry is said in English, which the page marks as such; under `strict`,
as in the tests, a sentence without one raises `UntranslatedError`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Language = Literal["en", "zh"]
#: Names of one's own: kind → name → how it is called.
Names = Mapping[str, Mapping[str, str]]


class UntranslatedError(LookupError):
    """An English sentence that the catalogue lacks."""


@dataclass(frozen=True, kw_only=True)
class _Voice:
    language: Language = "en"
    strict: bool = False
    own: Names = field(default_factory=dict)


_VOICE: ContextVar[_Voice] = ContextVar("voice", default=_Voice())  # noqa: B039


@contextmanager
def speaking(language: str, *, own: Names | None = None, strict: bool = False) -> Iterator[None]:
    """Say everything in this language for a while. Raises ValueError for one that is not there."""
    if language not in get_args(Language):
        raise ValueError(f"The languages are {', '.join(get_args(Language))}; got {language!r}.")
    voice = _Voice(language=language, strict=strict, own=own or {})  # type: ignore[arg-type]
    before = _VOICE.set(voice)
    try:
        yield
    finally:
        _VOICE.reset(before)


def language() -> Language:
    """Which language is spoken now?"""
    return _VOICE.get().language


def say(template: str, *values: object, **named: object) -> str:
    """How is this said? `template` in English, with the values in its places.

    >>> say("{found} of {all}", found=3, all=7)
    '3 of 7'
    """
    voice = _VOICE.get()
    if voice.language != "en":
        translated = sentences(voice.language).get(template)
        if translated is None and voice.strict:
            raise UntranslatedError(template)
        template = template if translated is None else translated
    return template.format(*values, **named)


def named(kind: str, name: str) -> str:
    """How is this thing called? A name that no one has a word for is said without underscores.

    >>> named("models", "rule_in_force")
    'rule in force'
    """
    voice = _VOICE.get()
    if voice.language == "en":
        return name.replace("_", " ")
    own, known = voice.own.get(kind, {}), names(voice.language).get(kind, {})
    return own.get(name) or known.get(name) or name.replace("_", " ")


def listed(things: Iterator[str] | list[str]) -> str:
    """Several things in one sentence.

    >>> listed(["a", "b"])
    'a, b'
    """
    return say(", ").join(things)


@cache
def sentences(language: Language) -> Mapping[str, str]:
    """Every sentence of a catalogue, by its English template."""
    rooms = [room for title, room in _catalogue(language).items() if title != "names"]
    return {english: said for room in rooms for english, said in room.items()}


def names(language: Language) -> Names:
    """Every name of a catalogue, by kind."""
    return _catalogue(language)["names"]


@cache
def _catalogue(language: Language) -> Mapping[str, Any]:
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))
