"""Whose request it is, behind proxies: audit rows and limits need the client's address, not the proxy's."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
COUNTED_BITS = 64


class ClientAddressMiddleware:
    """Replace REMOTE_ADDR by the client's address when the request came through a proxy in TRUSTED_PROXIES.

    X-Forwarded-For is read from its end, where our own proxies write; the first address that is not one of them is the
    client's. Whoever is not a trusted proxy may claim what they like: it is not read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(entry, strict=False) for entry in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Rewrite the address, if need be: also one of IPv4 that comes as IPv6, which is one of millions there."""
        client = request.META.get("REMOTE_ADDR", "")
        if self.trusted and is_in(client, self.trusted):
            claimed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            found = (part.strip() for part in reversed(claimed))
            client = next((part for part in found if part and not is_in(part, self.trusted)), "")
        if address := _address(client):
            request.META["REMOTE_ADDR"] = str(address)
        return self.get_response(request)


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    return _address(text) is not None


def is_in(text: str, networks: Sequence[Network]) -> bool:
    """Whether it is an address of one of these networks."""
    address = _address(text)
    return address is not None and any(address in network for network in networks)


def counted_as(text: str) -> str:
    """What an address is counted under: itself, or its /64 with IPv6, all of which one household or server has.

    Text that is no address stays as it is.
    """
    address = _address(text)
    if not isinstance(address, ipaddress.IPv6Address):
        return str(address or text)
    return str(ipaddress.ip_network((int(address), COUNTED_BITS), strict=False).network_address)


def _address(text: str) -> Address | None:
    """An IPv4 address that is written as IPv6 (::ffff:…) is the IPv4 address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
