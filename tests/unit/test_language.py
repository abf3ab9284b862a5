"""Two languages: every sentence has its Chinese, and nothing on a Chinese page is left behind."""

import ast
import re
import string
import tomllib
import warnings
from functools import cache
from pathlib import Path

import made_up_results as made_up
import made_up_screen
import matplotlib as mpl
import pandas as pd
import pytest
from housekeeping import ROOT
from latin import latin_left
from matplotlib import font_manager

from hardship_model import figures, language, report, screen_study, study
from hardship_model.figures import fonts, words
from hardship_model.language import UntranslatedError, named, say, speaking
from hardship_model.report.markup import table
from hardship_model.screening.assumed import assumptions

CONFIGS = ROOT / "configs"
RUNS = {
    "run": (made_up.results, study.write_results, "rwm5yr.toml"),
    "towns": (made_up_screen.towns, screen_study.write_results, "screen.toml"),
    "panel": (made_up_screen.over_a_panel, screen_study.write_results, "screen_rwm5yr.toml"),
}


@cache
def code():
    """Every module of the package as a tree."""
    paths = sorted((ROOT / "hardship_model").rglob("*.py"))
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


def texts():
    """Every text that stands in the code."""
    return {
        node.value
        for tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def said():
    """Every sentence that stands in a call of `say`, in modules that speak."""
    for tree in code():
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        if not any(alias.name in ("say", "language") for one in imports for alias in one.names):
            continue
        for node in ast.walk(tree):
            called = getattr(node, "func", None)
            if "say" in (getattr(called, "id", ""), getattr(called, "attr", "")):
                sentence = node.args[0]
                if isinstance(sentence, ast.Constant):
                    yield sentence.value


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of each kind of run, as the command line writes it."""
    made = {}
    for kind, (results, write, config) in RUNS.items():
        made[kind] = tmp_path_factory.mktemp(kind)
        write(results(), CONFIGS / config, made[kind])
    return made


@pytest.fixture(scope="module")
def chinese(folders):
    """Every page of each kind of run, with a sign that has no glyph taken as an error."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        return {
            kind: report.in_language(folder, "zh", strict=True) for kind, folder in folders.items()
        }


# The catalogue


def test_every_sentence_in_the_code_has_its_chinese():
    told = set(said())

    assert sorted(told - set(language.sentences("zh"))) == []
    assert len(told) > 200


def test_no_entry_stands_for_a_sentence_that_nobody_says():
    assert sorted(set(language.sentences("zh")) - texts()) == []


def test_a_sentence_stands_once():
    rooms = tomllib.loads(
        (ROOT / "hardship_model" / "language" / "zh.toml").read_text(encoding="utf-8")
    )
    stands = [english for title, room in rooms.items() if title != "names" for english in room]

    assert len(stands) == len(set(stands)) == len(language.sentences("zh"))


@pytest.mark.parametrize("english", language.sentences("zh"))
def test_the_chinese_has_the_places_of_the_english_and_chinese_punctuation(english):
    chinese = language.sentences("zh")[english]

    def places(text):
        return {place for _, place, *_ in string.Formatter().parse(text) if place is not None}

    assert places(chinese) == places(english)
    bare = re.sub(r"\{.*?\}|[\w./]+\.(md|csv|toml|html)", "", chinese)
    assert not re.search(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]", bare)
    assert not re.search(r"[一-鿿] [一-鿿]", bare)


def test_no_name_is_translated_that_nobody_bears():
    names = texts() | {one.unit for one in assumptions(screen_study.ScreenStudy.first_month)}
    for path in [*CONFIGS.glob("*.toml"), *(ROOT / "hardship_model" / "data").rglob("*.toml"),
                 *(ROOT / "hardship_model" / "parameters").glob("*.toml")]:  # fmt: skip
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"[\w.]+", text)) | set(re.findall(r'"([^"\n]+)"', text))
    borne = names | {name.replace("_", " ") for name in names}

    idle = {
        f"{kind}: {name}"
        for kind, of in language.names("zh").items()
        for name in of
        if name not in borne
    }
    assert idle == set()


