"""Listeners of campaigns: `/campaign`, the draw, replacements."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from bot.campaigns import queries, usecases, views
from bot.campaigns.listeners import selling, standing
from bot.campaigns.queries.answers import get_call
from bot.campaigns.queries.results import get_result, list_files
from bot.campaigns.rules import NAME, SEED, Purpose
from bot.campaigns.schemas import CampaignInput, Proposal
from bot.campaigns.usecases import answering
from bot.campaigns.views import forms, results
from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.customers.gateways import write_csv
from bot.customers.rules.names import clean_text
from bot.slack.blocks import Block, Message, section
from bot.slack.callers import PATIENCE_SECONDS, WHAT_IS_LEFT_SECONDS, Caller
from bot.slack.files import send_file
from bot.slack.modals import OUT_OF_DATE, ModalState, notice_modal
from bot.slack.payloads import Form, page_in, uuid_in
from bot.workspaces.listeners import choose_channel, listen
from bot.workspaces.schemas import ChannelSchema

FIELDS = {name: f"{forms.FIELD}{name}" for name in ("name", "size", "callers", "until", "questions", "seed", "channel")}
SENT = "The draw, the answers, the sales and the result are in our direct messages."


class DrawState(ModalState):
    """The proposal that the form of a new campaign shows; empty while it shows none."""

    seen: str = ""


class CallState(ModalState):
    """The call that a form is about."""

    member_id: UUID | None = None


async def command(caller: Caller) -> None:
    """Answer `/campaign` and what stands after it."""
    verb, _, rest = caller.text.partition(" ")
    match verb.casefold():
        case "" | "list":
            await caller.respond(views.campaigns(await caller.read(queries.list_campaigns)))
        case "new":
            await open_new(caller)
        case "help":
            await caller.respond(Message(text="What /campaign takes", blocks=[section(views.HELP)]))
        case "show":
            await caller.respond(views.campaign(await caller.read(queries.get_campaign, words=rest.strip())))
        case "result" | "results":
            await caller.respond(results.result(await caller.read(get_result, words=rest.strip())))
        case _:
            await caller.respond(views.campaign(await caller.read(queries.get_campaign, words=caller.text)))


async def open_new(caller: Caller) -> None:
    """Open the form of a new campaign, with a seed that nobody chose."""
    until = await caller.read(usecases.propose_end)
    settings = CampaignInput(seed=secrets.token_hex(4), until=until, caller_ids=(caller.person,))
    await caller.open(forms.campaign_form(settings, None, state=DrawState().dump()))


async def submit(caller: Caller) -> None:
    """Show the draw that the form would make; make it if that is what the form shows."""
    seen, settings = DrawState.load(caller.view).seen, read_settings(caller.form)
    wanted = settings.channel_id if seen else None
    channel = await choose_channel(caller, wanted, usecases.check_settings, settings=settings)
    work = _draw(caller, settings, seen, channel)
    await caller.show_in_time(work, title="Campaign", patience=WHAT_IS_LEFT_SECONDS if wanted else PATIENCE_SECONDS)


async def _draw(caller: Caller, settings: CampaignInput, seen: str, channel: ChannelSchema | None) -> Block:
    """Return what replaces the form: the form with the draw or with what is wrong above it, or what was drawn."""
    try:
        if not seen:
            return _form(settings, await caller.check(usecases.plan_campaign, settings=settings))
        inputs: dict[str, Any] = {"settings": settings, "seen": seen, "channel": channel}
        made = await caller.run(usecases.draw_campaign, **inputs, view_id=f"{caller.view['id']}:{seen}"[:255])
    except InvalidInput as error:
        return forms.campaign_form(settings, None, state=DrawState().dump(), problem=str(error))
    return _form(settings, made) if isinstance(made, Proposal) else views.drawn(made)


async def show(caller: Caller) -> None:
    """Show one campaign below the list."""
    await caller.respond(views.campaign(await caller.read(queries.get_campaign, campaign_id=_id_in(caller.value))))


async def turn(caller: Caller) -> None:
    """Show another page of a campaign's calls in the place of this one."""
    page, _, key = caller.value.partition(" ")
    schema = await caller.read(queries.get_campaign, campaign_id=_id_in(key), page=page_in(page))
    await caller.replace(views.campaign(schema))


async def show_result(caller: Caller) -> None:
    """Show what came of a campaign so far."""
    await caller.respond(results.result(await caller.read(get_result, campaign_id=_id_in(caller.value))))


