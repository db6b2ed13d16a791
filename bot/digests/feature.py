"""Declares the digests feature: scheduled messages to a channel."""

from bot.core.feature import Feature, Subcommand
from bot.digests import listeners
from bot.digests.queries.setup import export_person, find_problems, list_first_steps, list_lost_channels, list_suspects
from bot.digests.schemas import AllClear, CommitmentsDigest, DigestPage, DigestStopped, NeglectedDigest
from bot.digests.usecases import forget_person
from bot.digests.views import messages

FEATURE = Feature(
    name="digests",
    register=listeners.register,
    views={
        NeglectedDigest: messages.digest,
        DigestPage: messages.page,
        DigestStopped: messages.stopped,
        CommitmentsDigest: messages.commitments,
        AllClear: messages.all_clear,
    },
    first_steps=list_first_steps,
    erase=forget_person,
    export=export_person,
    check=find_problems,
    suspects=list_suspects,
    lost_channels=list_lost_channels,
    subcommands=(
        Subcommand(
            word="audit",
            about="is for Slack's admins: who did what, or wasn't allowed to.",
            answer=listeners.show_audit,
        ),
    ),
)
