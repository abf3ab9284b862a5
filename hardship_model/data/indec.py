"""INDEC's own files of Argentina's household survey, as a user downloads them, as one table."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.data.files import refuse_bomb
from hardship_model.data.panel import PanelError

KEYS = ["CODUSU", "NRO_HOGAR"]
_WHEN = ["ANO4", "TRIMESTRE"]
_ANSWERS = [*(f"V{i}" for i in range(1, 19)), "V19_A", "V19_B"]
_DWELLING = ["IV1", "IV2", "IV3", "IV4", "IV6", "IV7", "IV8", "IV11", "II1", "II2", "II7"]
_OF_HOUSEHOLD = ["REGION", "AGLOMERADO", "PONDERA", "PONDIH", "ITF", "IPCF", *_DWELLING, *_ANSWERS]
#: Amounts of persons that add up to a household's; negative codes mean "not answered".
_SUMS = {
    "inc_lab": "P21", "inc_pens": "V2_M", "inc_sever": "V3_M", "inc_ui": "V4_M",
    "inc_subs": "V5_M", "inc_nonlab": "T_VI",
}  # fmt: skip
_HEAD = {
    "head_sex": "CH04", "head_age": "CH06", "head_civ": "CH07", "head_ed": "NIVEL_ED",
    "head_estado": "ESTADO", "head_cat": "CAT_OCUP", "head_pp07h": "PP07H", "head_ch08": "CH08",
}  # fmt: skip
_OF_PERSON = [*_SUMS.values(), *_HEAD.values(), "CH03", "PP3E_TOT"]
#: Weekly hours above this are codes, not hours.
_MOST_HOURS = 900
#: Health cover (CH08): social security or private, alone or together; a public plan; none.
_COVERED, _PUBLIC_PLAN, _NOT_COVERED = (1, 2, 12, 13, 23, 123), 3, 4
#: The basket files' columns by INDEC's code of the region.
_REGIONS = {
    1: "gran_buenos_aires", 40: "noroeste", 41: "noreste", 42: "cuyo", 43: "pampeana",
    44: "patagonia",
}  # fmt: skip
#: The same head: same sex, and an age that has moved by this much since the first visit
#: (derived: the bounds that the derived file's own flag keeps to).
_LEAST_AGEING, _MOST_AGEING = -2, 4


@dataclass(frozen=True, kw_only=True)
class _File:
    """One table inside the folder, packed or not: its name, its bytes, what its header says."""

    name: str
    content: bytes
    separator: str
    #: Column names as they stand, by their capitals.
    header: Mapping[str, str]


def read_indec(
    folder: str | Path, *, say: Callable[[str], None] = lambda line: None
) -> pd.DataFrame:
    """INDEC's household and person files of any quarters, as one table for the mapping `eph`.

    `folder` holds the files as they were downloaded: zipped or not, whatever they are called;
    what a file is, its header tells. Needed are, for every quarter, the household and the person
    file, and the table of adult equivalents (`CH04, CH06, adequi`); baskets (`cba…`, `cbt…`) are
    used where they are. `say` hears one line per file and per thing that was put right.

    Returns
    -------
    one row per household and quarter with an interview, with the columns of the derived file
    (see `data/mappings/eph.toml`), sorted by household and quarter. `hid` numbers the households
    of this folder; `visit` and `same_head` are counted from a household's first quarter *in this
    folder*: read a year more than you need. `cba` and `cbt` are pesos a month per adult
    equivalent, the mean of the quarter's months in the region; missing before 2016Q2.
    Raises PanelError when a quarter lacks one of its two files, or a needed column, and
    MappingError for a zip file that would fill the memory (`files.refuse_bomb`).

    """
    files = list(_files(Path(folder)))
    adults = [f for f in files if {"CH04", "CH06", "ADEQUI"} <= set(f.header)]
    if not adults:
        raise PanelError(
            "The folder holds no table of adult equivalents (columns CH04, CH06, adequi);"
            " INDEC's own table as CSV is needed beside the survey's files."
        )
    scale = _table(adults[0], ["CH04", "CH06", "ADEQUI"], say)
    households = _quarters([f for f in files if _is_survey(f) and "COMPONENTE" not in f.header])
    persons = _quarters([f for f in files if _is_survey(f) and "COMPONENTE" in f.header])
    alone = sorted(set(households) ^ set(persons))
    if alone or not households:
        named = ", ".join(f"{year}Q{quarter}" for year, quarter in alone) or "every quarter"
        raise PanelError(
            f"{named}: of the household and the person file only one is there; both are needed."
        )
    rows = [
        _quarter(households[when], persons[when], scale, when=when, say=say)
        for when in sorted(households)
    ]
    return _with_baskets(_with_visits(pd.concat(rows, ignore_index=True)), files, say)


def _is_survey(file: _File) -> bool:
    return {*KEYS, *_WHEN} <= set(file.header)


def _files(folder: Path) -> Iterator[_File]:
    """Every table in the folder, those inside zip files included."""
    if not folder.is_dir():
        raise PanelError(f"There is no folder {folder.name!r} with INDEC's files.")
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as packed:
                refuse_bomb(path, packed)
                for member in packed.infolist():
                    yield from _file(member.filename, packed.read(member))
        elif path.is_file():
            yield from _file(path.name, path.read_bytes())


def _file(name: str, content: bytes) -> Iterator[_File]:
    if Path(name).suffix.lower() not in (".csv", ".txt"):
        return
    first = content[: content.find(b"\n") + 1 or None].decode("latin-1").lstrip("ï»¿").strip()
    separator = max(";,\t", key=first.count)
    names = [name.strip().strip('"') for name in first.split(separator)]
    yield _File(
        name=Path(name).name, content=content, separator=separator,
        header={name.upper(): name for name in names},
    )  # fmt: skip


def _quarters(files: list[_File]) -> dict[tuple[int, int], _File]:
    """Which file is of which year and quarter? The first row tells."""
    found: dict[tuple[int, int], _File] = {}
    for file in files:
        first = _read(file, _WHEN, rows=1)
        when = int(first["ANO4"].iloc[0]), int(first["TRIMESTRE"].iloc[0])
        if when in found:
            raise PanelError(
                f"{found[when].name!r} and {file.name!r} are both of {when[0]}Q{when[1]};"
                " keep one of them."
            )
        found[when] = file
    return found


def _read(file: _File, columns: list[str], *, rows: int | None = None) -> pd.DataFrame:
    """These columns as text, under their capitals."""
    wanted = [file.header[column] for column in columns]
    table = pd.read_csv(
        BytesIO(file.content), sep=file.separator, dtype=str, encoding="latin-1", nrows=rows,
        usecols=lambda name: name.strip("ï»¿ ") in wanted, keep_default_na=False,
    )  # fmt: skip
    table.columns = [name.strip("ï»¿ ").upper() for name in table.columns]
    return table[columns]


def _table(
    file: _File, columns: list[str], say: Callable[[str], None], *, optional: tuple[str, ...] = ()
) -> pd.DataFrame:
    """These columns as numbers (keys as text); a column that came in parts is put together."""
    parts = {c: _parts(c, file.header) for c in columns if c not in file.header}
    lost = [c for c, found in parts.items() if not found and c not in optional]
    if lost:
        raise PanelError(f"{file.name!r} lacks the columns {', '.join(lost)}.")
    there = [c for c in columns if c in file.header]
    text = _read(file, [*there, *(p for found in parts.values() for p in found)])
    table = pd.DataFrame({c: text[c] if c in KEYS else _number(text[c]) for c in text})
    for column, found in parts.items():
        if found:
            say(f"{file.name}: {column} put together from {', '.join(found)}")
        table[column] = _together(table[found]) if found else np.nan
    return table[columns]


def _parts(column: str, header: Mapping[str, str]) -> list[str]:
    """Since 2024Q4 some questions are split: V5 into V5_01 …, V2_M into V2_01_M …"""
    stem, _, ending = column.partition("_")
    numbered = [f"{stem}_{i:02d}" + (f"_{ending}" if ending else "") for i in range(1, 10)]
    return [name for name in numbered if name in header]


def _together(parts: pd.DataFrame) -> pd.Series:
    """Amounts add up (codes below 0 say nothing); of yes (1) and no (2) one yes is a yes."""
    if parts.columns[0].endswith("_M"):
        return parts.clip(lower=0).sum(axis=1)
    return parts.min(axis=1).where((parts == 1).any(axis=1), parts.max(axis=1))


def _number(text: pd.Series) -> pd.Series:
    plain = text.str.strip().str.replace(",", ".", regex=False)
    return pd.to_numeric(plain, errors="coerce")


def _quarter(
    household_file: _File, person_file: _File, scale: pd.DataFrame, *, when: tuple[int, int],
    say: Callable[[str], None],
) -> pd.DataFrame:  # fmt: skip
    """One quarter, one row per household with an interview."""
    households = _table(household_file, [*KEYS, *_OF_HOUSEHOLD], say, optional=("PONDIH",))
    persons = _table(person_file, [*KEYS, *dict.fromkeys(_OF_PERSON)], say)
    of_person = _of_persons(persons, scale)
    both = households.merge(of_person, on=KEYS, how="inner", validate="one_to_one")
    say(
        f"{when[0]}Q{when[1]}: {len(households)} households in {household_file.name},"
        f" {len(persons)} persons in {person_file.name}, {len(both)} households with both"
    )
    both["eqinc"] = both["ITF"] / both["ae"]
    # Incomes that were not answered have no weight of their own (PONDIH), or a code below 0.
    both["obs_inc"] = ((both["PONDIH"] != 0) & (both["ITF"] >= 0)).astype(int)
    year, quarter = when
    return both.assign(y=year, q=quarter, t=4 * year + quarter)


def _of_persons(persons: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """What the members of a household add up to, and who its head is; one row per household."""
    age, sex = persons["CH06"].clip(lower=-1), persons["CH04"]
    equivalents = scale.set_index(["CH04", "CH06"])["ADEQUI"]
    oldest = equivalents.index.get_level_values("CH06").max()
    place = pd.MultiIndex.from_arrays([sex, age.clip(upper=oldest)])
    working, cover = persons["ESTADO"] == 1, persons["CH08"]
    wage_earner = working & (persons["CAT_OCUP"] == 3)
    hours = persons["PP3E_TOT"]
    each = pd.DataFrame({
        "ae": equivalents.reindex(place).to_numpy(),
        "n": 1, "n_adult": age.between(18, 64), "n_child": age < 15, "n_old": age >= 65,
        "n_emp": working, "n_unemp": persons["ESTADO"] == 2,
        "n_formal": wage_earner & (persons["PP07H"] == 1),
        "n_informal": wage_earner & (persons["PP07H"] == 2),
        "n_self": working & (persons["CAT_OCUP"] == 2),
        "n_ins": cover.isin(_COVERED), "n_pubins": cover == _PUBLIC_PLAN,
        "n_noins": cover == _NOT_COVERED,
        "hours": hours.where(hours.between(0, _MOST_HOURS), 0),
        **{name: persons[column].clip(lower=0).fillna(0) for name, column in _SUMS.items()},
    })  # fmt: skip
    keys = [persons[key] for key in KEYS]
    heads = persons[persons["CH03"] == 1].drop_duplicates(KEYS).set_index(KEYS)
    named = heads[[*_HEAD.values()]].set_axis([*_HEAD], axis=1)
    return each.groupby(keys).sum().join(named).reset_index()


def _with_visits(rows: pd.DataFrame) -> pd.DataFrame:
    """Serial numbers for the dwellings' households, and what changed since the first quarter."""
    rows = rows.sort_values([*KEYS, "t"], ignore_index=True)
    rows["hid"] = rows.groupby(KEYS, sort=True).ngroup()
    of_household = rows.groupby("hid")
    rows["visit"] = rows["t"] - of_household["t"].transform("first")
    ageing = rows["head_age"] - of_household["head_age"].transform("first")
    same = rows["head_sex"] == of_household["head_sex"].transform("first")
    rows["same_head"] = (same & ageing.between(_LEAST_AGEING, _MOST_AGEING)).astype(int)
    return rows.drop(columns=KEYS)


