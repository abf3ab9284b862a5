"""The committed example: small, invented, and still the town that its name says."""

import json
from pathlib import Path

import pytest

from hardship_model.data.population import Config, invent, read_records, read_truth
from hardship_model.data.population.codes import TOWN_VERSION

EXAMPLE = Path(__file__).resolve().parents[2] / "data" / "example"
FOLDER = next(EXAMPLE.glob("invented_town_*"))


def test_the_example_is_below_a_megabyte_and_carries_seed_and_version_in_its_name():
    said = json.loads((FOLDER / "town.json").read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file())

    assert size < 1_000_000
    assert FOLDER.name == f"invented_town_seed{said['seed']}_version{TOWN_VERSION}"
    assert said["invented"]


@pytest.mark.parametrize("column", ["income_yuan", "savings_yuan", "state", "registered"])
def test_the_example_is_in_step_with_the_code(column):
    """Other processors may round an exponential otherwise: a yuan here and there is allowed."""
    said = json.loads((FOLDER / "town.json").read_text(encoding="utf-8"))
    town = invent(Config(n_households=said["households"], seed=said["seed"]))
    written = read_truth(FOLDER, columns=["household_id", "month", column])

    same = written[column].to_numpy() == town.frame(columns=[column])[column].to_numpy()
    assert same.mean() > 0.95, "run `python data/example/renew.py`"


def test_the_example_has_records_of_the_households_that_live_in_the_town():
    truth, rows = read_truth(FOLDER), read_records(FOLDER)

    assert len(rows) == truth["alive"].sum()
    assert set(rows["household_id"]) <= set(truth["household_id"])
