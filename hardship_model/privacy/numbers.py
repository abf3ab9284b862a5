"""Numbers that name a person: does a text hold one of identity, of a telephone, of a bank card?

Digits are put together as a person would read them, over blanks, hyphens and the like, and also
where other digits stand beside them.
"""

import re
from collections.abc import Iterator
from datetime import date

#: First two digits of an identity number: the provinces of GB/T 2260.
_PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
     *range(61, 66), 71, 81, 82, 83]
)  # fmt: skip
#: Weights and check characters of the identity number, GB 11643-1999 (ISO 7064, MOD 11-2).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
IDENTITY_DIGITS = 18
#: A birth lies after this year.
_FIRST_BIRTH = 1900
#: Digits of the shortest and the longest of these numbers, and of the prefix 0086.
_FEWEST, _MOST, _PREFIX = 11, 19, 4
#: Shorter pieces, such as days and months, are put together only where they are all there is.
_PIECE_DIGITS = 3
_BETWEEN = r"[\s\-‐–—·._/]+"
_RUN = re.compile(rf"\d+(?:{_BETWEEN}\d+)*(?:(?:{_BETWEEN})?[Xx](?![A-Za-z]))?")
_PIECE = re.compile(r"\d+[Xx]?|[Xx]")
_ABROAD = re.compile(r"(?:00)?86(?=\d{11})")
_SPREADSHEET = re.compile(r"^\d\.\d{4,}E\+1[4-8]$", re.IGNORECASE)
_WRITTEN_OUT = str.maketrans("〇零一二三四五六七八九", "00123456789")


def numbers_in(text: str) -> set[str]:
    """All numbers of 11 to 19 digits that this text may hold."""
    return {number for run in _RUN.findall(text.translate(_WRITTEN_OUT)) for number in _of(run)}


def _of(run: str) -> Iterator[str]:
    """The numbers that pieces of a run of digits, one after the other, make."""
    pieces = _PIECE.findall(run.upper())
    if sum(map(len, pieces)) < _FEWEST:
        return
    yield from _fitting("".join(pieces))
    for first in range(len(pieces)):
        number = ""
        for piece in pieces[first:]:
            if len(piece) < _PIECE_DIGITS and piece != "X":
                break
            number += piece
            yield from _fitting(number)


def _fitting(number: str) -> Iterator[str]:
    if _FEWEST <= len(number) <= _MOST + _PREFIX:
        yield _ABROAD.sub("", number, count=1) if _ABROAD.match(number) else number


def is_identity_number(text: str, numbers: set[str]) -> bool:
    """Eighteen digits with their check character, or rounded by a spreadsheet; fifteen digits."""
    return bool(_SPREADSHEET.match(text)) or any(
        checks(n) or _rounded(n) or (len(n) == 15 and _of_old_kind(n)) for n in numbers
    )


def checks(number: str) -> bool:
    """Is this an identity number of eighteen digits, check character and all?"""
    body = number[:17]
    if len(number) != IDENTITY_DIGITS or not body.isdigit() or not _begins(body):
        return False
    total = sum(w * int(c) for w, c in zip(_WEIGHTS, body, strict=True))
    return number[17] == _CHECK[total % 11]


def _begins(number: str) -> bool:
    return int(number[:2]) in _PROVINCES and born(number[6:14])


def _rounded(number: str) -> bool:
    """A spreadsheet keeps fifteen or sixteen digits of a number: the last ones are lost."""
    whole = len(number) == IDENTITY_DIGITS and number.isdigit()
    return whole and int(number[16:]) % 4 == 0 and _begins(number)


def _of_old_kind(number: str) -> bool:
    return number.isdigit() and int(number[:2]) in _PROVINCES and born("19" + number[6:12])


def born(text: str) -> bool:
    """Eight digits, year first: the date of a birth?"""
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return _FIRST_BIRTH <= day.year < 2100


def is_mobile_number(text: str, numbers: set[str]) -> bool:
    """Eleven digits as mobile telephones in China have them."""
    return any(re.fullmatch(r"1[3-9]\d{9}", number) for number in numbers)


def is_bank_card(text: str, numbers: set[str]) -> bool:
    """Sixteen to nineteen digits whose last one is right (Luhn)."""
    return any(
        16 <= len(n) <= _MOST and n.isdigit() and n[0] in "3456" and _luhn(n) and not checks(n)
        for n in numbers
    )


def _luhn(number: str) -> bool:
    digits = [int(c) for c in reversed(number)]
    doubled = [2 * d - 9 * (d > 4) for d in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
