"""Declares the follow-ups feature: tasks about a customer, given to a person."""

from bot.core.feature import Feature, Offer
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
    timeline=queries.timeline,
    erase=usecases.erase,
    export=queries.export,
    check=queries.check,
)
