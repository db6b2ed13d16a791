"""The main story: a team imports customers, forty working days pass, and everybody acts on what they see."""

import csv
import io
import random
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from bot.core.database import workspace_of
from bot.customers.queries import schema_of
from bot.customers.rules.due import Standing, Status
from bot.customers.tables import Customer
from bot.slack.blocks import escape
from rehearsal.actor import Actor
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.makers import ANA, BOB, KIRI, MARA
from tests.story.ledger import Account, Ledger
from tests.world import World

ZONES = {ANA: "Europe/Lisbon", BOB: "America/New_York", KIRI: "Pacific/Auckland"}
OWNERS = tuple(ZONES)
EMAILS = {ANA: "ana@example.test", BOB: "bob@example.test", KIRI: "kiri@example.test"}
WORKING_DAYS = 40
IN_THE_POOL = 4


def with_owners(content: bytes) -> tuple[bytes, list[str]]:
    """Return the list with a column of owners; the last few rows have none."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    for number, row in enumerate(rows):
        row["Account Owner"] = "" if number >= len(rows) - IN_THE_POOL else EMAILS[OWNERS[number % len(OWNERS)]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(), [row["account"] for row in rows]


def words(shown: Message | View) -> str:
    """Return all text of a message or modal."""
    return "\n".join(_texts(shown.blocks))


def _count_asides(me: Actor) -> int:
    return sum("By the way" in message.text for message in me.sees())


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


class Play:
    """Plays the forty days and checks them."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)  # noqa: S311 - the same story every time
        self.ledger = Ledger()
        self.digests_seen = 0
        self.reminded: dict[str, list[date]] = {owner: [] for owner in OWNERS}
        self.done: dict[str, int] = {"talked": 0, "tried": 0, "snoozed": 0, "handed over": 0, "taken": 0}

    async def import_list(self, file: bytes) -> None:
        """Upload a list as Mara, check the preview, and confirm."""
        content, names = with_owners(file)
        mara = self.world.as_(MARA)
        await mara.command("/customers import")
        view = await mara.modal_opened("Import customers")
        await mara.upload(view, "customers.file", "crm_accounts.csv", content)
        assert await mara.submit(view) is None
        await mara.until(lambda _: f"{len(names)} would be added" in words(view), timeout=30)
        assert await mara.submit(view) is None
        await mara.until(lambda _: "is in." in words(view), timeout=30)
        await mara.close(view)
        today = self.world.now.date()
        for customer in self._customers():
            self.ledger.accounts[customer.id] = Account(customer.name, added=today)
        assert sorted(account.name for account in self.ledger.accounts.values()) == sorted(names)

    async def set_up_the_digest(self) -> None:
        """Set up a digest as Mara: Mondays and Thursdays at nine."""
        mara = self.world.as_(MARA)
        await mara.command("/evenhand setup")
        view = await mara.modal_opened("Setup")
        await mara.fill(view, digests_channel="accounts", digests_days=["Mon", "Thu"])
        assert await mara.submit(view) is None
        await self.world.run_jobs()

    async def send_kiri_on_holiday(self, first: date, last: date) -> None:
        """Add an absence of Kiri, covered by Ana."""
        kiri = self.world.as_(KIRI)
        await kiri.open_home()
        home = await kiri.until(lambda me: me.home())
        await kiri.press(home, "home.preferences")
        form = await kiri.modal_opened("Preferences")
        await kiri.pick_date(form, "home.first_day", first.isoformat())
        await kiri.pick_date(form, "home.last_day", last.isoformat())
        await kiri.choose(form, "home.cover_chosen", ANA)
        assert await kiri.submit(form) is None

    async def pass_days(self, days: int) -> None:
        """Move through the days, from one owner's nine o'clock to the next."""
        for offset in range(days):
            day = self.world.now.date() if offset == 0 else self.world.now.date() + timedelta(days=1)
            for moment, owner in sorted((self._nine(day, owner), owner) for owner in OWNERS):
                await self._go_to(max(moment, self.world.now))
                if owner == ANA:
                    self._look_at_the_digest(day)
                await self._act_on_reminder(owner)
            end = datetime.combine(day, time(23, 30), UTC)
            await self._go_to(max(end, self.world.now))

    def _nine(self, day: date, owner: str) -> datetime:
        """Return the instant of the owner's nine o'clock on that UTC day; in Auckland it is the next day by then."""
        zone = ZoneInfo(ZONES[owner])
        for local in (day, day + timedelta(days=1)):
            instant = datetime.combine(local, time(9), zone).astimezone(UTC)
            if instant.date() == day:
                return instant
        raise AssertionError(f"There is no nine o'clock for {owner} on {day}.")

    async def _go_to(self, instant: datetime) -> None:
        await self.world.rehearsal.control.move_to(instant)
        await self.world.run_jobs()

    async def _act_on_reminder(self, owner: str) -> None:
        actor = self.world.as_(owner)
        today = self.world.now.astimezone(ZoneInfo(ZONES[owner])).date()
        message = self._reminder_of_now(actor)
        if message is None:
            return
        assert today not in self.reminded[owner], f"{owner} was reminded twice on {today}."
        self.reminded[owner].append(today)
        for customer_id in self._rows(message):
            await self._act(actor, message, customer_id, today)

    def _reminder_of_now(self, actor: Actor) -> Message | None:
        """Return the reminder sent at this instant, or None."""
        now = f"{self.world.now.timestamp():.0f}"
        for message in reversed(actor.dm()):
            if "to hear from you" in message.text and message.ts.split(".")[0] == now:
                return message
        return None

    def _rows(self, message: Message) -> list[UUID]:
        found = [element for block in message.blocks for element in block.get("elements", ())]
        return [UUID(button["value"]) for button in found if button.get("action_id") == "checkins.log"]

    async def _act(self, actor: Actor, message: Message, customer_id: UUID, today: date) -> None:
        """Handle a customer: seven in ten are talked to; others are tried, snoozed, handed over or ignored."""
        account, throw = self.ledger.accounts[customer_id], self.dice.random()
        if throw < 0.60:
            await self._log(actor, message, customer_id, "talked")
            account.contacts.append(today)
        elif throw < 0.75:
            await self._log(actor, message, customer_id, "tried")
            account.attempts.append(today)
        elif throw < 0.83:
            await self._ask_for_peace(actor, message, customer_id, today + timedelta(days=10))
            account.asked_until = today + timedelta(days=10)
        elif throw < 0.88:
            await self._hand_over(actor, message, customer_id)
        await self.world.bot.runtime.drain()

    async def _log(self, actor: Actor, message: Message, customer_id: UUID, result: str) -> None:
        heard = _count_asides(actor)
        await actor.press(message, "checkins.log", value=str(customer_id))
        form = await actor.modal_opened("Check-in")
        await actor.choose(form, "checkins.result", result)
        await actor.fill(form, checkins_note=f"{result} on {self.world.now:%d %b}")
        assert await actor.submit(form) is None
        await actor.until(lambda _: f"✓ {self._shown(customer_id)} · {result}" in words(message))
        if result == "talked" and any(one.id == customer_id and one.parent_id for one in self._customers()):
            await actor.until(lambda me: _count_asides(me) > heard)
        self.done[result] += 1

    async def _ask_for_peace(self, actor: Actor, message: Message, customer_id: UUID, until: date) -> None:
        await self._choose(actor, message, f"snooze_until:{customer_id}")
        form = await actor.modal_opened("Snooze")
        await actor.choose(form, "checkins.reason", "They asked")
        await actor.until(lambda _: "For how long" in words(form))
        await actor.choose(form, "checkins.how_long", "Until the day below")
        await actor.pick_date(form, "checkins.until", until.isoformat())
        assert await actor.submit(form) is None
        await actor.until(lambda _: f"✓ {self._shown(customer_id)} · snoozed" in words(message))
        self.done["snoozed"] += 1

    async def _choose(self, actor: Actor, message: Message, value: str) -> None:
        """Choose an entry in the row's ⋯ menu."""
        for block in message.blocks:
            options = [option["value"] for menu in block.get("elements", ()) for option in menu.get("options", ())]
            if value in options:
                await actor.choose(message, "checkins.more", value, block_id=block["block_id"])
                return
        raise AssertionError(f"No row offers {value}.")

    async def _hand_over(self, actor: Actor, message: Message, customer_id: UUID) -> None:
        owner = next(customer.owner_id for customer in self._customers() if customer.id == customer_id)
        to = self.dice.choice([other for other in OWNERS if other != owner])
        await self._choose(actor, message, f"hand_over:{customer_id}")
        form = await actor.modal_opened("Hand over")
        await actor.fill(form, checkins_to=to)
        assert await actor.submit(form) is None
        await actor.until(lambda _: f"✓ {self._shown(customer_id)} · handed over" in words(message))
        self.done["handed over"] += 1

    def _look_at_the_digest(self, day: date) -> None:
        """Check that the digest was posted on its days and agrees with the ledger."""
        posted = self._digests_of_now()
        if day.weekday() not in {0, 3}:
            assert posted == []
            return
        [digest] = posted
        self.digests_seen += 1
        late = self.ledger.neglected(day)
        text = words(digest)
        expected = self._coverage(day)
        assert digest.text.startswith(expected), f"{digest.text!r} should begin with {expected!r} on {day}."
        if late:
            assert f" · {len(late):,} neglected" in digest.text
        shown = re.findall(r"^\*([^*]+)\* · (?:never contacted, )?\d+ days \(every 30\)", text, re.MULTILINE)
        assert shown == [escape(name) for name in late[:5]]
        replies = "\n".join(words(reply) for reply in self._replies(digest))
        assert all(escape(name) in replies or escape(name) in text for name in late)

    def _coverage(self, day: date) -> str:
        """Return the coverage sentence, computed from every customer's dates."""
        active = [customer for customer in self._customers() if customer.status is Status.ACTIVE]
        standings = [schema_of(customer, today=day).standing for customer in active]
        late = {account.name for account in self.ledger.accounts.values() if account.is_neglected(day)}
        assert late == {
            customer.name for customer, standing in zip(active, standings, strict=True)
            if standing is Standing.NEGLECTED
        }  # fmt: skip
        well = sum(
            standing is Standing.IN_CADENCE and (one.last_contact_on is not None or one.owner_id is not None)
            for one, standing in zip(active, standings, strict=True)
        )
        return f"All {len(active)} customers" if well == len(active) else f"{well} of {len(active)} customers"

    def _digests_of_now(self) -> list[Message]:
        now = f"{self.world.now.timestamp():.0f}"
        seen = self.world.as_(MARA).sees("accounts")
        return [one for one in seen if one.ts.split(".")[0] == now and "in cadence" in one.text]

    def _replies(self, digest: Message) -> list[Message]:
        return [one for one in self.world.as_(MARA).sees("accounts") if one.thread_ts == digest.ts]

    def _shown(self, customer_id: UUID) -> str:
        """Return the name as it appears in a message, with & escaped."""
        return escape(self.ledger.accounts[customer_id].name)

    def _customers(self) -> list[Customer]:
        def everybody(session: Any) -> list[Customer]:
            query = select(Customer).where(Customer.workspace_id == workspace_of(session))
            return list(session.exec(query.order_by(col(Customer.name))).all())

        found: list[Customer] = self.world.office.look(everybody)
        return found
