"""Declares the mentions feature: what customers and the public write about us."""

from bot.core.feature import DigestKindOffer, Feature
from bot.mentions import listeners
from bot.mentions.queries import shown
from bot.mentions.queries.digest import compose_digest
from bot.mentions.schemas.digest import MentionsDigest
from bot.mentions.schemas.mentions import (
    AnswerDueSoon,
    AnswerLate,
    ComplaintForOwner,
    MentionPosted,
    MentionsListed,
)
from bot.mentions.usecases import keeping
from bot.mentions.views import cards, digest, lists

FEATURE = Feature(
    name="mentions",
    register=listeners.register,
    views={
        MentionPosted: cards.posted,
        MentionsListed: lists.listed,
        ComplaintForOwner: cards.complaint,
        AnswerDueSoon: cards.due_soon,
        AnswerLate: cards.late,
        MentionsDigest: digest.digest,
    },
    brief=shown.brief,
    digest_section=shown.digest_section,
    digest_kinds=(
        DigestKindOffer(
            key="mentions",
            label="What customers say",
            about="What was written about us and our customers, how it reads, and what waits for an answer.",
            clear="Nothing was written about us or our customers, and nothing waits for an answer.",
            compose=compose_digest,
        ),
    ),
    home_section=shown.home_section,
    timeline=shown.timeline,
    erase=keeping.erase,
    export=shown.export,
    check=shown.check,
)
