"""What a run takes for granted, each with its tag; what it does not show; what made it."""

import pandas as pd

from hardship_model.data.mapping import Mapping, load_mapping
from hardship_model.figures.reading import records
from hardship_model.models.by_hand import RuleInForce
from hardship_model.months import to_text
from hardship_model.parameters import describe
from hardship_model.provenance import same_bits, versions
from hardship_model.study import Results, Study, Visits

_INVENTED = "town"
_Row = tuple[str, str, str, str]


def caveats(results: Results) -> list[str]:
    """What must a reader know about these households before looking at any rate?"""
    if results.study.survey == _INVENTED:
        return _of_the_town(results.study)
    mapping = load_mapping(results.study.survey)
    said = [mapping.about, f"In hardship: {_line(mapping)}."]
    if mapping.hardship is None and mapping.line.of == "each period's median":
        said.append(
            "This line moves with each period's median: a household can cross it without any change"
            " of its own. Some of the moves below are of that kind."
        )
    return said


def _of_the_town(study: Study) -> list[str]:
    taught = {
        "truth": "The models learned from what was true, which no office knows.",
        "file": "The models learned from what stood in the office's file.",
    }[study.learn_from]
    return [
        "These households are invented. What holds for them holds by construction: they show what"
        " a way of looking would find if the world were so, not how the world is.",
        f"Features come from the invented office's file; truth judges. {taught}",
    ]


def _line(mapping: Mapping) -> str:
    line = mapping.line
    if mapping.hardship is not None:
        return "what the file says"
    if line.column is not None or line.fixed is not None:
        return "income below the line that the file or the mapping gives"
    if line.of == "base period median":
        first, last = to_text(line.from_month or 0), to_text(line.to_month or 0)
        return f"income below {line.share:.0%} of the median of {first} to {last}"
    return f"income below {line.share:.0%} of the same period's median"


def assumptions(results: Results) -> pd.DataFrame:
    """What is taken for granted: one row per assumption, with its tag and why."""
    rows = [
        ("Rule in force", f"income up to {RuleInForce().multiple} times the line", "remembered",
         "the edge of low income in civil affairs' rules"),
    ]  # fmt: skip
    if results.study.survey == _INVENTED:
        rows += [("Lives", "every rate of the invented town", "see docs/PARAMETERS.md",
                  "each number has its own tag there")]  # fmt: skip
    else:
        rows += _of_the_survey(load_mapping(results.study.survey))
    if results.study.visits is not None:
        rows += _of_the_visits(results.study.visits)
    return pd.DataFrame(rows, columns=["what", "how it was set", "tag", "why"])


def _of_the_survey(mapping: Mapping) -> list[_Row]:
    return [
        ("Poverty line", _line(mapping), "assumed", "no official line is in this file"),
        ("Written down", f"{mapping.recorded_lag_months} months after the period", "assumed",
         "the file has no date of recording"),
    ]  # fmt: skip


def _of_the_visits(plan: Visits) -> list[_Row]:
    [cost] = [row for row in records(describe()) if row["name"] == "visit_cost_yuan"]
    return [
        ("Lag", f"the office ranks by what it knew {plan.lag_months} months earlier", "assumed",
         "no better number is known"),
        ("Watch list", f"a household stays on it {plan.seen_within_months} months after it was"
         " last seen", "assumed", "follows the survey's rhythm"),
        ("Visits", f"{plan.share:.0%} of the mean list in each period", "assumed",
         "for comparing orders, not offices"),
        ("A visit sees", "hardship whenever it is there", "assumed", "an upper bound"),
        ("Cost of a visit", f"{cost['value']:g} {cost['unit']}", cost["tag"], cost["source"]),
    ]  # fmt: skip


def limits(results: Results) -> list[str]:
    """What does a run not show, whatever its numbers?"""
    said = [
        "Nobody was visited: a visit is taken to see what the survey later wrote down, and a"
        " household that was not seen again counts neither as found nor as missed.",
        "Whether help after a visit would have kept a household from falling is not known here.",
        "The judging origins are as good as their number of falls; an interval that reaches across"
        " zero is no proof that two ways are equal.",
        "This page cannot know how often somebody looked at the judging origins before; whoever"
        " did, and changed something, should say so beside it.",
        "What holds for these households and years need not hold elsewhere.",
    ]
    if not results.by_group.empty:
        said.append(
            "Groups are what was on file. A group that the file does not tell apart can be missed"
            " without anybody seeing it."
        )
    return said


def provenance(results: Results) -> list[str]:
    """From which data, predictions, versions and draws do the numbers come?"""
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    return [
        f"Data: {results.data['panel']}, fingerprint {results.data['fingerprint']}",
        f"Predictions: fingerprint {same_bits(results.scores['risk'])}",
        f"Versions: {named}; {results.study.n_draws} draws, seed {results.study.seed}",
    ]
