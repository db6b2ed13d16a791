"""Declares the follow-ups feature: tasks about a customer, given to a person."""

from bot.core.feature import Feature, Morning, Offer
from bot.core.schemas import Topic
from bot.followups import listeners, queries, usecases, views
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupNews, FollowupsDue

ASSIGNABLE = frozenset({"customer", "digest_row", "mention"})
"""The kinds of subjects that get the button *Ask somebody*."""

FEATURE = Feature(
    name="followups",
    register=listeners.register,
    views={FollowupGiven: views.given, FollowupsDue: views.due, FollowupLate: views.late, FollowupNews: views.news},
    refresh={FollowupGiven: queries.refresh_given, FollowupLate: queries.refresh_late},
    brief=queries.brief,
    brief_topic=Topic.OWED,
    undo_checkin=usecases.undo_checkin,
    offers=(Offer("Ask somebody", "followups.assign", lambda subject: subject.kind in ASSIGNABLE, open=listeners.ask),),
    digest_section=queries.due_counts,
    due_counts=queries.due_counts,
    commitments_section=queries.commitments_section,
    home_section=queries.home_section,
    overdue=queries.list_overdue,
    mornings=(
        Morning(
            key="asked",
            title="Asked of you",
            command="/assign list",
            list_due=queries.list_asked,
            list_rows=queries.list_rows,
            view=views.morning,
            lead=views.asked_lead,
            counted=views.asked_counted,
        ),
        Morning(
            key="given",
            title="Asked by you, and late",
            command="/assign list given",
            list_due=queries.list_given,
            list_rows=queries.list_rows,
            view=views.morning,
            lead=views.given_lead,
            counted=views.given_counted,
        ),
    ),
    timeline=queries.timeline,
    erase=usecases.erase,
    export=queries.export,
    check=queries.check,
    suspects=queries.list_suspects,
)
