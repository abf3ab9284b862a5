"""The frame of every page: title, question, the answer in short, contents, parts."""

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template

from hardship_model.language import language, say
from hardship_model.report.markup import bullets, in_language, paragraph, section


def one_page(
    *, title: str, question: str, short: Iterable[str], parts: Mapping[str, tuple[str, str]],
    closing: str,
) -> str:  # fmt: skip
    """A page of a question, its answer in short, and parts: anchor → heading and what is inside.

    HTML in the language of the moment, which needs no other file and no network; parts with
    nothing inside are left out.
    """
    parts = {name: part for name, part in parts.items() if part[1]}
    links = "".join(f'<a href="#{name}">{escape(of)}</a> ' for name, (of, _) in parts.items())
    said = f"<strong>{escape(say('In short.'))}</strong>" + bullets(short)
    return Template(_beside("page.html")).substitute(
        language={"en": "en", "zh": "zh-CN"}[language()],
        title=escape(title),
        heading=in_language("h1", title),
        style=_beside("page.css"),
        script=_beside("page.js"),
        opening=paragraph(question, look="question") + f'<div class="short">{said}</div>'
        f'<nav aria-label="{escape(say("Contents"))}">{links}</nav>',
        sections="".join(section(name, of, inside) for name, (of, inside) in parts.items()),
        closing=escape(closing),
    )


def _beside(name: str) -> str:
    return files("hardship_model.report").joinpath(name).read_text("utf-8")
