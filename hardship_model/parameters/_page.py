"""The page that lists every public number, assumptions first."""

import math

import pandas as pd

from hardship_model.parameters._reader import TAGS, describe

_MEANING = {
    "assumed": "a choice of ours: no source; move it and see whether the answer turns over",
    "derived": "computed by us from numbers with other tags",
    "remembered": "written down from memory; no page was seen",
    "found-low": "read in a source of low reliability; an illustration only",
    "found": "read in the source that is named; check it there before publishing",
}


def page() -> str:
    """What does docs/PARAMETERS.md say? Markdown; a test keeps the file in step."""
    table = describe()
    parts = [
        "# Public numbers and assumptions\n",
        "This page is generated from the files in `hardship_model/parameters/`. A value holds from"
        " its month on until the next one; a date it has no value for is refused. A number with one"
        " value, since 2012-01, was measured, if at all, in the year that its source names; that"
        " it held in every other year is our assumption.\n",
        _counts(table),
    ]
    parts += [_chapter(table, tag) for tag in TAGS]
    return "\n".join(parts)


def _counts(table: pd.DataFrame) -> str:
    dated = table.dropna(subset=["value"])
    lines = ["| tag | numbers | dated values | what it means |", "|---|---:|---:|---|"]
    for tag in TAGS:
        kept = dated[dated["tag"] == tag]
        lines.append(f"| **{tag}** | {kept['name'].nunique()} | {len(kept)} | {_MEANING[tag]} |")
    lines.append(f"| all | {dated['name'].nunique()} | {len(dated)} | |")
    mixed = int((dated[["name", "tag"]].drop_duplicates().groupby("name").size() > 1).sum())
    lines += ["", f"{mixed} numbers have values with different tags and stand under each of them."]
    return "\n".join([*lines, ""])


def _chapter(table: pd.DataFrame, tag: str) -> str:
    """One table of the numbers that have a value with this tag, group by group."""
    kept = table[table["tag"] == tag]
    lines = [f"## {tag.capitalize()}", "", f"*{_MEANING[tag].capitalize()}.*", ""]
    lines += ["| name | what | unit | values | source |", "|---|---|---|---|---|"]
    for name, rows in kept.groupby("name", sort=False):
        first = rows.iloc[0]
        what = f"{first['label']} ({first['label_zh']})"
        note = f" {first['note']}" if first["note"] else ""
        sources = "; ".join(rows["source"].unique())
        lines.append(
            f"| `{name}` | {what} | {first['unit']} | {_values(rows)} | {sources}.{note} |"
        )
    return "\n".join([*lines, ""])


def _values(rows: pd.DataFrame) -> str:
    """The dated values of one number, place by place."""
    by_place = []
    for place, dated in rows.groupby("place", sort=False):
        text = ", ".join(
            f"{since}: {_number(value)}"
            for since, value in zip(dated["since"], dated["value"], strict=True)
        )
        by_place.append(text if place == "all" else f"{place} {text}")
    return "; ".join(by_place)


def _number(value: float) -> str:
    return "ended" if math.isnan(value) else f"{value:,.10g}"
