"""A table on its way to a reader's eyes: small counts out, percentiles rounded, no households."""

import numpy as np
import pandas as pd

from hardship_model.privacy.small_cells import SMALLEST_CELL

#: A sum of amounts is withheld when all but its two largest come to less than this share of the
#: largest: the second could then tell the largest to within it (p % rule; Hundepool and others,
#: Statistical Disclosure Control, 2012, chapter 4).
DOMINANCE = 0.10
#: Percentiles keep so many digits: more could be one household's own amount.
_DIGITS = 2
_PERCENTILE = r"^(?:p\d+|\d+(?:\.\d+)?%|median|q[123])$"
_EXTREMES = ("min", "max", "smallest", "largest")
_OF_HOUSEHOLDS = ("household_id", "household", "member_id")


class SingleHouseholdsError(ValueError):
    """A table has one row per household: it must not be shown."""


def sums_by(table: pd.DataFrame, *, amount: str, by: list[str]) -> pd.DataFrame:
    """What do these amounts come to, by group, as far as it may be told?

    One row per group: `n` (amounts, one per household), their `sum` and `mean`. These are
    missing, and `withheld` is true, where fewer than `SMALLEST_CELL` make the sum or where one or
    two make most of it (`DOMINANCE`). Where one group alone is withheld, the one with the next
    smallest sum is withheld as well, since the sum of all would give it away.
    """
    known = table.dropna(subset=[amount])
    ranked = known[amount].abs().sort_values(ascending=False)
    groups = ranked.groupby([known[c] for c in by], observed=True)
    out = groups.agg(n="size", all_of_them="sum").join(
        known.groupby(by, observed=True)[amount].sum().rename("sum")
    )
    first, second = (groups.nth(i).groupby([known[c] for c in by]).sum() for i in (0, 1))
    rest = out["all_of_them"] - first - second.reindex(out.index, fill_value=0.0)
    withheld = (out["n"] < SMALLEST_CELL) | (rest < DOMINANCE * first)
    if withheld.sum() == 1 and len(out) > 1:
        withheld |= out.index == out["all_of_them"].mask(withheld).idxmin()
    out["mean"] = out["sum"] / out["n"]
    out["n"] = out["n"].astype("Int64").mask(out["n"] < SMALLEST_CELL)
    out[["sum", "mean"]] = out[["sum", "mean"]].mask(withheld)
    return out.drop(columns="all_of_them").assign(withheld=withheld).reset_index()


def shown(table: pd.DataFrame, *, n: str = "n", events: str | None = None) -> pd.DataFrame:
    """How may this table be shown, in a notebook for one?

    As it is, but: rows that count fewer than `SMALLEST_CELL` in `n`, or too few in `events` or in
    the rest, keep their names only; percentiles keep two digits; smallest and largest amounts,
    which are single households', are left out. Raises SingleHouseholdsError for a table of
    single households. Texts stay as they stand, so turn shares into texts afterwards. Sums over
    several rows are not looked at; `release` does that.
    """
    told = [c for c in _OF_HOUSEHOLDS if c in table or c in table.index.names]
    if told:
        raise SingleHouseholdsError(
            f"a table with the column {told[0]!r} has rows of single households; show counts of"
            " them, such as table.groupby(...).size()."
        )
    out = table.drop(columns=[c for c in _EXTREMES if c in table])
    out = out.drop(index=[r for r in _EXTREMES if r in out.index])
    for name in out.columns[out.columns.astype(str).str.match(_PERCENTILE)]:
        out[name] = _two_digits(out[name])
    at = out.index.astype(str).str.match(_PERCENTILE)
    numbers = out.select_dtypes("number").columns
    if at.any():
        out.loc[at, numbers] = out.loc[at, numbers].apply(_two_digits)
    if n in out:
        few = (out[n] > 0) & (out[n] < SMALLEST_CELL)
        if events is not None:
            for part in (out[events], out[n] - out[events]):
                few |= (part > 0) & (part < SMALLEST_CELL)
        whole = out.select_dtypes("integer").columns
        out[whole] = out[whole].astype("Int64")  # a count that is withheld makes no decimals
        out[numbers] = out[numbers].mask(few)
    return out


def _two_digits(amounts: pd.Series) -> pd.Series:
    values = amounts.astype(float).to_numpy()
    with np.errstate(divide="ignore"):
        size = np.floor(np.log10(np.abs(np.where(values == 0, 1.0, values))))
    unit = 10.0 ** (size - _DIGITS + 1)
    return pd.Series(np.round(values / unit) * unit, index=amounts.index)
