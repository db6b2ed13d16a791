"""The one list of features. A new feature is one folder, one line here, one in the import contracts."""

from bot.checkins import listeners as checkin_listeners
from bot.checkins import tables as _checkins
from bot.checkins.queries import history as checkin_history
from bot.checkins.schemas import ReminderDue
from bot.checkins.usecases import recording as checkin_recording
from bot.checkins.views.queue import reminder
from bot.core import heartbeats as _heartbeats
from bot.core import outbox as _outbox
from bot.core.feature import CheckinExtra, DigestKindOffer, Feature, Offer
from bot.customers import listeners as customer_listeners
from bot.customers import queries as customer_queries
from bot.customers import tables as _customers
from bot.customers import views as customer_lists
from bot.customers.queries import due as customer_due
from bot.customers.queries import screens as customer_screens
from bot.customers.schemas import CustomersHandedOver, CustomerTaken, ListImported
from bot.customers.usecases import erasing as customer_erasing
from bot.digests import listeners as digest_listeners
from bot.digests import tables as _digests
from bot.digests.queries import setup as digest_queries
from bot.digests.schemas import AllClear, CommitmentsDigest, DigestPage, DigestStopped, NeglectedDigest
from bot.digests.usecases import forget_person
from bot.digests.views import digest as digest_views
from bot.digests.views import kinds as digest_kind_views
from bot.escalations import listeners as escalation_listeners
from bot.escalations import tables as _escalations
from bot.escalations.queries import find_waiting
from bot.escalations.queries import owed as escalations_owed
from bot.escalations.queries import shown as escalations_shown
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
from bot.escalations.usecases import confirming as escalation_confirming
from bot.escalations.usecases import keeping as escalation_keeping
from bot.escalations.usecases.raising import raise_in_checkin
from bot.escalations.views import forms as escalation_forms
from bot.escalations.views import news as escalation_news
from bot.followups import listeners as followup_listeners
from bot.followups import tables as _followups
from bot.followups.queries import owed as followups_owed
from bot.followups.queries import shown as followups_shown
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupNews, FollowupsDue
from bot.followups.usecases import finishing as followup_finishing
from bot.followups.usecases import keeping as followup_keeping
from bot.followups.views import rows as followup_views
from bot.home import listeners as home_listeners
from bot.mentions import listeners as mention_listeners
from bot.mentions.queries import shown as mentions_shown
from bot.mentions.queries.digest import compose_digest
from bot.mentions.schemas.digest import MentionsDigest
from bot.mentions.schemas.mentions import (
    AnswerDueSoon,
    AnswerLate,
    ComplaintForOwner,
    MentionPosted,
    MentionsListed,
)
from bot.mentions.tables import aliases as _mention_aliases
from bot.mentions.tables import mentions as _mentions
from bot.mentions.usecases import keeping as mention_keeping
from bot.mentions.views import cards as mention_cards
from bot.mentions.views import digest as mention_digest
from bot.mentions.views import lists as mention_lists
from bot.people import listeners as people_listeners
from bot.people import tables as _people
from bot.people import views as people_views
from bot.people.queries import export_person, list_problems
from bot.people.schemas import CoverAsked, OwnerLeft
from bot.people.usecases import erase_person
from bot.promises import listeners as promise_listeners
from bot.promises import tables as _promises
from bot.promises.listeners.recording import read_extra as read_promise
from bot.promises.queries import clock as promises_clock
from bot.promises.queries import shown as promises_shown
from bot.promises.schemas import PromiseNews, PromiseNoted, PromisesBroken, PromisesDue, PromisesInherited
from bot.promises.usecases import closing as promise_closing
from bot.promises.usecases import keeping as promise_keeping
from bot.promises.usecases.recording import promise_in_checkin
from bot.promises.views import forms as promise_forms
from bot.promises.views import rows as promise_rows
from bot.promises.views import told as promises_told
from bot.workspaces import tables as _workspaces

__all__ = ["FEATURES"]

TABLES = (
    _heartbeats,
    _outbox,
    _workspaces,
    _people,
    _customers,
    _checkins,
    _followups,
    _promises,
    _escalations,
    _mention_aliases,
    _mentions,
    _digests,
)

ASSIGNABLE = frozenset({"customer", "digest_row", "mention"})
"""The kinds of things under which *Assign* stands."""

PROMISABLE = frozenset({"customer", "mention", "message"})
"""The kinds of things under which *Promise* stands."""

ESCALATABLE = frozenset({"customer", "mention", "message"})
"""The kinds of things under which *Escalate* stands."""

