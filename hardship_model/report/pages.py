"""Everything that is to be read of a run, in a language, from what stands in its folder."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hardship_model import figures, screen_study, study
from hardship_model.evaluation.groupings import Grouping
from hardship_model.language import Names, language, speaking
from hardship_model.report.cards import data_sheet, model_card
from hardship_model.report.document import page
from hardship_model.report.panel_screened import panel_screen_page
from hardship_model.report.screened import screen_page
from hardship_model.screen_study import PanelResults, ScreenResults
from hardship_model.study import Results

AnyResults = Results | ScreenResults | PanelResults


def read_results(folder: Path) -> AnyResults:
    """What did the run of this folder find? Raises ConfigError for a folder without a run."""
    if (folder / "verdict.csv").is_file():
        raise study.ConfigError(
            f"{folder} holds a retraining. Its page in another language: start `retrain` again,"
            " with `--lang`; nothing else is done anew."
        )
    if (folder / "comparison.csv").is_file():
        return screen_study.read_results(folder)
    return study.read_results(folder)


def in_language(run: Path, lang: str, *, strict: bool = False) -> dict[str, str]:
    """All pages of a run folder in this language: name of the file → text, the report first.

    Figures are drawn anew. Raises FontError where Chinese cannot be drawn, and, when `strict`,
    UntranslatedError for a sentence that the catalogue lacks.
    """
    results = read_results(run)
    with speaking(lang, own=own_names(results), strict=strict), TemporaryDirectory() as folder:
        figures.write_all(results, Path(folder), formats=("svg",))
        return pages(results, Path(folder))


def pages(results: AnyResults, figures_folder: Path) -> dict[str, str]:
    """The same of results in memory, in the language of the moment and with these pictures."""
    if isinstance(results, Results):
        made = {
            "report.html": page(results, figures_folder),
            "model_card.md": model_card(results),
            "data_sheet.md": data_sheet(results),
        }
    elif isinstance(results, PanelResults):
        made = {"report.html": panel_screen_page(results, figures_folder)}
    else:
        made = {"report.html": screen_page(results, figures_folder)}
    if language() == "en":
        return made
    return {name.replace(".", f".{language()}."): text for name, text in made.items()}


def own_names(results: AnyResults) -> Names:
    """What does the panel's mapping call its columns and their values in Chinese?"""
    groups_of = results.study.groups if isinstance(results, Results) else ()
    return names_of(results.data.get("columns", ()), groups_of)


def names_of(columns: Iterable[Mapping[str, Any]], groups_of: Iterable[Grouping]) -> Names:
    """What are these columns of a panel, their values and the groups by them called in Chinese?

    A grouping by one column is called as the column; one by several tells which of them there are.
    """
    columns = list(columns)
    called = {one["name"]: one["label_zh"] for one in columns if one["label_zh"]}
    of = {one["name"]: one["values_zh"] for one in columns}
    groups, values = {}, {name.replace("_", " "): said for name, said in called.items()}
    for one in groups_of:
        if len(one.columns) == 1 and one.columns[0] in called:
            groups[one.name] = called[one.columns[0]]
            words = of[one.columns[0]].items()
            values |= {f"{one.name}: {value}": said for value, said in words}
    return {"groups": groups, "values": values}
