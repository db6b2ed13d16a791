"""Finding the people whom a list calls owners."""

import re

from sqlmodel import Session, select

from bot.customers.rules.names import name_key
from bot.people.tables import Person

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;]+@[^\s<>()\[\],;]+")


class Owners:
    """Finds people by everything a list may call them: e-mail, Slack id, handle, name."""

    def __init__(self, session: Session) -> None:
        """Read everybody the workspace knows."""
        self._ids: set[str] = set()
        self._called: dict[str, set[str]] = {}
        self._away: set[str] = set()
        self._zones: dict[str, str] = {}
        for person in session.exec(select(Person)):
            if person.is_deactivated or person.is_bot or person.is_guest:
                self._away.add(person.id)
            self._ids.add(person.id)
            self._zones[person.id] = person.zone
            for word in filter(None, (person.email, person.handle, person.name_key)):
                self._called.setdefault(word.casefold(), set()).add(person.id)
        self._known: dict[str, str | None] = {}

    def find(self, words: str) -> str | None:
        """Return the one person that *words* mean and who can look after customers, or None."""
        if words not in self._known:
            self._known[words] = self._find(words.strip())
        return self._known[words]

    def zone_of(self, person_id: str | None) -> str | None:
        """Return a person's time zone, None if it isn't known."""
        return self._zones.get(person_id or "")

    def _find(self, words: str) -> str | None:
        mentioned = _MENTION.fullmatch(words)
        if mentioned or words in self._ids:
            found = {mentioned[1] if mentioned else words} & self._ids
        elif address := _ADDRESS.search(words):
            found = self._called.get(address[0].casefold()) or self._named(words[: address.start()].rstrip(" (<[,;"))
        else:
            found = self._named(words)
        here = found - self._away
        return here.pop() if len(here) == 1 else None

    def _named(self, words: str) -> set[str]:
        return self._called.get(words.removeprefix("@").casefold()) or self._called.get(name_key(words), set())