FEATURES: tuple[Feature, ...] = (
    Feature(
        name="people",
        register=people_listeners.register,
        messages={OwnerLeft: people_views.owner_left, CoverAsked: people_views.cover_asked},
        erase=erase_person,
        export=export_person,
        check=list_problems,
    ),
    Feature(
        name="customers",
        register=customer_listeners.register,
        messages={
            CustomersHandedOver: customer_lists.handed_over,
            CustomerTaken: customer_lists.customer_taken,
            ListImported: customer_lists.imported,
        },
        brief=customer_screens.brief_of_contacts,
        timeline=customer_screens.timeline,
        erase=customer_erasing.erase,
        export=customer_queries.export,
        check=customer_due.list_problems,
    ),
    Feature(
        name="checkins",
        asked_first=True,
        register=checkin_listeners.register,
        messages={ReminderDue: reminder},
        brief=checkin_history.brief,
        timeline=checkin_history.timeline,
        offers=(
            Offer("Check-in", "checkins.log", lambda subject: subject.kind == "customer"),
            Offer("Snooze", "checkins.snooze", lambda subject: subject.kind == "customer"),
        ),
        erase=checkin_recording.erase,
        export=checkin_history.export,
        check=checkin_history.check,
    ),
    Feature(
        name="followups",
        register=followup_listeners.register,
        messages={
            FollowupGiven: followup_views.given,
            FollowupsDue: followup_views.due,
            FollowupLate: followup_views.late,
            FollowupNews: followup_views.news,
        },
        brief=followups_shown.brief,
        undo_checkin=followup_finishing.undo_checkin,
        offers=(Offer("Assign", "followups.assign", lambda subject: subject.kind in ASSIGNABLE),),
        digest_section=followups_shown.digest_section,
        commitments_section=followups_shown.commitments_section,
        home_section=followups_shown.home_section,
        timeline=followups_shown.timeline,
        erase=followup_keeping.erase,
        export=followups_shown.export,
        check=followups_owed.check,
    ),
    Feature(
        name="promises",
        register=promise_listeners.register,
        messages={
            PromiseNoted: promise_rows.noted,
            PromisesDue: promise_rows.due,
            PromisesBroken: promise_rows.broken,
            PromisesInherited: promise_rows.inherited,
            PromiseNews: promises_told.news,
        },
        brief=promises_shown.brief,
        checkin_extras=(
            CheckinExtra(
                key=promise_forms.EXTRA,
                label="We promised…",
                blocks=promise_forms.extra_fields,
                read=read_promise,
                use_case=promise_in_checkin,
            ),
        ),
        undo_checkin=promise_closing.undo_checkin,
        offers=(Offer("Promise", "promises.promise", lambda subject: subject.kind in PROMISABLE),),
        digest_section=promises_shown.digest_section,
        commitments_section=promises_shown.commitments_section,
        home_section=promises_shown.home_section,
        timeline=promises_shown.timeline,
        erase=promise_keeping.erase,
        export=promises_shown.export,
        check=promises_clock.check,
    ),
    Feature(
        name="escalations",
        register=escalation_listeners.register,
        messages={
            EscalationRaised: escalation_news.raised,
            EscalationWarned: escalation_news.warned,
            EscalationLate: escalation_news.late,
            EscalationNews: escalation_news.news,
            EscalationPosted: escalation_news.posted,
            EscalationUpdate: escalation_news.update,
            ChannelLost: escalation_news.channel_lost,
        },
        brief=escalations_shown.brief,
        checkin_extras=(
            CheckinExtra(
                key=HOLDS,
                about=find_waiting,
                blocks=escalation_forms.holds_fields,
                read=escalation_forms.read_holds,
                use_case=escalation_confirming.settle_fixes,
            ),
            CheckinExtra(
                key=RAISED,
                label="Something went wrong…",
                blocks=escalation_forms.raised_fields,
                read=escalation_forms.read_raised,
                use_case=raise_in_checkin,
            ),
        ),
        undo_checkin=escalation_confirming.undo_checkin,
        offers=(Offer("Escalate", "escalations.raise", lambda subject: subject.kind in ESCALATABLE),),
        digest_section=escalations_shown.digest_section,
        commitments_section=escalations_shown.commitments_section,
        home_section=escalations_shown.home_section,
        timeline=escalations_shown.timeline,
        erase=escalation_keeping.erase,
        export=escalations_shown.export,
        check=escalations_owed.check,
    ),
    Feature(
        name="mentions",
        register=mention_listeners.register,
        messages={
            MentionPosted: mention_cards.posted,
            MentionsListed: mention_lists.listed,
            ComplaintForOwner: mention_cards.complaint,
            AnswerDueSoon: mention_cards.due_soon,
            AnswerLate: mention_cards.late,
            MentionsDigest: mention_digest.digest,
        },
        brief=mentions_shown.brief,
        digest_section=mentions_shown.digest_section,
        digest_kinds=(
            DigestKindOffer(
                key="mentions",
                label="What customers say",
                about="What was written about us and our customers, how it reads, and what waits for an answer.",
                clear="Nothing was written about us or our customers, and nothing waits for an answer.",
                compose=compose_digest,
            ),
        ),
        home_section=mentions_shown.home_section,
        timeline=mentions_shown.timeline,
        erase=mention_keeping.erase,
        export=mentions_shown.export,
        check=mentions_shown.check,
    ),
    Feature(
        name="digests",
        register=digest_listeners.register,
        messages={
            NeglectedDigest: digest_views.digest,
            DigestPage: digest_views.page,
            DigestStopped: digest_views.stopped,
            CommitmentsDigest: digest_kind_views.owed,
            AllClear: digest_kind_views.all_clear,
        },
        first_steps=digest_queries.list_first_steps,
        erase=forget_person,
        export=digest_queries.export_person,
        check=digest_queries.check_digests,
    ),
    Feature(name="home", register=home_listeners.register),
)
