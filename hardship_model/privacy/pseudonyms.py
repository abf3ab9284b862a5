"""Keyed pseudonyms: the same person under the same key is the same number, without it nobody."""

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

_LEAST_BYTES = 32
#: Letters of a pseudonym: without digits it is never taken for a number, without vowels for a name.
_LETTERS = np.array(list("bcdfghjklmnpqrstvwxz"))
_LENGTH = 14


@contextmanager
def key_of(path: Path) -> Iterator[bytes]:
    """The key in this file; or a new one, which is written when what it is made for is done.

    A new file is readable by its owner only, and is not there when what is done with the key
    fails. Raises ValueError for a key that is too short. The key is never written anywhere else:
    whoever has it and a list of identifiers can find the pseudonyms again.
    """
    if not path.exists():
        key = secrets.token_hex(_LEAST_BYTES)
        yield key.encode()
        _write_new(path, key + "\n")
        return
    kept = path.read_bytes().strip()
    if len(kept) < _LEAST_BYTES:
        raise ValueError(
            f"The key in {path.name!r} has {len(kept)} bytes; {_LEAST_BYTES} or more are needed."
            " Name a file that does not exist, and a new key is made."
        )
    yield kept


def _write_new(path: Path, text: str) -> None:
    """Whole or not at all, and never over a file that somebody else made meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(file, "w") as new:
            new.write(text)
    except OSError:
        path.unlink()
        raise


def fingerprint(key: bytes) -> str:
    """Eight characters that tell two keys apart and give neither away."""
    return hmac.new(key, b"which key is this?", hashlib.sha256).hexdigest()[:8]


def pseudonyms(cells: pd.Series, key: bytes) -> pd.Series:
    """Fourteen letters for each distinct cell, the same under the same key; missing stays missing.

    HMAC-SHA-256 (RFC 2104) of the text without blanks and full-width characters, its first eight
    bytes written in base 20 and cut to 60 bits. Text and number of one identifier give one
    pseudonym. Two of a million identifiers share one with a chance below one in a million; then
    nothing is given out.
    """
    position, distinct = pd.factorize(cells)
    texts = [_plain(value) for value in np.asarray(distinct, dtype=object)]
    made = np.array([*(_letters(text, key) for text in texts), ""], dtype=object)
    if len({*made}) < len({*texts}) + 1:
        raise ValueError("Two identifiers got one pseudonym: take a new key and begin again.")
    out = pd.Series(made[position], index=cells.index, dtype="str")
    return out.mask(position == -1)


def _plain(value: object) -> str:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    return "".join(unicodedata.normalize("NFKC", str(value)).split()).upper()


def _letters(text: str, key: bytes) -> str:
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    places = [number // len(_LETTERS) ** k % len(_LETTERS) for k in range(_LENGTH)]
    return "".join(_LETTERS[places])
