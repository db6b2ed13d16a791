"""Declares the mentions feature: what customers and the public write about us."""

from bot.core.feature import DigestKindOffer, Feature
from bot.core.schemas import Topic
from bot.mentions import listeners
from bot.mentions.queries import contributions, mentions
from bot.mentions.schemas.mentions import (
    AnswerDueSoon,
    AnswerLate,
    ChannelStopped,
    ComplaintForOwner,
    MentionPosted,
    MentionsDigest,
    MentionsListed,
)
from bot.mentions.usecases import aliases
from bot.mentions.views import cards

FEATURE = Feature(
    name="mentions",
    register=listeners.register,
    views={
        MentionPosted: cards.posted,
        MentionsListed: cards.listed,
        ComplaintForOwner: cards.complaint,
        AnswerDueSoon: cards.due_soon,
        AnswerLate: cards.late,
        ChannelStopped: cards.channel_stopped,
        MentionsDigest: cards.digest,
    },
    refresh={
        ComplaintForOwner: mentions.refresh_unanswered,
        AnswerDueSoon: mentions.refresh_unanswered,
        AnswerLate: mentions.refresh_unanswered,
    },
    brief=contributions.brief,
    brief_topic=Topic.SAID,
    digest_section=contributions.digest_section,
    digest_kinds=(
        DigestKindOffer(
            key="mentions",
            label="What customers say",
            about="What was written about us and our customers, how it reads, and what waits for an answer.",
            clear="Nothing was written about us or our customers, and nothing waits for an answer.",
            compose=contributions.compose_digest,
        ),
    ),
    due_counts=contributions.due_counts,
    home_section=contributions.home_section,
    news_section=contributions.news_section,
    timeline=contributions.timeline,
    setbacks=contributions.setbacks,
    erase=aliases.erase,
    export=contributions.export,
    check=contributions.check,
    suspects=contributions.list_suspects,
    lost_channels=contributions.list_lost_channels,
)
