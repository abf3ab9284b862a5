"""Options of the commands that work on a panel in parts: who works on it (`shards.Engine`)?"""

from typing import Annotated, Literal

import typer

EngineName = Annotated[
    Literal["local", "dask"], typer.Option(help="This machine, or a Dask cluster.")
]
Scheduler = Annotated[str | None, typer.Option(help="The cluster's address: tcp://HOST:PORT.")]
Processes = Annotated[int, typer.Option(min=1, help="Of this machine, with the engine local.")]
