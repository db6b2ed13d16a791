"""Texts to be matched, and the customers they speak of."""

from uuid import UUID

from bot.core.schemas import Schema
from bot.mentions.rules.tiers import AliasKind, Tier


class Text(Schema):
    """A piece of writing with what came beside it: the hosts it links to, the accounts it names, where it is from."""

    title: str = ""
    words: str = ""
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    source_id: UUID | None = None


class Match(Schema):
    """
    A customer (None: ourselves) that a text speaks of, and how sure that is.

    *alias* is as the text writes it, entities undone; *key* and *kind* are what `learn_not_this` wants back.
    """

    customer_id: UUID | None
    tier: Tier
    alias: str
    key: str
    kind: AliasKind


class OwnNames(Schema):
    """What we are found by ourselves, as somebody wrote it."""

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
