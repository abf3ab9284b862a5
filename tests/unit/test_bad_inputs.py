"""Bad input is read rightly and told, or refused in one message; never anything else."""

import contextlib
import errno
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from bad_inputs import CASES, CELLS, OFFICE, ROWS, happened, page, text, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardship_model.data import files
from hardship_model.data.mapping import parse, read_panel
from hardship_model.data.panel import PanelError
from hardship_model.files import OutputError, whole_folder, write_csv
from hardship_model.privacy import IdentifierError

ROOT = Path(__file__).resolve().parents[2]
SMALL = settings(
    max_examples=50, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
OFFICES_TOML = """
name = "office"
about = "one row per household and month"
currency = "yuan"
step_months = 1
household = "hid"
[period]
month = "month"
[income]
column = "income"
[line]
fixed = 600
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    came = {}
    for case in CASES:
        (folder := tmp_path_factory.mktemp("case") / "in").mkdir()
        came[case.name] = happened(case, folder)
    return came


# --- the catalogue ----------------------------------------------------------------------------


def test_every_bad_input_is_read_or_refused_as_the_catalogue_says(results):
    for case in CASES:
        came = results[case.name]
        assert (case.name, case.outcome) == (case.name, came.outcome), came.said
        assert case.said in came.said, case.name
        if case.outcome != "refused":
            assert came.incomes == case.incomes, case.name


def test_a_file_is_the_same_in_however_many_parts_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "extract.csv"
    rows = [f"{n},2022-{1 + n % 12:02d},{500 + n},town {n % 3}" for n in range(40)]
    path.write_bytes(text(*rows))
    whole = read_panel(parse(OFFICE), path).rows

    monkeypatch.setattr(files, "PART_ROWS", 7)

    pd.testing.assert_frame_equal(read_panel(parse(OFFICE), path).rows, whole)


def test_no_message_quotes_a_cell(results):
    for name, came in results.items():
        assert not [cell for cell in CELLS if cell in came.said], name


def test_the_page_of_bad_inputs_is_in_step(results):
    assert (ROOT / "docs" / "BAD_INPUTS.md").read_text("utf-8") == page(results), (
        "Run `python tests/bad_inputs.py > docs/BAD_INPUTS.md`."
    )


def test_the_same_message_comes_for_a_file_with_other_cells(tmp_path):
    """What is said depends on the shape of the file alone."""
    said = []
    for cell in ("77 78", "garbage"):
        path = tmp_path / "extract.csv"
        path.write_bytes(text(f"1,2022-07,{cell},甲"))
        with pytest.raises(PanelError) as refusal:
            read_panel(parse(OFFICE), path)
        said.append(str(refusal.value))

    assert said[0] == said[1]


# --- the command line -------------------------------------------------------------------------


def shown(tmp_path, content):
    """What `anonymise` shows for a file, and what is left in the folder afterwards."""
    (tmp_path / "office.toml").write_text(OFFICES_TOML + '[anonymise]\ndrop = ["town"]\n', "utf-8")
    (tmp_path / "extract.csv").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "hardship_model.cli", "anonymise", "extract.csv", "--mapping",
         "office.toml", "--key-file", "keys/new", "--out", "new/out"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "500"},
    )  # fmt: skip
    left = sorted(path.name for path in tmp_path.iterdir())
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr), left


def test_the_command_line_shows_one_message_and_writes_nothing(tmp_path):
    code, said, left = shown(tmp_path, text(*ROWS, "828282,2022-08"))

    assert code == 2, said
    assert "Not done. 'extract.csv': of 4 rows 1 have fewer cells" in said
    assert "Traceback" not in said
    assert left == ["extract.csv", "office.toml"]
    assert not [cell for cell in CELLS if cell in said]


def test_a_new_key_is_kept_when_what_it_is_made_for_was_done(tmp_path):
    code, said, left = shown(tmp_path, text(*ROWS))

    assert code == 0, said
    assert left == ["extract.csv", "keys", "new", "office.toml"]


def test_a_fault_of_the_program_shows_no_traceback_and_no_cell(monkeypatch, capsys):
    from hardship_model import cli

    def fails():
        raise KeyError("household 717171")

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as end:
        cli.main()

    said = capsys.readouterr().err
    assert end.value.code == 70
    assert "KeyError in" in said
    assert "717171" not in said


def test_square_brackets_of_a_message_reach_the_screen(monkeypatch, capsys):
    from hardship_model import cli

    def fails():
        raise PanelError("Check [period] in the mapping.")

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit):
        cli.main()

    assert "Check [period] in the mapping." in capsys.readouterr().err


# --- drawn tables and bytes -------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16")
PLACES = st.text(st.sampled_from('东西南北镇村甲乙丙丁 ,;"'), min_size=1, max_size=6)


@SMALL
@given(
    incomes=st.lists(st.integers(100, 20_000), min_size=1, max_size=8),
    towns=st.lists(PLACES.filter(str.strip), min_size=8, max_size=8),
    encoding=st.sampled_from(ENCODINGS),
)
def test_a_table_comes_back_as_it_was_written_in_each_encoding(tmp_path, incomes, towns, encoding):
    path = tmp_path / "extract.csv"
    table = pd.DataFrame({
        "hid": range(len(incomes)), "month": "2022-07", "income": incomes,
        "town": towns[: len(incomes)],
    })  # fmt: skip
    table.to_csv(path, index=False, encoding=encoding)

    try:
        rows = read_panel(parse(OFFICE), path).rows
    except IdentifierError:
        return  # drawn signs that read like an address
    assert rows["income"].tolist() == incomes
    assert rows["town"].astype(str).tolist() == [town.strip() for town in table["town"]]


@SMALL
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda drawn: drawn.encode("utf-8", "surrogatepass")),
        st.text(st.sampled_from('12,."\n\r-=年月万，１\0'), max_size=60).map(
            lambda drawn: text(*ROWS) + drawn.encode()
        ),
        st.binary(max_size=80).map(lambda drawn: text(*ROWS) + drawn),
    ),
    name=st.sampled_from(("x.csv", "x.parquet", "x.xlsx", "x.dta")),
)
def test_any_bytes_are_read_or_refused(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    said = ""
    try:
        read_panel(parse(OFFICE), path)
    except (PanelError, IdentifierError) as refusal:
        said = str(refusal)
    assert not [cell for cell in CELLS if cell in said]


@SMALL
@given(cut=st.integers(0, 3000), flipped=st.integers(0, 255))
def test_a_damaged_parquet_file_is_read_or_refused(tmp_path, cut, flipped):
    good = next(case for case in CASES if case.name == "a Parquet file named .csv").content
    damaged = bytearray(good)
    damaged[cut % len(good)] = flipped
    path = tmp_path / "x.parquet"
    path.write_bytes(bytes(damaged))
    with contextlib.suppress(PanelError, IdentifierError):
        read_panel(parse(OFFICE), path)


# --- what is written --------------------------------------------------------------------------


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def forbidden(*_, **__):
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize("fails", [full, forbidden])
def test_a_run_that_cannot_be_written_leaves_the_old_one_as_it_was(tmp_path, monkeypatch, fails):
    out = tmp_path / "run"
    with whole_folder(out, mark="mark") as folder:
        (folder / "mark").write_text("old")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fails)

    def run():
        with whole_folder(out, mark="mark") as folder:
            (folder / "mark").write_text("new")
            write_csv(pd.DataFrame({"a": [1.0]}), folder / "table.csv")

    with pytest.raises(OSError, match=r"No space|denied"):
        run()

    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (out / "mark").read_text() == "old"


def test_an_exchange_of_folders_that_fails_halfway_brings_the_old_one_back(tmp_path, monkeypatch):
    out = tmp_path / "run"
    with whole_folder(out, mark="mark") as folder:
        (folder / "mark").write_text("old")
    replace, calls = os.replace, []

    def second_fails(*names):
        calls.append(names)
        if len(calls) == 2:
            full()
        replace(*names)

    monkeypatch.setattr(os, "replace", second_fails)
    with pytest.raises(OSError, match="No space"), whole_folder(out, mark="mark") as folder:
        (folder / "mark").write_text("new")

    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (out / "mark").read_text() == "old"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError), whole_folder(tmp_path, mark="mark"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_csv_that_cannot_be_finished_leaves_the_old_one_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    write_csv(pd.DataFrame({"a": [1.0]}), path)
    before, whole = path.read_bytes(), pd.DataFrame.to_csv

    def half(table, place, **how):
        whole(table.head(1), place, **how)
        full()

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    with pytest.raises(OSError, match="No space"):
        write_csv(pd.DataFrame({"a": [2.0, 3.0]}), path)

    assert path.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir()] == ["table.csv"]


def test_nothing_is_logged_of_a_household(tmp_path, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        for number, case in enumerate(CASES[:20]):
            (folder := tmp_path / str(number)).mkdir()
            with contextlib.suppress(PanelError, IdentifierError):
                read_panel(parse({**OFFICE, **case.mapping}), write(case, folder))
    out, err = capfd.readouterr()
    assert not [cell for cell in CELLS if cell in caplog.text + out + err]
