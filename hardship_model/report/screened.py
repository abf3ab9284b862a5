"""The page of a run of `screen`: who is found, at what cost, whom it misses, what could turn it."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.provenance import versions
from hardship_model.report.markup import bullets, folded, paragraph, picture, section, table
from hardship_model.screen_study import PanelResults, ScreenResults
from hardship_model.screening.comparison import CLERKS, OF_FALLS_ALONE

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
_Row = dict[str, Any]


def screen_page(results: ScreenResults, figures_folder: Path) -> str:
    """The page as HTML, which needs no other file and no network. Same results, same bytes."""
    parts = {
        "found": ("Who was found, and when", _found(results, figures_folder)),
        "cost": ("At what cost", _cost(results, figures_folder)),
        "missed": ("Who is missed", picture_of("missed", figures_folder)),
        "channels": ("What each channel adds", _channels(results, figures_folder)),
        "mix": ("The best mix of channels", _mix(results)),
        "assumed": ("What if the assumptions are wrong", _assumed(results, figures_folder)),
        "strategies": ("The strategies", folded("Channels, capacities, orders, costs",
                                                table(strategies_said(results.strategies)))),
        "limits": ("What this does not show", bullets(_limits(results))),
        "again": ("How to get the same page again", again(results)),
    }  # fmt: skip
    return one_page(
        title=results.study.title, question=_QUESTION, short=screened_in_short(results),
        parts=parts,
        closing="Made by hardship_model. These households are invented; nobody in them exists.",
    )  # fmt: skip


def one_page(
    *, title: str, question: str, short: Iterable[str], parts: Mapping[str, tuple[str, str]],
    closing: str,
) -> str:  # fmt: skip
    """A page of a question, its answer in short, and parts: anchor → heading and what is inside."""
    links = "".join(f'<a href="#{name}">{escape(of)}</a> ' for name, (of, _) in parts.items())
    said = "<strong>In short.</strong>" + bullets(short)
    template = Template(files("hardship_model.report").joinpath("page.html").read_text("utf-8"))
    return template.substitute(
        title=escape(title),
        opening=paragraph(question, look="question")
        + f'<div class="short">{said}</div><nav aria-label="Contents">{links}</nav>',
        sections="".join(section(name, of, inside) for name, (of, inside) in parts.items()),
        closing=closing,
    )


def screened_in_short(results: ScreenResults) -> Iterator[str]:
    """What does this run say, in a handful of sentences?"""
    yield from _about_the_best(results)
    yield from about_the_model(results)
    yield _about_the_bound(results)
    yield _about_the_assumptions(results)
    yield from _about_the_sensitivity(results)


def _about_the_best(results: ScreenResults) -> Iterator[str]:
    by = results.study.judge_by
    rows = {r["strategy"]: r for r in records(results.comparison) if r["measure"] == by}
    first = results.flip_points["first"].iloc[0] if len(results.flip_points) else None
    able = {n: r for n, r in rows.items() if n in set(results.assumption_draws["strategy"])}
    first = first or max(able, key=lambda name: able[name]["value"])
    of, usual = rows[first], rows[results.study.reference]
    said = (
        f"{with_what(results.strategies)}, {words.model(first)} found the most falls"
        f" {words.STRATEGY_MEASURES[by]}: {share_said(of)}"
    )
    if of["reference"]:
        said += f"; {words.model(results.study.reference)} {share_said(usual)}: {gap_said(of)}"
    yield said + "."


def with_what(strategies: pd.DataFrame) -> str:
    """Have all strategies the same staff and money?"""
    means = strategies[["visits_per_month", "budget_yuan_per_year"]].drop_duplicates()
    return "At equal means" if len(means) == 1 else "Each with its own means"


def share_said(row: _Row) -> str:
    """A share with its interval and counts."""
    share = words.percent_between(row["value"], row["low"], row["high"])
    return f"{share}, {words.out_of(row['counted'], row['out_of'])}"


def gap_said(row: _Row) -> str:
    """The difference to the reference in points, with interval and verdict."""
    points = [100 * row[c] for c in ("difference", "difference_low", "difference_high")]
    difference, low, high = (words.signed(p, 1) for p in points)
    return f"{difference} points ({low} to {high}), {row['verdict']}"


def about_the_model(results: ScreenResults | PanelResults) -> Iterator[str]:
    """How many visits a month is each model worth?"""
    for row in records(results.worth_in_visits):
        yield (
            f"{words.model(row['strategy']).capitalize()} with {row['visits_per_month']} visits a"
            f" month finds as many as {words.model(row['against'])} with so many more:"
            f" {row['said']}."
        )


def _about_the_bound(results: ScreenResults) -> str:
    [row] = [r for r in records(results.best_mix) if r["factor"] == 1]
    return (
        f"With the usual means no mix of channels would catch more than"
        f" {words.count(round(row['no_mix_catches_more']))} of {words.count(row['falls'])} falls,"
        f" and all channels together, whatever they cost,"
        f" {words.count(row['all_channels_catch'])}; whoever knew the truth would have found"
        f" {words.percent(row['oracle_found_share'])} of the open ones by visits alone."
    )


def _about_the_assumptions(results: ScreenResults) -> str:
    best = max(records(results.assumption_draws), key=lambda row: row["share"])
    said = (
        f"Over draws of all assumptions {words.model(best['strategy'])} is the best most often:"
        f" {words.out_of(best['best'], best['draws'])}."
    )
    flips = results.flip_points
    if flips.empty or flips["gap"].iloc[0] <= 0:
        return f"{said} Where assumptions were moved one by one, the first two were not apart."
    turned = int((flips[["flips_down", "flips_up"]].notna().any(axis=1)).sum())
    tried = ", ".join(f"{factor:g}" for factor in results.study.assumption_factors)
    first, second = (words.model(flips[which].iloc[0]) for which in ("first", "second"))
    return (
        f"{said} Moved alone by factors of {tried}, {turned} of {len(flips)} assumptions end the"
        f" lead of {first} on {second}."
    )


def _about_the_sensitivity(results: ScreenResults) -> Iterator[str]:
    rows = [r for r in records(results.sensitivity) if r["outcome"] == "lead"][:3]
    if rows:
        named = "; ".join(
            f"{words.model(r['assumption'])} ({100 * r['size']:.1f} points,"
            f" {words.between(100 * r['low'], 100 * r['high'], digits=1)})"
            for r in rows
        )
        yield (
            "With all assumptions uncertain at once, that lead hangs most on these, moved through"
            f" their whole range: {named}."
        )


def comparison_table(comparison: pd.DataFrame, *measures: str) -> pd.DataFrame:
    """The strategies side by side: one row each, these measures in columns, with intervals."""
    rows = []
    for name in comparison["strategy"].unique():
        of = {r["measure"]: r for r in records(comparison[comparison["strategy"] == name])}
        said = {"strategy": words.model(name)}
        for measure in measures:
            title = words.STRATEGY_MEASURES[measure]
            said[title] = _value(of[measure], measure)
        rows.append(said)
    return pd.DataFrame(rows)


def _value(row: _Row, measure: str) -> str:
    if pd.isna(row["value"]):
        return words.WITHHELD if row.get("withheld") else "none"
    if measure in ("visits_per_find", "yuan_per_find", "unseen_months", "aid_yuan"):
        return words.value_between(row, digits=1 if row["value"] < 100 else 0)
    return words.percent_between(row["value"], row["low"], row["high"])


def verdicts_table(comparison: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One measure with its counts, and the verdicts against the reference and the best clerk."""
    rows = [
        {
            "strategy": words.model(r["strategy"]),
            "found, of": words.out_of(r["counted"], r["out_of"]),
            "share": words.percent_between(r["value"], r["low"], r["high"]),
            f"than {words.model(_other(comparison, 'reference'))}": r["verdict"] or "",
            f"than {words.model(_other(comparison[comparison['measure'] == measure], 'clerk'))}":
                r["clerk_verdict"] or "",
        }
        for r in records(comparison.astype(object).where(comparison.notna(), None))
        if r["measure"] == measure
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _other(comparison: pd.DataFrame, column: str) -> str:
    return str(comparison[column].dropna().iloc[0])


def picture_of(name: str, folder: Path) -> str:
    """One of the pictures of a run, or nothing when it was not drawn."""
    says, caption = _PICTURES[name]
    path = folder / f"{name}.svg"
    return picture(path, says=says, caption=caption) if path.is_file() else ""


def _found(results: ScreenResults, folder: Path) -> str:
    by = results.study.judge_by
    return (
        paragraph(
            f"{results.study.towns} invented towns of {words.count(results.study.households)}"
            f" households. Intervals: {results.how_sure}. {results.scale}."
        )
        + picture_of("found", folder)
        + table(
            verdicts_table(results.comparison, by),
            caption=f"{words.STRATEGY_MEASURES[by].capitalize()}; verdicts are on paired"
            " differences, on the same lives and luck",
        )
        + folded("All shares", table(comparison_table(results.comparison, *OF_FALLS_ALONE)))
        + paragraph(
            "Found before the fall: placed among the monitored by a verification at most a year"
            " before. Monitoring everybody would do that, so the share of the monitored who did"
            " fall within a year stands beside it below."
        )
    )


_AID_COUNTS = (
    " Lifted and averted: aid counts as income of those to whom it is paid, an assumption; what it"
    " does to savings and debts, and what the office would see of it, is left out."
)


def _cost(results: ScreenResults, folder: Path) -> str:
    effort = ("visits_per_find", "yuan_per_find", "budget_unspent", "visits_in_vain",
              "repeat_visits")  # fmt: skip
    missed = ("monitored_who_fell", "unseen_share", "unseen_months")
    aid = ("aid_yuan", "aid_missed", "aid_yuan_missed")
    changed = ("lifted_by_aid", "averted_by_aid") if results.study.aid_feeds_back else ()
    return (
        table(comparison_table(results.comparison, *effort))
        + table(comparison_table(results.comparison, *missed))
        + table(comparison_table(results.comparison, *aid, *changed),
            caption="Aid, which no budget pays: a twelfth of the year's aid for each month on"
            " file, by the rules of that year. Missed: what those in hardship without any aid were"
            " entitled to." + _AID_COUNTS * results.study.aid_feeds_back)
        + picture_of("frontier", folder)
    )  # fmt: skip


def _channels(results: ScreenResults, folder: Path) -> str:
    never = [
        {
            "strategy": words.model(r["strategy"]), "channels": r["channels"],
            "caught by some": words.count(r["caught"]),
            "caught by none, estimated": f"{r['estimated']:.0f} ({r['low']:.0f} to"
            f" {r['high']:.0f})",
            "in truth": words.count(r["true"]),
        }
        for r in records(results.never_found)
    ]  # fmt: skip
    return (
        picture_of("channels", folder)
        + picture_of("overlaps", folder)
        + table(
            pd.DataFrame(never),
            caption="The never found, estimated from the overlap of channels (Chao), against the"
            " truth that only an invented town has. A lower bound where channels see the same"
            " people; where they look at different ones, the estimate says too much",
        )
    )


def _mix(results: ScreenResults) -> str:
    rows = [
        {
            "means": f"× {r['factor']:g}",
            "channels": r["channels"].replace("_", " "),
            "would catch, of falls": words.out_of(r["caught"], r["falls"]),
            "no mix more than": words.count(round(r["no_mix_catches_more"])),
            "found when played": words.percent_between(
                r["found_share"], r["found_low"], r["found_high"]
            ),
            "who knows the truth": words.percent(r["oracle_found_share"]),
        }
        for r in records(results.best_mix)
    ]
    return table(pd.DataFrame(rows)) + paragraph(
        "An optimiser chooses channels by what each would catch by itself and what its contacts,"
        " fixed costs and a visit to every lead would cost; its certificate bounds every other"
        " mix. Found when played: with people not at home, refusals, queues, of the open falls."
    )


def _assumed(results: ScreenResults, folder: Path) -> str:
    counted = results.flip_points["falls"].iloc[0] if len(results.flip_points) else 0
    return (
        picture_of("draws", folder)
        + picture_of("sensitivity", folder)
        + folded("Sensitivity", table(_sensitivity(results.sensitivity)))
        + picture_of("flips", folder)
        + paragraph(
            f"Each assumption alone, in {results.study.assumption_towns} of the towns, out of"
            f" {words.count(counted)} falls: small steps between bars are luck."
        )
        + folded("Flip points", table(_flips(results.flip_points)))
    )


def _sensitivity(moved: pd.DataFrame) -> pd.DataFrame:
    """Both outcomes side by side, in the order of the effects on the lead; in points."""
    by_outcome = {
        outcome: rows.set_index("assumption") for outcome, rows in moved.groupby("outcome")
    }
    return pd.DataFrame(
        {
            "assumption": r["label"],
            "moved": f"× {r['lowest']:.2g} to {r['highest']:.2g}",
            **{
                f"{title}, points": _points(by_outcome[outcome].loc[r["assumption"]])
                for outcome, title in (("lead", "on the lead"), ("share", "on the share"))
            },
        }
        for r in records(moved[moved["outcome"] == "lead"])
    )


def _points(row: "pd.Series[Any]") -> str:
    size, low, high = (100 * row[name] for name in ("size", "low", "high"))
    return (
        f"{size:.1f} ({low:.1f} to {high:.1f}), mean {words.signed(100 * row['effect'], 1)},"
        f" spread {100 * row['spread']:.1f}"
    )


def _flips(flips: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "assumption": r["label"],
            "in force": f"{r['value']:g} {r['unit']}",
            "tried": f"× {r['tried_low']:.2g} to {r['tried_high']:.2g}",
            "turns below": "" if pd.isna(r["flips_down"]) else f"× {r['flips_down']:.2f}",
            "turns above": "" if pd.isna(r["flips_up"]) else f"× {r['flips_up']:.2f}",
        }
        for r in records(flips)
    )


