"""One self-contained page of a run: question, answer, counts, pictures, doubts."""

from pathlib import Path

from hardship_model.data.panel import Column
from hardship_model.figures import words
from hardship_model.language import named, say
from hardship_model.report import sentences, tables
from hardship_model.report.assumptions import assumptions, caveats, limits, provenance
from hardship_model.report.frame import one_page
from hardship_model.report.markup import (
    bullets,
    code,
    folded,
    heading,
    paragraph,
    picture_of,
    table,
)
from hardship_model.report.markup import tables as split
from hardship_model.report.missed import missed_part
from hardship_model.study import Results

_QUESTION = (
    "With the visits that an office has: who falls into hardship, who falls back, what could have"
    " been known before, and which way of choosing whom to visit finds them?"
)
#: What a screen reader says of each picture, and what stands below it.
_PICTURES = {
    "moves": (
        "Dots with intervals: share that fell, fell back or left, by months between two looks",
        "Of those seen twice, so many months apart, how many had moved. At the right the counts;"
        " a cell with fewer than ten on either side is withheld.",
    ),
    "hazards": (
        "Dots with intervals: share that returns or leaves in the next period, by time since",
        "Only spells whose beginning was seen. Dots further left further down: the longer it has"
        " lasted, the fewer move. The quick go first, so this does not show that time did it.",
    ),
    "origins": (
        "Bars over the years: months that train, months that wait for answers, months judged",
        "Each origin has two lanes. A model has seen nothing to the right of the upper one, and"
        " is judged on the lower one.",
    ),
    "models": (
        "Dots with intervals: AUROC and average precision of each model where it was judged",
        "Grey: what a clerk can do. Bold: the model that was chosen beforehand. Intervals that"
        " overlap say little; the table compares on the same households.",
    ),
    "reliability": (
        "Risk told against share that fell, for the chosen model and for income over line",
        "On the dotted line a risk of 10% means that 10 of 100 fell. Dots above: risks too low.",
    ),
    "lists": (
        "Lines: precision and recall against the length of the list, one line per model",
        "Thick: the chosen model. Bands: what luck among equal scores could give or take. Lists of"
        " fewer than ten are not drawn.",
    ),
    "visits": (
        "Dots with intervals: share of falls found and visits per fall, by order of visits",
        "The same number of visits for everybody. Grey: orders that need no model.",
    ),
}


def page(results: Results, figures_folder: Path) -> str:
    """The page of a run as HTML, which needs no other file and no network.

    `figures_folder` holds the pictures as SVG (`figures.write_all`), in the language of the
    moment. No row of a household is on the page, and the same results give the same bytes.
    """
    parts = {
        "data": (say("The households"), _data(results)),
        "falls": (say("Who fell back"), _falls(results, figures_folder)),
        "known": (say("What could have been known"), _known(results, figures_folder)),
        "models": (say("What each model would have seen"), _models(results, figures_folder)),
        "missed": (say("Whom the list misses"), missed_part(results, figures_folder)),
        "visits": (say("What each way of choosing visits would have found"),
                   _visits(results, figures_folder)),
        "assumed": (say("What was assumed"), table(assumptions(results))),
        "limits": (say("What this does not show"), bullets(limits(results))),
        "again": (say("How to get the same page again"), _again(results)),
    }  # fmt: skip
    return one_page(
        title=words.title(results.study), question=say(_QUESTION),
        short=sentences.in_short(results), parts=parts,
        closing=say("Made by hardship_model. Counts below ten are withheld."),
    )  # fmt: skip


def _picture(name: str, folder: Path) -> str:
    return picture_of(name, folder, of=_PICTURES)


def _data(results: Results) -> str:
    data = results.data
    known, hard = data["rows_with_known_state"], data["rows_in_hardship"]
    return paragraph(
        say(
            "{households} households, {rows} rows from {first} to {last}, one per household and"
            " period of {step} months; {hard} rows whose state is known ({share}) are in hardship."
            " Money in {currency}.",
            households=words.count(data["households"]), rows=words.count(data["rows"]),
            first=data["first_month"], last=data["last_month"], step=data["step_months"],
            hard=words.out_of(hard, known), share=words.percent(hard / known),
            currency=named("currencies", data["currency"]),
        )
    ) + bullets(caveats(results))  # fmt: skip


def _falls(results: Results, folder: Path) -> str:
    rule = results.study.tasks[0].question
    out = say("Out of hardship means seen without it once; a spell counts however short.")
    if max(rule.exit_months, rule.spell_months) > 1:
        out = say(
            "Out of hardship means {exit} months in a row without it; a spell counts from {spell}"
            " months on.",
            exit=rule.exit_months, spell=rule.spell_months,
        )  # fmt: skip
    return (
        paragraph(out)
        + _picture("moves", folder)
        + _picture("hazards", folder)
        + folded(
            say("The numbers"),
            split(tables.moves_table(results.transitions), by=("move",), named="{0}"),
        )
    )


