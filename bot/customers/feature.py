"""Declares the customers feature: accounts, contacts, import and export, erasure."""

from bot.core.feature import Feature
from bot.customers import listeners, queries, views
from bot.customers.queries import coverage, screens
from bot.customers.queries.losses import refresh_relative_lost
from bot.customers.queries.timeline import timeline
from bot.customers.schemas import CustomersHandedOver, CustomerTaken
from bot.customers.schemas.importing import ImportInterrupted, ImportTakenBack, ListImported
from bot.customers.schemas.losses import RelativeLost
from bot.customers.schemas.sharing import CustomersTakenBack, PoolShared
from bot.customers.usecases import erasing
from bot.customers.views import losses, sharing

FEATURE = Feature(
    name="customers",
    register=listeners.register,
    views={
        CustomersHandedOver: views.handed_over,
        CustomersTakenBack: views.taken_back,
        ImportTakenBack: views.import_taken_back,
        CustomerTaken: views.customer_taken,
        ImportInterrupted: views.import_interrupted,
        ListImported: views.imported,
        RelativeLost: losses.relative_lost,
        PoolShared: sharing.shared_out,
    },
    refresh={RelativeLost: refresh_relative_lost},
    brief=screens.brief_of_contacts,
    timeline=timeline,
    erase=erasing.erase,
    export=queries.export,
    check=coverage.list_problems,
    suspects=coverage.list_suspects,
    check_all=coverage.list_all_problems,
)
