"""The main job: from a config to the tables of a run."""

import itertools
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from hardship_model.data import surveys
from hardship_model.data.mapping import load_mapping, read_panel
from hardship_model.data.panel import Panel
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import Origin, Scored, Task, choose, judge, score_everybody
from hardship_model.evaluation.curves import by_list_size, reliability
from hardship_model.evaluation.groupings import Grouping, check_groupings, groupings
from hardship_model.evaluation.missed import missed
from hardship_model.evaluation.withholding import withhold_few_found, withhold_few_on_lists
from hardship_model.features import Feature, declare
from hardship_model.labels import Question
from hardship_model.models import BASELINES, build
from hardship_model.months import to_month, to_text
from hardship_model.parameters import parameter
from hardship_model.privacy import withhold_small_cells
from hardship_model.provenance import describe
from hardship_model.screening.strategies import at_random, by_risk_since_visit, by_score, in_turn
from hardship_model.screening.visits import CLERKS, compare_visits, make_visits
from hardship_model.transitions import transitions

_TABLES = (
    "transitions", "origins", "backtest", "choice", "reliability", "lists", "by_group",
    "equal_recall", "visits",
)  # fmt: skip
_ORIGIN_MONTHS = ("train_until", "test_from", "answers_until")


class ConfigError(ValueError):
    """A config that cannot be run: what came, what was wanted."""


@dataclass(frozen=True, kw_only=True)
class Visits:
    """A first comparison of ways to choose visits."""

    #: The office's model learned from what was known then; visits are made after it.
    origin: Origin
    #: The office ranks by what it knew this many months before the visit.
    lag_months: int
    #: A household stays on the watch list this long after it was last seen.
    seen_within_months: int
    #: Visits per period as a share of the mean length of the list.
    share: float
    model: str = "boosting"
    replicates: int = 20


@dataclass(frozen=True, kw_only=True)
class Study:
    """One config: a panel, what is asked of it, when, of which models."""

    name: str
    title: str
    #: A shipped survey (`rwm5yr`, `eph`), the path of a mapping file, or `town`: an invented one.
    survey: str
    #: Where the survey's file lies, as seen from the config; empty for `rwm5yr` and `town`.
    path: Path | None
    #: Size and seed of the invented town.
    households: int
    town_seed: int
    #: In the town: learn from what was true then, or from what the office's file said.
    learn_from: Literal["truth", "file"]
    tasks: tuple[Task, ...]
    origins: tuple[Origin, ...]
    models: tuple[str, ...]
    visits: Visits | None
    #: By what households are told apart, to see whom the first of `list_shares` misses.
    groups: tuple[Grouping, ...] = ()
    list_shares: tuple[float, ...] = (0.1, 0.2)
    n_draws: int = 1000
    seed: int = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """The tables of a run; each becomes a file of the run folder."""

    study: Study
    data: dict[str, Any]
    declared: tuple[Feature, ...]
    transitions: pd.DataFrame
    #: One row per task × origin: its months, and how many trained.
    origins: pd.DataFrame
    backtest: pd.DataFrame
    choice: pd.DataFrame
    reliability: pd.DataFrame
    lists: pd.DataFrame
    scores: pd.DataFrame
    #: Of the chosen model and the baselines; empty when the config has no [groups].
    by_group: pd.DataFrame
    equal_recall: pd.DataFrame
    #: Empty when the config has no [visits].
    visits: pd.DataFrame
    ledger: pd.DataFrame


