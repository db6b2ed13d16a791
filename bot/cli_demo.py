"""`evenhand demo`."""

import importlib
from typing import Annotated

import typer

from bot.core.errors import SettingsError


def demo(port: Annotated[int, typer.Option(help="Where the page is served (0: any free port).")] = 8400) -> None:
    """Run the bot with a sample company in a simulated Slack, in your browser."""
    try:
        played = importlib.import_module("demo.__main__")  # by name: the bot itself never imports what is above it
    except ModuleNotFoundError as error:
        raise SettingsError(f'The demo needs {error.name}; install it with pip install "evenhand[demo]".') from error
    played.main(["--port", str(port)])
