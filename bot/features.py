"""The list of features, in the order in which their contributions appear on screens."""

from bot.campaigns.feature import FEATURE as CAMPAIGNS
from bot.checkins.feature import FEATURE as CHECKINS
from bot.conversations.feature import FEATURE as CONVERSATIONS
from bot.core.feature import Feature
from bot.customers.feature import FEATURE as CUSTOMERS
from bot.digests.feature import FEATURE as DIGESTS
from bot.escalations.feature import FEATURE as ESCALATIONS
from bot.followups.feature import FEATURE as FOLLOWUPS
from bot.home.feature import FEATURE as HOME
from bot.mentions.feature import FEATURE as MENTIONS
from bot.people.feature import FEATURE as PEOPLE
from bot.promises.feature import FEATURE as PROMISES
from bot.reviews.feature import FEATURE as REVIEWS
from bot.workspaces.feature import FEATURE as WORKSPACES

__all__ = ["FEATURES"]

FEATURES: tuple[Feature, ...] = (
    WORKSPACES,
    PEOPLE,
    CUSTOMERS,
    CHECKINS,
    FOLLOWUPS,
    PROMISES,
    ESCALATIONS,
    MENTIONS,
    CAMPAIGNS,
    CONVERSATIONS,
    DIGESTS,
    REVIEWS,
    HOME,
)