async def send_files(caller: Caller) -> None:
    """Send the draw, the answers, the sales and the result to a manager."""
    files = await caller.read(list_files, campaign_id=_id_in(caller.value))
    for one in files:
        content = write_csv(one.headers, one.rows)
        name = f"campaign-{one.name}.csv"
        await send_file(caller.client, caller.person, name=name, content=content, words=f"The {one.name}.")
    await caller.respond(Message(text=SENT, blocks=[section(SENT)]))


async def open_answers(caller: Caller) -> None:
    """Open the form for a customer's answers."""
    member_id = _id_in(caller.value)
    form = await caller.read(get_call, member_id=member_id)
    await caller.open(forms.answers_form(form, state=CallState(member_id=member_id).dump()))


async def save_answers(caller: Caller) -> None:
    """Save a customer's answers, and say so."""
    answers = read_answers(caller.view.get("state") or {}).get("answers", {})
    inputs: dict[str, Any] = {"member_id": _member_in(caller), "answers": answers}
    await caller.run(answering.answer_questions, **inputs, view_id=caller.view["id"])
    await caller.show(notice_modal("Saved. /campaign show tells what all of them answered.", "Answers"))


async def open_replacement(caller: Caller) -> None:
    """Ask why a customer can't be called."""
    member_id = _id_in(caller.value)
    form = await caller.read(get_call, member_id=member_id)
    await caller.open(forms.replace_form(form, state=CallState(member_id=member_id).dump()))


async def replace(caller: Caller) -> None:
    """Draw another customer, and say so."""
    member_id = _member_in(caller)
    reason = caller.form.text(forms.REASON_FIELD)
    made = await caller.run(usecases.replace_member, member_id=member_id, reason=reason, view_id=caller.view["id"])
    await caller.show(forms.replaced(made))


def read_settings(form: Form) -> CampaignInput:
    """Return what the form of a new campaign holds."""
    field = FIELDS | {name: f"{forms.FIELD}{name}" for name in ("purpose", "owners", "tag", "country", "strata")}
    size, purpose = form.text(field["size"]), form.choice(field["purpose"])
    return CampaignInput(
        name=clean_text(form.text(field["name"]), NAME),
        purpose=next((one for one in Purpose if one.value == purpose), Purpose.LISTEN),
        size=int(size) if size.isdecimal() and len(size) < len("10000") else None,
        owner_ids=form.people(field["owners"]),
        tag=clean_text(form.text(field["tag"]), 60),
        country=clean_text(form.text(field["country"]), 60),
        caller_ids=form.people(field["callers"]),
        until=form.day(field["until"]),
        questions=form.text(field["questions"])[: forms.QUESTIONS],
        channel_id=form.channel(field["channel"]),
        stratified=bool(form.choices(field["strata"])),
        seed=clean_text(form.text(field["seed"]), SEED),
    )


def read_answers(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers in a form, by the number of the question, with their fields; empty without any."""
    form, answers, block_ids, campaign_id = Form(state), {}, {}, None
    for block_id in form.block_ids:
        field, _, key = block_id.partition(":")
        number = field.removeprefix(f"{forms.ANSWERS}.")
        given = form.choice(block_id) or form.text(block_id)
        if given and field.startswith(f"{forms.ANSWERS}.") and number.isdecimal():
            answers[int(number)], block_ids[int(number)], campaign_id = given, field, uuid_in(key)
    return {"answers": answers, "block_ids": block_ids, "campaign_id": campaign_id} if answers else {}


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    on.command("/campaign", command)
    on.action(views.NEW, open_new)
    on.action(views.SHOW, show)
    on.action(views.RESULT, show_result)
    on.action(views.FILES, send_files)
    for action_id in (views.LATER, views.EARLIER):
        on.action(action_id, turn)
    on.action(views.ANSWER, open_answers)
    on.action(views.REPLACE, open_replacement)
    on.view(forms.DRAW, submit, first_field=FIELDS["name"], fields=FIELDS)
    on.view(forms.ANSWERED, save_answers, prefix=f"{forms.ANSWERS}.")
    selling.register(on)
    standing.register(on)
    on.view(forms.REPLACED, replace, first_field=forms.REASON_FIELD, fields={"reason": forms.REASON_FIELD})


def _form(settings: CampaignInput, proposal: Proposal) -> Block:
    return forms.campaign_form(settings, proposal, state=DrawState(seen=proposal.key).dump())


def _id_in(value: str) -> UUID:
    found = uuid_in(value)
    if found is None:
        raise NotFound(views.GONE)
    return found


def _member_in(caller: Caller) -> UUID:
    member_id = CallState.load(caller.view).member_id
    if member_id is None:
        raise InvalidInput(OUT_OF_DATE)
    return member_id
