"""How the gate's checks, and what may have drifted, are said: in its picture and on its page."""

from collections.abc import Mapping
from typing import Any

from hardship_model.figures import words
from hardship_model.language import listed, named, say
from hardship_model.retraining.gate import few_fell

#: What the gate asks, and what `retraining.drift` measures.
_CHECKS = {
    "incumbent": ("No worse than the model in use?", "Difference, points"),
    "rule": ("Better than a clerk?", "Difference, points"),
    "groups": ("No worse for any group?", "Difference, noise taken back, points"),
    "calibration": ("Do its risks hold?", "1 is right"),
    "drift": ("Is the newest data like what it was judged on?", "Parts of the bound"),
}
SHIFTS = {
    "distribution": "stability index",
    "missing": "share missing, difference in points",
    "base rate": "share of yes, difference in points",
}


def check_asked(check: str) -> str:
    """What does a check of the gate ask, and, on a second line, in which unit?"""
    question, unit = _CHECKS[check]
    return f"{say(question)}\n{say(unit)}"


def shift(measure: str) -> str:
    """How is a measure of drift called?"""
    return say(SHIFTS[measure])


def check(of: Mapping[str, Any]) -> str:
    """What does a check of the gate look at? `of` has its `check` and what it is `on`.

    >>> check({"check": "groups", "on": "employment_form: new form, recall at 10%"})
    'employment form: new form, recall at 10%'
    """
    on = str(of["on"])
    if of["check"] == "groups":
        which, _, measure = on.rpartition(", ")
        what, _, name = which.partition(": ")
        return listed([words.group(what, name), _measure(measure)])
    if of["check"] == "rule":
        measure, _, rule = on.partition(", over ")
        return say("{measure}, over {rule}", measure=_measure(measure),
                   rule=words.model(rule.replace(" ", "_")))  # fmt: skip
    if of["check"] == "drift":
        what, _, furthest = on.partition(", furthest: ")
        measure = what.removeprefix("feature ").removeprefix("score ")
        seen = [named("checks", one) for one in (what.removesuffix(measure).strip(), measure)]
        return say("{what}, furthest: {item}", what=say(" ").join(filter(None, seen)),
                   item=named("items", furthest))  # fmt: skip
    return _measure(on)


def _measure(of_gate: str) -> str:
    """What the gate measures: a recall with the size of its list, or a name.

    >>> _measure("recall at 10%"), _measure("observed ÷ expected")
    ('recall at 10%', 'observed ÷ expected')
    """
    name, at, share = of_gate.partition(" at ")
    return say("recall at {share}", share=share) if at else named("checks", name)


def gate_verdict(row: Mapping[str, Any]) -> str:
    """A check's answer, and whether it keeps the candidate out, or is one for want of falls.

    >>> gate_verdict({"check": "incumbent", "answer": "cannot tell", "blocks": True})
    'cannot tell: blocks'
    """
    said = words.verdict(row["answer"])
    if row["blocks"]:
        return say("{answer}: blocks", answer=said)
    return say("{answer}: few fell", answer=said) if few_fell(row) else said


def item(name: str, of: str) -> str:
    """What may have drifted: a feature by its name, a score by its model's.

    >>> item("income_over_line_now", "feature"), item("boosting", "score")
    ('income over line now', 'risks of boosting')
    """
    return (
        say("risks of {model}", model=words.model(name)) if of == "score" else named("items", name)
    )
