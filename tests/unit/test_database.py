"""A query over the office's database becomes the panel that the same rows in a file become."""

import logging
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pandas as pd
import pytest
from invented_panels import drifting_panel
from office_databases import KINDS, SERVER, VARIABLE, office_of

from hardship_model.data import database
from hardship_model.data.anonymise import anonymise
from hardship_model.data.database import DatabaseError
from hardship_model.data.mapping import MappingError, load_mapping, parse, read_extract, read_panel
from hardship_model.data.query import why_not_one_select
from hardship_model.months import to_text
from hardship_model.privacy import IdentifierError
from hardship_model.provenance import describe

ROOT = Path(__file__).resolve().parents[2]
OFFICE = {
    "name": "office", "about": "one row per household and month", "currency": "yuan",
    "step_months": 1, "household": "hid", "period": {"month": "month"},
    "file": {"missing": ["不详"]}, "income": {"column": "income"}, "line": {"column": "line"},
    "columns": {
        "members": {"pillar": "household", "kind": "count"},
        "insured": {"pillar": "security", "kind": "flag"},
        "owes": {"pillar": "expenditure", "kind": "amount"},
        "town": {"pillar": "place", "kind": "category"},
    },
}  # fmt: skip
CSV = """hid,month,income,line,members,insured,owes,town
007,2021-01-01,500.50,600,3,1,120,东镇
7,2021-01-01,,600,,0,不详,西村
12a,2021-01-01,900.25,600.5,2,,0.5,
007,2021-02-01,610,600,3,1,77,东镇
"""
TYPES = {
    "hid": "CHAR(6)", "month": "DATE", "income": "NUMERIC(12,3)", "line": "DOUBLE PRECISION",
    "members": "INTEGER", "insured": "BOOLEAN", "owes": "VARCHAR(20)", "town": "CHAR(8)",
}  # fmt: skip
#: As SQL, in the order of TYPES. SQLite keeps a date as text and a boolean as 0 or 1.
VALUES = """
('007', '2021-01-01', 500.50, 600, 3, {true}, '120', '东镇'),
('7', '2021-01-01', NULL, 600, NULL, {false}, '不详', '西村'),
('12a', '2021-01-01', 900.25, 600.5, 2, NULL, '0.5', ''),
('007', '2021-02-01', 610, 600, 3, {true}, '77', '东镇')
"""


@pytest.fixture(params=KINDS)
def office(request, tmp_path, monkeypatch):
    made = office_of(request.param, tmp_path)
    monkeypatch.setenv(VARIABLE, made.url)
    yield made
    made.run(f"DROP TABLE IF EXISTS {made.table}")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """What only a server has: passwords, sessions, functions."""
    made = office_of("postgresql", tmp_path)
    monkeypatch.setenv(VARIABLE, made.url)
    return made


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    made = office_of("sqlite", tmp_path)
    monkeypatch.setenv(VARIABLE, made.url)
    return made


def filled(office, values=VALUES, types=TYPES):
    truth = {"true": 1, "false": 0} if office.kind == "sqlite" else {"true": True, "false": False}
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    office.run(f"CREATE TABLE {office.table} ({columns})",
               f"INSERT INTO {office.table} VALUES {values.format(**truth)}")  # fmt: skip
    return office


def asking(query, **changed):
    return parse({**OFFICE, "database": {"url_from": VARIABLE, "query": query}, **changed})


def panel_from(office, **changed):
    return read_panel(asking(f"SELECT * FROM {office.table}", **changed))


def refusal(mapping):
    with pytest.raises((DatabaseError, MappingError)) as error:
        read_panel(mapping)
    return error


# --- what is read -----------------------------------------------------------------------------


def test_a_csv_and_a_database_with_the_same_rows_make_the_same_panel(office, tmp_path):
    (tmp_path / "extract.csv").write_text(CSV, encoding="utf-8")
    from_file = read_panel(parse(OFFICE), tmp_path / "extract.csv")

    from_database = panel_from(filled(office))

    pd.testing.assert_frame_equal(from_database.rows, from_file.rows)
    assert describe(from_database)["fingerprint"] == describe(from_file)["fingerprint"]
    assert from_database.rows["household_id"].tolist() == ["007", "007", "12a", "7"]


