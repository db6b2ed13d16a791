"""Which machines may be asked: public ones only, unless tests or the demo hold a door open."""

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Door:
    """
    Names that lead elsewhere than the network says, for tests and the demo alone: no setting makes one.

    *leads* holds, for a host, where each of its look-ups ends, the last one again and again: "127.0.0.1:8123" lets that
    one place be reached, an address without a port is answered like any other and has to be public.
    """

    leads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def port(self, host: str, address: str) -> int | None:
        """The port that stands open for *host* at *address*, if one does."""
        ports = (
            port for place, _, port in (each.rpartition(":") for each in self.leads.get(host, ())) if place == address
        )
        return next((int(port) for port in ports), None)


SHUT = Door()
_ask_the_network = socket.getaddrinfo


class Resolver:
    """Looks names up as a door tells, and asks the network about all others."""

    def __init__(self, door: Door) -> None:
        self._waiting = {host: list(answers) for host, answers in door.leads.items()}

    def look_up(self, host: str, port: int | str | None, *args: Any, **asked: Any) -> list[Any]:
        """In the shape of `socket.getaddrinfo`."""
        answers = self._waiting.get(host)
        if not answers:
            return list(_ask_the_network(host, port, *args, **asked))
        place = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place.partition(":")[0], port))]


@contextmanager
def looked_up_by(door: Door) -> Iterator[None]:
    """As long as this lasts, this process looks names up as *door* tells."""
    socket.getaddrinfo = Resolver(door).look_up  # type: ignore[assignment]  # narrower than any resolver may be
    try:
        yield
    finally:
        socket.getaddrinfo = _ask_the_network


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, shared, local, reserved, or for many at once."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip.is_site_local or ip.sixtofour or ip.teredo:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)
