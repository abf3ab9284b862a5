"""Features a second way: one household and one month at a time, with pandas, slowly."""

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.features import Feature


def reference_features(
    panel: Panel, declared: tuple[Feature, ...], *, who: pd.DataFrame
) -> pd.DataFrame:
    """The same table as `features`, as float64; a category stands as its code."""
    rows = panel.rows.assign(seen=1.0, income_over_line=panel.rows.income / panel.rows.poverty_line)
    for name in rows.columns[rows.dtypes == "category"]:
        rows[name] = rows[name].cat.codes.replace(-1, np.nan)
    lags = pd.Series({c.name: c.lag_months for c in panel.columns}).reindex(rows.columns[1:])
    table = []
    for household, as_of in zip(who["household_id"], who["as_of"], strict=True):
        life = rows[rows["household_id"] == household].drop(columns="household_id").astype(float)
        arrival = life["recorded_month"].to_numpy()[:, None] + lags.fillna(0).to_numpy()
        known = life.where(arrival <= as_of)
        # The period in which `as_of` lies; a look-back is a whole number of periods.
        last = as_of - (as_of - panel.months[0]) % panel.step_months
        answers = []
        for f in declared:
            inside = life["month"].between(last - f.window_months + 1, last)
            values = known.loc[inside, f.column].dropna()
            answers.append(_one(f, values, as_of - life.loc[values.index, "month"]))
        table.append(answers)
    return pd.DataFrame(table, index=who.index, columns=[f.name for f in declared], dtype=float)


def _one(feature: Feature, known: pd.Series, age_months: pd.Series) -> float:
    """One number from the values known, oldest first, and how old each is."""
    if known.empty:
        return np.nan
    last = known.iloc[-1]
    match feature.stat:
        case "now":
            return last
        case "previous":
            return known.iloc[-2] if len(known) > 1 else np.nan
        case "mean" | "min" | "max":
            return getattr(known, feature.stat)()
        case "trend":
            return last - known.mean()
        case "slope":
            months = -age_months.to_numpy(dtype=float)
            return np.polyfit(months, known, 1)[0] if len(known) > 1 else np.nan
        case "volatility":
            return known.std()
        case "count":
            return known.sum()
        case "since":
            return age_months[known == 1].min() if known.any() else feature.window_months
        case "spells":
            return ((known == 1) & (known.shift() != 1)).sum()
