"""A study as its config file describes it: which households, what is asked, of which models."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from hardship_model.evaluation.backtest import Origin, Task
from hardship_model.evaluation.groupings import Grouping, groupings
from hardship_model.evaluation.sums import refuse_shares
from hardship_model.labels import Question
from hardship_model.models import BASELINES, build
from hardship_model.months import to_month
from hardship_model.study.keys import ConfigError, keys_of, only, tables_of

#: The survey that is an invented town.
TOWN = "town"
#: Months of an origin, as a config writes them.
ORIGIN_MONTHS = ("train_until", "test_from", "answers_until")


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
class OfPanel:
    """What a config says of its households, in [panel]."""

    #: A shipped survey (`rwm5yr`, `eph`), a mapping file (`.toml`), or `town`: an invented one.
    survey: str
    #: Where the survey's file lies, as seen from the config; empty for `rwm5yr` and `town`.
    path: Path | None
    #: Size and seed of the invented town.
    households: int
    town_seed: int
    #: In the town: learn from what was true then, or from what the office's file said.
    learn_from: Literal["truth", "file"]


@dataclass(frozen=True, kw_only=True)
class Study(OfPanel):
    """One config: a panel, what is asked of it, when, of which models."""

    name: str
    title: str
    #: The title of pages in Chinese; without it they bear `title`.
    title_zh: str = ""
    tasks: tuple[Task, ...]
    origins: tuple[Origin, ...]
    models: tuple[str, ...]
    visits: Visits | None
    #: By what households are told apart, to see whom the first of `list_shares` misses.
    groups: tuple[Grouping, ...] = ()
    list_shares: tuple[float, ...] = (0.1, 0.2)
    n_draws: int = 1000
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what tables could not name, or tell apart."""
        refuse_shares(self.list_shares)
        if self.n_draws < 1:
            raise ConfigError(f"n_draws is 1 or more; got {self.n_draws}.")
        for where, of in (("[[tasks]]", self.tasks), ("[[origins]]", self.origins)):
            names = [one.name for one in of]
            if len(set(names)) < len(names):
                raise ConfigError(f"{where} have a name twice: {names}.")


def load_study(path: Path) -> Study:
    """The study that a config file describes. Raises ConfigError with one clear message."""
    table = tables_of(path)
    try:
        return _study(table, path.parent)
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _study(table: dict[str, Any], folder: Path) -> Study:
    own = {one.name for one in fields(Study)} - {one.name for one in fields(OfPanel)}
    only(table, own | {"panel"}, "the config")
    panel = panel_of(table.pop("panel", {}), folder)
    made: dict[str, Any] = {
        "tasks": tuple(task_of(one, "[[tasks]]") for one in tables("tasks", table)),
        "origins": tuple(_origin(one, "[[origins]]") for one in tables("origins", table)),
        "visits": _visit_plan(table.pop("visits")) if "visits" in table else None,
        "groups": groupings(table.pop("groups", {})),
    }
    roles = {one.role for one in made["origins"]}
    if not made["tasks"] or roles != {"choose", "judge"}:
        raise ConfigError(
            "at least one [[tasks]], one [[origins]] that judges, and before it one with"
            ' role = "choose" are needed. (Configs of `screen` and `retrain` have none.)'
        )
    table.setdefault("models", [])
    given = keys_of(Study, table | panel | made, "the config")
    given["models"] = tuple(dict.fromkeys([*BASELINES, *given["models"]]))
    for name in given["models"]:
        build(name, (), seed=0)
    return Study(**given)


def tables(name: str, table: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables [[name]] of a config, which are taken out of it. Raises ConfigError."""
    found = table.pop(name, [])
    if not isinstance(found, list):
        raise ConfigError(f"{name} is a list of tables: write [[{name}]], with two brackets.")
    return found


def panel_of(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What [panel] says of the households, as fields of `OfPanel`; paths as seen from `folder`."""
    panel = only(table, ("survey", "path", "households", "seed", "learn_from"), "[panel]")
    if not isinstance(panel.get("survey"), str):
        raise ConfigError(
            "[panel] lacks survey: rwm5yr, eph, town, or the path of a mapping file. (Configs of"
            " `screen` over towns have no [panel].)"
        )
    return {
        "survey": survey_at(panel["survey"], folder),
        "path": (folder / panel["path"]) if "path" in panel else None,
        "households": panel.get("households", 20_000),
        "town_seed": panel.get("seed", 1),
        "learn_from": panel.get("learn_from", "truth"),
    }


def survey_at(survey: str, folder: Path) -> str:
    """A shipped name as it stands; the path of a mapping file as seen from `folder`."""
    return str(folder / survey) if survey.endswith(".toml") else survey


def task_of(table: dict[str, Any], where: str) -> Task:
    """The forecast that a table of a config asks for. Raises ConfigError, which names `where`."""
    asked = {one.name for one in fields(Question)}
    known = asked | {one.name for one in fields(Task)} - {"question"}
    only(table, known, where)
    question = {k: v for k, v in table.items() if k in asked}
    rest = {k: v for k, v in table.items() if k not in asked}
    made = Question(**keys_of(Question, question, where))
    return Task(**keys_of(Task, rest | {"question": made}, where))


def _origin(table: dict[str, Any], where: str) -> Origin:
    months = {k: to_month(table[k]) for k in ORIGIN_MONTHS if k in table}
    return Origin(**keys_of(Origin, table | months, where))


def _visit_plan(table: dict[str, Any]) -> Visits:
    only(table, {*ORIGIN_MONTHS, *(one.name for one in fields(Visits))} - {"origin"}, "[visits]")
    months = {k: v for k, v in table.items() if k in ORIGIN_MONTHS}
    rest = {k: v for k, v in table.items() if k not in ORIGIN_MONTHS}
    origin = _origin(months | {"name": "visits"}, "[visits]")
    plan = Visits(**keys_of(Visits, rest | {"origin": origin}, "[visits]"))
    fewest = min(plan.lag_months, plan.replicates, plan.seen_within_months + 1)
    if not 0 < plan.share <= 1 or fewest < 1:
        raise ConfigError(
            "[visits]: share lies above 0 and at most at 1; lag_months and replicates are 1 or"
            " more, seen_within_months 0 or more."
        )
    build(plan.model, (), seed=0)
    return plan
