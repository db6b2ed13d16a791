"""From a list's words to what they stand for: its owners, its parents."""

import re
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, select

from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Note
from bot.customers.usecases.matching import Matcher, Target
from bot.people.tables import Person

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;]+@[^\s<>()\[\],;]+")


class Owners:
    """People by everything a list may call them: e-mail, Slack id, handle, name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._ids: set[str] = set()
        self._called: dict[str, set[str]] = {}
        self._away: dict[str, str] = {}
        for person in people:
            if person.is_deactivated or person.is_bot or person.is_guest:
                self._away[person.id] = person.name
            self._ids.add(person.id)
            for word in filter(None, (person.email, person.handle, person.name_key)):
                self._called.setdefault(word.casefold(), set()).add(person.id)
        self._known: dict[str, str | None] = {}

    def find(self, words: str) -> str | None:
        """The one person that *words* stand for and who can look after customers, or None."""
        if words not in self._known:
            self._known[words] = self._find(words.strip())
        return self._known[words]

    def _find(self, words: str) -> str | None:
        mentioned = _MENTION.fullmatch(words)
        if mentioned or words in self._ids:
            found = {mentioned[1] if mentioned else words} & self._ids
        elif address := _ADDRESS.search(words):
            found = self._called.get(address[0].casefold(), set())
        else:
            found = self._called.get(words.removeprefix("@").casefold()) or self._called.get(name_key(words), set())
        here = found - self._away.keys()
        return here.pop() if len(here) == 1 else None


def load_owners(session: Session) -> Owners:
    """Everybody the workspace knows."""
    return Owners(session.exec(select(Person)).all())


def tie_parents(targets: Iterable[Target], matcher: Matcher) -> list[Note]:
    """
    Give each target the parent its row names, by external id or name, wherever in the list that stands; a remark about
    each that can't be found, fits several, or would make a circle. Those customers stay without the parent.
    """
    remarks: list[Note] = []
    naming = [target for target in targets if target.wants.get("parent")]
    for target in sorted(naming, key=lambda target: (target.source, target.external_id or "", target.name_key)):
        words = target.wants["parent"]
        found = _find_parent(words, target, matcher)
        if isinstance(found, str):
            remarks.append(Note(target.rows[0].row_number, "parent", f"{found} It was left without.", words))
        else:
            target.parent = found
    return remarks


def _find_parent(words: str, target: Target, matcher: Matcher) -> Target | str:
    known = matcher.by_id.get((target.source, words))
    named = [known] if known and not known.is_refused else matcher.called(name_key(words))
    if not named:
        return f"The parent “{words}” is neither in this list nor among the customers."
    if len(named) > 1:
        return f"Several customers are called “{words}”: name the parent by its external id."
    if _would_circle(target, named[0], matcher):
        return f"“{words}” can't be the parent, since it belongs to {target.name} itself."
    return named[0]


def _would_circle(target: Target, parent: Target, matcher: Matcher) -> bool:
    above: Target | None = parent
    seen: set[UUID] = set()
    while above is not None and above.id not in seen:
        if above is target:
            return True
        seen.add(above.id)
        above = _parent_of(above, matcher)
    return False


def _parent_of(target: Target, matcher: Matcher) -> Target | None:
    if target.parent is not None or target.now is None or target.now.parent_id is None:
        return target.parent
    return matcher.by_uuid.get(target.now.parent_id)
