"""The bad inputs that were tried: how each file is made, and what must happen to it.

`python tests/bad_inputs.py > docs/BAD_INPUTS.md` writes the table that the documentation shows.
"""

import io
import os
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hardship_model.data.mapping import parse, read_panel
from hardship_model.data.panel import PanelError
from hardship_model.data.specification import ReadWarning
from hardship_model.privacy import IdentifierError

Outcome = Literal["read", "read, and told", "refused"]

OFFICE = {
    "name": "office", "about": "one row per household and month", "currency": "yuan",
    "step_months": 1, "household": "hid", "period": {"month": "month"},
    "income": {"column": "income"}, "line": {"fixed": 600},
    "columns": {"town": {"pillar": "place", "kind": "category"}},
}  # fmt: skip
#: Cells that no message may repeat.
HEADER = "hid,month,income,town"
TOWNS = ("东镇甲乙", "西镇丙丁")
FIRST, SECOND, THIRD = "717171,2022-07,517", "717171,2022-08,819", "828282,2022-07,723"
ROWS = [f"{FIRST},{TOWNS[0]}", f"{SECOND},{TOWNS[0]}", f"{THIRD},{TOWNS[1]}"]
CELLS = ("717171", "828282", "517", "819", "723", "13912345678", "19491231002", *TOWNS)


@dataclass(frozen=True, kw_only=True)
class BadInput:
    """One file: its bytes (or how to write it), what its mapping says besides, what must happen."""

    name: str
    content: bytes | Callable[[Path], None]
    outcome: Outcome
    #: A part of what is said.
    said: str = ""
    file: str = "extract.csv"
    mapping: dict[str, Any] = field(default_factory=dict)
    #: Incomes of the panel's rows, when they are read: households in order, then months.
    incomes: tuple[float, ...] = (517, 819, 723)


