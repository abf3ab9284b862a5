"""The mapping file: which column of an extract means what, in which unit, at which frequency."""

import tomllib
import warnings
from collections.abc import Mapping as Table
from dataclasses import MISSING, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from hardship_model.data.panel import CORE, Column, Kind, Pillar
from hardship_model.data.query import Database, database_of, refuse_passwords
from hardship_model.data.refusals import READ_ON, MappingError
from hardship_model.months import to_month

Of = Literal["base period median", "each period's median"]
Format = Literal["csv", "excel", "stata", "parquet"]
SHIPPED = files("hardship_model.data") / "mappings"

#: What the keys of a mapping file hold, wherever they stand.
KINDS_OF_VALUE: dict[str, tuple[tuple[type, ...], tuple[str, ...]]] = {
    "a text": (
        (str,),
        (
            *("name", "about", "about_zh", "currency", "household", "weight", "column"),
            *("label", "label_zh"),
            *("month", "year", "quarter", "recorded", "encoding", "separator", "sheet"),
            "sensitive",
        ),
    ),
    "a number": ((int, float), ("factor", "fixed", "share")),
    "a whole number": (
        (int,),
        ("step_months", "recorded_lag_months", "direction", "lag_months", "least"),
    ),
    "a table": ((dict,), ("codes", "index", "values_zh", "band", "top")),
}


class ReadWarning(UserWarning):
    """What was read otherwise than it stands, or looks doubtful: which column, how many cells."""


