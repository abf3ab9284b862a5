"""Databases for tests: a SQLite file always, a real PostgreSQL where `.ci/run` has started one."""

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

#: `.ci/run` puts the address of its own throw-away server here.
SERVER = "HARDSHIP_TEST_POSTGRES"
VARIABLE = "HARDSHIP_DB_URL"
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, kw_only=True)
class Office:
    """A database with nothing in it, and what of its address must never be seen."""

    kind: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    #: A table's name that no other test has.
    table: str

    @contextmanager
    def administrator(self):
        """A connection that may do everything, in a transaction of its own."""
        import sqlalchemy

        engine = sqlalchemy.create_engine(
            self.url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sqlalchemy.NullPool
        )
        with engine.begin() as connection:
            yield connection
        engine.dispose()

    def run(self, *statements):
        with self.administrator() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def rows(self, query):
        with self.administrator() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


def office_of(kind, tmp_path):
    """An office on this kind of database; skips, saying what is missing, where there is none."""
    pytest.importorskip("sqlalchemy", reason="needs sqlalchemy: pip install hardship-model[sql]")
    name = f"t{secrets.token_hex(6)}"
    if kind == "sqlite":
        folder = tmp_path / f"folder-{name}"
        folder.mkdir()
        (folder / "office.db").touch()
        return Office(kind=kind, url=f"sqlite:///{folder / 'office.db'}", table=name,
                      secrets=(folder.name, "office.db"))  # fmt: skip
    url = os.environ.get(SERVER)
    if not url:
        pytest.skip(f"needs a PostgreSQL: {SERVER} holds no address; `.ci/run` starts a server")
    import sqlalchemy

    parts = sqlalchemy.make_url(url)
    told = (parts.password, str(parts.host or parts.query["host"]))
    return Office(kind=kind, url=url, table=name, secrets=told)
