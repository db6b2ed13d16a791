"""
Charts as pictures: drawn in a process of their own, handed to Slack, ready to stand in a message.

Whatever goes wrong, the answer is None and the message goes without. A picture that was handed over for a message
that then never came is seen by nobody and harms nobody.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.charts import Chart

DRAWING_SECONDS = 15.0
PICTURE_SECONDS = 18.0  # drawing, handing over, and until Slack knows that it is a picture
PAUSES = (0.3, 0.7, 1.5, 3.0)  # seconds between looks at whether it does
HOME = Path(__file__).parent.parent
SECRETS = ("SLACK_", "DATABASE_")

log = structlog.get_logger(__name__)


class NoPicture(Exception):
    """There will be none, for this reason."""


async def make_picture(client: AsyncWebClient, chart: Chart, *, seconds: float = PICTURE_SECONDS) -> str | None:
    """The id of *chart*'s picture at Slack, made within *seconds*; None when that can't be done."""
    try:
        async with asyncio.timeout(seconds):
            return await hand_over(client, await draw_aside(chart), name=chart.title)
    except Exception as error:  # noqa: BLE001 - a message is never lost for its picture
        log.warning("picture.missing", error=type(error).__name__, reason=str(error)[:200])
        return None


async def draw_aside(chart: Chart, *, seconds: float = DRAWING_SECONDS) -> bytes:
    """
    *chart* as PNG, drawn by another process that is ended after *seconds*.

    Raises:
        NoPicture: it couldn't draw that.
        TimeoutError: it took too long.
    """
    order = json.dumps({**asdict(chart), "series": dict(chart.series), "labels": list(chart.labels)}).encode()
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jobs.drawing", stdin=pipe, stdout=pipe, stderr=nothing, cwd=HOME, env=_surroundings()
    )
    try:
        drawn, _ = await asyncio.wait_for(process.communicate(order), seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not drawn:
        raise NoPicture(f"the drawing ended with {process.returncode}")
    return drawn


async def hand_over(client: AsyncWebClient, drawn: bytes, *, name: str) -> str:
    """
    Give Slack a PNG that nobody sees until a message shows it; its id, once Slack knows what it is.

    Slack looks at uploads in its own time, and refuses messages that show one before it has.

    Raises:
        NoPicture: Slack took it and never found a picture in it.
    """
    uploaded: Any = await client.files_upload_v2(filename="chart.png", title=name[:200], content=drawn)
    file_id = str(uploaded["files"][0]["id"])
    for pause in (*PAUSES, None):
        told: Any = await client.files_info(file=file_id)
        if str(told["file"].get("mimetype") or "").startswith("image/"):
            return file_id
        if pause is not None:
            await asyncio.sleep(pause)
    raise NoPicture("Slack didn't say in time that it is a picture")


def _surroundings() -> Mapping[str, str]:
    """The environment of the drawing: one thread, no screen, and none of our secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SECRETS)}
    return {**kept, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
