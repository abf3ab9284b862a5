"""What must never come in: does a table hold something that names a person or finds a door?

Cells are looked at as a person would read them: full-width digits, blanks and hyphens between
digits, and numbers that a spreadsheet has made of them are seen through. Messages name the column
and count the cells; they never quote one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from hardship_model.privacy.names import is_personal_name


class IdentifierError(ValueError):
    """A table holds what must not come in: which columns, of which kind, how many cells."""


#: First two digits of an identity number: the provinces of GB/T 2260.
_PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
     *range(61, 66), 71, 81, 82, 83]
)  # fmt: skip
#: Weights and check characters of the identity number, GB 11643-1999 (ISO 7064, MOD 11-2).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
#: A birth lies after this year; a date before `_GROWN_UP` may be that of a birth.
_FIRST_BIRTH, _GROWN_UP = 1900, 2010
#: Numbers below these hold fewer digits than a whole date, and than a telephone number.
_FEWEST_DIGITS, _PHONE = 1e7, 1e10
#: Amounts as large as an eight-digit date are no dates.
_LARGE_AMOUNT = 1e6
#: A word in so many rows is no name.
_OFTEN = 5
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-‐–—·.]+(?=[\dXx])")
_DIGITS = re.compile(r"(?<!\d)(?:\+?(?:0086|86))?(\d{11,19}[Xx]?)(?!\d)")
_SPREADSHEET = re.compile(r"^\d\.\d{4,}E\+1[4-8]$", re.IGNORECASE)
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
_PLACE_COLUMN = re.compile(
    r"经度|纬度|坐标|longitude|latitude|^(?:lon|lng|lat|gps)$", re.IGNORECASE
)


def identifiers(table: pd.DataFrame) -> pd.DataFrame:
    """Which columns hold something that names a person or finds a door, and in how many cells?

    Returns
    -------
    one row per column × kind that was found: `column, kind, n` (cells) and `of` (all of the
    column). A heading that is itself an identifier counts as a cell, of column *(heading)*.
    Looked for are identity numbers of 18 digits with their check character, of 15 digits, or
    rounded by a spreadsheet; mobile telephone numbers; bank cards (Luhn); e-mail addresses;
    personal names; street addresses; exact dates that may be those of births; coordinates.

    """
    found = [row for name, cells in table.items() for row in _in_column(str(name), cells)]
    headings = pd.Series([str(name) for name in table.columns], dtype=object)
    found += [("(heading)", *row[1:]) for row in _in_column("", headings)]
    found += _pairs_of_coordinates(table)
    return pd.DataFrame(found, columns=["column", "kind", "n", "of"])


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


def _in_column(name: str, cells: pd.Series) -> Iterator[_Found]:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(object)
    if pd.api.types.is_bool_dtype(cells):
        return
    if pd.api.types.is_datetime64_any_dtype(cells):
        old = int((cells.dt.year < _GROWN_UP).sum())
        if old and not (cells.dropna().dt.day == 1).all():
            yield name, "exact date", old, len(cells)
        return
    position, texts = _texts(cells)
    count = np.bincount(position[position >= 0], minlength=len(texts))
    for kind, is_one in _KINDS.items():
        n = int(sum(c for c, text in zip(count, texts, strict=True) if is_one(text)))
        if n:
            yield name, kind, n, len(cells)
    names = np.array([is_personal_name(text) for text in texts], dtype=bool)
    # A word that stands in many rows is a place or a trade, unless most words read like names.
    told = names & ((count < _OFTEN) | (names.mean() > 0.5 if len(names) > 1 else False))
    if told.any():
        yield name, "personal name", int(count[told].sum()), len(cells)
    if _NAME_COLUMN.search(name) and texts:
        yield name, "heading of names", int(count.sum()), len(cells)
    if _PLACE_COLUMN.search(name) and len(cells.dropna()):
        yield name, "heading of coordinates", int(cells.notna().sum()), len(cells)


def _texts(cells: pd.Series) -> tuple[np.ndarray, list[str]]:
    """The distinct cells that could hold something, as they read; −1: could not."""
    position, distinct = pd.factorize(cells)
    values = pd.to_numeric(pd.Series(np.asarray(distinct, dtype=object)), errors="coerce")
    with np.errstate(invalid="ignore"):
        number = values.to_numpy(dtype=np.float64, na_value=np.nan)
        # Among large amounts eight digits are an amount, elsewhere they may be a date.
        large = _many(np.abs(number) > _LARGE_AMOUNT)
        least = _PHONE if large else _FEWEST_DIGITS
        short = (number < least) | (number != np.floor(number)) | np.isinf(number)
    kept = np.flatnonzero(np.isnan(number) | ~short)
    place = np.full(len(distinct) + 1, -1)
    place[kept] = np.arange(len(kept))
    return place[position], [_as_read(value) for value in np.asarray(distinct, dtype=object)[kept]]


def _many(flags: np.ndarray) -> bool:
    return bool(len(flags) and flags.mean() > 0.5)


def _as_read(value: object) -> str:
    """Full-width characters as plain ones, a whole number without its decimals."""
    if isinstance(value, (float, np.floating)):
        return str(int(value))
    return re.sub(r"\.0+$", "", unicodedata.normalize("NFKC", str(value)).strip())


def _numbers_in(text: str) -> Iterable[str]:
    return (m.group(1).upper() for m in _DIGITS.finditer(_BETWEEN_DIGITS.sub("", text)))


def _is_identity_number(text: str) -> bool:
    if _SPREADSHEET.match(text):
        return True
    return any(
        (len(n) == 18 and (_checks(n) or _rounded(n))) or (len(n) == 15 and _old_number(n))
        for n in _numbers_in(text)
    )


def _checks(number: str) -> bool:
    body = number[:17]
    if not body.isdigit() or int(body[:2]) not in _PROVINCES or not _born(body[6:14]):
        return False
    total = sum(w * int(c) for w, c in zip(_WEIGHTS, body, strict=True))
    return number[17] == _CHECK[total % 11]


def _rounded(number: str) -> bool:
    """A spreadsheet keeps fifteen or sixteen digits of a number: the last ones are lost."""
    return (
        number.isdigit()
        and int(number[16:]) % 4 == 0
        and int(number[:2]) in _PROVINCES
        and _born(number[6:14])
    )


def _old_number(number: str) -> bool:
    return number.isdigit() and int(number[:2]) in _PROVINCES and _born("19" + number[6:12])


def _born(text: str) -> bool:
    """Eight digits, year first: the date of a birth?"""
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return _FIRST_BIRTH <= born.year <= date.max.year and born.year < 2100


def _is_mobile_number(text: str) -> bool:
    return any(re.fullmatch(r"1[3-9]\d{9}", number) for number in _numbers_in(text))


def _is_bank_card(text: str) -> bool:
    return any(
        16 <= len(n) <= 19 and n.isdigit() and n[:1] in "3456" and _luhn(n) and not _checks(n)
        for n in _numbers_in(text)
    )


def _luhn(number: str) -> bool:
    digits = [int(c) for c in reversed(number)]
    doubled = [2 * d - 9 * (d > 4) for d in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_old_date(text: str) -> bool:
    for year, month, day, month2, day2 in _DATE.findall(text):
        if int(year) < _GROWN_UP and _born(f"{year}{month or month2:0>2}{day or day2:0>2}"):
            return True
    return False


def _is_place(text: str) -> bool:
    return any(_in_china(float(a), float(b)) for a, b in _PLACE_PAIR.findall(text))


def _in_china(one: float, other: float) -> bool:
    return (73 <= one <= 136 and 3 <= other <= 54) or (73 <= other <= 136 and 3 <= one <= 54)


def _pairs_of_coordinates(table: pd.DataFrame) -> list[_Found]:
    """Two columns of numbers with four decimals, one like longitudes, one like latitudes."""
    ranges = {"longitude": (73.0, 136.0), "latitude": (3.0, 54.0)}
    like: dict[str, list[tuple[str, int]]] = {kind: [] for kind in ranges}
    for name, cells in table.items():
        values = pd.to_numeric(cells, errors="coerce") if cells.dtype != bool else cells
        if pd.api.types.is_datetime64_any_dtype(cells) or not values.notna().any():
            continue
        values = values.dropna().astype(float)
        fine = np.abs(values * 1e3 - np.round(values * 1e3)) > 1e-6
        for kind, (low, high) in ranges.items():
            if fine.mean() > 0.8 and values.between(low, high).all() and values.std() < 10:
                like[kind].append((str(name), len(values)))
    if not (like["longitude"] and like["latitude"]):
        return []
    return [(n, "coordinates", count, len(table)) for kind in like for n, count in like[kind]]


#: Kind → does this text hold one?
_KINDS: dict[str, Callable[[str], bool]] = {
    "identity number": _is_identity_number,
    "mobile number": _is_mobile_number,
    "bank card": _is_bank_card,
    "e-mail address": lambda text: bool(_MAIL.search(text)),
    "street address": lambda text: bool(_ADDRESS.search(text)),
    "exact date": _is_old_date,
    "coordinates": _is_place,
}
