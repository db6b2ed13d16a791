"""
Reads what somebody says to the bot: every text has exactly one intent.

The patterns are tried in order, and the first one that matches counts. The group `about` begins with the customer's
name or holds it, `name` is the name itself, `when` a day in front, and `how` the way of contact.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.checkins.rules import Channel, Result
from bot.people.rules.days import ANY_WEEKDAY

LONGEST = 4000  # characters that are read
NAME_WORDS = 6
WORDS, ASKED = 3000, 200


class Intent(StrEnum):
    """What somebody wants when they say something."""

    CHECKIN = "checkin"
    FOLLOWUP = "followup"
    PROMISE = "promise"
    PROBLEM = "problem"
    QUEUE = "queue"
    CARD = "card"
    HELP = "help"
    THANKS = "thanks"
    OTHER = "other"


class ProposalKind(StrEnum):
    """What a press would save."""

    CHECKIN = "checkin"
    FOLLOWUP = "followup"
    PROMISE = "promise"
    PROBLEM = "problem"
    NOTE = "note"

    @property
    def has_due_day(self) -> bool:
        """Whether it is to be done by a day."""
        return self in {ProposalKind.FOLLOWUP, ProposalKind.PROMISE}


@dataclass(frozen=True)
class Sentence:
    """
    What a text asks for.

    *name* is the customer's name where the sentence begins with it ("" for a pronoun); else *about* begins with the
    name or holds it. *when* is a day in front. *result* and *channel* are those of a check-in.
    """

    intent: Intent
    text: str
    about: str = ""
    name: str | None = None
    when: str = ""
    result: Result = Result.TALKED
    channel: Channel = Channel.CALL


_HELLO = r"(?:(?:hi|hey|hello|ok|okay|so|well|please|pls|fyi|update|evenhand)(?: there)?[ ,:!.]+)*"
_WHEN = (
    rf"(?:(?P<when>(?:on |last )?{ANY_WEEKDAY}|today|yesterday|this (?:morning|afternoon|evening)"
    r"|(?:the )?day before yesterday|\w+ (?:day|week)s? ago),? )?"
)
_I = rf"{_HELLO}{_WHEN}(?:(?:i|we)(?:['’]ve| have)? )?(?:(?:just|finally|also|already|briefly|quickly) )*"
_NAME = rf"{_HELLO}{_WHEN}(?P<name>[^,;:?!]{{1,120}}?)"
_BACK = r"(?: (?:me|us|in|back|by|to me|to us|with me|with us|to you|again)\b)*"
_NOT = r"(?:n['’]?t| not)"
_VERY = r"(?:(?:a|an|another|very|really|so|extremely|quite|big|huge|urgent|serious|major|still) )*"

_PATTERNS: tuple[tuple[Intent, Result, tuple[str, ...]], ...] = (
    (Intent.HELP, Result.TALKED, (
        (
            r"(?:help(?: me)?|what can (?:you|i) (?:do|say|ask).*|how (?:does|do) .*(?:work|use).*"
            r"|commands?|usage|hi|hello|hey|good (?:morning|afternoon|evening))(?: there| bot| evenhand)?[ ?!.]*|\?+"
        ),
    )),
    (Intent.THANKS, Result.TALKED, (
        (
            r"(?:(?:many|ok|okay|great|perfect|cool|super) )*(?:thanks|thank you|thx|ty|cheers)"
            r"(?: (?:a lot|so much|very much|a million|evenhand|bot))*[ !.]*"
            r"|(?:ok|okay|great|perfect|cool|super|nice|good|got it|👍|:\+1:|🙏|:pray:)[ !.]*"
        ),
    )),
    (Intent.QUEUE, Result.TALKED, (
        (
            rf"{_HELLO}who(?:m|['’]?s| is| are| else is)?(?: still| else)? (?:waiting|waits|due"
            r"|neglected|overdue|late|next|left|on my list|has waited|should i|shall i|do i|must i|needs?)\b.*"
        ),
        (
            rf"{_HELLO}(?:(?:show|open|see|give|list|check)(?: me)? |what(?:['’]?s| is) (?:in |on )?)?"
            r"(?:my|the) (?:queue|list|customers|day)(?: please| now| today)?[ ?!.]*"
        ),
        (
            rf"{_HELLO}what(?:['’]?s| is| are)?(?: still)? (?:due|next|waiting|overdue|late|open|left"
            r"|up next|to do|should i do|do i do|shall i do|must i do)\b.*"
        ),
        r"(?:queue|list|due|waiting|next|who)[ ?!.]*",
        (
            rf"{_HELLO}(?:is )?(?:anyone|anybody|anything|somebody|someone)(?: still)? (?:waiting|due"
            r"|overdue|left|open|to call)\b.*"
        ),
    )),
    (Intent.CARD, Result.TALKED, (
        (
            rf"{_HELLO}(?:(?:and )?what about|how about|how(?:['’]?s| is| are)|tell me"
            r"(?: more| everything| something)?(?: about)?|what do (?:we|you|i) know (?:about|of)"
            r"|what(?:['’]?s| is)(?: up| new| happening| going on| the (?:status|story|state))? (?:with|at|of"
            r"|about)"
            r"|when did (?:we|i|you|anyone|anybody)(?: last)? (?:talk|speak)(?: last)? (?:to|with)"
            r"|(?:did|have) (?:we|i|you|anyone|anybody) (?:talk|talked|speak|spoken) (?:to|with)"
            r"|(?:show|open|find|look up)(?: me)?(?: the card (?:of|for))?|card (?:of|for)"
            r"|who (?:owns|has|looks after)|(?:status|news) (?:of|on|from)|info (?:on"
            r"|about)) (?P<about>.+?)(?: doing)?"
        ),
    )),
    (Intent.FOLLOWUP, Result.TALKED, (
        rf"{_HELLO}(?:can you |could you |please )*remind me(?: again)?\b[ ,:]*(?P<about>.*)",
        (
            rf"{_HELLO}(?:don['’]?t let me forget(?: to)?|i (?:need|have|want|ought) to"
            r"|i (?:must|should|will)|i['’]ll|to-?do:?|follow[- ]?up (?:with|on|about|for)|follow[- ]?up:?"
            r"|reminder:?"
            r"|reminder (?:for|about)) (?P<about>.+)"
        ),
        rf"{_HELLO}(?P<about>(?:call|phone|ring|email|visit|meet|contact|write to|talk to) .+)",
    )),
    (Intent.PROMISE, Result.TALKED, (
        rf"{_I}(?:promised?|owe)(?: that)? (?P<about>.+)",
    )),
    (Intent.PROBLEM, Result.TALKED, (
        (
            rf"{_HELLO}(?:there(?:['’]?s| is) |we have |we['’]ve got )?{_VERY}(?:problem|issue|trouble"
            r"|outage|complaint|incident)s? (?:at|with|for|from|by|of) (?P<about>.+)"
        ),
        rf"{_HELLO}(?:escalate|raise a problem (?:for|at|with)) (?P<about>.+)",
        (
            rf"{_HELLO}(?:nothing|something|everything|it)(?:['’]?s| is| went| works?|)"
            r"(?: broken| wrong| down| work| works?|)(?: at all)? (?:at|for|with) (?P<about>.+)"
        ),
    )),
    (Intent.CHECKIN, Result.TRIED, (
        (
            rf"{_I}(?:tried|attempted)(?: (?:to )?(?P<how>call(?:ing)?|reach(?:ing)?|phon(?:e|ing)"
            r"|ring(?:ing)?|contact(?:ing)?|get hold of|email(?:ing)?|visit(?:ing)?"
            r"|get through to))?(?: again)? (?P<about>.+)"
        ),
        (
            rf"{_I}(?:could{_NOT}|can['’]?t|cannot|did{_NOT}|was unable to|failed to)"
            r" (?:reach|get hold of|get through to|catch) (?P<about>.+)"
        ),
        rf"{_I}left (?:a )?(?:voice ?mail|message|voice message) (?:for|with|at|to) (?P<about>.+)",
        (
            rf"{_I}(?:(?:got |had )?no (?:answer|reply|response|luck)|(?:got )?voice ?mail)"
            r" (?:from|at|with|by) (?P<about>.+)"
        ),
    )),
    (Intent.CHECKIN, Result.THEY_CONTACTED_US, (
        (
            rf"{_I}(?:heard(?: back)? from|(?:got|had|received) (?:a|an|another) "
            r"(?P<how>call|email|mail|message|text|visit|letter|reply)(?: back)? from) (?P<about>.+)"
        ),
    )),
    (Intent.CHECKIN, Result.TALKED, (
        (
            rf"{_I}(?:talked|spoke|spoken|chatted|caught up|met up|touched base|followed up"
            r"|got through|was on the phone|(?P<how>met))(?: again| briefly| quickly)? (?:to|with) (?P<about>.+)"
        ),
        (
            rf"{_I}(?:had|did) (?:a|an|another|our|the)(?: [\w-]+){{0,2}}? (?P<how>call|chat|meeting"
            r"|visit|lunch|coffee|talk|conversation|demo|catch-?up|check-?in) (?:with|at) (?P<about>.+)"
        ),
        rf"{_I}(?P<how>met|visited|saw|called|phoned|rang) (?P<about>.+)",
        rf"{_HELLO}(?P<how>call|meeting|chat|visit|lunch|talk) with (?P<about>[^:]+:.+)",
    )),
    (Intent.CHECKIN, Result.TRIED, (
        rf"{_I}(?P<how>emailed|mailed|wrote to|wrote|messaged|texted|pinged) (?P<about>.+)",
        (
            rf"{_NAME} (?:did{_NOT}|does{_NOT}|has{_NOT}|never|is{_NOT}) (?:answer(?:ed|ing)?"
            r"|pick(?:ed)? up|repl(?:y|ied)|respond(?:ed)?)(?P<about>.*)"
        ),
    )),
    (Intent.CHECKIN, Result.DECLINED, (
        (
            rf"{_NAME} (?:declined|do(?:es)?{_NOT} want (?:to talk|a call|to be called|any calls)"
            r"|asked not to be (?:called|contacted)|hung up)(?P<about>.*)"
        ),
    )),
    (Intent.CHECKIN, Result.THEY_CONTACTED_US, (
        (
            rf"{_NAME} (?:(?:has|have|just|finally|also) )*(?P<how>called|phoned|rang"
            r"|emailed|mailed|wrote|messaged|texted|contacted|visited|replied|answered|got in touch|got back"
            r"|reached out"
            rf"|came by|dropped by|stopped by){_BACK}(?P<about>.*)"
        ),
    )),
    (Intent.PROBLEM, Result.TALKED, (
        (
            rf"{_NAME} (?:is|are|was|were|sounds?|seems?|['’]s) {_VERY}(?:angry|furious|upset|unhappy"
            r"|annoyed|mad|complaining|down|stuck|blocked|frustrated|livid|fed up|threatening)\b(?P<about>.*)"
        ),
        (
            rf"{_NAME} (?:has|have|had|reports?|reported)(?: got)? {_VERY}(?:problem|issue|outage"
            r"|complaint|trouble)s?\b(?P<about>.*)"
        ),
        rf"{_NAME} (?:complains?|complained)\b(?P<about>.*)",
        rf"{_NAME}[,:;]? (?:nothing works|can['’]?t work|(?:is|does){_NOT} work(?:ing)?)(?P<about>.*)",
    )),
)  # fmt: skip
_READ = tuple(
    (intent, result, re.compile(pattern, re.IGNORECASE))
    for intent, result, patterns in _PATTERNS
    for pattern in patterns
)

_NOBODY_ANSWERED = re.compile(
    rf"\b(?:voice ?mail|no (?:answer|reply|response|luck|one)|nobody|did{_NOT} (?:answer|pick up|reach|reply)"
    r"|not (?:reachable|available|there|in)|unavailable|busy|engaged|left a message|out of office|try again)\b",
    re.IGNORECASE,
)
_SOMEBODY_ANSWERED = re.compile(
    r"\b(?:answered|replied|reply was|they (?:said|wrote back|want|asked))\b", re.IGNORECASE
)
_PRONOUNS = frozenset({"they", "he", "she"})
_OTHERS = frozenset({"them", "him", "her", "it", "you", "me", "us", "everybody", "everyone", "somebody", "someone"})
_NO_NAMES = frozenset(
    {
        *("i", "we", "you", "it", "who", "what", "when", "why", "how", "did", "do", "does", "should", "can", "could"),
        *("would", "is", "are", "was", "nobody", "no", "not", "if", "that", "this", "there", "please", "haven't"),
        *("didn't", "my", "our"),
    }
)
_HOW = {
    Channel.MEETING: "met meeting lunch coffee demo saw",
    Channel.VISIT: "visit visited visiting came dropped stopped",
    Channel.EMAIL: "email emailed emailing mail mailed wrote letter",
    Channel.MESSAGE: "message messaged text texted pinged",
}
_CHANNELS = {word: channel for channel, words in _HOW.items() for word in words.split()}
_LINK = re.compile(r"<(?:https?|mailto|tel):[^<>|]*\|([^<>]*)>|<((?:https?|mailto|tel):[^<>|]*)>")


def plain_words(text: str, *, bot_id: str = "") -> str:
    """Return a message as somebody typed it, on one line: without the mention of the bot and the markup of links."""
    text = re.sub(rf"<@{re.escape(bot_id)}(?:\|[^>]*)?>[,:]?", " ", text) if bot_id else text
    text = _LINK.sub(lambda link: link[1] or link[2] or "", text)
    return " ".join(html.unescape(text).split())


def read_sentence(text: str) -> Sentence:
    """Return what *text*, a message on one line, asks for."""
    read = text[:LONGEST]
    for intent, result, pattern in _READ:
        found = pattern.fullmatch(read)
        if found is None:
            continue
        groups = found.groupdict()
        name = groups.get("name")
        if name is not None and not _may_be_name(name):
            continue
        how = str(groups.get("how") or "").casefold()
        return Sentence(
            intent, text, str(groups.get("about") or "").strip(), _name_in(name), str(groups.get("when") or ""),
            _result(result, how, read), _CHANNELS.get(how.partition(" ")[0], Channel.CALL),
        )  # fmt: skip
    return Sentence(Intent.OTHER, text, about=text)


def _may_be_name(words: str) -> bool:
    parts = words.casefold().split()
    return 0 < len(parts) <= NAME_WORDS and parts[0] not in _NO_NAMES


def _name_in(words: str | None) -> str | None:
    return "" if words is not None and words.casefold() in _PRONOUNS else words


def _result(result: Result, how: str, text: str) -> Result:
    """Return the result of a check-in: a call that nobody took was an attempt, a letter that was answered a contact."""
    if result is Result.TALKED and _NOBODY_ANSWERED.search(text):
        return Result.TRIED
    if result is Result.TRIED and _CHANNELS.get(how.partition(" ")[0]) and _SOMEBODY_ANSWERED.search(text):
        return Result.TALKED
    return result


# --- what is left of a sentence without its name and day ---------------------------------------------------------

_EDGES = re.compile(r"^[\s,:;.!?–—-]+|[\s,:;–—-]+$")
_AND = re.compile(r"^(?:and|but|so|that|to say)\s+", re.IGNORECASE)
_TASK = re.compile(r"^(?:to|that i(?: should)?|about|of)\s+", re.IGNORECASE)
_TO_THEM = re.compile(r"\s+(?:to|for) them$", re.IGNORECASE)
_BEFORE_NAME = re.compile(
    r"(?:(?:to |about |of |on |with )?(?:(?:call|phone|ring|email|visit|meet|contact|ask|send|tell|give|write to"
    r"|talk to|speak to|speak with|talk with|check in with|follow up with|get back to) )?(?:the |our )?)",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"[,:;.!?]|\s(?:about|and|that|because|they|he|she|it|a|an|the|to|by|on|at|in|is|are|with|today|tomorrow|yesterday"
    rf"|{ANY_WEEKDAY})\b",
    re.IGNORECASE,
)
TALK = "talk to them"


def trim(words: str) -> str:
    """Return *words* without punctuation and conjunctions at the ends."""
    return _AND.sub("", _EDGES.sub("", words)).strip()


def first_clause(words: str) -> tuple[str, str]:
    """Return *words* up to the first comma, colon or the like, and the rest."""
    match = re.search(r"[,:;.!?]\s|\s[–—-]\s", words)
    return (words[: match.start()], words[match.start() :]) if match else (words, "")


def name_beginnings(about: str) -> list[str]:
    """Return the places in *about* at which a customer's name may begin, as the words from there on."""
    first = about[_BEFORE_NAME.match(about).end() :] if about else ""  # type: ignore[union-attr]  # it matches nothing, too
    later = [about[match.end() :] for match in re.finditer(r"\s(?:to|for|at|with|from)\s", about)]
    return list(dict.fromkeys(one for one in (about, first, *later) if one))


