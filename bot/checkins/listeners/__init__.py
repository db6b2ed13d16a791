"""Listeners of check-ins: the buttons and modals for snoozing, waking, handing over and undoing."""

from collections.abc import Callable
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from bot.checkins import views
from bot.checkins.listeners import nudging, recording
from bot.checkins.listeners.origins import (
    CheckinModalState,
    id_in,
    origin_of,
    redraw_reminder,
    show_result,
    subject_in,
    tell,
)
from bot.checkins.queries import get_listed, get_snooze_form
from bot.checkins.rules import Mood, Preset, Result
from bot.checkins.schemas import ActionDone
from bot.checkins.usecases import hand_over_from_list, snooze_from_list, undo_action, wake_from_list
from bot.checkins.usecases.rows import add_note, get_noteless, log_from_row
from bot.checkins.views import form, snoozing
from bot.checkins.views import nudging as nudging_views
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.feature import collect_extras, collect_undos, open_offer
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.customers.queries.screens import get_card
from bot.customers.rules.due import SnoozeReason
from bot.customers.views import card
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.payloads import Form
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on = listen(app, runtime)
    on.command("/checkin", recording.command)
    on.shortcut("checkins.record", recording.start_anywhere)
    on.shortcut("checkins.log_message", recording.log_message)
    on.action(views.START, recording.start)
    on.action(views.TALKED, talked)
    on.action(views.LOG, recording.log)
    on.action(views.QUEUE, recording.see_all)
    on.action(views.PAGE_BACK, recording.turn)
    on.action(views.PAGE_ON, recording.turn)
    on.action({"action_id": form.OPTIONS, "block_id": form.CUSTOMER}, recording.change)
    on.action(form.RESULT, recording.change)
    on.action(form.WHEN, recording.change)
    for extra in collect_extras(runtime.features):
        if extra.label:
            on.action(f"{form.WANT}.{extra.key}", recording.change)
    on.view(form.SAVE, recording.save, first_field=form.CUSTOMER, fields=form.FIELD_OF)
    on.action(views.MORE, choose)
    on.action(views.SNOOZE, ask_snooze)
    on.action(views.WAKE, wake)
    on.action(views.UNDO, undo)
    on.action(views.NOTE_LATER, ask_note)
    on.view(views.NOTED, note, first_field=views.SAID, fields=views.NOTE_FIELDS)
    on.action(nudging_views.NUDGE, nudging.nudge)
    on.action(nudging_views.OPEN, nudging.open_queue)
    on.action(snoozing.REASON, choose_reason)
    on.view(views.SNOOZED, snooze, first_field=snoozing.REASON, fields=snoozing.FIELDS)
    on.view(views.HANDED_OVER, hand_over, first_field=views.TO, fields=views.HAND_OVER_FIELDS)


async def talked(caller: Caller) -> None:
    """Log a call of today in one press."""
    await _log(caller, id_in(caller.value), Result.TALKED)


async def choose(caller: Caller) -> None:
    """Log an attempt or snooze a week at once, or open a modal, as the `⋯` of a row asks for."""
    what, _, customer = caller.value.partition(":")
    customer_id = id_in(customer)
    match what:
        case views.TRIED:
            await _log(caller, customer_id, Result.TRIED)
        case views.ASK:
            subject = Subject(kind="customer", id=customer, customer_id=customer_id)
            await open_offer(caller.features, what, caller, subject)
        case views.SNOOZE_WEEK:
            await _snooze_week(caller, customer_id)
        case views.SNOOZE_UNTIL:
            await _open_snooze(caller, customer_id)
        case views.HAND_OVER:
            await _open(caller, customer_id, views.hand_over_form)
        case views.CARD:
            found = await caller.read(get_card, customer_id=customer_id, features=caller.features)
            await caller.open(card.as_modal(found))
        case _:
            raise NotFound("That menu is out of date; /checkin shows your queue as it is now.")


async def ask_snooze(caller: Caller) -> None:
    """Open the snooze modal for the customer, or for another feature's subject."""
    await open_snooze(caller, subject_in(caller.value))


async def open_snooze(caller: Caller, subject: Subject) -> None:
    """Open the snooze modal for the customer of a subject."""
    if subject.customer_id is None:
        raise NotFound("No customer stands behind that button; look it up with /customers.")
    await _open_snooze(caller, subject.customer_id)


