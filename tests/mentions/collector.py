"""A process that brings the same item again and again until it is killed: `python -m tests.mentions.collector URL`."""

import sys

from sqlmodel import select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.features import FEATURES
from bot.mentions.tables import Source
from bot.mentions.usecases.answering import post_waiting
from bot.mentions.usecases.ingest import ingest_sent, save_mention
from tests.makers import BOB, START, WORKSPACE
from tests.mentions.helpers import CHANNEL, item


def bring_for_ever(url: str) -> None:
    """Every source and Bob bring item after item, each several times; what waits is posted in between."""
    runtime = Runtime(Database(url), MovableClock(START), FEATURES)
    with runtime.database.reading(WORKSPACE) as session:
        sources = [row.id for row in session.exec(select(Source)).all()]
    for number in range(1, 10_000):
        for source_id in sources:
            runtime.run_now(ingest_sent, workspace=WORKSPACE, source_id=source_id, items=(item(number % 3),))
            runtime.run_now(post_waiting, workspace=WORKSPACE, channels=[CHANNEL], features=FEATURES)
        runtime.run_now(save_mention, workspace=WORKSPACE, item=item(number % 3), by=BOB)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    bring_for_ever(sys.argv[1])
