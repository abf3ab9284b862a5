"""What a run takes for granted, each with its tag; what it does not show; what made it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.language import language, listed, named, say
from hardship_model.models.by_hand import RuleInForce
from hardship_model.months import to_text
from hardship_model.parameters import describe
from hardship_model.study import TOWN, Results, Study, Visits

_Row = tuple[str, str, str, str]
#: What a run keeps of a mapping (`study.mapping_said`).
_Told = Mapping[str, Any]
_LIMITS = (
    "Nobody was visited: a visit is taken to see what the survey later wrote down, and a household"
    " that was not seen again counts neither as found nor as missed.",
    "Whether help after a visit would have kept a household from falling is not known here.",
    "The judging origins are as good as their number of falls; an interval that reaches across zero"
    " is no proof that two ways are equal.",
    "This page cannot know how often somebody looked at the judging origins before; whoever did,"
    " and changed something, should say so beside it.",
    "What holds for these households and years need not hold elsewhere.",
)
_LIMIT_OF_GROUPS = (
    "Groups are what was on file. A group that the file does not tell apart can be missed without"
    " anybody seeing it."
)


def caveats(results: Results) -> list[str]:
    """What must a reader know about these households before looking at any rate?"""
    if results.study.survey == TOWN:
        return _of_the_town(results.study)
    mapping = results.data["mapping"]
    said = [
        (mapping["about_zh"] if language() == "zh" else "") or mapping["about"],
        say("In hardship: {line}.", line=_line(mapping)),
    ]
    if not mapping["hardship_in_file"] and mapping["line"]["of"] == "each period's median":
        said.append(
            say(
                "This line moves with each period's median: a household can cross it without any"
                " change of its own. Some of the moves below are of that kind."
            )
        )
    return said


def _of_the_town(study: Study) -> list[str]:
    taught = {
        "truth": say("The models learned from what was true, which no office knows."),
        "file": say("The models learned from what stood in the office's file."),
    }[study.learn_from]
    return [
        say(
            "These households are invented. What holds for them holds by construction: they show"
            " what a way of looking would find if the world were so, not how the world is."
        ),
        say("Features come from the invented office's file; truth judges. {taught}", taught=taught),
    ]


def _line(mapping: _Told) -> str:
    line = mapping["line"]
    if mapping["hardship_in_file"]:
        return say("what the file says")
    if line["share"] is None:
        return say("income below the line that the file or the mapping gives")
    share = f"{line['share']:.0%}"
    if line["of"] == "base period median":
        months = words.to(to_text(line["from_month"]), to_text(line["to_month"]))
        return say("income below {share} of the median of {months}", share=share, months=months)
    return say("income below {share} of the same period's median", share=share)


def assumptions(results: Results) -> pd.DataFrame:
    """What is taken for granted: one row per assumption, with its tag and why."""
    times = RuleInForce().multiple
    rows = [
        (say("Rule in force"), say("income up to {times} times the line", times=times),
         named("tags", "remembered"), say("the edge of low income in civil affairs' rules")),
    ]  # fmt: skip
    if results.study.survey == TOWN:
        rows += [(say("Lives"), say("every rate of the invented town"),
                  say("see docs/PARAMETERS.md"),
                  say("each number has its own tag there"))]  # fmt: skip
    else:
        rows += _of_the_survey(results.data["mapping"])
    if results.study.visits is not None:
        rows += _of_the_visits(results.study.visits)
    return pd.DataFrame(rows, columns=["what", "how it was set", "tag", "why"])


def _of_the_survey(mapping: _Told) -> list[_Row]:
    assumed, months = named("tags", "assumed"), mapping["recorded_lag_months"]
    return [
        (say("Poverty line"), _line(mapping), assumed, say("no official line is in this file")),
        (say("Written down"), say("{months} months after the period", months=months), assumed,
         say("the file has no date of recording")),
    ]  # fmt: skip


def _of_the_visits(plan: Visits) -> list[_Row]:
    [cost] = [row for row in records(describe()) if row["name"] == "visit_cost_yuan"]
    assumed, price = named("tags", "assumed"), f"{cost['value']:g}"
    return [
        (say("Lag"), say("the office ranks by what it knew {months} months earlier",
                         months=plan.lag_months), assumed, say("no better number is known")),
        (say("Watch list"), say("a household stays on it {months} months after it was last seen",
                                months=plan.seen_within_months),
         assumed, say("follows the survey's rhythm")),
        (say("Visits"), say("{share} of the mean list in each period", share=f"{plan.share:.0%}"),
         assumed, say("for comparing orders, not offices")),
        (say("A visit sees"), say("hardship whenever it is there"), assumed, say("an upper bound")),
        (say("Cost of a visit"), say("{n} {unit}", n=price, unit=named("units", cost["unit"])),
         named("tags", cost["tag"]), named("sources", cost["source"])),
    ]  # fmt: skip


def limits(results: Results) -> list[str]:
    """What does a run not show, whatever its numbers?"""
    said = list(_LIMITS)
    if not results.by_group.empty:
        said.append(_LIMIT_OF_GROUPS)
    return [say(one) for one in said]


def provenance(results: Results) -> list[str]:
    """From which data, predictions, versions and draws do the numbers come?"""
    data = results.data
    return [
        say("Data: {panel}, fingerprint {print}", panel=data["panel"], print=data["fingerprint"]),
        say("Predictions: fingerprint {print}", print=data["predictions"]),
        say(
            "Versions: {versions}; {n} draws, seed {seed}",
            versions=versions_said(results.versions),
            n=results.study.n_draws,
            seed=results.study.seed,
        ),
    ]


def versions_said(versions: Mapping[str, str]) -> str:
    """Which versions made the numbers?"""
    return listed([f"{name} {number}" for name, number in versions.items()])
