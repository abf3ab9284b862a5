"""A study as its config file describes it: which households, what is asked, of which models."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from hardship_model.evaluation.backtest import Origin, Task
from hardship_model.evaluation.groupings import Grouping, groupings
from hardship_model.labels import Question
from hardship_model.models import BASELINES, build
from hardship_model.months import to_month

#: The survey that is an invented town.
TOWN = "town"
#: Months of an origin, as a config writes them.
ORIGIN_MONTHS = ("train_until", "test_from", "answers_until")


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
    panel = panel_of(table.pop("panel", {}), folder)
    models = tuple(dict.fromkeys([*BASELINES, *table.pop("models", ())]))
    for name in models:
        build(name, (), seed=0)
    visits = table.pop("visits", None)
    groups = groupings(table.pop("groups", {}))
    tasks = tuple(task_of(t) for t in table.pop("tasks", ()))
    origins = tuple(_origin(o) for o in table.pop("origins", ()))
    if not tasks or not any(o.role == "judge" for o in origins):
        raise ConfigError("at least one [[tasks]] and one [[origins]] that judges are needed.")
    known = ("name", "title", "title_zh", "list_shares", "n_draws", "seed")
    plain = only(table, known, "the config")
    return Study(
        tasks=tasks,
        origins=origins,
        models=models,
        visits=_visit_plan(visits) if visits else None,
        groups=groups,
        **panel,
        **{k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()},  # type: ignore[arg-type]
    )


def panel_of(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What [panel] says of the households, as fields of `OfPanel`; paths as seen from `folder`."""
    panel = only(table, ("survey", "path", "households", "seed", "learn_from"), "[panel]")
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


def only(table: dict[str, Any], allowed: tuple[str, ...], where: str) -> dict[str, Any]:
    """The table, unless it has keys that nobody knows. Raises ConfigError."""
    unknown = sorted(set(table) - set(allowed))
    if unknown:
        raise ConfigError(f"{where} does not know {unknown}; it knows {sorted(allowed)}.")
    return table


def task_of(table: dict[str, Any]) -> Task:
    """The forecast that a table of a config asks for."""
    asked = {f.name for f in fields(Question)}
    question = Question(**{k: v for k, v in table.items() if k in asked})
    return Task(question=question, **{k: v for k, v in table.items() if k not in asked})


def _origin(table: dict[str, Any]) -> Origin:
    months = {k: to_month(table[k]) for k in ORIGIN_MONTHS if k in table}
    return Origin(**(table | months))


def _visit_plan(table: dict[str, Any]) -> Visits:
    months = {k: v for k, v in table.items() if k in ORIGIN_MONTHS}
    rest = {k: v for k, v in table.items() if k not in ORIGIN_MONTHS}
    return Visits(origin=_origin(months | {"name": "visits"}), **rest)
