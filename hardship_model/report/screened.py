"""The page of a run of `screen`: who is found, at what cost, whom it misses, what could turn it."""

from pathlib import Path

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.language import listed, say
from hardship_model.report.assumptions import versions_said
from hardship_model.report.frame import one_page
from hardship_model.report.markup import bullets, code, folded, paragraph, picture_of, table
from hardship_model.report.screened_sentences import screened_in_short
from hardship_model.report.screened_tables import (
    comparison_table,
    flips_table,
    sensitivity_table,
    strategies_table,
    verdicts_table,
)
from hardship_model.screen_study import PanelResults, ScreenResults
from hardship_model.screening.comparison import CLERKS, OF_FALLS_ALONE
from hardship_model.screening.played import scale_said
from hardship_model.screening.tallies import how_sure

_QUESTION = (
    "With the same money, staff and luck: which way of looking finds the most households, how"
    " early, at what cost, and whom does each one miss?"
)
_PICTURES = {
    "found": (
        "Dots with intervals: share of falls found before the fall, within months, at any time",
        "New falls, but in the last panel those that ran when the office began. The oracle is in"
        " the table only.",
    ),
    "frontier": (
        "Lines: share of open falls found against budget and visits, one line per strategy",
        "Budget and staff grow together. Where a line is flat, more of the same buys little.",
    ),
    "missed": (
        "Dots with intervals: share of falls found by group of households, by strategy",
        "A group without a dot is withheld: fewer than ten were found, or fewer than ten not.",
    ),
    "channels": (
        "Dots with intervals: falls that each channel would catch, and finds lost without it",
        "At the right, the same office without the channel. Left of nought: it does better"
        " without, because the channel's money or leads stood in the way of better ones.",
    ),
    "overlaps": (
        "Table of shares: of what one channel catches, how much another catches as well",
        "Read along a row.",
    ),
    "flips": (
        "Bars: gap between the first two strategies when one assumption is moved",
        "A bar that crosses the red line turns the order.",
    ),
    "sensitivity": (
        "Bars with intervals: effect of each assumption on the lead and on the share found",
        "Every assumption anywhere between a half and twice, while one of them is moved through"
        " that range. A ring beyond its bar: the effect depends on where the others stand.",
    ),
    "draws": (
        "Dots with intervals: share of draws over all assumptions in which a strategy is best",
        "Each draw moves every assumption of channels, visits and costs at once.",
    ),
}


def screen_page(results: ScreenResults, figures_folder: Path) -> str:
    """The page as HTML, which needs no other file and no network. Same results, same bytes."""
    parts = {
        "found": (say("Who was found, and when"), _found(results, figures_folder)),
        "cost": (say("At what cost"), _cost(results, figures_folder)),
        "missed": (say("Who is missed"), picture("missed", figures_folder)),
        "channels": (say("What each channel adds"), _channels(results, figures_folder)),
        "mix": (say("The best mix of channels"), _mix(results)),
        "assumed": (say("What if the assumptions are wrong"), _assumed(results, figures_folder)),
        "strategies": (say("The strategies"), strategies_part(results)),
        "limits": (say("What this does not show"), bullets(_limits())),
        "again": (say("How to get the same page again"), again(results)),
    }  # fmt: skip
    return one_page(
        title=words.title(results.study), question=say(_QUESTION),
        short=screened_in_short(results), parts=parts,
        closing=say(
            "Made by hardship_model. These households are invented; nobody in them exists."
        ),
    )  # fmt: skip


def picture(name: str, folder: Path) -> str:
    """One of the pictures of a run of `screen`."""
    return picture_of(name, folder, of=_PICTURES)


def _found(results: ScreenResults, folder: Path) -> str:
    by = results.study.judge_by
    return (
        paragraph(
            say(
                "{towns} invented towns of {n} households. Intervals: {how_sure}. {scale}.",
                towns=results.study.towns,
                n=words.count(results.study.households),
                how_sure=how_sure(results.study.towns),
                scale=scale_said(results.data["scale"]),
            )
        )
        + picture("found", folder)
        + table(
            verdicts_table(results.comparison, by),
            caption=say(
                "{measure}; verdicts are on paired differences, on the same lives and luck",
                measure=words.strategy_measure(by).capitalize(),
            ),
        )
        + folded(say("All shares"), table(comparison_table(results.comparison, *OF_FALLS_ALONE)))
        + paragraph(
            say(
                "Found before the fall: placed among the monitored by a verification at most a year"
                " before. Monitoring everybody would do that, so the share of the monitored who did"
                " fall within a year stands beside it below."
            )
        )
    )


_AID = (
    "Aid, which no budget pays: a twelfth of the year's aid for each month on file, by the rules of"
    " that year. Missed: what those in hardship without any aid were entitled to."
)
_AID_COUNTS = (
    "Lifted and averted: aid counts as income of those to whom it is paid, an assumption; what it"
    " does to savings and debts, and what the office would see of it, is left out."
)


