"""`python -m bot` and `evenhand`: the command line."""

import sys

from bot.lean import import_leanly  # isort: skip - before anything imports structlog
from bot.core.errors import BotError


def main() -> None:
    """Run a command; an error that a person can mend is one sentence on standard error."""
    try:
        _run_command(sys.argv[1:])
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


def _run_command(words: list[str]) -> None:
    """What runs for months carries no docstrings, no parser of command lines, and nothing that reads lists."""
    if words == ["run"]:
        import_leanly()
        from bot.process import run_until_stopped  # noqa: PLC0415

        run_until_stopped()
    else:
        from bot.cli import app  # noqa: PLC0415

        app()


if __name__ == "__main__":
    main()
