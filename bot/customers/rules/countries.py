"""Countries by their codes, and by their names in the languages of people's lists."""

import gettext
import re
import unicodedata
from functools import cache, lru_cache

from bot.customers.rules.names import WORDS, by_word

LANGUAGES = ("de", "fr", "es", "pt", "it", "nl")
_CODED = re.compile(r"\s*[\[(]([A-Za-z]{2,3})[\])]\s*\w.*|\s*([A-Za-z]{2,3})\s+[-–]\s+\w.*")
_NAMES = ("name", "common_name", "official_name")


@lru_cache(4096)
def country_code(text: str) -> str | None:
    """Return the ISO code of two letters for a country's name or code, or both ("[FR] Frankreich"), or None."""
    coded = _CODED.fullmatch(text)
    words = [coded[1] or coded[2]] if coded else []
    for wanted in map(_spelling, (*words, text.removeprefix("base."))):  # as Odoo refers to its own
        if code := _english().get(wanted) or _translated().get(wanted):
            return code
    return None


@lru_cache(4096)
def nearest_country(text: str) -> str | None:
    """Return the name that a misspelt country most likely means ("Philipines" → "Philippines"), or None."""
    named = [name for name in _english() if len(name) > 3]  # noqa: PLR2004  # codes resemble everything
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - two megabytes that only mistyped names need

    found = process.extractOne(_spelling(text), named, scorer=fuzz.ratio, score_cutoff=80)
    return found[0].title() if found else None


@cache
def _listed() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Return the code of each country, its other codes, and its names in English."""
    import pycountry  # noqa: PLC0415 - five megabytes that only lists with countries need

    return tuple(
        (one.alpha_2, (one.alpha_2, one.alpha_3), tuple(name for each in _NAMES if (name := getattr(one, each, ""))))
        for one in pycountry.countries
    )


@cache
def _english() -> dict[str, str]:
    """Map every code and every name in English, in the spelling of `_spelling`, to a country's code."""
    known = {_spelling(word): code for code, codes, names in _listed() for word in (*names, *codes)}
    return known | by_word(WORDS["countries"]["also"])


@cache
def _translated() -> dict[str, str]:
    """Map every name in the other languages to a country's code."""
    import pycountry  # noqa: PLC0415 - as above

    found: dict[str, str] = {}
    for language in LANGUAGES:
        translate = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language]).gettext
        for code, _, names in _listed():
            found |= {_spelling(translate(name)): code for name in names}
    return found


def _spelling(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold().replace("&", " and ").replace("’", "'").replace("'", ""))
    kept = (char if char.isalnum() else " " for char in folded if not unicodedata.combining(char))
    return " ".join("".join(kept).split())
