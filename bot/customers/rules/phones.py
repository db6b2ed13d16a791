"""Numbers to call as people write them into one cell: several of them, links, numbers with hidden digits."""

import re

_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)(?:\+|%2B)?(\d{8,15})(?:\D.*)?",
    re.IGNORECASE,
)
_CALL = re.compile(r"(?:tel|callto|sms):\s*(?=[+\d(])", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[;,|·•*]+\s*|\s+(?:[/–—-]|or|oder|ou|o|und|and|et|e|y|en|of)\s+|/+|\s*\n\s*", re.IGNORECASE)
_NUMBER = re.compile(r"(?=(?:\D*\d){6,15}\D*$)(?:\+|\(|\d)[\d ().-]*")
_SIDE_BY_SIDE = re.compile(r"(\d{7,11})\s+(\d{7,11})")
_HIDDEN = re.compile(r"\d\W*(?:\*{2,}|[xX]{3,})\W*\d*|^[*xX]{3,}\W*\d")


def is_hidden(text: str) -> bool:
    """Return whether a number has signs in the place of digits, so that nobody can call it: "+552****1347"."""
    return bool(_HIDDEN.search(text)) and not _LINK.fullmatch(text)


def divide_numbers(text: str) -> str:
    """
    Return the numbers in *text* divided by commas: "7362814 7341767" is "7362814, 7341767".

    A link that calls a number is the number. Text that holds anything else, or a single number, stays as it is.
    """
    text = _CALL.sub("", text.strip())
    if found := _LINK.fullmatch(text):
        return f"+{found[1]}"
    if (found := _SIDE_BY_SIDE.fullmatch(text)) and len(found[1]) == len(found[2]):
        return f"{found[1]}, {found[2]}"
    parts = list(filter(None, _BETWEEN.split(text)))
    return ", ".join(dict.fromkeys(parts)) if len(parts) > 1 and all(map(_NUMBER.fullmatch, parts)) else text
