"""What Slack does to the bot's messages: each fault is a line of a table, and each run ends in the ledger."""

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.core.outbox import UNDELIVERED, DeliveryState
from tests.faults.line import Line, open_line
from tests.makers import ANA, MARA

pytestmark = pytest.mark.slow

POST, OPEN, HISTORY = "chat.postMessage", "conversations.open", "conversations.history"
FIRST = {"general/1", "ana", "mara"}  # what is owed before the first round
A_PAGE, NO_TS = "<html>Please sign in to the Wi-Fi</html>", '{"ok": true}'
NO_PARENT = "the message it answers was never sent"
LATE, TOO_LATE = 15.0, 45.0  # seconds; the bot looks whether a message is there after 20

Change = Callable[[Line], Any]


def nothing(_line: Line) -> None:
    """Change nothing."""


def dropped(line: Line) -> None:
    """Accept the first three posts, and close the connection without an answer."""
    line.faults.drop_after(POST, times=3)


@dataclass(frozen=True)
class Fault:
    """
    What goes wrong: *begin* before the first post, *then* after the first round, *end* when it *lasts* no longer.

    *twice* is what may be said twice by docs/delivery.md. *ended* is what Slack refuses for good, with the reason, and
    *told* who reads of it. *objects* is what the rehearsal calls a mistake of the app's installation.
    """

    begin: Change = nothing
    then: Change = nothing
    end: Change = nothing
    lasts: timedelta = timedelta(minutes=10)
    twice: Collection[str] = ()
    ended: dict[str, str] = field(default_factory=dict)
    told: Collection[str] = ()
    objects: Collection[str] = ()


def lost_scope(line: Line) -> None:
    """Withdraw what the bot reads channels with, and answer the first three posts with a server error."""
    line.control.withdraw("channels:history", "im:history")
    line.faults.answer_after(POST, status=500, times=3)


def limited_look_back(seconds: float | None) -> Change:
    """Drop three answers, and then ask for pauses when the bot looks for the messages."""
    return lambda line: (dropped(line), line.faults.next(HISTORY, status=429, retry_after=seconds, times=3))


def odd_look_back(**odd: Any) -> Change:
    """Drop three answers, and then answer oddly when the bot looks for the messages."""
    return lambda line: (dropped(line), line.faults.next(HISTORY, times=3, **odd))


def wrong_clock(**by: float) -> Change:
    """Drop three answers while the bot's clock is wrong."""
    return lambda line: (line.set_wrong(**by), dropped(line))


FAULTS = {
    "nothing": Fault(),
    "dropped before": Fault(lambda line: line.faults.drop_before(POST, times=3)),
    "dropped after": Fault(dropped),
    "everything dropped before": Fault(lambda line: line.faults.drop_before("*", times=9)),
    "no network for an hour": Fault(
        lambda line: line.faults.drop_before("*", times=9999),
        end=lambda line: line.faults.clear(),
        lasts=timedelta(hours=1),
    ),
    "500 before": Fault(lambda line: line.faults.next(POST, status=500, times=3)),
    "500 after": Fault(lambda line: line.faults.answer_after(POST, status=500, times=3)),
    "503 to everything": Fault(lambda line: line.faults.next("*", status=503, times=12)),
    "HTML with 200 before": Fault(lambda line: line.faults.next(POST, content=A_PAGE, times=3)),
    "HTML with 200 after": Fault(lambda line: line.faults.answer_after(POST, content=A_PAGE, times=3)),
    "HTML with 200 to everything": Fault(lambda line: line.faults.next("*", content=A_PAGE, times=12)),
    "ok without ts before": Fault(lambda line: line.faults.next(POST, content=NO_TS, times=3)),
    "ok without ts after": Fault(lambda line: line.faults.answer_after(POST, content=NO_TS, times=3)),
    "ok without a channel": Fault(lambda line: line.faults.next(OPEN, content=NO_TS, times=2)),
    "accepted late": Fault(lambda line: line.faults.accept_late(POST, LATE, times=3)),
    "accepted too late": Fault(lambda line: line.faults.accept_late(POST, TOO_LATE, times=3), twice=FIRST),
    "429": Fault(lambda line: line.faults.next(POST, status=429, retry_after=40, times=5)),
    "429 without Retry-After": Fault(lambda line: line.faults.next(POST, status=429, retry_after=None, times=5)),
    "429 a hundred times": Fault(lambda line: line.faults.next("*", status=429, retry_after=1, times=100)),
    "429 on a look-back": Fault(limited_look_back(90)),
    "429 without Retry-After on a look-back": Fault(limited_look_back(None)),
    "HTML with 200 on a look-back": Fault(odd_look_back(content=A_PAGE)),
    "a look-back without messages": Fault(odd_look_back(error="internal_error")),
    "a token revoked for ten minutes": Fault(
        lambda line: line.control.uninstall(quietly=True), end=lambda line: line.control.install()
    ),
    "a token revoked before a look-back": Fault(
        dropped, then=lambda line: line.control.uninstall(quietly=True), end=lambda line: line.control.install()
    ),
    "org_login_required": Fault(lambda line: line.faults.next(POST, error="org_login_required", times=9)),
    "access_denied": Fault(lambda line: line.faults.next(POST, error="access_denied", times=9)),
    "an error that nobody knows": Fault(lambda line: line.faults.next("*", error="brand_new", times=9)),
    "no scope to look, and a 500": Fault(
        lost_scope, end=lambda line: line.control.grant("channels:history", "im:history"), objects={"missing_scope"}
    ),
    "more than 2,000 newer messages": Fault(dropped, then=lambda line: line.chat(2_100)),
    "deleted by a person before the look-back": Fault(dropped, then=Line.delete_all, twice=FIRST),
    "deleted by a person once it was sent": Fault(end=Line.delete_all),
    "our clock 16 minutes ahead": Fault(wrong_clock(minutes=16)),
    "our clock an hour ahead": Fault(wrong_clock(hours=1)),
    "our clock an hour behind": Fault(wrong_clock(hours=-1)),
    "our clock 75 minutes ahead": Fault(wrong_clock(minutes=75), twice=FIRST),
    "a channel archived": Fault(
        lambda line: line.control.archive("general"),
        ended={"general/1": "is_archived", "general/2": "is_archived", "reply": NO_PARENT},
        told={MARA},
    ),
    "a channel archived before the look-back": Fault(
        dropped,
        then=lambda line: line.control.archive("general"),
        ended={"general/2": "is_archived", "reply": "is_archived"},
        told={MARA},
    ),
    "the bot removed from the channel": Fault(
        lambda line: line.control.leave_channel("bot", "general"),
        ended={"general/1": "not_in_channel", "general/2": "not_in_channel", "reply": NO_PARENT},
        told={MARA},
    ),
    "a person deactivated": Fault(
        lambda line: line.control.change_person("ana", deleted=True), ended={"ana": "user_disabled"}, told={MARA}
    ),
}


