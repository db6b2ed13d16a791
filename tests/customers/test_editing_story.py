"""Stories over the wire: adding, editing, pausing, claiming and handing over, with everything that can be wrong."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from bot.customers.queries import list_contacts
from bot.customers.rules.cells import ContactDetails
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerDetails
from bot.customers.tables import Customer
from bot.customers.usecases.details import add_customer, set_status
from rehearsal.state.views import View
from tests.customers.screens import answer, customer, shown, told, window
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode against the rehearsal, with nobody to look after yet."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def opened(world: World, who: str, command: str, title: str) -> View:
    """The window that a command opens."""
    await world.as_(who).command(command)
    return await window(world, who, title)


async def sent(world: World, who: str, form: View, **fields: Any) -> dict[str, str]:
    """The errors under the fields of a form that was filled so and sent."""
    await world.as_(who).fill(form, **fields)
    return await world.as_(who).submit(form) or {}


async def card_of(world: World, who: str, name: str) -> Any:
    """A customer's card, as the command answers it."""
    return await answer(world, who, f"/customers {name}", "customer since")


async def guest_joins(world: World) -> None:
    """A guest has an account, and the bot knows."""
    control = world.rehearsal.control
    await control.join_team("gus", id="U0GUS", real_name="Gus Guest", tz="Europe/Lisbon", is_restricted=True)
    await world.run_jobs()


WRONG = {
    "customers_domain": ("gmail.com", "domain of the customer's own"),
    "customers_contacts": ("Jo; jo@", "no e-mail address"),
    "customers_zone": ("Mars/Base", "Europe/Lisbon"),
    "customers_value": ("a lot", "12500.50"),
    "customers_headcount": ("many", "write it like 250"),
}
"""What somebody writes into each field that is read, and a part of the sentence that then stands under it."""


async def test_each_field_says_by_itself_what_is_wrong_with_it(world: World) -> None:
    """All of them at once, each under its own; mended, the form is taken."""
    form = await opened(world, ANA, "/customers add Acme", "Add a customer")
    errors = await sent(world, ANA, form, **{field: text for field, (text, _) in WRONG.items()})
    assert set(errors) == {field.replace("_", ".", 1) for field in WRONG}
    for field, (text, words) in WRONG.items():
        sentence = errors[field.replace("_", ".", 1)]
        assert words in sentence
        assert text.split("; ")[-1] in sentence
    assert world.office.look(lambda session: session.exec(select(Customer)).all()) == []
    mended = {
        "customers_domain": "acme-labs.com",
        "customers_contacts": "Jo; jo@acme-labs.com",
        "customers_value": "12k EUR",
    }
    assert await sent(world, ANA, form, **mended, customers_zone="europe/lisbon", customers_headcount="250") == {}
    acme = customer(world, "Acme")
    assert (acme.domain, acme.zone, acme.currency, acme.headcount) == ("acme-labs.com", "Europe/Lisbon", "EUR", 250)


@pytest.mark.parametrize(
    ("field", "value", "block", "words"),
    [
        ("customers_name", "\u200b\u202e", "customers.name", "Write what the customer is called"),
        ("customers_name", "Bolt GmbH", "customers.name", "here already (owner Bob Chen)"),
        ("customers_owner", BOB, "customers.owner", "Only managers can give customers to others"),
        ("customers_cadence", "91", "customers.cadence", "needs a manager's approval"),
    ],
)
async def test_what_the_rules_refuse_stands_under_its_field(
    world: World, field: str, value: str, block: str, words: str
) -> None:
    """A name that nobody can see, one that is here already, somebody else as owner, a cadence above the floor."""
    world.office.customer("Bolt", owner=BOB)
    form = await opened(world, ANA, "/customers add Acme", "Add a customer")
    errors = await sent(world, ANA, form, **{field: value})
    assert set(errors) == {block}
    assert words in errors[block]


