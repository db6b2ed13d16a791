"""What changes people, and who may change what."""

from sqlmodel import Session

from bot.core.errors import NotAllowed
from bot.people.queries import find_person_row, list_managers
from bot.people.rules import Role
from bot.people.tables import Person


def may_manage(person: Person | None) -> bool:
    """Whether that person is a manager or an admin that is still here."""
    return person is not None and not person.is_deactivated and person.role in {Role.MANAGER, Role.ADMIN}


def require_manager(session: Session, *, by: str, wish: str) -> Person:
    """
    The person *by*, who has to be a manager or admin; *wish* completes "Only managers can …".

    Raises:
        NotAllowed: they are not; the sentence names whom to ask.
    """
    person = find_person_row(session, by)
    if person is None or not may_manage(person):
        others = [manager.name for manager in list_managers(session)[:2]]
        whom = f"ask {' or '.join(others)}" if others else "ask a Slack admin to name one with /evenhand setup"
        raise NotAllowed(f"Only managers can {wish}; {whom}.")
    return person


def require_here(session: Session, *, by: str) -> Person:
    """
    The person *by*, who has to be a full member of the workspace.

    Raises:
        NotAllowed: a guest, a bot, somebody deactivated or unknown.
    """
    person = find_person_row(session, by)
    if person is None or person.is_deactivated or person.is_bot or person.is_guest:
        raise NotAllowed("Only full members of this workspace can do that; ask a colleague who is one.")
    return person
