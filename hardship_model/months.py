"""Calendar months as whole numbers, so that a horizon is a subtraction."""

import re

_TEXT = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def to_month(text: str) -> int:
    """Which number is this month? Months are counted from year 0.

    >>> to_month("2024-03") - to_month("2023-12")
    3
    >>> to_month("2024-3")
    Traceback (most recent call last):
    ValueError: A month is written like 2024-03, got '2024-3'.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"A month is written like 2024-03, got {text!r}.")
    return int(match[1]) * 12 + int(match[2]) - 1


def to_text(month: int) -> str:
    """How is this month written?

    >>> to_text(to_month("2024-03"))
    '2024-03'
    """
    year, month_of_year = divmod(int(month), 12)
    return f"{year:04d}-{month_of_year + 1:02d}"
