"""How a command names a customer."""

from bot.commitments.rules import prefixes, split_quoted


def test_a_name_in_quotes_or_the_longest_beginning_is_tried_first() -> None:
    """`"Acme Corp" friday` and `Acme Corp friday` both work."""
    assert split_quoted('"Acme Corp" friday call') == ("Acme Corp", "friday call")
    assert split_quoted("“Acme Corp” friday") == ("Acme Corp", "friday")
    assert split_quoted("Acme friday") is None
    assert prefixes(["Acme", "Corp", "friday"])[0] == ("Acme Corp friday", "")
    assert prefixes(["Acme", "Corp"]) == [("Acme Corp", ""), ("Acme", "Corp")]
    assert prefixes([]) == []
