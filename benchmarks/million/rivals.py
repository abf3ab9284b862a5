"""The 68 features as one would write them without the library: numba, pandas, polars, duckdb."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from wanted import AMOUNTS, DATES, FLAGS, LONGEST, NAMES, READ, SLOPES, WINDOWS, added, sums

Sums = dict[str, list[float]]


def numba_loop(folder: Path) -> Sums:
    """A compiled loop over households, part by part."""
    from compiled import fill  # numba is slow to load, and only needed here

    return _by_numba(folder, fill)


def numba_on_all_cores(folder: Path) -> Sums:
    """The same loop, households shared out among threads."""
    from compiled import fill_on_all_cores

    return _by_numba(folder, fill_on_all_cores)


def _by_numba(folder: Path, fill: Callable[..., None]) -> Sums:
    said = []
    for path in sorted(folder.glob("*.parquet")):
        rows = pq.read_table(path, columns=READ)
        line = rows["poverty_line"].to_numpy()
        amounts = [rows["income"].to_numpy() / line, *(rows[a].to_numpy() for a in AMOUNTS[1:])]
        flags = [rows[f].to_numpy().view(np.uint8) for f in FLAGS]
        ids = rows["household_id"].to_numpy()
        starts = np.r_[np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]), len(ids)]
        out = np.full((len(NAMES), len(starts) - 1, len(DATES)), np.nan, dtype=np.float32)
        fill(starts, rows["month"].to_numpy(), tuple(amounts), tuple(flags), DATES, out)
        said.append(sums(dict(zip(NAMES, out.reshape(len(NAMES), -1), strict=True))))
    return added(said)


def pandas_groupby(folder: Path) -> Sums:
    """The whole panel in memory, a group-by for each date and window."""
    rows = pd.read_parquet(folder, columns=READ)
    rows["income_over_line"] = rows.pop("income") / rows.pop("poverty_line")
    everybody = rows["household_id"].unique()
    return added([sums(_pandas_at(rows, t).reindex(everybody)) for t in DATES.tolist()])


def _pandas_at(rows: pd.DataFrame, t: int) -> pd.DataFrame:
    looked_at = rows[rows["month"].between(t - LONGEST + 1, t)]
    told: dict[str, pd.Series] = {}
    for window in WINDOWS:
        inside = looked_at[looked_at["month"] > t - window]
        by = inside.groupby("household_id")
        told |= {f"{n}_mean_{window}": c for n, c in by[list(AMOUNTS)].mean().items()}
        told |= {f"{n}_count_{window}": c for n, c in by[list(FLAGS)].sum().items()}
        if window in SLOPES:
            told |= _pandas_slopes(inside, t, window)
    month = looked_at["month"]
    set_in = pd.DataFrame({f: month.where(looked_at[f]) for f in FLAGS})
    last = set_in.groupby(looked_at["household_id"]).max()
    told |= {f"{f}_since": (t - last[f]).fillna(LONGEST) for f in FLAGS}
    return pd.DataFrame(told)


def _pandas_slopes(inside: pd.DataFrame, t: int, window: int) -> dict[str, pd.Series]:
    ids, x = inside["household_id"], (inside["month"] - t + window / 2).astype("float64")
    values = inside[list(AMOUNTS)].astype("float64")
    known = values.notna()
    n = known.groupby(ids).sum()
    sx, sxx = ((known.mul(x**p, axis=0)).groupby(ids).sum() for p in (1, 2))
    sv, sxv = values.groupby(ids).sum(), values.mul(x, axis=0).groupby(ids).sum()
    slope = ((sxv - sx * sv / n) / (sxx - sx**2 / n)).where(n > 1)
    return {f"{name}_slope_{window}": column for name, column in slope.items()}


def polars_group_by(folder: Path) -> Sums:
    """A lazy scan and one group-by for each date, with sums over conditions, streaming."""
    import polars as pl

    scan = pl.scan_parquet(folder / "*.parquet").with_columns(
        (pl.col("income") / pl.col("poverty_line")).alias("income_over_line")
    )
    said = []
    for t in DATES.tolist():
        table = (
            scan.filter(pl.col("month").is_between(t - LONGEST + 1, t))
            .with_columns((pl.col("month") - t + LONGEST / 2).alias("x"))
            .group_by("household_id")
            .agg(_polars_sums(pl, t))
            .select(_polars_features(pl, t))
        )
        asked = [
            say(pl.col(name).cast(pl.Float64)).alias(f"{name}|{i}")
            for name in NAMES
            for i, say in enumerate(
                (lambda c: c.count(), lambda c: c.sum(), lambda c: (c * c).sum())
            )
        ]
        row = table.select(asked).collect(engine="streaming").row(0)
        said.append({n: list(row[3 * i : 3 * i + 3]) for i, n in enumerate(NAMES)})
    return added(said)


def _polars_sums(pl, t: int) -> Iterator:
    x, month = pl.col("x"), pl.col("month")
    yield from (pl.len().alias("rows_24"),)
    for window in WINDOWS:
        inside = month > t - window
        yield inside.sum().alias(f"rows_{window}") if window != LONGEST else pl.lit(0).alias("_")
        for name in AMOUNTS:
            value = pl.when(inside).then(pl.col(name).cast(pl.Float64))
            yield value.sum().alias(f"{name}_s_{window}")
            yield value.count().alias(f"{name}_n_{window}")
            if window in SLOPES:
                known = pl.when(inside & pl.col(name).is_not_null()).then(x)
                yield known.sum().alias(f"{name}_sx_{window}")
                yield (known * known).sum().alias(f"{name}_sxx_{window}")
                yield (value * x).sum().alias(f"{name}_sxv_{window}")
        for name in FLAGS:
            yield (pl.col(name) & inside).sum().alias(f"{name}_c_{window}")
    for name in FLAGS:
        yield pl.when(pl.col(name)).then(month).max().alias(f"{name}_last")


def _polars_features(pl, t: int) -> Iterator:
    for name in AMOUNTS:
        for window in WINDOWS:
            n, s = pl.col(f"{name}_n_{window}"), pl.col(f"{name}_s_{window}")
            yield pl.when(n > 0).then(s / n).alias(f"{name}_mean_{window}")
        for window in SLOPES:
            n, s, sx, sxx, sxv = (
                pl.col(f"{name}_{k}_{window}") for k in ("n", "s", "sx", "sxx", "sxv")
            )
            slope = (sxv - sx * s / n) / (sxx - sx * sx / n)
            yield pl.when(n > 1).then(slope).alias(f"{name}_slope_{window}")
    for name in FLAGS:
        for window in WINDOWS:
            seen = pl.col(f"rows_{window}") > 0
            yield pl.when(seen).then(pl.col(f"{name}_c_{window}")).alias(f"{name}_count_{window}")
        yield (t - pl.col(f"{name}_last")).fill_null(LONGEST).alias(f"{name}_since")


def duckdb_sql(folder: Path) -> Sums:
    """One SQL statement for each date, with sums over cases."""
    import duckdb

    con = duckdb.connect()
    said = []
    for t in DATES.tolist():
        row = con.execute(_sql(folder, t)).fetchone()
        said.append({name: list(row[3 * i : 3 * i + 3]) for i, name in enumerate(NAMES)})
    return added(said)


def _sql(folder: Path, t: int) -> str:
    parts, told = ["count(*) AS rows_24"], []
    for w in WINDOWS:
        inside = f"month > {t - w}"
        if w != LONGEST:
            parts.append(f"count(CASE WHEN {inside} THEN 1 END) AS rows_{w}")
        for a in AMOUNTS:
            case = f"CASE WHEN {inside} THEN {a} END"
            parts += [f"sum({case}) AS {a}_s_{w}", f"count({case}) AS {a}_n_{w}"]
            told.append(f"{a}_s_{w} / nullif({a}_n_{w}, 0) AS {a}_mean_{w}")
            if w in SLOPES:
                known = f"CASE WHEN {inside} AND {a} IS NOT NULL THEN x END"
                parts += [f"sum({known}) AS {a}_sx_{w}", f"sum({known} * x) AS {a}_sxx_{w}"]
                parts += [f"sum({case} * x) AS {a}_sxv_{w}"]
                n, s, sx, sxx, sxv = (f"{a}_{k}_{w}" for k in ("n", "s", "sx", "sxx", "sxv"))
                slope = f"({sxv} - {sx} * {s} / {n}) / ({sxx} - {sx} * {sx} / {n})"
                told.append(f"CASE WHEN {n} > 1 THEN {slope} END AS {a}_slope_{w}")
        for f in FLAGS:
            parts.append(f"count(CASE WHEN {inside} AND {f} THEN 1 END) AS {f}_c_{w}")
            told.append(f"CASE WHEN rows_{w} > 0 THEN {f}_c_{w} END AS {f}_count_{w}")
    for f in FLAGS:
        parts.append(f"max(CASE WHEN {f} THEN month END) AS {f}_last")
        told.append(f"coalesce({t} - {f}_last, {LONGEST}) AS {f}_since")
    amounts = ", ".join(f"{a}::DOUBLE AS {a}" for a in AMOUNTS[1:])
    return f"""
        WITH inside AS (
            SELECT household_id, month, {", ".join(FLAGS)}, {amounts},
                   (income / poverty_line)::DOUBLE AS income_over_line,
                   (month - {t} + {LONGEST // 2})::DOUBLE AS x
            FROM read_parquet('{folder}/*.parquet') WHERE month > {t - LONGEST} AND month <= {t}
        ), summed AS (SELECT {", ".join(parts)} FROM inside GROUP BY household_id),
        features AS (SELECT {", ".join(told)} FROM summed)
        SELECT {", ".join(f"count({n}), sum({n}), sum({n} * {n})" for n in NAMES)} FROM features
    """
