"""The one list of rooms. A new room is one folder, one line here, one in the import contracts."""

from bot.checkins import listeners as checkin_listeners
from bot.checkins import tables as _checkins
from bot.checkins.facts import ReminderDue
from bot.checkins.queries import history as checkin_history
from bot.checkins.usecases import forgetting as checkin_forgetting
from bot.checkins.views.reminder import reminder
from bot.core import heartbeats as _heartbeats
from bot.core import outbox as _outbox
from bot.core.room import Offer, Room
from bot.customers import listeners as customer_listeners
from bot.customers import tables as _customers
from bot.customers.facts import CustomersHandedOver, CustomerTaken, ListImported
from bot.customers.queries import exports as customer_exports
from bot.customers.queries import screens as customer_screens
from bot.customers.queries import trail as customer_trail
from bot.customers.usecases import forgetting as customer_forgetting
from bot.customers.views import news as customer_news
from bot.digests import listeners as digest_listeners
from bot.digests import queries as digest_queries
from bot.digests import tables as _digests
from bot.digests.facts import DigestPage, DigestStopped, NeglectedDigest
from bot.digests.usecases import forget_person
from bot.digests.views import digest as digest_views
from bot.home import listeners as home_listeners
from bot.people import listeners as people_listeners
from bot.people import tables as _people
from bot.people import views as people_views
from bot.people.facts import CoverAsked, OwnerLeft
from bot.people.queries import export_person, list_problems
from bot.people.usecases import erase_person
from bot.workspaces import tables as _workspaces

__all__ = ["ROOMS"]

TABLES = (_heartbeats, _outbox, _workspaces, _people, _customers, _checkins, _digests)

ROOMS: tuple[Room, ...] = (
    Room(
        name="people",
        register=people_listeners.register,
        messages={OwnerLeft: people_views.owner_left, CoverAsked: people_views.cover_asked},
        erase=erase_person,
        export=export_person,
        check=list_problems,
    ),
    Room(
        name="customers",
        register=customer_listeners.register,
        messages={
            CustomersHandedOver: customer_news.handed_over,
            CustomerTaken: customer_news.taken,
            ListImported: customer_news.imported,
        },
        brief=customer_screens.brief_of_contacts,
        timeline=customer_trail.timeline,
        erase=customer_forgetting.erase,
        export=customer_exports.export_one,
        check=customer_trail.list_problems,
    ),
    Room(
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
        erase=checkin_forgetting.erase,
        export=checkin_forgetting.export,
        check=checkin_history.check,
    ),
    Room(
        name="digests",
        register=digest_listeners.register,
        messages={
            NeglectedDigest: digest_views.digest,
            DigestPage: digest_views.page,
            DigestStopped: digest_views.stopped,
        },
        first_steps=digest_queries.list_first_steps,
        erase=forget_person,
        export=digest_queries.export_person,
        check=digest_queries.check_digests,
    ),
    Room(name="home", register=home_listeners.register),
)
