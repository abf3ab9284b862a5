"""What the pages of docs/ show as code runs, and what they show as mappings reads a file."""

import re
import tomllib

import pandas as pd
import pytest
from housekeeping import ROOT

from hardship_model.data.mapping import parse, read_panel


def blocks(page, language):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def test_the_code_on_how_to_extend_runs_from_top_to_bottom(capsys):
    code = "\n".join(blocks("EXTENDING.md", "python"))

    exec(compile(code, "EXTENDING.md", "exec"), {"__name__": "__main__"})

    printed = capsys.readouterr().out
    assert "with_doctor" in printed
    assert "burden_now" in printed


WAVES = pd.DataFrame(
    {
        "fid": [1, 2, 3, 1, 2, 3],
        "year": [2014, 2014, 2014, 2016, 2016, 2016],
        "fincome": [24_000, 60_000, -8, 9_000, 66_000, 30_000],
        "familysize": [2, 3, 1, 3, 3, 1],
        "med": [500, -1, 900, 4_000, 800, 300],
        "urban": [0, 1, 1, 0, 1, -2],
        "fswt": [1.5, 0.5, 1.0, 1.5, 0.5, 1.0],
    }
)


def test_the_cfps_like_mapping_reads_its_kind_of_file(tmp_path):
    mapping = parse(tomllib.loads(blocks("OWN_PANEL.md", "toml")[0]))
    WAVES.to_stata(tmp_path / "waves.dta", write_index=False)

    rows = read_panel(mapping, tmp_path / "waves.dta").rows.set_index(["household_id", "month"])

    december = 2014 * 12 + 11
    assert rows.loc[(1, december), "income"] == pytest.approx(1000)
    assert pd.isna(rows.loc[(3, december), "income"])
    assert rows["poverty_line"].unique() == pytest.approx([0.6 * (1000 + 60_000 / 36) / 2])
    assert bool(rows.loc[(1, december + 24), "in_hardship"])


def test_the_code_on_a_survey_of_ones_own_runs_on_such_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_survey.toml").write_text(blocks("OWN_PANEL.md", "toml")[0], encoding="utf-8")
    WAVES.to_stata("waves.dta", write_index=False)
    known = {}

    exec(compile("\n".join(blocks("OWN_PANEL.md", "python")), "OWN_PANEL.md", "exec"), known)

    assert known["counts"]["n"].to_dict() == {"rural": 1, "urban": 1}


ROTATING = """dwelling;y;q;answered;income;adult_equivalents;basket;n_at_work;cover;w
7;2023;1;1;90000,5;2,5;40000;1;1;310
7;2023;2;1;s/d;2,5;46000;0;2;305
8;2023;1;0;1;1,0;40000;1;1;100
9;2023;1;1;200000;3;40000;9999999;2;150
"""


def test_the_rotating_mapping_reads_its_kind_of_file(tmp_path):
    mapping = parse(tomllib.loads(blocks("OWN_PANEL.md", "toml")[1]))
    (tmp_path / "visits.csv").write_text(ROTATING, encoding="utf-8")

    rows = read_panel(mapping, tmp_path / "visits.csv").rows

    assert rows["household_id"].tolist() == [7, 7, 9]
    assert rows["income"].round(1).tolist()[::2] == [36000.2, 66666.7]
    assert rows["in_hardship"].tolist()[::2] == [True, False]
    assert rows["in_hardship"].isna().tolist() == [False, True, False]
    assert rows["health_cover"].astype(object).tolist() == [True, False, False]
    assert rows["at_work"].isna().tolist() == [False, False, True]


def test_the_table_of_what_models_attain_in_the_town_says_what_its_files_say():
    page = (ROOT / "docs" / "MODELS.md").read_text(encoding="utf-8")
    names = {"logistic, monotone": "monotone_logistic"}
    table = page.split("| rule in force; ceiling |")[1].split("\n\n")[0].splitlines()[1:]
    for line in table:
        model, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        name = names.get(model, model.replace(" ", "_"))
        stored = [
            "{:.0f} % ({:.0f}–{:.0f})".format(*(100 * shares.loc[(name, metric)]))
            for shares in map(shares_of_the_attainable, (6, 12))
            for metric in ("AUROC", "average precision", "recall at 10 %")
        ]
        assert cells == stored, model


def shares_of_the_attainable(months):
    stored = pd.read_csv(ROOT / f"benchmarks/town/falls_in_{months}_months_shares.csv")
    return stored.set_index(["model", "metric"])[["share", "share_low", "share_high"]]


def test_a_word_has_one_place_in_the_glossary():
    page = (ROOT / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| ([^|]+) \|", page, flags=re.M)
    heads = {"term", "tag"}

    assert sorted({term for term in terms if terms.count(term) > 1} - heads) == []
