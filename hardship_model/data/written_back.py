"""Scores go back into a table of the office's own database: all of them, or none."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from hardship_model.data.database import DatabaseError, connected
from hardship_model.data.query import refuse_no_variable
from hardship_model.months import to_text
from hardship_model.privacy import refuse_identifiers
from hardship_model.schema import check

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

_KEYS = ["household_id", "as_of", "model"]
_NAME = re.compile(r"(?:([^\W\d]\w*)\.)?([^\W\d]\w*)")
#: Rows that are sent at a time.
SENT_ROWS = 5_000
#: How long a key may be; some databases want to be told.
_KEY_LETTERS = 190


def write_scores(scores: pd.DataFrame, *, url_from: str, name: str, replace: bool = False) -> int:
    """How many scores stand now in the table `name` (or `schema.name`) that did not before?

    One transaction: if anything fails, also the connection itself, the table is as it was. A
    table that is not there is made, with `household_id, as_of, model` as its key; `as_of` is a
    text like 2024-03. One that is there must have just these columns and kinds. Scores of another
    month or model are never touched; of the same, they are refused, or with `replace` take the
    place of those that stand. `url_from` names the environment variable with the address.
    Raises DatabaseError, TableError for scores that break their contract, and IdentifierError for
    what is no pseudonym.
    """
    refuse_no_variable(url_from, "`url_from`")
    refuse_identifiers(check("scores", scores), where="The table of scores")
    dated = scores.assign(as_of=[to_text(month) for month in scores["as_of"]])
    with connected(url_from, f"Writing scores into {_named(name)[1]!r}") as connection:
        if connection.dialect.name == "sqlite":
            # Python's driver would make a new table outside the transaction.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        table = _table(connection, dated, name)
        _make_room(connection, table, dated, replace=replace)
        for rows in _sent(dated):
            connection.execute(table.insert(), rows)
        _commit(connection, name)
    return len(dated)


def _named(name: str) -> tuple[str | None, str]:
    found = _NAME.fullmatch(name)
    if found is None:
        raise DatabaseError(
            "A table's name is wanted, or schema.name: letters, digits and _, no digit first."
        )
    return found[1], found[2]


def _table(connection: "Connection", scores: pd.DataFrame, name: str) -> "Table":
    """The table that stands there, if it fits; else a new one."""
    import sqlalchemy as sql

    kinds = {str(column): _kind(cells) for column, cells in scores.items()}
    types: dict[str, Any] = {
        "whole": sql.BigInteger(), "number": sql.Double(), "yes or no": sql.Boolean(),
        "text": sql.Text(),
    }  # fmt: skip
    keys = {"text": sql.String(_KEY_LETTERS)}
    schema, short = _named(name)
    table = sql.Table(
        short, sql.MetaData(),
        *(sql.Column(column, {**types, **(keys if column in _KEYS else {})}[kind],
                     primary_key=column in _KEYS, autoincrement=False)
          for column, kind in kinds.items()),
        schema=schema,
    )  # fmt: skip
    look = sql.inspect(connection)
    if not look.has_table(short, schema=schema):
        table.create(connection)
        return table
    there = {str(c["name"]): _kind_there(c["type"]) for c in look.get_columns(short, schema=schema)}
    if there != kinds:
        raise DatabaseError(
            f"The table {name!r} stands there with other columns: {_listed(there)}; these scores"
            f" have {_listed(kinds)}. Nothing was written; name another table, and it is made."
        )
    return table


def _kind(cells: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(cells):
        return "yes or no"
    if pd.api.types.is_integer_dtype(cells):
        return "whole"
    return "number" if pd.api.types.is_float_dtype(cells) else "text"


def _kind_there(kind: Any) -> str:
    """What a column of the database holds, in the same words."""
    try:
        python = kind.python_type
    except NotImplementedError:
        return str(kind).lower()
    named = {bool: "yes or no", int: "whole", str: "text"}
    return named.get(python, "number" if python.__name__ in ("float", "Decimal") else str(kind))


def _listed(kinds: dict[str, str]) -> str:
    return ", ".join(f"{column} ({kind})" for column, kind in sorted(kinds.items()))


def _make_room(
    connection: "Connection", table: "Table", scores: pd.DataFrame, *, replace: bool
) -> None:
    """Rows of the same months and models go, or are the reason to refuse."""
    import sqlalchemy as sql

    pairs = scores[["as_of", "model"]].drop_duplicates().itertuples(index=False)
    same = sql.or_(*((table.c.as_of == p.as_of) & (table.c.model == p.model) for p in pairs))
    if replace:
        connection.execute(table.delete().where(same))
        return
    n = connection.scalar(sql.select(sql.func.count()).select_from(table).where(same))
    if n:
        raise DatabaseError(
            f"{n} scores of the same month and model stand in {table.name!r} already. Nothing was"
            " written; ask for them to be replaced."
        )


def _sent(scores: pd.DataFrame) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(scores), SENT_ROWS):
        part = scores.iloc[start : start + SENT_ROWS].astype(object)
        yield [
            {str(column): value for column, value in row.items()}
            for row in part.where(part.notna(), None).to_dict("records")
        ]


def _commit(connection: "Connection", name: str) -> None:
    import sqlalchemy as sql

    try:
        connection.commit()
    except sql.exc.SQLAlchemyError:
        raise DatabaseError(
            f"The connection was lost, or the database refused, at the last step of writing into"
            f" {name!r}: either all scores stand there or none. Look, or write them anew with"
            " `replace`."
        ) from None
