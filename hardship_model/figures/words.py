"""How names and numbers of the tables are said, in pictures and on the page alike."""

import math
from collections.abc import Mapping
from typing import Any

from hardship_model.evaluation.backtest import Task
from hardship_model.evaluation.withholding import AND
from hardship_model.models import OF_EVERYBODY

#: What a move of the table `transitions` asks.
MOVES = {
    "first_fall": "first fall: never seen in hardship, later in it",
    "return": "return: out after hardship, later in it again",
    "leave": "leave: in hardship, later out of it",
    "hazard_of_leaving": "who leaves next, by time in hardship",
    "hazard_of_return": "who returns next, by time since leaving",
}
METRICS = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "observed_over_expected": "observed ÷ expected",
    "calibration_intercept": "calibration intercept",
    "calibration_slope": "calibration slope",
    "expected_calibration_error": "expected calibration error",
}
MEASURES = {
    "share_found": "falls found",
    "share_found_at_once": "falls found in the period in which they happened",
    "visits_per_fall_found": "visits per fall found",
}
#: What the measures of `screening.comparison` count, told of strategies.
STRATEGY_MEASURES = {
    "before": "found before the fall",
    "within_1": "within one month",
    "within_3": "within three months",
    "within_6": "within six months",
    "ever": "found at any time",
    "backlog_found": "running at the start",
    "monitored_who_fell": "of the monitored, fell",
    "unseen_share": "hardship unseen",
    "unseen_months": "months unseen per spell",
    "visits_per_find": "visits per find",
    "yuan_per_find": "yuan per find",
    "budget_unspent": "of the budget, unspent",
    "visits_in_vain": "visits in vain",
    "repeat_visits": "repeat visits",
    "false_finds": "false finds",
    "aid_per_hard_month": "months of aid per month of hardship",
    "aid_missed": "hardship without aid",
    "aid_yuan": "yuan of aid per month of hardship",
    "aid_yuan_missed": "of the aid due, missed",
    "lifted_by_aid": "hardship lifted by aid",
    "averted_by_aid": "falls averted by aid",
}
#: What `retraining` measures, and from what its offices learn.
RETRAINED = {
    "recall": "open hardship on the list",
    "falls_listed": "on the list when the fall began",
    "falls_found": "found by six months after the fall",
    "visits_that_found": "visits that found",
    "recall_by_draw": "on the list, estimated from the draw",
    "recall_by_visits": "on the list, as all visits say",
    "answers_yes": "yes among the answers",
}
OFFICES = {
    "truth": "the truth",
    "visits": "visits",
    "visits_random": "visits, some drawn",
    "visits_weighted": "visits, some drawn, weighted",
    "visits_or_no": "visits, others no",
    "visits_or_no_random": "visits, some drawn, others no",
    "old_file": "the old file",
    "income_visits": "nothing: a clerk by income",
}
#: What the gate asks, and what `retraining.drift` measures.
CHECKS = {
    "incumbent": "No worse than the model in use? Difference, points",
    "rule": "Better than a clerk? Difference, points",
    "groups": "No worse for any group? Difference, noise taken back, points",
    "calibration": "Do its risks hold? 1 is right",
    "drift": "Is the newest data like what it was judged on? Parts of the bound",
}
SHIFTS = {
    "distribution": "stability index",
    "missing": "share missing, difference in points",
    "base rate": "share of yes, difference in points",
}
WITHHELD = "withheld"


def model(name: str) -> str:
    """How is a model called?

    >>> model("boosting_of_everybody")
    'boosting (everybody)'
    """
    plain = plain_model(name)
    said = plain.replace("_", " ")
    return said if plain == name else f"{said} (everybody)"


def plain_model(name: str) -> str:
    """Which model is it, whomever it learned from?"""
    return name.removesuffix(OF_EVERYBODY)


def task(name: str) -> str:
    """How is a task called?"""
    return name.replace("_", " ")


def group(column: str, name: str) -> str:
    """How is a group of households called, or a pair of groups?

    >>> group("work × woman", "out of work × yes"), group("everybody", "everybody")
    ('work: out of work, woman: yes', 'everybody')
    """
    if column == name:
        return name
    named = zip(column.split(AND), name.split(AND), strict=True)
    return ", ".join(f"{c}: {g}" for c, g in named).replace("_", " ")


def asked(of: Task) -> str:
    """What does a task ask, in one sentence?"""
    who = {
        "first_fall": "Never seen in hardship",
        "return": "Seen in hardship before and out of it now",
        "both": "Out of hardship now",
    }[of.kind]
    horizon = of.question.horizon_months
    if of.question.ask == "in_hardship_at":
        return f"{who}: in hardship {horizon} months later?"
    return f"{who}: in hardship at any time in the {horizon} months that follow?"


def check(on: str) -> str:
    """What does a check of the gate look at?

    >>> check("employment_form: new form, recall at 10%")
    'employment form: new form, recall at 10%'
    """
    return on.replace("_", " ")


def verdict(answer: str, *, blocks: bool) -> str:
    """A check's answer, and whether it keeps the candidate out.

    >>> verdict("cannot tell", blocks=True)
    'cannot tell: blocks'
    """
    return f"{answer}: blocks" if blocks else answer


def item(name: str, of: str) -> str:
    """What may have drifted: a feature by its name, a score by its model's.

    >>> item("income_over_line_now", "feature"), item("boosting", "score")
    ('income over line now', 'risks of boosting')
    """
    return f"risks of {model(name)}" if of == "score" else name.replace("_", " ")


def count(number: float) -> str:
    """A count; means over replicates keep one decimal.

    >>> count(9818.0), count(42.25)
    ('9,818', '42.2')
    """
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def percent(share: float) -> str:
    """A share, or *withheld* where there is none.

    >>> percent(0.163399), percent(float("nan"))
    ('16.3%', 'withheld')
    """
    return WITHHELD if math.isnan(share) else f"{share:.1%}"


def out_of(events: float, n: float) -> str:
    """The counts behind a share; a cell that is too small says only how many there were.

    >>> out_of(100.0, 612), out_of(float("nan"), 25)
    ('100 of 612', 'withheld, of 25')
    """
    if math.isnan(events):
        return f"{WITHHELD}, of {count(n)}"
    return f"{count(events)} of {count(n)}"


def between(low: float, high: float, *, digits: int = 3) -> str:
    """An interval of plain numbers.

    >>> between(0.6172, 0.7663)
    '0.617 to 0.766'
    """
    return f"{low:.{digits}f} to {high:.{digits}f}"


def value_between(row: Mapping[str, Any], *, digits: int = 3) -> str:
    """A value with its interval; the value alone when too few draws had one, or why there is none.

    >>> value_between({"value": 0.72766, "low": 0.66385, "high": 0.79001})
    '0.728 (0.664 to 0.790)'
    """
    if math.isnan(row["value"]):
        return WITHHELD if row.get("withheld") else "none"
    value = f"{row['value']:.{digits}f}"
    if math.isnan(row["low"]):
        return value
    return f"{value} ({between(row['low'], row['high'], digits=digits)})"


def percent_between(share: float, low: float, high: float) -> str:
    """A share with its interval, or *withheld*.

    >>> percent_between(0.163399, 0.1362, 0.1948)
    '16.3% (13.6 to 19.5)'
    """
    if math.isnan(share) or math.isnan(low):
        return percent(share)
    return f"{share:.1%} ({between(100 * low, 100 * high, digits=1)})"


def signed(difference: float, digits: int = 3) -> str:
    """A difference with its sign.

    >>> signed(-0.036)
    '−0.036'
    """
    return f"{difference:+.{digits}f}".replace("-", "−")