async def wake(caller: Caller) -> None:
    """End a snooze."""
    await tell(caller, origin_of(caller.body), await caller.run(wake_from_list, customer_id=id_in(caller.value)))


async def undo(caller: Caller) -> None:
    """Undo the action that a row shows."""
    undos = collect_undos(caller.features)
    schema = await caller.run(undo_action, customer_action_id=id_in(caller.value), undos=undos)
    await tell(caller, origin_of(caller.body), schema)


async def ask_note(caller: Caller) -> None:
    """Open the modal for what was said in a check-in that was logged in one press."""
    action_id = id_in(caller.value)
    schema = await caller.check(get_noteless, customer_action_id=action_id)
    state = CheckinModalState(origin=origin_of(caller.body), action_id=action_id)
    await caller.open(views.note_form(schema, state=state.dump()))


async def note(caller: Caller) -> None:
    """Add what the submitted modal says to the check-in."""
    state, form = CheckinModalState.load(caller.view), caller.form
    mood = next((one for one in Mood if one.value == form.choice(views.MOOD)), None)
    about = {"customer_action_id": state.action_id, "note": form.text(views.SAID), "mood": mood}
    await show_result(caller, state.origin, await caller.run(add_note, view_id=caller.view["id"], **about))


async def snooze(caller: Caller) -> None:
    """Snooze the customer as the submitted modal says."""
    state, form = CheckinModalState.load(caller.view), caller.form
    schema = await caller.run(
        snooze_from_list,
        customer_id=state.customer_id,
        view_id=caller.view["id"],
        preset=next((one for one in Preset if one.value == form.choice(snoozing.HOW_LONG)), Preset.DATE),
        until=form.day(snoozing.UNTIL),
        reason=_reason_in(form) or SnoozeReason.DEFERRED,
        note=form.text(snoozing.NOTE),
    )
    await show_result(caller, state.origin, schema)


async def hand_over(caller: Caller) -> None:
    """Hand the customer over as the submitted modal says."""
    state, form = CheckinModalState.load(caller.view), caller.form
    schema = await caller.run(
        hand_over_from_list,
        customer_id=state.customer_id,
        view_id=caller.view["id"],
        to=form.person(views.TO),
        note=form.text(views.WORDS),
    )
    await show_result(caller, state.origin, schema)


async def choose_reason(caller: Caller) -> None:
    """Offer the lengths that the chosen reason allows."""
    state = CheckinModalState.load(caller.view)
    schema = await caller.read(get_snooze_form, customer_id=state.customer_id)
    view = snoozing.snooze_form(schema, state=caller.view["private_metadata"], reason=_reason_in(caller.form))
    await caller.update(view)


def _reason_in(form: Form) -> SnoozeReason | None:
    return next((one for one in SnoozeReason if one.value == form.choice(snoozing.REASON)), None)


async def _log(caller: Caller, customer_id: UUID, result: Result) -> None:
    """Log that result; where the row is out of date, say so and draw its reminder again."""
    origin = origin_of(caller.body)
    try:
        schema = await caller.run(log_from_row, customer_id=customer_id, result=result)
    except (NotAllowed, AlreadyDone):
        if origin.kind == "reminder":
            await redraw_reminder(caller, origin)
        raise
    await tell(caller, origin, schema)


async def _snooze_week(caller: Caller, customer_id: UUID) -> None:
    """Snooze a week if the rules allow it; else open the modal, which says why not and takes another day or reason."""
    try:
        schema: ActionDone = await caller.run(snooze_from_list, customer_id=customer_id, preset=Preset.WEEK)
    except InvalidInput:
        await _open_snooze(caller, customer_id)
    else:
        await tell(caller, origin_of(caller.body), schema)


async def _open_snooze(caller: Caller, customer_id: UUID) -> None:
    schema = await caller.read(get_snooze_form, customer_id=customer_id)
    state = CheckinModalState(origin=origin_of(caller.body), customer_id=customer_id)
    await caller.open(snoozing.snooze_form(schema, state=state.dump()))


async def _open(caller: Caller, customer_id: UUID, draw: Callable[..., Block]) -> None:
    schema = await caller.read(get_listed, customer_id=customer_id)
    state = CheckinModalState(origin=origin_of(caller.body), customer_id=customer_id)
    await caller.open(draw(schema, state=state.dump()))
