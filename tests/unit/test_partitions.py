"""A panel in parts: what was written is read, and a folder that is not whole is refused."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from feature_panels import random_panel
from typer.testing import CliRunner

from hardship_model.cli import app
from hardship_model.data.mapping import MappingError, load_mapping, read_in_parts
from hardship_model.data.panel import PanelError, build
from hardship_model.data.partitions import (
    MARK,
    cut,
    open_partitions,
    write_partitions,
)
from hardship_model.data.population import Config, read_records, read_truth, write_town
from hardship_model.features import write_features
from hardship_model.files import OutputError


@pytest.fixture
def panel():
    return random_panel(2, n_households=10)


def written(panel, tmp_path, *, households=4):
    return write_partitions(cut(panel, households=households), tmp_path / "parts")


def with_change(folder, change):
    """The folder after `change` has seen what its mark says, as a dictionary."""
    told = json.loads((folder / MARK).read_text(encoding="utf-8"))
    change(told)
    (folder / MARK).write_text(json.dumps(told), encoding="utf-8")


def test_the_parts_together_are_the_panel(panel, tmp_path):
    parts = [part.read() for part in written(panel, tmp_path)]

    assert [len(part.households) for part in parts] == [4, 4, 2]
    assert [h for part in parts for h in part.households] == list(panel.households)
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(rows, panel.rows)
    for part in parts:
        assert (part.months == panel.months).all()
        assert replace(part, rows=panel.rows, span=None).columns == panel.columns


def test_folders_may_be_named_by_a_text(panel, tmp_path):
    parts = write_partitions(cut(panel, households=4), str(tmp_path / "parts"))
    rows = write_features(parts, str(tmp_path / "features"), as_of=[int(panel.months[-1])])
    town = write_town(Config(n_households=20), str(tmp_path / "town"))

    assert rows == len(panel.households)
    assert len(read_records(str(town))) <= len(read_truth(str(town)))


def test_a_part_knows_the_months_of_the_whole_also_when_its_households_came_late(panel, tmp_path):
    first = panel.households[0]
    late = panel.rows["month"] > panel.months[10]
    rows = panel.rows[late | (panel.rows["household_id"] == first)]
    other = panel.with_rows(rows.reset_index(drop=True))

    parts = list(written(other, tmp_path, households=1))

    assert parts[1].read().rows["month"].min() > panel.months[10]
    assert (parts[1].read().months == other.months).all()


def test_a_category_has_one_set_of_codes_however_few_of_its_values_a_part_holds(panel, tmp_path):
    [few, *more] = cut(panel, households=4)
    tenure = pd.Categorical(["lent"] * len(few.rows))
    few = few.with_rows(few.rows.assign(tenure=tenure))

    parts = list(write_partitions([few, *more], tmp_path / "parts"))

    assert parts[0].about.categories["tenure"] == ("lent", "own", "rent")
    for part in parts:
        assert list(part.read().rows["tenure"].cat.categories) == ["lent", "own", "rent"]
    assert (parts[0].read().rows["tenure"] == "lent").all()


def test_households_may_lie_in_any_part_as_long_as_it_is_one(panel, tmp_path):
    a, b, c = cut(panel, households=4)

    opened = write_partitions([b, c, a], tmp_path / "parts")

    assert [part.read().households[0] for part in opened] == [p.households[0] for p in (b, c, a)]


def test_a_household_in_two_parts_is_refused_and_not_named(panel, tmp_path):
    a, b, _ = cut(panel, households=4)
    again = b.with_rows(pd.concat([a.rows.tail(1), b.rows], ignore_index=True))

    with pytest.raises(PanelError, match="1 of 9 households are in more than one part") as error:
        write_partitions([a, again], tmp_path / "parts")

    assert "household 0" not in str(error.value)
    assert not (tmp_path / "parts").exists()


def test_parts_of_two_panels_are_refused(panel, tmp_path):
    a, b, _ = cut(panel, households=4)

    with pytest.raises(PanelError, match="disagree about its name, step, currency or columns"):
        write_partitions([a, replace(b, currency="euro")], tmp_path / "parts")


def test_parts_whose_periods_lie_between_each_others_are_refused(tmp_path):
    a, b = cut(random_panel(2, step_months=3, n_households=8), households=4)
    shifted = b.rows.assign(month=b.rows["month"] + 1, recorded_month=b.rows["recorded_month"] + 1)

    with pytest.raises(PanelError, match="periods of 3 months that do not meet"):
        write_partitions([a, replace(b, rows=shifted, span=None)], tmp_path / "parts")


def test_a_part_that_is_missing_or_came_from_elsewhere_is_refused(panel, tmp_path):
    folder = written(panel, tmp_path).folder
    (folder / "part-00001.parquet").rename(folder / "part-00009.parquet")

    with pytest.raises(PanelError, match=r"1 parts that .* are missing, 1 are not named"):
        open_partitions(folder)


def test_a_part_that_is_not_as_it_was_written_is_refused(panel, tmp_path):
    folder = written(panel, tmp_path).folder
    path = folder / "part-00001.parquet"
    rows = pd.read_parquet(path)

    rows.iloc[:-1].to_parquet(path, index=False)
    with pytest.raises(PanelError, match="1 of 3 parts do not have as many rows"):
        open_partitions(folder)

    rows.drop(columns="spending").to_parquet(path, index=False)
    with pytest.raises(PanelError, match="1 of 3 parts have other columns"):
        open_partitions(folder)


def test_a_value_of_a_category_that_nobody_declared_is_refused(panel, tmp_path):
    opened = written(panel, tmp_path)
    with_change(opened.folder, lambda told: told["categories"]["tenure"].remove("lent"))

    with pytest.raises(PanelError, match="1 values of the category 'tenure'"):
        next(iter(open_partitions(opened.folder))).read()


def test_a_folder_without_its_mark_or_with_a_broken_one_is_refused(panel, tmp_path):
    folder = written(panel, tmp_path).folder
    with_change(folder, lambda told: told.pop("span"))
    with pytest.raises(PanelError, match="does not say what it should"):
        open_partitions(folder)

    (folder / MARK).unlink()
    with pytest.raises(PanelError, match="no panel in parts"):
        open_partitions(folder)


def test_a_folder_of_something_else_is_not_replaced(panel, tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "letter.txt").write_text("keep me")

    with pytest.raises(OutputError, match="not written by an earlier run"):
        written(panel, tmp_path)


def test_sorted_rows_are_taken_as_they_stand_and_others_are_sorted(panel):
    def built(rows):
        return build(rows, name="p", step_months=1, currency="yuan", columns=panel.columns).rows

    mixed = panel.rows.sample(frac=1, random_state=0)

    pd.testing.assert_frame_equal(built(panel.rows), panel.rows)
    pd.testing.assert_frame_equal(built(mixed), panel.rows)
    with pytest.raises(PanelError, match=r"1 of .* repeat a household and month"):
        built(pd.concat([panel.rows.head(1), panel.rows]))


COUNTY = "household,month,income\n"
MAPPING = """
name = "two counties"
about = "Drawn."
currency = "yuan"
step_months = 1
household = "household"
[period]
month = "month"
[income]
column = "income"
[line]
LINE
"""


def counties(tmp_path, *households):
    files = []
    for name in households:
        files.append(tmp_path / f"county {name}.csv")
        files[-1].write_text(f"{COUNTY}{name},2021-01,900\n{name},2021-02,300\n", encoding="utf-8")
    return files


def test_files_of_two_counties_become_one_panel(tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING.replace("LINE", "fixed = 500"), encoding="utf-8")
    files = [str(file) for file in counties(tmp_path, "B2", "A1")]
    out = str(tmp_path / "parts")

    done = CliRunner().invoke(app, ["partition", str(tmp_path / "m.toml"), *files, "--out", out])

    assert done.exit_code == 0, done.output
    parts = [part.read() for part in open_partitions(out)]
    assert [list(part.households) for part in parts] == [["B2"], ["A1"]]
    assert list(parts[0].rows["in_hardship"]) == [False, True]


def test_a_line_that_would_be_each_files_own_is_refused(tmp_path):
    line = 'share = 0.6\nof = "each period\'s median"'
    (tmp_path / "m.toml").write_text(MAPPING.replace("LINE", line), encoding="utf-8")
    mapping, files = load_mapping(tmp_path / "m.toml"), counties(tmp_path, "B2", "A1")

    with pytest.raises(MappingError, match="each file's own over 2 files"):
        list(read_in_parts(mapping, files, households=10))