async def do(change: Change, line: Line) -> None:
    """Make a change, and wait for it where it takes time."""
    made = change(line)
    if inspect.isawaitable(made):
        await made


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
async def test_whatever_slack_does_nothing_is_lost_or_said_twice(database_url: str, fault: Fault) -> None:
    """Only what is named in docs/delivery.md is said twice, and only what Slack refuses for good ends."""
    async with open_line(database_url) as line:
        await do(fault.begin, line)
        owed = {"general/1": line.general, "ana": ANA, "mara": MARA}
        for key, to in owed.items():
            line.owe(key, to)
        await line.deliver()
        line.owe("general/2", line.general)
        line.owe("reply", line.general, reply_to="general/1")
        await do(fault.then, line)
        await line.run(fault.lasts)
        await do(fault.end, line)
        await line.run_until_settled()
        line.ledger().assert_balanced(twice=fault.twice)
        assert line.states([DeliveryState.DEAD]) == fault.ended
        others = {row.recipient for row in line.rows() if row.key not in {*owed, "general/2", "reply"}}
        assert others == set(fault.told)
        assert {problem.code for problem in line.slack.problems} == set(fault.objects)


async def test_replies_that_wait_dont_hold_up_others(database_url: str) -> None:
    """Forty replies to a message that Slack doesn't take are in front of twenty others, which are sent at once."""
    async with open_line(database_url) as line:
        line.faults.next(POST, status=429, retry_after=600, channel=line.general)
        line.owe("list", line.general)
        await line.deliver()
        for number in range(40):
            line.owe(f"list/{number}", line.general, reply_to="list")
        others = [line.control.add_channel(f"team-{number}", members=[ANA]).id for number in range(20)]
        for number, channel in enumerate(others):
            line.owe(f"other/{number}", channel)
        await line.deliver()
        assert [len(line.said(channel)) for channel in others] == [1] * 20
        assert line.said(line.general) == []
        await line.run_until_settled()
        line.ledger().assert_balanced()


async def test_one_hung_channel_of_two_hundred_holds_up_nobody(database_url: str) -> None:
    """Slack takes its message and doesn't answer in time: the others have theirs before the bot gives up waiting."""
    async with open_line(database_url) as line:
        await line.client.close()
        line.client.timeout = 5
        line.client.keep_connections()
        channels = [line.control.add_channel(f"team-{number}", members=[ANA]).id for number in range(200)]
        hung = channels[7]
        line.faults.slow(POST, 60, channel=hung)
        for number, channel in enumerate(channels):
            line.owe(f"other/{number}", channel)
        await line.deliver()
        traffic = [(one.name, one.body["asked"]["channel"]) for one in line.slack.workspace.traffic if one.body]
        assert {channel for _, channel in traffic} == set(channels)
        assert line.states([DeliveryState.UNKNOWN]).keys() == {"other/7"}
        await line.run_until_settled()
        assert line.states(UNDELIVERED) == {}
        line.ledger().assert_balanced()
