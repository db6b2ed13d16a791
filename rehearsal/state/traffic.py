"""What passed between the bot and the workspace, and what was wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Exchange:
    """One call of the bot (`in`) or one delivery to it (`out`); tokens never stand in it."""

    at: datetime
    direction: Literal["in", "out"]
    name: str
    summary: str
    body: Any
    status: int
    problem: str = ""


@dataclass(frozen=True)
class Problem:
    """Something the bot did that Slack would not have let pass."""

    method: str
    path: str
    code: str
    sentence: str

    def __str__(self) -> str:
        """One line for a test's report."""
        where = f" at {self.path}" if self.path else ""
        return f"{self.method}: {self.code}{where}: {self.sentence}"
