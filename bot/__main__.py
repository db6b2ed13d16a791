"""`python -m bot` and `evenhand`: the command line."""

import sys

from sqlalchemy.exc import OperationalError

from bot.cli import app
from bot.core.errors import BotError


def main() -> None:
    """Run a command. An error that a person can correct is one sentence on standard error and exit code 1."""
    sentence = ""
    try:
        app()
    except BotError as error:
        sentence = str(error)
    except OperationalError as error:  # a file that can't be written, a full disk, a server that is away
        reason = str(error.orig).splitlines()[0]
        sentence = f"The database can't be used ({reason}); check DATABASE_URL, who may write to it, and the disk."
    if sentence:
        sys.stderr.write(f"{sentence}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
