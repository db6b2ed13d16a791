"""What managers see on Home: everybody's coverage, the pool, who left."""

from bot.home.rules import TEAM_ROWS
from bot.home.schemas import HomeSchema, Member, Team
from bot.home.views.words import customers, name_of
from bot.slack import blocks as ui


def team(schema: HomeSchema) -> list[ui.Block]:
    """Coverage by person, the least in cadence first, in pages."""
    if schema.team is None:
        return []
    whole = schema.team.coverage
    summary = f"{whole.percent} % of {customers(whole.active)} in cadence · {whole.neglected:,} neglected"
    head = ui.section(
        f"*Team* · {summary}" if whole.active else "*Team* · no customers yet: /customers import brings a list"
    )
    rows = [ui.section(_member(member, schema)) for member in schema.team.members]
    return [ui.divider(), head, *rows, *_pages(schema.team), *_departures(schema)]


def _member(member: Member, schema: HomeSchema) -> str:
    coverage = member.owner.coverage
    away = f" · away until {ui.short_date(member.away.last_day, today=schema.today)}" if member.away else ""
    return (
        f"*{name_of(member.owner.name)}* · {customers(coverage.active)} · {coverage.percent} % in cadence"
        f" · {coverage.neglected:,} neglected{away}"
    )


def _pages(schema: Team) -> list[ui.Block]:
    if schema.owners <= TEAM_ROWS:
        return []
    last = min(schema.offset + len(schema.members), schema.owners)
    buttons = [ui.button("Back", "home.team_back", str(schema.offset - TEAM_ROWS))] if schema.offset else []
    buttons += [ui.button("Next", "home.team_next", str(last))] if last < schema.owners else []
    shown = f"{schema.offset + 1:,}–{last:,} of {ui.plural(schema.owners, 'owner')}, most behind first"
    return [ui.context(shown), ui.actions(*buttons, block_id="home.team")]


def _departures(schema: HomeSchema) -> list[ui.Block]:
    left = [
        f"{name_of(gone.name)} left on {ui.short_date(gone.on, today=schema.today)};"
        f" {customers(gone.customers)} went to the pool"
        for gone in (schema.team.departures if schema.team else ())
    ]
    return [ui.context("\n".join(left))] if left else []


def pool(schema: HomeSchema) -> list[ui.Block]:
    """Customers without an owner, for managers and for who has none of their own."""
    if not schema.pool or (schema.team is None and schema.mine.active):
        return []
    verb = "has" if schema.pool_total == 1 else "have"
    rows = [
        ui.section(
            f"*{name_of(row.name)}* · {ui.days(row.days_waiting)} of {row.effective_cadence_days}",
            accessory=ui.button("Take it", "home.take", str(row.id)),
        )
        for row in schema.pool
    ]
    more = schema.pool_total - len(rows)
    tail = [ui.context(f"{more:,} more: /customers pool")] if more > 0 else []
    return [ui.divider(), ui.section(f"*Pool* · {customers(schema.pool_total)} {verb} no owner"), *rows, *tail]
