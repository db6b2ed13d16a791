"""`python -m bot` and `evenhand`: the command line."""

import sys

from bot.cli import app
from bot.core.errors import BotError


def main() -> None:
    """Run a command. An error that a person can correct is one sentence on standard error and exit code 1."""
    try:
        app()
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
