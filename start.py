#!/usr/bin/env python3
"""Install hardship_model beside this file and run it: ``python3 start.py demo``.

This launcher needs Python 3.11 or newer and nothing else: no pip, make, uv or conda. Everything
goes into the folder ``.venv`` next to this file, so the Python that started it stays as it was.
The syntax is kept old on purpose: an older Python must be able to read as far as the line that
says which Python is needed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
EXTRAS = "notebooks,surveys,sql,dask,site,chinese,test"
#: Measured with pip on two cores.
INSTALLATION = "about 1 to 3 minutes, 0.9 GB on disk"
LOG_LINES_SHOWN = 25

USAGE = """\
usage: python3 start.py COMMAND

  demo    install everything and run the main job on real households (configs/rwm5yr.toml)
  test    install everything and run the tests; further arguments go to pytest
  lab     install everything and open the notebooks in JupyterLab

Everything is installed into .venv beside start.py; deleting that folder undoes it."""

REQUIREMENTS = ("pyproject.toml", "constraints.txt")
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
ON_WINDOWS = os.name == "nt"


class StartError(Exception):
    """What stands in the way, in one line that says what to do."""


def main(arguments: "list[str]") -> int:
    """Run one command; the exit code is that of the program behind it."""
    if sys.version_info < OLDEST_PYTHON:
        say(too_old(sys.version_info), error=True)
        return 2
    commands = {"demo": demo, "test": test, "lab": lab}
    if not arguments or arguments[0] not in commands:
        asked_for_help = bool(arguments) and arguments[0] in ("-h", "--help", "help")
        say(USAGE, error=not asked_for_help)
        return 0 if asked_for_help else 2
    try:
        prepare()
        return commands[arguments[0]](arguments[1:])
    except StartError as problem:
        say(str(problem), error=True)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on from here.", error=True)
        return 130


def too_old(version: "tuple") -> str:
    """Which line does somebody with an older Python get?"""
    return (
        f"hardship_model needs Python {dotted(OLDEST_PYTHON)} or newer, this is"
        f" {dotted(version[:3])}; start it with a newer one, such as: python3.12 start.py demo"
    )


def dotted(version: "tuple") -> str:
    """How is a version written?

    >>> dotted((3, 11))
    '3.11'
    """
    return ".".join(str(number) for number in version)


# The three commands.


def demo(arguments: "list[str]") -> int:
    """Run the main job and say where its page lies."""
    run_folder = ROOT / "data" / "runs" / "demo"
    job = ["run", os.path.join("configs", "rwm5yr.toml"), "--out", str(run_folder)]
    code = run([program("hardship-model"), *job, *arguments])
    page = run_folder / "report.html"
    if code == 0 and page.exists():
        say(f"\nThe page to read: {page}\n                  {page.as_uri()}")
    return code


def test(arguments: "list[str]") -> int:
    """Run the whole suite: style, types, doctests, tests, and every notebook."""
    # The outputs stored in the notebooks belong to the pinned versions on Linux. Elsewhere a
    # last digit may differ, so there the notebooks are executed and not compared.
    notebooks = "--nbval" if sys.platform.startswith("linux") else "--nbval-lax"
    options = [notebooks, "--nbval-current-env", "--nbval-cell-timeout=300"]
    # A file stays on one worker: the cells of a notebook need one another.
    options += ["-n", "2", "--dist", "loadfile"]
    return run([program("python"), "-m", "pytest", *options, *arguments])


def lab(arguments: "list[str]") -> int:
    """Open JupyterLab on the notebooks."""
    return run([program("python"), "-m", "jupyterlab", str(ROOT / "notebooks"), *arguments])


def run(command: "list[str]") -> int:
    """Run a program of the environment from the top folder and pass its exit code on."""
    # Two workers that each start two threads get in each other's way on two cores.
    return subprocess.call(command, cwd=str(ROOT), env=environment(OMP_NUM_THREADS="1"))


# The environment.


def prepare() -> None:
    """Make sure that .venv holds what pyproject.toml and constraints.txt ask for."""
    if stamp().exists() and stamp().read_text(encoding="utf-8") == wanted():
        return
    remove_leftovers()
    package = missing_package()
    say(f"Installing into {VENV} ({INSTALLATION}).")
    started = time.monotonic()
    VENV.mkdir()
    # Written first, so that the next run knows a half-made environment for one of ours.
    stamp().write_text("unfinished", encoding="utf-8")
    if package:
        install_with_apt(package)
    make_venv()
    install()
    stamp().write_text(wanted(), encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} seconds.")


def stamp() -> Path:
    """The file that says what .venv was made for."""
    return VENV / "made-by-start.txt"


def wanted() -> str:
    """What must be the same for an environment to be used again?"""
    parts = [str(ROOT), sys.version, EXTRAS]
    parts += [(ROOT / name).read_text(encoding="utf-8") for name in REQUIREMENTS]
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def remove_leftovers() -> None:
    """Remove an environment that is half-made or out of date, unless somebody else made it."""
    if not VENV.exists():
        return
    if not stamp().exists() and holds_packages():
        raise StartError(f"{VENV} was not made by start.py: move it away, then start again.")
    say(f"Removing the half-made or outdated {VENV}.")
    try:
        shutil.rmtree(str(VENV))
    except OSError as problem:
        raise StartError(
            f"{VENV} cannot be removed ({problem.strerror}): leave that environment, close what"
            " uses it, then start again."
        ) from None


def holds_packages() -> bool:
    """Has anybody installed something into .venv beyond what every new one has?"""
    site_packages = "Lib/site-packages" if ON_WINDOWS else "lib/python3*/site-packages"
    found = {path.name.split("-")[0] for path in VENV.glob(f"{site_packages}/*.dist-info")}
    return bool(found - {"pip", "setuptools", "wheel"})


def missing_package() -> str:
    """Which package of Debian's has to be installed first? Empty when Python is complete.

    Debian ships apart what puts pip into a new environment; only root can install it.
    """
    if ensurepip_is_here():
        return ""
    package = f"python{dotted(sys.version_info[:2])}-venv"
    if not shutil.which("apt-get"):
        raise StartError(
            "This Python lacks its module ensurepip: install your system's package for Python's"
            " venv module, then start again."
        )
    if os.geteuid() != 0:
        raise StartError(f"Python's venv module is missing. Type: sudo apt-get install {package}")
    return package


def ensurepip_is_here() -> bool:
    """Can this Python put pip into a new environment?"""
    look = [sys.executable, "-c", "import ensurepip"]
    return subprocess.call(look, stderr=subprocess.DEVNULL) == 0


def install_with_apt(package: str) -> None:
    """Install a package of Debian's, saying so."""
    say(f"Python's venv module is missing: installing Debian's package {package}.")
    logged(["apt-get", "update"], "apt-get update failed")
    logged(
        ["apt-get", "install", "--yes", "--no-install-recommends", package],
        f"apt-get could not install {package}",
    )


