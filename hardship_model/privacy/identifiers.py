"""What must never come in: does a table hold something that names a person or finds a door?

Cells are looked at as a person would read them: full-width digits, digits of other scripts or
written out, blanks and hyphens between them, signs that nobody sees, and numbers that a spreadsheet
has made of them are seen through. Messages name the column and count the cells; they never quote
one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from hardship_model.privacy.names import is_personal_name
from hardship_model.privacy.numbers import (
    IDENTITY_DIGITS,
    born,
    checks,
    is_bank_card,
    is_identity_number,
    is_mobile_number,
    numbers_in,
)


class IdentifierError(ValueError):
    """A table holds what must not come in: which columns, of which kind, how many cells."""


#: A date before this year may be that of a birth.
_GROWN_UP = 2010
#: Numbers below these hold fewer digits than a whole date, and than a telephone number.
_FEWEST_DIGITS, _PHONE = 1e7, 1e10
#: Amounts as large as an eight-digit date are no dates.
_LARGE_AMOUNT = 1e6
#: A word in so many rows is no name.
_OFTEN = 5
#: Rows by which two columns are held against each other.
_LOOKED_AT = 20
#: Signs of no width; and the digits of Arabic (two kinds), Tibetan and Mongolian.
_FOLDED: dict[int, str | None] = dict.fromkeys([0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
_FOLDED |= {nought + n: str(n) for nought in (0x660, 0x6F0, 0xF20, 0x1810) for n in range(10)}
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_DATE = re.compile(
    r"(?<!\d)(19\d\d|20[01]\d)(?:[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)|(\d\d)(\d\d)(?!\d))"
)
_ADDRESS = re.compile(
    r"(?:[路街巷弄道村]|小区|社区|大院|[组栋幢座]|单元)\s*\w{0,6}?[\d一二三四五六七八九十]+\s*[-－]?"
    r"[\d]*\s*(?:号|室|栋|幢|单元|楼|户)|\d+\s*(?:栋|幢|单元)|\d+\s*号楼"
    r"|\b\d{1,5}\s+\w+\s+(?:street|road|avenue)\b",
    re.IGNORECASE,
)
_PLACE_PAIR = re.compile(r"(?<!\d)(\d{1,3}\.\d{4,})[,，;\s]+(\d{1,3}\.\d{4,})(?!\d)")
_NAME_COLUMN = re.compile(r"姓名|户主名|联系人|负责人|^(?:\w+[ _])?(?:full_?)?name$", re.IGNORECASE)
_BIRTH_COLUMN = re.compile(r"出生|生日|birth", re.IGNORECASE)
#: A spreadsheet's day numbers of births, above every year that stands for itself.
_BIRTH_DAYS = (3_000.0, 40_178.0)
_PLACE_COLUMN = re.compile(
    r"经度|纬度|坐标|longitude|latitude|^(?:lon|lng|lat|gps)$", re.IGNORECASE
)


def identifiers(table: pd.DataFrame) -> pd.DataFrame:
    """Which columns hold something that names a person or finds a door, and in how many cells?

    Returns
    -------
    one row per column × kind that was found: `column, kind, n` (cells) and `of` (all of the
    column). A heading that is itself an identifier counts as a cell, of column *(heading)*, and
    its column goes by its place. Looked for are identity numbers of 18 digits with their check
    character, of 15 digits, rounded by a spreadsheet, or split over two columns side by side;
    mobile telephone numbers; bank cards (Luhn); e-mail addresses; personal names; street
    addresses; exact dates that may be those of births; coordinates.

    """
    headings = pd.Series([str(name) for name in table.columns], dtype=object)
    found = [("(heading)", *row[1:]) for row in _in_column(_column("", headings))]
    if found:
        headings = pd.Series([_unless_told(name, i) for i, name in enumerate(headings, 1)])
    columns = []
    for name, (_, cells) in zip(headings, table.items(), strict=True):
        if pd.api.types.is_datetime64_any_dtype(cells):
            found += _in_dates(name, cells)
        elif not pd.api.types.is_bool_dtype(cells):
            columns.append(_column(name, cells))
            found += _in_column(columns[-1])
    found += [*_split_numbers(columns), *_pairs_of_coordinates(columns)]
    return pd.DataFrame(found, columns=["column", "kind", "n", "of"])


def named_by(text: str) -> str:
    """Which numbers of a person does this text hold, such as the name of a file? Empty: none."""
    read = _as_read(text)
    return ", ".join(kind for kind, is_one in _NUMBERS.items() if is_one(read, numbers_in(read)))


def _unless_told(heading: str, place: int) -> str:
    """The heading, unless it tells who somebody is."""
    told = any(_in_column(_column("", pd.Series([heading], dtype=object))))
    return f"column {place}" if told else heading


def refuse_identifiers(table: pd.DataFrame, *, where: str) -> None:
    """Stop when a table holds identifiers.

    Raises IdentifierError with every column's heading, kinds and counts; a heading that is an
    identifier itself is not quoted.
    """
    found = identifiers(table)
    if not found.empty:
        raise IdentifierError(_refusal(found, where=where))


def _refusal(found: pd.DataFrame, *, where: str) -> str:
    said = "; ".join(
        f"{row['column']!r}: {row['kind']} in {row['n']} of {row['of']} cells"
        for row in found.to_dict("records")
    )
    return (
        f"{where} holds what names a person or finds a door: {said}. Take these out of the file"
        " and try again. See docs/DATA.md."
    )


_Found = tuple[str, str, int, int]


class _Column(NamedTuple):
    """A column's cells: which distinct value stands where (−1: none), and these as numbers."""

    name: str
    position: np.ndarray
    distinct: np.ndarray
    #: Missing where a value is none.
    number: np.ndarray

    def cells(self, which: np.ndarray) -> int:
        """How many cells hold one of these distinct values?"""
        return int(np.append(which, False)[self.position].sum())

    def texts(self) -> tuple[list[str], np.ndarray]:
        """The distinct values that could hold something, as they read, and how often they stand."""
        # Among large amounts eight digits are an amount, elsewhere they may be a date.
        large = _many(np.abs(self.number) > _LARGE_AMOUNT)
        least = _PHONE if large else _FEWEST_DIGITS
        kept = np.flatnonzero(_whole(self.number) & ~(self.number < least))
        count = np.bincount(self.position + 1, minlength=len(self.distinct) + 1)[1:]
        return [_as_read(value) for value in self.distinct[kept]], count[kept]


