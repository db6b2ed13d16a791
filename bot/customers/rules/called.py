"""What stands where a customer's name belongs besides it: a spreadsheet's error, a mark that the customer is gone."""

import re

from bot.customers.rules.cells import Unclear, status_word
from bot.customers.rules.names import WORDS

_SPREADSHEETS_ERROR = re.compile(
    r"#(?:NAME|REF|VALUE|DIV/0|NUM|NULL|N/A|SPILL|CALC|WERT|BEZUG|ZAHL|NV|NOMBRE|VALOR|NOM|VALEUR|NOME|RIF|VALORE|NAAM|"
    r"WAARDE|VERW)[?!]?",
    re.IGNORECASE,
)
"""What a cell holds whose formula failed, in the languages of people's spreadsheets."""
_GONE, _NO_NAMES = WORDS["names"]["gone"], WORDS["names"]["no_names"]
_MARK_BEHIND = re.compile(rf"\w.*(?:[(\[{{*/]|\s[-–—:])\s*({_GONE})\W*", re.IGNORECASE)
_MARK_BEFORE = re.compile(rf"\W*({_GONE})(?:\s*[)\]}}*:]|\s+[-–—])\W*\w.*", re.IGNORECASE)
_NO_NAME = re.compile(
    rf"\W*(?:{_NO_NAMES})(?:\W+(?:{_NO_NAMES}|{_GONE}|duplicate|account|customer))*\W*", re.IGNORECASE
)
_NAMELESS = frozenset(WORDS["names"]["nameless"].split("|"))
_HIDDEN = re.compile(r"\W*x{4,20}\W*", re.IGNORECASE)
_BETWEEN = re.compile(r"[()\[\]{}*/:–—-]")
_ENDS = tuple({word.split()[-1] for word in _GONE.split("|")})
_STARTS = tuple({word.split()[0] for word in _GONE.split("|")})
_SIGNS = " ()[]{}*.!-–—"


def check_name(name: str) -> None:
    """
    Accept a cell of names that holds one.

    Raises:
        Unclear: a formula failed there, or somebody wrote there that nobody knew it, or that the row isn't to be used.
    """
    if _SPREADSHEETS_ERROR.fullmatch(name):
        raise Unclear("is a spreadsheet's error; mend the formula, or write what the customer is called")
    if " ".join(name.casefold().strip(_SIGNS).split()) in _NAMELESS or _HIDDEN.fullmatch(name):
        raise Unclear("is no name; write what the customer is called")
    if _NO_NAME.fullmatch(name):
        raise Unclear("is no name, but says that the row isn't to be used; write what the customer is called")


def mark_in(name: str) -> str:
    """Return the word by which a name says that its customer is gone, as statuses are spelt: "deleted"; or ""."""
    if not _BETWEEN.search(name):
        return ""
    bare = name.strip(_SIGNS).casefold()
    if not bare.endswith(_ENDS) and not bare.startswith(_STARTS):
        return ""
    found = _MARK_BEHIND.fullmatch(name.strip()) or _MARK_BEFORE.fullmatch(name.strip())
    return status_word(found[1]) if found else ""