def guess_name(words: str) -> str:
    """Return what may be a name at the beginning of *words*, at most three of them."""
    end = _NAME_ENDS.search(words)
    return " ".join((words[: end.start()] if end else words).split()[:3])


def is_pronoun(name: str) -> bool:
    """Return whether *name* stands for somebody who was named before."""
    return name.casefold() in _OTHERS


def task_of(words: str, name: str) -> str:
    """Return what is to be done, with `them` in the place of *name*: "to call Acme" → "call them"."""
    if name:
        words = re.sub(rf"{re.escape(name)}['’]s\b", "their", words)
        words = words.replace(name, "them", 1)
    task = trim(_TASK.sub("", trim(words)))
    rest = re.sub(r"^them\b", "", task)
    if rest == task:
        return task
    return trim(rest) or TALK


def promise_of(words: str, name: str) -> str:
    """Return what is promised: "Acme a price list" and "a price list to Acme" → "a price list"."""
    task = task_of(words, name)
    return "" if task == TALK else trim(_TO_THEM.sub("", task))


def customers_in(body: Any) -> list[UUID]:
    """Return the customers that a stored notification names, in its order: every `customer_id` and `customer.id`."""
    found: dict[UUID, None] = {}
    for key, value in _walk(body):
        holder = value.get("id") if key == "customer" and isinstance(value, Mapping) else value
        if key in {"customer_id", "customer"} and isinstance(holder, str):
            try:
                found.setdefault(UUID(holder))
            except ValueError:
                continue
    return list(found)


def _walk(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key), inner
            yield from _walk(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _walk(inner)