def _whole(number: np.ndarray) -> np.ndarray:
    """Which may be digits alone: whole numbers, and what is no number?"""
    return np.isnan(number) | ((number == np.floor(number)) & ~np.isinf(number))


def _column(name: str, cells: pd.Series) -> _Column:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(object)
    position, found = pd.factorize(cells)
    distinct = np.asarray(found, dtype=object)
    if pd.api.types.is_numeric_dtype(cells):
        number = np.asarray(found, dtype=np.float64)
    else:
        number = np.asarray(pd.to_numeric(distinct, errors="coerce"), dtype=np.float64)
    return _Column(name, position, distinct, number)


def _in_column(column: _Column) -> Iterator[_Found]:
    of, filled = len(column.position), column.cells(np.ones(len(column.distinct), dtype=bool))
    if filled and _PLACE_COLUMN.search(column.name):
        yield column.name, "heading of coordinates", filled, of
    days = column.cells((column.number > _BIRTH_DAYS[0]) & (column.number < _BIRTH_DAYS[1]))
    if days and _BIRTH_COLUMN.search(column.name):
        yield column.name, "exact date", days, of
    texts, count = column.texts()
    if not texts:
        return
    numbers = [numbers_in(text) for text in texts]
    tests = [(kind, map(is_one, texts, numbers)) for kind, is_one in _NUMBERS.items()]
    tests += [(kind, map(is_one, texts)) for kind, is_one in _KINDS.items()]
    for kind, flags in tests:
        n = int(count[np.fromiter(flags, dtype=bool, count=len(texts))].sum())
        if n:
            yield column.name, kind, n, of
    names = np.array([is_personal_name(text) for text in texts], dtype=bool)
    # A word that stands in many rows is a place or a trade, unless most words read like names.
    told = names & ((count < _OFTEN) | (names.mean() > 0.5 if len(names) > 1 else False))
    if told.any():
        yield column.name, "personal name", int(count[told].sum()), of
    if _NAME_COLUMN.search(column.name):
        yield column.name, "heading of names", int(count.sum()), of


