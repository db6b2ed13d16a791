"""What managers see on Home: everybody's coverage, the pool, who left."""

from bot.home.facts import HomeFact, Member, Team
from bot.home.rules import TEAM_ROWS
from bot.home.views.words import customers, name_of
from bot.slack.blocks import Block, actions, button, context, days, divider, plural, section, short_date


def team(fact: HomeFact) -> list[Block]:
    """Coverage by person, the least in cadence first, in pages."""
    if fact.team is None:
        return []
    whole = fact.team.coverage
    summary = f"{whole.percent} % of {customers(whole.active)} in cadence · {whole.neglected:,} neglected"
    head = section(
        f"*Team* · {summary}" if whole.active else "*Team* · no customers yet: /customers import brings a list"
    )
    rows = [section(_member(member, fact)) for member in fact.team.members]
    return [divider(), head, *rows, *_pages(fact.team), *_departures(fact)]


def _member(member: Member, fact: HomeFact) -> str:
    coverage = member.owner.coverage
    away = f" · away until {short_date(member.away.last_day, today=fact.today)}" if member.away else ""
    return (
        f"*{name_of(member.owner.name)}* · {customers(coverage.active)} · {coverage.percent} % in cadence"
        f" · {coverage.neglected:,} neglected{away}"
    )


def _pages(fact: Team) -> list[Block]:
    if fact.owners <= TEAM_ROWS:
        return []
    last = min(fact.offset + len(fact.members), fact.owners)
    buttons = [button("Back", "home.team_back", str(fact.offset - TEAM_ROWS))] if fact.offset else []
    buttons += [button("Next", "home.team_next", str(last))] if last < fact.owners else []
    shown = f"{fact.offset + 1:,}–{last:,} of {plural(fact.owners, 'owner')}, most behind first"
    return [context(shown), actions(*buttons, block_id="home.team")]


def _departures(fact: HomeFact) -> list[Block]:
    left = [
        f"{name_of(gone.name)} left on {short_date(gone.on, today=fact.today)};"
        f" {customers(gone.customers)} went to the pool"
        for gone in (fact.team.departures if fact.team else ())
    ]
    return [context("\n".join(left))] if left else []


def pool(fact: HomeFact) -> list[Block]:
    """Customers without an owner, for managers and for who has none of their own."""
    if not fact.pool or (fact.team is None and fact.mine.active):
        return []
    verb = "has" if fact.pool_total == 1 else "have"
    rows = [
        section(
            f"*{name_of(row.name)}* · {days(row.days_waiting)} of {row.rhythm_days}",
            accessory=button("Take it", "home.take", str(row.id)),
        )
        for row in fact.pool
    ]
    more = fact.pool_total - len(rows)
    tail = [context(f"{more:,} more: /customers pool")] if more > 0 else []
    return [divider(), section(f"*Pool* · {customers(fact.pool_total)} {verb} no owner"), *rows, *tail]
