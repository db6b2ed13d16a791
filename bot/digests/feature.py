"""Declares the digests feature: scheduled messages to a channel."""

from bot.core.feature import Feature
from bot.digests import listeners
from bot.digests.queries import setup
from bot.digests.schemas import AllClear, CommitmentsDigest, DigestPage, DigestStopped, NeglectedDigest
from bot.digests.usecases import forget_person
from bot.digests.views import digest, kinds

FEATURE = Feature(
    name="digests",
    register=listeners.register,
    views={
        NeglectedDigest: digest.digest,
        DigestPage: digest.page,
        DigestStopped: digest.stopped,
        CommitmentsDigest: kinds.owed,
        AllClear: kinds.all_clear,
    },
    first_steps=setup.list_first_steps,
    erase=forget_person,
    export=setup.export_person,
    check=setup.check_digests,
)