@pytest.mark.parametrize("seed", range(3))
def test_a_drawn_panel_is_the_same_from_a_parquet_file_and_from_a_database(office, tmp_path, seed):
    rows = drifting_panel(seed, n_households=30, n_periods=12).rows
    rows = rows.assign(month=rows["month"].map(to_text), town=rows["district"].astype("str"))
    kept = rows[["household_id", "month", "income", "poverty_line", "spending", "ill", "town"]]
    kept.to_parquet(tmp_path / "extract.parquet")
    with office.administrator() as connection:
        kept.to_sql(office.table, connection, index=False)
    columns = {
        "spending": {"pillar": "expenditure", "kind": "amount"},
        "ill": {"pillar": "security", "kind": "flag"},
        "town": {"pillar": "place", "kind": "category"},
    }
    described = {**OFFICE, "household": "household_id", "line": {"column": "poverty_line"},
                 "columns": columns}  # fmt: skip

    from_file = read_panel(parse(described), tmp_path / "extract.parquet")

    from_database = panel_from(office, **described)
    pd.testing.assert_frame_equal(from_database.rows, from_file.rows)
    assert describe(from_database)["fingerprint"] == describe(from_file)["fingerprint"]


def test_it_is_the_same_in_however_many_parts_it_comes(office, monkeypatch):
    # Nothing is known of `owes` and `town` for a while; then they are numbers, then words.
    owes = ["NULL"] * 7 + ["'12'"] * 7 + ["'不详'"] * 7
    rows = [f"('h{n:02d}', '2021-01-01', {700 + n}, 600, {n}, NULL, {o}, 'town {n % 2}')"
            for n, o in enumerate(owes)]  # fmt: skip
    whole = panel_from(filled(office, ", ".join(rows))).rows

    monkeypatch.setattr(database, "FETCH_ROWS", 2)
    monkeypatch.setattr(database, "PART_ROWS", 5)

    pd.testing.assert_frame_equal(panel_from(office).rows, whole)
    assert whole["owes"].isna().sum() == 14


@pytest.mark.parametrize("at_a_time", [1, 10_000])
def test_numbers_among_words_are_read_as_from_a_file(sqlite, monkeypatch, at_a_time):
    """SQLite lets a column hold both; the mapping's decimal mark must not change a number."""
    monkeypatch.setattr(database, "FETCH_ROWS", at_a_time)
    monkeypatch.setattr(database, "PART_ROWS", at_a_time)
    values = "('a', '2021-01', 1234.567, 600, 1, 0, '不详', 'x')"
    values += ", ('b', '2021-01', '不详', 600, 1, 0, 2, 'x')"
    filled(sqlite, values, {**TYPES, "income": "", "owes": ""})

    rows = panel_from(sqlite, file={"missing": ["不详"], "decimal": ","}).rows

    assert rows["income"].tolist()[0] == 1234.567
    assert rows["income"].isna().tolist() == [False, True]
    assert rows["owes"].tolist()[1] == 2


def test_a_long_key_in_a_column_of_decimals_keeps_every_digit(server):
    """The raw extract for `anonymise`: rounded, two households would get one pseudonym."""
    query = "SELECT 123456789012345670 + n AS hid FROM generate_series(1::numeric, 2) AS n"

    raw = read_extract(asking(query, household="hid", period={"month": "hid"},
                              income={"column": "hid"}, line={"fixed": 1}, columns={}), None,
                       raw=True)  # fmt: skip

    assert raw["hid"].tolist() == [123456789012345671, 123456789012345672]