def _with_baskets(
    rows: pd.DataFrame, files: list[_File], say: Callable[[str], None]
) -> pd.DataFrame:
    """The official lines, `cba` (food) and `cbt` (all), of the region and quarter."""
    for line in ("cba", "cbt"):
        baskets = [f for f in files if f.name.lower().startswith(line)]
        rows[line] = np.nan
        if baskets:
            rows[line] = _basket(baskets[0], rows)
            say(
                f"{line}: {int(rows[line].notna().sum())} of {len(rows)} rows have an official line"
            )
    return rows


def _basket(file: _File, rows: pd.DataFrame) -> np.ndarray:
    months = _read(file, ["INDICE_TIEMPO", *(name.upper() for name in _REGIONS.values())])
    date = months["INDICE_TIEMPO"].str.split("-", expand=True).astype(int)
    by_region = months.drop(columns="INDICE_TIEMPO").apply(_number)
    by_region.columns = pd.Index(_REGIONS)
    quarter = 4 * date[0] + (date[1] + 2) // 3
    whole = quarter.map(quarter.value_counts()) == 3
    means = by_region[whole].groupby(quarter[whole]).mean()
    by_both = means.melt(ignore_index=False, var_name="REGION").set_index("REGION", append=True)
    asked = pd.MultiIndex.from_arrays([rows["t"], rows["REGION"]])
    return by_both["value"].reindex(asked).to_numpy()
