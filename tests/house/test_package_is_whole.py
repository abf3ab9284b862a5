"""What is installed from a built package is what runs from this folder."""

import tomllib

from housekeeping import ROOT, files_of_the_repository

PACKAGE = ROOT / "hardship_model"


def test_every_file_beside_the_modules_is_packed():
    # An editable installation, as here, would not notice that one is missing.
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    patterns = setuptools["setuptools"]["package-data"]["hardship_model"]
    packed = {path for pattern in patterns for path in PACKAGE.glob(pattern)}

    beside = {p for p in files_of_the_repository() if PACKAGE in p.parents and p.suffix != ".py"}
    assert beside <= packed


def test_every_folder_with_modules_is_a_package():
    folders = {p.parent for p in files_of_the_repository() if PACKAGE in p.parents}

    assert {
        f for f in folders if list(f.glob("*.py")) and not (f / "__init__.py").exists()
    } == set()
