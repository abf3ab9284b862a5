"""What is done at each stage of a retraining: records in, tables and models out.

Every function is a computation on tables; which of them has been done already, `stages` knows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.data.panel import PanelError
from hardship_model.evaluation.backtest import (
    Origin,
    Scored,
    choose,
    judge,
    score_everybody,
)
from hardship_model.features import Feature, declare, features
from hardship_model.labels import ANSWERS, KINDS, outcomes
from hardship_model.models import BASELINES
from hardship_model.months import to_text
from hardship_model.privacy import SMALLEST_CELL
from hardship_model.provenance import describe
from hardship_model.retrain_study.config import Retrain
from hardship_model.store import ServedModel
from hardship_model.study import Sources

#: In the tables, whatever it is called in the store.
CANDIDATE, INCUMBENT = "candidate", "incumbent"
#: How the incumbent was judged.
NONE, AS_SERVED = "there is none", "it serves"
ITS_RECIPE = "its recipe, fitted again at the candidate's origin"


def known_by(sources: Sources, now: int) -> Sources:
    """What had been written down by the end of `now`, and nothing else."""
    cut = {id(p): p.known_by(now) for p in (sources.panel, sources.learn_from, sources.judge_by)}
    known = Sources(**{name: cut[id(panel)] for name, panel in vars(sources).items()})
    if known.panel.rows.empty:
        raise PanelError(
            f"Panel {sources.panel.name!r} holds nothing that was written down by {to_text(now)}."
        )
    return known


def described(sources: Sources) -> dict[str, Any]:
    """What was read: counts and fingerprints, that of other answers beside that of the records."""
    told = describe(sources.panel)
    told["meaning"] = [asdict(column) for column in sources.panel.columns]
    for name in ("learn_from", "judge_by"):
        if (panel := getattr(sources, name)) is not sources.panel:
            told[f"fingerprint_{name}"] = describe(panel)["fingerprint"]
    return told


def chosen(tables: Sequence[pd.DataFrame], plan: Retrain) -> pd.DataFrame:
    """Which recipe is the candidate? `tables` are those of `tried`, one a choosing origin.

    One row per recipe, as in `backtest.choose`; with one recipe only there is nothing to choose.
    """
    if not tables:
        return pd.DataFrame({"task": [plan.task.name], "model": plan.models[:1], "chosen": [True]})
    every = pd.concat(tables, ignore_index=True)
    return choose(every[every["model"].isin(plan.models)])


def tried(sources: Sources, plan: Retrain, origin: Origin) -> pd.DataFrame:
    """How did every recipe do at an origin that chooses? One row per model × metric."""
    scored = _scored(sources, plan, origin, plan.models, declare(sources.panel))
    return judge(scored, list_shares=(), n_draws=1, seed=plan.seed)


def judged(
    sources: Sources, plan: Retrain, origin: Origin, *, recipe: str, serving: ServedModel | None
) -> tuple[Scored, pd.DataFrame, str]:
    """What would candidate, incumbent and the rules have said where their answers are known now?

    The candidate is its recipe, fitted on what was known at the origin. So is the incumbent, by
    its own recipe and features, when it has learned from later answers than that: these would
    overlap what judges. An older one is judged as it serves.

    Returns
    -------
    what they said of the households judged, what the candidate says of everybody now (one row
    per household: `score`, `risk`), and in which of the two ways the incumbent was judged.

    """
    declared, now = declare(sources.panel), everybody_now(sources, plan)
    scored = _scored(sources, plan, origin, (*BASELINES, recipe), declared)
    X_now = features(sources.panel, declared, who=now)
    model = scored.fitted[recipe]
    now = now[["household_id", "as_of"]].assign(score=model.score(X_now), risk=model.risk(X_now))
    named = _renamed(scored, {recipe: CANDIDATE})
    if serving is None:
        return named, now, NONE
    if serving.trained_until <= origin.train_until:
        X = features(sources.panel, serving.declared, who=scored.rows)
        old = serving.calibrated
        return _beside(named, old.score(X), old.risk(X)), now, AS_SERVED
    of, name = scored, recipe
    if (serving.name, serving.declared) != (recipe, declared):
        of, name = _scored(sources, plan, origin, (serving.name,), serving.declared), serving.name
    return _beside(named, of.score[name], of.risk[name]), now, ITS_RECIPE


def everybody_now(sources: Sources, plan: Retrain) -> pd.DataFrame:
    """Whom would a list name now? One row per household at risk in the last known period.

    Raises PanelError when these are fewer than ten: too few to tell anything of.
    """
    last = int(sources.panel.months[-1])
    rows = outcomes(sources.judge_by, plan.task.question, as_of=[last])
    rows = rows[plan.task.about(rows)].reset_index(drop=True)
    if len(rows) < SMALLEST_CELL:
        raise PanelError(
            f"Fewer than {SMALLEST_CELL} households of panel {sources.panel.name!r} are known to"
            f" be at risk in {to_text(last)}, its last month. Retrain when the records of that"
            " month are in, or at an earlier `now`."
        )
    return rows


def _scored(
    sources: Sources, plan: Retrain, origin: Origin, models: Sequence[str],
    declared: Sequence[Feature],
) -> Scored:  # fmt: skip
    return score_everybody(
        sources.panel, task=plan.task, origin=origin, models=models, declared=declared,
        seed=plan.seed, learn_from=sources.learn_from, judge_by=sources.judge_by,
    )  # fmt: skip


def _renamed(scored: Scored, names: Mapping[str, str]) -> Scored:
    def under(by: Mapping[str, Any]) -> dict[str, Any]:
        return {names.get(name, name): values for name, values in by.items()}

    return replace(
        scored, score=under(scored.score), risk=under(scored.risk), fitted=under(scored.fitted)
    )


def _beside(scored: Scored, score: np.ndarray, risk: np.ndarray) -> Scored:
    return replace(
        scored, score=scored.score | {INCUMBENT: score}, risk=scored.risk | {INCUMBENT: risk}
    )


def keep(scored: Scored, folder: Path) -> None:
    """Write what was scored, without the models, into `folder`."""
    table = scored.rows.astype({"answer": "str", "kind": "str"})
    for name in scored.score:
        table[f"score {name}"], table[f"risk {name}"] = scored.score[name], scored.risk[name]
    table.to_parquet(folder / "scored.parquet", index=False)
    counts = {"n_train": scored.n_train, "train_events": scored.train_events}
    (folder / "trained.json").write_text(json.dumps(counts), encoding="utf-8")


def kept(folder: Path, plan: Retrain, origin: Origin) -> Scored:
    """What `keep` wrote, to the bit."""
    table = pd.read_parquet(folder / "scored.parquet").astype({"answer": ANSWERS, "kind": KINDS})
    names = [str(name) for name in table]
    score, risk = (
        {n.removeprefix(of): table[n].to_numpy() for n in names if n.startswith(of)}
        for of in ("score ", "risk ")
    )
    rows = table.drop(columns=[n for n in names if n.startswith(("score ", "risk "))])
    counts = json.loads((folder / "trained.json").read_text(encoding="utf-8"))
    return Scored(task=plan.task, origin=origin, rows=rows, score=score, risk=risk, **counts)
