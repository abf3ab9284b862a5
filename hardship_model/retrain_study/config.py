"""What an office retrains on, by which recipes, and what a candidate has to show: one TOML file."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np

from hardship_model.data.panel import Panel, PanelError
from hardship_model.evaluation.backtest import Origin
from hardship_model.evaluation.groupings import Grouping, groupings
from hardship_model.labels import Task
from hardship_model.models import LEARNED, OF_EVERYBODY, build
from hardship_model.months import to_month, to_text
from hardship_model.retraining.gate import GateSettings
from hardship_model.study.config import OfPanel, panel_of, task_of
from hardship_model.study.keys import ConfigError, keys_of, only, tables_of


@dataclass(frozen=True, kw_only=True)
class Retrain(OfPanel):
    """One config. The same config, data and versions give the same verdict."""

    name: str
    title: str
    #: The title of pages in Chinese; without it they bear `title`.
    title_zh: str = ""
    task: Task
    #: The recipes to choose among.
    models: tuple[str, ...]
    #: Where accepted models lie: a folder, or any URL that fsspec knows.
    store: str
    #: The month at whose end the office stands; only what was written down by then counts.
    now: int
    #: A candidate is judged on the latest so many months whose answers are known.
    judge_months: int = 12
    #: The recipe is chosen at so many earlier origins, one before the other.
    choose_origins: int = 1
    gate: GateSettings
    groups: tuple[Grouping, ...] = ()
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be run, before anything runs."""
        for name in ("judge_months", "choose_origins"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} is a whole number, 1 or more; got {getattr(self, name)!r}."
                )
        if self.seed < 0:
            raise ConfigError(f"seed is a whole number, 0 or more; got {self.seed}.")
        for name in self.models:
            build(name, (), seed=0)
            if name.removesuffix(OF_EVERYBODY) not in LEARNED:
                raise ConfigError(f"{name!r} learns nothing; a candidate is one of {LEARNED}.")
        if not self.models:
            raise ConfigError("`models` names no candidate; at least one is needed.")


def load_retrain(path: Path, *, now: str | None = None) -> Retrain:
    """The retraining that a config file describes; `now` (2021-03) goes before the file's.

    Raises ConfigError with one clear message.
    """
    table = tables_of(path)
    if now is not None:
        table["now"] = now
    try:
        return _retrain(table, path.parent)
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _retrain(table: dict[str, Any], folder: Path) -> Retrain:
    wanted = ("name", "title", "models", "store", "now", "panel", "task")
    if absent := [name for name in wanted if name not in table]:
        raise ConfigError(f"it lacks {absent}; `now` may be given as --now.")
    panel = panel_of(table.pop("panel"), folder)
    made: dict[str, Any] = {
        "task": task_of(table.pop("task"), "[task]"),
        "gate": GateSettings(**keys_of(GateSettings, table.pop("gate", {}), "[gate]")),
        "groups": groupings(table.pop("groups", {})),
    }
    only(table, {one.name for one in fields(Retrain)} - {*panel, *made}, "the config")
    table["now"] = to_month(str(table["now"]))
    given = keys_of(Retrain, table | panel | made, "the config")
    given["models"] = tuple(dict.fromkeys(given["models"]))
    given["store"] = _place(given["store"], folder)
    return Retrain(**given)


def _place(store: str, folder: Path) -> str:
    """A URL as it is; a folder as seen from the config."""
    if not store:
        raise ConfigError("`store` is empty; it names a folder for models, or a URL.")
    return store if "://" in store else str(folder / store)


def origins_of(plan: Retrain, panel: Panel) -> tuple[Origin, ...]:
    """When could each answer have been known, so that a recipe is judged on what came later?

    The last origin judges: its households are those of the latest `judge_months` months whose
    answers are known by `now`, and it was trained on answers known when the first of these
    months ended. Those before it choose, each as if the next one's training had been *now*.
    Raises PanelError when the panel does not reach back so far.
    """
    found = [_origin(plan, panel, now=plan.now, role="judge")]
    for _ in range(plan.choose_origins if len(plan.models) > 1 else 0):
        found.append(_origin(plan, panel, now=found[-1].train_until, role="choose"))
    return tuple(reversed(found))


def _origin(plan: Retrain, panel: Panel, *, now: int, role: Literal["choose", "judge"]) -> Origin:
    last = now - plan.task.question.months_until_known
    judged = panel.months[(panel.months > last - plan.judge_months) & (panel.months <= last)]
    asked = f"the {plan.judge_months} months to {to_text(last)}, by whose answers to {role} models"
    if not len(judged):
        raise PanelError(
            f"Panel {panel.name!r} runs from {to_text(panel.months[0])} to"
            f" {to_text(panel.months[-1])} in steps of {panel.step_months} months: no period of it"
            f" lies in {asked}. Take a newer extract, another `now` or more judge_months."
        )
    if judged[0] == panel.months[0]:
        raise PanelError(
            f"Panel {panel.name!r} begins in {to_text(panel.months[0])}: too late for {asked}."
            " Lower judge_months or choose_origins, or retrain at a later `now`."
        )
    first = int(np.min(judged))
    return Origin(
        name=to_text(first), train_until=first, test_from=first, answers_until=now, role=role
    )
