"""A raw extract becomes one that may be looked at; who is in it stays with whoever has the key."""

import hashlib
import hmac
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_people import identity_number
from typer.testing import CliRunner

from hardship_model.cli import app
from hardship_model.data.anonymise import anonymise, write_extract
from hardship_model.data.mapping import MappingError, parse, read_panel
from hardship_model.privacy import (
    IdentifierError,
    banded,
    hiding,
    identifiers,
    key_of,
    merged,
    pseudonyms,
    suppressed,
    top_coded,
)

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PLAN = {
    "drop": ["姓名", "电话"], "to_month": ["登记日期"], "band": {"年龄": [30, 45, 60]},
    "top": {"收入": 0.01}, "merge": ["县"], "known": ["县", "年龄", "人口"], "sensitive": "在册",
    "least": 5,
}  # fmt: skip


def described(**plan):
    return parse({
        "name": "office", "about": "one row per household and month", "currency": "yuan",
        "step_months": 1, "household": "证号", "period": {"month": "登记日期"},
        "income": {"column": "收入"}, "line": {"fixed": 800}, "anonymise": {**PLAN, **plan},
    })  # fmt: skip


def raw(n=400, *, seed=1, day="2021-03-15"):
    dice = np.random.default_rng(seed)
    person = np.random.default_rng(0)
    return pd.DataFrame({
        "证号": [identity_number(person) for _ in range(n)],
        "姓名": ["王伟"] * n, "电话": ["13912345678"] * n, "登记日期": [day] * n,
        "年龄": dice.integers(18, 90, n), "人口": dice.integers(1, 7, n),
        "县": dice.choice(["甲县", "乙县", "丙县", "小县"], n, p=[0.5, 0.3, 0.195, 0.005]),
        "收入": dice.lognormal(7.5, 0.8, n).round(2), "在册": dice.choice(["是", "否"], n),
    })  # fmt: skip


def written(tmp_path, table, name="raw.csv"):
    path = tmp_path / name
    table.to_csv(path, index=False)
    return path


def test_names_and_numbers_are_gone_and_the_same_mapping_reads_what_is_left(tmp_path):
    table, record = anonymise(described(), written(tmp_path, raw()), key=KEY)
    table.to_csv(tmp_path / "extract.csv", index=False)
    panel = read_panel(described(), tmp_path / "extract.csv")

    assert identifiers(table).empty
    assert not {"姓名", "电话"} & set(table)
    assert panel.rows["household_id"].nunique() == record["households"] - record["rows_dropped"]
    assert record["key"] not in KEY.decode()


@pytest.mark.parametrize("encoding", [None, "gb2312", "utf-16"])
def test_the_same_mapping_reads_what_is_left_however_it_says_that_files_are_stored(
    tmp_path, encoding
):
    said = replace(described().file, encoding=encoding, separator=";", decimal=",")
    mapping, path = replace(described(), file=said), tmp_path / "raw.csv"
    raw().to_csv(path, index=False, sep=";", decimal=",", encoding=encoding or "utf-8")

    table, _ = anonymise(mapping, path, key=KEY)
    write_extract(table, mapping, tmp_path / "extract.csv")

    read = read_panel(mapping, tmp_path / "extract.csv").rows["income"]
    assert read.sum() == pytest.approx(raw()["收入"].sum())


def test_a_mapping_that_could_not_read_what_is_written_is_refused_before(tmp_path):
    mapping = replace(described(), file=replace(described().file, format="excel"))
    raw().to_excel(tmp_path / "raw.xlsx", index=False)

    with pytest.raises(MappingError, match="could not read what is written"):
        anonymise(mapping, tmp_path / "raw.xlsx", key=KEY)


def test_the_same_key_links_two_extracts_and_another_key_links_nothing(tmp_path):
    first, later = written(tmp_path, raw()), written(tmp_path, raw(seed=2), "later.csv")
    ids = [set(anonymise(described(known=[]), path, key=key)[0]["证号"])
           for path, key in ((first, KEY), (later, KEY), (first, OTHER_KEY))]  # fmt: skip

    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]


def test_a_pseudonym_is_the_head_of_an_hmac_of_the_text_in_base_twenty():
    number = int(hmac.new(KEY, b"450102X", hashlib.sha256).hexdigest()[:16], 16)

    one, same, wide, none = pseudonyms(
        pd.Series(["450102x", " 450 102X ", "４５０１０２Ｘ", None]), KEY
    )
    digits = ["bcdfghjklmnpqrstvwxz".index(letter) for letter in one]

    assert one == same == wide
    assert pd.isna(none)
    assert sum(digit * 20**place for place, digit in enumerate(digits)) == number % 20**14


def test_an_identifier_in_a_column_that_the_plan_forgets_stops_everything(tmp_path):
    table = raw()
    table.loc[7, "在册"] = "联系13800138000"

    with pytest.raises(IdentifierError, match="'在册': mobile number in 1 of 400"):
        anonymise(described(), written(tmp_path, table), key=KEY)


def test_a_column_that_nobody_names_does_not_come_along_and_the_record_says_so(tmp_path):
    path = written(tmp_path, raw().assign(备注="丈夫去年在化肥厂出了事"))

    table, record = anonymise(described(), path, key=KEY)

    assert "备注" not in table
    assert {"step": "not named", "column": "备注", "cells": 400} in record["steps"]


