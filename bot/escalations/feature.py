"""Declares the escalations feature: problems that a customer raised."""

from bot.core.feature import CheckinExtra, Feature, Morning, Offer
from bot.core.schemas import Topic
from bot.escalations import listeners, queries, usecases, views
from bot.escalations.queries import contributions
from bot.escalations.rules import HOLDS, RAISED
from bot.escalations.schemas import (
    ChannelLost,
    EscalationLate,
    EscalationNews,
    EscalationPosted,
    EscalationRaised,
    EscalationUpdate,
    EscalationWarned,
    RelativeEscalated,
)
from bot.escalations.usecases import confirming, scheduled
from bot.escalations.views import forms

ESCALATABLE = frozenset({"customer", "mention", "message"})
"""The kinds of subjects that get the button *Problem*."""

FEATURE = Feature(
    name="escalations",
    register=listeners.register,
    views={
        EscalationRaised: views.raised,
        EscalationWarned: views.warned,
        EscalationLate: views.late,
        EscalationNews: views.news,
        EscalationPosted: views.posted,
        EscalationUpdate: views.update,
        ChannelLost: views.channel_lost,
        RelativeEscalated: views.relative,
    },
    refresh={
        EscalationRaised: queries.refresh_raised,
        EscalationWarned: queries.refresh_unanswered,
        EscalationLate: queries.refresh_unanswered,
        EscalationPosted: queries.refresh_posted,
        RelativeEscalated: queries.refresh_relative,
    },
    brief=contributions.brief,
    checkin_extras=(
        CheckinExtra(
            key=HOLDS,
            about=queries.find_waiting,
            blocks=forms.holds_fields,
            read=listeners.read_holds,
            use_case=confirming.settle_fixes,
        ),
        CheckinExtra(
            key=RAISED,
            label="Something went wrong…",
            blocks=forms.raised_fields,
            read=listeners.read_raised,
            use_case=usecases.raise_in_checkin,
        ),
    ),
    undo_checkin=confirming.undo_checkin,
    brief_topic=Topic.PROBLEM,
    offers=(Offer("Problem", "escalations.raise", lambda subject: subject.kind in ESCALATABLE),),
    digest_section=contributions.digest_section,
    due_counts=contributions.due_counts,
    commitments_section=contributions.commitments_section,
    home_section=contributions.home_section,
    mornings=(
        Morning(
            key="problems",
            title="Problems",
            command="/escalate list",
            list_due=contributions.list_due,
            list_rows=contributions.list_rows,
            view=views.morning,
            lead=views.lead,
            counted=views.counted,
            list_just_told=contributions.list_just_told,
        ),
    ),
    overdue=contributions.list_overdue,
    timeline=contributions.timeline,
    setbacks=contributions.setbacks,
    erase=scheduled.erase,
    export=contributions.export,
    check=queries.check,
    suspects=queries.list_suspects,
    lost_channels=queries.list_lost_channels,
)