def load_study(path: Path) -> Study:
    """The study that a config file describes. Raises ConfigError with one clear message."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError(f"There is no config {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}.") from None
    try:
        return _study(table, path.parent)
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _study(table: dict[str, Any], folder: Path) -> Study:
    panel = _only(
        table.pop("panel", {}), ("survey", "path", "households", "seed", "learn_from"), "[panel]"
    )
    models = tuple(dict.fromkeys([*BASELINES, *table.pop("models", ())]))
    for name in models:
        build(name, (), seed=0)
    visits = table.pop("visits", None)
    groups = groupings(table.pop("groups", {}))
    tasks = tuple(_task(t) for t in table.pop("tasks", ()))
    origins = tuple(_origin(o) for o in table.pop("origins", ()))
    if not tasks or not any(o.role == "judge" for o in origins):
        raise ConfigError("at least one [[tasks]] and one [[origins]] that judges are needed.")
    plain = _only(table, ("name", "title", "list_shares", "n_draws", "seed"), "the config")
    return Study(
        survey=panel["survey"],
        path=(folder / panel["path"]) if "path" in panel else None,
        households=panel.get("households", 20_000),
        town_seed=panel.get("seed", 1),
        learn_from=panel.get("learn_from", "truth"),
        tasks=tasks,
        origins=origins,
        models=models,
        visits=_visit_plan(visits) if visits else None,
        groups=groups,
        **{k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()},  # type: ignore[arg-type]
    )


def _only(table: dict[str, Any], allowed: tuple[str, ...], where: str) -> dict[str, Any]:
    unknown = sorted(set(table) - set(allowed))
    if unknown:
        raise ConfigError(f"{where} does not know {unknown}; it knows {sorted(allowed)}.")
    return table


def _task(table: dict[str, Any]) -> Task:
    asked = {f.name for f in fields(Question)}
    question = Question(**{k: v for k, v in table.items() if k in asked})
    return Task(question=question, **{k: v for k, v in table.items() if k not in asked})


def _origin(table: dict[str, Any]) -> Origin:
    months = {k: to_month(table[k]) for k in _ORIGIN_MONTHS if k in table}
    return Origin(**(table | months))


def _visit_plan(table: dict[str, Any]) -> Visits:
    months = {k: v for k, v in table.items() if k in _ORIGIN_MONTHS}
    rest = {k: v for k, v in table.items() if k not in _ORIGIN_MONTHS}
    return Visits(origin=_origin(months | {"name": "visits"}), **rest)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """What a study reads: what was on file, and where its answers come from."""

    panel: Panel
    learn_from: Panel
    judge_by: Panel


def read(study: Study) -> Sources:
    """The panel that the study is about; of an invented town also the truth."""
    if study.survey == "town":
        town = invent(Config(n_households=study.households, seed=study.town_seed))
        on_file, truth = records(town), truth_panel(town)
        learn_from = truth if study.learn_from == "truth" else on_file
        return Sources(panel=on_file, learn_from=learn_from, judge_by=truth)
    if study.survey == "rwm5yr":
        panel = surveys.rwm5yr()
    elif study.path is None:
        raise ConfigError(f"[panel] survey = {study.survey!r} wants a `path` to its file.")
    else:
        panel = read_panel(load_mapping(study.survey), study.path)
    return Sources(panel=panel, learn_from=panel, judge_by=panel)


def run(study: Study, *, say: Callable[[str], None] = lambda line: None) -> Results:
    """Do the main job; `say` hears one line before each longer step."""
    say(f"Reading {study.name}")
    sources = read(study)
    declared = declare(sources.panel)
    check_groupings(sources.panel, study.groups)
    scored = []
    for origin, task in itertools.product(study.origins, study.tasks):
        say(f"{task.name} at {origin.name}: {len(study.models)} models")
        scored.append(
            score_everybody(
                sources.panel,
                task=task,
                origin=origin,
                models=study.models,
                declared=declared,
                seed=study.seed,
                learn_from=sources.learn_from,
                judge_by=sources.judge_by,
            )
        )
    say(f"Intervals from {study.n_draws} draws over households")
    backtest = pd.concat(
        [
            judge(s, list_shares=study.list_shares, n_draws=study.n_draws, seed=study.seed)
            for s in scored
        ],
        ignore_index=True,
    )
    choice = choose(backtest)
    judged = [s for s in scored if s.origin.role == "judge"]
    who = missed(judged, sources.panel, choice, by=study.groups, list_share=study.list_shares[0],
                 n_draws=study.n_draws, seed=study.seed)  # fmt: skip
    visits, ledger = _visits(sources.panel, study, declared, say)
    return Results(
        study=study,
        data=describe(sources.panel),
        declared=declared,
        transitions=withhold_small_cells(
            transitions(sources.judge_by, **_spell_rule(study)),
            shown=["rate", "low", "high", "cumulative"],
        ),
        origins=withhold_small_cells(
            pd.DataFrame([_trained(s) for s in scored]),
            n="n_train",
            events="train_events",
            shown=[],
        ),
        backtest=withhold_few_on_lists(backtest),
        choice=choice,
        reliability=withhold_small_cells(
            pd.concat([reliability(s) for s in judged], ignore_index=True),
            shown=["expected", "observed", "low", "high"],
        ),
        lists=withhold_small_cells(
            pd.concat([by_list_size(s) for s in judged], ignore_index=True),
            beside="missed",
            shown=["precision", "recall", "fewest", "most"],
        ),
        scores=pd.concat([_scores(s) for s in judged], ignore_index=True),
        by_group=who.by_group,
        equal_recall=who.equal_recall,
        visits=visits,
        ledger=ledger,
    )


def _spell_rule(study: Study) -> dict[str, int]:
    """Moves are counted by the first task's rule of what a spell is."""
    question = study.tasks[0].question
    return {"exit_months": question.exit_months, "spell_months": question.spell_months}