def test_the_example_of_the_data_page_reads_a_query_from_a_file_beside_it(office, tmp_path):
    page = (ROOT / "docs" / "DATA.md").read_text("utf-8")
    [example] = [block for block in page.split("```toml\n") if block.startswith("[database]")]
    top = page.split("```toml\n")[1].split("```")[0]
    (tmp_path / "mapping.toml").write_text(top + example.split("```")[0], encoding="utf-8")
    query = page.split("```sql\n")[1].split("```")[0].replace("low_income.monthly", office.table)
    (tmp_path / "extract.sql").write_text(query, encoding="utf-8")
    office.run(
        f'CREATE TABLE {office.table} ("户编号" CHAR(4), "月份" DATE, "家庭月收入" NUMERIC(9,4),'
        ' "人口" INTEGER, "低保标准" INTEGER, "负债" INTEGER, "医保" CHAR(4), "在册状态" CHAR(8))',
        f"INSERT INTO {office.table} VALUES"
        " ('007', '2021-03-01', 0.24, 3, 760, 1520, '有', '在册'),"
        " ('8', '2021-03-01', 0.15, 3, 760, 0, '无', '退档')",
    )

    rows = read_panel(tmp_path / "mapping.toml").rows

    assert rows["household_id"].tolist() == ["007"]
    assert rows["income"].tolist() == pytest.approx([800])


def test_a_raw_extract_from_a_database_is_made_anonymous_like_one_from_a_file(office, tmp_path):
    (tmp_path / "extract.csv").write_text(CSV, encoding="utf-8")
    plan, key = {"drop": ["town"], "pseudonym": ["hid"]}, b"k" * 32
    from_file, _ = anonymise(
        parse({**OFFICE, "anonymise": plan}), tmp_path / "extract.csv", key=key
    )
    query = f"SELECT * FROM {filled(office).table}"

    table, record = anonymise(asking(query, anonymise=plan), None, key=key)

    assert table["hid"].tolist() == from_file["hid"].tolist()
    assert record["households"] == 3


# --- how it is read ---------------------------------------------------------------------------


def test_a_server_keeps_the_rows_and_hands_them_out_in_parts(server):
    """Read by the query itself: an open cursor, in a transaction that only reads."""
    rows = read_panel(
        asking(
            "SELECT 'a' AS hid, DATE '2021-01-01' AS month, 700 AS income, 600 AS line,"
            " (SELECT count(*) FROM pg_cursors) AS cursors,"
            " current_setting('transaction_read_only') = 'on' AS reading",
            columns={
                "cursors": {"pillar": "place", "kind": "count"},
                "reading": {"pillar": "place", "kind": "flag"},
            },
        )
    ).rows

    assert rows["cursors"].tolist() == [1]
    assert rows["reading"].tolist() == [True]


def test_a_table_need_not_fit_into_memory_twice(office, monkeypatch):
    held = []
    typed = database._typed
    monkeypatch.setattr(database, "FETCH_ROWS", 3)
    monkeypatch.setattr(database, "_typed", lambda c, *a: held.append(len(c)) or typed(c, *a))
    rows = [f"('h{n}', '2021-01-01', 700, 600, 1, NULL, NULL, 'x')" for n in range(30)]

    panel_from(filled(office, ", ".join(rows)))

    assert held[:80] == [3] * 80


@pytest.mark.parametrize("slip", ["DELETE FROM {} RETURNING *", "DROP TABLE {}"])
def test_a_query_that_slipped_through_still_writes_nothing(office, monkeypatch, slip):
    filled(office)
    monkeypatch.setattr("hardship_model.data.query.why_not_one_select", lambda query: "")

    error = refusal(asking(slip.format(office.table)))

    assert "failed in the database" in str(error.value)
    assert office.rows(f"SELECT count(*) FROM {office.table}") == [(4,)]


def test_a_function_that_writes_is_refused(server):
    server.run(f"CREATE SEQUENCE {server.table}")

    row = "SELECT 'a' AS hid, '2021-01' AS month, 700 AS income, 600 AS line"
    error = refusal(asking(f"{row}, nextval('{server.table}') AS members", columns={}))

    server.run(f"DROP SEQUENCE {server.table}")
    assert "for reading only" in str(error.value)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "select a from t;\n",
        "WITH x AS (SELECT 1) SELECT * FROM x -- a; remark",
        "SELECT 'a; DELETE FROM t', \"update\" FROM t /* INSERT; */",
        "SELECT replace(a, '''', '') FROM t WHERE b LIKE '%\\_%'",
    ],
)
def test_one_select_passes(query):
    assert why_not_one_select(query) == ""


