"""The page and its sentences: plain words, counts beside rates, nobody's row."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import made_up_results as made_up
import made_up_screen
import pandas as pd
import pytest

from hardship_model import figures, report
from hardship_model.evaluation.withholding import withhold_few_found
from hardship_model.labels import Question, outcomes
from hardship_model.privacy import withhold_small_cells
from hardship_model.report.markup import tables
from strips import FIRST_MONTH, panel_from_strips

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Tags that stand open, ids, links, what would be loaded, and what lies beside the page."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.loads, self.pictures = [], [], [], [], []
        self.beside = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [named["id"]] if "id" in named else []
        self.links += [v[1:] for k, v in attrs if k.endswith("href") and v.startswith("#")]
        elsewhere = [v for k, v in attrs if k in ("src", "href") and not v.startswith("#")]
        # A link to read more by loads nothing.
        self.beside, self.loads = (
            (self.beside + elsewhere, self.loads)
            if tag == "a"
            else (self.beside, self.loads + elsewhere)
        )
        if tag == "svg":
            self.pictures.append(named)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_columns_in_which_a_part_of_a_table_has_nothing_are_left_out():
    moves = pd.DataFrame({"move": ["fall", "leave"], "share": ["5%", "7%"], "by then": ["", "9%"]})

    fall, leave = tables(moves, by=("move",), named="{0}").split("</table>")[:2]

    assert ("by then" in fall, "by then" in leave) == (False, True)


def test_whoever_knew_the_truth_is_told_of_only_where_it_was_played(tmp_path):
    played = made_up_screen.towns()
    few = tuple(name for name in played.study.strategies if name != "oracle")
    mix = played.best_mix.assign(oracle_found_share=float("nan"))
    without = replace(played, study=replace(played.study, strategies=few), best_mix=mix)

    pages = [report.screen_page(one, tmp_path) for one in (played, without)]

    assert ["knew the truth" in page for page in pages] == [True, False]
    assert ["who knows the truth" in page for page in pages] == [True, False]


def test_of_a_list_is_not_said_whom_it_misses_when_nobody_fell():
    none = made_up.by_group().assign(n=0, events=0, value=float("nan"), withheld=False)

    said = list(report.about_missed(made_up.results(by_group=none)))

    assert all("too few fell, were found or were missed" in one for one in said)


def test_where_all_groups_are_withheld_it_is_not_said_that_none_is_missed_more():
    table = made_up.by_group()
    groups = table.assign(withheld=table["withheld"] | (table["group"] != "everybody"))

    said = list(report.about_missed(made_up.results(by_group=groups)))

    assert said
    assert all("Of its groups nothing can be told: all" in one for one in said)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    figures.write_all(made_up.results(), folder)
    return folder


@pytest.fixture
def page(folder):
    return report.page(made_up.results(), folder)


@pytest.fixture
def outline(page):
    read = Outline()
    read.feed(page)
    return read


def test_the_page_needs_no_other_file_and_no_network(page, outline):
    assert outline.loads == []
    assert outline.beside == []
    assert "default-src 'none'" in page
    assert set(re.findall(r"https?://[^\"' <)]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_the_page_is_well_formed(outline):
    assert outline.open == []
    assert [name for name, times in Counter(outline.ids).items() if times > 1] == []
    assert set(outline.links) <= set(outline.ids)


def test_every_picture_is_there_and_says_what_it_shows(outline):
    assert len(outline.pictures) == 8
    assert all(p["role"] == "img" and len(p["aria-label"]) > 30 for p in outline.pictures)


def test_no_household_is_on_the_page(page):
    assert made_up.SECRET not in page


def test_a_small_cell_is_withheld(page):
    # four of sixty returned within two years, three of twenty in their second year
    assert "withheld, of 60" in page
    assert "4 of 60" not in page
    assert "3 of 20<" not in page


def test_the_same_results_give_the_same_page(page, folder):
    assert page == report.page(made_up.results(), folder)


def test_a_title_cannot_break_the_page(folder):
    odd = made_up.results(study=replace(made_up.study(), title="A <script> & more"))

    assert "A &lt;script&gt; &amp; more" in report.page(odd, folder)


def test_a_run_without_visits_has_no_such_section(folder):
    plain = made_up.results(study=replace(made_up.study(), visits=None), visits=pd.DataFrame())

    page = report.page(plain, folder)

    assert 'id="visits"' not in page
    assert 'href="#visits"' not in page


def test_a_run_without_groups_has_no_such_section(folder):
    nothing = {"by_group": pd.DataFrame(), "equal_recall": pd.DataFrame()}

    page = report.page(made_up.results(**nothing), folder)

    assert 'id="missed"' not in page
    assert list(report.about_missed(made_up.results(**nothing))) == []


@pytest.mark.parametrize(
    ("survey", "said"),
    [
        ("rwm5yr", "60% of the median of 1984-12 to 1986-12"),
        ("eph", "moves with each period&#x27;s median"),
        ("town", "These households are invented"),
    ],
)
def test_the_page_says_what_to_know_about_its_households(folder, survey, said):
    results = made_up.results(study=replace(made_up.study(), survey=survey))

    assert said in report.page(results, folder)


def test_every_assumption_carries_a_tag(page):
    told = re.search(r'id="assumed".*?</section>', page, re.DOTALL)[0]
    rows = re.findall(r"<tr><td>.*?</tr>", told)

    assert len(rows) >= 5
    assert all(re.search(r"<td>(found|found-low|remembered|derived|assumed)</td>", r) for r in rows)


# Sentences.


def about_returns(results):
    return next(iter(report.about_models(results)))


@pytest.mark.parametrize(
    ("auroc", "precision", "said"),
    [
        ("better", "better", "Better than what needs no learning."),
        ("too close to call", "too close to call", "Too close to call: not shown to beat"),
        ("worse", "worse", "Worse than what needs no learning."),
        ("better", "worse", "Better in AUROC, worse in average precision."),
    ],
)
def test_a_verdict_is_said_in_plain_words(auroc, precision, said):
    table = made_up.backtest(auroc=auroc, average_precision=precision)

    assert said in about_returns(made_up.results(backtest=table))


def test_the_choice_and_its_regret_are_named_with_counts_and_interval():
    told = about_returns(made_up.results())

    assert told.startswith("Return next year: boosting (everybody) was chosen")
    assert "by 0.000; rule in force by 0.020" in told
    assert "At 1987, where 60 of 300 fell" in told
    assert "AUROC 0.650 (+0.100 on income over line, +0.070 to +0.120)" in told


def test_a_baseline_that_was_chosen_is_not_compared_with_itself():
    chosen = dict.fromkeys(made_up.TASKS, "income_over_line")

    told = about_returns(made_up.results(choice=made_up.choice(chosen)))

    assert "AUROC 0.550 (0.510 to 0.590)" in told
    assert "no learned model was ahead" in told


def test_falls_are_told_with_their_counts_for_the_nearest_look():
    assert list(report.about_falls(made_up.transitions())) == [
        "Of those never seen in hardship before, 5.0% (3.8 to 6.6) were in it 12 months later:"
        " 45 of 900.",
        "Of those who had left hardship, 30.0% (21.9 to 39.6) were in it 12 months later:"
        " 30 of 100.",
    ]


def test_visits_are_told_with_the_difference_and_its_verdict():
    [told] = report.about_visits(made_up.results())

    assert "With 240 visits" in told
    assert "(risk) found 37.5% of the falls (45 of 120)" in told
    assert told.endswith("+12.5 points (+5.0 to +20.0), better.")


def test_whom_the_list_misses_is_told_with_counts_and_with_what_is_withheld():
    first, second = report.about_missed(made_up.results())

    assert first == (
        "Return next year, at 1987: the 10% ranked highest by boosting (everybody) miss"
        " 50.0% (40.0 to 60.0), 30 of 60. Beyond what noise explains, it misses more of"
        " woman: yes (68.6% (58.6 to 78.6), 24 of 35); 2 of 5 groups are withheld."
    )
    assert "by logistic miss" in second


def test_when_noise_explains_all_no_group_is_named():
    table = made_up.by_group().assign(gap="too close to call")

    first, _ = report.about_missed(made_up.results(by_group=table))

    assert first.endswith(
        "Of no group does it miss more or less than noise explains; 2 of 5 groups are withheld."
    )


def test_visits_of_which_nothing_may_be_told_are_said_to_be_so():
    table = made_up.visits()
    table.loc[table["strategy"] == "income over line", "counted"] = 4.0
    table.loc[table["measure"] == "visits_per_fall_found", "out_of"] = 4.0

    results = made_up.results(visits=withhold_few_found(table))

    assert list(report.about_visits(results)) == [
        "Of the visits nothing can be told: they found too few falls, or missed too few."
    ]
    told = report.visits_table(results.visits).set_index("visits")
    assert told.loc["income over line", "falls found"] == "withheld, of 120"
    assert told.loc["income over line", "visits per fall"] == "withheld"
    assert figures.draw_visits(results.visits)


# Tables.


def test_where_even_everybody_is_withheld_the_sentence_says_so():
    table = made_up.by_group().assign(withheld=True)

    first, _ = report.about_missed(made_up.results(by_group=table))

    assert first == (
        "Return next year, at 1987:"
        " too few fell, were found or were missed for anything to be told."
    )


def test_each_group_stands_with_its_counts_or_says_that_it_is_withheld():
    table = report.groups_table(made_up.results())
    of = table[table["task"] == "return next year"].set_index("group")

    missed = of["missed, of those who fell"]
    assert missed["everybody"] == "30 of 60"
    assert missed["woman: no"] == "12 of 25"
    assert missed["work: out of work"] == of.loc["work: out of work", "share"] == "withheld"
    assert of.loc["work: out of work", "is"] == ""
    assert of.loc["work: none of these", "share"] == ""
    assert of.loc["woman: yes", "is"] == "higher"
    assert of.loc["woman: no", "few"] == "fewer than 30 fell"


def test_of_pairs_only_those_are_told_that_noise_does_not_explain():
    table = report.gaps_table(made_up.results())

    assert set(table["group"]) == {"woman: yes, work: none of these"}
    assert len(table) == len(made_up.TASKS)


def test_equal_recall_is_told_with_its_price():
    row = report.equal_table(made_up.results()).iloc[0]

    assert row["visits, found now"] == "30, 30"
    assert row["nobody below everybody: visits"] == "+12.0"
    assert row["found"] == "+2.4"


def test_answers_are_counted_by_kind_and_the_few_are_withheld():
    families = [f"fell{k} ..H" for k in range(12)] + [f"stayed{k} ..." for k in range(20)]
    families += (
        [f"back{k} H.H" for k in range(3)] + [f"out{k} H.." for k in range(30)] + ["ida ..?"]
    )
    asked = Question(ask="in_hardship_at", horizon_months=1)
    found = outcomes(panel_from_strips("\n".join(families)), asked, as_of=[FIRST_MONTH + 1])

    table = report.answers_table(found).set_index("kind")

    assert table.loc["first fall"].to_list() == ["12 of 32", "37.5% (22.9 to 54.7)", "1"]
    assert table.loc["return"].to_list() == ["withheld, of 33", "withheld", "0"]


def test_a_list_that_held_few_is_withheld():
    table = made_up.lists()
    few = (table["model"] == "logistic") & (table["share"] == 0.1)
    table.loc[few, "events"] = 7.0
    table = withhold_small_cells(table, shown=["precision", "recall", "fewest", "most"])

    rows = report.lists_table(table, made_up.backtest(), shares=(0.1,)).set_index(["task", "model"])

    assert rows.loc[("poor next year", "logistic"), "precision"] == "withheld"
    assert rows.loc[("poor next year", "rule in force"), "fell, of places"] == "15 of 30"


def test_what_a_list_is_worth_is_told_per_thousand_and_by_its_price():
    table = report.decisions_table(made_up.decisions(), made_up.choice())
    told = table[table["task"] == "poor next year"].set_index(
        ["visits in vain for one found", "way"]
    )

    assert told.loc[("9", "logistic (chosen)"), "worth per thousand"] == "70.0 (40.0 to 80.0)"
    assert told.loc[("9", "visit all"), "visited, of"] == "80 of 300"
    assert told.loc[("4", "rule in force"), "worth per thousand"] == "withheld"
    assert ("9", "boosting (everybody)") not in told.index


def test_scores_that_moved_are_told_from_origin_to_origin():
    row = report.drift_table(made_up.drift()).iloc[0]

    assert row[["from, to", "mean risk before", "now", "stability index"]].tolist() == [
        "1986, 1987", "20.0%", "25.0%", "0.032",
    ]  # fmt: skip


def test_features_are_counted_by_pillar_and_look_back():
    table = report.features_table(made_up.results().declared).set_index("pillar")

    assert table.loc["security"].to_dict() == {"24 months": 1, "60 months": 0, "in all": 1}
    assert table.loc["in all", "in all"] == 2
