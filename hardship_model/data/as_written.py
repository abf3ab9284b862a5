"""Numbers and months as people write them; only what can be read in one way is read."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from hardship_model.months import to_month

#: Full-width forms, the wide and the hard blank, and the typographic minus; nothing else is
#: folded: a raised ² or a circled ① is no digit.
_FOLDED = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: " ", 0xA0: " ", 0x2212: "-"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = {
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?", re.ASCII),
}
_WITH_UNIT = re.compile(r"(.*?)\s*(万元|万|元)")
_WORTH = {"元": 1.0, "万": 1e4, "万元": 1e4}
UNIT = "元 or 万"
_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2})|\s*年\s*(\d{1,2})\s*月(?:份)?|(\d{2}))", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|(\d\d)(\d\d))"
    r"(?: 00:00(?::00)?)?", re.ASCII,
)  # fmt: skip
_SERIAL = re.compile(r"[2-7]\d{4}", re.ASCII)
#: Day 0 of a spreadsheet's calendar, as it counts from 1 March 1900 on.
_DAY_NOUGHT = date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1900, 2100


def plain(text: str) -> str:
    """The text without full-width characters and without blanks around it."""
    return text.translate(_FOLDED).strip()


def amounts(
    texts: Sequence[str], *, decimal: str | None
) -> tuple[np.ndarray, dict[str, np.ndarray], str]:
    """Which numbers do these distinct texts of one column mean?

    A mark between thousands is taken as such when every text with it fits; with no `decimal`
    declared some other text must show that it is no decimal comma (1,234 alone may be either).
    元 and 万 count when every text carries one of them: else the others' unit would be guessed.

    Returns
    -------
    float64, NaN for what is no number; which texts were read otherwise than they stand, by kind;
    and, where a whole column could be read in two ways, why it is not.

    """
    folded = [plain(text) for text in texts]
    kinds = {"full-width": _flags(f != t.strip() for f, t in zip(folded, texts, strict=True))}
    units = [_WITH_UNIT.fullmatch(text) for text in folded]
    worth, why = np.ones(len(texts)), ""
    if all(units):
        folded = [unit[1] for unit in units if unit]
        worth = np.array([_WORTH[unit[2]] for unit in units if unit])
        kinds[UNIT] = _flags(True for _ in texts)
    elif any(units):
        why = " Some carry 元 or 万 and others do not, so their unit is unclear."
    mark = "." if decimal == "," else ","
    marked = [mark in text for text in folded]
    if any(marked):
        shown = decimal is not None or _shown(folded)
        fits = all(_GROUPED[mark].fullmatch(t) for t, m in zip(folded, marked, strict=True) if m)
        if fits and shown:
            folded = [text.replace(mark, "") for text in folded]
            kinds["marks between thousands"] = _flags(marked)
        else:
            folded = ["" if m else text for text, m in zip(folded, marked, strict=True)]
            why = f" In some, {mark!r} may part thousands or decimals."
    if decimal == ",":
        folded = [text.replace(",", ".") for text in folded]
    values = np.array([float(t) if _NUMBER.fullmatch(t) else np.nan for t in folded])
    return values * worth, {k: f & ~np.isnan(values) for k, f in kinds.items()}, why


def _shown(texts: Sequence[str]) -> bool:
    """Does some text show that the comma parts thousands: 800, 12.5, 1,234.5 or 1,234,567?"""
    return any(text.count(",") != 1 or "." in text for text in texts)


def _flags(values: Iterable[object]) -> np.ndarray:
    return np.array([bool(value) for value in values], dtype=bool)


def months_of(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Which months do these distinct texts of one column mean?

    Read are 2022-07, 2022年7月, 2022/7, 202207 and whole dates with the year first. A
    spreadsheet's day numbers are read when each is the first of a month: then the other calendar
    (days from 1904), which would make it the second, is not meant. 2022.1 may be January or a
    shortened October, and is not read.

    Returns
    -------
    months as float64, NaN for what is none; and which were written otherwise than 2022-07.

    """
    folded = [plain(text) for text in texts]
    if folded and all(_SERIAL.fullmatch(text) for text in folded):
        days = [_DAY_NOUGHT + timedelta(days=int(text)) for text in folded]
        if all(day.day == 1 for day in days):
            values = np.array([float(day.year * 12 + day.month - 1) for day in days])
            return values, np.ones(len(texts), dtype=bool)
    values = np.array([_first_of(text, _as_month, _as_day) for text in folded], dtype=np.float64)
    usual = _flags(re.fullmatch(r"\d{4}-\d\d", text.strip(), re.ASCII) for text in texts)
    return values, ~usual & ~np.isnan(values)


def _first_of(text: str, *ways: Callable[[str], float]) -> float:
    return next((v for v in (way(text) for way in ways) if not np.isnan(v)), np.nan)


def _as_month(text: str) -> float:
    found = _MONTH.fullmatch(text)
    if found is None:
        return np.nan
    month = int(found[2] or found[3] or found[4])
    if not (1 <= month <= 12 and FIRST_YEAR <= int(found[1]) <= LAST_YEAR):
        return np.nan
    return float(to_month(f"{found[1]}-{month:02d}"))


def _as_day(text: str) -> float:
    found = _DAY.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return np.nan
    month, day = int(found[3] or found[5] or found[7]), int(found[4] or found[6] or found[8])
    try:
        date(int(found[1]), month, day)
    except ValueError:
        return np.nan
    return float(to_month(f"{found[1]}-{month:02d}"))
