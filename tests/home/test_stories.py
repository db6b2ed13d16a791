"""Home, preferences and people with the real bot in a rehearsal."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.core.outbox import OutboxMessage
from bot.customers.queries import get_customer
from bot.people.queries import find_person_row, get_preferences
from bot.people.rules import Role
from bot.people.tables import Person
from bot.promises.usecases import record_promise
from rehearsal.actor import Actor
from rehearsal.state.views import View
from tests.home.homes import words_in
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World


def words(view: View | None) -> str:
    """Return the text of a view."""
    return "\n".join(words_in(view.blocks)) if view else ""


async def home_with(actor: Actor, text: str) -> View:
    """Wait until a person's Home contains *text*, and return it."""
    return await actor.until(lambda me: me.home() if text in words(me.home()) else None)


async def open_home(world: World, person: str, text: str = "Reminders at") -> View:
    """Open a person's Home and wait until it contains *text*."""
    await world.as_(person).open_home()
    return await home_with(world.as_(person), text)


async def preferences(world: World, person: str = ANA) -> View:
    """Open a person's preferences from their Home."""
    home = await open_home(world, person)
    await world.as_(person).press(home, "home.preferences")
    return await world.as_(person).modal_opened("Preferences")


async def let_bob_cover_ana(world: World, until: str) -> None:
    """Enter days away in Ana's preferences, from today *until* a date, with Bob as cover."""
    form = await preferences(world)
    ana = world.as_(ANA)
    await ana.pick_date(form, "home.first_day", "2026-11-23")
    await ana.pick_date(form, "home.last_day", until)
    await ana.choose(form, "home.cover_chosen", BOB)
    assert await ana.submit(form) is None


def person(world: World, person_id: str) -> Person | None:
    """Return the stored person."""
    found: Person | None = world.office.look(lambda session: find_person_row(session, person_id))
    return found


async def wait_for_person(world: World, person_id: str, **state: Any) -> Person:
    """Wait until the stored person matches *state*, and return it."""

    async def wait() -> Person:
        while True:
            row = person(world, person_id)
            if row is not None and all(getattr(row, name) == value for name, value in state.items()):
                return row
            await asyncio.sleep(0.01)

    return await asyncio.wait_for(wait(), 5)


def outbox_messages(world: World, kind: str) -> list[OutboxMessage]:
    """Return the messages of one kind in the outbox."""
    rows: list[OutboxMessage] = world.office.look(
        lambda session: list(session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind)).all())
    )
    return rows


async def test_home_says_who_waits_as_soon_as_it_is_opened(world: World) -> None:
    """Home shows the queue, coverage, preferences, and the jobs' health."""
    world.office.customer("Bakery Lindqvist", owner=ANA, waited=47)
    shown = words(await open_home(world, ANA))
    assert shown.startswith("1 neglected\n")
    assert "*Bakery Lindqvist* · 47 days" in shown
    assert "Reminders at 09:00 (Europe/Lisbon), Mon–Fri, holidays of Portugal" in shown


async def test_changed_preferences_are_kept_and_shown_at_once(world: World) -> None:
    """The open Home and the due dates change at once."""
    customer = world.office.customer("Acme", owner=ANA, waited=28)
    form = await preferences(world)
    actor = world.as_(ANA)
    await actor.choose(form, "home.hour_chosen", "07:30")
    await actor.choose(form, "home.days_chosen", ["3", "4"])
    options = await actor.suggest(form, "home.country_search", "braz")
    assert [option["text"]["text"] for option in options] == ["Brazil", "No public holidays"]
    await actor.choose(form, "home.country_search", "Brazil")
    await actor.choose(form, "home.mutes_chosen", ["news"])
    assert await actor.submit(form) is None
    await home_with(actor, "Reminders at 07:30 (Europe/Lisbon), Thu, Fri, holidays of Brazil · news are off")
    assert world.office.look(lambda session: get_customer(session, customer).due_on) == date(2026, 11, 26)


async def test_no_public_holidays_can_be_chosen(world: World) -> None:
    """A person can choose to have no public holidays."""
    form = await preferences(world)
    await world.as_(ANA).choose(form, "home.country_search", "none")
    assert await world.as_(ANA).submit(form) is None
    await home_with(world.as_(ANA), "no public holidays")


async def test_days_away_with_a_cover_are_told_to_the_cover(world: World) -> None:
    """Bob is notified once, Ana's Home names the cover, and one press ends the absence."""
    ana = world.as_(ANA)
    await let_bob_cover_ana(world, "2026-11-27")
    await home_with(ana, "You are away until Fri 27 Nov; Bob Chen covers.")
    await world.move_to(datetime.fromisoformat("2026-11-23T14:05:00+00:00"))  # Bob's day has begun
    texts = [message.text for message in world.as_(BOB).dm()]
    assert texts == ["Ana Lima is away from Mon 23 Nov to Fri 27 Nov and asked you to cover."]
    home = await open_home(world, ANA, "You are away until Fri 27 Nov; Bob Chen covers.")
    await ana.press(home, "home.back")
    await ana.until(lambda me: "You are away" not in words(me.home()))
    assert world.office.ask(get_preferences, person_id=ANA).absence is None


