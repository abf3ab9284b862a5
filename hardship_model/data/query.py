"""A query in place of a file: it only reads, and its address never stands in a mapping."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardship_model.data.refusals import READ_ON, MappingError

_KEYS = ("url_from", "query", "query_file")
#: An address with a password, wherever it stands in a file.
_WITH_PASSWORD = re.compile(r"\w://[^\s/@:]*:[^\s/@]*@")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: What an address or its password looks like. No message quotes it.
_SECRET = re.compile(r"\w:/|\b(?:password|passwd|pwd)\s*=", re.IGNORECASE)
#: What a server may read otherwise than we do: `\'` inside a text, `/*!` that MySQL executes.
_UNCLEAR = re.compile(r"\\['\"]|/\*!")
#: Comments, texts and quoted names: what stands in them is no command.
_QUOTED = re.compile(
    r"--[^\n]*|/\*(?:(?!/\*|\*/).)*\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`", re.DOTALL
)
_LEFT_OPEN = re.compile(r"['\"`]|/\*|\*/")
_WRITING = {"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"}


@dataclass(frozen=True, kw_only=True)
class Database:
    """The office's own database, and what is asked of it."""

    #: Name of the environment variable that holds the address, with user and password.
    url_from: str
    #: One SELECT, or WITH … SELECT.
    query: str

    def __post_init__(self) -> None:
        """Refuse an address, and a query that would do more than read."""
        refuse_no_variable(self.url_from, "[database] `url_from`")
        if _SECRET.search(self.query):
            raise MappingError(
                "[database] the query holds an address or a password. These come from the"
                f" environment alone (`url_from`). {READ_ON}"
            )
        if why := why_not_one_select(self.query):
            raise MappingError(
                f"[database] the query {why}. Wanted is one SELECT, or WITH … SELECT. {READ_ON}"
            )


def refuse_no_variable(name: str, where: str) -> None:
    """Raise MappingError for what is no name of an environment variable, and do not quote it."""
    if not _VARIABLE.fullmatch(name):
        raise MappingError(
            f"{where} is the name of an environment variable, such as HARDSHIP_DB_URL; an address"
            f" or a password must never be written down here. {READ_ON}"
        )


def refuse_address(path: str | Path) -> None:
    """Raise MappingError for a path that is the address of a database, and do not quote it."""
    if re.search(r"[A-Za-z][\w+]+:/", str(path)):
        raise MappingError(
            "The path of a file was wanted, and an address came. A database is named by [database]"
            f" in the mapping, its address by an environment variable. {READ_ON}"
        )


def refuse_passwords(text: str) -> None:
    """Raise MappingError for a mapping file in which an address with its password is written."""
    if _WITH_PASSWORD.search(text):
        raise MappingError(
            "The mapping holds an address with a password, which must never be written down here:"
            f" change the password, and see `url_from` under [database]. {READ_ON}"
        )


def database_of(table: dict[str, Any], folder: Path) -> Database:
    """What [database] of a mapping file says; `query_file` lies beside the mapping."""
    if "url" in table:
        raise MappingError(
            "[database] takes no `url`: an address holds a password. Put it into an environment"
            f" variable and write that one's name under `url_from`. {READ_ON}"
        )
    if set(table) - set(_KEYS) or not all(isinstance(value, str) for value in table.values()):
        raise MappingError(f"[database] knows {', '.join(_KEYS)}, each a text. {READ_ON}")
    if "url_from" not in table or ("query" in table) == ("query_file" in table):
        raise MappingError(
            f"[database] wants `url_from`, and one of `query` and `query_file`. {READ_ON}"
        )
    query = table["query"] if "query" in table else _content(folder / table["query_file"])
    return Database(url_from=table["url_from"], query=query)


def _content(path: Path) -> str:
    refuse_address(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise MappingError(
            f"[database] `query_file` {path.name!r} is not there beside the mapping, or no text in"
            f" UTF-8. {READ_ON}"
        ) from None


def why_not_one_select(query: str) -> str:
    """Why is this text not a single statement that only reads? Empty when it is one.

    This stops slips. What a database lets through in spite of it ends in a transaction that is
    opened for reading and never committed.
    """
    bare = _QUOTED.sub(" ", query).strip()
    if _UNCLEAR.search(query) or _LEFT_OPEN.search(bare):
        return "has a quotation mark or comment that opens and does not plainly close"
    if ";" in bare.rstrip("; \n\t"):
        return "is more than one statement"
    words = [word.upper() for word in re.findall(r"\w+", bare)]
    if not words or words[0] not in ("SELECT", "WITH"):
        return "does not begin with SELECT or WITH"
    if writing := sorted(_WRITING & {*words}):
        return f"says {', '.join(writing)}; a column of that name stands in quotation marks"
    return ""