@pytest.mark.parametrize(
    "query",
    [
        "", "-- nothing", "DELETE FROM t", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE t",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "SELECT * INTO u FROM t",
        "SELECT * FROM t FOR UPDATE", "EXPLAIN ANALYZE DELETE FROM t", "VALUES (1)",
        "SELECT E'\\'; DELETE FROM t; --'", "SELECT 1 /* /* */ ' */; DELETE FROM t --'",
        "SELECT 1 /*! INTO OUTFILE 'x' */", "SELECT 'open", "select 1 /* open",
    ],
)  # fmt: skip
def test_anything_else_does_not(query):
    assert why_not_one_select(query)
    with pytest.raises(MappingError, match="one SELECT"):
        asking(query)


# --- the same doors ---------------------------------------------------------------------------


def test_identifiers_do_not_come_in_also_in_a_column_that_nobody_asked_for(office):
    values = "('a', '2021-01-01', 700, 600, 1, NULL, '13800138000', 'x')"
    filled(office, values)

    with pytest.raises(IdentifierError, match="'owes': mobile number in 1 of 1 cells") as error:
        panel_from(office, columns={})

    assert "138" not in str(error.value)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("owes", "'=1+1'", "1 of 1 cells of 'owes' of The query of mapping 'office' begin like"),
        ("owes", "'garbage'", "1 of 1 rows of 'owes' hold no number"),
        ("members", "-1", "are below what can be"),
        ("hid", "'  '", "1 of 1 rows have no household"),
        ("hid", "NULL", "1 of 1 rows have no household"),
    ],
)
def test_what_a_file_is_refused_for_a_query_is_refused_for(office, column, cell, said):
    row = ("'a'", "'2021-01-01'", "700", "600", "1", "NULL", "NULL", "'x'")
    values = {**dict(zip(TYPES, row, strict=True)), column: cell}
    filled(office, f"({', '.join(values.values())})")

    assert said in str(refusal(asking(f"SELECT * FROM {office.table}")).value)


@pytest.mark.parametrize("rows", [1, 30_000])
def test_a_refusal_lets_go_of_the_table_while_its_error_is_still_at_hand(sqlite, rows):
    """Both where the header is refused, and where a later part is, with rows still to come."""
    sqlite.run(f"CREATE TABLE {sqlite.table} (hid TEXT, month TEXT, income REAL, line REAL)")
    sqlite.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
        f" INSERT INTO {sqlite.table} SELECT 'h', '2020-01', 700, 600 FROM n"
    )
    last = f"CASE WHEN hid = 'h' AND rowid > {rows - 1} THEN x'00' ELSE 'h' END"
    queries = (f"SELECT hid FROM {sqlite.table}",
               f"SELECT {last} AS hid, month, income, line FROM {sqlite.table}")  # fmt: skip

    for query in queries:
        kept = refusal(asking(query, columns={}))
        sqlite.run(f"UPDATE {sqlite.table} SET income = 800")
        assert kept.value


def test_a_column_that_the_query_does_not_give_and_no_rows_are_told(office):
    filled(office)
    few = f"SELECT hid, month FROM {office.table}"
    none = f"SELECT * FROM {office.table} WHERE hid = 'z'"

    assert "lacks 6 of the 8 columns" in str(refusal(asking(few)).value)
    assert "gives no rows" in str(refusal(asking(none)).value)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("now()", "times with a zone"), ("ARRAY[1, 2]", "cells that no file has (list)"),
        ("'x'::bytea", "cells that no file has"), ("DATE '9999-12-31'", "hold no month"),
        ("DATE '0001-01-01'", "hold no month"), ("DATE 'infinity'", "failed in the database"),
    ],
)  # fmt: skip
def test_cells_that_no_file_has_are_refused(server, cell, said):
    query = f"SELECT 'a' AS hid, {cell} AS month, 700 AS income, 600 AS line"

    assert said in str(refusal(asking(query, columns={})).value)


# --- no secret is told ------------------------------------------------------------------------

PASSWORD = "Tr0ub4dor"


