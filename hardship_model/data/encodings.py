"""How is a text file written: in UTF-8, UTF-16, or GB18030?"""

import codecs
import re
from pathlib import Path

from hardship_model.data.refusals import MappingError

_BLOCK_BYTES = 1 << 22
_UTF8_TEXT = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")


def encoding_of(path: Path, declared: str | None = None) -> str:
    """In which encoding is this text written? A BOM says it, else whoever declared it, else the
    bytes: UTF-8 or GB18030.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if declared is not None:
        return declared
    _refuse_binary(path)
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "gb18030"):
        _refuse_mixed(path)
        return "gb18030"
    raise MappingError(
        f"{path.name!r} is neither UTF-8 nor GB18030. Say `encoding` under [file] in the mapping."
    )


def _refuse_binary(path: Path) -> None:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            if b"\0" in block:
                raise MappingError(
                    f"{path.name!r} holds bytes of nought: it is no text, or UTF-16 without its"
                    " mark. Save it as CSV in UTF-8."
                )


def _refuse_mixed(path: Path) -> None:
    """Are some lines Chinese in UTF-8, though the file as a whole is not?"""
    with path.open("rb") as stream:
        n = sum(bool(_UTF8_TEXT.search(line)) and _is_utf8(line) for line in stream)
    if n:
        raise MappingError(
            f"{path.name!r} mixes encodings: {n} of its lines read as UTF-8, others do not. Save"
            " it in one, or say `encoding` under [file] in the mapping."
        )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
