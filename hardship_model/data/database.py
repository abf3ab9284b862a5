"""The office's own database: a connection that tells no secret, and a query read like a file."""

import logging
import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pandas as pd

from hardship_model.data.files import (
    PART_CELLS,
    PART_ROWS,
    looked_through,
    refuse_missing,
    told_apart,
)
from hardship_model.data.query import Database
from hardship_model.data.refusals import READ_ON, MappingError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: Rows that are fetched at a time; parts are as long as those of a file, so that the same is
#: refused.
FETCH_ROWS = 10_000
#: How each kind of database is told that a transaction only reads.
_READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
#: Signs in a server's answer (its state, or words), which is read and never shown → what is said.
_NO_CONNECTION = {
    ("password", "authenti", "access denied", "认证", "口令", "密码"): (
        "it refused the user or the password"
    ),
    ("does not exist", "unknown database", "不存在"): "it has no database or user of that name",
}
_REFUSED = {
    ("42P01", "no such table"): "it has no such table or view, or not in the user's search path",
    ("42703", "no such column"): "a column that is named is not there",
    ("42501",): "the user may not do this",
    ("25006", "readonly database"): "it would write, and is run for reading only",
    ("42601", "syntax error"): "it is no SQL that this database understands",
    ("23505", "unique constraint"): "the same household, month and model stand there already",
    ("57014",): "it took longer than the database allows",
    ("08", "57P01", "57P02", "57P03", "disk i/o error"): "the connection was lost",
}
_NUMBERS = (bool, np.bool_, int, np.integer, float, np.floating, Decimal)
_WHOLE = (bool, np.bool_, int, np.integer)
_LARGEST = 2**63


class DatabaseError(ValueError):
    """What stands between us and the database; quotes no address, user, password or value."""


def read_query(
    database: Database, columns: list[str], *, name: str, decimal: str | None, raw: bool = False
) -> pd.DataFrame:
    """The asked-for columns of what the query gives, one row per row, cells as a file has them.

    Fetched in parts, in a transaction that only reads. Numbers, dates and booleans keep their
    kind; a text loses the blanks that CHAR(n) pads it with, and an empty one is missing, as in a
    CSV. Raises DatabaseError for what the database does not give; MappingError for no rows, an
    absent column, cells that no file has; IdentifierError and `raw` as in `files.read_table`.
    """
    where = f"The query of mapping {name!r}"
    with connected(database.url_from, where) as connection:
        if opening := _READ_ONLY.get(connection.dialect.name):
            connection.exec_driver_sql(opening)
        parts = _parts(connection, database.query, columns, where, decimal or ".")
        # What is refused half-way must let go of the tables, or nobody else can write to them.
        with closing(parts):
            table = looked_through(parts, None if raw else columns, where)
    if table.empty:
        raise MappingError(f"{where} gives no rows; at least one is needed.")
    return _settled(table, where, decimal or ".")


@contextmanager
def connected(url_from: str, doing: str) -> "Iterator[Connection]":
    """A connection to the database whose address this environment variable holds.

    Whatever fails becomes a DatabaseError: `doing` begins its sentence. Nothing is committed here.
    """
    engine = _engine(url_from)
    try:
        connection = engine.connect()
    except Exception as error:  # each driver has its own kinds of failure
        reason = _by_signs(_NO_CONNECTION, error) or (
            "no server answers at that address, or it takes no connections"
        )
        raise DatabaseError(
            f"There is no connection to the database of {url_from}: {reason}. {READ_ON}"
        ) from None
    try:
        yield connection
    except _sqlalchemy().exc.SQLAlchemyError as error:
        reason = _by_signs(_REFUSED, error) or f"{type(getattr(error, 'orig', error)).__name__}"
        raise DatabaseError(f"{doing} failed in the database: {reason}. {READ_ON}") from None
    finally:
        with suppress(Exception):  # a connection that was lost cannot be closed
            connection.close()
        engine.dispose()


def _by_signs(table: dict[tuple[str, ...], str], error: Exception) -> str | None:
    """What is said of this failure; the server's own words may hold a host or a value."""
    answer = getattr(error, "orig", None) or error
    state, words = str(getattr(answer, "sqlstate", None) or ""), str(answer).lower()
    if getattr(error, "connection_invalidated", False) and table is _REFUSED:
        return "the connection was lost"
    for signs, said in table.items():
        if any(state.startswith(s) if state else s in words for s in signs):
            return said
    return None


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ImportError:
        raise DatabaseError(
            "A database needs packages that are not installed: pip install hardship-model[sql]."
        ) from None
    return sqlalchemy


def _engine(url_from: str) -> "Engine":
    sql = _sqlalchemy()
    url = _address(url_from)
    _tell_no_log()
    try:
        return sql.create_engine(
            url, poolclass=sql.NullPool, hide_parameters=True,
            logging_name="untold", pool_logging_name="untold",
        )  # fmt: skip
    except sql.exc.NoSuchModuleError:
        raise DatabaseError(
            f"The address in {url_from} begins with a kind of database that is not known here;"
            f" known are postgresql and sqlite, and others with their driver. {READ_ON}"
        ) from None
    except ImportError as error:
        raise DatabaseError(
            f"The driver {error.name} for the database of {url_from} is not installed. For"
            " PostgreSQL and SQLite: pip install hardship-model[sql]."
        ) from None


