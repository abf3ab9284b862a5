"""The six tables: what one row is, what each column means, in which unit, from which source."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pandera.errors
import pandera.pandas as pa

#: Months of the calendar years 1900 to 2100; a month outside was not counted from year 0.
FIRST_MONTH, LAST_MONTH = 1900 * 12, 2100 * 12 + 11
#: Texts that may be a pseudonym: no spaces and no Chinese characters, so no plain name.
PSEUDONYM = r"[0-9A-Za-z_.:-]{1,64}"
READ_ON = "See docs/DATA.md."
#: How pandera's own rules are said in a sentence.
BREAKS = {"not_nullable": "are empty"}


class TableError(ValueError):
    """A table that breaks its contract: what came, what was wanted, where to read on."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One of the six tables: its grain, who makes it, and its columns (a pandera schema)."""

    name: str
    grain: str
    made_by: str
    #: Columns that together stand once.
    keys: tuple[str, ...]
    columns: pa.DataFrameSchema
    further: str = ""


def check(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """These rows, unchanged, when they keep the contract of `table`.

    Raises TableError with the number of rows that break each rule; it quotes no value and
    names no household. Columns beyond the contract are left alone.
    """
    if table not in TABLES:
        raise TableError(f"No table {table!r}; there are {', '.join(TABLES)}. {READ_ON}")
    contract = TABLES[table]
    try:
        contract.columns.validate(rows.set_axis(range(len(rows))), lazy=True)
    except pandera.errors.SchemaErrors as error:
        broken = _broken(error.failure_cases)
        raise TableError(
            f"The table {table!r} ({len(rows)} rows) is not as it should be: {broken}. {READ_ON}"
        ) from None
    doubled = int(rows.duplicated(list(contract.keys)).sum())
    if doubled:
        raise TableError(
            f"{doubled} of {len(rows)} rows of the table {table!r} repeat their"
            f" {', '.join(contract.keys)}; each row is one {contract.grain}. {READ_ON}"
        )
    return rows


def _broken(cases: pd.DataFrame) -> str:
    """One clause per broken rule, with the number of rows that break it."""
    absent = cases["check"] == "column_in_dataframe"
    names = sorted(cases.loc[absent, "failure_case"].astype(str))
    if names:
        return f"columns are missing ({', '.join(names)})"
    clauses = []
    # a rule about whole rows is reported once for each column: only its rows count
    of_rows = cases["schema_context"] == "DataFrameSchema"
    where = cases["column"].mask(of_rows, "")
    for (column, rule), found in cases.groupby([where, "check"], sort=True):
        rows = f"{found['index'].nunique()} rows" + (f" of {column!r}" if column else "")
        clauses.append(f"{rows} {BREAKS.get(str(rule), f'break the rule “{rule}”')}")
    return "; ".join(clauses)


def dictionary() -> str:
    """The data dictionary in Markdown: the six tables, column by column."""
    return "\n".join(_page(table) for table in TABLES.values())


def _page(table: Table) -> str:
    lines = [
        f"### `{table.name}`", "",
        f"**One row per** {table.grain}. **Made by** {table.made_by}."
        f" **Stands once:** {', '.join(f'`{key}`' for key in table.keys)}. {table.further}".strip(),
        "", "| column | meaning | unit | allowed | may be empty | source |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, column in table.columns.columns.items():
        about = column.metadata or {}
        empty = "yes" if column.nullable else "no"
        empty += "" if column.required else "; the column may be absent"
        cells = (
            f"`{name}`", column.description, about["unit"], about["allowed"], empty,
            about["source"],
        )  # fmt: skip
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return "\n".join([*lines, ""])


def _column(
    description: str,
    *,
    rule: pa.Check,
    source: str,
    unit: str = "–",
    empty: bool = False,
    required: bool = True,
) -> pa.Column:
    about = {"unit": unit, "allowed": rule.error, "source": source}
    return pa.Column(
        checks=[rule],
        nullable=empty,
        required=required,
        description=description,
        metadata=about,
    )


def _rule(said: str, holds: Callable[[pd.Series], pd.Series]) -> pa.Check:
    return pa.Check(holds, error=said, n_failure_cases=None)


def _numbers(said: str, holds: Callable[[pd.Series], pd.Series]) -> pa.Check:
    """A rule that a column of texts breaks in every row."""

    def of_numbers(values: pd.Series) -> pd.Series:
        if not pd.api.types.is_numeric_dtype(values):
            return pd.Series(False, index=values.index)
        return holds(values)

    return _rule(said, of_numbers)


def _months(values: pd.Series) -> pd.Series:
    whole = pd.api.types.is_integer_dtype(values)
    return values.between(FIRST_MONTH, LAST_MONTH) & whole


def _pseudonyms(values: pd.Series) -> pd.Series:
    if pd.api.types.is_integer_dtype(values):
        return pd.Series(True, index=values.index)
    distinct = pd.Series(values.unique())
    return ~values.isin(distinct[~distinct.astype("str").str.fullmatch(PSEUDONYM)])


def _texts(values: pd.Series) -> pd.Series:
    return values.astype("str").str.strip() != ""


def _true_or_false(values: pd.Series) -> pd.Series:
    return pd.Series(pd.api.types.is_bool_dtype(values), index=values.index)


def _one_of(*choices: str) -> pa.Check:
    said = ", ".join(f"`{choice}`" for choice in choices)
    return _rule(said, lambda values: values.astype("str").isin(choices))


_MONTH = _numbers("a whole month number, counted from year 0 (`months.to_month`)", _months)
_FINITE = _numbers("a finite number", lambda v: v.abs() < float("inf"))
_POSITIVE = _numbers("more than 0", lambda v: (v > 0) & (v < float("inf")))
_NOT_NEGATIVE = _numbers("0 or more", lambda v: (v >= 0) & (v < float("inf")))
_SHARE = _numbers("between 0 and 1", lambda v: (v >= 0) & (v <= 1))
_WHOLE = _numbers("a whole number, 0 or more", lambda v: (v >= 0) & (v % 1 == 0))
_TEXT = _rule("a text", _texts)
_BOOLEAN = _rule("true or false", _true_or_false)

_HOUSEHOLD = _column(
    "the household's pseudonym, never a name",
    rule=_rule("whole numbers, or texts of letters, digits, `_ . : -`", _pseudonyms),
    source="the office's extract, a survey's serial number, or the invented town",
)
_PERIOD = _column(
    "last month of the period that the row tells of",
    rule=_MONTH, unit="month", source="the extract's period, by the mapping's [period]",
)  # fmt: skip
_RECORDED = _column(
    "month in which the row was written down; it alone decides what could be known; never"
    " before `month`",
    rule=_MONTH, unit="month",
    source="the extract's column, or `month` + `recorded_lag_months` of the mapping",
)  # fmt: skip
_AS_OF = _column(
    "end of the month at which the question is asked",
    rule=_MONTH, unit="month", source="the run's configuration",
)  # fmt: skip
_INCOME = _column(
    "income of the period, per person or equivalent adult (the mapping says which)",
    rule=_FINITE, unit="the panel's currency a month", empty=True,
    source="the mapping's [income]; the invented town's registered layer",
)  # fmt: skip
_LINE = _column(
    "poverty line of the period, comparable with `income`",
    rule=_POSITIVE, unit="the panel's currency a month", empty=True,
    source="the mapping's [line]; the local dibao of `parameters`",
)  # fmt: skip
_HARDSHIP = _column(
    "is the household in hardship in this period?",
    rule=_BOOLEAN, empty=True,
    source="`income` below `poverty_line`, or the mapping's [hardship]; empty where unknown",
)  # fmt: skip


def _late(rows: pd.DataFrame) -> pd.Series:
    return rows["recorded_month"] >= rows["month"]


_NOT_EARLY = pa.Check(_late, error="recorded_month is not before month")

RECORDS = Table(
    name="records",
    grain="fact about a household and period, as it was written down (a correction is a new row)",
    made_by="the office's extract, a survey, or `data.population`",
    keys=("household_id", "month", "recorded_month"),
    further="Further columns are the extract's own.",
    columns=pa.DataFrameSchema(
        {"household_id": _HOUSEHOLD, "month": _PERIOD, "recorded_month": _RECORDED},
        checks=_NOT_EARLY,
    ),
)
PANEL = Table(
    name="panel",
    grain="household and period that was seen",
    made_by="`data.mapping`, `data.surveys` or `data.population`, through `data.panel.build`",
    keys=("household_id", "month"),
    further="Further columns are declared by `panel.Column`: pillar, kind, direction, lag.",
    columns=pa.DataFrameSchema(
        {
            "household_id": _HOUSEHOLD,
            "month": _PERIOD,
            "recorded_month": _RECORDED,
            "income": _INCOME,
            "poverty_line": _LINE,
            "in_hardship": _HARDSHIP,
            "weight": _column(
                "for how many households the row's stands; models never see it",
                rule=_POSITIVE,
                unit="households",
                required=False,
                source="a survey's own weight, by the mapping's `weight`",
            ),
        },
        checks=_NOT_EARLY,
    ),
)
OUTCOMES = Table(
    name="outcomes",
    grain="household at risk (seen, and out of hardship) at `as_of`",
    made_by="`labels.outcomes`",
    keys=("household_id", "as_of"),
    columns=pa.DataFrameSchema(
        {
            "household_id": _HOUSEHOLD,
            "as_of": _AS_OF,
            "kind": _column(
                "would an entry be the first, or a return after an earlier spell?",
                rule=_one_of("first_fall", "return"), source="the panel up to `as_of`",
            ),
            "answer": _column(
                "did it happen? Months that were not seen make a *no* unknown, never a *yes*",
                rule=_one_of("yes", "no", "unknown"), source="the panel after `as_of`",
            ),
            "months_to_entry": _column(
                "from `as_of` to the first month in hardship; empty unless *yes*",
                rule=_POSITIVE, unit="months", empty=True, source="the panel after `as_of`",
            ),
        }
    ),
)  # fmt: skip
FEATURES = Table(
    name="features",
    grain="household at `as_of`",
    made_by="`features.features`",
    keys=("household_id", "as_of"),
    further="One further column per declared feature (float32 or category), built only from"
    " values that had arrived by the end of `as_of`.",
    columns=pa.DataFrameSchema({"household_id": _HOUSEHOLD, "as_of": _AS_OF}),
)
SCORES = Table(
    name="scores",
    grain="household, `as_of` and model",
    made_by="`models`",
    keys=("household_id", "as_of", "model"),
    columns=pa.DataFrameSchema(
        {
            "household_id": _HOUSEHOLD,
            "as_of": _AS_OF,
            "model": _column("name of the model", rule=_TEXT, source="the run's configuration"),
            "risk": _column(
                "how likely the model thinks hardship is: a probability, or a score in which"
                " more means likelier",
                rule=_FINITE, unit="0–1, or points", source="the model",
            ),
            "reasons": _column(
                "why, in words a caseworker can read",
                rule=_TEXT, empty=True, required=False, source="the model's contributions",
            ),
        }
    ),
)  # fmt: skip
LEDGER = Table(
    name="ledger",
    grain="contact with a household (lead, check or visit) in one replicate of one strategy",
    made_by="`screening.simulator`",
    keys=("strategy", "replicate", "month", "household_id", "channel", "step"),
    columns=pa.DataFrameSchema(
        {
            "strategy": _column(
                "name of the strategy", rule=_TEXT, source="the run's configuration"
            ),
            "replicate": _column(
                "which repetition with other luck", rule=_WHOLE, source="the simulator"
            ),
            "month": _column(
                "month of the contact", rule=_MONTH, unit="month", source="the simulator"
            ),
            "household_id": _HOUSEHOLD,
            "channel": _column(
                "by which channel the contact came", rule=_TEXT, source="the strategy"
            ),
            "step": _column(
                "how far the contact went: a hint, a check of files, or a visit to the home",
                rule=_one_of("lead", "check", "visit"), source="the simulator",
            ),
            "found": _column(
                "did this contact establish hardship?", rule=_BOOLEAN, source="the simulator"
            ),
            "cost_yuan": _column(
                "what the contact cost", rule=_NOT_NEGATIVE, unit="yuan",
                source="`parameters` (costs)",
            ),
            "let_in": _column(
                "did the visit meet somebody who let the visitors in? Empty when it was no visit;"
                " whoever was out or refused is unknown, not free of hardship",
                rule=_BOOLEAN, empty=True, required=False, source="the simulator",
            ),
            "inclusion_probability": _column(
                "chance with which a visit of the channel `random` drew this household, the same"
                " for all that could be visited that month; empty for other contacts",
                rule=_SHARE, empty=True, required=False, source="the simulator",
            ),
        }
    ),
)  # fmt: skip

TABLES = {t.name: t for t in (RECORDS, PANEL, OUTCOMES, FEATURES, SCORES, LEDGER)}