async def test_a_press_that_comes_too_late_is_explained(world: World) -> None:
    """A press after the absence has ended opens an explanation and changes nothing."""
    form = await preferences(world)
    ana = world.as_(ANA)
    await ana.pick_date(form, "home.first_day", "2026-11-20")
    await ana.pick_date(form, "home.last_day", "2026-11-27")
    await ana.submit(form)
    home = await home_with(ana, "I'm back")
    await asyncio.gather(ana.press(home, "home.back"), ana.press(home, "home.back"))
    window = await ana.modal_opened("That didn't work")
    assert "You are already back; nothing was changed." in words(window)


async def test_a_cover_who_cant_is_refused_under_the_field(world: World) -> None:
    """Covering oneself is refused; the modal stays open with an error under the field."""
    form = await preferences(world)
    ana = world.as_(ANA)
    await ana.pick_date(form, "home.first_day", "2026-12-03")
    await ana.pick_date(form, "home.last_day", "2026-12-01")
    errors = await ana.submit(form)
    assert errors == {"home.away_to": "The last day comes before the first; choose a later one."}
    await ana.pick_date(form, "home.last_day", "2026-12-04")
    await ana.choose(form, "home.cover_chosen", ANA)
    assert list(await ana.submit(form) or {}) == ["home.cover"]


async def test_no_working_day_is_refused_under_the_field(world: World) -> None:
    """At least one working day is required."""
    form = await preferences(world)
    await world.as_(ANA).choose(form, "home.days_chosen", [])
    assert list(await world.as_(ANA).submit(form) or {}) == ["home.working_days"]


@pytest.mark.parametrize("deliveries", [1, 3])
async def test_a_deactivated_owners_customers_go_to_the_pool(world: World, deliveries: int) -> None:
    """Mara is notified once, however often Slack delivers the event; her open Home shows the pool."""
    acme = world.office.customer("Acme", owner=ANA, waited=40)
    await open_home(world, MARA)
    if deliveries > 1:
        world.rehearsal.control.faults.duplicate_delivery(deliveries - 1, "http_timeout")
    await world.rehearsal.control.change_person(ANA, deleted=True)
    await wait_for_person(world, ANA, is_deactivated=True)
    await world.run_jobs()
    assert world.office.look(lambda session: get_customer(session, acme).owner_id) is None
    texts = [message.text for message in world.as_(MARA).dm()]
    assert texts == ["Ana Lima was deactivated in Slack; their one customer has no owner now."]
    assert len(outbox_messages(world, "people.owner_left")) == 1
    await world.as_(MARA).open_home()
    home = await home_with(world.as_(MARA), "*Acme* · 40 days")
    await world.as_(MARA).press(home, "home.take", value=str(acme))
    await home_with(world.as_(MARA), "*Mara Okafor* · 1 customer: 0 in cadence")
    assert world.office.look(lambda session: get_customer(session, acme).owner_id) == MARA


async def test_somebody_new_in_slack_is_known_at_once(world: World) -> None:
    """`team_join` stores name and zone."""
    await world.rehearsal.control.join_team("zoe", id="U0ZOE", real_name="Zoë Ng", tz="Asia/Singapore")
    zoe = await wait_for_person(world, "U0ZOE")
    assert (zoe.name, zoe.zone, zoe.country, zoe.role) == ("Zoë Ng", "Asia/Singapore", "SG", Role.MEMBER)
    assert "You look after no customers yet" in words(await open_home(world, "U0ZOE"))


async def test_somebody_the_bot_never_heard_of_is_looked_up(world: World) -> None:
    """An unknown person's first interaction works."""
    world.rehearsal.control.add_person("yan", id="U0YAN", real_name="Yan Li", tz="Asia/Shanghai")
    assert person(world, "U0YAN") is None
    assert "You look after no customers yet" in words(await open_home(world, "U0YAN"))
    assert person(world, "U0YAN") is not None


async def test_a_guest_gets_a_sentence_on_home(world: World) -> None:
    """A guest's Home shows a sentence."""
    world.rehearsal.control.add_person("gus", id="U0GUS", real_name="Gus Guest", is_restricted=True)
    home = await open_home(world, "U0GUS", "Only full members of this workspace")
    assert "ask a colleague who is one" in words(home)


async def test_a_renamed_colleague_has_the_new_name_on_the_managers_home(world: World) -> None:
    """The id stays, so the name changes everywhere."""
    world.office.customer("Acme", owner=ANA, waited=1)
    await world.rehearsal.control.change_person(ANA, real_name="Ana Sousa", display_name="Ana Sousa")
    await wait_for_person(world, ANA, name="Ana Sousa")
    assert "*Ana Sousa* · 1 customer, in cadence" in words(await open_home(world, MARA))


