"""Retraining: may the model that was trained anew replace the one in use?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from hardship_model import retrain_study
from hardship_model.language import Language
from hardship_model.progress import progress

_screen = Console(stderr=True)
#: Exit code when the gate refuses a candidate.
_REFUSED = 3


def retrain(
    config: Annotated[Path, typer.Argument(help="Such as configs/retrain.toml.")],
    now: Annotated[
        str | None, typer.Option(help="Month at whose end to stand. [default: the config's]")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run folder. [default: data/runs/NAME]")] = None,
    lang: Annotated[Language, typer.Option(help="The language of the page.")] = "en",
    override: Annotated[
        str, typer.Option(help="Let in what the gate refuses, for this reason; it is kept.")
    ] = "",
) -> None:
    """Train anew, judge, and let the candidate replace the model in use, or not: exit code 3."""
    plan = retrain_study.load_retrain(config, now=now)
    with progress(_screen) as say:
        done = retrain_study.retrain(
            plan, out or Path("data/runs") / plan.name, config=config.read_bytes(),
            override=override, lang=lang, say=say,
        )  # fmt: skip
    for line in retrain_study.told(done):
        _screen.print(escape(line), highlight=False, soft_wrap=True)
    raise typer.Exit(0 if done.verdict.lets_in else _REFUSED)