def test_a_sentence_without_an_entry_stays_english_and_is_marked_or_is_an_error():
    from hardship_model.report.markup import paragraph

    with speaking("zh"):
        assert paragraph(say("Nobody has said this.")) == '<p lang="en">Nobody has said this.</p>'
        assert paragraph(say("Nothing.")) == "<p>无。</p>"
    with speaking("zh", strict=True), pytest.raises(UntranslatedError):
        say("Nobody has said this.")
    assert language.language() == "en"


def test_names_of_ones_own_stay_as_they_are_unless_ones_own_mapping_names_them():
    with speaking("zh", own={"values": {"region: 1": "沿海"}, "groups": {"region": "地区"}}):
        assert words.strategy("few_good_leads") == "few good leads"
        assert words.group("region", "1") == "地区：沿海"
        assert words.group("region", "2") == "地区：2"
        assert named("models", "boosting") == "梯度提升"


def test_an_unknown_language_is_refused_by_its_name():
    with pytest.raises(ValueError, match="en, zh; got 'fr'"), speaking("fr"):
        pass


# The pages


def test_an_answer_that_begins_like_none_is_no_number():
    with speaking("zh"):
        answers = table(pd.DataFrame({"answer": ["无法判断", "是"]}))
        numbers = table(pd.DataFrame({"value": ["无", "0.5"]}))

    assert 'class="number"' not in answers
    assert 'class="number"' in numbers


@pytest.mark.parametrize("kind", RUNS)
def test_no_latin_word_is_left_on_a_chinese_page(chinese, folders, kind):
    columns = report.read_results(folders[kind]).data.get("columns", [])
    own = {part for one in columns for part in one["name"].split("_")} | {"income"}

    for name, page in chinese[kind].items():
        assert latin_left(page) - own == set(), name


@pytest.mark.parametrize("kind", RUNS)
def test_every_sign_of_a_chinese_page_is_in_the_fonts(chinese, kind):
    ttlib = pytest.importorskip("fontTools.ttLib")
    with speaking("zh"):
        paths = [font_manager.findfont(family) for family in fonts.families()]
    there = set().union(*(ttlib.TTFont(path).getBestCmap() for path in paths))

    for name, page in chinese[kind].items():
        assert {sign for sign in page if ord(sign) not in there and sign != "\n"} == set(), name


def test_a_chinese_page_says_so_and_is_the_same_twice(folders, chinese):
    page = chinese["panel"]["report.zh.html"]

    assert '<html lang="zh-CN">' in page
    assert page == report.in_language(folders["panel"], "zh")["report.zh.html"]


def test_the_english_page_from_the_folder_is_the_one_that_the_run_writes(folders, tmp_path):
    results = report.read_results(folders["panel"])
    figures.write_all(results, tmp_path, formats=("svg",))

    assert report.in_language(folders["panel"], "en") == report.pages(results, tmp_path)


def test_the_readers_settings_and_the_english_pictures_know_nothing_of_chinese(chinese):
    drawn = figures.draw_moves(made_up.transitions())

    families = {name for text in drawn.findobj(mpl.text.Text) for name in text.get_fontfamily()}
    assert families == {"DejaVu Sans"}


def test_without_the_extra_a_font_of_the_system_is_taken_or_the_way_out_is_named(monkeypatch):
    def nowhere(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(fonts, "files", nowhere)
    monkeypatch.setattr(fonts.font_manager, "get_font_names", lambda: ["Arial", "SimHei"])
    assert fonts.chinese.__wrapped__() == "SimHei"

    monkeypatch.setattr(fonts.font_manager, "get_font_names", lambda: ["Arial"])
    with pytest.raises(fonts.FontError, match=r"pip install 'hardship-model\[chinese\]'"):
        fonts.chinese.__wrapped__()


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(study.ConfigError, match="holds no run"):
        report.read_results(tmp_path)


def test_what_an_earlier_version_wrote_is_refused_with_what_to_do(folders, tmp_path):
    for name in ("config.toml", "comparison.csv", "versions.json"):
        (tmp_path / name).write_bytes(Path(folders["towns"] / name).read_bytes())

    with pytest.raises(study.ConfigError, match=r"data\.json is missing.*run it again"):
        report.read_results(tmp_path)
