"""The config of `screen` over a survey: which panel, what its columns tell, which months."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hardship_model.models import LEARNED
from hardship_model.months import to_month
from hardship_model.screen_study.config import (
    ScreenStudy,
    load_screen_study,
    name_strategies,
    refuse_absent,
    refuse_factors,
)
from hardship_model.screening.comparison import OF_FALLS_ALONE
from hardship_model.screening.panel_reading import RULES_OF, Reading
from hardship_model.screening.prospect import Prospect
from hardship_model.screening.ready_made import READY_MADE, ready_made
from hardship_model.study.config import survey_at
from hardship_model.study.keys import ConfigError, keys_of, only, tables_of

_PANEL = ("survey", "path", "reading")


@dataclass(frozen=True, kw_only=True)
class PanelScreen:
    """One config of `screen` over a panel. A replicate is other luck of the same households."""

    name: str
    title: str
    #: The title of pages in Chinese; without it they bear `title`.
    title_zh: str = ""
    #: A shipped survey (`rwm5yr`, `eph`) or the path of a mapping file, and where its file lies.
    survey: str
    path: Path | None
    reading: Reading
    first_month: int
    last_month: int
    strategies: tuple[str, ...] = tuple(READY_MADE)
    #: Strategies of one's own, as in `ScreenStudy`; money and visits are for this panel.
    strategy: tuple[Mapping[str, Any], ...] = ()
    #: With which strategy the others are compared, and by which share of falls they are judged.
    reference: str = "status_quo"
    judge_by: str = "ever"
    #: The model behind the strategies with a model.
    model: str = "boosting"
    #: What a spell is, as in `labels.Question`.
    exit_months: int = 1
    spell_months: int = 1
    replicates: int = 20
    #: Multiples of the usual budget and visits; 1 has to be among them.
    factors: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    #: Bootstrap draws behind each interval.
    n_draws: int = 400
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be run, before anything runs."""
        for name in ("exit_months", "spell_months", "replicates", "n_draws"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} is a whole number, 1 or more; got {getattr(self, name)!r}."
                )
        refuse_absent(self.reference, "reference", self.strategies)
        refuse_absent(self.judge_by, "judge_by", OF_FALLS_ALONE)
        refuse_absent(self.model, "model", LEARNED)
        refuse_factors(self.factors, "factors", wanted=1.0)
        anywhere = Prospect(n_at_once=1000, month=RULES_OF)
        ready_made(anywhere, self.strategies, own=self.strategy, model=self.model)


def load(path: Path) -> ScreenStudy | PanelScreen:
    """The study of a config file: over a panel when it has [panel], else over invented towns."""
    table = tables_of(path)
    if "panel" not in table:
        return load_screen_study(path)
    try:
        name_strategies(table)
        return _panel_screen(table, path.parent)
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _panel_screen(table: dict[str, Any], folder: Path) -> PanelScreen:
    panel = only(table.pop("panel"), _PANEL, "[panel]")
    if not isinstance(panel.get("survey"), str):
        raise ConfigError("[panel] lacks survey: rwm5yr, eph, or the path of a mapping file.")
    only(table, {one.name for one in fields(PanelScreen)} - set(_PANEL), "the config")
    told = only(panel.get("reading", {}), [f.name for f in fields(Reading)], "[panel.reading]")
    table |= {k: to_month(table[k]) for k in ("first_month", "last_month") if k in table}
    made = {
        "survey": survey_at(panel["survey"], folder),
        "path": folder / panel["path"] if "path" in panel else None,
        "reading": Reading(**{name: _names(name, columns) for name, columns in told.items()}),
    }
    return PanelScreen(**keys_of(PanelScreen, table | made, "the config"))


def _names(name: str, columns: Any) -> tuple[str, ...]:
    if not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        raise ConfigError(f"panel.reading.{name} is a list of columns; got {columns!r}.")
    return tuple(columns)