def _address(url_from: str) -> Any:
    """The address as SQLAlchemy has it; PostgreSQL without a driver's name gets ours."""
    text = os.environ.get(url_from, "").strip()
    if not text:
        raise DatabaseError(
            f"The environment variable {url_from} is not set. It holds the address of the"
            f" database, such as postgresql://user:password@host/name. {READ_ON}"
        )
    try:
        url = _sqlalchemy().make_url(text)
    except Exception:  # its message may quote the address
        raise DatabaseError(
            f"The environment variable {url_from} holds no address like"
            " postgresql://user:password@host:5432/name. Signs such as @ or / inside a password"
            f" are written as %40 or %2F. {READ_ON}"
        ) from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    file = url.database if url.get_backend_name() == "sqlite" else None
    if file and file != ":memory:" and not Path(file).is_file():
        raise DatabaseError(
            f"The SQLite file that {url_from} names is not there; none is made. {READ_ON}"
        )
    return url


def _tell_no_log() -> None:
    """SQLAlchemy's loggers for our connections say nothing: they name hosts and users."""
    for place in ("engine.Engine", "pool.impl.NullPool"):
        logging.getLogger(f"sqlalchemy.{place}.untold").disabled = True


def _parts(
    connection: "Connection", query: str, columns: list[str], where: str, decimal: str
) -> Generator[pd.DataFrame]:
    """What the query gives, in tables as long as the parts in which a file is read."""
    streaming = connection.execution_options(
        stream_results=True, max_row_buffer=FETCH_ROWS, no_parameters=True
    )
    with closing(streaming.exec_driver_sql(query)) as result:
        header = [str(name).strip() for name in [*result.keys()]]
        refuse_missing(columns, header, where)
        names = told_apart(header)
        waiting: list[pd.DataFrame] = []
        for rows in result.partitions(FETCH_ROWS):
            cells = zip(*rows, strict=True)
            typed = [_typed(pd.Series(c, dtype=object, name=n), where, decimal)
                     for n, c in zip(names, cells, strict=True)]  # fmt: skip
            waiting.append(pd.concat(typed, axis=1))
            if sum(map(len, waiting)) >= min(PART_ROWS, PART_CELLS // len(names)):
                yield _settled(pd.concat(waiting, ignore_index=True), where, decimal)
                waiting = []
        if waiting:
            yield _settled(pd.concat(waiting, ignore_index=True), where, decimal)


def _settled(table: pd.DataFrame, where: str, decimal: str) -> pd.DataFrame:
    """Columns that held one kind of cell in some parts and another elsewhere, as one kind."""
    mixed = {n: _typed(c, where, decimal) for n, c in table.items() if c.dtype == object}
    return table.assign(**{str(name): cells for name, cells in mixed.items()})


def _typed(cells: pd.Series, where: str, decimal: str) -> pd.Series:
    """A column of whole numbers, numbers, booleans, dates or texts; object while all is empty."""
    filled = cells[cells.notna()]
    kinds = {*map(type, filled)}
    if not kinds:
        return pd.Series(None, index=cells.index, dtype=object, name=cells.name)
    if all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return cells.astype("boolean")
    if all(issubclass(kind, _NUMBERS) for kind in kinds):
        whole = all(issubclass(kind, _WHOLE) for kind in kinds) or _are_whole(filled, kinds)
        return filled.map(int).astype("Int64").reindex(cells.index) if whole else _floats(cells)
    if all(issubclass(kind, date) for kind in kinds):
        return _dates(cells, filled, where)
    if all(issubclass(kind, (str, UUID, *_NUMBERS)) for kind in kinds):
        texts = filled.map(lambda cell: _text(cell, decimal)).astype("str")
        return texts.mask(texts == "").reindex(cells.index)
    came = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise MappingError(
        f"{where}: {cells.name!r} holds cells that no file has ({came}). Cast them in the query."
        f" {READ_ON}"
    )


def _are_whole(filled: pd.Series, kinds: set[type]) -> bool:
    """Are these decimals whole numbers, such as keys in NUMERIC(18)?"""
    return kinds == {Decimal} and all(
        d.is_finite() and d == d.to_integral_value() and abs(d) < _LARGEST for d in filled
    )


def _floats(cells: pd.Series) -> pd.Series:
    return cells.where(cells.notna(), np.nan).astype("float64")


def _dates(cells: pd.Series, filled: pd.Series, where: str) -> pd.Series:
    if any(isinstance(cell, datetime) and cell.tzinfo is not None for cell in filled):
        raise MappingError(
            f"{where}: {cells.name!r} holds times with a zone, and near midnight two months could"
            f" be meant. Say in the query which: … AT TIME ZONE 'Asia/Shanghai'. {READ_ON}"
        )
    return pd.to_datetime(cells)


def _text(cell: Any, decimal: str) -> str:
    """A cell among texts, as a file would have it; numbers with the mapping's decimal mark."""
    if isinstance(cell, (bool, np.bool_)):
        cell = int(cell)
    if isinstance(cell, Decimal):
        cell = format(cell, "f")
    elif isinstance(cell, (float, np.floating)):
        cell = repr(float(cell))
    else:
        return str(cell).rstrip(" ")
    return cell.replace(".", decimal)
