"""The pages as a browser shows them: on a phone, on a desk, on paper, by keyboard, without net."""

import re
from itertools import pairwise

import made_up_results as made_up
import made_up_screen
import pandas as pd
import pytest
from browser import browser, look_at, printed

from hardship_model import figures, report
from hardship_model.language import speaking
from hardship_model.report.frame import one_page
from hardship_model.report.markup import folded, table

#: What a browser can tell of a page; contrast as WCAG 2 computes it.
AUDIT = r"""
const even = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const light = (rgb) => rgb.map((c) => even(c / 255))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const colour = (text) => text.match(/[\d.]+/g).map(Number);
const ground = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const [r, g, b, a = 1] = colour(win.getComputedStyle(at).backgroundColor);
    if (a > 0) return [r, g, b];
  }
  return [255, 255, 255];
};
let least = [99, ""];
const walk = doc.createTreeWalker(doc.body, win.NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const one = walk.currentNode.parentElement;
  if (!walk.currentNode.textContent.trim() || one.closest("script, style, defs")) continue;
  const style = win.getComputedStyle(one);
  const [x, y] = [light(colour(one.closest("svg") ? style.fill : style.color).slice(0, 3)),
    light(ground(one))];
  const contrast = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  if (contrast < least[0]) least = [contrast, walk.currentNode.textContent];
}
const details = [...doc.querySelectorAll("details")];
const open = () => details.filter((one) => one.open).length;
const before = open();
win.dispatchEvent(new win.Event("beforeprint"));
const onPaper = open();
win.dispatchEvent(new win.Event("afterprint"));
return {
  width: win.innerWidth, room: doc.documentElement.clientWidth,
  reach: doc.documentElement.scrollWidth, lang: doc.documentElement.lang,
  headings: [...doc.querySelectorAll("h1,h2,h3,h4")].map((h) => Number(h.tagName[1])),
  asked: win.performance.getEntriesByType("resource").map((one) => one.name),
  mute: [...doc.querySelectorAll("svg")].filter((one) => !one.getAttribute("aria-label")).length,
  boxes: [...doc.querySelectorAll(".table")].filter(
    (one) => one.tabIndex !== 0 || !one.getAttribute("aria-label")).length,
  buttons: [...doc.querySelectorAll("th button")].filter((one) => one.tabIndex === 0).length,
  least, details: details.length, before, onPaper, after: open(),
};
"""
#: Clicks on each head twice, and reads the column after each click.
SORT = r"""
const heads = [...doc.querySelectorAll("th")];
return heads.map((head, column) => [1, 2].map(() => {
  head.querySelector("button").click();
  const said = heads.map((one) => one.getAttribute("aria-sort"));
  return [said[column], said.filter(Boolean).length,
    ...[...doc.querySelectorAll("tbody tr")].map((row) => row.cells[column].textContent)];
}));
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A page of each kind, one of them in both languages."""
    browser()
    run, towns = made_up.results(), made_up_screen.towns()
    made = {}
    for name, results in {"run en": run, "run zh": run, "towns zh": towns}.items():
        with speaking(name[-2:], own=report.own_names(results)):
            folder = tmp_path_factory.mktemp("figures")
            figures.write_all(results, folder, formats=("svg",))
            made[name] = next(iter(report.pages(results, folder).values()))
    return made


@pytest.fixture(scope="module")
def seen(pages, tmp_path_factory):
    return look_at(pages, AUDIT, tmp_path_factory.mktemp("audit"))


def test_no_page_scrolls_sideways_on_a_phone_or_on_a_desk(seen):
    told, _ = seen

    assert {at: one["reach"] - one["room"] for at, one in told.items()} == dict.fromkeys(told, 0)
    assert {width for _, width in told} == {one["width"] for one in told.values()} == {360, 1280}


def test_a_page_asks_for_nothing_and_the_console_stays_silent(seen):
    told, console = seen

    assert [one["asked"] for one in told.values()] == [[]] * len(told)
    assert console == []


def test_every_text_stands_out_from_its_ground(seen):
    told, _ = seen

    assert {at: one["least"] for at, one in told.items() if one["least"][0] < 4.5} == {}


def test_headings_pictures_and_tables_can_be_heard_and_reached(seen):
    for (name, _), one in seen[0].items():
        levels = one["headings"]
        assert one["lang"] == {"en": "en", "zh": "zh-CN"}[name[-2:]]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))
        assert (one["mute"], one["boxes"]) == (0, 0)
        assert one["buttons"] > 10


def test_on_paper_everything_is_unfolded_and_afterwards_folded_again(seen):
    for one in seen[0].values():
        assert one["details"] > 0
        assert (one["before"], one["onPaper"], one["after"]) == (0, one["details"], 0)


COLUMNS = {
    "name": ["b", "a", "d", "c", "e"],
    "share": ["9.1% (8.0 to 10.2)", "16.3% (13.6 to 19.5)", "withheld", "100.0%", ""],
    "counts": ["1,200 of 3,000", "45 of 900", "withheld, of 25", "7 of 8", "none"],
    "difference": ["−12.5 (−20.0 to −5.0)", "+3.0 (−1.0 to +7.0)", "", "−0.5", "+12.0"],
    "moved": ["× 2 to 4", "× 0.5 to 2", "", "× 10", "× 3"],
}
RISING = {
    "name": ["a", "b", "c", "d", "e"],
    "share": ["9.1% (8.0 to 10.2)", "16.3% (13.6 to 19.5)", "100.0%"],
    "counts": ["7 of 8", "45 of 900", "1,200 of 3,000"],
    "difference": ["−12.5 (−20.0 to −5.0)", "−0.5", "+3.0 (−1.0 to +7.0)", "+12.0"],
    "moved": ["× 0.5 to 2", "× 2 to 4", "× 3", "× 10"],
}


def in_chinese(text):
    said = re.sub(r" \((.*)\)", r"（\1）", text).replace(" to ", "～").replace(" of ", "/")
    return said.replace("withheld, of 25", "不予公布（共25）").replace("withheld", "不予公布")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_click_on_a_head_sorts_by_size_with_what_is_withheld_last(language, tmp_path):
    browser()
    put = in_chinese if language == "zh" else str
    frame = pd.DataFrame({name: map(put, cells) for name, cells in COLUMNS.items()})
    with speaking(language):
        page = one_page(title="T", question="?", short=["s"], closing="c",
                        parts={"t": ("T", table(frame))})  # fmt: skip

    told, console = look_at({"t": page}, SORT, tmp_path, widths=(1280,))

    assert console == []
    for name, (once, twice) in zip(COLUMNS, told["t", 1280], strict=True):
        rising = [put(cell) for cell in RISING[name]]
        assert once[:2] == ["ascending", 1]
        assert twice[:2] == ["descending", 1]
        assert once[2 : 2 + len(rising)] == rising, name
        assert twice[2 : 2 + len(rising)] == rising[::-1], name


def test_a_page_becomes_a_pdf_with_what_was_folded(pages, tmp_path):
    long = pd.DataFrame({"line": [f"line {number}" for number in range(300)]})
    short, more = (
        one_page(title="T", question="?", short=["s"], closing="c", parts={"t": ("T", inside)})
        for inside in ("<p>nothing</p>", folded("more", table(long)))
    )

    def sheets(page):
        return len(re.findall(rb"/Type\s*/Page\b", printed(page, tmp_path)))

    assert sheets(short) == 1
    assert sheets(more) > 3
    made = printed(pages["run zh"], tmp_path)
    assert made.startswith(b"%PDF")
    assert b"NotoSansSC" in made