def strategies_said(strategies: pd.DataFrame) -> pd.DataFrame:
    """What each strategy does with what, in words."""
    shown = strategies[["strategy", "channel", "order", "visits_per_month", "cadence_months",
                        "lag_months", "cost_yuan", "fixed_yuan_per_year"]]  # fmt: skip
    return shown.assign(
        **{c: shown[c].str.replace("_", " ") for c in ("strategy", "channel", "order")},
        cost_yuan=shown["cost_yuan"].map("{:.2f}".format),
        fixed_yuan_per_year=shown["fixed_yuan_per_year"].map("{:,.0f}".format),
    ).rename(columns=lambda name: name.replace("_", " "))


def _limits(results: ScreenResults) -> list[str]:
    clerks = ", ".join(words.model(name) for name in CLERKS)
    return [
        "Lives, channels and costs are invented; most numbers of channels and costs are assumed."
        " What is shown is what follows from them, not what is so in any place.",
        "Aid does not change lives here: finding somebody early saves nobody from anything.",
        f"The best clerk is the best of {clerks} by the same measure in the same towns, which"
        " flatters it a little.",
        "Each town's model learned from what its own old ways had found, as an office would: in a"
        " small town too little to learn from, and a better teacher might make a better model.",
        "Assumptions about lives are not moved, only those about channels, visits and costs. The"
        " sensitivity analysis ranks them by elementary effects; it does not share out the"
        " variance, which with this many assumptions would need thousands of plays.",
        "The mix is chosen and played in the same towns.",
    ]


def again(results: ScreenResults | PanelResults) -> str:
    """How to make the same page again."""
    named = ", ".join(f"{name} {number}" for name, number in versions().items())
    return (
        "<p>With the <code>config.toml</code> that lies beside this page: <code>hardship-model"
        " screen config.toml</code>. The same config and versions give the same bytes.</p>"
        + bullets(
            [f"Versions: {named}", f"{results.study.n_draws} draws, seed {results.study.seed}"]
        )
    )