def lines(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    """The text of a CSV file."""
    return end.join([header, *rows]) + end


def text(*rows: str, header: str = HEADER, encoding: str = "utf-8", end: str = "\n") -> bytes:
    """The bytes of a CSV file."""
    return lines(*rows, header=header, end=end).encode(encoding)


def incomes(*values: str, months: tuple[str, ...] = ("2022-07", "2022-08", "2022-07")) -> bytes:
    """The usual three rows with other incomes, or with other months."""
    ids = ("717171", "717171", "828282")
    return text(*(f"{i},{m},{v},甲" for i, m, v in zip(ids, months, values, strict=True)))


def month_cells(*months: str) -> bytes:
    """The usual three rows with their months written otherwise."""
    return incomes("517", "819", "723", months=months)


def workbook(*rows: list[object]) -> bytes:
    """An Excel file of these rows, the first being its header."""
    held = io.BytesIO()
    pd.DataFrame(rows).to_excel(held, index=False, header=False)
    return held.getvalue()


def parquet(**columns: list[Any]) -> bytes:
    """A Parquet file of these columns."""
    held = io.BytesIO()
    pd.DataFrame(columns).to_parquet(held)
    return held.getvalue()


def bomb(path: Path) -> None:
    """A workbook of a few kilobytes whose sheet unpacks to eighty million blanks."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)


def parquet_bomb(path: Path) -> None:
    """Twenty million times the same household, in three hundred kilobytes."""
    row = {"hid": 717171, "month": "2022-07", "income": 517.0, "town": TOWNS[0]}
    batch = pa.table({
        name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(1_000_000, np.int8)), [cell])
        for name, cell in row.items()
    })  # fmt: skip
    with pq.ParquetWriter(path, batch.schema) as file:
        for _ in range(20):
            file.write_table(batch)


def linked(path: Path) -> None:
    """A link to a file beside the folder."""
    target = path.parent.parent / f"{path.parent.name}-elsewhere.csv"
    target.write_bytes(text(*ROWS))
    os.symlink(target, path)


def parquet_index(path: Path) -> None:
    """The usual rows, the households being the index of the table that was stored."""
    table = pd.read_parquet(io.BytesIO(GOOD_PARQUET))
    table.set_index("hid").to_parquet(path)


GOOD_PARQUET = parquet(
    hid=[717171, 717171, 828282], month=["2022-07", "2022-08", "2022-07"],
    income=[517.0, 819.0, 723.0], town=["甲", "甲", "乙"],
)  # fmt: skip
WIDE = [f"c{i}" for i in range(9_996)]
MIXED = text(*ROWS, encoding="gb18030") + f"828282,2022-08,723,{TOWNS[1]}\n".encode()

CASES = [
    # --- encodings
    BadInput(name="UTF-8", content=text(*ROWS), outcome="read"),
    BadInput(name="UTF-8 with BOM", content=text(*ROWS, encoding="utf-8-sig"), outcome="read"),
    BadInput(name="GBK", content=text(*ROWS, encoding="gbk"), outcome="read"),
    BadInput(name="GB18030", content=text(*ROWS, encoding="gb18030"), outcome="read"),
    BadInput(name="UTF-16 with BOM", content=text(*ROWS, encoding="utf-16"), outcome="read"),
    BadInput(name="UTF-16 without BOM", content=text(*ROWS, encoding="utf-16-le"),
             outcome="refused", said="bytes of nought"),
    BadInput(name="GB18030 and UTF-8 in one file", content=MIXED, outcome="refused",
             said="mixes encodings: 1 of its lines"),
    BadInput(name="UTF-8 declared, GBK stored", content=text(*ROWS, encoding="gbk"),
             mapping={"file": {"encoding": "utf-8"}}, outcome="refused", said="cannot be read"),
    BadInput(name="UTF-8 declared, BOM and all", content=text(*ROWS, encoding="utf-8-sig"),
             mapping={"file": {"encoding": "utf-8"}}, outcome="read"),
    BadInput(name="an encoding that nobody knows", content=text(*ROWS),
             mapping={"file": {"encoding": "utf-99"}}, outcome="refused", said="cannot be read"),
    BadInput(name="a line of NUL bytes", content=text(*ROWS) + b"\0" * 40, outcome="refused",
             said="bytes of nought"),
    BadInput(name="a picture named .csv", content=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\xff" * 99,
             outcome="refused", said="bytes of nought"),
    BadInput(name="a Parquet file named .csv", content=GOOD_PARQUET, outcome="refused",
             said="bytes of nought"),
    # --- numbers
    BadInput(name="full-width digits", content=incomes("５１７", "819", "７２３"),
             outcome="read, and told", said="of 3, read as plain numbers: full-width: 2"),
    BadInput(name="full-width digits in the pseudonym",
             content=text(f"７１７１７１{FIRST[6:]},甲", f"{SECOND},甲", f"{THIRD},甲"),
             outcome="read, and told", said="1 of 3 rows of 'hid'"),
    BadInput(name="1,234 beside 517", content=incomes("517", '"1,234"', "723"),
             outcome="read, and told", said="marks between thousands: 1", incomes=(517, 1234, 723)),
    BadInput(name="1，234 beside 517", content=incomes("517", "1，234", "723"),
             outcome="read, and told", said="full-width: 1", incomes=(517, 1234, 723)),
    BadInput(name="1,234 in every row", content=incomes('"1,517"', '"1,819"', '"1,723"'),
             outcome="refused", said="may part thousands or decimals"),
    BadInput(name="1,234 in every row, the point declared",
             content=incomes('"1,517"', '"1,819"', '"1,723"'), mapping={"file": {"decimal": "."}},
             outcome="read, and told", said="thousands: 3", incomes=(1517, 1819, 1723)),
    BadInput(name="517,5: a decimal comma that nobody declared",
             content=incomes('"517,5"', '"819,0"', '"723,2"'), outcome="refused",
             said="3 of 3 rows of 'income' hold no number. In some, ',' may part"),
    BadInput(name="1.234,5 with the decimal comma declared",
             content=incomes('"1.517,5"', '"819,0"', '"723,2"'), mapping={"file": {"decimal": ","}},
             outcome="read, and told", said="thousands: 1", incomes=(1517.5, 819, 723.2)),
    BadInput(name="517.5 with the decimal comma declared",
             content=incomes("517.5", '"819,0"', '"723,2"'), mapping={"file": {"decimal": ","}},
             outcome="refused", said="1 of 3 rows of 'income' hold no number"),
    BadInput(name="0.12万 in every row", content=incomes("0.12万", "0.2万元", "900元"),
             outcome="read, and told", said="元 or 万: 3", incomes=(1200, 2000, 900)),
    BadInput(name="0.12万 in some rows", content=incomes("0.12万", "819", "723"),
             outcome="refused", said="1 of 3 rows of 'income' hold no number. Some carry"),
    BadInput(name="0.12万 with a factor of 10,000", content=incomes("0.12万", "0.2万", "0.1万"),
             mapping={"income": {"column": "income", "factor": 10000}}, outcome="refused",
             said="would count it twice"),
    BadInput(name="incomes in 万元 that nobody declared",
             content=incomes("0.0517", "0.0819", "0.0723"), outcome="refused",
             said="times the poverty line"),
    BadInput(name="a raised digit: 51²", content=incomes("51²", "819", "723"), outcome="refused",
             said="1 of 3 rows of 'income'"),
    BadInput(name="Inf in every row", content=incomes("inf", "Inf", "-inf"), outcome="refused",
             said="3 of 3 rows of 'income'"),
    BadInput(name="NaN in every row", content=incomes("NaN", "nan", "NaN"), outcome="refused",
             said="3 of 3 rows of 'income'"),
    BadInput(name="no income at all", content=incomes("", "", ""), outcome="refused",
             said="no row has both"),
    BadInput(name="an income of 1e300", content=incomes("517", "1e300", "723"), outcome="refused",
             said="1 of 3 rows of 'income'"),
    BadInput(name="a negative income", content=incomes("517", "-819", "723"),
             outcome="read, and told", said="1 of 3 incomes are negative",
             incomes=(517, -819, 723)),
    BadInput(name="an income of ten million a month", content=incomes("517", "10000000", "723"),
             outcome="read, and told", said="and 1 more than 1,000 times",
             incomes=(517, 1e7, 723)),
    BadInput(name="Inf in a Parquet file", file="extract.parquet", outcome="refused",
             content=parquet(hid=[1], month=["2022-07"], income=[float("inf")], town=["甲"]),
             said="1 of 1 rows of 'income'"),
    BadInput(name="an infinite pseudonym in a Parquet file", file="extract.parquet",
             content=parquet(hid=[float("inf")], month=["2022-07"], income=[1.0], town=["甲"]),
             outcome="refused", said="not whole"),
    # --- months
    BadInput(name="2022年7月", content=month_cells("2022年7月", "2022年08月", "２０２２年７月"),
             outcome="read, and told", said="3 of 3 rows of 'month'"),
    BadInput(name="2022/7", content=month_cells("2022/7", "2022/8", "2022/7"),
             outcome="read, and told", said="3 of 3 rows of 'month'"),
    BadInput(name="202207", content=month_cells("202207", "202208", "202207"),
             outcome="read, and told", said="3 of 3 rows of 'month'"),
    BadInput(name="2022-07-31", content=month_cells("2022-07-31", "2022-08-31", "2022-07-31"),
             outcome="read, and told", said="3 of 3 rows of 'month'"),
    BadInput(name="Excel's day numbers, firsts of months",
             content=month_cells("44743", "44774", "44743"),
             outcome="read, and told", said="3 of 3 rows of 'month'"),
    BadInput(name="Excel's day numbers, other days", content=month_cells("44743", "44775", "44743"),
             outcome="refused", said="3 of 3 rows of 'month' hold no month"),
    BadInput(name="2022.1: January or October", content=month_cells("2022.1", "2022.2", "2022.1"),
             outcome="refused", said="3 of 3 rows of 'month' hold no month"),
    BadInput(name="07/08/2022", content=month_cells("07/08/2022", "2022-08", "2022-07"),
             outcome="refused", said="1 of 3 rows of 'month' hold no month"),
    BadInput(name="the year 9999", content=month_cells("9999-07", "2022-08", "2022-07"),
             outcome="refused", said="1 of 3 rows of 'month' hold no month"),
    BadInput(name="months out of order", content=text(ROWS[1], ROWS[2], ROWS[0]), outcome="read"),
    BadInput(name="a gap of five months",
             content=month_cells("2022-07", "2022-12", "2022-07"), outcome="read"),
    # --- headings
    BadInput(name="an empty heading and an empty column",
             content=text(*(f"{row}," for row in ROWS), header=f"{HEADER},"), outcome="read"),
    BadInput(name="a heading twice that is asked for",
             content=text(*(f"{row},9" for row in ROWS), header=f"{HEADER},income"),
             outcome="refused", said="more than one column income"),
    BadInput(name="a heading twice that nobody asked for",
             content=text(*(f"{row},9,9" for row in ROWS), header=f"{HEADER},x,x"),
             outcome="read"),
    BadInput(name="merged cells above the header", file="extract.xlsx", outcome="refused",
             content=workbook(["表一", None, None, None], HEADER.split(","),
                              [717171, "2022-07", 517, "甲"]),
             said="one row of headings is wanted, no merged cells"),
    BadInput(name="a header that comes again in the middle",
             content=text(ROWS[0], HEADER, *ROWS[1:]), outcome="read, and told",
             said="1 rows that repeat the header"),
    BadInput(name="no header", content=("\n".join(ROWS) + "\n").encode(), outcome="refused",
             said="lacks 4 of the 4 columns"),
    BadInput(name="10,000 columns", outcome="read",
             content=text(*(row + ",5" * len(WIDE) for row in ROWS),
                          header=",".join([HEADER, *WIDE]))),
    # --- rows
    BadInput(name="one row", content=text(ROWS[0]), outcome="read", incomes=(517,)),
    BadInput(name="no rows", content=text(), outcome="refused", said="a header but no rows"),
    BadInput(name="no bytes", content=b"", outcome="refused", said="is empty"),
    BadInput(name="all rows equal", content=text(*ROWS[:1] * 5), outcome="refused",
             said="4 of 5 rows of panel 'office' repeat a household and month"),
    BadInput(name="a household twice in a month, in two places",
             content=text(*ROWS, f"{FIRST},{TOWNS[1]}"), outcome="refused",
             said="1 of 4 rows of panel 'office' repeat"),
    BadInput(name="a household that moves", content=text(ROWS[0], f"{SECOND},{TOWNS[1]}", ROWS[2]),
             outcome="read"),
    BadInput(name="rows without any cell", content=text(*ROWS, ",,,", ",,,"),
             outcome="read, and told", said="2 rows without a single filled cell"),
    BadInput(name="rows with too few and too many cells",
             content=text(*ROWS, "828282,2022-08", "828282,2022-09,1,517,甲"), outcome="refused",
             said="of 5 rows 1 have fewer cells than the 4 of the header and 1 have more"),
    BadInput(name="empty cells behind the last column", content=text(*(f"{r},," for r in ROWS)),
             outcome="read"),
    BadInput(name="a quotation mark that never closes",
             content=text(ROWS[0], f'{SECOND},"甲', ROWS[2]), outcome="refused",
             said="a quotation mark opens and is not closed"),
    BadInput(name="mixed line ends", content=text(*ROWS[:1]) + text(ROWS[2], header=ROWS[1],
             end="\r\n"), outcome="read"),
    BadInput(name="a formula in a cell", content=text(*ROWS[:2], f'{THIRD},"=HYPERLINK(1)"'),
             outcome="refused", said="1 of 3 cells of 'town'"),
    BadInput(name="a formula in a heading",
             content=text(*(f"{row},1" for row in ROWS), header=f"{HEADER},=HYPERLINK(1)"),
             outcome="refused", said="A heading of 'extract.csv' begins like a formula"),
    BadInput(name="a formula with a full-width sign", content=text(*ROWS[:2], f"{THIRD},＝SUM(1)"),
             outcome="refused", said="1 of 3 cells of 'town'"),
    BadInput(name="a formula in a column that nobody asked for",
             content=text(*(f"{row},@SUM(1)" for row in ROWS), header=f"{HEADER},x"),
             outcome="refused", said="3 of 3 cells of 'x'"),
    BadInput(name="a row without household", content=text(*ROWS, " ,2022-07,517,甲"),
             outcome="refused", said="1 of 4 rows have no household"),
    # --- files
    BadInput(name="a truncated Parquet file", file="extract.parquet", outcome="refused",
             content=GOOD_PARQUET[: len(GOOD_PARQUET) // 2], said="cannot be read as parquet"),
    BadInput(name="a truncated workbook", file="extract.xlsx", outcome="refused",
             content=workbook(HEADER.split(","), [1, "2022-07", 517, "甲"])[:900],
             said="cannot be read as excel"),
    BadInput(name="a workbook that unpacks to a thousand times its size", file="extract.xlsx",
             content=bomb, outcome="refused", said="times its size"),
    BadInput(name="a small Parquet file of twenty million rows",
             file="extract.parquet", content=parquet_bomb, outcome="refused",
             said="times its size"),
    BadInput(name="lists and bytes in a Parquet file", file="extract.parquet", outcome="refused",
             content=parquet(hid=[1], month=["2022-07"], income=[517.0], town=["甲"],
                             x=[["13912345678"]], y=[b"13912345678"]),
             said="2 of 6 columns of 'extract.parquet' hold lists"),
    BadInput(name="the pseudonym as a Parquet file's index", file="extract.parquet",
             content=parquet_index, outcome="read"),
    BadInput(name="a telephone number in a Parquet file's index", file="extract.parquet",
             content=lambda path: pd.DataFrame(
                 {"hid": [1], "month": ["2022-07"], "income": [517.0], "town": ["甲"]},
                 index=pd.Index(["13912345678"], name="x"),
             ).to_parquet(path),
             outcome="refused", said="'x': mobile number in 1 of 1 cells"),
    BadInput(name="a telephone number in the file's name", file="甲_139-1234-5678.csv",
             content=text(*ROWS), outcome="refused", said="own name holds"),
    BadInput(name="an identity number split over two columns", outcome="refused",
             content=text(*(f"{row},110105,19491231002X" for row in ROWS), header=f"{HEADER},x,y"),
             said="'x + y': identity number in 3 of 3 cells"),
    BadInput(name="an identity number beside a telephone number", outcome="refused",
             content=text(*ROWS[:2], f"{THIRD},11010519491231002X 139 1234 5678"),
             said="'town': identity number in 1 of 3 cells; 'town': mobile number in 1"),
    BadInput(name="a link out of the folder", content=linked, outcome="refused",
             said="leads out of its folder"),
    BadInput(name="a folder named .csv", content=Path.mkdir, outcome="refused", said="No file"),
    BadInput(name="a real date in a workbook", file="extract.xlsx", outcome="read",
             content=workbook(HEADER.split(","), [1, pd.Timestamp("2022-07-01"), 517, "甲"]),
             incomes=(517,)),
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What came of one file."""

    outcome: str
    said: str
    incomes: tuple[float, ...] = ()


def write(case: BadInput, folder: Path) -> Path:
    """The case's file in this folder."""
    path = folder / case.file
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)
    return path