async def test_an_owner_is_chosen_who_cannot_be_one(world: World) -> None:
    """A guest: the sentence stands under the person, in both windows that ask for one."""
    world.office.customer("Acme", owner=ANA)
    await guest_joins(world)
    card = await card_of(world, ANA, "acme")
    await world.as_(ANA).choose(card, "customers.card_menu", "Hand over")
    form = await window(world, ANA, "Hand over")
    errors = await sent(world, ANA, form, customers_to="U0GUS")
    assert set(errors) == {"customers.to"}
    await world.as_(ANA).close(form)
    form = await opened(world, MARA, "/customers edit acme", "Edit customer")
    errors = await sent(world, MARA, form, customers_owner="U0GUS")
    assert set(errors) == {"customers.owner"}
    assert customer(world, "Acme").owner_id == ANA


async def test_a_circle_of_parents_is_refused_under_the_parent(world: World) -> None:
    """Found by typing, chosen, sent: the sentence says why not; another parent is taken."""
    top = world.office.customer("Top Holding", owner=ANA)
    world.office.customer("Middle", owner=ANA, parent_id=top)
    world.office.customer("Elsewhere", owner=ANA)
    form = await opened(world, ANA, "/customers edit top holding", "Edit customer")
    assert set(await sent(world, ANA, form, customers_options="Middle")) == {"customers.parent"}
    assert await sent(world, ANA, form, customers_options="Elsewhere") == {}
    await window(world, ANA, "Customer", "Belongs to *Elsewhere*")


async def test_an_alias_written_twice_is_kept_once(world: World) -> None:
    """And one that is the name itself isn't kept; found by it afterwards."""
    world.office.customer("Acme", owner=ANA)
    form = await opened(world, ANA, "/customers edit acme", "Edit customer")
    assert await sent(world, ANA, form, customers_aliases="Labs; LABS; labs Ltd; ACME Inc.; Works") == {}
    await window(world, ANA, "Customer", "also called Labs, Works")
    assert customer(world, "works").name == "Acme"


async def test_a_long_cadence_takes_a_manager(world: World) -> None:
    """A member is told under the field; a manager's word stands on the card."""
    world.office.customer("Acme", owner=ANA)
    for who, errors in ((ANA, {"customers.cadence"}), (MARA, set())):
        form = await opened(world, who, "/customers edit acme", "Edit customer")
        assert set(await sent(world, who, form, customers_cadence="120")) == errors
    await window(world, MARA, "Customer", "every 120 days (a manager approved that)")


async def test_contacts_that_nobody_touched_stay_as_they_were(world: World) -> None:
    """Also those that a list wrote in ways the form can't read; a new line joins them."""
    odd = (
        ContactDetails(name="Al", role="Head @ Sales", phone="+351 21 000 ext. 5"),
        ContactDetails(name="Zoe; the boss", role="12 345", do_not_contact=True),
    )
    details = CustomerDetails(name="Acme", owner_id=ANA, contacts=odd)
    schema = world.office.do(add_customer, details=details, by=ANA)
    form = await opened(world, ANA, "/customers edit acme", "Edit customer")
    assert await sent(world, ANA, form, customers_country="Portugal") == {}
    form = await opened(world, ANA, "/customers edit acme", "Edit customer")
    lines = form.state["customers.contacts"]["customers.contacts"]["value"]
    assert await sent(world, ANA, form, customers_contacts=f"Mia; buyer\n{lines}") == {}
    kept = world.office.look(lambda session: list_contacts(session, schema.id))
    found = {row.name: (row.role, row.phone, row.do_not_contact) for row in kept}
    assert found == {
        "Al": ("Head @ Sales", "+351 21 000 ext. 5", False),
        "Mia": ("buyer", None, False),
        "Zoe; the boss": ("12 345", None, True),
    }
    assert customer(world, "Acme").country == "PT"


