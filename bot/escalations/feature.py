"""Declares the escalations feature: problems that a customer raised."""

from bot.core.feature import CheckinExtra, Feature, Offer
from bot.escalations import listeners
from bot.escalations.queries import find_waiting, owed, shown
from bot.escalations.rules import HOLDS, RAISED
from bot.escalations.schemas import (
    ChannelLost,
    EscalationLate,
    EscalationNews,
    EscalationPosted,
    EscalationRaised,
    EscalationUpdate,
    EscalationWarned,
)
from bot.escalations.usecases import confirming, keeping
from bot.escalations.usecases.raising import raise_in_checkin
from bot.escalations.views import forms, news

ESCALATABLE = frozenset({"customer", "mention", "message"})
"""The kinds of subjects that get the button *Escalate*."""

FEATURE = Feature(
    name="escalations",
    register=listeners.register,
    views={
        EscalationRaised: news.raised,
        EscalationWarned: news.warned,
        EscalationLate: news.late,
        EscalationNews: news.news,
        EscalationPosted: news.posted,
        EscalationUpdate: news.update,
        ChannelLost: news.channel_lost,
    },
    brief=shown.brief,
    checkin_extras=(
        CheckinExtra(
            key=HOLDS,
            about=find_waiting,
            blocks=forms.holds_fields,
            read=forms.read_holds,
            use_case=confirming.settle_fixes,
        ),
        CheckinExtra(
            key=RAISED,
            label="Something went wrong…",
            blocks=forms.raised_fields,
            read=forms.read_raised,
            use_case=raise_in_checkin,
        ),
    ),
    undo_checkin=confirming.undo_checkin,
    offers=(Offer("Escalate", "escalations.raise", lambda subject: subject.kind in ESCALATABLE),),
    digest_section=shown.digest_section,
    commitments_section=shown.commitments_section,
    home_section=shown.home_section,
    timeline=shown.timeline,
    erase=keeping.erase,
    export=shown.export,
    check=owed.check,
)