def _cost(results: ScreenResults, folder: Path) -> str:
    effort = ("visits_per_find", "yuan_per_find", "budget_unspent", "visits_in_vain",
              "repeat_visits")  # fmt: skip
    missed = ("monitored_who_fell", "unseen_share", "unseen_months")
    aid = ("aid_yuan", "aid_missed", "aid_yuan_missed")
    changed = ("lifted_by_aid", "averted_by_aid") if results.study.aid_feeds_back else ()
    caption = [_AID, _AID_COUNTS] if results.study.aid_feeds_back else [_AID]
    return (
        table(comparison_table(results.comparison, *effort))
        + table(comparison_table(results.comparison, *missed))
        + table(comparison_table(results.comparison, *aid, *changed),
            caption=say(" ").join(say(one) for one in caption))
        + picture("frontier", folder)
    )  # fmt: skip


def _channels(results: ScreenResults, folder: Path) -> str:
    never = [
        {
            "strategy": words.strategy(r["strategy"]), "channels": r["channels"],
            "caught by some": words.count(r["caught"]),
            "caught by none, estimated": words.around(
                f"{r['estimated']:.0f}", words.between(r["low"], r["high"], digits=0)
            ),
            "in truth": words.count(r["true"]),
        }
        for r in records(results.never_found)
    ]  # fmt: skip
    if not never:
        return paragraph(say("No strategy here has two channels that raise leads."))
    return (
        picture("channels", folder)
        + picture("overlaps", folder)
        + table(
            pd.DataFrame(never),
            caption=say(
                "The never found, estimated from the overlap of channels (Chao), against the truth"
                " that only an invented town has. A lower bound where channels see the same people;"
                " where they look at different ones, the estimate says too much"
            ),
        )
    )


def _channels_of(mix: object) -> str:
    """The channels of a mix, in words; a table that was read back has nothing for no channel."""
    names = mix.split(" + ") if isinstance(mix, str) and mix else []
    return " + ".join(words.channel(name) for name in names) or words.none()


def _mix(results: ScreenResults) -> str:
    rows = [
        {
            "means": f"× {r['factor']:g}",
            "channels": _channels_of(r["channels"]),
            "would catch, of falls": words.out_of(r["caught"], r["falls"]),
            "no mix more than": words.count(round(r["no_mix_catches_more"])),
            "found when played": words.percent_between(
                r["found_share"], r["found_low"], r["found_high"]
            ),
            "who knows the truth": words.percent(r["oracle_found_share"]),
        }
        for r in records(results.best_mix)
    ]
    shown = pd.DataFrame(rows)
    if "oracle" not in results.study.strategies:
        shown = shown.drop(columns="who knows the truth")
    return table(shown) + paragraph(
        say(
            "An optimiser chooses channels by what each would catch by itself and what its"
            " contacts, fixed costs and a visit to every lead would cost; its certificate bounds"
            " every other mix. Found when played: with people not at home, refusals, queues, of the"
            " open falls."
        )
    )


def _assumed(results: ScreenResults, folder: Path) -> str:
    return (
        picture("draws", folder)
        + picture("sensitivity", folder)
        + folded(say("Sensitivity"), table(sensitivity_table(results.sensitivity)))
        + ("" if results.flip_points.empty else _one_by_one(results, folder))
    )


def _one_by_one(results: ScreenResults, folder: Path) -> str:
    return (
        picture("flips", folder)
        + paragraph(
            say(
                "Each assumption alone, in {towns} of the towns, out of {falls} falls: small steps"
                " between bars are luck.",
                towns=results.study.assumption_towns,
                falls=words.count(results.flip_points["falls"].iloc[0]),
            )
        )
        + folded(say("Flip points"), table(flips_table(results.flip_points)))
    )


def strategies_part(results: ScreenResults | PanelResults) -> str:
    """The strategies as a part of the page."""
    shown = strategies_table(results.strategies)
    return folded(say("Channels, capacities, orders, costs"), table(shown))


_LIMITS = (
    "Lives, channels and costs are invented; most numbers of channels and costs are assumed. What"
    " is shown is what follows from them, not what is so in any place.",
    "Aid does not change lives here: finding somebody early saves nobody from anything.",
    "The best clerk is the best of {clerks} by the same measure in the same towns, which flatters"
    " it a little.",
    "Each town's model learned from what its own old ways had found, as an office would: in a small"
    " town too little to learn from, and a better teacher might make a better model.",
    "Assumptions about lives are not moved, only those about channels, visits and costs. The"
    " sensitivity analysis ranks them by elementary effects; it does not share out the variance,"
    " which with this many assumptions would need thousands of plays.",
    "The mix is chosen and played in the same towns.",
)


def _limits() -> list[str]:
    clerks = listed([words.strategy(name) for name in CLERKS])
    return [say(one, clerks=clerks) for one in _LIMITS]


def again(results: ScreenResults | PanelResults) -> str:
    """How to make the same page again."""
    said = say(
        "With the {config} that lies beside this page: {command}. The same config and versions give"
        " the same bytes.",
        config=code("config.toml"), command=code("hardship-model screen config.toml"),
    )  # fmt: skip
    made = say(
        "Versions: {versions}; {n} draws, seed {seed}", versions=versions_said(results.versions),
        n=results.study.n_draws, seed=results.study.seed,
    )  # fmt: skip
    return f"<p>{said}</p>" + bullets([made])
