"""The ledger notices what is lost, said twice, said unasked or left to do."""

from collections import Counter

import pytest

from tests.faults.ledger import Ledger, read_ledger
from tests.jobs.mail import open_post_office


def test_a_balanced_ledger_says_its_figures() -> None:
    """What was owed was said once."""
    ledger = Ledger(frozenset({"a", "b"}), Counter(["a", "b"]))
    ledger.assert_balanced()
    assert str(ledger) == "owed 2, said 2, said twice 0, lost 0, unasked 0, unsettled 0"


@pytest.mark.parametrize(
    ("said", "unsettled", "words"),
    [
        (["a"], [], "lost 1 b"),
        (["a", "b", "b"], [], "said twice 1 b"),
        (["a", "b", "c"], [], "unasked 1 c"),
        (["a", "b"], ["b"], "unsettled 1 b"),
    ],
)
def test_what_is_wrong_is_named(said: list[str], unsettled: list[str], words: str) -> None:
    """The failure names the message."""
    ledger = Ledger(frozenset({"a", "b"}), Counter(said), frozenset(unsettled))
    with pytest.raises(AssertionError, match=words):
        ledger.assert_balanced()


def test_what_may_be_said_twice_has_to_be_said_twice() -> None:
    """An exception that is named and doesn't happen is an error, too."""
    ledger = Ledger(frozenset({"a"}), Counter(["a", "a"]))
    ledger.assert_balanced(twice={"a"})
    with pytest.raises(AssertionError, match="said twice 0"):
        Ledger(frozenset({"a"}), Counter(["a"])).assert_balanced(twice={"a"})


async def test_a_ledger_is_read_from_the_outbox_and_from_slack(sqlite_url: str) -> None:
    """One message is delivered, one waits, one is refused, one is deleted by a person; one was never stored."""
    async with open_post_office(sqlite_url) as post:
        for key in ("first", "gone"):
            post.enqueue(key)
            await post.deliver()
        removed = next(message for message in post.messages() if message.metadata["event_payload"]["key"] == "gone")
        post.rehearsal.workspace.remove(removed)
        post.rehearsal.control.faults.next("chat.postMessage", error="is_archived")
        post.enqueue("refused")
        await post.deliver()
        post.enqueue("waiting")
        ledger = read_ledger(post.rehearsal, post.runtime.database, owed={"never stored"}, deleted=[removed])
        assert ledger.said == {"first": 1, "gone": 1}
        assert ledger.owed == {"first", "gone", "waiting", "never stored"}
        assert ledger.lost == {"waiting", "never stored"}
        assert ledger.unsettled == {"waiting"}
