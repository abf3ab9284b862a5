"""By what may households be told apart, to see whom a list misses?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.features import Feature, declare, features

UNKNOWN = "not known"
#: What a household has none of.
NONE = "none of these"


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """One way to tell households apart, by what was on file about them."""

    name: str
    #: A category or flag gives its values; several flags or counts say which of them there are.
    columns: tuple[str, ...]
    #: Values of a category that count as one, by the word for them; all others stay themselves.
    together: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a grouping by nothing, and values put together of several columns."""
        if not self.columns or (self.together and len(self.columns) > 1):
            raise ValueError(
                f"Groups {self.name!r}: one column (with values put `together`), or several that a"
                f" household `has`, got {list(self.columns)}."
            )


def groupings(table: Mapping[str, Mapping[str, object]]) -> tuple[Grouping, ...]:
    """The groupings that the table [groups] of a config names. Raises ValueError.

    `name = {}` is the column of that name; `column` names another, `together` puts values
    together, `has` lists flags and counts. A column may be used once: what two ways to cut it
    differ by would give small groups away.
    """
    found = tuple(_grouping(name, dict(said)) for name, said in table.items())
    used = [column for one in found for column in one.columns]
    if twice := sorted({column for column in used if used.count(column) > 1}):
        raise ValueError(f"[groups] uses {twice} more than once; each column may be cut once.")
    return found


def _grouping(name: str, said: dict[str, object]) -> Grouping:
    column, has, together = (
        said.pop("column", name),
        said.pop("has", None),
        said.pop("together", {}),
    )
    if said:
        raise ValueError(
            f"[groups] {name}: {sorted(said)} is not known; it is column, together, has."
        )
    return Grouping(
        name=name, columns=tuple(has) if has else (str(column),), together=together,  # type: ignore[arg-type]
    )  # fmt: skip


def check_groupings(panel: Panel, by: Sequence[Grouping]) -> None:
    """Can this panel's households be told apart so? Raises PanelError, before anything is fitted.

    Also where one grouping tells another (the city, its province): groups of the one that are
    withheld could be found by taking the others from the other's.
    """
    now = _levels(panel)
    for one in by:
        kinds = ("count", "flag") if len(one.columns) > 1 else ("category", "flag")
        absent = [c for c in one.columns if c not in now or now[c].kind not in kinds]
        if absent:
            raise PanelError(
                f"Panel {panel.name!r} has no {' or '.join(kinds)} {absent} to group by; it has"
                f" {sorted(c for c, f in now.items() if f.kind in kinds)}."
            )
        levels = set(_words(panel.rows[one.columns[0]]))
        if strange := sorted({v for vs in one.together.values() for v in vs} - levels):
            raise PanelError(f"Groups {one.name!r}: {one.columns[0]!r} has no values {strange}.")
    labels = {one.name: _label(one, panel.rows) for one in by}
    for (fine, of_fine), (coarse, of_coarse) in permutations(labels.items(), 2):
        known = (of_fine != UNKNOWN) & (of_coarse != UNKNOWN)
        if of_coarse[known].groupby(of_fine[known]).nunique().max() == 1:
            raise PanelError(
                f"Groups {fine!r} tell groups {coarse!r}; keep one of them, or their difference"
                " could give away a group that is withheld."
            )


def _levels(panel: Panel) -> dict[str, Feature]:
    return {f.column: f for f in declare(panel) if f.stat == "now" and f.column != "in_hardship"}


def group_labels(panel: Panel, rows: pd.DataFrame, *, by: Sequence[Grouping]) -> pd.DataFrame:
    """Which group did each row's household belong to, as far as was known at its `as_of`?

    `rows` has `household_id` and `as_of`; `by` has passed `check_groupings`. One column of words
    per grouping, with the index of `rows`; whoever's group was not known is in *not known*.
    """
    now = _levels(panel)
    columns = [column for one in by for column in one.columns]
    known = features(panel, [now[column] for column in columns], who=rows)
    known = known.set_axis(columns, axis=1)
    return pd.DataFrame({one.name: _label(one, known) for one in by}, index=rows.index)


def _label(one: Grouping, known: pd.DataFrame) -> pd.Series:
    if len(one.columns) == 1:
        words = _words(known[one.columns[0]])
        return words.replace({v: word for word, values in one.together.items() for v in values})
    return _which(known[list(one.columns)])


def _words(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype("str").where(values.notna(), UNKNOWN)
    return values.astype("Float64").map({0.0: "no", 1.0: "yes"}).fillna(UNKNOWN)


def _which(known: pd.DataFrame) -> pd.Series:
    """Of several things, those that a household has, in words."""
    numbers = known.astype("Float64")
    words = pd.Series("", index=known.index)
    for column in numbers:
        has = (numbers[column] > 0).fillna(False).astype(bool)
        words = words.where(~has, words + " + " + str(column).replace("_", " "))
    words = words.str.removeprefix(" + ").replace("", NONE)
    return words.where(numbers.notna().all(axis=1), UNKNOWN)
