"""How well do both doors close? The numbers of docs/LEAKS.md.

python benchmarks/doors.py planted               # identifiers in 1,000 places; clean extracts
python benchmarks/doors.py linkage               # an attack on an anonymised town
python benchmarks/doors.py anonymise             # a million household-months, by the command
python benchmarks/doors.py attack RUN RELEASE    # what a release gives back of its run
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from hardship_model.data.anonymise import anonymise
from hardship_model.data.mapping import parse
from hardship_model.data.population import Config, invent, records
from hardship_model.months import to_text
from hardship_model.privacy import SMALLEST_CELL, identifiers, pseudonyms
from hardship_model.privacy.attack import NARROWEST, Counts
from hardship_model.privacy.suppression import Book, What
from hardship_model.privacy.tables import places
from hardship_model.rates import wilson

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
import made_up_people

TIMES = 1000
#: What an attacker knows of a household of the town, and what nobody should learn.
KNOWN, SENSITIVE = ["city", "employment_form", "members", "children", "elders"], "in_hardship"
KEY = b"k" * 32


def said(n: int, of: int) -> str:
    """A share with its counts and Wilson's 95 % interval."""
    low, high = (float(end) for end in wilson(np.array(n), np.array(of)))
    return f"{n:,} of {of:,} ({n / of:.1%}; {low:.1%} to {high:.1%})"


def plant() -> None:
    """How many planted identifiers are noticed, and how many clean extracts give an alarm?"""
    dice = np.random.default_rng(11)
    seen = sum(
        not identifiers(made_up_people.planted(n, dice)[0]).empty for n in range(TIMES)
    )  # fmt: skip
    print("planted and refused:", said(seen, TIMES))
    alarms = sum(not identifiers(made_up_people.clean_extract(dice)).empty for _ in range(TIMES))
    print("clean and refused:", said(alarms, TIMES))


