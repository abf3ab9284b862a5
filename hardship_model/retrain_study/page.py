"""What one reads of a retraining: the verdict first, then what it rests on."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from hardship_model.data.panel import Column
from hardship_model.figures import gate_words, words
from hardship_model.figures.reading import records
from hardship_model.language import Names, language, named, say
from hardship_model.models.reasons import say_what
from hardship_model.months import to_text
from hardship_model.provenance import same_bits, versions
from hardship_model.report.assumptions import versions_said
from hardship_model.report.cards import KINDS
from hardship_model.report.frame import one_page
from hardship_model.report.markup import bullets, code, folded, paragraph, picture, table
from hardship_model.report.pages import names_of
from hardship_model.retrain_study.job import CANDIDATE, INCUMBENT
from hardship_model.retrain_study.results import Results
from hardship_model.retraining.drift import STAYED
from hardship_model.retraining.gate import YES, sentence, told
from hardship_model.study import TOWN

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

    It is in the language of the moment (`own_names` are those to speak with). `picture_of_gate`
    is the SVG of `figures.draw_gate`; `version` is what the store calls the model, empty when it
    was refused.
    """
    parts = {
        "verdict": (say("The verdict, check by check"), _verdict(results, picture_of_gate)),
        "drift": (say("Whether the newest records look like those judged"), _drift(results)),
        "held": (say("How good it was, and how good it may be now"), _held(results)),
        "choice": (say("Why this recipe"), _choice(results)),
        "limits": (say("What this does not show"), bullets(map(say, _LIMITS))),
        "again": (say("What made it"), _again(results)),
    }
    return one_page(
        title=_title(results), question=say(_QUESTION), short=in_short(results, version=version),
        parts=parts, closing=say("Made by hardship_model. Counts below ten are withheld."),
    )  # fmt: skip


def own_names(results: Results) -> Names:
    """What the panel's mapping calls groups and values in Chinese, and what features are called."""
    columns = [Column(**one) for one in results.data["meaning"]]
    items = {f.name: say_what(f, columns=columns)[1] for f in results.declared}
    return {**names_of(results.data["meaning"], results.plan.groups), "items": items}


def _title(results: Results) -> str:
    plan = results.plan
    title = (plan.title_zh if language() == "zh" else "") or plan.title
    return say("{title}, {month}", title=title, month=to_text(plan.now))


def in_short(results: Results, *, version: str) -> Iterator[str]:
    """What came of it, in a handful of sentences?"""
    verdict, judged = results.verdict, results.scored
    yield told(results.checks, on=gate_words.check)
    if verdict.override:
        yield say("Let in all the same, by a person, because: {reason}", reason=verdict.override)
    if version:
        yield say("It is version {version} of the store.", version=version)
    elif results.incumbent:
        yield say("The store is as it was: version {version} stays.", version=results.incumbent)
    else:
        yield say("The store is as it was, without a model.")
    yield say(
        "The candidate is {model}. It learned from answers known by {known}, of which {fell} fell,"
        " and was judged on households of {origin} and later, as far as their answers were known by"
        " {until}.",
        model=words.model(results.recipe), known=to_text(judged.origin.train_until),
        fell=words.out_of(judged.train_events, judged.n_train), origin=judged.origin.name,
        until=to_text(judged.origin.answers_until),
    )  # fmt: skip
    if results.incumbent:
        yield say(
            "The incumbent: version {version}, judged as {how}.", version=results.incumbent,
            how=say(results.incumbent_judged),
        )  # fmt: skip
    else:
        yield say("The incumbent: there is none, so groups are held against the rule in force.")


def checks_table(checks: pd.DataFrame) -> pd.DataFrame:
    """One row per check, in words; those that keep a candidate out are marked."""
    return pd.DataFrame(
        {
            "check": named("checks", row["check"]),
            "answer": gate_words.gate_verdict(row),
            "in a sentence": sentence(row, on=gate_words.check(row)),
        }
        for row in records(checks)
    )


