"""The model card and the data sheet of a run, as Markdown: every number out of its tables.

What a model card tells follows Mitchell and others (2019), what a data sheet tells Gebru and
others (2021), as far as a run knows it; what it does not know, whoever releases a model adds.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import chosen_model, records
from hardship_model.language import named, say
from hardship_model.report import tables
from hardship_model.report.assumptions import assumptions, caveats, limits, provenance
from hardship_model.report.missed import about_missed, equal_table, groups_table
from hardship_model.report.sentences import in_short
from hardship_model.study import Results

#: What kind of model bears this name.
KINDS = {
    "rule_in_force": "near the line or not; nothing is learned",
    "income_over_line": "least income first; nothing is learned",
    "single_trigger_alerts": "how many warning signs of policy are there; nothing is learned",
    "scorecard": "whole points for monotone bins of a few features, printable on a page",
    "logistic": "penalised logistic regression on the declared features",
    "monotone_logistic": "the same, no weight against a feature's declared direction",
    "tuned_logistic": "the same, its penalty chosen by later months of the training",
    "hazard": "a logistic hazard per period, added up; nobody lost to sight is dropped",
    "boosting": "gradient boosting (LightGBM), monotone in the declared directions",
    "mean_of_both": "mean of the log-odds of logistic and boosting",
    "explainable": "explainable boosting: a curve per feature, added up",
    "shrunk": "a sum of rule, logistic and boosting, drawn towards the rule where few fell",
}
_USE = (
    "To compare ways in which an office could choose whom to visit: the chosen model beside the"
    " rule in force and beside who has least, on the same households and as many visits.",
    "Not to decide about a household. Whoever uses a score must still visit, verify and decide; no"
    " aid follows from it and none is lost by it.",
    "Not elsewhere or at another time without a new backtest there.",
)
_LEAVES = (
    "Tables of counts, in which cells below ten are withheld; no row of a household is on this"
    " sheet, on the model card or on the page.",
    "Scores and visits by household lie in the run's folder as Parquet, under the numbers that the"
    " panel gave its households: they stay where the data are.",
)
_ROLES = {"choose": "choose", "judge": "judge"}
_CALIBRATION = (
    "observed_over_expected", "calibration_intercept", "calibration_slope",
    "expected_calibration_error", "brier",
)  # fmt: skip


def model_card(results: Results) -> str:
    """Which models were chosen, on what, how good are they, for whom, and what is not known?"""
    shares = results.study.list_shares
    return _page(
        say("Model card: {title}", title=words.title(results.study)),
        (say("In short"), _bullets(in_short(results))),
        (say("What it is for"), _bullets(say(one) for one in _USE)),
        (say("The models"), _bullets(_asked(results)) + _table(_models(results))),
        (say("When they were trained, chosen and judged"), _table(_origins(results))),
        (say("What they see"), _table(tables.features_table(results.declared))),
        (say("How well they rank"),
         _table(tables.models_table(results.backtest, results.choice))),
        (say("What their lists hold"),
         _table(tables.lists_table(results.lists, results.backtest, shares=shares))),
        (say("Whether a risk means what it says"), _table(_calibration(results))),
        (say("Whom they miss"), _missed(results)),
        (say("What was assumed"), _table(_by_tag(assumptions(results)))),
        (say("What is not known"), _bullets(limits(results))),
        (say("What made these numbers"), _bullets(provenance(results))),
    )  # fmt: skip


def data_sheet(results: Results) -> str:
    """Which households are these, since when is what known of them, and what is not?"""
    data = results.data
    return _page(
        say("Data sheet: {title}", title=words.title(results.study)),
        (say("Where they come from"), _bullets(caveats(results))),
        (say("How many"), _bullets(_counts(data)) + _table(_years(data["years"]))),
        (say("What is written down"), _table(_columns(data))),
        (say("How many move"), _table(tables.moves_table(results.transitions))),
        (say("What was assumed"), _table(_by_tag(assumptions(results)))),
        (say("What leaves"), _bullets(say(one) for one in _LEAVES)),
        (say("What made these numbers"), _bullets(provenance(results))),
    )


def _counts(data: dict[str, Any]) -> list[str]:
    known, late = (
        words.out_of(data[name], data["rows"])
        for name in ("rows_with_known_state", "rows_written_down_late")
    )
    hard = words.out_of(data["rows_in_hardship"], data["rows_with_known_state"])
    return [
        say(
            "{households} households, {rows} rows, one per household and period of {step} months,"
            " from {first} to {last}.",
            households=words.count(data["households"]), rows=words.count(data["rows"]),
            step=data["step_months"], first=data["first_month"], last=data["last_month"],
        ),
        say("The state of {known} rows is known; {hard} are in hardship.", known=known, hard=hard),
        say("Money in {currency}, per month.", currency=named("currencies", data["currency"])),
        say(
            "Written down after the month they tell of: {late} rows. A column may come later still,"
            " by the months below.",
            late=late,
        ),
    ]  # fmt: skip


def _asked(results: Results) -> list[str]:
    return [
        say("{task} – {question}", task=words.task(t.name), question=words.asked(t))
        for t in results.study.tasks
    ]


def _models(results: Results) -> pd.DataFrame:
    """One row per task: the chosen model, what it is, of how many, and why."""
    rows = []
    for task in results.study.tasks:
        name = chosen_model(results.choice, task.name)
        choice = results.choice[results.choice["task"] == task.name]
        [chosen] = records(choice[choice["chosen"]])
        rows.append(
            {
                "task": words.task(task.name),
                "chosen": words.model(name),
                "what it is": say(KINDS[words.plain_model(name)]),
                "of": len(choice),
                "why": _why(chosen, choice.loc[~choice["chosen"], "regret"]),
            }
        )
    return pd.DataFrame(rows)


def _why(chosen: dict[str, Any], others: "pd.Series[float]") -> str:
    """As the table's `why` says it, in the language of the moment."""
    return say(
        "least behind the best at the choosing origins ({n}): by {mean} on average, by {worst} at"
        " worst; the next by {next}",
        n=chosen["n_origins"], mean=f"{chosen['regret']:.3f}", worst=f"{chosen['worst']:.3f}",
        next=f"{others.min():.3f}",
    )  # fmt: skip


