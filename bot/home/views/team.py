"""What managers see on Home: everybody's coverage, the pool, who left."""

from bot.home.rules import TEAM_ROWS
from bot.home.schemas import HomeSchema, Member, Team
from bot.home.views.words import customers, name_of
from bot.slack.blocks import Block, actions, button, context, days, divider, plural, section, short_date


def team(schema: HomeSchema) -> list[Block]:
    """Coverage by person, the least in cadence first, in pages."""
    if schema.team is None:
        return []
    whole = schema.team.coverage
    summary = f"{whole.percent} % of {customers(whole.active)} in cadence · {whole.neglected:,} neglected"
    head = section(
        f"*Team* · {summary}" if whole.active else "*Team* · no customers yet: /customers import brings a list"
    )
    rows = [section(_member(member, schema)) for member in schema.team.members]
    return [divider(), head, *rows, *_pages(schema.team), *_departures(schema)]


def _member(member: Member, schema: HomeSchema) -> str:
    coverage = member.owner.coverage
    away = f" · away until {short_date(member.away.last_day, today=schema.today)}" if member.away else ""
    return (
        f"*{name_of(member.owner.name)}* · {customers(coverage.active)} · {coverage.percent} % in cadence"
        f" · {coverage.neglected:,} neglected{away}"
    )


def _pages(schema: Team) -> list[Block]:
    if schema.owners <= TEAM_ROWS:
        return []
    last = min(schema.offset + len(schema.members), schema.owners)
    buttons = [button("Back", "home.team_back", str(schema.offset - TEAM_ROWS))] if schema.offset else []
    buttons += [button("Next", "home.team_next", str(last))] if last < schema.owners else []
    shown = f"{schema.offset + 1:,}–{last:,} of {plural(schema.owners, 'owner')}, most behind first"
    return [context(shown), actions(*buttons, block_id="home.team")]


def _departures(schema: HomeSchema) -> list[Block]:
    left = [
        f"{name_of(gone.name)} left on {short_date(gone.on, today=schema.today)};"
        f" {customers(gone.customers)} went to the pool"
        for gone in (schema.team.departures if schema.team else ())
    ]
    return [context("\n".join(left))] if left else []


def pool(schema: HomeSchema) -> list[Block]:
    """Customers without an owner, for managers and for who has none of their own."""
    if not schema.pool or (schema.team is None and schema.mine.active):
        return []
    verb = "has" if schema.pool_total == 1 else "have"
    rows = [
        section(
            f"*{name_of(row.name)}* · {days(row.days_waiting)} of {row.effective_cadence_days}",
            accessory=button("Take it", "home.take", str(row.id)),
        )
        for row in schema.pool
    ]
    more = schema.pool_total - len(rows)
    tail = [context(f"{more:,} more: /customers pool")] if more > 0 else []
    return [divider(), section(f"*Pool* · {customers(schema.pool_total)} {verb} no owner"), *rows, *tail]