def notice(text: str) -> None:
    """Tell the reader what was set right; the text names no household and quotes no cell."""
    warnings.warn(text, ReadWarning, stacklevel=3)


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """How the extract is stored; what is left out is told from the file itself."""

    #: Told from the ending of the file's name when empty.
    format: Format | None = None
    #: Of a CSV: UTF-8 with or without BOM, else GB18030, when empty.
    encoding: str | None = None
    separator: str = ","
    #: A point when empty; then 1,234 is read only where the column shows that it is no decimal.
    decimal: Literal[".", ","] | None = None
    #: Of an Excel file: the sheet's name; the first sheet when empty.
    sheet: str | None = None
    #: Texts that mean "not answered" in every column; an empty cell always does.
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a format or decimal mark that nobody can read."""
        _one_of(self.format, (None, *get_args(Format)), "file.format")
        _one_of(self.decimal, (None, ".", ","), "file.decimal")


@dataclass(frozen=True, kw_only=True)
class Period:
    """Which columns say when: `month`, or `year` with `quarter`, or `year` alone."""

    month: str | None = None
    year: str | None = None
    quarter: str | None = None
    #: Month column that says when the row was written down; else `recorded_lag_months`.
    recorded: str | None = None

    def __post_init__(self) -> None:
        """Refuse a period that is said twice, or not at all."""
        by_month = self.month is not None and self.year is None and self.quarter is None
        by_year = self.month is None and self.year is not None
        if not (by_month or by_year):
            raise MappingError(
                "[period] wants `month`, or `year` and `quarter`, or `year` alone."
                " See docs/DATA.md."
            )


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Where the income per person (or equivalent adult) and month comes from."""

    column: str
    #: What one unit in the file is worth in `currency` a month (万元: 10000; a year's sum: 1/12).
    factor: float = 1.0
    #: Columns to divide by, such as the number of members.
    divide_by: tuple[str, ...] = ()
    #: Numbers or texts that mean "not answered".
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """Where the poverty line comes from: a column, a fixed sum, or a share of a median."""

    column: str | None = None
    factor: float = 1.0
    fixed: float | None = None
    share: float | None = None
    of: Of | None = None
    #: First and last month of the base period.
    from_month: int | None = None
    to_month: int | None = None

    def __post_init__(self) -> None:
        """Refuse a line that is said twice, or not at all, or a share without its base."""
        if sum(way is not None for way in (self.column, self.fixed, self.share)) != 1:
            raise MappingError("[line] wants one of `column`, `fixed`, `share`. See docs/DATA.md.")
        if (self.share is None) != (self.of is None):
            raise MappingError(f"A line's `share` goes with `of`, which is one of {get_args(Of)}.")
        _one_of(self.of, (None, *get_args(Of)), "line.of")
        if min(self.factor, self.fixed or 1.0, self.share or 1.0) <= 0:
            raise MappingError("A line's `factor`, `fixed` and `share` must be more than 0.")
        has_base = self.from_month is not None and self.to_month is not None
        if has_base != (self.of == "base period median"):
            raise MappingError('`of = "base period median"` goes with `from` and `to` (YYYY-MM).')


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where one column of the panel comes from, and what it means (`meaning`)."""

    meaning: Column
    column: str
    factor: float = 1.0
    #: Columns of the file to divide by; `poverty_line` and `income` are the panel's own.
    divide_by: tuple[str, ...] = ()
    #: What each code means: true or false for a flag, a text for a category; empty: as it stands.
    codes: Table[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Anonymise:
    """What becomes of the columns of an extract before anybody may look at it."""

    #: Left out: names, telephone numbers, addresses, whatever no analysis needs.
    drop: tuple[str, ...] = ()
    #: Identifiers that become keyed pseudonyms; the household's column is always one of them.
    pseudonym: tuple[str, ...] = ()
    #: Dates that become months.
    to_month: tuple[str, ...] = ()
    #: Numbers that become bands: column → lower edges, such as ages.
    band: Table[str, list[float]] = field(default_factory=dict)
    #: Amounts whose top share becomes its mean: column → share.
    top: Table[str, float] = field(default_factory=dict)
    #: Categories and places of too few households are merged.
    merge: tuple[str, ...] = ()
    #: What others may know of a household (quasi-identifiers).
    known: tuple[str, ...] = ()
    #: What nobody should learn of it.
    sensitive: str | None = None
    #: Households that must share what is known in a period, and that a category must hold.
    least: int = 10

    def __post_init__(self) -> None:
        """Refuse a plan that hides nobody."""
        if self.least < 2 or (self.known and self.sensitive is None):
            raise MappingError(
                "[anonymise] wants `least` of 2 or more, and with `known` also `sensitive`, the"
                f" column that nobody should learn. {READ_ON}"
            )


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What one extract's columns mean: the content of one TOML file (see docs/DATA.md)."""

    name: str
    #: What one row is, where it comes from, which licence.
    about: str
    currency: str
    step_months: int
    household: str
    period: Period
    income: Amount
    line: Line
    #: `about` in Chinese, for pages in Chinese.
    about_zh: str = ""
    #: Months after a period's last month at which its row is written down.
    recorded_lag_months: int = 0
    #: Column with a survey's weight: for how many households the row's stands.
    weight: str | None = None
    #: True or false by the file itself; None: income below the line.
    hardship: Source | None = None
    #: Price index by year; incomes are divided by it (1 = the base year).
    deflator: Table[int, float] = field(default_factory=dict)
    #: Rows are kept whose column holds one of these codes.
    keep: Table[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[Source, ...] = ()
    #: What becomes of the raw extract, by `hardship-model anonymise`.
    anonymise: Anonymise | None = None
    file: FileOptions = field(default_factory=FileOptions)
    #: In place of a file: a query over the office's own database.
    database: Database | None = None

    def __post_init__(self) -> None:
        """Refuse a step that no panel has, and a row that is known before it happens."""
        _one_of(self.step_months, (1, 3, 12), "step_months")
        if self.recorded_lag_months < 0:
            raise MappingError("`recorded_lag_months` must be 0 or more.")

    @property
    def columns_needed(self) -> list[str]:
        """Every column of the file that the mapping reads, once, in order of mention."""
        when = self.period
        named = [self.household, when.month, when.year, when.quarter, when.recorded, *self.keep]
        named += [self.income.column, *self.income.divide_by, self.line.column, self.weight]
        sources = [*self.columns, *([self.hardship] if self.hardship else [])]
        for source in sources:
            named += [source.column, *(c for c in source.divide_by if c not in CORE)]
        return list(dict.fromkeys(name for name in named if name is not None))


def load_mapping(name_or_path: str | Path) -> Mapping:
    """What does this mapping file say? A shipped name (`eph`, `rwm5yr`) or a path to a TOML file.

    Raises MappingError for a file that is not there or not TOML, an unknown key, a missing key,
    or a value that cannot be.
    """
    shipped = SHIPPED / f"{name_or_path}.toml"
    path = shipped if shipped.is_file() else Path(name_or_path)
    if not path.is_file():
        names = sorted(entry.name[:-5] for entry in SHIPPED.iterdir() if ".toml" in entry.name)
        raise MappingError(
            f"No mapping file {str(name_or_path)!r}. Give a path, or one of {names}."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        refuse_passwords(text)
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"Mapping {str(name_or_path)!r} is not TOML in UTF-8: {error}") from None
    return parse(content, folder=Path(name_or_path).parent)


def parse(content: dict[str, Any], *, folder: Path = Path()) -> Mapping:
    """The mapping that a TOML file's tables describe; a `query_file` lies in `folder`.

    Raises MappingError.
    """
    tables = {
        "file": lambda t: _make(FileOptions, _texts(t, "missing"), "[file]"),
        "period": lambda t: _make(Period, t, "[period]"),
        "income": lambda t: _make(Amount, _texts(t, "missing", "divide_by"), "[income]"),
        "line": _line,
        "hardship": lambda t: _source("in_hardship", {"pillar": "income", "kind": "flag", **t}),
        "deflator": _deflator,
        "keep": lambda t: {column: _text_tuple(codes) for column, codes in t.items()},
        "anonymise": lambda t: _make(
            Anonymise, _texts(t, "drop", "pseudonym", "to_month", "merge", "known"), "[anonymise]"
        ),
        "columns": lambda t: tuple(_source(name, entry) for name, entry in t.items()),
        "database": lambda t: database_of(t, folder),
    }
    flat = sorted(key for key in tables if not isinstance(content.get(key, {}), dict))
    if flat:
        raise MappingError(f"{', '.join(flat)} of the mapping file must be a [table].")
    read = {key: tables[key](value) if key in tables else value for key, value in content.items()}
    return _make(Mapping, read, "The top")


def _line(table: dict[str, Any]) -> Line:
    named = {"from": "from_month", "to": "to_month"}
    months = {named[key]: _month(table[key]) for key in named if key in table}
    others = {key: value for key, value in table.items() if key not in named}
    _refuse_unknown(others, {"column", "factor", "fixed", "share", "of", *named}, "[line]")
    return _make(Line, {**others, **months}, "[line]")


def _month(text: Any) -> int:
    try:
        return to_month(str(text))
    except ValueError as error:
        raise MappingError(f"[line]: {error}") from None


def _deflator(table: dict[str, Any]) -> dict[int, float]:
    """A price index by year; `tag` and `source` stand in the file for its readers."""
    _refuse_unknown(table, {"tag", "source", "index"}, "[deflator]")
    if not {"tag", "source", "index"} <= set(table):
        raise MappingError("[deflator] wants `index` by year, and the `tag` and `source` of it.")
    _refuse_types(table, "[deflator]")
    try:
        return {int(year): float(value) for year, value in table["index"].items()}
    except ValueError:
        raise MappingError("[deflator] `index` gives a number for each year.") from None


def _source(name: str, table: Any) -> Source:
    """One entry of [columns]: half of it says where, half of it says what it means."""
    where = f"[columns.{name}]" if name != "in_hardship" else "[hardship]"
    if not isinstance(table, dict) or (name in CORE and name != "in_hardship"):
        raise MappingError(f"{where} must be a table, under a name that is not of the core.")
    _refuse_types(table, where)
    said = {"direction": 0, **table}
    for key, allowed in (
        ("pillar", get_args(Pillar)),
        ("kind", get_args(Kind)),
        ("direction", (-1, 0, 1)),
    ):
        _one_of(said.get(key), allowed, f"{where} {key}")
    about = ("pillar", "kind", "direction", "lag_months", "label", "label_zh", "values_zh")
    meaning = Column(name=name, **{key: table[key] for key in about if key in table})
    wanted = {"flag": bool, "category": str}.get(meaning.kind, type(None))
    if not all(isinstance(value, wanted) for value in table.get("codes", {}).values()):
        raise MappingError(f"{where} `codes` give true or false for a flag, texts for a category.")
    rest = {key: value for key, value in table.items() if key not in about}
    return _make(
        Source,
        {"column": name, **_texts(rest, "missing", "divide_by"), "meaning": meaning},
        where,
    )


def _make(kind: Any, table: dict[str, Any], where: str) -> Any:
    """An object of this dataclass, or one clear error about the keys that came."""
    _refuse_unknown(table, {f.name for f in fields(kind)}, where)
    _refuse_types(table, where)
    missing = [
        f.name
        for f in fields(kind)
        if f.default is MISSING and f.default_factory is MISSING and f.name not in table
    ]
    if missing:
        raise MappingError(f"{where} of the mapping file lacks {', '.join(missing)}. {READ_ON}")
    return kind(**table)


def _refuse_types(table: dict[str, Any], where: str) -> None:
    """Texts, numbers and tables, each where they belong."""
    for said, (kinds, keys) in KINDS_OF_VALUE.items():
        for key in keys:
            value = table.get(key)
            if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
                raise MappingError(f"{where} `{key}` must be {said}. {READ_ON}")


def _refuse_unknown(table: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise MappingError(
            f"{where} of the mapping file has unknown keys: {', '.join(unknown)}."
            f" Known here: {', '.join(sorted(known))}. {READ_ON}"
        )


def _one_of(value: Any, allowed: tuple[Any, ...], where: str) -> None:
    if value not in allowed:
        shown = ", ".join(repr(choice) for choice in allowed if choice is not None)
        raise MappingError(f"`{where}` must be one of {shown}; got {value!r}.")


def _texts(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {k: _text_tuple(v) if k in keys else v for k, v in table.items()}


def _text_tuple(values: Any) -> tuple[str, ...]:
    """A code, or a list of codes, as texts: `[0, 9]` and `["0", "9"]` mean the same."""
    listed = values if isinstance(values, list) else [values]
    return tuple(str(int(v)) if isinstance(v, (bool, int)) else str(v) for v in listed)
