"""How mentions read, as people corrected it."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from bot.core.schemas import Schema
from bot.mentions.rules.feeling import Feeling


class Correction(Schema):
    """Somebody read a mention's *words* otherwise than the *scorer* did."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mention_id: UUID
    words: str
    before: Feeling
    after: Feeling
    scorer: str
    by: str
    at: datetime