@pytest.mark.parametrize("seed", range(3))
def test_whoever_knows_a_household_of_one_month_finds_it_no_more_often_than_is_reported(
    tmp_path, seed
):
    before = raw(2000, seed=seed)
    table, record = anonymise(described(), written(tmp_path, before), key=KEY)
    known = before.assign(年龄=banded(before["年龄"], [30, 45, 60]).astype(str))
    known["县"] = merged(before["县"], before["证号"], least=5)
    ids = pseudonyms(before["证号"], KEY)

    def candidates(i):
        """Every row that does not speak against what is known of this household."""
        fits = np.ones(len(table), dtype=bool)
        for name in PLAN["known"]:
            said = table[name].astype(object)
            fits &= (said.isna() | (said.astype(str) == str(known.loc[i, name]))).to_numpy()
        return table.index[fits]

    dice, hits = np.random.default_rng(seed), 0
    tried = dice.choice(len(before), 200, replace=False)
    for i in tried:
        found = candidates(i)
        hits += len(found) > 0 and table.loc[dice.choice(found), "证号"] == ids[i]
    after = record["after"]
    assert after["k"] >= 5
    assert after["highest_risk"] <= 1 / 5
    assert record["before"]["alone"] > 0
    assert hits / len(tried) <= after["mean_risk"] + 3 * np.sqrt(after["mean_risk"] / len(tried))


def test_a_small_group_loses_what_tells_it_apart_and_a_large_one_nothing():
    table = pd.DataFrame({"m": [1] * 7, "age": [1] * 5 + [2, 3], "place": ["a"] * 7})

    out, lost, dropped = suppressed(table, ["age", "place"], within=["m"], least=2)

    assert out["age"].tolist()[:5] == [1] * 5
    assert lost == {"age": 2, "place": 0}
    assert dropped == 0
    assert hiding(out, ["m", "age", "place"], "age").k == 2


def test_hiding_counts_as_brute_force_does():
    dice = np.random.default_rng(3)
    table = pd.DataFrame(dice.integers(0, 3, (60, 3)), columns=["a", "b", "s"])
    sizes, kinds = [], []
    for _, row in table.iterrows():
        same = table[(table["a"] == row["a"]) & (table["b"] == row["b"])]
        sizes.append(len(same))
        kinds.append(same["s"].nunique())

    told = hiding(table, ["a", "b"], "s")

    assert (told.k, told.l_diversity, told.alone) == (min(sizes), min(kinds), sizes.count(1))
    assert told.mean_risk == pytest.approx(np.mean([1 / size for size in sizes]))


def test_words_for_no_answer_and_full_width_digits_are_read_as_the_mapping_reads_them(tmp_path):
    clean, messy = raw(), raw().astype({"收入": object, "人口": object})
    clean.loc[::7, "收入"] = np.nan
    messy.loc[::7, "收入"] = "不详"
    messy.loc[::3, "人口"] = messy.loc[::3, "人口"].map(lambda n: "０１２３４５６"[n])
    mapping = replace(described(), file=replace(described().file, missing=("不详",)))

    (of_clean, told_clean), (of_messy, told_messy) = (
        anonymise(mapping, written(tmp_path, table), key=KEY) for table in (clean, messy)
    )

    assert told_messy == told_clean
    pd.testing.assert_frame_equal(of_messy, of_clean, check_dtype=False)


def test_top_coding_keeps_the_sum_and_hides_the_richest():
    incomes = pd.Series([1.0] * 98 + [500.0, 700.0])
    coded, line = top_coded(incomes, 0.02)

    assert coded.sum() == incomes.sum()
    assert coded.max() == 600
    assert line < 500


def test_a_mapping_without_a_plan_or_with_a_strange_column_is_refused(tmp_path):
    path = written(tmp_path, raw())

    with pytest.raises(MappingError, match="lacks"):
        anonymise(described(drop=["出生地"]), path, key=KEY)
    with pytest.raises(MappingError, match="of 2 or more"):
        described(least=1)


def test_a_new_key_is_not_there_when_nothing_was_made_with_it_and_an_old_one_stays(tmp_path):
    new, old = tmp_path / "keys" / "new", tmp_path / "old"
    old.write_bytes(KEY)
    for path in (new, old):
        with pytest.raises(MappingError), key_of(path):
            raise MappingError("refused")

    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert old.read_bytes() == KEY


def test_a_key_that_the_disk_has_no_room_for_is_not_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(OSError, match="No space"), key_of(tmp_path / "key"):
        pass

    assert list(tmp_path.iterdir()) == []


def test_a_key_that_somebody_else_made_meanwhile_is_not_written_over(tmp_path):
    path = tmp_path / "key"
    with pytest.raises(FileExistsError), key_of(path):
        path.write_bytes(OTHER_KEY)

    assert path.read_bytes() == OTHER_KEY


def test_the_command_writes_extract_and_record_and_the_key_only_where_it_was_told(tmp_path):
    path = written(tmp_path, raw())
    mapping = tmp_path / "office.toml"
    mapping.write_text(
        'name = "office"\nabout = "rows"\ncurrency = "yuan"\nstep_months = 1\nhousehold = "证号"\n'
        '[period]\nmonth = "登记日期"\n[income]\ncolumn = "收入"\n[line]\nfixed = 800\n'
        '[anonymise]\ndrop = ["姓名", "电话"]\nto_month = ["登记日期"]\n',
        encoding="utf-8",
    )
    how = ["anonymise", str(path), "--mapping", str(mapping), "--key-file", str(tmp_path / "k"),
           "--out", str(tmp_path / "out")]  # fmt: skip
    done = CliRunner().invoke(app, how)

    key = (tmp_path / "k").read_text().strip()
    record = json.loads((tmp_path / "out" / "anonymised.json").read_text(encoding="utf-8"))
    assert done.exit_code == 0
    assert len(key) == 64
    assert (tmp_path / "k").stat().st_mode & 0o077 == 0
    assert record["rows"] == 400
    assert all(key not in file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir())