def link(n_households: int = 10_000, months: int = 6, attempts: int = 20_000) -> None:
    """How often does somebody who knows `KNOWN` of a month pick the right row? Against the risk."""
    rows = records(invent(Config(n_households=n_households, seed=1))).rows
    rows = rows[rows["month"] > rows["month"].max() - months].reset_index(drop=True)
    rows = rows.assign(month=[to_text(month) for month in rows["month"]])
    mapping = parse({
        "name": "town", "about": "invented", "currency": "yuan", "step_months": 1,
        "household": "household_id", "period": {"month": "month"}, "income": {"column": "income"},
        "line": {"column": "poverty_line"},
        "anonymise": {"merge": ["city", "employment_form"], "known": KNOWN,
                      "sensitive": SENSITIVE, "least": 10},
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.csv"
        rows[["household_id", "month", "income", "poverty_line", SENSITIVE, *KNOWN]].to_csv(
            path, index=False
        )
        table, record = anonymise(mapping, path, key=KEY)
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    print({when: record[when] for when in ("before", "after")}, record["rows_dropped"])
    ids, dice = pseudonyms(rows["household_id"], KEY), np.random.default_rng(1)
    told = {month: part.reset_index(drop=True) for month, part in table.groupby("month")}
    hits = 0
    for at in dice.choice(len(rows), attempts):
        part = told[rows["month"][at]]
        candidates = _candidates(part, rows.loc[at])
        hits += bool(len(candidates)) and part["household_id"][dice.choice(candidates)] == ids[at]
    print("linked:", said(int(hits), attempts), "reported:", f"{record['after']['mean_risk']:.2%}")


def _candidates(part: pd.DataFrame, known: pd.Series) -> np.ndarray:
    """Rows that are as it is known; if there are none, those that do not speak against it."""
    equal = np.array([part[c].fillna("") == known[c] for c in KNOWN])
    silent = np.array([part[c].isna() | (part[c] == "other") for c in KNOWN], dtype=bool)
    exact = np.flatnonzero(equal.all(axis=0))
    return exact if len(exact) else np.flatnonzero((equal | silent).all(axis=0))


def time_anonymise(n: int = 1_000_000) -> None:
    """How long does the command take for so many household-months?"""
    dice, households = np.random.default_rng(1), n // 12
    who = np.repeat(np.arange(households), 12)
    ids = np.array([made_up_people.identity_number(dice) for _ in range(households)])
    raw = pd.DataFrame({
        "证号": ids[who], "姓名": "王伟", "电话": "13912345678",
        "登记日期": np.tile([f"2021-{m:02d}-15" for m in range(1, 13)], households),
        "年龄": dice.integers(18, 90, households)[who],
        "人口": dice.integers(1, 7, households)[who],
        "县": dice.choice(["甲县", "乙县", "丙县"], households)[who],
        "收入": dice.lognormal(7.5, 0.8, len(who)).round(2),
        "在册": dice.choice(["是", "否"], len(who)),
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        raw.to_csv(folder / "raw.csv", index=False)
        (folder / "office.toml").write_text(_MAPPING, encoding="utf-8")
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "hardship_model.cli", "anonymise", "raw.csv", "--mapping",
             "office.toml", "--key-file", "key", "--out", "out"],
            cwd=folder, check=True,
        )  # fmt: skip
        print(f"{len(raw):,} household-months: {time.perf_counter() - began:.1f} s")


_MAPPING = """
name = "office"
about = "rows"
currency = "yuan"
step_months = 1
household = "证号"
[period]
month = "登记日期"
[income]
column = "收入"
[line]
fixed = 800
[anonymise]
drop = ["姓名", "电话"]
to_month = ["登记日期"]
band = { "年龄" = [30, 45, 60] }
top = { "收入" = 0.01 }
merge = ["县"]
known = ["县", "年龄", "人口"]
sensitive = "在册"
least = 10
"""


def attack(run: Path, release: Path) -> None:
    """Which small counts of a run lie in a narrow range after all, by what its release shows?

    Beside the door's own attack: whether a count is small is looked up in the run, and every
    range is two linear programs of its own.
    """
    truth, counts = _counts(run)
    told, shown = _counts(release)
    small = {what for what, at in truth.items() if 0 < counts.value[at] < SMALLEST_CELL}
    places_of_small = [at for what, at in told.items() if what in small]
    hidden = [at for at in places_of_small if not shown.shown[at]]
    open_ = len(places_of_small) - len(hidden)
    got = sum(width < NARROWEST for width in _widths(shown, hidden))
    print(f"{run.name}: {len(small)} small counts, {open_} shown; of {len(hidden)} withheld,"
          f" {got} lie in a range narrower than {NARROWEST}")  # fmt: skip


def _counts(folder: Path) -> tuple[dict[What, int], Counts]:
    """Where every count of these tables stands, and the counts."""
    book = Book()
    tables = {
        path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""])
        for path in folder.glob("*.csv")
    }
    places(tables, book)
    counts = book.counts()
    return {what: at for (_, what), at in book._place.items()}, counts


def _widths(counts: Counts, asked: list[int]) -> Iterator[float]:
    unknown = np.flatnonzero(~counts.shown)
    known = np.where(counts.shown, counts.value, 0.0)
    sums, total = counts.sums[:, unknown], -(counts.sums @ known)
    slack = 1e-5 * (1 + abs(counts.sums) @ known)
    part = connected_components(abs(sums).T @ abs(sums), directed=False)[1]
    for at in np.searchsorted(unknown, asked):
        cells = np.flatnonzero(part == part[at])
        lines = np.flatnonzero(np.diff(csr_array(sums[:, cells]).indptr))
        if not len(lines):
            yield np.inf
            continue
        few, this = sums[lines][:, cells], (cells == at) * 1.0
        most, least = total[lines] + slack[lines], slack[lines] - total[lines]
        ends = [
            linprog(sign * this, vstack([few, -few]), np.append(most, least), bounds=(0, None))
            for sign in (1, -1)
        ]
        unbounded = any(end.status == 3 for end in ends)
        yield np.inf if unbounded else -ends[1].fun - ends[0].fun


def main() -> None:
    """Do what the command line asks for."""
    do: dict[str, Callable[..., None]] = {
        "planted": plant, "linkage": link, "anonymise": time_anonymise, "attack": attack,
    }  # fmt: skip
    do[sys.argv[1]](*map(Path, sys.argv[2:]))


if __name__ == "__main__":
    main()