def _verdict(results: Results, picture_of_gate: Path) -> str:
    checks = results.checks
    loud = checks[checks["blocks"] | (checks["answer"] != YES)]
    caption = say("What was not a plain yes")
    return (
        (table(checks_table(loud), caption=caption) if len(loud) else "")
        + picture(
            picture_of_gate,
            says=say("Dots with intervals: every check with its number and its bound"),
            caption=say(
                "The broken line is the bound that the whole interval must keep to. Checks"
                " whose numbers are withheld, or of which there are none, have no dot."
            ),
        )
        + folded(say("All {n} checks", n=len(checks)), table(checks_table(checks)))
        + paragraph(
            say(
                "Numbers with 95% intervals over households, of the candidate less what it is held"
                " against; a yes or a no needs the whole interval on one side of the bound."
            )
        )
    )


def _drift(results: Results) -> str:
    asked = results.drift
    moved = asked[asked["answer"] != STAYED]
    return paragraph(
        say(
            "Of {n} comparisons {moved} are not surely within their bounds. Features and risks of"
            " everybody now are held against those of the households judged; the share that fell"
            " among these, against that among the households learned from.",
            n=len(asked), moved=len(moved),
        )
    ) + (table(drift_table(moved)) if len(moved) else "")  # fmt: skip


def drift_table(drift: pd.DataFrame) -> pd.DataFrame:
    """One row per thing that may have moved, the furthest beyond its bound first."""
    far = (drift["value"].abs() / drift["bound"]).fillna(0.0)
    return pd.DataFrame(
        {
            "what": gate_words.item(row["item"], row["of"]),
            "measure": gate_words.shift(row["measure"]),
            "moved by": words.value_between(row),
            "bound": f"{row['bound']:.3f}",
            "answer": words.verdict(row["answer"]),
        }
        for row in records(drift.loc[far.sort_values(ascending=False, kind="stable").index])
    )


def _held(results: Results) -> str:
    of = results.as_files()
    known = of["backtest"][of["backtest"]["model"].isin([CANDIDATE, INCUMBENT])]
    measured = pd.DataFrame(
        {
            "model": words.model(row["model"]),
            "measure": words.metric(row["metric"]),
            "value": words.value_between(row),
        }
        for row in records(known)
    )
    of_part = {"known": say("answers known"), "expected": say("answers still out")}
    expected = pd.DataFrame(
        {
            "answers": of_part[row["part"]],
            "measure": words.metric(row["metric"]),
            "fell (or may)": words.out_of(row["events"], row["n"]),
            "value": words.value_between(row),
        }
        for row in records(of["performance"])
    )
    caption = say("The candidate, then and (if its risks still hold) now")
    return (
        table(expected, caption=caption)
        + paragraph(
            say(
                "The lower lines are an estimate from the risks alone: if it has changed who falls,"
                " only answers will show it."
            )
        )
        + folded(say("Every measure of candidate and incumbent"), table(measured))
    )


def _choice(results: Results) -> str:
    if len(results.choice) == 1:
        return paragraph(say("The config names one recipe; there was nothing to choose."))
    return table(
        pd.DataFrame(
            {
                "recipe": words.chosen(words.model(row["model"]))
                if row["chosen"]
                else words.model(row["model"]),
                "regret": f"{row['regret']:.3f}",
                "at worst": f"{row['worst']:.3f}",
                "choosing origins": row["n_origins"],
            }
            for row in records(results.choice)
        ),
        caption=say(
            "How far each stays behind the best, on earlier origins only; where it is judged,"
            " nothing is chosen"
        ),
    )


def _made_by(results: Results) -> list[str]:
    risk, data, plan = pd.Series(results.scored.risk[CANDIDATE]), results.data, results.plan
    town = say("an invented town, seed {seed}", seed=plan.town_seed)
    return [
        say(
            "Data: {panel}, {households} households, {first} to {last}, fingerprint {print}",
            panel=town if plan.survey == TOWN else data["panel"],
            households=words.count(data["households"]), first=data["first_month"],
            last=data["last_month"], print=data["fingerprint"],
        ),
        say("Predictions of the candidate: fingerprint {print}", print=same_bits(risk)),
        say(
            "Versions: {versions}; {n} draws, seed {seed}", versions=versions_said(versions()),
            n=plan.gate.n_draws, seed=plan.seed,
        ),
    ]  # fmt: skip


def _again(results: Results) -> str:
    command = f"hardship-model retrain config.toml --now {to_text(results.plan.now)}"
    said = say(
        "With the {config} beside this page: {command}. The same config, records and versions give"
        " the same tables and predictions.",
        config=code("config.toml"), command=code(command),
    )  # fmt: skip
    return f"<p>{said}</p>" + bullets(_made_by(results))


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
