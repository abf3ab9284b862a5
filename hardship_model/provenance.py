"""What made the numbers of a run: which data, which predictions, which versions?"""

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel
from hardship_model.months import to_text
from hardship_model.privacy import withhold_small_cells

#: Packages whose version decides about the numbers.
_DECISIVE = ("hardship_model", "numpy", "pandas", "scipy", "scikit-learn", "lightgbm")


def describe(panel: Panel) -> dict[str, Any]:
    """What was read: counts, columns, years, and a fingerprint that changes with any cell."""
    rows = panel.rows
    content = pd.util.hash_pandas_object(rows, index=False).to_numpy()
    known = rows["in_hardship"].notna()
    return {
        "panel": panel.name,
        "currency": panel.currency,
        "step_months": panel.step_months,
        "rows": len(rows),
        "households": len(panel.households),
        "first_month": to_text(panel.months[0]),
        "last_month": to_text(panel.months[-1]),
        "rows_with_known_state": int(known.sum()),
        "rows_in_hardship": int(rows.loc[known, "in_hardship"].sum()),
        "rows_written_down_late": int((rows["recorded_month"] > rows["month"]).sum()),
        "columns": [
            {
                "name": c.name, "label": c.label, "label_zh": c.label_zh,
                "values_zh": dict(c.values_zh), "pillar": c.pillar, "kind": c.kind,
                "lag_months": c.lag_months, "known": int(rows[c.name].notna().sum()),
            }
            for c in panel.columns
        ],
        "years": _by_year(rows).to_dict("records"),
        "fingerprint": hashlib.sha256(content.tobytes()).hexdigest(),
    }  # fmt: skip


def at_a_glance(results: object) -> str:
    """Which tables does a run hold? One line, with the rows of each, for whoever types its name."""
    tables = {k: v for k, v in vars(results).items() if isinstance(v, pd.DataFrame)}
    told = ", ".join(f"{name} ({len(table):,})" for name, table in tables.items())
    study = getattr(results, "study", None)
    return f"Results of {getattr(study, 'name', '?')}; tables (rows): {told}"


def _by_year(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per calendar year: rows whose state is known, and those in hardship."""
    known = rows[rows["in_hardship"].notna()]
    year = (known["month"] // 12).rename("year")
    counted = known["in_hardship"].astype(float).groupby(year).agg(n="size", events="sum")
    return withhold_small_cells(counted.reset_index(), shown=[])


def same_bits(risk: pd.Series) -> str:
    """A fingerprint of predictions that changes with any bit."""
    return hashlib.sha256(np.ascontiguousarray(risk.to_numpy(dtype=float)).tobytes()).hexdigest()


def versions() -> dict[str, str]:
    """Which versions decide about every number of a run?"""
    return {"python": platform.python_version(), **{name: version(name) for name in _DECISIVE}}


def same_code() -> str:
    """A fingerprint of this package's own files that changes with any letter of them.

    Between two releases the version stays the same while code and parameters change.
    """
    package = Path(__file__).parent
    seen = hashlib.sha256()
    for path in sorted(p for p in package.rglob("*") if p.suffix in (".py", ".toml", ".html")):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        seen.update(f"{path.relative_to(package).as_posix()} {content}\n".encode())
    return seen.hexdigest()
