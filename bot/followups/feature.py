"""Declares the follow-ups feature: tasks about a customer, given to a person."""

from bot.core.feature import Feature, Morning, Offer
from bot.followups import listeners, queries, usecases, views
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupNews, FollowupsDue

ASSIGNABLE = frozenset({"customer", "digest_row", "mention"})
"""The kinds of subjects that get the button *Assign*."""

FEATURE = Feature(
    name="followups",
    register=listeners.register,
    views={FollowupGiven: views.given, FollowupsDue: views.due, FollowupLate: views.late, FollowupNews: views.news},
    brief=queries.brief,
    undo_checkin=usecases.undo_checkin,
    offers=(Offer("Assign", "followups.assign", lambda subject: subject.kind in ASSIGNABLE, open=listeners.ask),),
    digest_section=queries.digest_section,
    commitments_section=queries.commitments_section,
    home_section=queries.home_section,
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
)
