"""Declares the promises feature: what we owe a customer by a date."""

from bot.core.feature import CheckinExtra, Feature, Offer
from bot.promises import listeners
from bot.promises.listeners.recording import read_extra
from bot.promises.queries import clock, shown
from bot.promises.schemas import PromiseNews, PromiseNoted, PromisesBroken, PromisesDue, PromisesInherited
from bot.promises.usecases import closing, keeping
from bot.promises.usecases.recording import promise_in_checkin
from bot.promises.views import forms, rows, told

PROMISABLE = frozenset({"customer", "mention", "message"})
"""The kinds of subjects that get the button *Promise*."""

FEATURE = Feature(
    name="promises",
    register=listeners.register,
    views={
        PromiseNoted: rows.noted,
        PromisesDue: rows.due,
        PromisesBroken: rows.broken,
        PromisesInherited: rows.inherited,
        PromiseNews: told.news,
    },
    brief=shown.brief,
    checkin_extras=(
        CheckinExtra(
            key=forms.EXTRA,
            label="We promised…",
            blocks=forms.extra_fields,
            read=read_extra,
            use_case=promise_in_checkin,
        ),
    ),
    undo_checkin=closing.undo_checkin,
    offers=(Offer("Promise", "promises.promise", lambda subject: subject.kind in PROMISABLE),),
    digest_section=shown.digest_section,
    commitments_section=shown.commitments_section,
    home_section=shown.home_section,
    timeline=shown.timeline,
    erase=keeping.erase,
    export=shown.export,
    check=clock.check,
)
