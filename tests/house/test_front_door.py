"""What `import hardship_model` gives, and how little a worker process loads."""

import subprocess
import sys
from importlib import import_module

import pytest
from housekeeping import ROOT

import hardship_model

SLOW = {"matplotlib", "pandera", "scipy", "sklearn", "typer"}


@pytest.mark.parametrize("name", hardship_model.__all__)
def test_the_front_door_gives_what_it_names(name):
    given = getattr(hardship_model, name)

    assert given is getattr(import_module(given.__module__), name)
    assert name in dir(hardship_model)


def test_the_front_door_gives_nothing_else():
    with pytest.raises(AttributeError, match="has no attribute 'feature'"):
        hardship_model.feature  # noqa: B018


def test_a_process_that_builds_features_of_parts_loads_no_models():
    # What each worker of a million households would load again, `__main__` included.
    code = (
        "import sys, hardship_model.__main__, hardship_model.data.partitions;"
        f"print(sorted({SLOW!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
