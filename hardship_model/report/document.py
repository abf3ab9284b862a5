"""One self-contained page of a run: question, answer, counts, pictures, doubts."""

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from hardship_model.figures import words
from hardship_model.report import sentences, tables
from hardship_model.report.assumptions import assumptions, caveats, limits, provenance
from hardship_model.report.markup import bullets, folded, paragraph, picture, section, table
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

    `figures_folder` holds the pictures as SVG (`figures.write_all`). No row of a household is
    on the page, and the same results give the same bytes.
    """
    parts = {
        "data": ("The households", _data(results)),
        "falls": ("Who fell back", _falls(results, figures_folder)),
        "known": ("What could have been known", _known(results, figures_folder)),
        "models": ("What each model would have seen", _models(results, figures_folder)),
        "missed": ("Whom the list misses", missed_part(results, figures_folder)),
        "visits": ("What each way of choosing visits would have found",
                   _visits(results, figures_folder)),
        "assumed": ("What was assumed", table(assumptions(results))),
        "limits": ("What this does not show", bullets(limits(results))),
        "again": ("How to get the same page again", _again(results)),
    }  # fmt: skip
    parts = {name: part for name, part in parts.items() if part[1]}
    links = "".join(f'<a href="#{name}">{escape(title)}</a> ' for name, (title, _) in parts.items())
    short = "<strong>In short.</strong>" + bullets(sentences.in_short(results))
    template = Template(files("hardship_model.report").joinpath("page.html").read_text("utf-8"))
    return template.substitute(
        title=escape(results.study.title),
        opening=paragraph(_QUESTION, look="question")
        + f'<div class="short">{short}</div><nav aria-label="Contents">{links}</nav>',
        sections="".join(section(name, title, inside) for name, (title, inside) in parts.items()),
        closing="Made by hardship_model. Counts below ten are withheld.",
    )


def _picture(name: str, folder: Path) -> str:
    says, caption = _PICTURES[name]
    path = folder / f"{name}.svg"
    return picture(path, says=says, caption=caption) if path.is_file() else ""


def _data(results: Results) -> str:
    data = results.data
    known, hard = data["rows_with_known_state"], data["rows_in_hardship"]
    return paragraph(
        f"{words.count(data['households'])} households, {words.count(data['rows'])} rows from"
        f" {data['first_month']} to {data['last_month']}, one per household and period of"
        f" {data['step_months']} months; {words.out_of(hard, known)} rows whose state is known"
        f" ({words.percent(hard / known)}) are in hardship. Money in {data['currency']}."
    ) + bullets(caveats(results))


def _falls(results: Results, folder: Path) -> str:
    rule = results.study.tasks[0].question
    return (
        paragraph(
            f"Out of hardship means {rule.exit_months} months in a row without it; a spell counts"
            f" from {rule.spell_months} months on."
            if max(rule.exit_months, rule.spell_months) > 1
            else "Out of hardship means seen without it once; a spell counts however short."
        )
        + _picture("moves", folder)
        + _picture("hazards", folder)
        + folded(
            "The numbers",
            split(tables.moves_table(results.transitions), by=("move",), named="{0}"),
        )
    )


def _known(results: Results, folder: Path) -> str:
    counted = tables.features_table(results.declared)
    return (
        paragraph(
            f"{len(results.declared)} features, each with a look-back; a value counts only if it"
            " had been written down by the month in which the office ranks."
        )
        + table(counted, caption="Features by pillar and look-back")
        + folded("Every feature", table(tables.every_feature(results.declared)))
        + paragraph(
            "Every model learned only from answers that were known at its origin. The months in"
            " between, whose answers were still out, train nobody:"
        )
        + _picture("origins", folder)
    )


def _models(results: Results, folder: Path) -> str:
    asked = [f"{words.task(t.name)} – {words.asked(t)}" for t in results.study.tasks]
    backtest, choice = results.backtest, results.choice
    return (
        bullets(asked)
        + paragraph(
            "A model was chosen for each task on the choosing origins alone, by AUROC and average"
            " precision together; the judging origins decided nothing."
        )
        + _picture("models", folder)
        + split(
            tables.models_table(backtest, choice),
            by=("task", "judged at", "fell"),
            named="{0}, judged at {1}, where {2} fell",
        )
        + paragraph(
            "In brackets 95% intervals over households. The verdicts are on the paired difference"
            " to the best baseline; (everybody): learned from all households at risk, not only from"
            " those of the task."
        )
        + folded(
            "How the models were chosen",
            split(tables.choice_table(choice), by=("task",), named="{0}: regret"),
        )
        + "<h3>What a list would have held</h3>"
        + _picture("lists", folder)
        + paragraph(
            "Precision: of the list, how many fell. Recall: of all who fell, how many were on it."
            " Among equal scores the counts are means over their possible orders."
        )
        + folded(
            "The numbers",
            split(
                tables.lists_table(results.lists, backtest, shares=results.study.list_shares),
                by=("task", "judged at", "list"),
                named="{0}, judged at {1}: the {2} ranked highest",
            ),
        )
        + "<h3>Whether a risk means what it says</h3>"
        + _picture("reliability", folder)
        + folded(
            "Calibration in numbers (1 is best for the first two, 0 for the Brier score)",
            split(
                tables.calibration_table(backtest, choice),
                by=("task", "judged at", "fell"),
                named="{0}, judged at {1}, where {2} fell",
            ),
        )
        + folded(
            "What a list is worth: falls found, visits in vain taken off at their price",
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
        "Whether scores drift (0 is the same; credit scoring looks closer above 0.1)",
        split(tables.drift_table(results.drift), by=("task", "from, to"), named="{0}: {1}"),
    )


def _visits(results: Results, folder: Path) -> str:
    plan = results.study.visits
    if plan is None or results.visits.empty:
        return ""
    return (
        paragraph(
            f"In every period the office visits {plan.share:.0%} of the mean watch list, and ranks"
            f" it by what it knew {plan.lag_months} months before; a household that is found leaves"
            f" the list. The model is {words.model(plan.model)}, learned once, before the first"
            f" visit. Counts are means over {plan.replicates} runs with other luck."
        )
        + _picture("visits", folder)
        + table(
            tables.visits_table(results.visits),
            caption="The verdict compares the share found with that of the best order without a"
            " model, on the same households",
        )
    )


def _again(results: Results) -> str:
    return (
        "<p>With the <code>config.toml</code> that lies beside this page: <code>hardship-model run"
        " config.toml</code>. The same config, data and versions give the same bytes. Beside it"
        ' also lie the <a href="model_card.md">model card</a> and the'
        ' <a href="data_sheet.md">data sheet</a>.</p>' + bullets(provenance(results))
    )
