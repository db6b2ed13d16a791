"""Learns, in the night, from corrections of how mentions read."""

import asyncio

from bot.core.runtime import Runtime
from bot.mentions.queries.feeling import find_course, list_untaught
from bot.mentions.usecases.feeling import learn, store_learnt


async def learn_feelings(runtime: Runtime) -> int:
    """Learn what was corrected before today in every workspace; return the number of models that are used now."""
    count = 0
    for workspace in await runtime.read(list_untaught, workspace=None):
        course = await runtime.read(find_course, workspace=workspace)
        if course is None:
            continue
        learnt = await asyncio.to_thread(learn, course)
        told = {"corrections": course.corrections, "texts": len(course.texts), "until": course.until}
        count += await runtime.run(store_learnt, workspace=workspace, learnt=learnt, **told)
    return count
