"""The parts of a retraining, each done once: records, candidates, backtest, gate, store, page."""

import json
import shutil
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from hardship_model.evaluation.backtest import Origin, Scored, judge
from hardship_model.evaluation.curves import reliability
from hardship_model.evaluation.groupings import group_labels
from hardship_model.features import declare
from hardship_model.figures import draw_gate, save
from hardship_model.files import whole_folder, write_csv, write_json
from hardship_model.language import Language, speaking
from hardship_model.months import to_text
from hardship_model.retrain_study import job, newest
from hardship_model.retrain_study.config import Retrain, origins_of
from hardship_model.retrain_study.page import card, own_names, page
from hardship_model.retrain_study.results import Results
from hardship_model.retrain_study.stages import MARK, Stage, Stages, sweep
from hardship_model.retraining.gate import Verdict, decide, gate
from hardship_model.store import MODEL, ServedModel, Store, Version, to_bytes
from hardship_model.study import ConfigError, Sources

#: Of a config, what changes no number.
_NAMES = ("name", "title", "title_zh", "survey", "path", "store")


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """The parts of a run, each done when it is asked for unless an earlier run has done it."""

    plan: Retrain
    sources: Sources
    stages: Stages
    store: Store
    override: str
    config: bytes
    #: In which language the page is written.
    lang: Language

    @cached_property
    def records(self) -> Stage:
        """What was read, and its fingerprint."""
        told = job.described(self.sources)
        return self.stages.stage(
            "records", {"panel": told}, lambda folder: write_json(told, folder / "data.json"),
            doing="Checking the records",
        )  # fmt: skip

    @cached_property
    def made_from(self) -> str:
        """What stands for records, config and code together, whatever serves now."""
        plan = self.plan
        asked = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in _NAMES}
        return self.stages.key({"records": self.records, "asked": asked})[0]

    @cached_property
    def earlier(self) -> Version | None:
        """The version that an earlier run has made of the same."""
        made = [v for v in self.store.versions() if v.about.get("made_from") == self.made_from]
        return made[0] if made else None

    @cached_property
    def incumbent(self) -> Version | None:
        """What the candidate is held against: for a run that is repeated, what it was then."""
        if self.earlier is None:
            return self.store.current()
        before = self.earlier.about["judged_against"]
        return self.store.version(before) if before else None

    @cached_property
    def serving(self) -> ServedModel | None:
        """The model in use.

        Raises ConfigError when it answers another question, or cannot be read on this panel.
        """
        if self.incumbent is None:
            return None
        name, panel = self.incumbent.name, self.sources.panel
        model = self.store.model(name)
        if (model.task.kind, model.task.question) != (self.plan.task.kind, self.plan.task.question):
            raise ConfigError(
                f"Version {name} of the store {self.store.url} answers another question than task"
                f" {self.plan.task.name!r}; give each question its own store."
            )
        fits = model.fits
        wrong = [f"lacks {column}" for column in fits.absent(panel)]
        if (fits.step_months, fits.currency) != (panel.step_months, panel.currency):
            wrong.append(f"is not of periods of {fits.step_months} months in {fits.currency}")
        if wrong:
            raise ConfigError(
                f"Version {name} of the store {self.store.url} cannot be judged on panel"
                f" {panel.name!r}, which {', '.join(wrong)}. Mend its mapping (a column may stay"
                " there, empty), or give the panel a store of its own."
            )
        return model

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """Those that choose, then the one that judges."""
        return origins_of(self.plan, self.sources.panel)

    @cached_property
    def tried(self) -> list[Stage]:
        """One part per choosing origin."""
        return [self._try(origin) for origin in self.origins[:-1]]

    def _try(self, origin: Origin) -> Stage:
        models = self.plan.models
        return self.stages.stage(
            "candidates", {**self._fit, "origin": origin, "models": models},
            lambda folder: job.tried(self.sources, self.plan, origin).to_parquet(
                folder / "judged.parquet"
            ),
            doing=f"Candidates: {len(models)} recipes as of {origin.name}",
        )  # fmt: skip

    @property
    def _fit(self) -> dict[str, Any]:
        """What every fit depends on."""
        return {"records": self.records, "task": self.plan.task, "seed": self.plan.seed}

    @cached_property
    def choice(self) -> pd.DataFrame:
        """Which recipe is the candidate, and why."""
        return job.chosen([_table(stage, "judged") for stage in self.tried], self.plan)

    @cached_property
    def recipe(self) -> str:
        """The candidate's."""
        return str(self.choice.loc[self.choice["chosen"], "model"].item())

    @cached_property
    def backtest(self) -> Stage:
        """What candidate, incumbent and rules said of the households judged."""

        def make(folder: Path) -> None:
            scored, now, how = job.judged(
                self.sources, self.plan, self.origins[-1], recipe=self.recipe, serving=self.serving
            )
            job.keep(scored, folder)
            now.to_parquet(folder / "now.parquet")
            write_json({"incumbent_judged": how}, folder / "how.json")

        file = self.incumbent.files[MODEL] if self.incumbent else ""
        return self.stages.stage(
            "backtest",
            {**self._fit, "origin": self.origins[-1], "recipe": self.recipe, "incumbent": file},
            make,
            doing=f"Backtest: {self.recipe} learns until {self.origins[-1].name}, judged on what"
            " came later",
        )

    @cached_property
    def scored(self) -> Scored:
        """The same, read again."""
        return job.kept(self.backtest.folder, self.plan, self.origins[-1])

    @cached_property
    def calibration(self) -> Stage:
        """How good they were, and whether risks meant what they said."""
        settings = self.plan.gate

        def make(folder: Path) -> None:
            table = judge(
                self.scored, list_shares=settings.list_shares, n_draws=settings.n_draws,
                seed=settings.seed,
            )  # fmt: skip
            table.to_parquet(folder / "backtest.parquet")
            reliability(self.scored).to_parquet(folder / "reliability.parquet")

        asked = {"backtest": self.backtest, "gate": settings}
        return self.stages.stage(
            "calibration", asked, make, doing=f"Calibration, {settings.n_draws} draws"
        )

    @cached_property
    def gated(self) -> Stage:
        """The checks, and how the newest records differ from those judged."""
        plan, groups = self.plan, self.plan.groups

        def make(folder: Path) -> None:
            now = _table(self.backtest, "now")
            drift = newest.moved(self.sources, plan, self.scored, now)
            drift.to_parquet(folder / "drift.parquet")
            newest.holds_up(plan, self.scored, now).to_parquet(folder / "performance.parquet")
            labels = (
                group_labels(self.sources.panel, self.scored.rows, by=groups) if groups else None
            )
            checks = gate(
                self.scored, candidate=job.CANDIDATE,
                incumbent=job.INCUMBENT if job.INCUMBENT in self.scored.score else None,
                settings=plan.gate, groups=labels, drift=drift,
            )  # fmt: skip
            checks.to_parquet(folder / "checks.parquet")

        asked = {"calibration": self.calibration, "groups": groups}
        return self.stages.stage("gate", asked, make, doing="Gate")

    @cached_property
    def verdict(self) -> Verdict:
        """The gate's, with a person's word where there is one."""
        found = decide(_table(self.gated, "checks"))
        reason = str(self.earlier.about["override"]) if self.earlier else self.override
        return found.overridden(reason) if reason else found

    @cached_property
    def model(self) -> Stage:
        """The recipe, fitted on all that is known now."""

        def make(folder: Path) -> None:
            served = newest.to_serve(self.sources, self.plan, self.scored, recipe=self.recipe)
            (folder / MODEL).write_bytes(to_bytes(served))

        return self.stages.stage(
            "model", {**self._fit, "now": self.plan.now, "backtest": self.backtest}, make,
            doing=f"Fitting {self.recipe} on all that is known by {to_text(self.plan.now)}",
        )  # fmt: skip

    @property
    def stages_of_run(self) -> list[Stage]:
        """All stages of this run."""
        some = [self.records, *self.tried, self.backtest, self.calibration, self.gated, self.papers]
        return [*some, self.model] if self.verdict.lets_in else some

    @cached_property
    def results(self) -> Results:
        """All tables."""
        how = json.loads((self.backtest.folder / "how.json").read_text(encoding="utf-8"))
        return Results(
            plan=self.plan, choice=self.choice, scored=self.scored, verdict=self.verdict,
            declared=tuple(declare(self.sources.panel)),
            data=json.loads((self.records.folder / "data.json").read_text(encoding="utf-8")),
            incumbent=self.incumbent.name if self.incumbent else "", **how,
            backtest=_table(self.calibration, "backtest"),
            reliability=_table(self.calibration, "reliability"),
            drift=_table(self.gated, "drift"), performance=_table(self.gated, "performance"),
            checks=_table(self.gated, "checks"),
        )  # fmt: skip

    @cached_property
    def papers(self) -> Stage:
        """What lies beside a model in the store, and beside the page: tables, card, provenance."""
        results = self.results

        def make(folder: Path) -> None:
            for name, table in results.as_files().items():
                write_csv(table, folder / f"{name}.csv")
            write_json(results.data, folder / "data.json")
            write_json(self.stages.made_by, folder / "versions.json")
            (folder / "config.toml").write_bytes(self.config)
            (folder / "model_card.md").write_text(card(results), encoding="utf-8")

        asked = {
            "gate": self.gated, "calibration": self.calibration, "verdict": self.verdict,
            "config": sha256(self.config).hexdigest(), "incumbent": results.incumbent,
        }  # fmt: skip
        return self.stages.stage("papers", asked, make, doing="Writing tables")

    @cached_property
    def version(self) -> Version | None:
        """The store's version of this candidate, added now unless it is there."""
        if self.earlier or not self.verdict.lets_in:
            return self.earlier
        files = {
            path.name: path.read_bytes()
            for folder in (self.model.folder, self.papers.folder)
            for path in sorted(folder.iterdir()) if path.name != MARK
        }  # fmt: skip
        self.stages.say("Storing the model")
        return self.store.add(files, {
            "made_from": self.made_from, "recipe": self.recipe, "task": self.plan.task.name,
            "now": to_text(self.plan.now), "judged_against": self.results.incumbent,
            "verdict": self.verdict.sentence, "override": self.verdict.override,
            "fingerprint": self.results.data["fingerprint"], "code": self.stages.made_by["code"],
        })  # fmt: skip

    def report(self, out: Path) -> bool:
        """Write the page beside its tables, unless it is there. True when it was not."""
        version = self.version.name if self.version else ""
        asked = {"papers": self.papers, "version": version, "lang": self.lang}
        _, said = self.stages.key(asked)
        if (out / MARK).is_file() and (out / MARK).read_text(encoding="utf-8") == said:
            return False
        self.stages.say("Writing the page")
        sweep(out.parent, begun=f".{out.name}-*")
        with whole_folder(out, mark=MARK) as folder:
            shutil.copytree(self.papers.folder, folder, dirs_exist_ok=True)
            job.keep(self.scored, folder)
            with speaking(self.lang, own=own_names(self.results)):
                save(draw_gate(self.results.checks), folder / "gate")
                told = page(self.results, folder / "gate.svg", version=version)
            (folder / "report.html").write_text(told, encoding="utf-8")
            (folder / MARK).write_text(said, encoding="utf-8")
        return True


def _table(stage: Stage, name: str) -> pd.DataFrame:
    return pd.read_parquet(stage.folder / f"{name}.parquet")