async def test_a_new_slack_admin_is_an_admin_here_until_it_ends(world: World) -> None:
    """When Slack's admin role ends, Mara is a manager again."""
    await world.rehearsal.control.change_person(MARA, is_admin=True)
    await wait_for_person(world, MARA, role=Role.ADMIN)
    await world.rehearsal.control.change_person(MARA, is_admin=False)
    await wait_for_person(world, MARA, role=Role.MANAGER)


async def test_a_zone_that_goes_missing_is_kept(world: World) -> None:
    """Without a zone in the event, Kiri keeps Auckland; her new name is stored."""
    await world.rehearsal.control.change_person(KIRI, tz=None, real_name="Kiri W")
    assert (await wait_for_person(world, KIRI, name="Kiri W")).zone == "Pacific/Auckland"


async def test_a_large_team_is_paged_on_home(world: World) -> None:
    """The buttons for the next and previous page update the tab."""
    for number in range(12):
        owner = world.office.person(f"U1{number:03}", f"Owner {number:03}")
        world.office.customer(f"Customer {number}", owner=owner, waited=1)
    mara = world.as_(MARA)
    home = await open_home(world, MARA, "1–10 of 12 owners")
    await mara.press(home, "home.team_next")
    home = await home_with(mara, "11–12 of 12 owners")
    await mara.press(home, "home.team_back")
    await home_with(mara, "1–10 of 12 owners")


async def test_an_open_home_follows_what_others_do(world: World) -> None:
    """Ana's change of cover appears on Bob's open Home."""
    world.office.customer("Acme", owner=ANA, waited=40)
    await open_home(world, BOB)
    await let_bob_cover_ana(world, "2026-11-24")
    await home_with(world.as_(BOB), "with those of Ana Lima")


async def test_a_busy_slack_delays_home_but_doesnt_lose_it(world: World) -> None:
    """After a rate limit, Home is published a second later."""
    world.rehearsal.control.faults.next("views.publish", status=429, retry_after=1, times=1)
    assert "no customers yet" in words(await open_home(world, ANA))


async def test_a_home_opened_yesterday_is_not_followed(world: World) -> None:
    """A Home opened long ago is updated only when it is opened again."""
    await open_home(world, BOB)
    await world.rehearsal.control.move(timedelta(hours=5))
    before = words(world.as_(BOB).home())
    await let_bob_cover_ana(world, "2026-11-24")
    await world.runtime.drain()
    assert words(world.as_(BOB).home()) == before
    assert "with those of Ana Lima" in words(await open_home(world, BOB, "with those of Ana Lima"))


async def test_a_manager_opens_a_colleagues_queue_from_home(world: World) -> None:
    """A name in the team opens who waits for them, with *Nudge*."""
    world.office.customer("Acme", owner=BOB, waited=47)
    mara = world.as_(MARA)
    home = await open_home(world, MARA, "*Bob Chen* · 1 customer: 0 in cadence")
    await mara.press(home, "checkins.open_queue", value=BOB)
    window = await mara.modal_opened("Queue")
    assert "*Acme* · 47 days" in words(window)
    await mara.press(window, "checkins.nudge", value=BOB)
    await mara.until(lambda me: (top := me.modal()) is not None and "Bob Chen gets one friendly message" in words(top))


async def test_a_manager_nudges_somebody_from_home(world: World) -> None:
    """Who hasn't acted for a week stands under *Needs you*; a press says when they are reminded."""
    world.office.customer("Acme", owner=BOB, waited=60)
    await world.rehearsal.control.move(timedelta(days=9))
    home = await open_home(world, MARA, "*Bob Chen* hasn't acted for")
    await world.as_(MARA).press(home, "checkins.nudge", value=BOB)
    window = await world.as_(MARA).modal_opened()
    assert "Bob Chen gets one friendly message" in words(window)


async def test_a_promise_is_kept_from_home(world: World) -> None:
    """One press, and the line is gone from the open Home."""
    acme = world.office.customer("Acme", owner=ANA, waited=3)
    world.office.do(record_promise, customer_id=acme, what="price list", due_on=date(2026, 11, 23), by=ANA)
    ana = world.as_(ANA)
    home = await open_home(world, ANA, "Acme: “price list”")
    assert words(home).startswith("1 promise due today")
    await ana.press(home, "promises.kept")
    await home_with(ana, "All caught up: 1 customer in cadence")


async def test_the_pool_is_shared_out_from_a_managers_home(world: World) -> None:
    """*Share out* opens the form of the customers feature."""
    world.office.customer("Pooled", waited=3)
    home = await open_home(world, MARA, "1 customer has no owner")
    await world.as_(MARA).press(home, "customers.share_out")
    await world.as_(MARA).modal_opened()
