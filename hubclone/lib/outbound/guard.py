"""Which addresses may be reached, decided after DNS, so that a name cannot be pointed at a private host in between.

Private, loopback, link-local and every other not globally routable address is refused unless ``OUTBOUND_ALLOWED`` names
its network and port ("10.1.0.0/16:443,127.0.0.1/32:8025").
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from hubclone.lib.errors import PermanentError, TransientError

CONNECT_SECONDS = 5.0
PORT_MOST = 65535
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Why = Literal["unknown", "refused", "timeout", ""]


class AddressRefused(PermanentError):
    """The host's address is private or otherwise not allowed; an administrator can allow it by OUTBOUND_ALLOWED."""

    code = "ADDRESS_REFUSED"


class HostUnreachable(TransientError):
    """The host's name is unknown, or it refuses connections or does not answer in time: see ``why``."""

    code = "HOST_UNREACHABLE"

    def __init__(self, message: str, why: Why = "") -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class Allowance:
    """A network and the one port of it that may be reached."""

    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    port: int

    def covers(self, address: Address, port: int) -> bool:
        """Whether this allowance is about that address and port."""
        return port == self.port and address.version == self.network.version and address in self.network


@lru_cache(maxsize=8)
def allowances(entries: tuple[str, ...]) -> tuple[Allowance, ...]:
    """Parse OUTBOUND_ALLOWED. Raises ImproperlyConfigured with the entry that makes no sense."""
    return tuple(_allowance(entry) for entry in entries)


def address_allowed(address: Address, port: int) -> bool:
    """Whether a connection to this address and port may be opened."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if plain.is_global and not plain.is_multicast:
        return True
    return any(a.covers(plain, port) for a in allowances(tuple(settings.OUTBOUND_ALLOWED)))


def guarded_connect(host: str, port: int, timeout: float = CONNECT_SECONDS) -> socket.socket:
    """Resolve, check each address, and connect to the first that is allowed and answers.

    ``timeout`` in seconds is for each address and stays on the socket. Raises AddressRefused, HostUnreachable.
    """
    refused, last = False, "no address"
    why: Why = ""
    for family, kind, proto, _, sockaddr in _resolve(host, port):
        if not address_allowed(ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]), port):
            refused = True
            continue
        sock = socket.socket(family, kind, proto)
        try:
            sock.settimeout(timeout)
            sock.connect(sockaddr)
        except OSError as error:
            sock.close()
            last, why = type(error).__name__, _why(error)
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    if refused and last == "no address":
        raise AddressRefused(f"{host}:{port} is not an address that this installation may reach.")
    raise HostUnreachable(f"{host}:{port} cannot be reached ({last}).", why)


def is_named(host: str, port: int) -> bool:
    """Whether every address of a host is one that OUTBOUND_ALLOWED names, so that the installation knows it."""
    named = allowances(tuple(settings.OUTBOUND_ALLOWED))
    try:
        found = {ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in _resolve(host, port)}
    except HostUnreachable:
        return False
    return bool(found) and all(any(a.covers(address, port) for a in named) for address in found)


def _why(error: OSError) -> Why:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "refused" if isinstance(error, ConnectionRefusedError) else ""


def _resolve(host: str, port: int) -> list[tuple[int, int, int, str, tuple[Any, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnreachable(f"The host {host} is not known.", "unknown") from error
    return [(int(f), int(k), p, c, (str(a[0]), *a[1:])) for f, k, p, c, a in found]


def _allowance(entry: str) -> Allowance:
    network, _, port = entry.rpartition(":")
    try:
        found = Allowance(ipaddress.ip_network(network.strip("[]"), strict=False), int(port))
        if not 1 <= found.port <= PORT_MOST:
            raise ValueError(port)
        return found
    except ValueError as error:
        raise ImproperlyConfigured(f"OUTBOUND_ALLOWED has {entry!r}; it must look like 10.0.0.0/8:443.") from error
