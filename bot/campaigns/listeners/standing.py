"""Listeners for the question of every check-in: `/evenhand question`, its form, its file."""

from collections.abc import Mapping
from typing import Any

from bot.campaigns.queries.standing import get_standing, get_standing_file
from bot.campaigns.usecases.standing import set_standing_question
from bot.campaigns.views import standing as views
from bot.customers.gateways import write_csv
from bot.slack.blocks import Message, section
from bot.slack.callers import Caller
from bot.slack.files import send_file
from bot.slack.listeners import Listeners
from bot.slack.modals import notice_modal
from bot.slack.payloads import Form, uuid_in

SENT = "The answers are in our direct messages."


def register(on: Listeners) -> None:
    """Register a listener for each button and form."""
    on.action(views.CHANGE, open_form)
    on.action(views.FILE, send_answers)
    on.view(views.SAVE, save, first_field=views.LINE, fields={"question": views.LINE})


async def question(caller: Caller, _words: str) -> None:
    """Answer `/evenhand question`."""
    await caller.respond(views.standing(await caller.read(get_standing)))


async def open_form(caller: Caller) -> None:
    """Ask which question is part of every check-in."""
    await caller.open(views.question_form(await caller.read(get_standing)))


async def save(caller: Caller) -> None:
    """Save what is asked, and say so."""
    await caller.run(set_standing_question, line=caller.form.text(views.LINE), view_id=caller.view["id"])
    await caller.show(notice_modal(views.saved(await caller.read(get_standing)), "Every check-in"))


async def send_answers(caller: Caller) -> None:
    """Send every answer to a manager."""
    file = await caller.read(get_standing_file)
    content = write_csv(file.headers, file.rows)
    await send_file(caller.client, caller.person, name=f"{file.name}.csv", content=content, words="All answers.")
    await caller.respond(Message(text=SENT, blocks=[section(SENT)]))


def read_standing(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to the question of every check-in in a form; empty without one."""
    form = Form(state)
    for block_id in form.block_ids:
        field, _, key = block_id.partition(":")
        given, question_id = form.choice(block_id) or form.text(block_id), uuid_in(key)
        if field == views.ANSWER and given and question_id:
            return {"question_id": question_id, "answer": given, "block_id": field}
    return {}
