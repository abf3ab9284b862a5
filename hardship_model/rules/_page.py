"""The rules' cards as a page: each number with its unit, tag and source."""

import inspect

from hardship_model.months import to_text
from hardship_model.parameters import Entry
from hardship_model.rules.aid import AidRule
from hardship_model.rules.card import Card
from hardship_model.rules.register import RegisterRule
from hardship_model.rules.states import AtRiskRule, LatentRule

_CARDS: tuple[type[Card], ...] = (LatentRule, AtRiskRule, RegisterRule, AidRule)


def cards_page() -> str:
    """Which numbers does each rule use, and how do we know them? Markdown."""
    return "\n".join(_card(card) for card in _CARDS)


def _card(card: type[Card]) -> str:
    lines = [f"### {card.__name__}\n", f"{inspect.getdoc(card)}\n"]
    lines += ["| field | what | unit | values | tag | source |", "|---|---|---|---|---|---|"]
    lines += [_row(field, entry) for field, entry in card.entries().items()]
    return "\n".join([*lines, ""])


def _row(field: str, entry: Entry) -> str:
    dated = [value for values in entry.dated.values() for value in values]
    values = ", ".join(f"{value.value:g} since {to_text(value.since)}" for value in dated)
    tags = ", ".join(dict.fromkeys(value.tag for value in dated))
    sources = "; ".join(dict.fromkeys(value.source for value in dated))
    what = f"{entry.label} ({entry.label_zh})"
    return f"| `{field}` | {what} | {entry.unit} | {values} | {tags} | {sources} |"
