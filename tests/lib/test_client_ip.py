"""The client's address behind proxies, and nobody else's claim."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from hubclone.lib.client_ip import ClientAddressMiddleware


def seen(settings: Settings, proxies: tuple[str, ...], remote: str, forwarded: str) -> str:
    settings.TRUSTED_PROXIES = proxies
    addresses: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        addresses.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ClientAddressMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded))
    return addresses[0]


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "client"),
    [
        ((), "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ((), "::ffff:203.0.113.9", "", "203.0.113.9"),
        (("10.0.0.0/8",), "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (("10.0.0.0/8",), "10.0.0.2", "198.51.100.1", "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.3", "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.2", "nonsense", "10.0.0.2"),
        (("10.0.0.0/8",), "10.0.0.2", "", "10.0.0.2"),
        (("fd00::/8",), "fd00::2", "2001:db8::7", "2001:db8::7"),
        (("10.0.0.0/8",), "::ffff:10.0.0.2", "198.51.100.1, ::ffff:10.0.0.3", "198.51.100.1"),
    ],
)
def test_only_a_trusted_proxy_is_believed(
    proxies: tuple[str, ...], remote: str, forwarded: str, client: str, settings: Settings
) -> None:
    assert seen(settings, proxies, remote, forwarded) == client
