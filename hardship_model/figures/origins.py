"""The staircase of origins: which months train, which wait for an answer, which are judged."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from hardship_model.evaluation.backtest import Origin, Task
from hardship_model.figures import style, words
from hardship_model.figures.reading import parts, records
from hardship_model.language import say
from hardship_model.study import Study

_LOOKS: dict[str, dict[str, Any]] = {
    "trains": {"facecolor": style.BLUE},
    "answers that train": {"facecolor": "white", "edgecolor": style.BLUE, "hatch": "////"},
    "judged": {"facecolor": style.VERMILLION},
    "answers that judge": {
        "facecolor": "white", "edgecolor": style.VERMILLION, "hatch": "////",
    },
}  # fmt: skip
_SAID = {
    "trains": "as of: learned from",
    "answers that train": "their answers (nobody is learned from as of here)",
    "judged": "as of: ranked and judged",
    "answers that judge": "their answers",
}
_ROLES = {"choose": "(chooses)", "judge": "(judges)"}


def stairs(study: Study, *, first_month: int, step_months: int) -> pd.DataFrame:
    """Which months does each origin use, and for what?

    One row per task × origin × part (`trains`, `answers that train`, `judged`, `answers that
    judge`): first and last month, both included; a period of the panel counts from its first
    month. Parts without a month are left out.
    """
    rows = [
        (task.name, origin.name, origin.role, part, since - step_months + 1, until)
        for task in study.tasks
        for origin in study.origins
        for part, since, until in _months_of(task, origin, first_month, step_months)
        if since <= until
    ]
    return pd.DataFrame(rows, columns=["task", "origin", "role", "part", "since", "until"])


def _months_of(
    task: Task, origin: Origin, first_month: int, step: int
) -> tuple[tuple[str, int, int], ...]:
    wait = task.question.months_until_known
    trained, judged = origin.train_until - wait, origin.answers_until - wait
    return (
        ("trains", first_month, trained),
        ("answers that train", trained + step, origin.train_until),
        ("judged", origin.test_from, judged),
        ("answers that judge", judged + step, origin.answers_until),
    )


def draw_origins(stairs: pd.DataFrame) -> Figure:
    """Each origin as two lanes: what it learned from above, what it was judged on below."""
    tasks = list(parts(stairs, "task"))
    n_origins = stairs["origin"].nunique()
    height = 0.9 + len(tasks) * (0.35 + 0.42 * n_origins)
    with style.look():
        figure, panels = style.canvas(len(tasks), height=height, share_x="all")
        for panel, ((task,), table) in zip(panels[:, 0], tasks, strict=True):
            names = table.drop_duplicates("origin")
            places = {name: place for place, name in enumerate(names["origin"])}
            for row in records(table):
                lane = 0.21 if row["part"].endswith(("judged", "judge")) else -0.21
                panel.barh(
                    places[row["origin"]] + lane, left=row["since"] / 12,
                    width=(row["until"] + 1 - row["since"]) / 12, height=0.34, linewidth=0.8,
                    **_LOOKS[row["part"]],
                )  # fmt: skip
            labels = [f"{r['origin']}\n{say(_ROLES[r['role']])}" for r in records(names)]
            panel.set_yticks(range(len(names)), labels=labels)
            panel.set_ylim(len(names) - 0.45, -0.55)
            panel.tick_params(axis="y", length=0)
            panel.grid(visible=False, axis="y")
            panel.set_title(words.task(task))
        panel.set_xlabel(say("year"))
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        style.legend(
            figure, [Patch(label=say(_SAID[part]), **look) for part, look in _LOOKS.items()]
        )
    return figure