def _origins(results: Results) -> pd.DataFrame:
    judged = results.backtest.drop_duplicates(["task", "origin"]).set_index(["task", "origin"])
    return pd.DataFrame(
        {
            "task": words.task(row["task"]),
            "origin": row["origin"],
            "used to": say(_ROLES[row["role"]]),
            "learned until": row["train_until"],
            "fell, of those learned from": words.out_of(row["train_events"], row["n_train"]),
            "ranked from": row["test_from"],
            "answers until": row["answers_until"],
            "fell, of those ranked": words.out_of(
                *judged.loc[(row["task"], row["origin"]), ["events", "n"]]
            ),
        }
        for row in records(results.origins)
    )


def _calibration(results: Results) -> pd.DataFrame:
    """The chosen models only: one row per task × judging origin."""
    rows = []
    for task in results.study.tasks:
        of = results.backtest[
            (results.backtest["task"] == task.name)
            & (results.backtest["model"] == chosen_model(results.choice, task.name))
            & (results.backtest["role"] == "judge")
        ]
        for origin, table in of.groupby("origin", sort=False):
            by = {row["metric"]: row for row in records(table)}
            rows.append(
                {"task": words.task(task.name), "judged at": origin}
                | {words.metric(m): words.value_between(by[m]) for m in _CALIBRATION if m in by}
            )
    return pd.DataFrame(rows)


def _missed(results: Results) -> str:
    if results.by_group.empty:
        return _bullets([say("The config names no groups; nothing is known of this.")])
    return (
        _bullets(about_missed(results))
        + _table(groups_table(results))
        + say("What equal recall would cost, in hindsight:")
        + "\n\n"
        + _table(equal_table(results))
    )


def _by_tag(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("tag", kind="stable")


def _years(years: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {"year": row["year"], "in hardship, of known": words.out_of(row["events"], row["n"])}
        for row in years
    )


def _columns(data: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": row["name"],
            "what it says": words.column(row),
            "pillar": named("pillars", row["pillar"]),
            "kind": named("kinds", row["kind"]),
            "months late": row["lag_months"],
            "known": words.percent(row["known"] / data["rows"]),
        }
        for row in data["columns"]
    )


def _page(title: str, *parts: tuple[str, str]) -> str:
    said = say("Written by hardship_model from the tables that lie beside it; no number is typed.")
    sections = (f"## {heading}\n\n{inside.strip()}\n" for heading, inside in parts)
    return "\n".join([f"# {title}\n\n{said}\n", *sections])


def _bullets(sentences: Iterable[str]) -> str:
    return "".join(f"* {one}\n" for one in sentences) + "\n"


def _table(frame: pd.DataFrame) -> str:
    """A table in Markdown; a bar inside a cell is told apart from the table's own."""
    heads = [named("heads", str(name)) for name in frame.columns]
    lines = [heads, ["---"] * len(frame.columns), *frame.to_numpy().tolist()]
    cells = [[str(cell).replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells) + "\n"
