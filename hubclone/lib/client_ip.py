"""Whose request it is, behind proxies: audit rows and limits need the client's address, not the proxy's."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddressMiddleware:
    """Replace REMOTE_ADDR by the client's address when the request came through a proxy in TRUSTED_PROXIES.

    X-Forwarded-For is read from its end, where our own proxies write; the first address that is not one of them is the
    client's. Whoever is not a trusted proxy may claim what they like: it is not read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(entry, strict=False) for entry in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Rewrite the address, if need be."""
        if self.trusted and is_in(request.META.get("REMOTE_ADDR", ""), self.trusted):
            claimed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            found = (part.strip() for part in reversed(claimed))
            client = next((part for part in found if part and not is_in(part, self.trusted)), "")
            if is_address(client):
                request.META["REMOTE_ADDR"] = client
        return self.get_response(request)


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_in(text: str, networks: Sequence[Network]) -> bool:
    """Whether it is an address of one of these networks."""
    return is_address(text) and any(ipaddress.ip_address(text) in network for network in networks)
