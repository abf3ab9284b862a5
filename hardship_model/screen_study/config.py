"""The config of `screen`: which towns, which strategies, which budgets, which assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardship_model.models import LEARNED
from hardship_model.months import to_month
from hardship_model.screening.comparison import OF_FALLS_ALONE
from hardship_model.screening.prospect import Prospect
from hardship_model.screening.ready_made import READY_MADE, ready_made
from hardship_model.screening.strategies import refuse_unpaid
from hardship_model.study.keys import ConfigError, keys_of, tables_of


@dataclass(frozen=True, kw_only=True)
class ScreenStudy:
    """One config of `screen`. Each town is a replicate: other lives, other luck."""

    name: str
    title: str
    #: The title of pages in Chinese; without it they bear `title`.
    title_zh: str = ""
    #: Households of each town, and how many towns (seeds 1, 2, …).
    households: int
    towns: int
    #: Names of ready-made strategies, and of those that `strategy` declares.
    strategies: tuple[str, ...] = tuple(READY_MADE)
    #: Strategies of one's own, `[[strategy]]` tables with the keys of `read_strategies`; money and
    #: visits are for a town of this size, and `model = true` stands for the model below.
    strategy: tuple[Mapping[str, Any], ...] = ()
    #: With which strategy the others are compared.
    reference: str = "status_quo"
    #: By which measure the best is called the best: a share of falls (`comparison.MEASURES`).
    judge_by: str = "within_6"
    #: Which strategy is taken apart, channel by channel.
    take_apart: str = "guangxi_combined"
    #: The model behind the strategies with a model, and months between two scorings.
    model: str = "boosting"
    rescore_months: int = 3
    #: Does aid count as income of those to whom it is paid? An assumption (`screening.aided`).
    aid_feeds_back: bool = False
    first_month: int = to_month("2021-01")
    last_month: int = to_month("2022-12")
    #: Multiples of the usual budget and visits; 1 has to be among them.
    factors: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0)
    #: Factors by which each assumption is moved, in so many of the towns; and draws over all.
    assumption_factors: tuple[float, ...] = (0.5, 2.0)
    assumption_towns: int = 1
    assumption_draws: int = 20
    #: How often each assumption is moved while all others stand anywhere (`screening.sensitivity`).
    trajectories: int = 4
    #: Bootstrap draws behind each interval.
    n_draws: int = 400
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be run, before anything runs."""
        for name in (
            "households", "towns", "assumption_towns", "assumption_draws", "n_draws",
            "rescore_months",
        ):  # fmt: skip
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} is a whole number, 1 or more; got {getattr(self, name)!r}."
                )
        if self.assumption_towns > self.towns:
            raise ConfigError(
                f"assumption_towns are some of the towns; got {self.assumption_towns} of"
                f" {self.towns}."
            )
        if len(set(self.strategies)) < len(self.strategies):
            raise ConfigError("strategies has a name twice.")
        _refuse_strategies(self)
        if not isinstance(self.trajectories, int) or self.trajectories < 2:
            raise ConfigError(
                f"trajectories is a whole number, 2 or more; got {self.trajectories!r}."
            )
        refuse_absent(self.reference, "reference", self.strategies)
        refuse_absent(self.take_apart, "take_apart", self.strategies)
        refuse_absent(self.judge_by, "judge_by", OF_FALLS_ALONE)
        refuse_absent(self.model, "model", LEARNED)
        refuse_factors(self.factors, "factors", wanted=1.0)
        refuse_factors(self.assumption_factors, "assumption_factors")
        if not set(self.assumption_factors) - {1.0}:
            raise ConfigError("assumption_factors move nothing: one other than 1 is needed.")
        if self.last_month < self.first_month:
            raise ConfigError("last_month lies before first_month.")

    @property
    def seeds(self) -> range:
        """The towns' seeds."""
        return range(1, self.towns + 1)


def _refuse_strategies(study: ScreenStudy) -> None:
    """Make every strategy for a town as it is expected, and see whether its budget can pay it."""
    expected = Prospect(n_at_once=study.households, month=study.first_month)
    try:
        made = ready_made(expected, study.strategies, own=study.strategy, model=study.model)
        for one in made:
            refuse_unpaid(one, expected)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    declared = [spec["name"] for spec in study.strategy]
    if idle := [name for name in declared if name not in study.strategies]:
        raise ConfigError(f"[[strategy]] declares {idle}, which strategies does not name.")
    if sum(not one.knows_truth for one in made) < 2:
        raise ConfigError("At least two strategies are needed besides those that know the truth.")


def refuse_absent(value: str, name: str, there: Sequence[str]) -> None:
    """Stop when `name` of a config is none of these."""
    if value not in there:
        raise ConfigError(f"{name} is {value!r}; it has to be one of {list(there)}.")


def refuse_factors(factors: Sequence[float], name: str, *, wanted: float | None = None) -> None:
    """Stop when a factor has no meaning or stands twice, or one that is needed lacks."""
    if len(set(factors)) < len(factors):
        raise ConfigError(f"{name} have a factor twice; got {list(factors)}.")
    if not all(factor > 0 for factor in factors) or (wanted and wanted not in factors):
        more = f" and hold {wanted:g}" if wanted else ""
        raise ConfigError(f"{name} have to be above 0{more}; got {list(factors)}.")


def load_screen_study(path: Path) -> ScreenStudy:
    """The study that a config file describes. Raises ConfigError with one clear message."""
    table = tables_of(path)
    try:
        name_strategies(table)
        table |= {k: to_month(table[k]) for k in ("first_month", "last_month") if k in table}
        return ScreenStudy(**keys_of(ScreenStudy, table, "the config"))
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path}: {error}") from None


def name_strategies(table: dict[str, Any]) -> None:
    """Without a choice of `strategies`, all that are ready made and all that are declared."""
    own = table.get("strategy", [])
    if not isinstance(own, list) or not all(isinstance(spec, dict) for spec in own):
        raise ConfigError("strategy is a list of tables, [[strategy]].")
    table.setdefault("strategies", [*READY_MADE, *(spec.get("name") for spec in own)])
