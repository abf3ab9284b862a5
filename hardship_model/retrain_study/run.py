"""From a config to a verdict, whatever was done before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hardship_model import provenance
from hardship_model.evaluation.groupings import check_groupings
from hardship_model.language import Language
from hardship_model.months import to_text
from hardship_model.retrain_study import job
from hardship_model.retrain_study.config import Retrain
from hardship_model.retrain_study.parts import Parts
from hardship_model.retrain_study.stages import Stages
from hardship_model.retraining.gate import Verdict
from hardship_model.store import Store
from hardship_model.study import read


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a run came to."""

    verdict: Verdict
    checks: pd.DataFrame
    #: The version that these records and this config made; empty when the candidate was refused.
    version: str
    #: The version that counts in the store now; empty in a store without versions.
    serving: str
    page: Path
    #: False when every part had been done by an earlier run.
    news: bool


def told(done: Finished) -> Iterator[str]:
    """What a run came to, in a few lines: for a terminal, or the mail of a scheduler."""
    if not done.news:
        yield "Nothing to do: these records and this config were judged before."
    yield done.verdict.sentence
    for row in done.checks[done.checks["blocks"]].to_dict("records"):
        yield f"  {row['sentence']}"
    if done.verdict.override:
        yield f"Let in by a person: {done.verdict.override}"
    if done.version:
        yield f"In the store as version {done.version}; version {done.serving} counts."
    else:
        yield (
            f"Version {done.serving} stays." if done.serving else "The store stays without a model."
        )
    yield f"Read {done.page}"


def retrain(
    plan: Retrain, out: Path, *, config: bytes, override: str = "", lang: Language = "en",
    say: Callable[[str], None] = lambda line: None,
) -> Finished:  # fmt: skip
    """Do what is left to do of a retraining, in the folder `out`, and tell the verdict.

    Finished parts lie in `out/stages`, the page, in the language `lang`, and its tables in
    `out/MONTH`; `config` is the config file as it stands, to be kept. With `override`, a reason in
    words, a candidate that the gate refuses is let in all the same. Raises StoreError or BusyError
    when another run is at work on the same store or folder.
    """
    store = Store(plan.store)
    made_by = provenance.versions() | {"code": provenance.same_code()}
    stages = Stages(folder=out / "stages", made_by=made_by, say=say)
    with stages.alone(), store.lock():
        say(f"Reading the records as of {to_text(plan.now)}")
        sources = job.known_by(read(plan), plan.now)
        check_groupings(sources.panel, plan.groups)
        parts = Parts(
            plan=plan, sources=sources, stages=stages, store=store, override=override,
            config=config, lang=lang,
        )  # fmt: skip
        return _finished(parts, out / to_text(plan.now))


def _finished(parts: Parts, out: Path) -> Finished:
    reported = parts.report(out)
    version, now = parts.version, parts.store.current()
    return Finished(
        verdict=parts.verdict, checks=parts.results.checks, version=version.name if version else "",
        serving=now.name if now else "", page=out / "report.html",
        news=reported or any(stage.made_now for stage in parts.stages_of_run),
    )  # fmt: skip