def make_venv() -> None:
    """Make an empty environment with pip."""
    # Started from inside an environment, the Python below it is the one to build on.
    base = getattr(sys, "_base_executable", None) or sys.executable
    logged([base, "-m", "venv", str(VENV)], "Python could not make an environment")


def install() -> None:
    """Install the package as it lies here, with everything that the commands need."""
    command = [program("python"), "-m", "pip", "install", "--editable", f".[{EXTRAS}]"]
    command += ["--constraint", str(ROOT / "constraints.txt")]
    # Bytecode is made when a module is first used: 0.2 GB less, and a faster installation.
    command += ["--no-compile", "--use-pep517", "--progress-bar", "off"]
    logged(command, "pip could not install the packages")


def program(name: str) -> str:
    """Where does a program of the environment lie?"""
    folder = VENV / ("Scripts" if ON_WINDOWS else "bin")
    return str(folder / (f"{name}.exe" if ON_WINDOWS else name))


def environment(**more: str) -> "dict[str, str]":
    """The variables for our programs: no other Python's packages, nothing left in the home."""
    variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    variables["VIRTUAL_ENV"] = str(VENV)
    variables["PATH"] = os.path.dirname(program("python")) + os.pathsep + os.environ.get("PATH", "")
    variables.update(PYTHONNOUSERSITE="1", PYTHONUTF8="1")
    # pip keeps the machine's own configuration; only what would break an environment is set.
    variables.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    # A personal matplotlibrc or IPython profile would change figures and notebook outputs.
    settings = {
        "MPLCONFIGDIR": "matplotlib",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "jupyter",
        "JUPYTER_DATA_DIR": "jupyter-data",
        "JUPYTER_RUNTIME_DIR": "jupyter-runtime",
    }
    variables.update({k: str(VENV / "settings" / folder) for k, folder in settings.items()})
    variables.update(more)
    return variables


def logged(command: "list[str]", complaint: str) -> None:
    """Run one step of the installation into the log; on failure show the log's last lines."""
    log_file = VENV / "install.log"
    with log_file.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        step = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=environment(DEBIAN_FRONTEND="noninteractive"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        show_that_time_passes(step)
    if step.returncode != 0:
        lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        say("\n".join(lines[-LOG_LINES_SHOWN:]), error=True)
        raise StartError(f"{complaint}; the whole log: {log_file}")


def show_that_time_passes(step: "subprocess.Popen") -> None:
    """Wait for a program: seconds counted on a terminal, a line now and then in a log."""
    on_terminal = sys.stdout.isatty()
    seconds = 0
    while True:
        try:
            step.wait(timeout=1)
            break
        except subprocess.TimeoutExpired:
            seconds += 1
        except KeyboardInterrupt:
            step.terminate()
            step.wait()
            raise
        if on_terminal:
            print(f"\r  {seconds} s", end="", flush=True)
        elif seconds % 30 == 0:
            say(f"  {seconds} s")
    if on_terminal and seconds:
        print("\r", end="", flush=True)


def say(text: str, error: bool = False) -> None:
    """Print at once, also when the output goes into a file."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
