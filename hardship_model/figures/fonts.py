"""With which fonts is the language of the moment drawn?"""

from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

from matplotlib import font_manager

from hardship_model.language import language

_LATIN = "DejaVu Sans"
#: What an operating system may have, the most common first.
_OF_THE_SYSTEM = (
    "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
)  # fmt: skip


class FontError(ValueError):
    """Chinese cannot be drawn here: what to do."""


def families() -> list[str]:
    """The fonts of a picture, each for the signs that those before it lack.

    Raises FontError when Chinese is spoken and neither the extra `chinese` nor the system has a
    font for it.
    """
    return [_LATIN] if language() == "en" else [_LATIN, chinese()]


@cache
def chinese() -> str:
    """The family of a Chinese font: the one of the extra `chinese`, else one of the system's."""
    try:
        packed = files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
    except ModuleNotFoundError:
        return _of_the_system()
    there = font_manager.fontManager
    with as_file(packed) as path:
        there.addfont(path)
    # The extra has one weight: bold is measured by it, and whoever shows the picture thickens it.
    there.ttflist.append(replace(there.ttflist[-1], weight=700))
    return there.ttflist[-1].name


def _of_the_system() -> str:
    there = set(font_manager.get_font_names())
    for name in _OF_THE_SYSTEM:
        if name in there:
            return name
    raise FontError(
        "No font for Chinese is installed; pip install 'hardship-model[chinese]' brings one."
    )
