"""Declares the follow-ups feature: tasks about a customer, given to a person."""

from bot.core.feature import Feature, Offer
from bot.followups import listeners
from bot.followups.queries import owed, shown
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupNews, FollowupsDue
from bot.followups.usecases import finishing, keeping
from bot.followups.views import rows

ASSIGNABLE = frozenset({"customer", "digest_row", "mention"})
"""The kinds of subjects that get the button *Assign*."""

FEATURE = Feature(
    name="followups",
    register=listeners.register,
    views={FollowupGiven: rows.given, FollowupsDue: rows.due, FollowupLate: rows.late, FollowupNews: rows.news},
    brief=shown.brief,
    undo_checkin=finishing.undo_checkin,
    offers=(Offer("Assign", "followups.assign", lambda subject: subject.kind in ASSIGNABLE),),
    digest_section=shown.digest_section,
    commitments_section=shown.commitments_section,
    home_section=shown.home_section,
    timeline=shown.timeline,
    erase=keeping.erase,
    export=shown.export,
    check=owed.check,
)
