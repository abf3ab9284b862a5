"""What one reads of a retraining: the verdict first, then what it rests on."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.months import to_text
from hardship_model.provenance import same_bits, versions
from hardship_model.report.cards import KINDS
from hardship_model.report.frame import one_page
from hardship_model.report.markup import bullets, folded, paragraph, picture, table
from hardship_model.retrain_study.job import CANDIDATE, INCUMBENT
from hardship_model.retrain_study.results import Results
from hardship_model.retraining.drift import STAYED
from hardship_model.retraining.gate import YES

_QUESTION = "May the model that was trained anew take the place of the one in use, and why?"
_LIMITS = (
    "The candidate that was judged learned from less than the model that is stored: the recipe is"
    " fitted again on all that is known now, and the answers to what that model says are still to"
    " come.",
    "An incumbent that has learned from the answers that judge is not judged as it serves; its"
    " recipe is, fitted again where the candidate's was. Its own training would flatter it.",
    "Whoever an office never visits or asks has no answer and judges nobody.",
    "An answer *cannot tell* is not a yes: with more households or a longer time it might be a no.",
    "Not to decide about a household: whoever uses a score must still visit, verify and decide.",
)


def page(results: Results, picture_of_gate: Path, *, version: str) -> str:
    """The page as HTML, which needs no other file and no network. Same results, same bytes.

    `picture_of_gate` is the SVG of `figures.draw_gate`; `version` is what the store calls the
    model, empty when it was refused.
    """
    parts = {
        "verdict": ("The verdict, check by check", _verdict(results, picture_of_gate)),
        "drift": ("Whether the newest records look like those judged", _drift(results)),
        "held": ("How good it was, and how good it may be now", _held(results)),
        "choice": ("Why this recipe", _choice(results)),
        "limits": ("What this does not show", bullets(_LIMITS)),
        "again": ("What made it", _again(results)),
    }
    return one_page(
        title=_title(results), question=_QUESTION, short=in_short(results, version=version),
        parts=parts, closing="Made by hardship_model. Counts below ten are withheld.",
    )  # fmt: skip


def _title(results: Results) -> str:
    return f"{results.plan.title}, {to_text(results.plan.now)}"


def in_short(results: Results, *, version: str) -> Iterator[str]:
    """What came of it, in a handful of sentences?"""
    verdict, judged = results.verdict, results.scored
    yield verdict.sentence
    if verdict.override:
        yield f"Let in all the same, by a person, because: {verdict.override}"
    stays = f": version {results.incumbent} stays" if results.incumbent else ", without a model"
    yield f"It is version {version} of the store." if version else f"The store is as it was{stays}."
    yield (
        f"The candidate is {words.model(results.recipe)}. It learned from answers known by"
        f" {to_text(judged.origin.train_until)}, of which"
        f" {words.out_of(judged.train_events, judged.n_train)} fell, and was judged on households"
        f" of {judged.origin.name} and later, as far as their answers were known by"
        f" {to_text(judged.origin.answers_until)}."
    )
    yield f"The incumbent: {_incumbent(results)}."


def _incumbent(results: Results) -> str:
    if not results.incumbent:
        return "there is none, so groups are held against the rule in force"
    return f"version {results.incumbent}, judged as {results.incumbent_judged}"


def checks_table(checks: pd.DataFrame) -> pd.DataFrame:
    """One row per check, in words; those that keep a candidate out are marked."""
    return pd.DataFrame(
        {
            "check": row["check"],
            "answer": row["answer"] + (" – keeps it out" if row["blocks"] else ""),
            "in a sentence": row["sentence"],
        }
        for row in records(checks)
    )


def _verdict(results: Results, picture_of_gate: Path) -> str:
    checks = results.checks
    loud = checks[checks["blocks"] | (checks["answer"] != YES)]
    return (
        (table(checks_table(loud), caption="What was not a plain yes") if len(loud) else "")
        + picture(
            picture_of_gate,
            says="Dots with intervals: every check with its number and its bound",
            caption="The broken line is the bound that the whole interval must keep to. Checks"
            " whose numbers are withheld, or of which there are none, have no dot.",
        )
        + folded(f"All {len(checks)} checks", table(checks_table(checks)))
        + paragraph(
            "Numbers with 95% intervals over households, of the candidate less what it is held"
            " against; a yes or a no needs the whole interval on one side of the bound."
        )
    )


def _drift(results: Results) -> str:
    asked = results.drift
    moved = asked[asked["answer"] != STAYED]
    return paragraph(
        f"Of {len(asked)} comparisons {len(moved)} are not surely within their bounds. Features and"
        " risks of everybody now are held against those of the households judged; the share that"
        " fell among these, against that among the households learned from."
    ) + (table(drift_table(moved)) if len(moved) else "")


def drift_table(drift: pd.DataFrame) -> pd.DataFrame:
    """One row per thing that may have moved, the furthest beyond its bound first."""
    far = (drift["value"].abs() / drift["bound"]).fillna(0.0)
    return pd.DataFrame(
        {
            "what": f"{row['of']} {str(row['item']).replace('_', ' ')}",
            "measure": row["measure"],
            "moved by": words.value_between(row),
            "bound": f"{row['bound']:.3f}",
            "answer": row["answer"],
        }
        for row in records(drift.loc[far.sort_values(ascending=False, kind="stable").index])
    )


def _held(results: Results) -> str:
    of = results.as_files()
    known = of["backtest"][of["backtest"]["model"].isin([CANDIDATE, INCUMBENT])]
    told = pd.DataFrame(
        {
            "model": row["model"],
            "measure": words.metric(row["metric"]),
            "value": words.value_between(row),
        }
        for row in records(known)
    )
    expected = pd.DataFrame(
        {
            "of": {"known": "answers known", "expected": "answers still out"}[row["part"]],
            "measure": words.metric(row["metric"]),
            "fell (or may)": words.out_of(row["events"], row["n"]),
            "value": words.value_between(row),
        }
        for row in records(of["performance"])
    )
    return (
        table(expected, caption="The candidate, then and (if its risks still hold) now")
        + paragraph(
            "The lower lines are an estimate from the risks alone: if it has changed who falls,"
            " only answers will show it."
        )
        + folded("Every measure of candidate and incumbent", table(told))
    )


def _choice(results: Results) -> str:
    if len(results.choice) == 1:
        return paragraph("The config names one recipe; there was nothing to choose.")
    return table(
        pd.DataFrame(
            {
                "recipe": words.chosen(words.model(row["model"]))
                if row["chosen"]
                else words.model(row["model"]),
                "behind the best": f"{row['regret']:.3f}",
                "why": row["why"],
            }
            for row in records(results.choice)
        ),
        caption="On earlier origins only; where it is judged, nothing is chosen",
    )


def _made_by(results: Results) -> list[str]:
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    risk = pd.Series(results.scored.risk[CANDIDATE])
    return [
        f"Data: {results.data['panel']}, {words.count(results.data['households'])} households,"
        f" {results.data['first_month']} to {results.data['last_month']}, fingerprint"
        f" {results.data['fingerprint']}",
        f"Predictions of the candidate: fingerprint {same_bits(risk)}",
        f"Versions: {named}; {results.plan.gate.n_draws} draws, seed {results.plan.seed}",
    ]


def _again(results: Results) -> str:
    now = escape(to_text(results.plan.now))
    return (
        "<p>With the <code>config.toml</code> beside this page: <code>hardship-model retrain"
        f" config.toml --now {now}</code>. The same config, records and versions give the same"
        " tables and predictions.</p>" + bullets(_made_by(results))
    )


def card(results: Results) -> str:
    """The model card that is stored with an accepted model, as Markdown."""
    data, short = results.data, list(in_short(results, version=""))
    lines = [
        f"# Model card: {_title(results)}",
        "Written by hardship_model from the tables that lie beside it; no number is typed.",
        "## In short",
        *(
            f"* {one}"
            for one in (short[0], *short[1:2] * bool(results.verdict.override), *short[-2:])
        ),
        "## What it is",
        f"* {words.task(results.plan.task.name)} – {words.asked(results.plan.task)}",
        f"* {words.model(results.recipe)}: {KINDS[words.plain_model(results.recipe)]}",
        f"* {words.count(data['households'])} households, {words.count(data['rows'])} rows,"
        f" {data['first_month']} to {data['last_month']}; money in {data['currency']}",
        "## The checks",
        *(f"* {row['sentence']}" for row in records(results.checks)),
        "## What is not known",
        *(f"* {one}" for one in _LIMITS),
        "## What made it",
        *(f"* {one}" for one in _made_by(results)),
    ]
    return (
        "\n".join(f"\n{line}\n" if line.startswith("#") else line for line in lines).strip() + "\n"
    )
