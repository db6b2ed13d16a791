"""Who is told, who inherits and what the trail says, for every kind of commitment alike."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from bot.commitments.usecases import find_new_assignee, list_recipients, recording
from bot.commitments.views import saved
from bot.followups.listeners import SCREENS
from bot.followups.queries import FOLLOWUPS
from bot.followups.usecases import complete_followup
from bot.people.queries import find_person_row
from bot.people.rules import Mute, Role
from tests.followups.helpers import assign, owed, stored, trail
from tests.followups.test_views import followup
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office


def change(office: Office, person_id: str, **columns: Any) -> None:
    """Change what is known of a person."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        person = find_person_row(session, person_id)
        for name, value in columns.items():
            setattr(person, name, value)


def heir(office: Office, schema: Any, *first: str) -> str | None:
    """Who would get a follow-up."""

    def find(session: Session) -> str | None:
        person = find_new_assignee(session, stored(office, schema), *first)
        return person.id if person else None

    found: str | None = office.look(find)
    return found


@pytest.mark.parametrize("column", ["is_guest", "is_deactivated", "is_bot"])
def test_who_is_no_member_any_more_is_not_told(office: Office, column: str) -> None:
    """They asked for it while they were; what becomes of customers is none of a guest's business."""
    schema = assign(office, office.customer("Acme"))
    change(office, MARA, **{column: True})
    office.do(complete_followup, followup_id=schema.id, by=ANA)
    assert owed(office, "news") == []


def test_everybody_is_told_once_and_not_of_what_they_did(office: Office) -> None:
    """Nobody, strangers, who switched news off and who is left out are none of them."""
    change(office, KIRI, mutes=[Mute.NEWS])
    people = [ANA, None, BOB, ANA, "U0STRANGER", KIRI, MARA]
    assert office.look(lambda session: list_recipients(session, people, but=[MARA])) == [ANA, BOB]


def test_work_goes_to_those_who_have_most_to_do_with_it(office: Office) -> None:
    """To whoever is named first, the owner, a manager; without anybody who is here, to nobody."""
    schema = assign(office, office.customer("Acme", owner=BOB))
    assert heir(office, schema, KIRI) == KIRI
    change(office, KIRI, is_deactivated=True)
    assert heir(office, schema, KIRI) == BOB
    change(office, BOB, is_guest=True)
    assert heir(office, schema, KIRI) == MARA
    change(office, MARA, role=Role.MEMBER)
    assert heir(office, schema, KIRI) is None


def test_a_manager_who_takes_news_comes_before_one_who_does_not(office: Office) -> None:
    """And where none does, one of them gets it all the same."""
    schema = assign(office, office.customer("Acme"))
    change(office, ANA, role=Role.MANAGER, mutes=[Mute.NEWS])
    assert heir(office, schema) == MARA
    change(office, MARA, mutes=[Mute.NEWS])
    assert heir(office, schema) == ANA


def test_what_fails_leaves_no_line_in_the_trail(office: Office) -> None:
    """The line is written only once the change was made."""
    schema = assign(office, office.customer("Acme"))

    def fail(session: Session, *, now: Any) -> None:
        row = stored(office, schema)
        with recording(session, FOLLOWUPS, row, "moved", by=MARA, now=now):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        office.do(fail)
    assert trail(office, schema) == [f"{MARA} followup.given"]


def test_a_name_with_an_ampersand_is_escaped_once_in_the_window_that_says_what_was_saved() -> None:
    """It was escaped twice, and read `&amp;`."""
    one = followup(id=uuid4()).model_copy(update={"customer_name": "Bread & Butter"})
    assert "Bread &amp; Butter" in str(saved(SCREENS.confirm(one, MARA)))
