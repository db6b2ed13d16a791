"""Backs up the database into a folder, when there is one."""

import asyncio

import structlog

from bot.backups import BackupFolder
from bot.core.runtime import Runtime

log = structlog.get_logger(__name__)


async def back_up(runtime: Runtime, backups: BackupFolder) -> int:
    """Make a backup and delete the oldest; return 1. One that can't be made fails the job, so that it is told."""
    file = await asyncio.to_thread(backups.add, runtime.database, now=runtime.clock.now())
    log.info("backup.made", file=str(file))
    return 1
