"""Scores stand in the office's table all together, or the table is as it was."""

import traceback

import pandas as pd
import pytest
from kept_models import PANEL, served
from office_databases import KINDS, VARIABLE, office_of
from typer.testing import CliRunner

from hardship_model import cli
from hardship_model.data import written_back
from hardship_model.data.database import DatabaseError
from hardship_model.data.partitions import cut, write_partitions
from hardship_model.data.query import MappingError
from hardship_model.data.written_back import write_scores
from hardship_model.months import to_month
from hardship_model.privacy import IdentifierError
from hardship_model.schema import TableError
from hardship_model.store import MODEL, Store, to_bytes


@pytest.fixture(params=KINDS)
def office(request, tmp_path, monkeypatch):
    made = office_of(request.param, tmp_path)
    monkeypatch.setenv(VARIABLE, made.url)
    yield made
    made.run(f"DROP TABLE IF EXISTS {made.table}")


def scores(month="2024-03", model="boosting", n=12, **changed):
    return pd.DataFrame(
        {
            "household_id": [f"h{i:02d}" for i in range(n)],
            "as_of": to_month(month),
            "model": model,
            "risk": [round(0.01 * i, 2) for i in range(n)],
            "reasons": [None if i % 2 else "income fell" for i in range(n)],
            **changed,
        }
    )


def write(office, table, **how):
    return write_scores(table, url_from=VARIABLE, name=office.table, **how)


def stands(office, columns="household_id, as_of, model, risk, reasons"):
    return office.rows(f"SELECT {columns} FROM {office.table} ORDER BY 1, 2, 3")


def tables(office):
    """Is our table there?"""
    catalogue = "sqlite_master" if office.kind == "sqlite" else "pg_tables"
    name = "name" if office.kind == "sqlite" else "tablename"
    return office.rows(f"SELECT count(*) FROM {catalogue} WHERE {name} = '{office.table}'")[0][0]


def refusal(office, table, **how):
    with pytest.raises(DatabaseError) as error:
        write(office, table, **how)
    told = "".join(traceback.format_exception(error.value))
    assert not [secret for secret in office.secrets if secret in told]
    assert "h01" not in told
    return str(error.value)


def test_every_score_stands_in_a_new_table_as_it_was(office):
    assert write(office, scores(n=3)) == 3

    assert stands(office) == [
        ("h00", "2024-03", "boosting", 0.0, "income fell"),
        ("h01", "2024-03", "boosting", 0.01, None),
        ("h02", "2024-03", "boosting", 0.02, "income fell"),
    ]


def test_another_month_and_another_model_are_added_and_the_same_are_refused(office):
    write(office, scores())
    write(office, scores("2024-04"))
    write(office, scores("2024-04", model="rule"))

    said = refusal(office, scores("2024-04", n=40))

    assert "12 scores of the same month and model stand" in said
    assert len(stands(office)) == 36


def test_replacing_touches_nothing_but_that_month_and_model(office):
    write(office, scores("2024-03"))
    write(office, scores("2024-04"))
    write(office, scores("2024-04", model="rule"))

    write(office, scores("2024-04", n=2, risk=0.5), replace=True)

    counted = f"SELECT as_of, model, count(*), min(risk) FROM {office.table} GROUP BY 1, 2"
    assert sorted(office.rows(counted)) == [
        ("2024-03", "boosting", 12, 0.0),
        ("2024-04", "boosting", 2, 0.5),
        ("2024-04", "rule", 12, 0.0),
    ]


@pytest.mark.parametrize(
    "columns",
    [
        "household_id TEXT, as_of TEXT, model TEXT, risk REAL",
        "household_id TEXT, as_of TEXT, model TEXT, risk REAL, reasons TEXT, phone TEXT",
        "household_id TEXT, as_of TEXT, model TEXT, risk TEXT, reasons TEXT",
        "household_id INTEGER, as_of TEXT, model TEXT, risk REAL, reasons TEXT",
        "household_id TEXT, as_of DATE, model TEXT, risk REAL, reasons TEXT",
    ],
)
def test_a_table_of_another_shape_is_left_alone(office, columns):
    office.run(f"CREATE TABLE {office.table} ({columns})")

    assert "stands there with other columns" in refusal(office, scores(), replace=True)
    assert stands(office, "count(*), 1, 1") == [(0, 1, 1)]


def test_a_table_that_the_office_has_made_itself_takes_them(office):
    office.run(
        f"CREATE TABLE {office.table} (reasons VARCHAR(900), risk NUMERIC(6,4), model CHAR(8),"
        " household_id VARCHAR(14) NOT NULL, as_of CHAR(7))"
    )

    write(office, scores(n=2))

    assert [float(row[3]) for row in stands(office)] == [0.0, 0.01]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("replace", [True, False])