def _in_dates(name: str, cells: pd.Series) -> Iterator[_Found]:
    old = int((cells.dt.year < _GROWN_UP).sum())
    if old and not (cells.dropna().dt.day == 1).all():
        yield name, "exact date", old, len(cells)


def _many(flags: np.ndarray) -> bool:
    return bool(len(flags) and flags.mean() > 0.5)


def _as_read(value: object) -> str:
    """Full-width characters and digits of other scripts as plain ones, nothing that is not seen."""
    if isinstance(value, (float, np.floating)):
        return str(int(value))
    text = str(value).strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_FOLDED).strip()
    return re.sub(r"\.0+$", "", text)


def _is_old_date(text: str) -> bool:
    for year, month, day, month2, day2 in _DATE.findall(text):
        if int(year) < _GROWN_UP and born(f"{year}{month or month2:0>2}{day or day2:0>2}"):
            return True
    return False


def _is_place(text: str) -> bool:
    return any(_in_china(float(a), float(b)) for a, b in _PLACE_PAIR.findall(text))


def _in_china(one: float, other: float) -> bool:
    return (73 <= one <= 136 and 3 <= other <= 54) or (73 <= other <= 136 and 3 <= one <= 54)


def _pairs_of_coordinates(columns: Sequence[_Column]) -> list[_Found]:
    """Two columns of numbers with four decimals, one like longitudes, one like latitudes."""
    ranges = {"longitude": (73.0, 136.0), "latitude": (3.0, 54.0)}
    like: dict[str, list[_Found]] = {kind: [] for kind in ranges}
    for column in columns:
        values = column.number[~np.isnan(column.number)]
        for kind, (low, high) in ranges.items():
            inside = len(values) > 1 and low <= values.min() and values.max() <= high
            if inside and values.std() < 10 and _fine(values).mean() > 0.8:
                n = column.cells(~np.isnan(column.number))
                like[kind].append((column.name, "coordinates", n, len(column.position)))
    return [*like["longitude"], *like["latitude"]] if all(like.values()) else []


def _fine(values: np.ndarray) -> np.ndarray:
    return np.abs(values * 1e3 - np.round(values * 1e3)) > 1e-6


def _split_numbers(columns: Sequence[_Column]) -> Iterator[_Found]:
    """Two columns side by side whose digits together are identity numbers."""
    read = [_digits(column) for column in columns]
    for (one, first), (other, second) in pairwise(zip(columns, read, strict=True)):
        if first and second and len(first[0]) + len(second[0]) == IDENTITY_DIGITS:
            told = [checks(a + b) for a, b in zip(first, second, strict=False)]
            if _many(np.array(told)):
                name = f"{one.name} + {other.name}"
                yield name, "identity number", int((one.position >= 0).sum()), len(one.position)


def _digits(column: _Column) -> list[str]:
    """The first cells, when they hold digits alone; noughts that a number lost are put before."""
    head = column.position[:_LOOKED_AT]
    if not len(head) or (head < 0).any() or not _whole(column.number[head]).all():
        return []
    texts = [_as_read(column.distinct[at]).upper() for at in head]
    if not all(
        (text[:-1] or "0").isdigit() and text[-1] in "0123456789X" for text in texts if text
    ):
        return []
    longest = max(map(len, texts))
    return [text.zfill(longest) for text in texts]


#: Kind → does this text, which holds these numbers, hold one?
_NUMBERS: dict[str, Callable[[str, set[str]], bool]] = {
    "identity number": is_identity_number,
    "mobile number": is_mobile_number,
    "bank card": is_bank_card,
}
#: Kind → does this text hold one?
_KINDS: dict[str, Callable[[str], bool]] = {
    "e-mail address": lambda text: bool(_MAIL.search(text)),
    "street address": lambda text: bool(_ADDRESS.search(text)),
    "exact date": _is_old_date,
    "coordinates": _is_place,
}
