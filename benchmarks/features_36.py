"""36 features of 20,000 households over 36 months, at 20 as-of dates, everybody at each.

The panel is drawn at random: no household in it resembles anybody. One row in twenty is missing,
one value in twenty is unknown. Every row is written down in its own month, because a rolling
window knows only one date: with late records it would have to be rolled anew for every as-of
date. Spells are left out: they have no rolling form.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Panel, build
from hardship_model.features import Feature, declare, features

HOUSEHOLDS, MONTHS, DATES = 20_000, 36, 20
FIRST_MONTH = 2015 * 12
COLUMNS = (
    Column(name="spending", pillar="expenditure", kind="amount", direction=1),
    Column(name="ill", pillar="security", kind="flag", direction=1),
    Column(name="lost_work", pillar="security", kind="flag", direction=1),
    Column(name="tenure", pillar="household", kind="category"),
)
AMOUNTS = {"income_over_line": "min", "spending": "max"}
FLAGS = ["in_hardship", "ill", "lost_work"]
WINDOWS_MONTHS = (3, 12, 24)
LONGEST = max(WINDOWS_MONTHS)


def contenders() -> dict[str, Callable[[], pd.DataFrame]]:
    """The three ways, each from a panel (or its rows) to one row per household and date."""
    panel = random_panel(seed=1)
    declared = tuple(f for f in declare(panel, windows_months=WINDOWS_MONTHS) if f.stat != "spells")
    dates = FIRST_MONTH + np.arange(MONTHS - DATES, MONTHS)
    who = pd.DataFrame({
        "household_id": np.tile(panel.households, DATES),
        "as_of": np.repeat(dates, len(panel.households)),
    })  # fmt: skip
    rows = panel.rows.assign(
        income_over_line=panel.rows["income"] / panel.rows["poverty_line"],
        tenure=panel.rows["tenure"].cat.codes.replace(-1, np.nan),
        **{flag: panel.rows[flag].astype("float32") for flag in FLAGS},
    )
    return {
        # A fresh panel each time: nothing that an earlier run has kept may help.
        "hardship_model.features": lambda: _ours(panel.with_rows(panel.rows), declared, who),
        "pandas groupby-rolling, one pass": lambda: rolling(rows, who),
        "pandas groupby at each date and window": lambda: at_each_date(rows, who),
    }


def compare(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """Raises AssertionError when two ways say different things."""
    assert len(ours.columns) == 36
    ours = ours.assign(tenure_now=ours["tenure_now"].cat.codes.replace(-1, np.nan))
    pd.testing.assert_frame_equal(
        ours, theirs[ours.columns], check_dtype=False, rtol=1e-4, atol=1e-4
    )


def random_panel(*, seed: int) -> Panel:
    """Twenty thousand households of pure noise."""
    rng = np.random.default_rng(seed)
    n = HOUSEHOLDS * MONTHS
    months = np.tile(FIRST_MONTH + np.arange(MONTHS), HOUSEHOLDS)
    rows = pd.DataFrame({
        "household_id": np.repeat(np.arange(HOUSEHOLDS), MONTHS),
        "month": months, "recorded_month": months,
        "income": rng.lognormal(7, 0.5, n), "poverty_line": 600.0,
        "in_hardship": pd.array(rng.random(n) < 0.05, dtype="boolean"),
        "spending": rng.lognormal(6, 1, n),
        "ill": rng.random(n) < 0.03, "lost_work": rng.random(n) < 0.02,
        "tenure": pd.Categorical.from_codes(rng.integers(0, 3, n), ["own", "rent", "lent"]),
    })  # fmt: skip
    for name in ("income", "in_hardship", "spending", "tenure"):
        rows.loc[rng.random(n) < 0.05, name] = None
    seen = rng.random(n) < 0.95
    return build(
        rows[seen], name="noise", step_months=1, currency="yuan", columns=COLUMNS, invented=True
    )


def _ours(panel: Panel, declared: tuple[Feature, ...], who: pd.DataFrame) -> pd.DataFrame:
    return features(panel, declared, who=who)


def rolling(rows: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """What a user would write: windows that roll over a frame without gaps, then the dates."""
    every = pd.MultiIndex.from_product(
        [rows["household_id"].unique(), np.arange(FIRST_MONTH, FIRST_MONTH + MONTHS)],
        names=["household_id", "month"],
    )
    frame = rows.assign(seen=1.0).set_index(["household_id", "month"]).reindex(every)
    month = frame.index.get_level_values("month").to_series(index=frame.index)
    found: dict[str, pd.Series] = {}

    def carried(column: pd.Series) -> pd.Series:
        return column.groupby("household_id").ffill(limit=LONGEST - 1)

    def rolled(column: str, window: int, stat: str) -> pd.Series:
        windows = frame.groupby("household_id")[column].rolling(
            window, min_periods=2 if stat == "std" else 1
        )
        return getattr(windows, stat)().droplevel(0)

    for name in [*AMOUNTS, *FLAGS, "tenure"]:
        found[f"{name}_now"] = carried(frame[name])
    for name, worst in AMOUNTS.items():
        for window in WINDOWS_MONTHS:
            found[f"{name}_mean_{window}m"] = rolled(name, window, "mean")
            found[f"{name}_{worst}_{window}m"] = rolled(name, window, worst)
        found[f"{name}_trend"] = found[f"{name}_now"] - found[f"{name}_mean_{LONGEST}m"]
        found[f"{name}_volatility"] = rolled(name, LONGEST, "std")
    for name in [*FLAGS, "seen"]:
        for window in WINDOWS_MONTHS if name != "seen" else [LONGEST]:
            found[f"{name}_count_{window}m"] = rolled(name, window, "sum").round()
        since = month - carried(month.where(frame[name] == 1))
        found[f"{name}_since"] = since.fillna(LONGEST).where(carried(frame[name]).notna())
    return pd.DataFrame(found).loc[pd.MultiIndex.from_frame(who)].reset_index(drop=True)


def at_each_date(rows: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """What a careful user would write: what had been recorded by each date, window by window."""
    rows = rows.assign(
        seen=1.0, **{f"{flag}_month": rows["month"].where(rows[flag] == 1) for flag in FLAGS}
    )
    dated = []
    for as_of, asked in who.groupby("as_of")["household_id"]:
        known = rows[(rows["recorded_month"] <= as_of) & (rows["month"] <= as_of)]
        parts = []
        for window in WINDOWS_MONTHS:
            inside = known[known["month"] > as_of - window].groupby("household_id")
            parts += _of_window(inside, window)
        parts += _of_look_back(inside, int(as_of))
        table = pd.concat(parts, axis="columns").reindex(asked)
        for name in AMOUNTS:
            table[f"{name}_trend"] = table[f"{name}_now"] - table[f"{name}_mean_{LONGEST}m"]
        for name in FLAGS:
            ever = table[f"{name}_since"].fillna(LONGEST)
            table[f"{name}_since"] = ever.where(table[f"{name}_now"].notna())
        dated.append(table)
    return pd.concat(dated, ignore_index=True)


def _of_window(inside, window: int) -> list[pd.DataFrame]:
    return [
        inside[list(AMOUNTS)].mean().add_suffix(f"_mean_{window}m"),
        *(inside[[name]].agg(worst).add_suffix(f"_{worst}_{window}m")
          for name, worst in AMOUNTS.items()),
        inside[[*FLAGS, "seen"]].sum(min_count=1).add_suffix(f"_count_{window}m"),
    ]  # fmt: skip


def _of_look_back(inside, as_of: int) -> list[pd.DataFrame]:
    last = inside[[f"{flag}_month" for flag in FLAGS] + ["month"]].max()
    names = {f"{flag}_month": f"{flag}_since" for flag in FLAGS} | {"month": "seen_since"}
    return [
        inside[[*AMOUNTS, *FLAGS, "tenure"]].last().add_suffix("_now"),
        inside[list(AMOUNTS)].std().add_suffix("_volatility"),
        (as_of - last).rename(columns=names),
    ]
