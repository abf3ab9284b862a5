"""The questions of one study, asked of other households."""

from dataclasses import replace
from pathlib import Path

from hardship_model.data.panel import Panel, PanelError
from hardship_model.evaluation.backtest import Origin
from hardship_model.evaluation.groupings import groupings
from hardship_model.months import to_text
from hardship_model.study.config import Study
from hardship_model.study.run import read_survey


def of_panel(study: Study, survey: str, path: str | Path | None = None) -> Study:
    """The same tasks, models and visits for this panel, judged as late as its answers allow.

    One origin chooses, the next judges, a horizon apart, the last with the panel's last month as
    its last answer; visits begin when answers of the first month are on file. Households are told
    apart by every flag and category. The study's own panel keeps the study as it is. Raises
    PanelError for a panel of fewer than three horizons.
    """
    if survey == study.survey:
        return study
    panel = read_survey(survey, path)
    horizon = max(task.question.horizon_months for task in study.tasks)
    first, last = int(panel.months[0]), int(panel.months[-1])
    if last - 3 * horizon < first:
        raise PanelError(
            f"Panel {panel.name!r} runs from {to_text(first)} to {to_text(last)}; looking"
            f" {horizon} months ahead wants {3 * horizon} months and more: to learn, choose, judge."
        )
    late = int((panel.rows["recorded_month"] - panel.rows["month"]).median())
    late += -late % panel.step_months
    visits = study.visits and replace(
        study.visits, origin=_origin(panel, "visits", first + horizon + late, last)
    )
    return replace(
        study,
        name=panel.name, title=panel.name, survey=survey, path=Path(path) if path else None,
        origins=(
            _origin(panel, "", last - 2 * horizon, last - horizon, role="choose"),
            _origin(panel, "", last - horizon, last),
        ),
        visits=visits,
        groups=groupings({c.name: {} for c in panel.columns if c.kind in ("flag", "category")}),
    )  # fmt: skip


def _origin(panel: Panel, name: str, now: int, end: int, **role: str) -> Origin:
    """An origin at the period that holds `now`, answered until `end`."""
    now -= (now - int(panel.months[0])) % panel.step_months
    return Origin(
        name=name or to_text(now), train_until=now, test_from=now, answers_until=end, **role  # type: ignore[arg-type]
    )  # fmt: skip
