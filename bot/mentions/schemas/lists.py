"""Lists of mentions that somebody brings: what was read of one, and what it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.schemas import Schema
from bot.customers.rules.rows import Refusal
from bot.mentions.rules.lists import Column
from bot.mentions.schemas.found import FoundItem


@dataclass(frozen=True)
class ListRead:
    """
    A list that was read: what its rows say was written, and the rows that can't be taken.

    `columns` says which heading each field was read from; with a *problem* about them there are no items.
    """

    file_name: str
    columns: Mapping[Column, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    problem: str = ""
    items: tuple[FoundItem, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class ListPlan(Schema):
    """
    What taking in a list does: *new* are kept, of which *recent* are posted to *channel_id* ("": they wait in
    /mentions); *known* are kept already, *repeated* say what another row says; *refused* rows aren't taken.
    """

    file_name: str
    new: int = 0
    known: int = 0
    repeated: int = 0
    recent: int = 0
    refused: int = 0
    channel_id: str = ""
