"""Declares the people feature: members, roles, working hours, days away."""

from bot.core.feature import Feature
from bot.people import listeners, views
from bot.people.queries import export_person, list_problems, list_suspects
from bot.people.schemas import CoverAsked, OwnerLeft, PassedOn
from bot.people.usecases import erase_person

FEATURE = Feature(
    name="people",
    register=listeners.register,
    views={OwnerLeft: views.owner_left, CoverAsked: views.cover_asked, PassedOn: views.passed_on},
    erase=erase_person,
    export=export_person,
    check=list_problems,
    suspects=list_suspects,
)
