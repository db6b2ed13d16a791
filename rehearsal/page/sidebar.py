"""The left column: who one acts as, and where one can look."""

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from rehearsal.page.icons import icon
from rehearsal.page.screen import HOME, Screen
from rehearsal.page.tags import button, div, html, span, tag, when
from rehearsal.state.channels import Channel
from rehearsal.state.people import Person

_HUES = 12
_MANY = 30


def initials(name: str) -> str:
    """One or two letters to stand for a face."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar(person: Person | None, classes: str = "") -> Element:
    """A coloured square with initials; the app has a colour of its own."""
    name = person.called if person else "?"
    colour = "bot" if person and person.is_bot else str(sum(map(ord, name)) % _HUES)
    return span(initials(name), f"rh-avatar rh-hue-{colour} {classes}", aria_hidden="true")


class Sidebar:
    """People, the app, channels and direct messages, with badges where something is unread."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: object = None
        self.wanted = ""
        self.root = tag("nav", "rh-side", testid="sidebar", aria_label="People and channels")
        screen.region(self.draw)

    def draw(self) -> None:
        """Draw the column again when something in it changed."""
        screen = self.screen
        people, channels, directs = screen.people(), screen.channels(), screen.directs()
        seen = (
            screen.person.id,
            screen.place,
            screen.drawer,
            self.wanted,
            [(person.id, person.called, sorted(person.unread)) for person in people],
            [(c.id, c.name, c.is_ext_shared or c.is_org_shared, screen.person.id in c.members) for c in channels],
            [channel.id for channel in directs],
        )
        if seen == self.seen:
            return
        self.seen = seen
        self.root.classes(remove="rh-open", add="rh-open" if screen.drawer else "")
        self.root.clear()
        with self.root:
            self._people(people)
            self._app()
            self._channels(channels, directs)

    def _people(self, people: list[Person]) -> None:
        self._title("Act as")
        if len(people) > _MANY:
            self._search()
            wanted = self.wanted.lower()
            people = [p for p in people if p is self.screen.person or (wanted in f"{p.called} {p.name}".lower())]
        with div("rh-list rh-people"):
            for person in people[:_MANY]:
                self._person(person)
        if len(people) > _MANY:
            div("rh-none", text=f"{len(people) - _MANY:,} more; type a name to find them.")

    def _search(self) -> None:
        field = tag("input", "rh-input rh-find", testid="find-person", type="search", placeholder="Find a person")
        field.props["^value"] = self.wanted
        field.on("change", self._find, js_handler="(e) => emit(e.target.value)")

    def _find(self, event: GenericEventArguments) -> None:
        self.wanted = str(event.args)
        self.draw()

    def _person(self, person: Person) -> None:
        mine = person is self.screen.person
        row = tag("button", "rh-row" + when(mine, "rh-here"), testid=f"person-{person.name}", type="button")
        row.props["aria-pressed"] = str(mine).lower()
        row.on("click", lambda: self.screen.become(person))
        with row:
            avatar(person, "rh-small")
            span(person.called, "rh-grow")
            unread = len(person.unread)
            if unread and not mine:
                span(str(unread), "rh-badge", testid=f"unread-{person.name}", title="Places with something new")

    def _app(self) -> None:
        screen = self.screen
        self._title(screen.rehearsal.manifest.name)
        direct = screen.workspace.direct(screen.person)
        with div("rh-list"):
            if screen.rehearsal.manifest.home_tab:
                self._place("home", "Home", "home-tab", HOME, screen.go_home)
            self._place("messages", "Messages", "dm", direct.id, lambda: screen.go(direct.id))

    def _channels(self, channels: list[Channel], directs: list[Channel]) -> None:
        self._title("Channels")
        with div("rh-list"):
            for channel in channels:
                self._channel(channel)
        if directs:
            self._title("Direct messages")
            with div("rh-list"):
                for channel in directs:
                    name = self.screen.person_name(channel.other(self.screen.person.id))
                    self._place("person", name, f"dm-{name}", channel.id, lambda c=channel: self.screen.go(c.id))

    def _channel(self, channel: Channel) -> None:
        sign = "lock" if channel.kind == "private" else "channel"
        shared = channel.is_ext_shared or channel.is_org_shared
        away = self.screen.person.id not in channel.members
        row = self._place(sign, channel.name, f"channel-{channel.name}", channel.id, lambda: self.screen.go(channel.id))
        if away:
            row.classes("rh-away")
        if shared:
            with row:
                span("shared", "rh-tag", title="Shared with people outside the company")

    def _place(self, sign: str, name: str, testid: str, place: str, go: object) -> Element:
        here = self.screen.place == place
        unread = place in self.screen.person.unread and not here
        row = tag("button", "rh-row" + when(here, "rh-here") + when(unread, "rh-new"), testid=testid, type="button")
        row.on("click", go)  # type: ignore[arg-type]
        with row:
            html(icon(sign), "rh-sign", kind="span")
            span(name, "rh-grow")
            if unread:
                span("", "rh-dot", title="New")
        return row

    def _title(self, words: str) -> None:
        tag("h2", "rh-title", text=words)


def drawer_button(screen: Screen) -> None:
    """The button that opens the column on a phone."""

    def turn() -> None:
        screen.drawer = not screen.drawer
        screen.draw()

    button("☰", "rh-icon rh-phone", turn, testid="drawer", aria_label="People and channels")