@pytest.mark.parametrize(
    "table",
    [
        {"url": f"postgresql://u:{PASSWORD}@host/db", "query": "SELECT 1"},
        {"url_from": f"postgresql://u:{PASSWORD}@host/db", "query": "SELECT 1"},
        {"url_from": VARIABLE, "query": f"SELECT * FROM dblink('password={PASSWORD}') AS t(a int)"},
        {"url_from": VARIABLE, "query": f"SELECT * FROM d('postgresql://u:{PASSWORD}@host/db')"},
        {"url_from": VARIABLE, "query_file": f"postgresql://u:{PASSWORD}@host/db"},
        {"url_from": VARIABLE, "query_file": "not_there.sql"},
        {"url_from": VARIABLE, "query": "SELECT 1", "query_file": "extract.sql"},
        {"url_from": VARIABLE, "query": "SELECT 1", "password": PASSWORD},
        {"url_from": VARIABLE},
    ],
)
def test_a_mapping_with_an_address_or_without_its_query_is_refused(table):
    with pytest.raises(MappingError) as error:
        parse({**OFFICE, "database": table})

    assert PASSWORD not in "".join(traceback.format_exception(error.value))


def test_a_url_in_the_mapping_is_told_where_it_belongs():
    with pytest.raises(MappingError, match="takes no `url`"):
        parse({**OFFICE, "database": {"url": "sqlite:///office.db", "query": "SELECT 1"}})


def test_a_password_anywhere_in_a_mapping_file_is_refused(tmp_path):
    (tmp_path / "m.toml").write_text(f"# was mysql://root:{PASSWORD}@10.0.0.8/db\n", "utf-8")

    with pytest.raises(MappingError, match="change the password") as error:
        load_mapping(tmp_path / "m.toml")

    assert PASSWORD not in "".join(traceback.format_exception(error.value))


def test_an_address_in_place_of_a_file_is_refused():
    for path in (f"postgresql://u:{PASSWORD}@host/db", Path(f"x/mysql+pymysql://u:{PASSWORD}@h/d")):
        with pytest.raises(MappingError, match="an address came") as error:
            read_panel(parse(OFFICE), path)
        assert PASSWORD not in "".join(traceback.format_exception(error.value))


def test_a_file_beside_a_query_or_neither_is_refused(tmp_path):
    for mapping, path in ((asking("SELECT 1"), tmp_path / "extract.csv"), (parse(OFFICE), None)):
        with pytest.raises(MappingError, match="one of the two"):
            read_panel(mapping, path)


def failures():
    """Name → what is changed of the address, the query, and what is said."""
    return {
        "no variable": (lambda url: "", "SELECT 1", "HARDSHIP_DB_URL is not set"),
        "no address": (lambda url: f"{PASSWORD} {url[10:]}", "SELECT 1", "holds no address like"),
        "a wrong port": (lambda url: f"postgresql://u:x@h:{PASSWORD}/d", "SELECT 1", "no address"),
        "unknown kind": (lambda url: url.replace("postgresql", PASSWORD), "SELECT 1", "not known"),
        "no driver": (
            lambda url: url.replace("postgresql:", "mysql+pymysql:"),
            "SELECT 1",
            "driver pymysql",
        ),
        "wrong password": (
            lambda url: re.sub(r":\w+@", f":{PASSWORD}@", url),
            "SELECT 1",
            "refused the user or the password",
        ),
        "no database": (
            lambda url: url.replace("/postgres?", f"/{PASSWORD}?"),
            "SELECT 1",
            "no database or user of that name",
        ),
        "no server": (lambda url: url + PASSWORD, "SELECT 1", "no server answers"),
        "no table": (lambda url: url, f"SELECT * FROM {PASSWORD}", "no such table"),
        "no column": (lambda url: url, f"SELECT {PASSWORD} FROM pg_class", "not there"),
        "no SQL": (lambda url: url, f"SELECT FROM {PASSWORD} WHERE", "no SQL"),
        "a cell in the answer": (lambda url: url, f"SELECT '{PASSWORD}'::int", "failed in the"),
        "a lost connection": (
            lambda url: url,
            "SELECT 1 AS hid, 1 AS month, 1 AS income,"
            " pg_terminate_backend(pg_backend_pid()) AS line",
            "connection was lost",
        ),
    }


