"""A raw extract becomes one that may be looked at, and a record of what was done to it."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from hardship_model.data.as_written import plain
from hardship_model.data.cells import months, numbers
from hardship_model.data.mapping import read_extract
from hardship_model.data.specification import Anonymise, Mapping, MappingError
from hardship_model.months import to_text
from hardship_model.privacy import (
    banded,
    fingerprint,
    hiding,
    merged,
    pseudonyms,
    refuse_identifiers,
    suppressed,
    top_coded,
)


def anonymise(
    mapping: Mapping, path: Path | None, *, key: bytes
) -> tuple[pd.DataFrame, Table[str, Any]]:
    """What may be kept of this extract, by the mapping's [anonymise], and what was done?

    Columns keep their headings, so that the same mapping reads what comes back. In this order:
    columns are dropped, also those that neither mapping nor plan names (a clerk's remarks tell more
    than any rule finds), identifiers become pseudonyms (the same under the same key, so that
    extracts of several years link), dates become months, numbers bands, the highest amounts their
    mean, categories and places of too few households *other*; then what others may know is made
    missing where fewer than `least` households share it in a period.

    Returns
    -------
    the table, one row per row of the extract that is kept; and the record: counts of every step,
    k-anonymity, l-diversity and risk of re-identification before and after, each for somebody who
    knows the `known` columns of one period. Whoever knows several periods of one household knows
    more than this counts. Raises MappingError for a plan that does not fit the file, and
    IdentifierError when an identifier is left, also in a column that the plan does not name.

    """
    plan = mapping.anonymise
    if plan is None:
        raise MappingError(
            f"Mapping {mapping.name!r} has no [anonymise]: it does not say what becomes of names"
            " and numbers. See docs/DATA.md."
        )
    if path is not None and mapping.file.format not in (None, "csv"):
        raise MappingError(
            f"Mapping {mapping.name!r} could not read what is written, a CSV: it declares another"
            " `format`. Leave it out; the ending of the file's name tells it."
        )
    raw = read_extract(mapping, path, raw=True).reset_index(drop=True)
    _refuse_absent(plan, raw)
    for name in plan.known:  # ３ and 3 are one answer, and hide among one another
        raw[name] = raw[name].map(lambda text: plain(text) if isinstance(text, str) else text)
    steps = _left_out(raw, plan.drop, "dropped")
    table = raw.drop(columns=list(plan.drop))
    for name in dict.fromkeys((mapping.household, *plan.pseudonym)):
        table[name] = pseudonyms(table[name], key)
        steps.append({"step": "pseudonym", "column": name, "people": int(table[name].nunique())})
    table, coarse = _coarsened(mapping, plan, table, people=table[mapping.household])
    came = path.name if path else mapping.name
    refuse_identifiers(table, where=f"What is left of {came!r}")
    named = {*mapping.columns_needed, *_named(plan)}
    unnamed = [str(name) for name in table if name not in named]
    steps += _left_out(table, unnamed, "not named")
    table = table.drop(columns=unnamed)
    record: dict[str, Any] = {
        "mapping": mapping.name, "key": fingerprint(key), "rows": len(raw),
        "households": int(table[mapping.household].nunique()), "plan": asdict(plan),
        "steps": steps + coarse,
    }  # fmt: skip
    if plan.known:
        table = _hidden(mapping, plan, raw, table, record)
    return table, record


def write_extract(table: pd.DataFrame, mapping: Mapping, path: Path) -> None:
    """Write what is kept as a CSV that the mapping's [file] reads.

    In UTF-8, since bands have signs that not every encoding has; the mark of UTF-8 speaks louder
    than what the mapping declares.
    """
    table.to_csv(
        path, index=False, lineterminator="\n", sep=mapping.file.separator,
        encoding="utf-8-sig" if mapping.file.encoding else "utf-8",
        decimal=mapping.file.decimal or ".",
    )  # fmt: skip


def _left_out(table: pd.DataFrame, columns: Sequence[str], step: str) -> list[dict[str, Any]]:
    return [
        {"step": step, "column": name, "cells": int(table[name].notna().sum())} for name in columns
    ]


def _named(plan: Anonymise) -> list[str]:
    return [*plan.drop, *plan.pseudonym, *plan.to_month, *plan.band, *plan.top, *plan.merge,
            *plan.known, *([plan.sensitive] if plan.sensitive else [])]  # fmt: skip


def _refuse_absent(plan: Anonymise, raw: pd.DataFrame) -> None:
    absent = sorted({name for name in _named(plan) if name not in raw})
    if absent:
        raise MappingError(
            f"[anonymise] names {', '.join(absent)}, which the file lacks. See docs/DATA.md."
        )


def _coarsened(
    mapping: Mapping, plan: Anonymise, table: pd.DataFrame, *, people: pd.Series
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Dates to months, numbers to bands, the top to its mean, rare categories to *other*."""
    out, steps = table.copy(), []

    def amounts(name: str) -> pd.Series:
        read = numbers(table[name], missing=mapping.file.missing, decimal=mapping.file.decimal)
        return pd.Series(read)

    for name in plan.to_month:
        out[name] = [to_text(month) for month in months(_as_dates(table[name])).tolist()]
        steps.append({"step": "month", "column": name, "values": int(out[name].nunique())})
    for name, edges in plan.band.items():
        out[name] = banded(amounts(name), edges)
        steps.append({"step": "band", "column": name, "values": int(out[name].nunique())})
    for name, share in plan.top.items():
        out[name], line = top_coded(amounts(name), share)
        above = int((out[name] > line).sum())
        steps.append({"step": "top", "column": name, "cells": above})
    for name in plan.merge:
        out[name] = merged(table[name], people, least=plan.least)
        steps.append({"step": "merge", "column": name, "values": int(out[name].nunique()),
                      "of": int(table[name].nunique())})  # fmt: skip
    return out, steps


def _as_dates(cells: pd.Series) -> pd.Series:
    """Whole dates as dates; months as they stand."""
    read = pd.to_datetime(cells, errors="coerce", format="mixed")
    return read if bool(read.notna().eq(cells.notna()).all()) else cells


def _hidden(
    mapping: Mapping, plan: Anonymise, raw: pd.DataFrame, table: pd.DataFrame,
    record: dict[str, Any],
) -> pd.DataFrame:  # fmt: skip
    when = [c for c in (mapping.period.month, mapping.period.year, mapping.period.quarter) if c]
    still = [name for name in plan.known if name in raw]
    sensitive = str(plan.sensitive)
    record["before"] = hiding(raw, [*when, *still], sensitive)._asdict()
    out, lost, dropped = suppressed(table, still, within=when, least=plan.least)
    record["made_missing"], record["rows_dropped"] = lost, dropped
    record["after"] = hiding(out, [*when, *still], sensitive)._asdict()
    return out
