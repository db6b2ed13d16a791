"""Declares the customers feature: accounts, contacts, import and export, erasure."""

from bot.core.feature import Feature
from bot.customers import listeners, queries, views
from bot.customers.queries import due, screens
from bot.customers.schemas import (
    CustomersHandedOver,
    CustomersTakenBack,
    CustomerTaken,
    ImportInterrupted,
    ListImported,
)
from bot.customers.usecases import erasing

FEATURE = Feature(
    name="customers",
    register=listeners.register,
    views={
        CustomersHandedOver: views.handed_over,
        CustomersTakenBack: views.taken_back,
        CustomerTaken: views.customer_taken,
        ImportInterrupted: views.import_interrupted,
        ListImported: views.imported,
    },
    brief=screens.brief_of_contacts,
    timeline=screens.timeline,
    erase=erasing.erase,
    export=queries.export,
    check=due.list_problems,
)