@pytest.mark.parametrize("name", failures())
def test_a_failure_is_one_sentence_without_a_secret(server, monkeypatch, caplog, capfd, name):
    change, query, said = failures()[name]
    monkeypatch.setenv(VARIABLE, change(server.url))
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")

    error = refusal(asking(query, columns={}))

    message = str(error.value)
    assert said in message
    assert "\n" not in message
    out = "".join([*traceback.format_exception(error.value), caplog.text, *capfd.readouterr()])
    assert not [secret for secret in (*server.secrets, PASSWORD) if secret in out]


def test_nothing_is_logged_when_all_goes_well(office, caplog, capfd):
    filled(office)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    panel_from(office)

    out = "".join([caplog.text, *capfd.readouterr()])
    assert not [secret for secret in (*office.secrets, "东镇") if secret in out]


@pytest.mark.parametrize(
    ("query", "said"),
    [("SELECT * FROM nowhere", "no such table"), ("SELECT absent FROM (SELECT 1)", "not there"),
     ("SELECT FROM WHERE", "no SQL")],
)  # fmt: skip
def test_sqlite_says_the_same(sqlite, query, said):
    message = str(refusal(asking(query)).value)

    assert said in message
    assert not [secret for secret in sqlite.secrets if secret in message]


def test_a_sqlite_file_that_is_not_there_is_not_made(tmp_path, monkeypatch):
    pytest.importorskip("sqlalchemy", reason="needs sqlalchemy: pip install hardship-model[sql]")
    monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path}/{PASSWORD}.db")

    message = str(refusal(asking("SELECT 1")).value)

    assert "is not there" in message
    assert PASSWORD not in message
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_message_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    assert "pip install hardship-model[sql]" in str(refusal(asking("SELECT 1")).value)


# --- the command line -------------------------------------------------------------------------

STUDY = """
name = "office"
title = "An office's own database"
list_shares = [0.2]
n_draws = 20
models = ["logistic"]
[panel]
survey = "mapping.toml"
[[tasks]]
name = "return"
kind = "return"
ask = "in_hardship_at"
horizon_months = 3
[[origins]]
name = "one"
role = "choose"
train_until = "{train}"
test_from = "{train}"
answers_until = "{test}"
[[origins]]
name = "two"
train_until = "{train}"
test_from = "{test}"
answers_until = "{answers}"
"""
MAPPING = """
name = "office"
about = "One row per household and month."
currency = "yuan"
step_months = 1
household = "household_id"
[period]
month = "month"
[income]
column = "income"
[line]
fixed = 100
[database]
url_from = "{variable}"
query = "SELECT household_id, month, income FROM {table}"
"""


def test_no_file_of_a_run_and_nothing_on_the_screen_holds_a_secret(tmp_path, monkeypatch):
    office = office_of("postgresql" if SERVER in os.environ else "sqlite", tmp_path)
    monkeypatch.setenv(VARIABLE, office.url)
    rows = drifting_panel(1, n_households=150, n_periods=36).rows
    months = [to_text(m) for m in (rows["month"].min() + 15, rows["month"].min() + 22,
                                   rows["month"].max())]  # fmt: skip
    with office.administrator() as connection:
        kept = rows[["household_id", "income"]].assign(month=rows["month"].map(to_text))
        kept.to_sql(office.table, connection, index=False)
    here = tmp_path / "here"
    here.mkdir()
    mapping = MAPPING.format(variable=VARIABLE, table=office.table)
    (here / "mapping.toml").write_text(mapping, "utf-8")
    study = STUDY.format(train=months[0], test=months[1], answers=months[2])
    (here / "study.toml").write_text(study, "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "hardship_model.cli", "run", "study.toml", "--out", "out"],
        cwd=here, capture_output=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip

    office.run(f"DROP TABLE {office.table}")
    assert done.returncode == 0, done.stderr.decode()
    written = {p.name: p.read_bytes() for p in (here / "out").rglob("*") if p.is_file()}
    assert {"config.toml", "data.json", "report.html", "model_card.md"} <= set(written)
    for name, content in {**written, "out": done.stdout, "err": done.stderr}.items():
        assert not [s for s in office.secrets if s.encode() in content], name
