"""How campaigns look in messages: what somebody is asked to call, one campaign, all of them."""

from collections.abc import Sequence
from datetime import date

from bot.campaigns.rules import NAME, CampaignState
from bot.campaigns.schemas import CallRow, CampaignCalls, CampaignChannelLost, CampaignProgress, CampaignSchema
from bot.commitments.views import plain
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message

NEW, SHOW, LATER, EARLIER = "campaigns.new", "campaigns.show", "campaigns.later", "campaigns.earlier"
ANSWER, REPLACE = "campaigns.answer", "campaigns.replace"
RESULT, FILES, SOLD, LIST = "campaigns.result", "campaigns.files", "campaigns.sold", "campaigns.sold_list"
CHECK_IN = "checkins.log"  # the check-ins feature answers it
GONE = "That button is out of date; /campaign shows what there is."
NAME_LENGTH = 100
BAR = 8
HELP = """*/campaign*  the campaigns that run, and the last ones
*/campaign new*  for managers: customers drawn at random, and who calls them
*/campaign show Portal*  how far a campaign is, and its calls; *Answers* takes what a customer said
*/campaign result Portal*  what came of it, against as many that were left alone; managers write sales down there
*/evenhand question*  the one question of every check-in, and what customers answered"""


def calls(schema: CampaignCalls) -> Message:
    """Ask somebody to make their calls."""
    who = ui.escape(ui.cut(schema.by_name, NAME_LENGTH)) or "A manager"
    text = (
        f"{who} asks you to call {ui.plural(schema.total, 'customer')} by {ui.short_date(schema.until)}, to"
        f" {schema.purpose.words}: {ui.escape(ui.cut(schema.campaign_name, NAME))}."
    )
    rows = [ui.section(f"{_customer(one)} · by {ui.short_date(one.due_on)}", accessory=_check_in(one))
            for one in schema.rows]  # fmt: skip
    more = schema.total - len(schema.rows)
    rest = [ui.context(f"and {more:,} more; each comes up in your morning message on its day")] if more > 0 else []
    return Message(text=plain(text), blocks=[ui.section(text), *rows, *rest])


def drawn(schema: CampaignSchema) -> Block:
    """Return what replaces the form once a campaign is drawn."""
    callers = ", ".join(f"{ui.escape(ui.cut(one.name, 80))} {one.calls:,}" for one in schema.callers[:20])
    text = (
        f"{ui.bold(ui.cut(schema.name, NAME))}: {ui.plural(schema.calls, 'customer')} drawn. They are follow-ups"
        f" now, and who calls is told: {callers}."
    )
    return ui.modal("Drawn", [ui.section(text), ui.context(_repeat(schema))], callback_id="told", close="Close")


def campaign(schema: CampaignSchema) -> Message:
    """Return one campaign: how far it is, what makes its draw repeatable, and a page of its calls."""
    text = headline(schema)
    callers = " · ".join(
        f"{ui.escape(ui.cut(one.name, 60))} {one.reached:,} of {one.calls:,}" for one in schema.callers[:20]
    )
    about = f"To {schema.purpose.words}. Drawn from {ui.escape(ui.cut(schema.whom, 300))}. {_repeat(schema)}"
    blocks = [ui.section(text), *([ui.section(callers)] if callers else []), ui.context(about), ui.divider()]
    rows = [block for one in schema.rows for block in _row(one, schema)]
    return Message(text=plain(text), blocks=[*blocks, *rows, *_pages(schema)])


def campaigns(schemas: Sequence[CampaignSchema]) -> Message:
    """Return the campaigns that run and the last ones that ended, each with a button that opens it."""
    new = ui.actions(ui.button("New campaign", NEW))
    if not schemas:
        text = "No campaign was drawn yet. A campaign asks customers drawn at random, so that each has the same chance."
        return Message(text=plain(text), blocks=[ui.section(text), new])
    running = sum(one.state is CampaignState.RUNNING for one in schemas)
    text = f"{ui.plural(running, 'campaign runs', 'campaigns run')}." if running else "No campaign runs."
    rows = [ui.section(headline(one), accessory=ui.button("Show", SHOW, str(one.id))) for one in schemas]
    return Message(text=plain(text), blocks=[ui.section(text), *rows, new])


