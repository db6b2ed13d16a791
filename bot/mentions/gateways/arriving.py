"""The last step in: a cleaned draft becomes the fact that the rest of the house works with."""

from collections.abc import Mapping
from typing import Any

from bot.customers.rules.names import registrable_domain
from bot.mentions.rules.addresses import host_of
from bot.mentions.rules.wording import read_instant
from bot.mentions.schemas.found import FoundItem


def found_item(row: Mapping[str, Any]) -> FoundItem:
    """The schema in a draft's row: its instant read, its links as the domains that stand for companies."""
    known = {name: value for name, value in row.items() if name not in {"links", "published_at"}}
    own = registrable_domain(host_of(row["address"]))
    domains = dict.fromkeys(registrable_domain(link) for link in row["links"])
    return FoundItem.model_validate(
        known
        | {
            "domains": tuple(domain for domain in domains if domain and domain != own),
            "published_at": read_instant(row["published_at"]),
        }
    )
