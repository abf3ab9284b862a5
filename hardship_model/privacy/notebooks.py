"""Does a notebook show records of single households? Run before every commit.

`python -m hardship_model.privacy.notebooks FILE …` ends with 1 when one does.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from hardship_model.privacy.identifiers import identifiers

#: Families of the drawn examples; nobody is behind them.
DRAWN = frozenset(
    ("alva", "bodo", "edda", "fria", "gerd", "hild", "ida", "jona", "kaia", "lars", "mira")
)
_KEY = r"(?:\b(?:household_id|member_id|person_id)\b|户编号|户号)"
_HOUSEHOLD = re.compile(_KEY)
#: As in a dictionary or a sentence: the pseudonym follows.
_WITH_VALUE = re.compile(_KEY + r"""['"]?\s*[:=]\s*['"]?([\w-]+)""")
_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)


def shows_households(path: Path) -> list[int]:
    """Which cells of this notebook show rows of single households? Counted from 0.

    An output shows them when it names the column of the household's pseudonym, unless each row
    is one of a drawn family (`DRAWN`), or when it, or the cell's own text, holds an identity,
    telephone or card number (`identifiers`). Error messages are outputs. A table that was shown
    without its pseudonyms, and a picture, pass unseen.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        number
        for number, cell in enumerate(cells)
        if any(_tells(text) for text in _texts(cell.get("outputs", [])))
        or _names_somebody("".join(cell.get("source", "")))
    ]


def _texts(outputs: list[dict[str, object]]) -> Iterator[str]:
    for output in outputs:
        data = output.get("data")
        written = output.get("text", output.get("traceback", ""))
        kinds = data if isinstance(data, dict) else {"text/plain": written}
        for kind, text in kinds.items():
            if kind.startswith(("text/", "application/")):
                yield "\n".join(map(str, text)) if isinstance(text, list) else str(text)


def _tells(text: str) -> bool:
    if any(value not in DRAWN for value in _WITH_VALUE.findall(text)):
        return True
    return (bool(_HOUSEHOLD.search(text)) and not _all_drawn(text)) or _names_somebody(text)


def _names_somebody(text: str) -> bool:
    kinds = identifiers(_as_table(text))["kind"]
    return bool(kinds.isin(["identity number", "mobile number", "bank card"]).any())


def _as_table(text: str) -> pd.DataFrame:
    return pd.DataFrame({"output": re.split(r"\s{2,}|\n|<[^>]*>", text)})


def _all_drawn(text: str) -> bool:
    """Does every row below the headings, or above the name of a series, name a drawn family?"""
    if "<tr" in text:
        rows = [_CELL.findall(row) for row in _ROW.findall(text)]
    else:
        rows = [line.split() for line in text.splitlines()]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    heading = next(i for i, row in enumerate(rows) if _HOUSEHOLD.search(" ".join(row)))
    told = rows[heading + 1 :] or rows[:heading]
    return all(DRAWN.intersection(cell.strip() for cell in row) for row in told)


def main() -> int:
    """Look through the notebooks named on the command line."""
    told = {name: shows_households(Path(name)) for name in sys.argv[1:]}
    for name, numbers in told.items():
        if numbers:
            print(
                f"{name}: cells {numbers} show rows of single households. Show counts instead, or"
                " clear these outputs, and commit again."
            )
    return int(any(told.values()))


if __name__ == "__main__":
    sys.exit(main())
