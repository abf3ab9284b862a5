"""Tables, lists and pictures as HTML; every text is escaped here and nowhere else."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import pandas as pd

from hardship_model import language
from hardship_model.figures import words
from hardship_model.figures.reading import parts
from hardship_model.language import say

#: A cell of a column of numbers: digits and signs, with the words that go between two numbers.
_NUMBER = re.compile(r"(?:[-+−×≥<\d.,%()（）/～ ]|\bof\b|\bto\b)*")
_LATIN, _CHINESE = re.compile(r"[A-Za-z]{2}"), re.compile(r"[\u4e00-\u9fff]")


def in_language(tag: str, text: str, *, look: str = "", more: str = "") -> str:
    """An element with this text. What stays in English on a Chinese page is marked as English."""
    if look:
        more += f' class="{look}"'
    if language.language() != "en" and _LATIN.search(text) and not _CHINESE.search(text):
        more += ' lang="en"'
    return f"<{tag}{more}>{escape(text)}</{tag}>"


def paragraph(text: str, *, look: str = "") -> str:
    """One paragraph."""
    return in_language("p", text, look=look)


def heading(text: str) -> str:
    """A heading inside a part of the page."""
    return f"<h3>{escape(text)}</h3>"


def code(text: str) -> str:
    """A command or the name of a file."""
    return f"<code>{escape(text)}</code>"


def bullets(sentences: Iterable[str]) -> str:
    """A list of sentences."""
    return "<ul>" + "".join(in_language("li", s) for s in sentences) + "</ul>"


def table(frame: pd.DataFrame, *, caption: str = "") -> str:
    """A table of texts and numbers; columns of numbers stand right, the chosen row stands out.

    Heads are said in the language of the moment, where they have a word in it.
    """
    numeric = [all(map(_is_number, map(str, frame[c]))) for c in frame.columns]
    looks = ["number" if yes else "" for yes in numeric]
    names = [language.named("heads", str(name)) for name in frame.columns]
    head = "".join(
        in_language("th", name, look=look, more=' scope="col"')
        for name, look in zip(names, looks, strict=True)
    )
    body = "".join(_row(cells, looks) for cells in frame.itertuples(index=False, name=None))
    label = escape(caption or say("{a}, {b}", a=names[0], b=names[-1]))
    above = f"<caption><span>{escape(caption)}</span></caption>" if caption else ""
    return (
        f'<div class="table" role="group" aria-label="{label}" tabindex="0"><table>{above}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def _is_number(cell: str) -> bool:
    bare = cell.startswith(words.withheld()) or cell == words.none()
    return bare or _NUMBER.fullmatch(cell) is not None


def _row(cells: tuple[object, ...], looks: list[str]) -> str:
    texts = [str(cell) for cell in cells]
    look = ' class="chosen"' if any(text.endswith(words.chosen("")) for text in texts) else ""
    inside = "".join(in_language("td", t, look=of) for of, t in zip(looks, texts, strict=True))
    return f"<tr{look}>{inside}</tr>"


def tables(frame: pd.DataFrame, *, by: Sequence[str], named: str) -> str:
    """One table per part that shares these columns; they go into its caption, said as `named`.

    Columns in which a part has nothing are left out.
    """
    return "".join(
        table(part.loc[:, (part != "").any()].drop(columns=list(by)), caption=say(named, *values))
        for values, part in parts(frame, *by)
    )


def folded(summary: str, inside: str) -> str:
    """Something to unfold."""
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def picture_of(name: str, folder: Path, *, of: Mapping[str, tuple[str, str]]) -> str:
    """One of the pictures of a run with its two texts, or nothing when it was not drawn."""
    says, caption = of[name]
    path = folder / f"{name}.svg"
    return picture(path, says=say(says), caption=say(caption)) if path.is_file() else ""


def picture(path: Path, *, says: str, caption: str) -> str:
    """An SVG file as part of the page, with a text for those who do not see it.

    Names inside the picture get the file's name in front, so that two pictures do not share
    any; what an editor would want to know about the file is dropped.
    """
    if not path.is_file():
        return ""
    drawn = path.read_text(encoding="utf-8")
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{path.stem}-", drawn)
    drawn = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", drawn, count=1)
    drawn = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", drawn, count=1)
    drawn = drawn.replace("<svg", f'<svg role="img" aria-label="{escape(says)}"', 1)
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>\n"


def section(name: str, title: str, *parts: str) -> str:
    """A part of the page with a heading that links can point to."""
    return f'<section id="{name}"><h2>{escape(title)}</h2>\n{"".join(parts)}</section>\n'
