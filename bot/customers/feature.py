"""Declares the customers feature: accounts, contacts, import and export."""

from bot.core.feature import Feature
from bot.customers import listeners
from bot.customers.queries import exports, screens, trail
from bot.customers.schemas import CustomersHandedOver, CustomerTaken, ListImported
from bot.customers.usecases import forgetting
from bot.customers.views import news

FEATURE = Feature(
    name="customers",
    register=listeners.register,
    views={CustomersHandedOver: news.handed_over, CustomerTaken: news.taken, ListImported: news.imported},
    brief=screens.brief_of_contacts,
    timeline=trail.timeline,
    erase=forgetting.erase,
    export=exports.export_one,
    check=trail.list_problems,
)
