"""Tables, lists and pictures as HTML; every text is escaped here and nowhere else."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import pandas as pd

from hardship_model.figures.reading import parts

_NUMBER = re.compile(r"[-+−\d., %()]+|[\d.,]+ of [\d.,]+|[\d.%]+ \([\d.]+ to [\d.]+\)|withheld.*|")


def paragraph(text: str, *, look: str = "") -> str:
    """One paragraph."""
    return f'<p class="{look}">{escape(text)}</p>' if look else f"<p>{escape(text)}</p>"


def bullets(sentences: Iterable[str]) -> str:
    """A list of sentences."""
    return "<ul>" + "".join(f"<li>{escape(s)}</li>" for s in sentences) + "</ul>"


def table(frame: pd.DataFrame, *, caption: str = "") -> str:
    """A table of texts and numbers; columns of numbers stand right, the chosen row stands out."""
    numeric = [all(_NUMBER.fullmatch(str(cell)) for cell in frame[c]) for c in frame.columns]
    looks = [' class="number"' if yes else "" for yes in numeric]
    head = "".join(
        f'<th scope="col"{look}>{escape(str(name))}</th>'
        for name, look in zip(frame.columns, looks, strict=True)
    )
    body = "".join(_row(cells, looks) for cells in frame.itertuples(index=False, name=None))
    above = f'<p class="caption">{escape(caption)}</p>' if caption else ""
    return (
        f'{above}<div class="table" tabindex="0"><table aria-label="{escape(caption)}">'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>\n"
    )


def _row(cells: tuple[object, ...], looks: list[str]) -> str:
    texts = [escape(str(cell)) for cell in cells]
    look = ' class="chosen"' if any(text.endswith("(chosen)") for text in texts) else ""
    inside = "".join(f"<td{of}>{text}</td>" for of, text in zip(looks, texts, strict=True))
    return f"<tr{look}>{inside}</tr>"


def tables(frame: pd.DataFrame, *, by: Sequence[str], named: str) -> str:
    """One table per part that shares these columns; they go into its caption, said as `named`."""
    return "".join(
        table(part.drop(columns=list(by)), caption=named.format(*values))
        for values, part in parts(frame, *by)
    )


def folded(summary: str, inside: str) -> str:
    """Something to unfold."""
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def picture(path: Path, *, says: str, caption: str) -> str:
    """An SVG file as part of the page, with a text for those who do not see it.

    Names inside the picture get the file's name in front, so that two pictures do not share
    any; what an editor would want to know about the file is dropped.
    """
    drawn = path.read_text(encoding="utf-8")
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{path.stem}-", drawn)
    drawn = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", drawn, count=1)
    drawn = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", drawn, count=1)
    drawn = drawn.replace("<svg", f'<svg role="img" aria-label="{escape(says)}"', 1)
    return (
        f'<figure><div class="picture" tabindex="0">{drawn}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>\n"
    )


def section(name: str, title: str, *parts: str) -> str:
    """A part of the page with a heading that links can point to."""
    return f'<section id="{name}"><h2>{escape(title)}</h2>\n{"".join(parts)}</section>\n'