def _trained(scored: Scored) -> dict[str, object]:
    """What did the models learn from here? Of everybody, whom only some models learn from, no."""
    origin = scored.origin
    months = {name: to_text(getattr(origin, name)) for name in _ORIGIN_MONTHS}
    return {
        "task": scored.task.name, "origin": origin.name, "role": origin.role, **months,
        "n_train": scored.n_train, "train_events": scored.train_events,
    }  # fmt: skip


def _scores(scored: Scored) -> pd.DataFrame:
    """The table `scores`: one row per household × as_of × model, of one task."""
    rows = scored.rows[["household_id", "as_of"]]
    return pd.concat(
        [rows.assign(task=scored.task.name, model=m, risk=r) for m, r in scored.risk.items()],
        ignore_index=True,
    )


def _visits(
    panel: Panel, study: Study, declared: tuple[Feature, ...], say: Callable[[str], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Visits chosen in eight ways at the origin that the config names."""
    if study.visits is None:
        return pd.DataFrame(), pd.DataFrame()
    plan = study.visits
    task = Task(
        name="visits",
        kind="both",
        question=Question(
            ask="in_hardship_at",
            horizon_months=plan.lag_months,
            seen_within_months=plan.seen_within_months,
        ),
    )
    say(f"Visits in {len(CLERKS) + 2} orders, {plan.replicates} replicates")
    scored = score_everybody(
        panel, task=task, origin=plan.origin, models=(*BASELINES, plan.model),
        declared=declared, seed=study.seed,
    )  # fmt: skip
    watch = scored.rows.assign(
        month=scored.rows["as_of"] + plan.lag_months,
        in_hardship=(scored.rows["answer"] == "yes").to_numpy(),
        rule=scored.score["rule_in_force"],
        income=scored.score["income_over_line"],
        risk=scored.risk[plan.model],
    )
    orders = {
        "at random": at_random,
        "in turn": in_turn,
        "rule in force": by_score("rule"),
        "income over line": by_score("income"),
        "risk": by_score("risk"),
        "risk × months since visit": by_risk_since_visit,
    }
    ledger = make_visits(
        watch, orders, share=plan.share, replicates=plan.replicates,
        cost_yuan=parameter("visit_cost_yuan", month=to_month("2022-01")), seed=study.seed,
    )  # fmt: skip
    compared = compare_visits(ledger, watch, n_draws=study.n_draws, seed=study.seed)
    return withhold_few_found(compared), ledger


def as_files(results: Results) -> Mapping[str, pd.DataFrame]:
    """Which table of the run becomes which CSV?"""
    return {name: getattr(results, name) for name in _TABLES if not getattr(results, name).empty}
