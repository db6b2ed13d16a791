"""The people and channels of the sample company."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rehearsal.server import Rehearsal

START = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # a Monday morning in Lisbon
NINE = START.replace(hour=9, minute=0)  # when the demo's page opens
COMPANY = "Halden & Voss"
TEAM = "T0HALDEN"

MARA, ANA, BOB, KIRI, TOMAS, IRIS = "U0MARA", "U0ANA", "U0BOB", "U0KIRI", "U0TOMAS", "U0IRIS"

PEOPLE: Sequence[tuple[str, str, str, str, dict[str, Any]]] = (
    (MARA, "mara", "Mara Okafor", "Europe/London", {"is_admin": True}),
    (ANA, "ana", "Ana Lima", "Europe/Lisbon", {}),
    (BOB, "bob", "Bob Chen", "America/New_York", {}),
    (KIRI, "kiri", "Kiri Walker", "Pacific/Auckland", {}),
    (TOMAS, "tomas", "Tomás Ferreira", "Europe/Lisbon", {}),
    (IRIS, "iris", "Iris Nyberg", "Europe/Stockholm", {}),
)
PARTNERS = "partners-northwind"


def populate(rehearsal: Rehearsal) -> None:
    """Add people and channels to the rehearsal; one channel is shared with outsiders."""
    control = rehearsal.control
    for person_id, handle, name, zone, more in PEOPLE:
        email = f"{handle}@halden-voss.example"
        control.add_person(handle, id=person_id, real_name=name, tz=zone, email=email, **more)
    everyone = [person[0] for person in PEOPLE]
    control.add_channel("general", members=everyone)
    control.add_channel("accounts", members=everyone)
    control.add_channel(PARTNERS, members=everyone, is_ext_shared=True)
    control.add_channel("leadership", kind="private", members=[MARA], bot=False)
