"""The strategies of one study, played over other households."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from hardship_model.data.panel import PanelError
from hardship_model.months import to_text
from hardship_model.screen_study.panel_config import PanelScreen
from hardship_model.screening.panel_reading import Reading
from hardship_model.study import read_survey
from hardship_model.study.config import only

_YEAR = 12


def of_panel(
    study: PanelScreen, survey: str, path: str | Path | None = None,
    reading: Mapping[str, Sequence[str]] | None = None,
) -> PanelScreen:  # fmt: skip
    """The same strategies, as many months, over this panel: its last ones, in whole periods.

    `reading` says which of its columns tell what channels go by (`Reading`); what none tells is
    left out. The first year of the panel is never played: it makes the file that the office begins
    with, and teaches the model. The study's own panel keeps the study as it is. Raises PanelError
    for a panel of less than two years, ConfigError for a reading of what nobody asks.
    """
    if survey == study.survey:
        return study
    given = only(dict(reading or {}), tuple(f.name for f in fields(Reading)), "reading")
    panel = read_survey(survey, path)
    step = panel.step_months
    begins, last = int(panel.months[0]) - step + 1, int(panel.months[-1])
    told, wanted = last + 1 - begins, study.last_month + 1 - study.first_month
    played = min(wanted, told - _YEAR) // step * step
    if played < _YEAR:
        raise PanelError(
            f"Panel {panel.name!r} runs from {to_text(begins)} to {to_text(last)}; visits want two"
            " years and more: one that makes the file, one that is played."
        )
    return replace(
        study,
        name=panel.name, title=panel.name, title_zh="", survey=survey,
        path=Path(path) if path else None,
        reading=Reading(**{name: tuple(columns) for name, columns in given.items()}),
        first_month=last + 1 - played, last_month=last,
    )  # fmt: skip
