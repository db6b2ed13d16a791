"""The schedules of many customers at once: first calls spread over their owners' days, every due date worked out once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from bot.customers.rules.due import Status, brought_forward, due_on, neglected_after, spread_first_dues
from bot.customers.usecases.details import taken_first_calls
from bot.customers.usecases.matching import Target
from bot.people.queries import get_calendar
from bot.people.rules import Calendar
from bot.workspaces.queries import get_workspace

NO_CAP = 1_000_000
"""First calls a day in the pool: nobody has to make them all, so they are only spread evenly."""

Schedule = dict[str, int | date]


class ScheduleBatch:
    """Works out schedules for one import; what owners and days have in common is worked out once."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.workspace = get_workspace(session)
        self.today = self.calendar(None).today(now)
        self._clocks: dict[tuple[str | None, date, int], tuple[date, date]] = {}

    def calendar(self, owner_id: str | None) -> Calendar:
        """When that owner works; read once."""
        known: dict[str | None, Calendar] = self.__dict__.setdefault("_calendars", {})
        if owner_id not in known:
            known[owner_id] = get_calendar(self.session, owner_id)
        return known[owner_id]

    def compute(
        self,
        *,
        owner_id: str | None,
        added_on: date,
        cadence_days: int | None,
        last_contact_on: date | None,
        first_due_on: date | None,
        sooner_on: date | None = None,
        sooner_since: date | None = None,
    ) -> Schedule:
        """The stored conclusions of one customer, as `scheduling.wind` draws them."""
        cadence = cadence_days or self.workspace.default_cadence_days
        since = last_contact_on or added_on
        key = (owner_id, since, cadence)
        if key not in self._clocks:
            due = due_on(since, cadence, self.calendar(owner_id))
            self._clocks[key] = (due, neglected_after(since, cadence, self.workspace.neglect_factor))
        due, limit = self._clocks[key]
        if last_contact_on is None and first_due_on is not None:
            due = self.calendar(owner_id).next_working_day(first_due_on)
        due = brought_forward(due, last_contact_on, sooner_on=sooner_on, sooner_since=sooner_since)
        return {"effective_cadence_days": cadence, "waiting_since": since, "due_on": due, "neglected_after": limit}

    def spread(self, new: Sequence[Target]) -> int:
        """
        Give each new customer that nobody has talked to a day for its first call; returns how many of them find no
        feature in their cadence. What a customer is called decides its place, so neither size nor the order of the list
        does. The pool is spread over the workspace's working days without a cap.
        """
        waiting: dict[str | None, list[Target]] = {}
        for target in new:
            wants = target.wants
            wants.setdefault("added_on", self.today)
            if wants.get("last_contact_on") is None and wants.get("status", Status.ACTIVE) is Status.ACTIVE:
                waiting.setdefault(wants.get("owner_id"), []).append(target)
        taken = taken_first_calls(self.session) if waiting else {}
        return sum(self._spread_one(owner, group, taken.get(owner, {})) for owner, group in waiting.items())

    def _spread_one(self, owner_id: str | None, group: list[Target], taken: dict[date, int]) -> int:
        calendar, cadence = self.calendar(owner_id), self.workspace.default_cadence_days
        by_key = _keys(group)
        dues = spread_first_dues(
            [
                (key, target.wants["added_on"], target.wants.get("cadence_days") or cadence)
                for key, target in by_key.items()
            ],
            today=calendar.today(self.now),
            calendar=calendar,
            per_day=self.workspace.first_calls_a_day if owner_id else NO_CAP,
            taken=taken if owner_id else {},
        )
        late = 0
        for key, first in dues.items():
            wants = by_key[key].wants
            wants["first_due_on"] = first
            own = self.compute(
                owner_id=owner_id, added_on=wants["added_on"], cadence_days=wants.get("cadence_days"),
                last_contact_on=None, first_due_on=None,
            )  # fmt: skip
            late += first > own["due_on"]  # type: ignore[operator]  # a due date is a date
        return late


def _keys(group: list[Target]) -> dict[str, Target]:
    """Each customer under words of its own that stay the same from one import to the next."""
    keys: dict[str, Target] = {}
    for target in group:
        key = "\n".join((target.source, target.external_id or "", target.domain or "", target.name_key))
        keys[key if key not in keys else f"{key}\n{len(keys)}"] = target
    return keys
