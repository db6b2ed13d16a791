"""The left column: people to act as, and places to look at."""

from collections.abc import Callable
from zlib import crc32

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from rehearsal.page.screen import HOME, Screen
from rehearsal.page.tags import Act, button, div, html, icon, span, tag
from rehearsal.state.channels import Channel
from rehearsal.state.people import Person

_HUES = 12
_SEARCH_THRESHOLD = 30
_CLICKED = """(e) => { const row = e.target.closest("button[data-testid]"); if (row) emit(row.dataset.testid); }"""


def initials(name: str) -> str:
    """Return one or two initials of a name."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar(person: Person | None, classes: str = "") -> Element:
    """Draw a coloured square with initials; the app has its own colour."""
    name = person.shown_name if person else "?"
    colour = "bot" if person and person.is_bot else str(crc32(name.encode()) % _HUES)
    return span(initials(name), f"rh-avatar rh-hue-{colour} {classes}", aria_hidden="true")


class Sidebar:
    """People, the app, channels and direct messages, with badges for unread ones."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.wanted = ""
        self.seen: object = None
        self.rows: list[_Row] = []
        self.root = tag("nav", "rh-side", testid="sidebar", aria_label="People and channels")
        self.root.on("click", self._clicked, js_handler=_CLICKED)
        screen.region(self.draw)

    async def _clicked(self, event: GenericEventArguments) -> None:
        """Handle a click by the row's name, because the row may have been drawn again meanwhile."""
        row = next((row for row in self.rows if row.name == event.args), None)
        if row is not None:
            gone = row.go()
            if gone is not None:
                await gone

    def draw(self) -> None:
        """Draw the column again if its entries changed, else only update the marks."""
        screen = self.screen
        people, channels, directs = screen.people(), screen.channels(), screen.directs()
        seen = (
            screen.person.id,
            self.wanted,
            [(person.id, person.shown_name) for person in people],
            [(c.id, c.name, c.is_ext_shared or c.is_org_shared, screen.person.id in c.members) for c in channels],
            [channel.id for channel in directs],
        )
        if seen != self.seen:
            self.seen = seen
            self._rebuild(people, channels, directs)
        for row in self.rows:
            row.mark()
        if screen.drawer != ("rh-open" in self.root.classes):
            self.root.classes(toggle="rh-open")

    def _rebuild(self, people: list[Person], channels: list[Channel], directs: list[Channel]) -> None:
        self.rows.clear()
        self.root.clear()
        with self.root:
            self._people(people)
            self._app()
            self._channels(channels, directs)

    def _people(self, people: list[Person]) -> None:
        _title("Act as")
        if len(people) > _SEARCH_THRESHOLD:
            self._search()
            wanted = self.wanted.lower()
            people = [p for p in people if p is self.screen.person or (wanted in f"{p.shown_name} {p.name}".lower())]
        with div("rh-list rh-people"):
            for person in people[:_SEARCH_THRESHOLD]:
                self._person(person)
        if len(people) > _SEARCH_THRESHOLD:
            div("rh-none", text=f"{len(people) - _SEARCH_THRESHOLD:,} more; type a name to find them.")

    def _search(self) -> None:
        field = tag("input", "rh-input rh-find", testid="find-person", type="search", placeholder="Find a person")
        field.props["^value"] = self.wanted
        field.on("change", self._find, js_handler="(e) => emit(e.target.value)")

    def _find(self, event: GenericEventArguments) -> None:
        self.wanted = str(event.args)
        self.draw()

    def _person(self, person: Person) -> None:
        screen = self.screen
        row = _Row(
            lambda: person is screen.person,
            lambda: 0 if person is screen.person else len(person.unread),
            testid=f"person-{person.name}",
            badge=f"unread-{person.name}",
            go=lambda: screen.act_as(person),
        )
        with row.head:
            avatar(person, "rh-small")
            span(person.shown_name, "rh-grow")
        self.rows.append(row)

    def _app(self) -> None:
        screen = self.screen
        _title(screen.rehearsal.manifest.name)
        direct = screen.workspace.direct(screen.person)
        with div("rh-list"):
            if screen.rehearsal.manifest.home_tab:
                self._place("home", "Home", "home-tab", HOME, screen.go_home)
            self._place("messages", "Messages", "dm", direct.id)

    def _channels(self, channels: list[Channel], directs: list[Channel]) -> None:
        _title("Channels")
        with div("rh-list"):
            for channel in channels:
                self._channel(channel)
        if directs:
            _title("Direct messages")
            with div("rh-list"):
                for channel in directs:
                    name = self.screen.person_name(channel.other(self.screen.person.id))
                    self._place("person", name, f"dm-{name}", channel.id)

    def _channel(self, channel: Channel) -> None:
        sign = "lock" if channel.kind == "private" else "channel"
        row = self._place(sign, channel.name, f"channel-{channel.name}", channel.id)
        if self.screen.person.id not in channel.members:
            row.root.classes("rh-away")
        if channel.is_ext_shared or channel.is_org_shared:
            with row.head:
                span("shared", "rh-tag", title="Shared with people outside the company")

    def _place(self, sign: str, name: str, testid: str, place: str, go: Act | None = None) -> "_Row":
        screen = self.screen
        row = _Row(
            lambda: screen.place == place,
            lambda: int(place in screen.person.unread and screen.place != place),
            testid=testid,
            go=go or (lambda: screen.go(place)),
        )
        with row.head:
            html(icon(sign), "rh-sign", kind="span")
            span(name, "rh-grow")
        self.rows.append(row)
        return row


class _Row:
    """A row of the column; it is kept when its marks change."""

    def __init__(
        self, here: Callable[[], bool], news: Callable[[], int], *, testid: str, go: Act, badge: str = ""
    ) -> None:
        self.here, self.news, self.counted = here, news, bool(badge)
        self.name, self.go = testid, go
        self.root = tag("button", "rh-row", testid=testid, type="button")
        self.last: object = None
        with self.root:
            self.head = div("rh-row-head")
            self.badge = span("", "rh-badge" if badge else "rh-dot", testid=badge, title="Something new")
        self.mark()

    def mark(self) -> None:
        """Show whether the row is current and whether it is unread."""
        here, news = self.here(), self.news()
        if (here, news) == self.last:
            return
        self.last = (here, news)
        self.root.classes(add="rh-here" if here else "", remove="" if here else "rh-here")
        self.root.classes(add="rh-new" if news else "", remove="" if news else "rh-new")
        self.root.props["aria-current"] = "true" if here else "false"
        if self.counted:
            self.badge.set_text(str(news) if news else "")
        self.badge.set_visibility(bool(news))


def _title(words: str) -> None:
    tag("h2", "rh-title", text=words)


def drawer_button(screen: Screen) -> None:
    """Draw the button that opens the column on a phone."""

    def turn() -> None:
        screen.drawer = not screen.drawer
        screen.draw()

    button("☰", "rh-icon rh-phone", turn, testid="drawer", aria_label="People and channels")
