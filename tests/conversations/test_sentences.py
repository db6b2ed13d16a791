"""Ten sentences in five wordings each, said to the bot over the wire: the right proposal or question, and no save."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import select

from bot.checkins.tables import Checkin
from bot.conversations.tables import Note
from bot.escalations.tables import Escalation
from bot.followups.tables import Followup
from bot.promises.tables import Promise
from rehearsal.state.messages import Message
from tests.conversations.talk import answer, buttons
from tests.makers import ANA
from tests.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROPOSAL = ["Save", "Change", "Not this customer"]
PROBLEM = ["How bad is it…", "Not this customer"]
MENU = ["My queue", "Record a check-in", "Help"]

TALKED = 'We talked with Bakery Lindqvist today: "they are happy with the invoice". Next contact Wed 23 Dec.'
TRIED = "We tried to reach Acme today"
CAME = "Golddex contacted us yesterday"
MINE = "You'll follow up with Acme by Fri 27 Nov: "
PROMISED = "You promised Golddex by Fri 27 Nov: "
WRONG = "A problem at Acme: "
QUEUE = "Your queue: 5 due"
CARD = "Golddex: We last talked 31 days ago."
WORDINGS = 5  # of each sentence; the first one is said in `make test`, too
SAYINGS: list[tuple[str, str, list[str]]] = [
    ("talked to Bakery Lindqvist, they are happy with the invoice", TALKED, PROPOSAL),
    ("Just spoke with bakery lindqvist: they are happy with the invoice", TALKED, PROPOSAL),
    ("called Lindqvist today, they are happy with the invoice", TALKED, PROPOSAL),
    ("hey, I had a quick call with Bakery Lindqvist - they are happy with the invoice", TALKED, PROPOSAL),
    ("This morning I've talked to BAKERY LINDQVIST and they are happy with the invoice.", TALKED[:48], PROPOSAL),
    ("tried Acme, voicemail", TRIED, PROPOSAL),
    ("called acme, no answer", TRIED, PROPOSAL),
    ("couldn't reach Acme", TRIED, PROPOSAL),
    ("left a voicemail for Acme", TRIED, PROPOSAL),
    ("Acme didn't pick up", TRIED, PROPOSAL),
    ("Golddex called me yesterday about the fair", CAME, PROPOSAL),
    ("yesterday golddex wrote back, all fine", CAME, PROPOSAL),
    ("heard from Golddex yesterday: they pay", CAME, PROPOSAL),
    ("got an email from Golddex yesterday", CAME, PROPOSAL),
    ("Golddex got in touch yesterday", CAME, PROPOSAL),
    ("who is waiting?", QUEUE, []),
    ("my queue", QUEUE, []),
    ("what's due", QUEUE, []),
    ("Who should I call next?", QUEUE, []),
    ("show me my list please", QUEUE, []),
    ("what about Golddex", CARD, []),
    ("tell me about golddex", CARD, []),
    ("Golddex", CARD, []),
    ("when did we last talk to Golddex?", CARD, []),
    ("how is gold doing?", CARD, []),
    ("remind me about Acme friday", MINE + "talk to them.", PROPOSAL),
    ("remind me on Friday to call Acme about the invoice", MINE + "call them about the invoice.", PROPOSAL),
    ("follow up with acme by friday: invoice", MINE + "invoice.", PROPOSAL),
    ("I need to send Acme the contract on 27 Nov", MINE + "send them the contract.", PROPOSAL),
    ("Can you remind me to ask Acme for the papers 2026-11-27?", MINE + "ask them for the papers.", PROPOSAL),
    ("promised Golddex a price list by friday", PROMISED + "a price list.", PROPOSAL),
    ("I promised to send Golddex a price list by friday", PROMISED + "send them a price list.", PROPOSAL),
    ("we owe golddex a price list by Friday", PROMISED + "a price list.", PROPOSAL),
    ("I've promised a price list to Golddex by friday", PROMISED + "a price list.", PROPOSAL),
    ("promised Golddex on friday: the slides", PROMISED + "the slides.", PROPOSAL),
    ("Acme is angry, nothing works", WRONG + '"Acme is angry, nothing works".', PROBLEM),
    ("problem at Acme: the line stands still", WRONG + '"the line stands still".', PROBLEM),
    ("Acme has a serious problem with the portal", WRONG, PROBLEM),
    ("there's an issue with acme, they can't log in", WRONG + "\"they can't log in\".", PROBLEM),
    ("escalate Acme the portal is down", WRONG + '"the portal is down".', PROBLEM),
    ("help", "What you can say to me.", MENU),
    ("Hello!", "What you can say to me.", MENU),
    ("what can you do?", "What you can say to me.", MENU),
    ("thanks a lot", "You're welcome.", MENU),
    ("we need more coffee", "I didn't understand that. What would you like?", MENU),
    ("talked to Harb", "No customer is called Harb. Did you mean Harbour Bikes or Harbour Café?", ["Harbour Bikes"]),
    ("called Akme, fine", 'No customer is called Akme. Did you mean Acme? You said: "fine"', ["Acme", "Add Akme"]),
    ("met Acme and Golddex", "Which customer is it about?", ["Acme", "Golddex"]),
    ("spoke to Acme on monday", "When was that? Acme", ["Mon 16 Nov", "Mon 23 Nov"]),
    ("remind me to call Acme", 'By when? Acme: "call them"', ["Tue 24 Nov", "Mon 30 Nov"]),
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talking(tmp_path_factory: pytest.TempPathFactory, templates: dict[str, Path]) -> AsyncIterator[World]:
    """One world for all sentences: a customer of Ana's each."""
    path = tmp_path_factory.mktemp("sentences") / "evenhand.db"
    shutil.copy(templates["template_empty"], path)
    async with open_world(f"sqlite:///{path}") as world:
        for name in ("Acme", "Golddex", "Harbour Bikes", "Harbour Café", "Bakery Lindqvist"):
            world.office.customer(name, owner=ANA, waited=31)
        yield world


def saved(world: World) -> int:
    """How much is saved of what can be said."""
    tables: tuple[Any, ...] = (Checkin, Followup, Promise, Escalation, Note)
    return sum(
        len(world.office.look(lambda session, table=table: session.exec(select(table)).all())) for table in tables
    )


@pytest.mark.parametrize(
    ("said", "text", "shown"),
    [pytest.param(*one, marks=pytest.mark.slow if at % WORDINGS else ()) for at, one in enumerate(SAYINGS)],
)
async def test_each_wording_gets_the_right_proposal_or_a_question(
    talking: World, said: str, text: str, shown: list[str]
) -> None:
    """In the thread of what was said; nothing is saved."""
    reply: Message = await answer(talking, said)
    assert reply.text.startswith(text)
    assert buttons(reply)[: len(shown)] == shown
    assert saved(talking) == 0


async def test_there_are_ten_sentences_in_five_wordings() -> None:
    """None is said twice."""
    assert len({said.casefold() for said, _, _ in SAYINGS}) == 50
