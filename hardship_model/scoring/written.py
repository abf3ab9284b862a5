"""What a scoring leaves: a list for caseworkers, scores and reasons for programs, the distance."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model import provenance
from hardship_model.files import write_csv
from hardship_model.months import to_text
from hardship_model.privacy import refuse_identifiers
from hardship_model.schema import check
from hardship_model.scoring.distance import distance, in_words
from hardship_model.scoring.listed import Language, caseworkers_list, together
from hardship_model.scoring.scores import Scores, explained
from hardship_model.store import MODEL, ServedModel, Store, Version

#: Tells a folder that a scoring wrote.
MARK = "scored.json"
_VERSIONS = "versions.json"
_NO_REASONS = "No reasons are given: the score of this model is no sum that can be taken apart."
#: Decimals of log-odds that are told; those beyond are the processor's.
_OF_TERMS = 6


def write(
    folder: Path, scores: Scores, *, served: ServedModel, store: Store, version: Version,
    language: Language,
) -> list[str]:  # fmt: skip
    """Write what the model says of these households; returns what is to be told of it, in lines.

    `list.csv` for caseworkers, in `language` and with the mark that spreadsheets want before
    Chinese; `scores.parquet` (the table `scores`) and `reasons.parquet` (one row per household ×
    reason, in both languages) for programs; `distance.csv`; `scored.json` on what made them.
    Raises IdentifierError when a household's key is no pseudonym.
    """
    why = explained(served, scores)
    column = "text_zh" if language == "zh" else "text"
    texts = together(why[0] if why else None, column, len(scores.rows), "; ")
    table = pd.DataFrame({
        "household_id": scores.rows["household_id"],
        "as_of": np.int32(scores.as_of),
        "model": f"{served.name} {version.name}",
        "risk": scores.rows["risk"],
        "reasons": texts.mask(texts == ""),
    })  # fmt: skip
    refuse_identifiers(check("scores", table), where="The panel")
    table.to_parquet(folder / "scores.parquet", index=False)
    if why:
        by_household = why[0].assign(row=scores.rows["household_id"].to_numpy()[why[0]["row"]])
        by_household = by_household.rename(columns={"row": "household_id"}).round(_OF_TERMS)
        by_household.to_parquet(folder / "reasons.parquet", index=False)
    horizon = served.task.question.horizon_months
    shown = caseworkers_list(scores, why, horizon_months=horizon, language=language)
    shown.to_csv(folder / "list.csv", index=False, lineterminator="\n", encoding="utf-8-sig")
    apart = distance(served, scores)
    write_csv(apart, folder / "distance.csv")
    told = [
        f"{len(scores.rows):,} households at risk at the end of {to_text(scores.as_of)}, by"
        f" {served.name} (version {version.name}).",
        in_words(apart),
        *([] if why else [_NO_REASONS]),
        *_other_versions(store, version),
    ]
    made_by = {
        "store": store.url, "version": version.name, "model": served.name,
        "model_file": version.files[MODEL], "task": served.task.name,
        "as_of": to_text(scores.as_of), "households": len(scores.rows), "language": language,
        "features": _fingerprint(scores), "risks": provenance.same_bits(scores.rows["risk"]),
        "told": told, "versions": provenance.versions(),
    }  # fmt: skip
    (folder / MARK).write_text(_as_json(made_by), encoding="utf-8")
    return told


def _fingerprint(scores: Scores) -> str:
    """Changes with any cell that the model read."""
    content = pd.util.hash_pandas_object(scores.X, index=False).to_numpy()
    return sha256(content.tobytes()).hexdigest()


def _as_json(content: Mapping[str, object]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _other_versions(store: Store, version: Version) -> list[str]:
    """Is the model used by what made it? One line when packages differ, as far as it was kept."""
    if _VERSIONS not in version.files:
        return []
    then, now = json.loads(store.read(version.name, _VERSIONS)), provenance.versions()
    other = [f"{name} {then[name]}" for name in now if name in then and then[name] != now[name]]
    return [f"The model was made with {', '.join(other)}: risks may differ in their last digits."
            ] if other else []  # fmt: skip