async def test_what_is_too_long_for_the_form_survives_it(world: World) -> None:
    """Fifty long preferences are shown in part, and still there after saving something else."""
    likes = tuple(f"{number} {'tea ' * 40}".strip() for number in range(50))
    details = CustomerDetails(name="Acme", owner_id=ANA, preferences=likes)
    world.office.do(add_customer, details=details, by=ANA)
    form = await opened(world, ANA, "/customers edit acme", "Edit customer")
    assert "too much for this form" in shown(form)
    assert await sent(world, ANA, form, customers_tags="gold; north") == {}
    acme = customer(world, "Acme")
    assert (tuple(acme.preferences), acme.tags) == (likes, ["gold", "north"])


async def test_an_ambiguous_name_is_said_to_be_one(world: World) -> None:
    """Both stand there; nobody claims that there is none."""
    for domain in ("twin.com", "twin.de"):
        world.office.customer("Twin", domain=domain, owner=ANA)
    found = await answer(world, ANA, "/customers edit twin", "2 customers are called twin; choose one")
    await world.as_(ANA).press(found, "customers.card", index=1)
    card = await window(world, ANA, "Customer", "Twin")
    await world.as_(ANA).choose(card, "customers.card_menu", "Edit")
    form = await window(world, ANA, "Edit customer")
    assert await sent(world, ANA, form, customers_country="DE") == {}
    await window(world, ANA, "Customer", " · DE · ")


async def test_a_customer_is_lost_excluded_and_comes_back(world: World) -> None:
    """Each with a reason; excluding and its taking back are for managers, said in the window."""
    world.office.customer("Acme", owner=ANA, waited=3)

    async def status(who: str, **fields: Any) -> dict[str, str]:
        card = await card_of(world, who, "acme")
        await world.as_(who).choose(card, "customers.card_menu", "Status")
        form = await window(world, who, "Status")
        errors = await sent(world, who, form, **fields)
        await world.as_(who).close(world.as_(who).modal() or form)
        return errors

    world.office.do(set_status, customer_id=customer(world, "Acme").id, status=Status.LOST, reason="moved away", by=ANA)
    past = await status(ANA, customers_status_choice="paused", customers_reason="x", customers_until="2026-11-23")
    assert set(past) == {"customers.until"}
    refused = await status(ANA, customers_status_choice="excluded", customers_reason="court order")
    assert "Only managers" in refused["customers.status_choice"]
    assert await status(MARA, customers_status_choice="excluded", customers_reason="court order") == {}
    acme = customer(world, "Acme")
    assert (acme.status, acme.status_by) == (Status.EXCLUDED, MARA)
    assert "Only managers" in (await status(ANA, customers_status_choice="active"))["customers.status_choice"]
    assert await status(MARA, customers_status_choice="active") == {}
    acme = customer(world, "Acme")
    assert (acme.status, acme.status_reason, acme.last_contact_on) == (Status.ACTIVE, None, date(2026, 11, 20))


async def test_a_card_that_is_open_is_drawn_anew_after_the_window_upon_it(world: World) -> None:
    """Handed back to the pool from a card that stands in a window: the card below says so, and offers to take it."""
    world.office.customer("Acme", owner=ANA, waited=3)
    page = await answer(world, ANA, "/customers", "1 customer")
    await world.as_(ANA).press(page, "customers.card")
    card = await window(world, ANA, "Customer", "Owner Ana Lima")
    await world.as_(ANA).choose(card, "customers.card_menu", "Hand over")
    form = await window(world, ANA, "Hand over")
    both = {"customers_to": BOB, "customers_to_pool": ["pool"]}
    assert "one of the two" in (await sent(world, ANA, form, **both))["customers.to"]
    assert await sent(world, ANA, form, customers_to=None) == {}
    card = await window(world, ANA, "Customer", "No owner")
    await world.as_(ANA).press(card, "customers.take")
    await window(world, ANA, "Customer", "Owner Ana Lima")
    assert customer(world, "Acme").owner_id == ANA


