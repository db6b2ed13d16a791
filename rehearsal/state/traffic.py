"""The traffic between the bot and the workspace, and its problems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Exchange:
    """A call of the bot (`in`) or a delivery to it (`out`), without tokens."""

    at: datetime
    direction: Literal["in", "out"]
    name: str
    summary: str
    body: Any
    status: int
    problem: str = ""


@dataclass(frozen=True)
class Problem:
    """Something the bot did that Slack would have refused."""

    method: str
    path: str
    code: str
    sentence: str

    def __str__(self) -> str:
        """Return one line for a test report."""
        where = f" at {self.path}" if self.path else ""
        return f"{self.method}: {self.code}{where}: {self.sentence}"
