"""Declares the promises feature: what we owe a customer by a date."""

from bot.core.feature import CheckinExtra, Feature, Morning, Offer
from bot.core.schemas import Topic
from bot.promises import listeners, queries, usecases, views
from bot.promises.queries import contributions
from bot.promises.schemas import PromiseNews, PromiseNoted, PromisesBroken, PromisesDue, PromisesInherited
from bot.promises.usecases import scheduled

PROMISABLE = frozenset({"customer", "mention", "message"})
"""The kinds of subjects that get the button *Promise*."""

FEATURE = Feature(
    name="promises",
    register=listeners.register,
    views={
        PromiseNoted: views.noted,
        PromisesDue: views.due,
        PromisesBroken: views.broken,
        PromisesInherited: views.inherited,
        PromiseNews: views.news,
    },
    refresh={
        PromiseNoted: queries.refresh_noted,
        PromisesBroken: queries.refresh_notified,
        PromisesInherited: queries.refresh_notified,
    },
    brief=contributions.brief,
    checkin_extras=(
        CheckinExtra(
            key=views.EXTRA,
            label="We promised…",
            blocks=views.extra_fields,
            read=listeners.read_extra,
            use_case=usecases.promise_in_checkin,
        ),
    ),
    undo_checkin=usecases.undo_checkin,
    brief_topic=Topic.OWED,
    offers=(Offer("Promise", "promises.promise", lambda subject: subject.kind in PROMISABLE),),
    digest_section=contributions.due_counts,
    due_counts=contributions.due_counts,
    commitments_section=contributions.commitments_section,
    home_section=contributions.home_section,
    mornings=(
        Morning(
            key="promises",
            title="Promises",
            command="/promise list",
            list_due=queries.list_due,
            list_rows=queries.list_rows,
            view=views.morning,
            lead=views.lead,
            counted=views.counted,
        ),
    ),
    overdue=contributions.list_overdue,
    timeline=contributions.timeline,
    setbacks=contributions.setbacks,
    erase=scheduled.erase,
    export=contributions.export,
    check=queries.check,
    suspects=queries.list_suspects,
)