async def test_who_loses_a_customer_and_who_gets_it_are_told(world: World) -> None:
    """With the note, as its writer put it; the one who acts isn't told what they did."""
    world.office.customer("Acme", owner=BOB, waited=3)
    card = await card_of(world, MARA, "acme")
    await world.as_(MARA).choose(card, "customers.card_menu", "Hand over")
    form = await window(world, MARA, "Hand over")
    assert await sent(world, MARA, form, customers_to=KIRI, customers_note="<!channel> & prefers\nmornings") == {}
    await world.move(hours=12)
    news = await told(world, KIRI, "gave you")
    assert "&lt;!channel&gt; &amp; prefers mornings" in shown(news)
    assert "Acme, which was yours" in (await told(world, BOB, "which was yours")).text
    assert not [message for message in world.as_(MARA).dm() if "gave you" in message.text]


async def test_of_two_who_take_one_customer_the_last_has_it_and_the_first_hears_of_it(world: World) -> None:
    """Taking what is already one's own changes nothing, and is said so."""
    world.office.customer("Acme", waited=3)
    card = await card_of(world, BOB, "acme")
    pools = {who: await answer(world, who, "/customers pool", "Acme") for who in (ANA, BOB)}
    await world.as_(ANA).press(pools[ANA], "customers.take")
    await told(world, ANA, "is yours now")
    await world.as_(BOB).press(pools[BOB], "customers.take")
    await told(world, BOB, "Every customer has an owner.")
    await world.as_(BOB).press(card, "customers.take")
    await told(world, BOB, "Acme is yours already")
    assert customer(world, "Acme").owner_id == BOB
    await world.run_jobs()
    assert "took Acme over from you" in (await told(world, ANA, "took Acme over")).text


async def test_buttons_that_were_tampered_with_do_nothing(world: World) -> None:
    """A value that is no id, and one that nobody has: a sentence each, and the bot goes on."""
    world.office.customer("Acme", owner=ANA, waited=3)
    for value in ("nonsense", "00000000-0000-0000-0000-000000000001", '{"kind": 1}'):
        found = await answer(world, BOB, "/customers acme", "Owner Ana Lima")
        elements = [element for block in found.blocks for element in block.get("elements", [])]
        for element in elements:
            element["value"] = value
            for option in element.get("options", []):
                option["value"] = f"{option['value'].partition(':')[0]}:customer:{value}"[:150]
        for label in ("", "Edit", "Status", "Hand over", "Ask somebody", "Snooze"):
            before = len(world.as_(BOB).dm())
            if label:
                await world.as_(BOB).choose(found, "customers.card_menu", label)
            else:
                await world.as_(BOB).press(found, "customers.take")
            await world.as_(BOB).until(lambda me, before=before: len(me.dm()) > before)
            assert "/customers" in world.as_(BOB).dm()[-1].text
    assert customer(world, "Acme").owner_id == ANA


@pytest.mark.parametrize("command", ["", "acme", "add Acme", "edit acme", "import", "pool"])
async def test_guests_are_told_who_may(world: World, command: str) -> None:
    """Whatever they type after /customers; no window opens."""
    world.office.customer("Acme", owner=ANA)
    await guest_joins(world)
    await answer(world, "U0GUS", f"/customers {command}", "Only full members")
    assert world.as_("U0GUS").modal() is None


async def test_help_and_words_without_a_name_are_answered(world: World) -> None:
    """What one can type; which one to edit; an empty house; an empty pool."""
    await answer(world, ANA, "/customers help", "/customers import")
    await answer(world, ANA, "/customers EDIT", "Say which one")
    empty = await answer(world, ANA, "/customers", "No customers yet")
    await answer(world, ANA, "/customers pool", "Every customer has an owner.")
    await world.as_(ANA).press(empty, "customers.add")
    await world.as_(ANA).close(await window(world, ANA, "Add a customer"))
    await world.as_(ANA).press(empty, "customers.import")
    await window(world, ANA, "Import customers")
