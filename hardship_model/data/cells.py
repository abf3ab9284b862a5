"""Cells of a file as numbers, months, flags and categories; nothing is guessed, nothing quoted."""

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.data.as_written import FIRST_YEAR, LAST_YEAR, UNIT, amounts, months_of, plain
from hardship_model.data.specification import MappingError, notice

#: No sum of money, count or weight of a household is as large; float32 holds it.
MOST = 1e15


def codes_of(cells: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Which distinct texts do the cells hold, and where? Position −1 is an empty cell.

    Whole numbers are written alike, however the file stores them: 1, 1.0 and "1" are "1".
    """
    position, distinct = pd.factorize(cells)
    return position, [_text(value) for value in distinct]


def _text(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return re.sub(r"^(-?\d+)\.0+$", r"\1", str(value).strip())


def numbers(
    cells: pd.Series, *, missing: Collection[str] = (), decimal: str | None = None,
    factor: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """The cells as float64, NaN where empty or declared missing. Raises for any other text.

    What can be read in one way only is read (`as_written.amounts`), and a ReadWarning counts it.
    `factor` is what the caller multiplies by: above 1 it would count 万 twice, which is refused.
    """
    if pd.api.types.is_numeric_dtype(cells):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        marks = pd.to_numeric(pd.Series([*missing], dtype=object), errors="coerce")
        absent = np.isnan(values) | np.isin(values, marks.to_numpy(dtype=np.float64))
        why = ""
    else:
        position, texts = codes_of(cells)
        none = np.array([plain(t) in {"", *missing} or t in missing for t in texts], dtype=bool)
        read, kinds, why = amounts([texts[i] for i in np.flatnonzero(~none)], decimal=decimal)
        values = _spread(~none, read, np.nan)[position]
        absent = np.append(none, True)[position]
        rows = {k: int(_spread(~none, f, False)[position].sum()) for k, f in kinds.items()}
        if factor > 1 and rows.get(UNIT):
            raise MappingError(
                f"{rows[UNIT]} of {len(cells)} rows of {cells.name!r} say 元 or 万 themselves, and"
                " `factor` would count it twice. Take `factor` out of the mapping."
            )
        said = ", ".join(f"{kind}: {n}" for kind, n in rows.items() if n)
        if said:
            notice(f"Rows of {cells.name!r}, of {len(cells)}, read as plain numbers: {said}.")
    wrong = int((~(np.abs(values) < MOST) & ~absent).sum())
    if wrong:
        raise MappingError(
            f"{wrong} of {len(cells)} rows of {cells.name!r} hold no number.{why} Declare texts"
            " that mean `missing`, or `decimal` under [file], or correct the file."
        )
    return np.where(absent, np.nan, values)


def _spread(where: np.ndarray, values: np.ndarray, empty: object) -> np.ndarray:
    """The values at their places among all distinct texts; `empty` elsewhere and at the end."""
    out = np.full(len(where) + 1, empty, dtype=values.dtype)
    out[:-1][where] = values
    return out


def months(cells: pd.Series) -> np.ndarray:
    """The cells, dates or texts like 2024-03, as months (int32). Raises for anything else.

    Other ways to write a month that mean one only are read as well (`as_written.months_of`), and a
    ReadWarning counts them.
    """
    if pd.api.types.is_datetime64_any_dtype(cells):
        values = (cells.dt.year * 12 + cells.dt.month - 1).to_numpy(np.float64, na_value=np.nan)
        values[~cells.dt.year.between(FIRST_YEAR, LAST_YEAR).to_numpy(dtype=bool)] = np.nan
    else:
        position, texts = codes_of(cells)
        read, otherwise = months_of(texts)
        values = np.append(read, np.nan)[position]
        n = int(np.append(otherwise, False)[position].sum())
        if n:
            notice(f"{n} of {len(cells)} rows of {cells.name!r} read as months like 2024-03.")
    wrong = int(np.isnan(values).sum())
    if wrong:
        raise MappingError(
            f"{wrong} of {len(cells)} rows of {cells.name!r} hold no month like 2024-03."
            " Check [period] in the mapping."
        )
    return values.astype(np.int32)


def flags(cells: pd.Series, codes: dict[str, bool], missing: Collection[str]) -> pd.Series:
    """True, false or missing (boolean). Without `codes`, 1 is true and 0 is false."""
    position, texts = codes_of(cells)
    chosen = _targets(cells, position, texts, codes or {"1": True, "0": False}, missing)
    values = np.array([-1 if c is None else int(c) for c in [*chosen, None]], np.int8)[position]
    return pd.Series(values == 1, index=cells.index).astype("boolean").mask(values == -1)


def categories(cells: pd.Series, codes: dict[str, str], missing: Collection[str]) -> pd.Series:
    """Categories in the order of `codes`; without `codes`, the texts as they stand, sorted."""
    position, texts = codes_of(cells)
    own = {text: text for text in sorted(set(texts) - {""}) if text not in missing}
    chosen = _targets(cells, position, texts, codes or own, missing)
    names = list(dict.fromkeys((codes or own).values()))
    place = {name: i for i, name in enumerate(names)}
    coded = np.array([-1 if c is None else place[c] for c in [*chosen, None]])[position]
    return pd.Series(pd.Categorical.from_codes(coded, pd.Index(names)), index=cells.index)


def _targets(
    cells: pd.Series,
    position: np.ndarray,
    texts: list[str],
    codes: dict[str, Any],
    missing: Collection[str],
) -> list[Any]:
    """What each distinct text means; None where missing. Raises for a text that is no code."""
    absent = {"", *missing}
    unknown = [i for i, text in enumerate(texts) if text not in codes and text not in absent]
    if unknown:
        rows = int(np.isin(position, unknown).sum())
        raise MappingError(
            f"{rows} of {len(cells)} rows of {cells.name!r} hold {len(unknown)} codes that the"
            f" mapping does not know; it knows {', '.join(codes)}. Add them to `codes` or"
            " `missing`."
        )
    return [None if text in absent else codes[text] for text in texts]
