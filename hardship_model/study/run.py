"""Do what a study asks: from its panel to the tables of a run."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hardship_model.data import surveys
from hardship_model.data.mapping import load_mapping, read_panel
from hardship_model.data.panel import Panel, PanelError
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import Scored, Task, choose, judge, score_everybody
from hardship_model.evaluation.curves import by_list_size, reliability
from hardship_model.evaluation.decisions import THRESHOLDS, decision_curve
from hardship_model.evaluation.drift import score_drift
from hardship_model.evaluation.groupings import check_groupings
from hardship_model.evaluation.missed import missed
from hardship_model.evaluation.withholding import withhold_few_found, withhold_few_on_lists
from hardship_model.features import Feature, declare
from hardship_model.labels import Question
from hardship_model.models import BASELINES
from hardship_model.months import to_month, to_text
from hardship_model.parameters import parameter
from hardship_model.privacy import withhold_small_cells
from hardship_model.provenance import at_a_glance, describe, same_bits, versions
from hardship_model.screening.strategies import at_random, by_risk_since_visit, by_score, in_turn
from hardship_model.screening.visits import CLERKS, compare_visits, make_visits
from hardship_model.study.config import ORIGIN_MONTHS, TOWN, OfPanel, Study
from hardship_model.transitions import transitions

#: Every table of a run that becomes a CSV.
TABLES = (
    "transitions", "origins", "backtest", "choice", "reliability", "lists", "decisions", "drift",
    "by_group", "equal_recall", "visits",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """The tables of a run; each becomes a file of the run folder."""

    study: Study
    #: What was read, as `provenance.describe` says it, what a reader has to know of the `mapping`,
    #: and a fingerprint of the `predictions`.
    data: dict[str, Any]
    versions: Mapping[str, str]
    declared: tuple[Feature, ...]
    transitions: pd.DataFrame
    #: One row per task × origin: its months, and how many trained.
    origins: pd.DataFrame
    backtest: pd.DataFrame
    choice: pd.DataFrame
    reliability: pd.DataFrame
    lists: pd.DataFrame
    #: What each model is worth at each price of a visit in vain.
    decisions: pd.DataFrame
    #: How scores moved from one origin to the next; empty with one origin.
    drift: pd.DataFrame
    scores: pd.DataFrame
    #: Of the chosen model and the baselines; empty when the config has no [groups].
    by_group: pd.DataFrame
    equal_recall: pd.DataFrame
    #: Empty when the config has no [visits].
    visits: pd.DataFrame
    ledger: pd.DataFrame

    def __repr__(self) -> str:
        """Which tables are there?"""
        return at_a_glance(self)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """What a study reads: what was on file, and where its answers come from."""

    panel: Panel
    learn_from: Panel
    judge_by: Panel


def read(study: OfPanel) -> Sources:
    """The panel that a config is about; of an invented town also the truth."""
    if study.survey == TOWN:
        town = invent(Config(n_households=study.households, seed=study.town_seed))
        on_file, truth = records(town), truth_panel(town)
        learn_from = truth if study.learn_from == "truth" else on_file
        return Sources(panel=on_file, learn_from=learn_from, judge_by=truth)
    panel = read_survey(study.survey, study.path)
    return Sources(panel=panel, learn_from=panel, judge_by=panel)


def read_survey(survey: str, path: Path | str | None, *, periods: int = 2) -> Panel:
    """The panel of a shipped survey, or of a mapping file and the file or database it describes.

    Raises PanelError for a panel of fewer `periods` than that: who falls is seen between two.
    """
    panel = surveys.rwm5yr() if survey == "rwm5yr" else read_panel(survey, path or None)
    if len(panel.months) < periods:
        raise PanelError(
            f"Panel {panel.name!r} has one period only, {to_text(panel.months[0])}, and who"
            f" falls is seen between two: at least {periods} are needed. Give an extract of more"
            " months, or check [period] and [keep] in the mapping."
        )
    return panel


def mapping_said(survey: str) -> dict[str, Any]:
    """What must a reader know of the mapping behind a survey? Empty for an invented town."""
    if survey == TOWN:
        return {}
    mapping = load_mapping(survey)
    return {
        "about": mapping.about, "about_zh": mapping.about_zh, "line": asdict(mapping.line),
        "hardship_in_file": mapping.hardship is not None,
        "recorded_lag_months": mapping.recorded_lag_months,
    }  # fmt: skip


def run(study: Study, *, say: Callable[[str], None] = lambda line: None) -> Results:
    """Do the main job; `say` hears one line before each longer step."""
    say(f"Reading {study.name}")
    sources = read(study)
    declared = declare(sources.panel)
    check_groupings(sources.panel, study.groups)
    _refuse_between_looks(sources.panel, study)
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
    scores = pd.concat([_scores(s) for s in judged], ignore_index=True)
    return Results(
        study=study,
        data=describe(sources.panel)
        | {"mapping": mapping_said(study.survey), "predictions": same_bits(scores["risk"])},
        versions=versions(),
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
            pd.concat([by_list_size(s, also=study.list_shares) for s in judged], ignore_index=True),
            beside="missed",
            further=["fewest", "most"],
            shown=["precision", "recall", "fewest", "most"],
        ),
        decisions=withhold_small_cells(
            pd.concat([_worth(s, study) for s in judged], ignore_index=True),
            n="visited",
            events="found",
            beside="missed",
            shown=["net_benefit", "low", "high", "visits_avoided"],
        ),
        drift=pd.concat(
            [score_drift([s for s in scored if s.task is task]) for task in study.tasks],
            ignore_index=True,
        ),
        scores=scores,
        by_group=who.by_group,
        equal_recall=who.equal_recall,
        visits=visits,
        ledger=ledger,
    )


def _refuse_between_looks(panel: Panel, study: Study) -> None:
    """Raises PanelError when something is asked of a month at whose end the panel does not look."""
    asked = {f"Task {task.name!r}": task.question.horizon_months for task in study.tasks}
    if study.visits:
        asked["[visits]"] = study.visits.lag_months
    for who, months in asked.items():
        if months % panel.step_months:
            raise PanelError(
                f"{who} asks {months} months ahead, but panel {panel.name!r} looks every"
                f" {panel.step_months} months: ask a multiple of these."
            )


def _spell_rule(study: Study) -> dict[str, int]:
    """Moves are counted by the first task's rule of what a spell is."""
    question = study.tasks[0].question
    return {"exit_months": question.exit_months, "spell_months": question.spell_months}


def _trained(scored: Scored) -> dict[str, object]:
    """What did the models learn from here? Of everybody, whom only some models learn from, no."""
    origin = scored.origin
    months = {name: to_text(getattr(origin, name)) for name in ORIGIN_MONTHS}
    return {
        "task": scored.task.name, "origin": origin.name, "role": origin.role, **months,
        "n_train": scored.n_train, "train_events": scored.train_events,
    }  # fmt: skip


def _worth(scored: Scored, study: Study) -> pd.DataFrame:
    return decision_curve(scored, thresholds=THRESHOLDS, n_draws=study.n_draws, seed=study.seed)


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
    return {name: getattr(results, name) for name in TABLES if not getattr(results, name).empty}