def test_what_fails_in_the_middle_leaves_the_table_as_it_was(office, monkeypatch, there, replace):
    if there:
        write(office, scores(n=3))
    monkeypatch.setattr(written_back, "SENT_ROWS", 5)
    sent = written_back._sent

    def broken(table):
        yield from [*sent(table)][:2]
        with office.administrator():
            raise DatabaseError("the power went")

    monkeypatch.setattr(written_back, "_sent", broken)

    assert refusal(office, scores("2024-03" if replace else "2024-04"), replace=replace)

    assert tables(office) == there
    assert not there or len(stands(office)) == 3


KILL = """
CREATE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.household_id = 'h07' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
  RETURN NEW;
END $$
"""


@pytest.mark.parametrize("at_the_last_step", [False, True])
def test_a_connection_that_dies_takes_every_row_with_it(
    tmp_path, monkeypatch, caplog, capfd, at_the_last_step
):
    office = office_of("postgresql", tmp_path)
    monkeypatch.setenv(VARIABLE, office.url)
    monkeypatch.setattr(written_back, "SENT_ROWS", 5)
    write(office, scores())
    when = (
        "CREATE CONSTRAINT TRIGGER kill AFTER INSERT ON {0} DEFERRABLE INITIALLY DEFERRED"
        if at_the_last_step
        else "CREATE TRIGGER kill BEFORE INSERT ON {0}"
    ) + " FOR EACH ROW EXECUTE FUNCTION {0}()"
    office.run(KILL.format(office.table), when.format(office.table))
    caplog.set_level("DEBUG", logger="sqlalchemy")

    said = refusal(office, scores(risk=0.9), replace=True)

    assert ("either all scores stand there or none" in said) == at_the_last_step
    assert ("the connection was lost" in said) != at_the_last_step
    assert {row[3] for row in stands(office)} == {round(0.01 * i, 2) for i in range(12)}
    told = "".join([caplog.text, *capfd.readouterr()])
    assert not [secret for secret in office.secrets if secret in told]
    office.run(f"DROP TABLE {office.table}", f"DROP FUNCTION {office.table}")


def test_two_who_write_the_same_month_at_once_do_not_both_succeed(office, monkeypatch):
    """The second has looked before the first was done: the table's key stops it."""
    monkeypatch.setattr(written_back, "_make_room", lambda *a, **k: None)
    write(office, scores())

    assert "stand there already" in refusal(office, scores())
    assert len(stands(office)) == 12


def test_only_pseudonyms_are_written(office):
    with pytest.raises(IdentifierError):
        write(office, scores(household_id=[f"138001380{i:02d}" for i in range(12)]))
    with pytest.raises(TableError):
        write(office, scores(household_id=["王小明 3"] * 12))
    with pytest.raises(TableError):
        write(office, scores(risk=float("nan")))

    assert not tables(office)


def test_a_name_may_say_its_schema_and_nothing_else(office):
    place = {"sqlite": "main", "postgresql": "public"}[office.kind]

    assert write_scores(scores(), url_from=VARIABLE, name=f"{place}.{office.table}") == 12
    assert len(stands(office)) == 12
    for name in ("a b", 'x"; DROP TABLE y', "1x", "a.b.c", ""):
        with pytest.raises(DatabaseError, match="A table's name is wanted"):
            write_scores(scores(), url_from=VARIABLE, name=name)


def test_an_address_in_the_variables_place_is_refused_and_not_quoted(office):
    with pytest.raises(MappingError, match="name of an environment variable") as error:
        write_scores(scores(), url_from=office.url, name=office.table)
    assert not [secret for secret in office.secrets if secret in str(error.value)]


# --- the command line -------------------------------------------------------------------------


def test_scoring_writes_into_the_table_too_and_when_it_cannot_into_nothing(office, tmp_path):
    Store(str(tmp_path / "models")).add({MODEL: to_bytes(served("logistic"))}, {})
    write_partitions(cut(PANEL, households=150), tmp_path / "parts")
    command = ["score", "--model", tmp_path / "models", "--panel", tmp_path / "parts",
               "--processes", 1, "--out", tmp_path / "out", "--to-table", office.table]  # fmt: skip
    command = [str(word) for word in command]

    done = CliRunner().invoke(cli.app, command)

    assert done.exit_code == 0, done.output
    table = pd.read_parquet(tmp_path / "out" / "scores.parquet")
    written = dict(office.rows(f"SELECT household_id, risk FROM {office.table}"))
    assert written == dict(zip(table["household_id"], table["risk"], strict=True))
    record = (tmp_path / "out" / "scored.json").read_text(encoding="utf-8")
    assert not [secret for secret in office.secrets if secret in record + done.output]

    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    again = CliRunner().invoke(cli.app, command)
    assert "of the same month and model stand" in str(again.exception)
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()} == before
    assert CliRunner().invoke(cli.app, [*command, "--replace"]).exit_code == 0
    assert len(stands(office)) == len(table)
