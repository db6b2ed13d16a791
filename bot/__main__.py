"""`python -m bot` and `evenhand`: the command line."""

import sys

import bot.lean  # noqa: F401 - before anything imports structlog
from bot.cli import app
from bot.core.errors import BotError


def main() -> None:
    """Run a command; an error that a person can mend is one sentence on standard error."""
    try:
        app()
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
