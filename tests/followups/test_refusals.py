"""What isn't theirs is refused wherever a follow-up can be handed out, and the audit trail says who tried."""

from uuid import uuid4

from sqlmodel import col, select

from bot.commitments.views import OPTIONS
from bot.followups import views
from bot.workspaces.tables import AuditEntry
from tests.checkins.test_stories import told, window
from tests.followups.helpers import assign
from tests.makers import BOB
from tests.world import World


async def test_forged_customers_are_refused_in_form_list_and_take_and_noted(world: World) -> None:
    """Ids that aren't ours where a customer is chosen, a page is turned, *Take it* is pressed; and who asks others."""
    acme, bob = world.office.customer("Acme"), world.as_(BOB)
    taken, chosen, listed = (str(uuid4()) for _ in range(3))
    offer = (await bob.command("/assign @ana Acme friday call")).messages[0]
    button = next(one for block in offer.blocks for one in block.get("elements", ()) if "take" in one["action_id"])
    button["value"] = button["value"].replace(str(acme), taken)
    await bob.press(offer, button["action_id"])
    await told(bob, "That customer isn't here any more")
    await bob.command("/assign")
    form = await window(bob, "Ask somebody")
    await bob.fill(form, followups_words="x", followups_due="2026-12-04", followups_who="ana")
    for key, sentence in ((chosen, "isn't here any more"), (str(acme), "Only managers can ask others")):
        option = {"text": {"type": "plain_text", "text": "x"}, "value": key}
        form.state[views.CUSTOMER] = {OPTIONS: {"type": "external_select", "selected_option": option}}
        assert sentence in str(await bob.submit(form))
    await bob.close(form)
    for number in range(9):
        assign(world.office, acme, assignee_id=BOB, what=f"thing {number}")
    page = (await bob.command("/assign list")).messages[0]
    button = next(one for block in page.blocks for one in block.get("elements", ()) if "page" in one["action_id"])
    button["value"] = f"1 c-{listed}"
    await bob.press(page, button["action_id"])
    query = select(AuditEntry).where(AuditEntry.action == "press.refused").order_by(col(AuditEntry.id))
    await bob.until(lambda _: len(world.office.look(lambda session: session.exec(query).all())) == 4)
    trail = world.office.look(lambda session: session.exec(query).all())
    assert [(entry.by, entry.subject_id) for entry in trail] == [
        (BOB, taken), (BOB, chosen), (BOB, str(acme)), (BOB, f"1 c-{listed}"),
    ]  # fmt: skip