def _known(results: Results, folder: Path) -> str:
    columns = columns_of(results.data)
    return (
        paragraph(
            say(
                "{n} features, each with a look-back; a value counts only if it had been written"
                " down by the month in which the office ranks.",
                n=len(results.declared),
            )
        )
        + table(
            tables.features_table(results.declared), caption=say("Features by pillar and look-back")
        )
        + folded(say("Every feature"), table(tables.every_feature(results.declared, columns)))
        + paragraph(
            say(
                "Every model learned only from answers that were known at its origin. The months in"
                " between, whose answers were still out, train nobody:"
            )
        )
        + _picture("origins", folder)
    )


def columns_of(data: dict[str, object]) -> list[Column]:
    """The panel's columns, as far as `provenance.describe` tells of them."""
    told = ("name", "pillar", "kind", "label", "label_zh")
    return [Column(**{key: one.get(key, "") for key in told}) for one in data["columns"]]  # type: ignore[attr-defined]


def _models(results: Results, folder: Path) -> str:
    asked = [
        say("{task} – {question}", task=words.task(t.name), question=words.asked(t))
        for t in results.study.tasks
    ]
    return (
        bullets(asked)
        + paragraph(
            say(
                "A model was chosen for each task on the choosing origins alone, by AUROC and"
                " average precision together; the judging origins decided nothing."
            )
        )
        + _picture("models", folder)
        + split(
            tables.models_table(results.backtest, results.choice),
            by=("task", "judged at", "fell"),
            named="{0}, judged at {1}, where {2} fell",
        )
        + paragraph(
            say(
                "In brackets 95% intervals over households. The verdicts are on the paired"
                " difference to the best baseline; (everybody): learned from all households at"
                " risk, not only from those of the task."
            )
        )
        + folded(
            say("How the models were chosen"),
            split(tables.choice_table(results.choice), by=("task",), named="{0}: regret"),
        )
        + _lists(results, folder)
        + _calibrated(results, folder)
    )


def _lists(results: Results, folder: Path) -> str:
    shares = results.study.list_shares
    return (
        heading(say("What a list would have held"))
        + _picture("lists", folder)
        + paragraph(
            say(
                "Precision: of the list, how many fell. Recall: of all who fell, how many were on"
                " it. Among equal scores the counts are means over their possible orders."
            )
        )
        + folded(
            say("The numbers"),
            split(
                tables.lists_table(results.lists, results.backtest, shares=shares),
                by=("task", "judged at", "list"),
                named="{0}, judged at {1}: the {2} ranked highest",
            ),
        )
    )


def _calibrated(results: Results, folder: Path) -> str:
    backtest, choice = results.backtest, results.choice
    return (
        heading(say("Whether a risk means what it says"))
        + _picture("reliability", folder)
        + folded(
            say("Calibration in numbers (1 is best for the first two, 0 for the Brier score)"),
            split(
                tables.calibration_table(backtest, choice),
                by=("task", "judged at", "fell"),
                named="{0}, judged at {1}, where {2} fell",
            ),
        )
        + folded(
            say("What a list is worth: falls found, visits in vain taken off at their price"),
            split(
                tables.decisions_table(results.decisions, choice),
                by=("task", "judged at", "visits in vain for one found"),
                named="{0}, judged at {1}: one found is worth {2} visits in vain",
            ),
        )
        + _drift(results)
    )


def _drift(results: Results) -> str:
    if results.drift.empty:
        return ""
    return folded(
        say("Whether scores drift (0 is the same; credit scoring looks closer above 0.1)"),
        split(tables.drift_table(results.drift), by=("task", "from, to"), named="{0}: {1}"),
    )


def _visits(results: Results, folder: Path) -> str:
    plan = results.study.visits
    if plan is None or results.visits.empty:
        return ""
    return (
        paragraph(
            say(
                "In every period the office visits {share} of the mean watch list, and ranks it by"
                " what it knew {months} months before; a household that is found leaves the list."
                " The model is {model}, learned once, before the first visit. Counts are means over"
                " {n} runs with other luck.",
                share=f"{plan.share:.0%}", months=plan.lag_months, model=words.model(plan.model),
                n=plan.replicates,
            )
        )
        + _picture("visits", folder)
        + table(
            tables.visits_table(results.visits),
            caption=say(
                "The verdict compares the share found with that of the best order without a model,"
                " on the same households"
            ),
        )
    )  # fmt: skip


def _again(results: Results) -> str:
    said = say(
        "With the {config} that lies beside this page: {command}. The same config, data and"
        " versions give the same bytes. Beside it also lie the model card ({card}) and the data"
        " sheet ({sheet}).",
        config=code("config.toml"), command=code("hardship-model run config.toml"),
        card=code("model_card.md"), sheet=code("data_sheet.md"),
    )  # fmt: skip
    return f"<p>{said}</p>" + bullets(provenance(results))
