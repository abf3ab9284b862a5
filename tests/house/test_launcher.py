"""`start.py` on machines that are not as one would wish. No test here installs anything."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from housekeeping import ROOT


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """A copy of start.py in a folder of its own, whose installation steps are only noted down."""
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    shutil.copy(ROOT / "start.py", folder)
    (folder / "pyproject.toml").write_text("[project]")
    (folder / "constraints.txt").write_text("numpy==2.4.6\n")
    spec = importlib.util.spec_from_file_location("start", folder / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.steps = []
    module.really_logged = module.logged
    monkeypatch.setattr(module, "logged", lambda command, _: module.steps.append(command))
    monkeypatch.setattr(module, "ensurepip_is_here", lambda: True)
    return module


def commands(launcher):
    """What each step installed with: 'venv', 'pip', or the name of a program."""
    return [step[2] if step[1] == "-m" else step[0] for step in launcher.steps]


def stop_at(launcher, monkeypatch, name):
    """Let the installation die when it comes to this step."""

    def die(command, _):
        launcher.steps.append(command)
        if commands(launcher)[-1] == name:
            raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "logged", die)


# An older Python.


def test_python_3_6_can_read_the_launcher():
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_older_python_gets_one_line_and_exit_code_2(launcher, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))

    assert launcher.main(["demo"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "needs Python 3.11 or newer, this is 3.9.18" in said


@pytest.mark.parametrize("version", ["3.6", "3.8", "3.10"])
def test_a_real_older_python_gets_the_line_too(version):
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-V"], capture_output=True).returncode != 0:
        pytest.skip(f"no Python {version} on this machine")

    done = subprocess.run([python, ROOT / "start.py", "demo"], capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stderr.startswith("hardship_model needs Python 3.11 or newer, this is 3.")


# What is asked for.


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["domo"], 2), (["--help"], 0)])
def test_without_a_known_command_it_says_how_to_use_it_and_installs_nothing(
    launcher, arguments, code, capsys
):
    assert launcher.main(arguments) == code
    assert "usage: python3 start.py COMMAND" in "".join(capsys.readouterr())
    assert launcher.steps == []


def test_further_arguments_of_test_go_to_pytest(launcher, monkeypatch):
    ran = []
    monkeypatch.setattr(launcher, "run", lambda command: ran.append(command) or 0)

    launcher.main(["test", "-k", "spell"])

    assert ran[0][1:3] == ["-m", "pytest"]
    assert ran[0][-2:] == ["-k", "spell"]


def test_demo_says_where_the_page_lies(launcher, monkeypatch, capsys):
    page = launcher.ROOT / "data" / "runs" / "demo" / "report.html"

    def write_the_page(_):
        page.parent.mkdir(parents=True)
        page.write_text("<html>")
        return 0

    monkeypatch.setattr(launcher, "run", write_the_page)

    assert launcher.main(["demo"]) == 0
    assert str(page) in capsys.readouterr().out


def test_a_program_runs_in_the_top_folder_wherever_one_stands_and_its_exit_code_comes_back(
    launcher, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    told = "import os, pathlib; pathlib.Path('here').write_text(os.getcwd()); raise SystemExit(7)"

    code = launcher.run([sys.executable, "-c", told])

    assert code == 7
    assert Path((launcher.ROOT / "here").read_text()).samefile(launcher.ROOT)


def test_programs_see_no_other_python_and_leave_the_home_alone(launcher, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "the machine's own")

    variables = launcher.environment()

    assert "PYTHONPATH" not in variables
    assert variables["PYTHONNOUSERSITE"] == "1"
    assert variables["MPLCONFIGDIR"].startswith(str(launcher.VENV))
    assert variables["PIP_INDEX_URL"] == "the machine's own"


# The environment in its possible states.


def test_the_second_run_installs_nothing(launcher):
    launcher.prepare()
    first = commands(launcher)
    launcher.prepare()

    assert first == ["venv", "pip"]
    assert commands(launcher) == first


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_other_requirements_make_it_anew(launcher, file):
    launcher.prepare()
    (launcher.ROOT / file).write_text("[project] # changed")
    launcher.prepare()

    assert commands(launcher) == ["venv", "pip"] * 2


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_a_run_that_died_is_repaired_by_the_next(launcher, monkeypatch, step):
    with monkeypatch.context() as dying:
        stop_at(launcher, dying, step)
        assert launcher.main(["test"]) == 130
    half_done = launcher.VENV / "lib" / "python3.11" / "site-packages" / "numpy-2.4.6.dist-info"
    half_done.mkdir(parents=True)
    launcher.steps.clear()

    launcher.prepare()

    assert commands(launcher) == ["venv", "pip"]
    assert not half_done.exists()


def test_what_a_failed_venv_left_behind_is_replaced(launcher):
    # Bare Debian: `python3 -m venv .venv` fails and leaves a Python without pip.
    (launcher.VENV / "bin").mkdir(parents=True)
    (launcher.VENV / "bin" / "python").write_text("")
    (launcher.VENV / "lib" / "python3.11" / "site-packages").mkdir(parents=True)

    launcher.prepare()

    assert commands(launcher) == ["venv", "pip"]
    assert not (launcher.VENV / "bin" / "python").exists()


@pytest.mark.parametrize("site_packages", ["lib/python3.11/site-packages", "Lib/site-packages"])
def test_somebody_elses_environment_is_left_alone(launcher, monkeypatch, capsys, site_packages):
    monkeypatch.setattr(launcher, "ON_WINDOWS", site_packages.startswith("Lib"))
    theirs = launcher.VENV / site_packages / "numpy-2.4.6.dist-info"
    theirs.mkdir(parents=True)

    assert launcher.main(["demo"]) == 1
    assert "was not made by start.py" in capsys.readouterr().err
    assert theirs.exists()
    assert launcher.steps == []


# Debian without its venv package.


@pytest.fixture
def bare_debian(launcher, monkeypatch):
    monkeypatch.setattr(launcher, "ensurepip_is_here", lambda: False)
    monkeypatch.setattr(launcher.shutil, "which", lambda _: "apt-get")
    return launcher


def test_root_gets_the_missing_package_and_is_told(bare_debian, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)

    bare_debian.prepare()

    package = "python{}.{}-venv".format(*sys.version_info)
    assert commands(bare_debian) == ["apt-get", "apt-get", "venv", "pip"]
    assert bare_debian.steps[1][-1] == package
    assert f"installing Debian's package {package}" in capsys.readouterr().out


def test_anybody_else_gets_the_line_to_type(bare_debian, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)

    assert bare_debian.main(["demo"]) == 1
    assert "Type: sudo apt-get install python3." in capsys.readouterr().err
    assert not bare_debian.VENV.exists()


# The log.


def test_a_failing_step_shows_the_end_of_its_log(launcher, capsys):
    launcher.VENV.mkdir()
    noise = "for n in range(100): print('line', n)\nraise SystemExit(3)"

    with pytest.raises(launcher.StartError, match="pip failed; the whole log: "):
        launcher.really_logged([sys.executable, "-c", noise], "pip failed")

    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == launcher.LOG_LINES_SHOWN
    assert shown[-1] == "line 99"