def progress(schema: CampaignProgress) -> Message:
    """Return the message in a channel: how far a campaign is, and each caller."""
    one = schema.campaign
    text = headline(one)
    callers = "\n".join(
        f"{_bar(person.reached, person.calls)} {ui.escape(ui.cut(person.name, 60))} {person.reached:,} of"
        f" {person.calls:,}"
        for person in one.callers[:20]
    )
    about = ui.context(f"To {one.purpose.words}. {_repeat(one)}")
    show = ui.actions(ui.button("Show", SHOW, str(one.id)), ui.button("Result", RESULT, str(one.id)))
    people = [ui.section(callers)] if callers else []
    return Message(text=plain(text), blocks=[ui.section(text), *people, about, show])


def channel_lost(schema: CampaignChannelLost) -> Message:
    """Tell who drew a campaign that its channel sees no more of it."""
    name, channel = ui.bold(ui.cut(schema.campaign_name, NAME)), ui.escape(ui.cut(schema.channel_name, NAME_LENGTH))
    text = (
        f"#{channel} sees no more of {name}: I can't post there, or outsiders could read it. The campaign goes on;"
        " /campaign shows how far it is, and its result comes to you."
    )
    return Message(text=plain(text), blocks=[ui.section(text)])


def headline(schema: CampaignSchema) -> str:
    """Return `*Portal*: 12 of 50 customers talked to, 10 answered; until Fri 18 Dec.`"""
    until = _day(schema.until, schema.today)
    when = f"until {until}" if schema.state is CampaignState.RUNNING else f"ended {until}"
    answered = f", {schema.answered:,} answered" if schema.questions else ""
    replaced = f", {schema.replaced:,} replaced" if schema.replaced else ""
    name = ui.bold(ui.cut(schema.name, NAME))
    return f"{name}: {schema.reached:,} of {schema.calls:,} customers talked to{answered}{replaced}; {when}."


def _row(one: CallRow, schema: CampaignSchema) -> list[Block]:
    questions = len(schema.questions)
    answers = f" · {one.answered} of {ui.plural(questions, 'answer')}" if questions else ""
    due = "was due" if one.due_on < schema.today else "by"
    state = "✓ talked to" if one.is_reached else f"{due} {_day(one.due_on, schema.today)}"
    text = f"{_customer(one)} · {ui.escape(ui.cut(one.caller_name, 60))} · {state}{answers}"
    is_open = schema.state is CampaignState.RUNNING and not one.is_reached
    buttons = [_check_in(one)] if is_open else []
    buttons += [ui.button("Answers", ANSWER, str(one.member_id))] if questions else []
    buttons += [ui.button("Replace…", REPLACE, str(one.member_id))] if is_open else []
    actions = [ui.actions(*buttons, block_id=f"campaigns.call:{one.member_id}")] if buttons else []
    return [ui.section(text), *actions]


def _bar(part: int, whole: int) -> str:
    filled = round(BAR * min(part, whole) / whole) if whole else 0
    return "▰" * filled + "▱" * (BAR - filled)


def _pages(schema: CampaignSchema) -> list[Block]:
    buttons = [ui.button("Result", RESULT, str(schema.id))]
    if schema.page > 0:
        buttons.append(ui.button("Earlier", EARLIER, f"{schema.page - 1} {schema.id}"))
    if schema.page + 1 < schema.pages:
        buttons.append(ui.button("Later", LATER, f"{schema.page + 1} {schema.id}"))
    return [ui.actions(*buttons)]


def _repeat(schema: CampaignSchema) -> str:
    by_band = ", by size" if schema.stratified else ""
    seed, made_by = ui.escape(ui.cut(schema.seed, 40)), ui.escape(ui.cut(schema.made_by_name, 60))
    return (
        f"{schema.size:,} called and {schema.size:,} to compare with, of {schema.listed:,}{by_band}; seed {seed}, list"
        f" {ui.escape(schema.fingerprint[:16])}. Drawn by {made_by} on {_day(schema.began_on, schema.today)}."
    )


def _customer(one: CallRow) -> str:
    return ui.bold(ui.cut(one.customer_name, NAME_LENGTH))


def _check_in(one: CallRow) -> Block:
    return ui.button("Check-in", CHECK_IN, str(one.customer_id))


def _day(day: date, today: date) -> str:
    return ui.short_date(day, today=today)