def happened(case: BadInput, folder: Path) -> Happened:
    """Read the case's file. Any other exception than the readers' own comes through."""
    path = write(case, folder)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            panel = read_panel(parse({**OFFICE, **case.mapping}), path)
        except (PanelError, IdentifierError) as refusal:
            return Happened(outcome="refused", said=str(refusal))
    said = " ".join(str(w.message) for w in caught if issubclass(w.category, ReadWarning))
    values = tuple(panel.rows["income"].round(6).tolist())
    return Happened(outcome="read, and told" if said else "read", said=said, incomes=values)


def page(results: dict[str, Happened]) -> str:
    """The table of the documentation, in Markdown."""
    rows = [f"| {name} | {r.outcome} | {r.said} |" for name, r in results.items()]
    counts = {o: sum(r.outcome == o for r in results.values()) for o in Outcome.__args__}
    tally = "; ".join(f"{outcome}: {n}" for outcome, n in counts.items())
    return HEAD.format(n=len(results), tally=tally) + "\n".join(rows) + "\n"


HEAD = """# Bad inputs, and what happens to them

Written by `python tests/bad_inputs.py > docs/BAD_INPUTS.md`; a test keeps it in step.

Each file below was written and read as an office's extract of three rows. A cell is set right
only when it can mean one thing, and then a note (`ReadWarning`) says which column and how many
cells; everything else is refused in one message that quotes no cell. {n} files; {tally}.

A large file is looked through in parts (200,000 rows, fewer when it is wide); what must fit into
the memory are the columns that the mapping names. A file of 2.2 GB and 30.6 million rows, read once
by hand with seven of its ten columns, took 156 s of one core and 8.2 GB of memory. What is written
for a spreadsheet gets an apostrophe before texts that it would run as a formula
(`files.harmless`). Not noticed are one long text that a Parquet file repeats in every row, since
its footer does not tell how long; a pseudonym of 16 digits or more that a spreadsheet rounded
before it was stored as text; and GBK of a few signs that happens to be valid UTF-8 (declare
`encoding`).

| input | what happens | what is said |
|---|---|---|
"""


def main() -> None:
    """Print the page."""
    results = {}
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            (inner := Path(folder) / "in").mkdir()
            results[case.name] = happened(case, inner)
    sys.stdout.write(page(results))


if __name__ == "__main__":
    main()
