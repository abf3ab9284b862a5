"""INDEC's files as they come: put in order, put together, and equal to the derived table."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bad_inputs import bomb

from hardship_model.data import surveys
from hardship_model.data.indec import read_indec
from hardship_model.data.panel import PanelError
from hardship_model.data.specification import MappingError

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
RAW, DERIVED = SHARED / "indec_raw", SHARED / "eph_2007_2015.parquet"
#: Columns that need no other quarter. `hid`, `visit` and `same_head` do.
COUNTS = [
    "REGION", "AGLOMERADO", "PONDERA", "II1", "II2", "II7", *(f"V{i}" for i in range(1, 19)),
    "V19_A", "V19_B", *(f"IV{i}" for i in (1, 2, 3, 4, 6, 7, 8, 11)), "n", "n_emp", "n_unemp",
    "n_adult", "n_child", "n_old", "n_formal", "n_informal", "n_self", "n_ins", "n_noins",
    "n_pubins", "head_sex", "head_age", "head_civ", "head_ed", "head_estado", "head_cat",
    "head_pp07h", "head_ch08", "y", "q", "t", "obs_inc",
]  # fmt: skip
AMOUNTS = [
    "ITF", "ae", "inc_lab", "inc_pens", "inc_sever", "inc_ui", "inc_subs", "inc_nonlab", "hours",
]  # fmt: skip
#: Divided by something: the derived file has them rounded to a hundredth of a peso (float32).
QUOTIENTS = ["IPCF", "eqinc"]

ADULTS = """\
CH04,CH06,adequi
1,-1,0.35
1,7,0.66
1,40,1.0
1,41,1.0
2,38,0.77
2,39,0.77
"""
HOUSEHOLD = {
    "CODUSU": "AB1", "NRO_HOGAR": "1", "ANO4": "2024", "TRIMESTRE": "4", "REGION": "1",
    "AGLOMERADO": "33", "PONDERA": "120", "ITF": "1000", "IPCF": "333,33", "PONDIH": "118",
    **{f"IV{i}": "1" for i in (1, 2, 3, 4, 6, 7, 8, 11)}, "II1": "3", "II2": "2", "II7": "1",
    **{f"V{i}": "2" for i in range(1, 19)}, "V19_A": "2", "V19_B": "2",
}  # fmt: skip
PERSON = {
    "CODUSU": "AB1", "NRO_HOGAR": "1", "COMPONENTE": "1", "ANO4": "2024", "TRIMESTRE": "4",
    "CH03": "1", "CH04": "1", "CH06": "40", "CH07": "2", "CH08": "1", "NIVEL_ED": "4",
    "ESTADO": "1", "CAT_OCUP": "3", "PP07H": "1", "PP3E_TOT": "45", "P21": "900",
    "V2_M": "0", "V3_M": "0", "V4_M": "0", "V5_M": "100", "T_VI": "100",
}  # fmt: skip
FAMILY = [
    PERSON,
    {**PERSON, "COMPONENTE": "2", "CH03": "2", "CH04": "2", "CH06": "38", "CH08": "4",
     "ESTADO": "2", "CAT_OCUP": "0", "PP07H": "0", "PP3E_TOT": "999", "P21": "-9",
     "V5_M": "0", "T_VI": "0"},
    {**PERSON, "COMPONENTE": "3", "CH03": "3", "CH06": "7", "CH08": "3", "ESTADO": "4",
     "CAT_OCUP": "0", "PP07H": "0", "PP3E_TOT": "0", "P21": "0", "V5_M": "0", "T_VI": "0"},
]  # fmt: skip


def text(rows, separator=";", *, lower=False):
    names = [name.lower() if lower else name for name in rows[0]]
    lines = [separator.join(names), *(separator.join(row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def split(row, column, parts):
    """The column in three parts, as from 2024Q4 on."""
    stem, _, ending = column.partition("_")
    rest = {k: v for k, v in row.items() if k != column}
    names = [f"{stem}_{i:02d}" + (f"_{ending}" if ending else "") for i in (1, 2, 3)]
    return {**rest, **dict(zip(names, parts, strict=True))}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "adulto_equivalente.csv").write_text(ADULTS)
    (tmp_path / "usu_hogar_T424.txt").write_text(text([HOUSEHOLD]))
    (tmp_path / "usu_individual_T424.txt").write_text(text(FAMILY))
    return tmp_path


def test_a_family_is_added_up_from_its_members(folder):
    [row] = read_indec(folder).to_dict("records")

    assert (row["n"], row["n_adult"], row["n_child"], row["n_old"]) == (3, 2, 1, 0)
    assert (row["n_emp"], row["n_unemp"], row["n_formal"], row["n_self"]) == (1, 1, 1, 0)
    assert (row["n_ins"], row["n_noins"], row["n_pubins"]) == (1, 1, 1)
    assert (row["inc_lab"], row["inc_subs"], row["hours"]) == (900, 100, 45)  # -9 and 999 are codes
    assert row["ae"] == pytest.approx(1.0 + 0.77 + 0.66)
    assert row["eqinc"] == pytest.approx(1000 / 2.43)
    assert row["IPCF"] == 333.33  # a decimal comma
    assert (row["head_sex"], row["head_age"], row["obs_inc"]) == (1, 40, 1)
    assert (row["y"], row["q"], row["t"], row["visit"], row["same_head"]) == (2024, 4, 8100, 0, 1)


def test_a_zip_file_that_would_fill_the_memory_is_not_opened(folder, monkeypatch):
    bomb(folder / "EPH_usu_1_Trim_2025_txt.zip")
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))

    with pytest.raises(MappingError, match=r"'EPH_usu_1_Trim_2025_txt.zip' .* times its size"):
        read_indec(folder)


@pytest.mark.parametrize("how", ["commas", "quoted, lower case", "zipped", "byte order mark"])
def test_how_a_file_is_written_makes_no_difference(folder, tmp_path_factory, how):
    other = tmp_path_factory.mktemp("other")
    (other / "adequi.TXT").write_text(ADULTS.replace(",", ";").replace(".", ","))
    home = {**HOUSEHOLD, "IPCF": "333.33"}
    if how == "commas":
        files = {"Hogar_t424.csv": text([home], ","), "Individual_t424.csv": text(FAMILY, ",")}
    elif how == "quoted, lower case":
        quoted = [{k: f'"{v}"' for k, v in row.items()} for row in (home, *FAMILY)]
        files = {"h.txt": text(quoted[:1], lower=True), "p.txt": text(quoted[1:], lower=True)}
    else:
        files = {"hogar.txt": text([HOUSEHOLD]), "individual.txt": text(FAMILY)}
    if how == "zipped":
        with zipfile.ZipFile(other / "EPH_usu_4_Trim_2024_txt.zip", "w") as packed:
            for name, content in files.items():
                packed.writestr(f"EPH/{name}", content)
            packed.writestr("readme.pdf", "no table")
    else:
        mark = "\ufeff" if how == "byte order mark" else ""
        for name, content in files.items():
            (other / name).write_text(mark + content, encoding="utf-8")

    pd.testing.assert_frame_equal(read_indec(other), read_indec(folder))


def test_questions_that_came_in_parts_are_put_together_and_told(folder):
    home = split(split(HOUSEHOLD, "V5", ["2", "1", "2"]), "V11", ["2", "2", "2"])
    people = [split(row, "V5_M", ["60", "40", "-9"]) for row in FAMILY[:1]]
    people += [split(row, "V5_M", ["0", "0", "0"]) for row in FAMILY[1:]]
    (folder / "usu_hogar_T424.txt").write_text(text([home]))
    (folder / "usu_individual_T424.txt").write_text(text(people))
    said = []

    [row] = read_indec(folder, say=said.append).to_dict("records")

    assert (row["V5"], row["V11"], row["inc_subs"]) == (1, 2, 100)
    assert any("V5 put together from V5_01, V5_02, V5_03" in line for line in said)


def test_visits_and_heads_are_followed_across_quarters(folder):
    def later(quarter, **head):
        when = {"ANO4": "2025", "TRIMESTRE": quarter}
        (folder / f"h{quarter}.txt").write_text(text([{**HOUSEHOLD, **when}]))
        people = [{**row, **when} for row in FAMILY]
        people[0] |= head
        (folder / f"p{quarter}.txt").write_text(text(people))

    later("1", CH06="41")
    later("4", CH04="2", CH06="39")

    rows = read_indec(folder)

    assert rows["visit"].tolist() == [0, 1, 4]
    assert rows["same_head"].tolist() == [1, 1, 0]
    assert rows["hid"].tolist() == [0, 0, 0]


def test_the_official_line_is_the_mean_of_the_quarters_months_in_the_region(folder):
    regions = "gran_buenos_aires,cuyo,noreste,noroeste,pampeana,patagonia"
    months = [f"2024-{m:02d}-01,{m * 100},1,1,1,1,1" for m in range(7, 13)]
    (folder / "cbt_2025-06.csv").write_text("\n".join([f"indice_tiempo,{regions}", *months]))

    [row] = read_indec(folder).to_dict("records")

    assert row["cbt"] == 1100
    assert np.isnan(row["cba"])


def test_a_quarter_with_one_file_of_two_is_refused(folder):
    (folder / "usu_individual_T424.txt").unlink()

    with pytest.raises(PanelError, match="2024Q4: of the household and the person file only one"):
        read_indec(folder)


def test_the_same_quarter_twice_is_refused(folder):
    (folder / "again.txt").write_text(text([HOUSEHOLD]))

    with pytest.raises(PanelError, match="are both of 2024Q4; keep one"):
        read_indec(folder)


def test_a_lost_column_and_a_folder_without_the_scale_are_named(folder):
    (folder / "usu_hogar_T424.txt").write_text(
        text([{k: v for k, v in HOUSEHOLD.items() if k != "IV8"}])
    )
    with pytest.raises(PanelError, match=r"'usu_hogar_T424\.txt' lacks the columns IV8"):
        read_indec(folder)
    (folder / "adulto_equivalente.csv").unlink()
    with pytest.raises(PanelError, match="no table of adult equivalents"):
        read_indec(folder)


@pytest.fixture(scope="module")
def rebuilt():
    if not RAW.is_dir():
        pytest.skip("needs ../shared/data/indec_raw, which is not part of the clone")
    return read_indec(RAW)


def test_every_derived_row_of_seven_quarters_is_found_among_the_rebuilt_ones(rebuilt):
    if not DERIVED.is_file():
        pytest.skip("needs ../shared/data/eph_2007_2015.parquet, which is not part of the clone")
    derived = pd.read_parquet(DERIVED)
    derived = derived[derived["t"].between(rebuilt["t"].min(), rebuilt["t"].max())]
    keys = [*COUNTS, *AMOUNTS]
    ours, theirs = (
        table[[*keys, *QUOTIENTS]].astype("float64").round(dict.fromkeys(AMOUNTS, 2))
        for table in (rebuilt, derived)
    )

    found = theirs.merge(ours.drop_duplicates(keys), on=keys, how="left", suffixes=("", "_ours"))

    assert len(derived) == 115_699
    for name in QUOTIENTS:
        assert found[f"{name}_ours"].notna().all(), "rows that are not among the rebuilt ones"
        ours = found[f"{name}_ours"]
        np.testing.assert_allclose(found[name], ours, atol=0.0101, rtol=1e-7, err_msg=name)


def test_the_rebuilt_table_is_what_the_mapping_reads(rebuilt, tmp_path):
    for path in RAW.iterdir():
        if any(part in path.name for part in ("2012T1", "2012T2", "adulto")):
            (tmp_path / path.name).symlink_to(path.resolve())

    with pytest.warns(UserWarning, match="moves with each period's median"):
        panel = surveys.indec(tmp_path)

    assert len(panel.months) == 2
    assert panel.rows["income"].notna().all()
    # 22 to 32 in a hundred are below 60 % of the median, as in the derived file
    assert 0.22 < panel.rows["in_hardship"].astype(float).mean() < 0.32
