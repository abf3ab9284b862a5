"""Features of a panel in parts: one file per part, for whoever has more than fits into memory."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.data.panel import PanelError
from hardship_model.data.partitions import Part, Partitions
from hardship_model.features.declared import Feature, declare
from hardship_model.features.engine import features
from hardship_model.files import whole_file, whole_folder
from hardship_model.months import to_text
from hardship_model.shards import LOCAL, Engine, map_shards

#: Tells a folder of features, and what each of them is.
MARK = "_features.json"


def write_features(
    panel: Partitions, out: str | Path, *, as_of: Sequence[int], engine: Engine = LOCAL
) -> int:
    """What could have been known about every household at the end of each `as_of`? Into `out`.

    One Parquet file per part, under its name: `household_id`, `as_of` and the features that
    `declare` allows, one row per household and `as_of`, by `as_of` and then in the order of the
    part, however often and in whatever order months are named. `_features.json` says what each
    feature is. Returns the number of rows. Raises PanelError for a month outside the panel.
    """
    (first, last), months = panel.about.span, sorted(set(as_of))
    if not months or months[0] < first or months[-1] > last:
        raise PanelError(
            f"Features are asked for {', '.join(map(to_text, months)) or 'no month'}; panel"
            f" {panel.about.name!r} runs from {to_text(first)} to {to_text(last)}."
        )
    with whole_folder(out, mark=MARK) as folder:
        work = partial(_write_part, folder=folder.resolve(), as_of=months)
        said = list(map_shards(work, panel, engine=engine))
        told = {"as_of": [to_text(m) for m in months], "features": [asdict(f) for f in said[0][1]]}
        text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
        (folder / MARK).write_text(text, encoding="utf-8", newline="\n")
    return sum(n for n, _ in said)


def _write_part(part: Part, folder: Path, as_of: list[int]) -> tuple[int, tuple[Feature, ...]]:
    panel = part.read()
    declared = declare(panel)
    who = pd.DataFrame({
        "household_id": np.tile(panel.households, len(as_of)),
        "as_of": np.repeat(np.array(as_of, dtype=np.int32), len(panel.households)),
    })  # fmt: skip
    table = pd.concat([who, features(panel, declared, who=who)], axis=1)
    with whole_file(folder / part.path.name) as new:
        table.to_parquet(new, index=False)
    return len(table), declared
