"""Short ways to talk to the bot."""

from rehearsal.state.messages import Message
from tests.makers import ANA
from tests.world import World

PATIENCE = 20.0


async def answer(
    world: World, said: str, by: str = ANA, channel: str | None = None, thread: str | None = None
) -> Message:
    """Say something and return the answer in its thread."""
    actor = world.as_(by)
    before = {one.ts for one in actor.sees()}  # taken before it is said: the answer may be there when `say` returns
    message = await actor.say(channel, said, thread_ts=thread)
    root = thread or message.ts

    def look(_: object) -> Message | None:
        replies = (one for one in actor.sees(message.channel) if one.thread_ts == root and one.bot_id)
        return next((one for one in replies if one.ts not in before), None)

    return await actor.until(look, timeout=PATIENCE)


def buttons(message: Message) -> list[str]:
    """The texts of the buttons below a message, those beside texts left out."""
    elements = [one for block in message.blocks if block["type"] == "actions" for one in block["elements"]]
    return [one["text"]["text"] for one in elements if one["type"] == "button"]
